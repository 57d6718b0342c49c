//! How each package manager adds a package, for advice that must not leave a second lockfile behind.

/// Where a package goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Into {
    /// New, for production.
    Production,
    /// From the development dependencies to those of production.
    ProductionFromDevelopment,
    /// From those of production to the development dependencies.
    Development,
}

/// The command by which a manager adds packages; `None` for a manager that is not known here.
///
/// Only npm and pnpm move a package that the other list has; the others are told to take it out first
/// (docs.npmjs.com/cli/commands/npm-install, pnpm.io/cli/add, yarnpkg.com/cli/add, bun.com/docs/cli/add).
#[must_use]
pub fn command(manager: &str, into: Into, packages: &str) -> Option<String> {
    let moves = |add: &str| format!("{manager} remove {packages} && {manager} {add} {packages}");
    let adds = |add: &str| format!("{manager} {add} {packages}");
    Some(match (manager, into) {
        ("npm", Into::Production) => adds("install"),
        ("npm", Into::ProductionFromDevelopment) => adds("install --save-prod"),
        ("npm", Into::Development) => adds("install --save-dev"),
        ("pnpm", Into::ProductionFromDevelopment) => adds("add --save-prod"),
        ("pnpm", Into::Development) => adds("add --save-dev"),
        ("yarn" | "bun", Into::ProductionFromDevelopment) => moves("add"),
        ("yarn" | "bun", Into::Development) => moves("add --dev"),
        ("pipenv", Into::Production) => adds("install"),
        ("yarn" | "bun" | "pnpm" | "poetry" | "uv" | "pdm", Into::Production) => adds("add"),
        ("pip", Into::Production) => format!("pip install {packages} (and into requirements.txt)"),
        _ => return None,
    })
}
