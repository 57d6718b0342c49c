//! Which folder of the app is installed on its own, and where do paths that are written in it lead?

use std::path::{Component, Path, PathBuf};

use super::Recognised;
use crate::Context;
use crate::adopt::Wanted;
use slugsmith_facts::app::App;
use slugsmith_facts::{Malformed, app};

/// A folder of the app that is installed on its own: the root, or a sub-project.
pub(crate) struct Project<'a> {
    pub context: &'a Context<'a>,
    /// The facts of this folder.
    pub app: App,
    /// Relative to the app; empty for the root.
    pub at: PathBuf,
}

impl<'a> Project<'a> {
    pub(crate) fn new(context: &'a Context<'a>, at: &Path) -> Self {
        Self {
            context,
            app: if at.as_os_str().is_empty() {
                context.app.clone()
            } else {
                app::read(&context.app.root.join(at))
            },
            at: at.to_owned(),
        }
    }

    /// `npm`, or `frontend/npm` in a sub-project: the cache's name.
    pub(in crate::presets) fn name(&self, ecosystem: &str) -> String {
        if self.at.as_os_str().is_empty() {
            ecosystem.to_owned()
        } else {
            format!("{}/{ecosystem}", self.at.display())
        }
    }

    /// Where a path leads that is written in a folder of this place, relative to the app: it may
    /// lead out of the place (`../shared`). `None` outside of the app.
    pub(in crate::presets) fn reached(
        &self,
        folder: impl AsRef<Path>,
        path: impl AsRef<Path>,
    ) -> Option<PathBuf> {
        reached(self.at.join(folder), path)
    }

    /// A path of this place, relative to the app.
    pub(in crate::presets) fn tree(&self, path: impl AsRef<Path>) -> PathBuf {
        self.at.join(path)
    }

    /// What is judged for a cache of this place.
    pub(in crate::presets) fn wanted<'b>(&'b self, name: &'b str) -> Wanted<'b> {
        Wanted {
            context: self.context,
            name,
            at: &self.at,
        }
    }

    pub(in crate::presets) fn unusable<'b>(
        &self,
        name: &str,
        malformed: &Malformed,
    ) -> Recognised<'b> {
        let reported = self.at.as_os_str().is_empty()
            && self.app.broken().any(|reported| reported == malformed);
        Recognised::Unusable {
            name: self.name(name),
            what: malformed.path.clone(),
            problem: malformed.problem(),
            reported,
        }
    }
}

/// Where a path leads that is written in this folder of the app. `None` outside of the app.
pub(in crate::presets) fn reached(folder: PathBuf, path: impl AsRef<Path>) -> Option<PathBuf> {
    let mut found = folder;
    for part in path.as_ref().components() {
        match part {
            Component::Normal(name) => found.push(name),
            Component::CurDir => {}
            Component::ParentDir if found.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(found)
}
