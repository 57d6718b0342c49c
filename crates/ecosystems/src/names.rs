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

/// Python: either case, and each run of `-`, `_` and `.` is one `-`.
pub use slugsmith_facts::packages::pep_503;

/// Cargo: `-` and `_` are equal.
#[must_use]
pub fn crates(name: &str) -> String {
    name.trim().replace('_', "-")
}
