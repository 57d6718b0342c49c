//! Which files does the app have after a strip?
//!
//! The walk that strip decides on says it all: what is left is what was found less what
//! went, and only files that strip itself wrote are looked at again. Nobody has to walk the
//! app a second time.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::report::{Removed, StripReport};
use slugsmith_facts::absent::Absent;
use slugsmith_facts::tree::Tree;

/// What came of a strip, and the files that it looked at.
#[derive(Debug, Clone)]
pub struct Stripped {
    pub report: StripReport,
    /// The app's files, those that the report removed included.
    pub found: Tree,
}

impl Stripped {
    /// `found` is the tree from before; files that became smaller or were brought back
    /// are looked at again.
    pub(super) fn new(mut found: Tree, report: StripReport, absent: &dyn Absent) -> Self {
        let removed = paths(&report.manifest);
        let entries = found
            .entries()
            .iter()
            .map(slugsmith_facts::tree::Entry::path);
        let back = entries.filter(|path| absent.has(path) && !removed.contains(path));
        let back: Vec<_> = back.map(Path::to_owned).collect();
        let mut written: HashSet<&Path> = back.iter().map(PathBuf::as_path).collect();
        if !report.dry_run {
            written.extend(paths(&report.shrunk));
        }
        found.reread(&written);
        Self { report, found }
    }

    /// The files that are left; in a dry run, that would be left but for those that would
    /// become smaller.
    #[must_use]
    pub fn left(&self) -> Tree {
        self.found.without(&paths(&self.report.manifest))
    }

    /// As [`Stripped::left`], with the report, and nothing is copied.
    #[must_use]
    pub fn into_left(self) -> (StripReport, Tree) {
        let tree = self.found.into_without(&paths(&self.report.manifest));
        (self.report, tree)
    }
}

fn paths(removed: &[Removed]) -> HashSet<&Path> {
    removed.iter().map(|one| one.path.as_path()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{app, environment};
    use super::super::{Input, run_with};
    use super::*;
    use slugsmith_config as config;
    use slugsmith_facts::tree::EntryKind;

    type Listed = Vec<(PathBuf, EntryKind, u64, u32)>;

    fn listed(tree: &Tree) -> Listed {
        let entries = tree.entries().iter();
        entries
            .map(|one| (one.path().to_owned(), one.kind(), one.size(), one.mode()))
            .collect()
    }

    /// The files that are left by the first walk, and by a second one.
    fn both(folder: &Path, settings: &str) -> (Listed, Listed) {
        let environment = environment();
        let config = config::parse(settings, &environment).unwrap();
        let input = Input {
            app: folder,
            config: &config,
            environment: &environment,
            commands: Vec::new(),
            absent: &slugsmith_facts::absent::Nothing,
            dry_run: false,
        };
        let stripped = run_with(&input).unwrap();
        assert_eq!(listed(&stripped.left()), {
            let (_, left) = stripped.clone().into_left();
            listed(&left)
        });
        (listed(&stripped.left()), listed(&Tree::read(folder)))
    }

    fn packages() -> tempfile::TempDir {
        let folder = app(&[
            ("package.json", r#"{"scripts":{"start":"node server.js"}}"#),
            ("server.js", "require('ms')"),
            ("node_modules/ms/package.json", r#"{"main":"index.js"}"#),
            ("node_modules/ms/index.js", "module.exports = 1"),
            ("node_modules/ms/index.js.map", "{}"),
            ("node_modules/ms/maps/deep/a.js.map", "{}"),
            ("node_modules/ms/docs/guide.md", "text"),
            ("node_modules/ms/docs/more/guide.md", "text"),
        ]);
        fs_err::create_dir_all(folder.path().join("node_modules/ms/docs/empty")).unwrap();
        fs_err::create_dir_all(folder.path().join("log")).unwrap();
        std::os::unix::fs::symlink("guide.md", folder.path().join("node_modules/ms/docs/link"))
            .unwrap();
        folder
    }

    #[test]
    fn what_is_left_is_what_a_second_walk_finds() {
        let folder = packages();
        let before = listed(&Tree::read(folder.path())).len();
        let (left, walked) = both(folder.path(), "");
        assert_eq!(left, walked);
        assert!(left.len() + 3 < before, "{left:?}");
    }

    #[test]
    fn a_program_that_lost_its_symbols_has_its_new_size() {
        let folder = packages();
        let addon = folder.path().join("node_modules/ms/build/Release/ms.node");
        fs_err::create_dir_all(addon.parent().unwrap()).unwrap();
        fs_err::copy(std::env::current_exe().unwrap(), &addon).unwrap();
        let before = fs_err::metadata(&addon).unwrap().len();
        let (left, walked) = both(folder.path(), "");
        assert_eq!(left, walked);
        let after = fs_err::metadata(&addon).unwrap().len();
        assert!(after < before, "nothing became smaller: {after}");
    }

    #[test]
    fn what_a_verify_command_wrote_is_found() {
        let folder = packages();
        let settings = "[com.slugsmith.strip]\nverify = [\"touch log/started\"]";
        let (left, walked) = both(folder.path(), settings);
        assert_eq!(left, walked);
        assert!(left.iter().any(|(path, ..)| path.ends_with("log/started")));
    }

    #[test]
    fn a_verify_command_that_fails_leaves_everything() {
        let folder = packages();
        let before = listed(&Tree::read(folder.path()));
        let (left, walked) = both(folder.path(), "[com.slugsmith.strip]\nverify = [\"false\"]");
        assert_eq!(left, walked);
        assert_eq!(left, before);
    }
}
