//! How names of packages are compared: each ecosystem treats other spellings as equal.

/// As written.
#[must_use]
pub fn exact(name: &str) -> String {
    name.trim().to_owned()
}

/// Letters of either case are equal: Composer, `NuGet`.
#[must_use]
pub fn lower_case(name: &str) -> String {
    name.trim().to_ascii_lowercase()
}

/// A Python package's name as the index compares it: either case, and each run of `-`, `_`
/// and `.` is one `-` (PEP 503).
#[must_use]
pub fn pep_503(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for letter in name.trim().chars() {
        if !matches!(letter, '-' | '_' | '.') {
            normal.push(letter.to_ascii_lowercase());
        } else if !normal.ends_with('-') {
            normal.push('-');
        }
    }
    normal
}

/// Cargo: `-` and `_` are equal.
#[must_use]
pub fn crates(name: &str) -> String {
    name.trim().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::pep_503;

    #[test]
    fn runs_of_separators_are_one() {
        assert_eq!(pep_503("Zope.-_Interface"), "zope-interface");
        assert_eq!(pep_503(" ruamel.yaml "), "ruamel-yaml");
        assert_eq!(pep_503("a__b"), "a-b");
    }
}
