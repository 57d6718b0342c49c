//! Which files of the app do several slices want?
//!
//! The exporter's rules (lifecycle `layers/slices.go`): a pattern is matched against whole
//! paths with Go's `filepath.Match`, a matched folder brings everything below it, and the
//! first slice that wants a file takes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Buildpack;
use crate::glob::{GO, Pattern};
use crate::tree::{EntryKind, Tree};

/// Files that one buildpack's slice takes away from another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// Indexes in the group.
    pub first: usize,
    /// Index in the group.
    pub second: usize,
    /// Files that both slices hold.
    pub files: u64,
    /// One of them, relative to the app.
    pub example: PathBuf,
}

/// Overlaps between slices of different buildpacks. Reads the app only if there can be any.
#[must_use]
pub fn overlaps(app: &Path, group: &[Buildpack]) -> Vec<Overlap> {
    let slices: Vec<(usize, Vec<Pattern>)> = group
        .iter()
        .enumerate()
        .map(|(index, buildpack)| {
            let all = buildpack.launch.iter().flat_map(|launch| &launch.slices);
            // The exporter fails on a broken pattern, which names nothing here.
            (
                index,
                all.flatten()
                    .filter_map(|one| Pattern::new(one, GO))
                    .collect(),
            )
        })
        .filter(|(_, patterns): &(usize, Vec<Pattern>)| !patterns.is_empty())
        .collect();
    if slices.len() < 2 {
        return Vec::new();
    }
    let mut found: BTreeMap<(usize, usize), Overlap> = BTreeMap::new();
    for entry in Tree::read(app).entries() {
        if entry.kind() == EntryKind::Directory {
            continue;
        }
        let path = entry.path().to_string_lossy();
        let mut takers = slices
            .iter()
            .filter(|(_, patterns)| patterns.iter().any(|one| one.names(&path)))
            .map(|(index, _)| *index);
        let Some(first) = takers.next() else { continue };
        for second in takers {
            let overlap = found.entry((first, second)).or_insert_with(|| Overlap {
                first,
                second,
                files: 0,
                example: entry.path().to_owned(),
            });
            overlap.files += 1;
        }
    }
    found.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::LaunchFile;

    #[test]
    fn patterns_are_gos() {
        for (pattern, path, is) in [
            ("node_modules/**", "node_modules/a/b.js", true),
            ("node_modules", "node_modules/a/b.js", true),
            ("*.js", "a/b.js", false),
            ("*.js", "b.js", true),
            ("*", "a/b.js", true),
            ("a/?.j[r-t]", "a/b.js", true),
            ("a/[^b].js", "a/b.js", false),
            ("a/b", "a", false),
            ("a\\*", "a*", true),
            ("[", "[", false),
            ("*a*b", "xaxbxab", true),
            ("*a*b", "xaxbxa", false),
        ] {
            let found = Pattern::new(pattern, GO).is_some_and(|pattern| pattern.names(path));
            assert_eq!(found, is, "{pattern} {path}");
        }
    }

    #[test]
    fn only_files_that_two_buildpacks_want_overlap() {
        let app = tempfile::tempdir().unwrap();
        fs_err::create_dir_all(app.path().join("public/css")).unwrap();
        for name in ["public/css/a.css", "public/x.js", "server.js"] {
            fs_err::write(app.path().join(name), "").unwrap();
        }
        let buildpack = |paths: &[&str]| Buildpack {
            launch: Some(LaunchFile {
                slices: vec![paths.iter().map(|path| (*path).to_owned()).collect()],
                ..LaunchFile::default()
            }),
            ..Buildpack::default()
        };
        let group = [
            buildpack(&["public"]),
            Buildpack::default(),
            buildpack(&["public/css", "*.js"]),
        ];
        let found = overlaps(app.path(), &group);
        assert_eq!(
            found,
            [Overlap {
                first: 0,
                second: 2,
                files: 1,
                example: "public/css/a.css".into()
            }]
        );
        assert!(overlaps(app.path(), &group[..2]).is_empty());
    }
}
