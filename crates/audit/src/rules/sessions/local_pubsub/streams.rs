//! Server-sent events that tell what one process alone knows: variables of a class, listeners in a list.

use crate::rules::prelude::*;
use slugsmith_facts::code::ScopeKind;

/// A stream of Rails (`SSE.new(response.stream)`) that reads a variable of a class which requests set:
/// `cattr_accessor :updated`, `Event.updated = self`.
pub(super) fn of_class_variables<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    let shared: Vec<String> = facts
        .code(Language::Ruby)
        .flat_map(class_variables)
        .filter(|name| is_set(facts, name))
        .collect();
    calls_to(facts, Language::Ruby, move |site| {
        let Some(function) = site.code.enclosing_function(site.call.scope) else {
            return false;
        };
        let streams = matches!(
            site.call.callee.as_str(),
            "SSE.new" | "ActionController.Live.SSE.new"
        ) || site.call.callee == "response.stream.write";
        streams
            && site.code.calls.iter().any(|other| {
                site.code.is_within(other.scope, function)
                    && shared.iter().any(|name| {
                        says(&other.callee, name)
                            || other.arguments.iter().any(|one| {
                                one.value.any(|value| {
                                    value.name().is_some_and(|own| says(own, name))
                                        || value.callee().is_some_and(|own| says(own, name))
                                })
                            })
                    })
            })
    })
    .next()
}

/// `Event.updated`, also with more behind it.
fn says(text: &str, name: &str) -> bool {
    text.strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// `Event.updated` for each `cattr_accessor :updated` of a class.
fn class_variables(code: &Code) -> Vec<String> {
    let accessors = code.calls.iter().filter(|call| {
        matches!(
            call.callee.as_str(),
            "cattr_accessor" | "mattr_accessor" | "class_attribute"
        )
    });
    let mut found = Vec::new();
    for call in accessors {
        let Some((class, _)) = code.class(call.scope) else {
            continue;
        };
        let names = call.arguments.iter().filter_map(|one| one.value.name());
        found.extend(names.map(|name| format!("{class}.{name}")));
    }
    found
}

/// Whether a function sets the variable: what only an initializer sets is the same everywhere.
fn is_set(facts: &Facts<'_>, name: &str) -> bool {
    facts.code(Language::Ruby).any(|code| {
        let mut assigned = code.assignments.iter();
        assigned.any(|one| {
            one.target == name && code.function(one.scope).is_some() && one.value != Expr::Nil
        })
    })
}

/// A stream of Python whose listeners one process keeps: queues that a request adds to a list, and that a loop puts
/// messages into.
pub(super) fn of_listeners<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    let streams = facts.code(Language::Python).any(|code| {
        let says = |value: &Expr| {
            value
                .text()
                .is_some_and(|text| text.starts_with("text/event-stream"))
        };
        code.calls
            .iter()
            .any(|call| call.arguments.iter().any(|one| one.value.any(says)))
    });
    calls_to(facts, Language::Python, move |site| {
        let code = site.code;
        let list = site.call.receiver().rsplit('.').next().unwrap_or_default();
        let keeps = matches!(site.call.method(), "append" | "add")
            && code.function(site.call.scope).is_some()
            && matches!(
                list,
                "listeners" | "clients" | "subscribers" | "queues" | "connections"
            );
        let puts = || {
            code.calls.iter().any(|call| {
                let mut around = code.around(call.scope);
                matches!(call.method(), "put" | "put_nowait")
                    && around.any(|scope| matches!(scope.kind, ScopeKind::Loop))
            })
        };
        streams && keeps && puts()
    })
    .next()
}
