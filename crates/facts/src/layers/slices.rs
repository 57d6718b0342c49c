//! Which files of the app do several slices want?
//!
//! The exporter's rules (lifecycle `layers/slices.go`): a pattern is matched against whole
//! paths with Go's `filepath.Match`, a matched folder brings everything below it, and the
//! first slice that wants a file takes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Buildpack;
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
    let slices: Vec<(usize, Vec<String>)> = group
        .iter()
        .enumerate()
        .map(|(index, buildpack)| {
            let all = buildpack.launch.iter().flat_map(|launch| &launch.slices);
            (index, all.flatten().map(|one| clean(one)).collect())
        })
        .filter(|(_, patterns): &(usize, Vec<String>)| !patterns.is_empty())
        .collect();
    if slices.len() < 2 {
        return Vec::new();
    }
    let mut found: BTreeMap<(usize, usize), Overlap> = BTreeMap::new();
    for entry in Tree::read(app).entries() {
        if entry.kind() == EntryKind::Directory {
            continue;
        }
        let mut takers = slices
            .iter()
            .filter(|(_, patterns)| patterns.iter().any(|one| takes(one, entry.path())))
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

/// `./a//b/` as `a/b`.
fn clean(pattern: &str) -> String {
    let parts: Vec<&str> = pattern
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    parts.join("/")
}

/// Whether a pattern matches a file or one of the folders that it is in.
fn takes(pattern: &str, path: &Path) -> bool {
    let parts: Vec<&str> = pattern.split('/').collect();
    let mut names = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    parts.iter().all(|part| {
        let name = names.next();
        name.is_some_and(|name| matches(part, &name))
    })
}

/// Go's `filepath.Match` for one part of a path; a broken pattern matches nothing (the
/// exporter fails on it). Only the last star is ever tried again, so that no pattern costs
/// more than the product of both lengths.
fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut rest, mut at): (&[char], usize) = (&pattern, 0);
    let mut star: Option<(&[char], usize)> = None;
    while let Some(found) = name.get(at) {
        if let Some(('*', after)) = rest.split_first() {
            star = Some((after, at));
            rest = after;
        } else if let Some(after) = one(rest, *found) {
            rest = after;
            at += 1;
        } else if let Some((after, began)) = star {
            star = Some((after, began + 1));
            rest = after;
            at = began + 1;
        } else {
            return false;
        }
    }
    rest.iter().all(|left| *left == '*')
}

/// What is left of a pattern whose first element is this character.
fn one(pattern: &[char], found: char) -> Option<&[char]> {
    let (first, rest) = pattern.split_first()?;
    match first {
        '?' => Some(rest),
        '[' => class(rest, found),
        '\\' => rest
            .split_first()
            .filter(|(wanted, _)| **wanted == found)
            .map(|(_, rest)| rest),
        wanted => (*wanted == found).then_some(rest),
    }
}

/// `[abc]`, `[a-z]`, `[^a]`; `pattern` begins after the bracket.
fn class(pattern: &[char], found: char) -> Option<&[char]> {
    let negated = pattern.first() == Some(&'^');
    let body = pattern.get(usize::from(negated)..)?;
    let end = 1 + body.iter().skip(1).position(|one| *one == ']')?;
    let (set, rest) = body.split_at(end);
    let mut inside = false;
    let mut index = 0;
    while let Some(low) = set.get(index) {
        let high = set
            .get(index + 2)
            .filter(|_| set.get(index + 1) == Some(&'-'));
        inside |= (*low..=*high.unwrap_or(low)).contains(&found);
        index += if high.is_some() { 3 } else { 1 };
    }
    (inside != negated).then(|| rest.get(1..)).flatten()
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
            assert_eq!(
                takes(&clean(pattern), Path::new(path)),
                is,
                "{pattern} {path}"
            );
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
