//! `DEBUG` by a branch: on where a variable that nothing declares is not set.

use crate::rules::prelude::*;
use slugsmith_facts::code::{Assignment, ScopeKind};

/// `if os.getenv("X"): DEBUG = False`, `else: DEBUG = True`; also with the value that a branch replaces above it.
pub(super) fn on(facts: &Facts<'_>, settings: &[(&Code, &Assignment)]) -> Option<Evidence> {
    let (code, _) = settings.first()?;
    let mut variable = None;
    let mut last = None;
    for (of, setting) in settings {
        if of.path != code.path || code.function(setting.scope).is_some() {
            return None;
        }
        let around: Vec<&ScopeKind> = code
            .around(setting.scope)
            .map(|scope| &scope.kind)
            .collect();
        // What names production or development settles it, where no variable does.
        let settled = match branch(code, setting.scope) {
            Branch::Always => Some(true),
            Branch::Development => Some(false),
            Branch::Conditional(_) => None,
        };
        let by_variable = match around.as_slice() {
            [ScopeKind::Branch { condition, holds }] => without_it(condition)
                .filter(|(name, _)| facts.declared(name) == Declared::No && !is_of_platform(name))
                .map(|(name, unset)| (name, unset == *holds)),
            _ => None,
        };
        // What nothing declares is not set, whatever the word that it is compared with.
        let runs = by_variable.as_ref().map(|(_, runs)| *runs).or(settled)?;
        let agreed = by_variable.filter(|(_, by)| *by == runs);
        variable = agreed.map(|(name, _)| name).or(variable);
        last = runs.then_some(setting).or(last);
    }
    let (setting, variable) = (last?, variable?);
    let message = format!(
        "DEBUG is on where {variable} is not set, and nothing declares {variable}: error pages show settings and \
         source to visitors."
    );
    (setting.value == Expr::Bool(true)).then(|| {
        Evidence::line(&code.path, setting.line, message)
            .conditional(true)
            .help("Make off the default: DEBUG = os.environ.get(\"DEBUG\") == \"1\"")
    })
}

/// The variable that a condition asks for alone, and whether the condition holds where it is not set.
fn without_it(condition: &str) -> Option<(String, bool)> {
    let text: String = condition.replace('\'', "\"");
    let mut text = text.trim();
    let denied = text.strip_prefix("not ");
    text = denied.unwrap_or(text).trim();
    // `"X" in os.environ`
    if let Some((name, rest)) = text.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        let holds = match rest.trim() {
            "in os.environ" => false,
            "not in os.environ" => true,
            _ => return None,
        };
        return Some((name.to_owned(), holds != denied.is_some()));
    }
    let reads = ["os.getenv(", "os.environ.get(", "environ.get(", "getenv("];
    let inner = reads.iter().find_map(|read| text.strip_prefix(read))?;
    let (name, rest) = inner.strip_prefix('"')?.split_once('"')?;
    let rest = rest.trim().strip_prefix(')')?.trim();
    let is_text = |value: &str| {
        value.starts_with('"') && value.ends_with('"') && value.matches('"').count() == 2
    };
    let holds = match rest {
        "" | "is not None" => false,
        "is None" => true,
        _ => match (rest.strip_prefix("=="), rest.strip_prefix("!=")) {
            (Some(value), _) if is_text(value.trim()) => false,
            (_, Some(value)) if is_text(value.trim()) => true,
            _ => return None,
        },
    };
    Some((name.to_owned(), holds != denied.is_some()))
}

/// What every dyno or Django's own start has.
pub(super) fn is_of_platform(name: &str) -> bool {
    matches!(
        name,
        "DYNO"
            | "PORT"
            | "PYTHONHOME"
            | "PYTHONPATH"
            | "HOME"
            | "DATABASE_URL"
            | "DJANGO_SETTINGS_MODULE"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_tells_what_holds_without_its_variable() {
        for (condition, holds) in [
            ("os.getenv(\"A\")", Some(false)),
            ("not os.environ.get('A')", Some(true)),
            ("os.environ.get('A') == 'x'", Some(false)),
            ("os.environ.get('A') != 'x'", Some(true)),
            ("os.environ.get('A') is None", Some(true)),
            ("'A' in os.environ", Some(false)),
            ("'A' not in os.environ", Some(true)),
            ("os.environ.get('A', 'x')", None),
            ("os.environ.get('A') and b", None),
            ("os.environ.get('A') == 'x' or b == 'y'", None),
            ("a", None),
        ] {
            let found = without_it(condition);
            assert_eq!(
                found.as_ref().map(|(_, holds)| *holds),
                holds,
                "{condition}"
            );
            assert!(found.is_none_or(|(name, _)| name == "A"), "{condition}");
        }
    }
}
