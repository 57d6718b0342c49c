//! Which buildpacks does the builder itself put around every list?
//!
//! `system.toml` names buildpacks that the lifecycle puts before and after each group, unless the
//! group has them already (Platform API 0.15; lifecycle `phase/hermetic_factory.go`,
//! `mergeSystemBuildpacks`). The app's list does not name them and can't move them.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::Buildpack;
use super::tables::{list, table, text};

/// Where the lifecycle looks for it (lifecycle `platform/defaults.go`).
const DEFAULT: &str = "/cnb/system.toml";
/// The platform's word for another place.
const VARIABLE: &str = "CNB_SYSTEM_PATH";

/// The ids of a `system.toml`, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct System {
    /// Before each group.
    pub pre: Vec<String>,
    /// After each group.
    pub post: Vec<String>,
}

/// What the builder of a running build names; nothing where there is no such file.
#[must_use]
pub fn read(live: &BTreeMap<OsString, OsString>) -> System {
    let path = live.get(OsStr::new(VARIABLE)).map(PathBuf::from);
    of_file(path.as_deref().unwrap_or(Path::new(DEFAULT)))
}

fn of_file(path: &Path) -> System {
    let Some(table) = table(path, &mut Vec::new()) else {
        return System::default();
    };
    let ids = |place: &str| {
        let place = table.get("system").and_then(|system| system.get(place));
        let place = place.and_then(toml::Value::as_table);
        let found = place
            .into_iter()
            .flat_map(|place| list(place, "buildpacks"));
        found.map(|one| text(one, "id")).collect()
    };
    System {
        pre: ids("pre"),
        post: ids("post"),
    }
}

impl System {
    /// Which buildpacks of a group come from here: those of `pre` that it begins with and those
    /// of `post` that it ends with. A lifecycle that knows no `system.toml` added none of them.
    #[must_use]
    pub fn marks(&self, group: &[Buildpack]) -> Vec<bool> {
        let ids: Vec<&str> = group.iter().map(|one| one.id.as_str()).collect();
        let front = run(self.pre.iter(), ids.iter().copied());
        let back = run(self.post.iter().rev(), ids.iter().rev().copied());
        let back = ids.len().saturating_sub(back);
        (0..ids.len()).map(|at| at < front || at >= back).collect()
    }
}

/// With how many of the named ids a group begins; one that the list itself names elsewhere is
/// left out, as the lifecycle leaves it out.
fn run<'a>(
    named: impl Iterator<Item = &'a String>,
    mut group: impl Iterator<Item = &'a str>,
) -> usize {
    let mut count = 0;
    let mut next = group.next();
    for one in named {
        if next == Some(one.as_str()) {
            count += 1;
            next = group.next();
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(ids: &[&str]) -> Vec<Buildpack> {
        let one = |id: &&str| Buildpack {
            id: (*id).to_owned(),
            ..Buildpack::default()
        };
        ids.iter().map(one).collect()
    }

    fn system() -> System {
        System {
            pre: vec!["a/one".to_owned(), "a/two".to_owned()],
            post: vec!["z/one".to_owned(), "z/two".to_owned()],
        }
    }

    #[test]
    fn both_ends_of_the_group_are_the_builders() {
        let ids = ["a/one", "a/two", "app/node", "z/one", "z/two"];
        assert_eq!(
            system().marks(&group(&ids)),
            [true, true, false, true, true]
        );
    }

    #[test]
    fn one_that_the_list_names_itself_stays_the_lists() {
        let ids = ["a/one", "app/node", "z/one", "a/two"];
        assert_eq!(system().marks(&group(&ids)), [true, false, false, false]);
        let ids = ["a/two", "app/node", "a/one", "z/two"];
        assert_eq!(system().marks(&group(&ids)), [true, false, false, true]);
    }

    #[test]
    fn a_lifecycle_that_knows_no_such_file_added_none() {
        assert_eq!(
            system().marks(&group(&["app/node", "app/last"])),
            [false, false]
        );
        assert!(system().marks(&[]).is_empty());
    }

    #[test]
    fn the_file_is_read_where_the_platform_says() {
        let temp = tempfile::tempdir().expect("a folder");
        let path = temp.path().join("system.toml");
        let text = "[[system.pre.buildpacks]]\nid = \"a/one\"\nversion = \"1\"\n\
                    [[system.post.buildpacks]]\nid = \"z/one\"\n";
        fs_err::write(&path, text).expect("a file");
        let live = BTreeMap::from([(OsString::from(VARIABLE), path.clone().into_os_string())]);
        let read_here = read(&live);
        assert_eq!(
            (read_here.pre, read_here.post),
            (vec!["a/one".to_owned()], vec!["z/one".to_owned()])
        );
        fs_err::write(&path, "system = 3").expect("a file");
        assert_eq!(read(&live), System::default());
    }
}
