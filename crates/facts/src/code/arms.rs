//! Under which condition does an arm of a `switch`, `match` or `case` run?

use super::branch::variable;

/// Words in the names of what holds an environment or a stage.
const STAGES: &[&str] = &[
    "env",
    "environment",
    "stage",
    "appenv",
    "nodeenv",
    "railsenv",
    "appstage",
];

/// Whether a `switch`, `match` or `case` chooses by an environment or a stage.
pub(super) fn asks_stage(subject: &str) -> bool {
    let asked = variable(subject).unwrap_or_else(|| subject.to_owned());
    let lower = asked.to_ascii_lowercase();
    let mut words = lower.split(|character: char| !character.is_ascii_alphanumeric());
    words.any(|word| STAGES.contains(&word))
}

/// The condition of one arm of a `switch`, `match` or `case` over the name of an environment or
/// a stage (`process.env.NODE_ENV`, `Rails.env`, `APP_STAGE`), with whether it holds there: one
/// of the arm's own patterns, or for the default arm (`patterns` is empty) none of `others`.
/// `None` where something else is chosen: `case "local"` of a driver says nothing of stages.
pub(super) fn arm<T: AsRef<str>>(
    subject: &str,
    patterns: &[T],
    others: &[T],
) -> Option<(String, bool)> {
    if !asks_stage(subject) {
        return None;
    }
    let listed = if patterns.is_empty() {
        others
    } else {
        patterns
    };
    let parts: Vec<_> = listed
        .iter()
        .map(|pattern| format!("{subject} == {}", pattern.as_ref()))
        .collect();
    (!parts.is_empty()).then(|| (parts.join(" || "), !patterns.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arms_are_told_only_of_environments_and_stages() {
        let arm = |subject, patterns: &[&str]| arm(subject, patterns, &["'production'", "'local'"]);
        let of = |condition: &str, holds| Some((condition.to_owned(), holds));
        assert_eq!(
            arm("process.env.NODE_ENV", &["'production'"]),
            of("process.env.NODE_ENV == 'production'", true)
        );
        assert_eq!(
            arm("Rails.env", &[]),
            of("Rails.env == 'production' || Rails.env == 'local'", false)
        );
        assert!(arm("ENV.fetch(\"APP_STAGE\")", &["'local'"]).is_some());
        for subject in [
            "process.env.STORAGE_DRIVER",
            "action.type",
            "ENV.fetch(\"STORE\")",
            "env",
        ] {
            assert_eq!(
                arm(subject, &["'local'"]).is_some(),
                subject == "env",
                "{subject}"
            );
        }
    }
}
