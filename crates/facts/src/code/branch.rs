//! Under which condition does code run: always, in development, or if something is set?

use super::{Code, ScopeKind};

/// Under which condition code runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Branch {
    Always,
    /// Only in development or tests, or never.
    Development,
    /// Only if something that the text does not tell; the variable, where one is named.
    Conditional(String),
}

/// The condition under which a scope runs.
#[must_use]
pub fn branch(code: &Code, scope: usize) -> Branch {
    let mut found = Branch::Always;
    for scope in code.around(scope) {
        match &scope.kind {
            ScopeKind::Branch { condition, holds } => match judge(condition, *holds) {
                Branch::Development => return Branch::Development,
                Branch::Conditional(variable) => found = Branch::Conditional(variable),
                Branch::Always => {}
            },
            ScopeKind::Class { name, .. } if is_development_name(name) => {
                return Branch::Development;
            }
            _ => {}
        }
    }
    found
}

/// `DevelopmentConfig`, `TestingConfig`.
fn is_development_name(name: &str) -> bool {
    name.starts_with("Dev") || name.starts_with("Test") || name.starts_with("Local")
}

/// Dotted names in a condition, with keys as fields: `app.config["X"]` is `app.config.X`, and
/// so is `app.config.get("X")`.
#[must_use]
pub fn names_in(condition: &str) -> Vec<String> {
    let keyed = condition
        .replace(".get(", "[")
        .replace(['"', '\'', '?'], "")
        .replace('[', ".");
    keyed
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))
        .map(|name| name.trim_matches('.').to_owned())
        .filter(|name| name.starts_with(|c: char| c.is_alphabetic() || c == '_'))
        .collect()
}

/// What a condition says, part by part where it is made of several.
fn judge(condition: &str, holds: bool) -> Branch {
    let condition = unwrapped(condition);
    let all = parts(condition, &[" and ", "&&"]);
    let any = parts(condition, &[" or ", "||"]);
    let (list, together) = match (all.len() > 1, any.len() > 1) {
        // `a or b and c` binds as `a or (b and c)`.
        (_, true) => (any, !holds),
        (true, false) => (all, holds),
        (false, false) => return judge_one(condition, holds),
    };
    let verdicts: Vec<_> = list.iter().map(|part| judge(part, holds)).collect();
    let development = |verdict: &Branch| *verdict == Branch::Development;
    let always = |verdict: &Branch| *verdict == Branch::Always;
    // All parts hold together, or one of them is enough.
    let settled = if together {
        if verdicts.iter().any(development) {
            Some(Branch::Development)
        } else if verdicts.iter().all(always) {
            Some(Branch::Always)
        } else {
            None
        }
    } else if verdicts.iter().any(always) {
        Some(Branch::Always)
    } else if verdicts.iter().all(development) {
        Some(Branch::Development)
    } else {
        None
    };
    settled.unwrap_or_else(|| {
        let named = verdicts
            .into_iter()
            .find(|verdict| matches!(verdict, Branch::Conditional(_)));
        named.unwrap_or(Branch::Conditional(String::new()))
    })
}

/// A condition without the brackets around all of it.
fn unwrapped(condition: &str) -> &str {
    let trimmed = condition.trim();
    let inner = trimmed
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    match inner {
        Some(inner) if balanced(inner) => unwrapped(inner),
        _ => trimmed,
    }
}

/// Whether no bracket closes before it was opened.
fn balanced(text: &str) -> bool {
    let mut depth = 0_i32;
    text.chars().all(|character| {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth >= 0
    }) && depth == 0
}

/// The parts of a condition around an operator outside brackets and quotes.
fn parts<'c>(condition: &'c str, operators: &[&str]) -> Vec<&'c str> {
    let mut found = Vec::new();
    let (mut depth, mut quote, mut start, mut skip) = (0_usize, None, 0, 0);
    for (at, character) in condition.char_indices() {
        if at < skip {
            continue;
        }
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 0 || quote.is_some() {
            continue;
        }
        let rest = &condition[at..];
        if let Some(operator) = operators
            .iter()
            .find(|operator| rest.starts_with(**operator))
        {
            found.push(condition[start..at].trim());
            start = at + operator.len();
            skip = start;
        }
    }
    found.push(condition[start..].trim());
    found
}

fn judge_one(condition: &str, holds: bool) -> Branch {
    let lower = condition.to_ascii_lowercase();
    if matches!(lower.as_str(), "false" | "true") {
        return if (lower == "true") == holds {
            Branch::Always
        } else {
            Branch::Development
        };
    }
    let words: Vec<_> = lower
        .split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'))
        .filter(|word| !word.is_empty())
        .collect();
    let has = |names: &[&str]| words.iter().any(|word| names.contains(word));
    let negated = lower.contains("!=")
        || lower.starts_with('!')
        || lower.starts_with("(!")
        || lower.starts_with("not ")
        || lower.contains(" not in ");
    let runs_when_true = holds != negated;
    let production = has(&[
        "production",
        "isprod",
        "isproduction",
        "is_production",
        "is_prod",
        "prod",
        "dyno",
        "heroku",
        "is_heroku",
        "on_heroku",
        "is_heroku_app",
    ]);
    let development = has(&[
        "development",
        "dev",
        "isdev",
        "is_dev",
        "isdevelopment",
        "debug",
        "test",
        "testing",
        "istest",
        "local",
        "is_local",
        "islocal",
        "is_testing",
    ]);
    if production != development && (development == runs_when_true) {
        return Branch::Development;
    }
    if production != development {
        return Branch::Always;
    }
    if let Some(set) = always_set(&lower) {
        return if set == holds {
            Branch::Always
        } else {
            Branch::Development
        };
    }
    match variable(condition) {
        Some(variable) => Branch::Conditional(variable),
        None => Branch::Conditional(String::new()),
    }
}

/// Variables that have a value in every dyno: the platform or a buildpack sets them.
const ALWAYS_SET: &[&str] = &["node_env", "rails_env", "rack_env", "dyno", "port"];

/// Whether a condition (in lower case) holds where a variable that the platform always sets
/// has a value; `None` if it asks something else (`NODE_ENV === 'staging'`).
fn always_set(condition: &str) -> Option<bool> {
    let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let mut words = condition.split(|character| !is_word(character));
    words.find(|word| ALWAYS_SET.contains(word))?;
    let plain: String = condition.chars().filter(|c| !c.is_whitespace()).collect();
    let holds = |marks: &[&str]| marks.iter().any(|mark| plain.contains(mark));
    let nothing = [
        "undefined",
        "'undefined'",
        "\"undefined\"",
        "null",
        "nil",
        "none",
        "''",
        "\"\"",
    ];
    let compared = |operator: &str| {
        nothing.iter().any(|value| {
            plain.ends_with(&format!("{operator}{value}"))
                || plain.starts_with(&format!("{value}{operator}"))
        })
    };
    if compared("!=") || compared("!==") || holds(&[".present?", "isnotnone", "isset("]) {
        return Some(!plain.starts_with('!'));
    }
    if compared("==")
        || compared("===")
        || holds(&["isnone", ".nil?", ".blank?", ".empty?", "empty("])
    {
        return Some(plain.starts_with('!'));
    }
    if condition.contains(" not in ") {
        return Some(false);
    }
    // Nothing is compared: the value itself is the question.
    if holds(&["==", "!=", "<", ">", "?"]) {
        return None;
    }
    let denied = plain.starts_with('!') || condition.trim_start().starts_with("not ");
    Some(!denied)
}

/// The environment variable that a condition reads.
pub(super) fn variable(condition: &str) -> Option<String> {
    let at = [
        "process.env.",
        "ENV[",
        "ENV.fetch(",
        "environ[",
        "environ.get(",
        "getenv(",
        "Getenv(",
        "env(",
    ]
    .iter()
    .find_map(|mark| condition.find(mark).map(|at| at + mark.len()))?;
    let name: String = condition[at..]
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|character| character.is_ascii_alphanumeric() || *character == '_')
        .collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_tell_development_from_production() {
        for (condition, holds, expected) in [
            (
                "process.env.NODE_ENV !== 'production'",
                true,
                Branch::Development,
            ),
            (
                "process.env.NODE_ENV !== 'production'",
                false,
                Branch::Always,
            ),
            (
                "app.get('env') === 'development'",
                true,
                Branch::Development,
            ),
            ("\"DYNO\" in os.environ", false, Branch::Development),
            ("!process.env.NODE_ENV", true, Branch::Development),
            ("process.env.NODE_ENV", true, Branch::Always),
            (
                "process.env.NODE_ENV === undefined",
                true,
                Branch::Development,
            ),
            (
                "typeof process.env.NODE_ENV === 'undefined'",
                false,
                Branch::Always,
            ),
            ("process.env.NODE_ENV != null", true, Branch::Always),
            ("ENV['RAILS_ENV'].nil?", true, Branch::Development),
            ("os.environ.get('PORT') is None", true, Branch::Development),
            ("!getenv('PORT')", true, Branch::Development),
            (
                "!process.env.NODE_ENV || process.env.NODE_ENV === 'development'",
                true,
                Branch::Development,
            ),
            (
                "process.env.NODE_ENV === 'staging'",
                true,
                Branch::Conditional("NODE_ENV".to_owned()),
            ),
            ("settings.DEBUG", true, Branch::Development),
            ("not SECRET_KEY and DEBUG", true, Branch::Development),
            ("settings.DEBUG or TESTING", true, Branch::Development),
            ("(settings.DEBUG or TESTING)", false, Branch::Always),
            (
                "process.env.NODE_ENV === 'production' && a.b('x && y')",
                false,
                Branch::Conditional(String::new()),
            ),
            ("!isProduction", true, Branch::Development),
            ("False", true, Branch::Development),
            ("(true)", true, Branch::Always),
            (
                "process.env.S3_BUCKET",
                false,
                Branch::Conditional("S3_BUCKET".to_owned()),
            ),
        ] {
            assert_eq!(judge(condition, holds), expected, "{condition}");
        }
    }
}
