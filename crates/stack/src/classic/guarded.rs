//! Which assignments of a profile script are made only where nothing is set?
//!
//! `if [ -z "$NAME" ]; then export NAME=…`, `[ -n "$NAME" ] || export NAME=…`, and
//! `: "${NAME:=…}"`: defaults in other words than `${NAME:-…}`.

use slugsmith_facts::bash::{self, Command, List, Part, Pipeline, Simple, When, Word};
use slugsmith_facts::classic::HOME;

/// A default and what it would give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Guarded {
    pub name: String,
    pub value: String,
    /// 1-based.
    pub line: u32,
}

/// The defaults of a script whose values are plain.
pub(crate) fn of(list: &List) -> Vec<Guarded> {
    let mut found = Vec::new();
    walk(list, &mut found);
    bash::each_simple(list, &mut |simple| {
        for part in simple.words.iter().flat_map(|word| &word.parts) {
            if let Part::Parameter(one) = part
                && matches!(one.operator.as_str(), ":=" | "=")
                && let Some(value) = plain(&one.operand)
            {
                found.push(Guarded {
                    name: one.name.clone(),
                    value,
                    line: simple.line,
                });
            }
        }
    });
    found
}

fn walk(list: &List, found: &mut Vec<Guarded>) {
    let mut before: Option<&Pipeline> = None;
    for step in list {
        let guard = before.filter(|_| step.when != When::Always);
        for command in &step.pipeline {
            let by_step = |name: &str| guard.is_some_and(|one| asks(one, name, step.when));
            of_command(command, &by_step, found);
        }
        before = Some(step);
    }
}

fn of_command(command: &Command, guard: &dyn Fn(&str) -> bool, found: &mut Vec<Guarded>) {
    match command {
        Command::Simple(simple) => {
            let guarded = assigned(simple).into_iter();
            found.extend(guarded.filter(|one| guard(&one.name)));
        }
        Command::Group(list) => {
            bash::each_simple(list, &mut |simple| {
                let guarded = assigned(simple).into_iter();
                found.extend(guarded.filter(|one| guard(&one.name)));
            });
            walk(list, found);
        }
        Command::If {
            branches,
            otherwise,
        } => {
            for (condition, body) in branches {
                let is_asked = |name: &str| match condition.as_slice() {
                    [one] => asks(one, name, When::Success),
                    _ => false,
                };
                bash::each_simple(body, &mut |simple| {
                    let guarded = assigned(simple).into_iter();
                    found.extend(guarded.filter(|one| is_asked(&one.name)));
                });
                walk(body, found);
            }
            walk(otherwise, found);
        }
        _ => {}
    }
}

/// Whether a step lets the next one run only where a variable is empty.
fn asks(step: &Pipeline, name: &str, then: When) -> bool {
    let test = if then == When::Failure { "-n" } else { "-z" };
    let words: Vec<&str> = step.source.split_whitespace().collect();
    let is_variable = |word: &str| {
        let bare = word.trim_matches('"');
        let name_of = bare
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'));
        let name_of = name_of
            .or_else(|| bare.strip_prefix('$'))
            .unwrap_or_default();
        // `${NAME:-}` and `${NAME-}` are for `set -u`.
        name_of.trim_end_matches(['-', ':']) == name
    };
    matches!(words.as_slice(), ["[" | "[[" | "test", option, word, ..] if *option == test && is_variable(word))
        && words.len() <= 4
}

fn assigned(simple: &Simple) -> Vec<Guarded> {
    let own = simple
        .assignments
        .iter()
        .filter(|_| simple.words.is_empty())
        .cloned();
    let operands = simple.words.iter().filter_map(Word::assignment);
    own.chain(operands)
        .filter(|one| !one.append)
        .filter_map(|one| {
            Some(Guarded {
                value: plain(&one.value)?,
                name: one.name,
                line: simple.line,
            })
        })
        .collect()
}

/// The value of a word that names nothing but `$HOME`.
fn plain(word: &Word) -> Option<String> {
    word.parts
        .iter()
        .map(|part| match part {
            Part::Text { text, .. } => Some(text.as_str()),
            Part::Parameter(one) if one.name == "HOME" && one.operator.is_empty() => Some(HOME),
            _ => None,
        })
        .collect()
}
