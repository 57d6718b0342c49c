//! Which files does code mean by their ending alone?
//!
//! `read(join(__dirname, "help", name + ".md"))` means every `.md` there, and who names a folder to
//! list, copy, pack or serve it means whatever is in it, also what otherwise stays only where it is
//! named.

use memchr::{memchr3_iter, memmem, memrchr};

use super::catalogue::python::top_folder;
use super::facts::package_folder;
use super::index::parent;
use super::tooling::is_tooling;

/// Endings of files that stay only where they are named.
const ENDINGS: &[&str] = &[
    ".md",
    ".markdown",
    ".mdx",
    ".d.ts",
    ".d.mts",
    ".d.cts",
    ".map",
    ".pyi",
    ".pyx",
    ".pxd",
    ".pxi",
    ".c",
    ".cc",
    ".cpp",
    ".cxx",
    ".h",
    ".hh",
    ".hpp",
    ".cu",
    ".cuh",
    ".f",
    ".f90",
];
/// Whatever it ends with.
const ANY: &[&str] = &[""];
/// Calls that list a folder, or hand it over as a whole.
const LISTS: &[&str] = &[
    "readdir",
    "opendir",
    "scandir",
    "listdir",
    "iterdir",
    "glob",
    "os.walk",
    "copytree",
    "make_archive",
    "StaticFiles",
    "static_folder",
    "add_static",
    "from_directory",
    "static_file",
];

/// What one file means by endings.
#[derive(Debug, Default)]
pub(super) struct Meant<'p> {
    endings: Vec<&'static str>,
    /// Whether code of the app calls one of [`LISTS`].
    lists: bool,
    path: &'p str,
}

impl<'p> Meant<'p> {
    /// Of the text of `path`, if it opens anything in folders beside itself.
    pub(super) fn of(path: &'p str, text: &[u8], folders: &[(String, usize)]) -> Self {
        if folders.is_empty() {
            return Self::default();
        }
        let mut endings: Vec<&'static str> = Vec::new();
        for quote in memchr3_iter(b'"', b'\'', b'`', text) {
            let before = text
                .get(quote.saturating_sub(10)..quote)
                .unwrap_or_default();
            // Most quotes end no name of a file, and there are 22 endings to hold against each.
            if memrchr(b'.', before).is_none() {
                continue;
            }
            let ends = ENDINGS
                .iter()
                .filter(|end| before.ends_with(end.as_bytes()));
            let new: Vec<_> = ends.filter(|end| !endings.contains(end)).copied().collect();
            endings.extend(new);
        }
        // In packages a folder need not be listed to be meant.
        let lists = installed(path).is_none() && LISTS.iter().any(|call| has_call(text, call));
        Self {
            endings,
            lists,
            path,
        }
    }

    /// The endings of files that are meant below `folder`.
    pub(super) fn endings(&self, folder: &str) -> &[&'static str] {
        if self.is_whole(folder) {
            ANY
        } else {
            &self.endings
        }
    }

    /// Whether a folder is named rather than looked through: who copies, packs or serves it takes
    /// whatever is in it. To look for what is beside oneself, or at the top of a package, names none.
    fn is_whole(&self, folder: &str) -> bool {
        let inside = format!("{folder}/x");
        let top = installed(&inside);
        let own = folder == parent(self.path);
        match (installed(self.path), top) {
            (Some(_), _) => !own && !folder.is_empty() && top != Some(folder),
            // The app names a package, or a folder of it.
            (None, Some(_)) => !is_tooling(self.path),
            (None, None) => self.lists && !own && !folder.is_empty(),
        }
    }
}

/// The folder of the package that a file was installed with, of Node or Python.
fn installed(path: &str) -> Option<&str> {
    package_folder(path).or_else(|| top_folder(path))
}

/// Whether a text has the name of a call; `globals()` is not one of `glob`.
fn has_call(text: &[u8], call: &str) -> bool {
    memmem::find_iter(text, call).any(|at| text.get(at + call.len()) != Some(&b'a'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_and_lists_are_seen() {
        let meant = |text: &str, folder: &str| {
            let folders = [(folder.to_owned(), 0)];
            let meant = Meant::of("node_modules/p/lib/a.js", text.as_bytes(), &folders);
            meant.endings(folder).to_vec()
        };
        assert_eq!(meant("read(x + '.md')", "node_modules/p"), [".md"]);
        assert_eq!(meant("`${x}.d.ts`", "node_modules/p/lib"), [".d.ts"]);
        assert_eq!(meant("cpSync(x, y)", "node_modules/p/docs"), [""]);
        for own in ["node_modules/p", "node_modules/p/lib"] {
            assert!(meant("readdirSync(x)", own).is_empty(), "{own}");
        }
        assert!(meant("'markdown'", "node_modules/p").is_empty());
    }
}
