//! Front ends of the app that are built, as a decision uses them; what speaks for and against each is found by
//! [`crate::own`].

use crate::because::Because;

/// A front end that is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrontEnd {
    /// Relative to the app.
    pub folder: String,
    /// Why a process may use its sources or packages all the same.
    pub doubt: Option<Because>,
}

/// Where builders write.
pub(super) const OUTPUTS: &[&str] = &["build", "dist", "out", "www"];
/// Folders of a front end that are served as they are.
const SERVED: &[&str] = &["public", "static", "assets"];

/// Whether a file belongs to a front end, and is not part of what is served.
pub(super) fn is_input(front_ends: &[FrontEnd], path: &str) -> bool {
    idle(front_ends).any(|folder| inside(path, folder).is_some_and(is_more))
}

/// Folders of packages that only the build of a front end reads.
pub(super) fn packages(front_ends: &[FrontEnd]) -> impl Iterator<Item = String> {
    idle(front_ends).map(|folder| format!("{folder}/node_modules"))
}

/// Why a package of a front end stays.
pub(super) fn doubt_of<'f>(front_ends: &'f [FrontEnd], path: &str) -> Option<&'f Because> {
    let mut front_ends = front_ends.iter();
    front_ends.find_map(|one| {
        let is_package =
            inside(path, &one.folder).is_some_and(|inside| inside.starts_with("node_modules/"));
        one.doubt.as_ref().filter(|_| is_package)
    })
}

fn idle(front_ends: &[FrontEnd]) -> impl Iterator<Item = &str> {
    let idle = front_ends.iter().filter(|one| one.doubt.is_none());
    idle.map(|one| one.folder.as_str())
}

/// The way from a folder to a path in it.
pub(super) fn inside<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    path.strip_prefix(folder)?.strip_prefix('/')
}

/// Whether a path inside a front end leads to more than its output.
pub(super) fn is_more(inside: &str) -> bool {
    let first = inside.split('/').next().unwrap_or(inside);
    !OUTPUTS.contains(&first) && !SERVED.contains(&first)
}
