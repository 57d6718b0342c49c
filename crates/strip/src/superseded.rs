//! Builds of Next (`.next`, `apps/web/.next`) of which only the standalone server runs, as a decision uses them; what
//! speaks for each is found by [`crate::trace`].

use crate::index;

/// The folders of such builds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Superseded(Vec<String>);

impl Superseded {
    pub(crate) fn new(builds: Vec<String>) -> Self {
        Self(builds)
    }

    /// Whether a file is part of a build, and not of the server that it made.
    pub(crate) fn has_built(&self, path: &str) -> bool {
        self.0.iter().any(|build| {
            path.strip_prefix(build.as_str()).is_some_and(|inside| {
                inside.starts_with('/') && !inside.starts_with("/standalone/")
            })
        })
    }

    /// The folders of the projects that were built.
    pub(crate) fn projects(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|build| index::parent(build))
    }
}
