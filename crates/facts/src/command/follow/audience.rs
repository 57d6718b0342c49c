//! For whom is a branch of a script: a developer, or the platform?

/// For whom a branch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    Development,
    Production,
    Anyone,
}

/// For whom a condition holds; where a dyno itself runs in development by a variable, what asks for that.
pub(super) fn audience(condition: &str, stage: Option<&str>) -> For {
    let asks = |variable: &str| {
        let mut words = condition.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        words.any(|word| word == variable)
    };
    match (plain_audience(condition), stage.is_some_and(asks)) {
        (For::Development, true) => For::Production,
        (For::Production, true) => For::Development,
        (found, _) => found,
    }
}

fn plain_audience(condition: &str) -> For {
    let lower = condition.to_ascii_lowercase();
    let words: Vec<_> = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let has = |names: &[&str]| words.iter().any(|word| names.contains(word));
    let development = lower.contains("development") || has(&["dev", "debug", "local"]);
    let production = has(&["production", "prod", "dyno", "heroku"]);
    let negated = lower.contains("!=") || lower.contains(" ! ") || lower.contains(" -z ");
    match (development, production) {
        (true, false) if negated => For::Production,
        (true, false) => For::Development,
        (false, true) if negated => For::Development,
        (false, true) => For::Production,
        _ => For::Anyone,
    }
}
