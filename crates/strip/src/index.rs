//! Where in the tree is a path, what is below it, and which package does it belong to?
//!
//! Works on paths as text relative to the app, because package.json, import specifiers
//! and user lists are text; names that are not UTF-8 have no place here and are
//! therefore never candidates for removal.

mod names;

use std::ops::Range;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use names::Names;

use crate::packages::package_folder;
use slugsmith_facts::tree::{Entry, EntryKind, Tree};

/// How many links one lookup follows before it gives up (Linux stops at 40, `path_resolution(7)`).
const MAX_LINKS: usize = 40;

/// Lookup by path over a tree that is read once.
pub struct Index<'a> {
    entries: &'a [Entry],
    /// Their paths as text, where they are UTF-8.
    paths: Vec<Option<&'a str>>,
    by_path: HashMap<&'a str, u32>,
    /// Their packages.
    packages: Vec<Option<&'a str>>,
    /// Paths without their last extension.
    stems: HashSet<&'a str>,
    /// Last names of all paths, with and without their last extension.
    names: Names<'a>,
    /// Targets of symbolic links, relative to the app; links that leave it are missing.
    links: HashMap<u32, String>,
    /// Whether one of them leads to something other than a file, so that paths go on behind it.
    links_to_folders: bool,
}

impl<'a> Index<'a> {
    /// `target_of` reads a link, given its path relative to the app.
    pub fn new(tree: &'a Tree, target_of: impl Fn(&str) -> Option<String>) -> Self {
        let entries = tree.entries();
        let paths: Vec<_> = entries.iter().map(|entry| entry.path().to_str()).collect();
        let mut by_path = HashMap::with_capacity(entries.len());
        let mut stems = HashSet::with_capacity(entries.len());
        let mut names = HashSet::with_capacity(entries.len());
        let mut links = HashMap::new();
        for ((number, entry), path) in (0..).zip(entries).zip(&paths) {
            let Some(path) = *path else { continue };
            by_path.insert(path, number);
            let name = name(path);
            names.insert(name);
            if let Some(dot) = name.rfind('.') {
                names.insert(&name[..dot]);
                stems.insert(&path[..path.len() - name.len() + dot]);
            }
            if entry.kind() == EntryKind::Symlink
                && let Some(target) = target_of(path)
                && !target.starts_with('/')
                && let Some(target) = join(parent(path), &target)
            {
                links.insert(number, target);
            }
        }
        let is_file = |path: &str| {
            let number = by_path
                .get(path)
                .and_then(|number| entries.get(*number as usize));
            number.is_some_and(|entry| entry.kind() == EntryKind::File)
        };
        Self {
            entries,
            packages: paths.iter().map(|path| package_folder((*path)?)).collect(),
            paths,
            links_to_folders: !links.values().all(|target| is_file(target)),
            by_path,
            stems,
            names: Names::new(names),
            links,
        }
    }

    /// All entries; numbers are places in this list.
    #[must_use]
    pub fn entries(&self) -> &'a [Entry] {
        self.entries
    }

    /// The entry with this number.
    #[must_use]
    pub fn entry(&self, number: usize) -> Option<&'a Entry> {
        self.entries.get(number)
    }

    /// The path of an entry; `None` if it is not UTF-8.
    #[must_use]
    pub fn path(&self, number: usize) -> Option<&'a str> {
        self.paths.get(number).copied().flatten()
    }

    /// The folder of the package that an entry is in, below some `node_modules`.
    #[must_use]
    pub fn package(&self, number: usize) -> Option<&'a str> {
        self.packages.get(number).copied().flatten()
    }

    /// The entry of exactly this path; links are not followed.
    #[must_use]
    pub fn exact(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).map(|number| *number as usize)
    }

    /// The entry that this path leads to inside the app, links followed.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<usize> {
        self.follow(path, MAX_LINKS)
    }

    /// A link has nothing below it in the tree, and what is real has real folders above it.
    /// So the nearest thing above a path that is there says whether a link leads further.
    fn follow(&self, path: &str, links_left: usize) -> Option<usize> {
        let exact = self.exact(path);
        let is_link = |number: usize| self.kind(number) == Some(EntryKind::Symlink);
        if exact.map_or(!self.links_to_folders, |number| !is_link(number)) {
            return exact;
        }
        let Some((target, rest)) = self.leads_to(path) else {
            return exact;
        };
        let next = join(target, rest)?;
        match links_left {
            0 => None,
            _ if next.is_empty() => None,
            left => self.follow(&next, left - 1),
        }
    }

    /// Where the nearest thing above a path leads to, or the path itself, if it is a link;
    /// and what follows it.
    fn leads_to<'p>(&self, path: &'p str) -> Option<(&str, &'p str)> {
        if self.links.is_empty() {
            return None;
        }
        let mut end = path.len();
        loop {
            if let Some(number) = self.exact(&path[..end]) {
                let target = self.links.get(&u32::try_from(number).ok()?)?;
                return Some((target, path[end..].trim_start_matches('/')));
            }
            end = path[..end].rfind('/')?;
        }
    }

    /// Whether something beside this path has its name and an extension, links of its
    /// folders followed.
    #[must_use]
    pub fn has_stem(&self, path: &str) -> bool {
        if self.stems.contains(path) {
            return true;
        }
        if !self.links_to_folders {
            return false;
        }
        let folder = parent(path);
        let linked = self.leads_to(folder).and_then(|_| self.find(folder));
        linked
            .and_then(|folder| join(self.path(folder)?, name(path)))
            .is_some_and(|path| self.stems.contains(path.as_str()))
    }

    /// Whether anything may be at this path, seen from any folder, with an extension or without: by
    /// its last name, which is nowhere for nearly all that code has in quotes.
    #[must_use]
    pub fn may_be(&self, path: &str) -> bool {
        self.may_be_named(name(path.trim_end_matches('/')))
    }

    /// The same for a last name.
    #[must_use]
    pub fn may_be_named(&self, last: &str) -> bool {
        // TypeScript sources name the JavaScript that they will become.
        let stem = last.strip_suffix(".js");
        matches!(last, "" | "." | "..")
            || self.names.has(last)
            || stem.is_some_and(|stem| self.names.has(stem))
    }

    /// What the entry with this number is.
    #[must_use]
    pub fn kind(&self, number: usize) -> Option<EntryKind> {
        self.entries.get(number).map(Entry::kind)
    }

    /// Whether it is a file, and no link to one.
    #[must_use]
    pub fn is_file(&self, number: usize) -> bool {
        self.kind(number) == Some(EntryKind::File)
    }

    /// Whether it is a folder, and no link to one.
    #[must_use]
    pub fn is_folder(&self, number: usize) -> bool {
        self.kind(number) == Some(EntryKind::Directory)
    }

    /// Whether there is a file of exactly this path.
    #[must_use]
    pub fn has_file(&self, path: &str) -> bool {
        self.exact(path).is_some_and(|number| self.is_file(number))
    }

    /// What is below a folder; the tree's order keeps that together.
    #[must_use]
    pub fn below(&self, folder: usize) -> Range<usize> {
        let Some(top) = self.entries.get(folder) else {
            return 0..0;
        };
        let start = folder + 1;
        let count = self
            .entries
            .get(start..)
            .unwrap_or_default()
            .partition_point(|entry| entry.path().starts_with(top.path()));
        start..start + count
    }

    /// What is below the folder of this path; everything for the empty path.
    #[must_use]
    pub fn below_path(&self, path: &str) -> Range<usize> {
        if path.is_empty() {
            return 0..self.entries.len();
        }
        match self.find(path) {
            Some(number) if self.is_folder(number) => self.below(number),
            _ => 0..0,
        }
    }

    /// Where each link inside the app leads to.
    pub fn link_targets(&self) -> impl Iterator<Item = (usize, &str)> {
        self.links
            .iter()
            .map(|(number, target)| (*number as usize, target.as_str()))
    }
}

/// The folder of a path, empty for the root.
#[must_use]
pub fn parent(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..slash])
}

/// The last name of a path.
#[must_use]
pub fn name(path: &str) -> &str {
    path.rfind('/').map_or(path, |slash| &path[slash + 1..])
}

/// Whether a path leads through a folder: `a/.next/static/b.js` through `.next/static`.
pub(crate) fn is_below(path: &str, folder: &str) -> bool {
    let mut places = memchr::memmem::find_iter(path.as_bytes(), folder);
    places.any(|at| {
        let begins = at == 0 || path.as_bytes().get(at - 1) == Some(&b'/');
        begins && path.as_bytes().get(at + folder.len()) == Some(&b'/')
    })
}

/// What follows the last dot of a path's name; empty without one.
pub(crate) fn extension(path: &str) -> &str {
    name(path).rsplit_once('.').map_or("", |(_, end)| end)
}

/// `path` seen from `folder`, with `.` and `..` resolved; `None` if it leaves the app.
#[must_use]
pub fn join(folder: &str, path: &str) -> Option<String> {
    // Each literal of each source is joined with up to four folders: the usual ones in one step.
    if !is_plain(folder) && !folder.is_empty() {
        return resolved(folder, path);
    }
    let (mut folder, mut path) = (folder, path);
    while let Some(rest) = path.strip_prefix("./").or_else(|| path.strip_prefix("../")) {
        if path.starts_with("..") {
            if folder.is_empty() {
                return None;
            }
            folder = parent(folder);
        }
        path = rest;
    }
    if !is_plain(path) {
        return resolved(folder, path);
    }
    let slash = if folder.is_empty() { "" } else { "/" };
    Some([folder, slash, path].concat())
}

/// Whether each part of a path is a name as it stands.
fn is_plain(path: &str) -> bool {
    let mut last = b'/';
    let may_be_odd = path.bytes().any(|byte| {
        let is_odd = last == b'/' && matches!(byte, b'/' | b'.');
        last = byte;
        is_odd
    });
    let is_odd = |part| matches!(part, "" | "." | "..");
    !(may_be_odd && path.split('/').any(is_odd)) && last != b'/'
}

fn resolved(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_inside_the_app_only() {
        assert_eq!(join("a/b", "../c/./d").as_deref(), Some("a/c/d"));
        assert_eq!(join("a", "..").as_deref(), Some(""));
        assert_eq!(join("a", "../.."), None);
        assert_eq!((parent("a/b/c"), name("a/b/c")), ("a/b", "c"));
        let folders = ["", "a", "a/b", ".a/b", "a/.b", "a/"];
        let paths = [
            "c",
            "./c",
            "../c",
            "../../c",
            ".././../c",
            "c/../d",
            ".c",
            "./.c",
            "/c",
            "c//d",
            "c/",
            "./",
            "..",
            ".",
            "",
            "...",
            "..c",
            ".//c",
            "..//c",
        ];
        for folder in folders {
            for path in paths {
                assert_eq!(
                    join(folder, path),
                    resolved(folder, path),
                    "{folder} {path}"
                );
            }
        }
        assert_eq!((parent("c"), name("c")), ("", "c"));
    }

    #[test]
    fn links_are_followed_inside_the_app_and_loops_end() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs_err::create_dir_all(root.join("store/x")).unwrap();
        fs_err::write(root.join("store/x/index.js"), "").unwrap();
        fs_err::create_dir_all(root.join("node_modules")).unwrap();
        let link = std::os::unix::fs::symlink::<&str, std::path::PathBuf>;
        link("../store/x", root.join("node_modules/x")).unwrap();
        link("loop", root.join("loop")).unwrap();
        link("/etc", root.join("out")).unwrap();
        let tree = Tree::read(root);
        let index = Index::new(&tree, |path| {
            fs_err::read_link(root.join(path))
                .ok()?
                .to_str()
                .map(str::to_owned)
        });
        let found = index.find("node_modules/x/index.js").unwrap();
        assert_eq!(index.path(found), Some("store/x/index.js"));
        assert_eq!(index.find("loop/a"), None);
        assert_eq!(index.find("out/passwd"), None);
        assert_eq!(index.find("node_modules/y/index.js"), None);
        assert!(index.has_stem("node_modules/x/index"));
        assert!(index.has_stem("store/x/index"));
        for none in ["node_modules/x/other", "loop/a", "out/passwd", "index", "x"] {
            assert!(!index.has_stem(none), "{none}");
        }
        assert_eq!(index.below_path("store").len(), 2);
        assert_eq!(index.below_path("").len(), tree.entries().len());
    }
}
