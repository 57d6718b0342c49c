//! What a command did to the app: two walks and what differs between them.
//!
//! Nothing is guessed from names. Left out are the trees of the command itself, which are kept
//! whole, and what is no file of the app ([`Bounds`]). A socket, FIFO or device belongs to a
//! process that is over, so it is never kept.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use crate::Context;
use crate::effects::Effects;
use crate::files::{self, Files};
use slugsmith_facts::tree::{Entry, EntryKind, Tree};

/// Which paths are files of the app: not the trees of any install, not the repository, not what
/// other buildpacks keep in the app.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bounds {
    /// Trees of installs, and cache folders.
    pub outside: Vec<PathBuf>,
    /// The app is also the home of the user, where tools keep caches and logs of their own.
    pub is_home: bool,
    /// Dot folders of the home that were there before anything ran.
    pub home_names: HashSet<PathBuf>,
}

/// What buildpacks keep in an app on a classic platform (Dev Center, "Buildpack API").
const OF_BUILDPACKS: &[&str] = &[".heroku", ".profile.d"];

impl Bounds {
    /// The bounds of a run whose installs have these trees.
    pub(crate) fn new(context: &Context<'_>, outside: Vec<PathBuf>) -> Self {
        let app = &context.app.root;
        let home = context.environment.get("HOME").map(Path::new);
        let names = context.app.names.iter();
        Self {
            outside,
            is_home: home.is_some_and(|home| home == app),
            home_names: names.map(PathBuf::from).collect(),
        }
    }

    /// Whether this path, relative to the app, is a file of the app or may become one.
    pub(crate) fn is_app(&self, path: &Path) -> bool {
        let first = path.iter().next().unwrap_or_default();
        let is_tools = self.is_home
            && first.as_encoded_bytes().starts_with(b".")
            && !self.home_names.contains(Path::new(first));
        !(files::is_ours(path)
            || is_tools
            || first == ".git"
            || OF_BUILDPACKS.iter().any(|name| first == *name)
            || self.outside.iter().any(|tree| path.starts_with(tree)))
    }
}

/// The app before a command.
pub(crate) struct Snapshot {
    entries: BTreeMap<PathBuf, Entry>,
    files: Files,
}

impl Snapshot {
    /// Looks at the app and reads its files, without which a change of the same size could not
    /// be told from a mere touch.
    pub(crate) fn of(app: &Path, bounds: &Bounds) -> Self {
        let tree = Tree::read(app);
        let files = Files::of(&tree, &[PathBuf::new()], |path| bounds.is_app(path));
        let entries = tree.entries().iter();
        let entries = entries.filter(|entry| bounds.is_app(entry.path()));
        Self {
            entries: entries
                .map(|entry| (entry.path().to_owned(), entry.clone()))
                .collect(),
            files,
        }
    }

    /// Every file that was there.
    pub(crate) fn files(&self) -> &Files {
        &self.files
    }

    /// What has happened since.
    pub(crate) fn effects(&self, app: &Path, bounds: &Bounds) -> Effects {
        let tree = Tree::read(app);
        let now = tree.entries().iter();
        let now: Vec<&Entry> = now.filter(|entry| bounds.is_app(entry.path())).collect();
        let with_special = folders_with_special(&now);
        let mut effects = Effects::default();
        for entry in &now {
            let path = entry.path();
            let is_covered = effects
                .added
                .last()
                .is_some_and(|root| path.starts_with(root));
            match self.entries.get(path) {
                _ if is_covered || entry.kind() == EntryKind::Special => {}
                Some(before) if before.kind() == entry.kind() => {
                    if self.is_changed(app, before, entry) {
                        effects.changed.push(path.to_owned());
                    }
                }
                before => {
                    // A folder that holds a tree of its own, or a socket, is kept by its parts.
                    let holds_other = entry.kind() == EntryKind::Directory
                        && (with_special.contains(path)
                            || bounds.outside.iter().any(|tree| tree.starts_with(path)));
                    if before.is_some() {
                        effects.removed.push(path.to_owned());
                    }
                    if !holds_other {
                        effects.added.push(path.to_owned());
                    }
                }
            }
        }
        let present: HashSet<&Path> = now.iter().map(|entry| entry.path()).collect();
        for path in self
            .entries
            .keys()
            .filter(|path| !present.contains(path.as_path()))
        {
            let is_covered = effects
                .removed
                .last()
                .is_some_and(|root| path.starts_with(root));
            let holds_other = bounds.outside.iter().any(|tree| tree.starts_with(path));
            if !is_covered && !holds_other {
                effects.removed.push(path.clone());
            }
        }
        effects
    }

    fn is_changed(&self, app: &Path, before: &Entry, now: &Entry) -> bool {
        // Times also move when a file gets a second name or is written as it was.
        !files::is_untouched(before, now)
            && (before.mode() != now.mode()
                || self.files.get(now.path()) != Some(&files::content(app, now).0))
    }
}

fn folders_with_special(entries: &[&Entry]) -> HashSet<PathBuf> {
    let special = entries
        .iter()
        .filter(|entry| entry.kind() == EntryKind::Special);
    let above = special.flat_map(|entry| entry.path().ancestors().skip(1));
    above.map(Path::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_are_what_differs_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path();
        let put = |path: &str, text: &str| crate::tests::put(app, path, text);
        for path in ["same", "touched", "edited", "gone/a", "gone/b", "src/x"] {
            put(path, "1");
        }
        let bounds = Bounds {
            outside: vec![
                PathBuf::from("node_modules"),
                PathBuf::from("new/node_modules"),
            ],
            ..Bounds::default()
        };
        let before = Snapshot::of(app, &bounds);
        put("touched", "1");
        put("edited", "2");
        fs_err::remove_dir_all(app.join("gone")).unwrap();
        put("node_modules/a", "1");
        put("new/node_modules/a", "1");
        put("new/made", "1");
        put("dist/deep/a", "1");
        put("src/made", "1");
        put("run/log", "1");
        std::os::unix::net::UnixListener::bind(app.join("run/socket")).unwrap();
        let effects = before.effects(app, &bounds);
        let paths = |list: &[PathBuf]| -> Vec<String> {
            list.iter().map(|path| path.display().to_string()).collect()
        };
        assert_eq!(
            paths(&effects.added),
            ["dist", "new/made", "run/log", "src/made"]
        );
        assert_eq!(paths(&effects.changed), ["edited"]);
        assert_eq!(paths(&effects.removed), ["gone"]);
    }

    #[test]
    fn a_home_keeps_the_folders_of_its_tools() {
        let bounds = Bounds {
            is_home: true,
            home_names: [PathBuf::from(".env")].into(),
            ..Bounds::default()
        };
        assert!(!bounds.is_app(Path::new(".npm/_logs/1")));
        assert!(bounds.is_app(Path::new(".env")) && bounds.is_app(Path::new("src/.npm/x")));
    }
}
