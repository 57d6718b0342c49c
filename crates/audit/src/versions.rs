//! What a version says, for rules that compare lines of releases.

/// The numbers of a version.
#[must_use]
pub fn numbers(version: &str) -> Vec<u64> {
    version
        .trim_start_matches(|character: char| !character.is_ascii_digit())
        .split(|character: char| !character.is_ascii_digit())
        .map_while(|part| part.parse().ok())
        .collect()
}
