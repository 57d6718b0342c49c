//! Where do caches live between builds?
//!
//! One layout in every world, that of a Cloud Native buildpack's layers directory: a
//! folder per cache and `<name>.toml` beside it. With `pack build` the root *is* our
//! layers directory and `[types] cache = true` makes the lifecycle keep it; in classic
//! builds it is `CACHE_DIR/slugsmith/`, and on a laptop a folder of the user's cache.

use std::path::{Path, PathBuf};

/// The folder that holds all caches of one app.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
}
