//! Which installed package does a path belong to?
//!
//! - npm, pnpm, Yarn: the innermost `node_modules/NAME` or `node_modules/@SCOPE/NAME`; in
//!   pnpm's store that is the package inside `.pnpm/NAME@VERSION/node_modules/`.
//! - Python: what `*.dist-info/RECORD` lists (packaging.python.org, "Recording installed
//!   projects").
//! - Ruby: `gems/NAME-VERSION`, with its extensions, specification and cached archive.
//! - PHP: `vendor/VENDOR/NAME` where `vendor/composer/installed.json` exists.
//! - Go: the modules that `vendor/modules.txt` lists.
//! - Java: each jar by its name without version.
//! - .NET: the assemblies that `*.deps.json` lists.
//! - Elixir, Deno: folders of `deps`, `_build`, releases and `DENO_DIR`.

use std::collections::HashMap;
use std::path::Path;

use slugsmith_ecosystems::{self as ecosystems, dotnet, go, python};
use slugsmith_facts::beneath;
use slugsmith_facts::tree::{EntryKind, Tree};

/// What must be known beyond the path itself.
#[derive(Debug, Default)]
pub(crate) struct Packages {
    /// By `…/site-packages/TOP`: the distribution.
    python: HashMap<Vec<u8>, String>,
    /// Folders that Composer fills, each ending with `/`.
    composer: Vec<Vec<u8>>,
    /// By `…/vendor/MODULE`: the module.
    go: HashMap<Vec<u8>, String>,
    /// By path of an assembly of a published program: the package.
    dotnet: HashMap<Vec<u8>, String>,
}

impl Packages {
    /// Reads the lists that package managers left in a tree.
    pub(crate) fn read(tree: &Tree) -> Self {
        let mut packages = Self::default();
        for entry in tree.entries() {
            if entry.kind() != EntryKind::File {
                continue;
            }
            let path = entry.path_bytes();
            if path.ends_with(b".dist-info/RECORD") {
                packages.read_record(tree, entry.path());
            } else if let Some(vendor) = path.strip_suffix(b"composer/installed.json") {
                packages.composer.push(vendor.to_vec());
            } else if path.ends_with(b"vendor/modules.txt") {
                packages.read_modules(tree, entry.path());
            } else if path.ends_with(b".deps.json") {
                packages.read_dependencies(tree, entry.path());
            }
        }
        packages
    }

    fn read_record(&mut self, tree: &Tree, record: &Path) {
        let Some(info) = record.parent() else { return };
        let Some(site) = info.parent() else { return };
        let folder = info.file_name().unwrap_or_default().to_string_lossy();
        let name = folder.trim_end_matches(".dist-info");
        let name = name
            .rsplit_once('-')
            .map_or(name, |(name, _)| name)
            .replace('_', "-");
        let prefix = bytes(site);
        let mut own = |top: &str| {
            let key = [prefix, b"/", top.as_bytes()].concat();
            self.python.entry(key).or_insert_with(|| name.clone());
        };
        own(&folder);
        let Ok(text) = beneath::text(tree.root().join(record)) else {
            return;
        };
        let mut last = "";
        for path in python::recorded(&text) {
            // Scripts and data outside of site-packages begin with `..`; a cache is
            // shared by all modules that are single files.
            let top = path.split('/').next().unwrap_or_default();
            if top != last && !matches!(top, "" | "." | ".." | "__pycache__") {
                own(top);
                last = top;
            }
        }
    }

    fn read_modules(&mut self, tree: &Tree, list: &Path) {
        let Some(vendor) = list.parent() else { return };
        let Ok(text) = beneath::text(tree.root().join(list)) else {
            return;
        };
        for module in go::vendored(&text) {
            let key = [bytes(vendor), b"/", module.as_bytes()].concat();
            self.go.insert(key, module.to_owned());
        }
    }

    /// What a published program of .NET lists.
    fn read_dependencies(&mut self, tree: &Tree, list: &Path) {
        let Some(folder) = list.parent() else { return };
        let Some(text) = slugsmith_facts::app::text(tree.root(), &list.to_string_lossy()) else {
            return;
        };
        let libraries = dotnet::dependencies(&text).into_iter();
        for library in libraries.filter(|library| !library.is_project) {
            for file in library.files {
                let path = folder.join(file);
                self.dotnet
                    .insert(bytes(&path).to_vec(), library.name.clone());
            }
        }
    }

    /// The package that a path (relative to the tree) belongs to.
    pub(crate) fn of(&self, path: &[u8]) -> Option<String> {
        npm(path)
            .or_else(|| self.python(path))
            .or_else(|| gem(path))
            .or_else(|| self.composer(path))
            .or_else(|| self.go(path))
            .or_else(|| self.dotnet.get(path).cloned())
            .or_else(|| jar(path))
            .or_else(|| by_path(path))
    }

    fn python(&self, path: &[u8]) -> Option<String> {
        let at = end_of(path, b"/site-packages/")?;
        let rest = path.get(at..)?;
        let top = rest.split(|byte| *byte == b'/').next()?;
        let key = path.get(..at + top.len())?;
        match self.python.get(key) {
            Some(name) => Some(name.clone()),
            // `NAME.libs` holds libraries that auditwheel added.
            None => top.strip_suffix(b".libs").map(text),
        }
    }

    fn composer(&self, path: &[u8]) -> Option<String> {
        let vendor = self
            .composer
            .iter()
            .find(|vendor| path.starts_with(vendor))?;
        let mut parts = path.get(vendor.len()..)?.splitn(3, |byte| *byte == b'/');
        let (owner, name, _) = (parts.next()?, parts.next()?, parts.next()?);
        Some(format!("{}/{}", text(owner), text(name)))
    }

    fn go(&self, path: &[u8]) -> Option<String> {
        if self.go.is_empty() {
            return None;
        }
        let mut slashes = path
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, byte)| **byte == b'/');
        slashes
            .find_map(|(slash, _)| self.go.get(path.get(..slash)?))
            .cloned()
    }
}

/// Packages that folders of their manager's own name tell.
fn by_path(path: &[u8]) -> Option<String> {
    let path = std::str::from_utf8(path).ok()?;
    ecosystems::ALL
        .iter()
        .find_map(|one| (one.package_of)(path))
}

/// Where the last occurrence of `marker` ends; a path may begin with it but for its `/`.
fn end_of(path: &[u8], marker: &[u8]) -> Option<usize> {
    let begin = marker.strip_prefix(b"/").unwrap_or(marker);
    path.windows(marker.len())
        .rposition(|part| part == marker)
        .map(|at| at + marker.len())
        .or_else(|| path.starts_with(begin).then_some(begin.len()))
}

fn npm(path: &[u8]) -> Option<String> {
    let rest = path.get(end_of(path, b"/node_modules/")?..)?;
    let mut parts = rest.split(|byte| *byte == b'/');
    let first = parts.next()?;
    if first.starts_with(b"@") {
        let second = parts.next()?;
        return Some(format!("{}/{}", text(first), text(second)));
    }
    // `.bin`, `.cache`, `.package-lock.json` are nobody's package; a lone file is none either.
    if first.starts_with(b".") {
        return Some(format!("node_modules/{}", text(first)));
    }
    Some(text(first))
}

fn gem(path: &[u8]) -> Option<String> {
    for folder in [&b"/gems/"[..], b"/specifications/", b"/cache/", b"/doc/"] {
        let Some(at) = end_of(path, folder) else {
            continue;
        };
        // …/ruby/3.3.0/gems/NAME-VERSION/…
        // At the very beginning there is no home before it.
        let home = (at + 1).checked_sub(folder.len());
        if !home.is_some_and(|end| is_gem_home(path.get(..end).unwrap_or_default())) {
            continue;
        }
        let entry = path.get(at..)?.split(|byte| *byte == b'/').next()?;
        return without_version(&text(entry));
    }
    let at = end_of(path, b"/extensions/")?;
    // extensions/PLATFORM/ABI/NAME-VERSION/…
    let entry = path.get(at..)?.split(|byte| *byte == b'/').nth(2)?;
    without_version(&text(entry))
}

/// True for a path with `ruby/X.Y.Z` or `gems/ruby-…` near its end.
fn is_gem_home(path: &[u8]) -> bool {
    let mut parts = path
        .split(|byte| *byte == b'/')
        .rev()
        .filter(|part| !part.is_empty());
    let last = parts.next().unwrap_or_default();
    let before = parts.next().unwrap_or_default();
    before == b"ruby" && last.first().is_some_and(u8::is_ascii_digit)
}

fn jar(path: &[u8]) -> Option<String> {
    let name = path.rsplit(|byte| *byte == b'/').next()?;
    let stem = name.strip_suffix(b".jar")?;
    without_version(&text(stem)).or_else(|| Some(text(name)))
}

/// `rack-3.1.7` → `rack`; `None` without a version.
fn without_version(name: &str) -> Option<String> {
    let name = name.trim_end_matches(".gemspec").trim_end_matches(".gem");
    let dash = name
        .match_indices('-')
        .find(|(at, _)| name[at + 1..].starts_with(|c: char| c.is_ascii_digit()))?;
    Some(name[..dash.0].to_owned())
}

fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

fn bytes(path: &Path) -> &[u8] {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> Option<String> {
        Packages::default().of(path.as_bytes())
    }

    #[test]
    fn node_packages_are_the_innermost() {
        let name = Some("debug".to_owned());
        assert_eq!(of("node_modules/debug/src/a.js"), name);
        assert_eq!(of("node_modules/express/node_modules/debug/a.js"), name);
        assert_eq!(
            of("node_modules/.pnpm/debug@4.3.4/node_modules/debug/a.js"),
            name
        );
        assert_eq!(
            of("web/node_modules/@img/sharp/a.js"),
            Some("@img/sharp".into())
        );
        assert_eq!(
            of("node_modules/.cache/x"),
            Some("node_modules/.cache".into())
        );
        assert_eq!(of("src/node_modules.js"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_path_is_too_odd(parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "cache", "gems", "doc", "specifications", "extensions", "ruby", "3.3.0", "a-1.0",
                "node_modules", "@", "@a", "vendor", "site-packages", ".jar", "-", "",
            ]), 0..7)) {
            let _ = of(&parts.join("/"));
        }
    }

    #[test]
    fn gems_and_jars_lose_their_version() {
        let home = "vendor/bundle/ruby/3.3.0";
        for path in [
            "gems/rack-test-2.1.0/lib/a.rb",
            "specifications/rack-test-2.1.0.gemspec",
            "cache/rack-test-2.1.0.gem",
            "extensions/x86_64-linux/3.3.0/rack-test-2.1.0/a.so",
        ] {
            assert_eq!(
                of(&format!("{home}/{path}")),
                Some("rack-test".into()),
                "{path}"
            );
        }
        assert_eq!(of("app/cache/photo-1.png"), None);
        assert_eq!(of("target/guava-33.0.0-jre.jar"), Some("guava".into()));
        assert_eq!(of("target/app.jar"), Some("app.jar".into()));
    }

    #[test]
    fn python_php_and_go_follow_what_the_managers_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        };
        let site = "venv/lib/python3.11/site-packages";
        write(
            &format!("{site}/scikit_learn-1.5.0.dist-info/RECORD"),
            "sklearn/__init__.py,sha256=x,1\n../../../bin/run,,\nscikit_learn-1.5.0.dist-info/RECORD,,\n",
        );
        write("vendor/composer/installed.json", "{}");
        write(
            "go/vendor/modules.txt",
            "# github.com/a/b v1.0.0\n## explicit\ngithub.com/a/b/c\n# github.com/a/b/sub v0.1.0\n",
        );
        let packages = Packages::read(&Tree::read(root));
        let of = |path: &str| packages.of(path.as_bytes());
        assert_eq!(
            of(&format!("{site}/sklearn/tree/x.so")),
            Some("scikit-learn".into())
        );
        assert_eq!(
            of(&format!("{site}/scikit_learn-1.5.0.dist-info/METADATA")),
            Some("scikit-learn".into())
        );
        assert_eq!(of(&format!("{site}/numpy.libs/x.so")), Some("numpy".into()));
        assert_eq!(
            of("vendor/monolog/monolog/src/a.php"),
            Some("monolog/monolog".into())
        );
        assert_eq!(
            of("go/vendor/github.com/a/b/c/d.go"),
            Some("github.com/a/b".into())
        );
        assert_eq!(
            of("go/vendor/github.com/a/b/sub/d.go"),
            Some("github.com/a/b/sub".into())
        );
        assert_eq!(of("src/vendor.go"), None);
    }
}
