//! Where is bootsnap, which Ruby runs it, and which sources can a start load?

use std::path::{Path, PathBuf};

use crate::Input;
use slugsmith_facts::beneath::Beneath;
use slugsmith_facts::environment::{Environment, World};
use slugsmith_facts::tools;
use slugsmith_facts::tree::{Entry, EntryKind, Tree};

/// Everything that entries of bootsnap's cache are made of.
pub(super) struct Facts {
    pub ruby: Ruby,
    /// `bootsnap-1.18.6`.
    pub gem: String,
    /// Folders of its code.
    pub code: Vec<PathBuf>,
    /// Where it looks for its cache, relative to the root.
    pub cache: PathBuf,
    pub sources: Vec<Source>,
}

/// The Ruby that runs the app.
pub(super) struct Ruby {
    pub program: PathBuf,
    /// Version, revision and platform: what its byte code depends on.
    pub description: String,
    library: PathBuf,
}

/// A source that a process can load.
pub(super) struct Source {
    pub path: PathBuf,
    /// Where a dyno has it.
    pub shown: PathBuf,
    /// By which `require` finds it.
    pub feature: String,
    pub kind: Kind,
    /// Lower is loaded earlier, where that was asked.
    pub place: usize,
    pub size: u64,
    /// Seconds since 1970.
    pub modified: u64,
}

/// Whose a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Own,
    Gem,
    Library,
}

/// A text that loads bootsnap with its defaults (bootsnap, README, "Usage").
const SETUP: &str = "bootsnap/setup";
/// Ruby without gems and `RUBYOPT`: nothing of the app runs.
pub(super) const ISOLATED: &str = "--disable=gems,rubyopt";
const QUESTION: &str = "require 'rbconfig'; puts RbConfig::CONFIG['ruby_version'], RUBY_DESCRIPTION, \
    RbConfig::CONFIG['rubylibdir']";
/// Folders whose sources no process loads.
const LEFT_OUT: &[&str] = &[
    "node_modules",
    "tmp",
    "test",
    "tests",
    "spec",
    "features",
    "migrate",
    "templates",
];

/// What is there; `Ok(None)` for an app without bootsnap.
///
/// # Errors
/// Why nothing can be made for an app that has it.
pub(super) fn read(input: &Input<'_>) -> Result<Option<Facts>, String> {
    let Some(cache) = cache(input) else {
        return Ok(None);
    };
    let outside: Vec<Tree> = outside(input)
        .iter()
        .map(|folder| Tree::read(folder))
        .collect();
    let trees: Vec<&Tree> = std::iter::once(input.tree).chain(&outside).collect();
    let Some((gem, abi, mut code)) = trees.iter().find_map(|tree| bootsnap(tree)) else {
        return Ok(None);
    };
    for name in [
        "BOOTSNAP_CACHE_DIR",
        "DISABLE_BOOTSNAP",
        "DISABLE_BOOTSNAP_COMPILE_CACHE",
    ] {
        if let Some(value) = input.environment.get(name) {
            return Err(format!("{name} is set to {value}"));
        }
    }
    let Some(ruby) = ruby(input, &abi) else {
        return Err(format!("no Ruby {abi} answers here"));
    };
    code.dedup();
    let library = (!ruby.library.starts_with(input.root)).then(|| Tree::read(&ruby.library));
    let mut sources = Vec::new();
    for tree in trees.into_iter().chain(library.as_ref()) {
        add(tree, input, &ruby, &mut sources);
    }
    Ok(Some(Facts {
        ruby,
        gem,
        code,
        cache,
        sources,
    }))
}

/// The folder below which bootsnap keeps its cache: `tmp/cache` beside the `config` that loads it.
fn cache(input: &Input<'_>) -> Option<PathBuf> {
    let root = Beneath::open(input.root).ok()?;
    let loads = |path: &Path| {
        let text = root.read(path).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        text.lines()
            .any(|line| !line.trim_start().starts_with('#') && line.contains(SETUP))
    };
    let path = Path::new("config/boot.rb");
    (input.is_app && root.is_file(path) && loads(path)).then(|| PathBuf::from("tmp/cache/bootsnap"))
}

/// Gems in layers: their paths stay.
fn outside<'a>(input: &'a Input<'_>) -> Vec<&'a Path> {
    let set = input.environment.get("BUNDLE_PATH").map(Path::new);
    let of_others =
        set.filter(|path| input.environment.world == World::CloudNative && path.is_absolute());
    let all = input.outside.iter().map(PathBuf::as_path).chain(of_others);
    let mut all: Vec<&Path> = all.filter(|path| !path.starts_with(input.root)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The gem's name with its version, the version of Ruby's interface that it is installed for, and its code.
fn bootsnap(tree: &Tree) -> Option<(String, String, Vec<PathBuf>)> {
    let at = |end: &str| {
        let files = tree.entries().iter().rev();
        files
            .map(Entry::path)
            .find(|path| path.ends_with(end))
            .map(Path::to_owned)
    };
    let code = at("lib/bootsnap/compile_cache.rb")?;
    let library = code.ancestors().nth(2)?;
    let gem = library.parent()?;
    let name = gem.file_name()?.to_str()?.to_owned();
    let home = gem.ancestors().nth(2)?;
    let abi = home.file_name()?.to_str()?.to_owned();
    let native = at("bootsnap/bootsnap.so").filter(|native| native.starts_with(home))?;
    let mut folders = vec![tree.root().join(library)];
    folders.extend(
        native
            .ancestors()
            .nth(2)
            .map(|folder| tree.root().join(folder)),
    );
    name.starts_with("bootsnap-")
        .then_some((name, abi, folders))
}

fn ruby(input: &Input<'_>, abi: &str) -> Option<Ruby> {
    let inside = input
        .tree
        .entries()
        .iter()
        .filter(|entry| entry.path().ends_with("bin/ruby"));
    let inside = inside.map(|entry| input.root.join(entry.path()));
    let mut programs = tools::find("ruby", input.environment)
        .into_iter()
        .chain(inside);
    programs.find_map(|program| ask(program, abi, input.environment))
}

fn ask(program: PathBuf, abi: &str, environment: &Environment) -> Option<Ruby> {
    let answer = tools::ask_outside(&program, &[ISOLATED, "-e", QUESTION], environment)?;
    let mut lines = answer.lines();
    (lines.next()? == abi).then_some(())?;
    Some(Ruby {
        program,
        description: lines.next()?.to_owned(),
        library: PathBuf::from(lines.next()?),
    })
}

fn add(tree: &Tree, input: &Input<'_>, ruby: &Ruby, sources: &mut Vec<Source>) {
    for entry in tree.entries() {
        let path = entry.path();
        let is_source = path.extension().is_some_and(|end| end == "rb");
        if entry.kind() != EntryKind::File
            || !is_source
            || path
                .to_str()
                .is_none_or(|path| path.contains(['\t', '\n', '\r']))
        {
            continue;
        }
        let full = tree.root().join(path);
        let Some((feature, kind)) = feature(path, full.strip_prefix(&ruby.library).ok()) else {
            continue;
        };
        let shown = match full.strip_prefix(input.root) {
            Ok(inside) => crate::shown(input).join(inside),
            Err(_) => full.clone(),
        };
        sources.push(Source {
            path: full,
            shown,
            feature,
            kind,
            place: 0,
            size: entry.size(),
            modified: entry.modified(),
        });
    }
}

/// `gems/rack-2.2.3/lib/rack/utils.rb` is `rack/utils`; the app's own are named by their path below `lib`.
fn feature(path: &Path, in_library: Option<&Path>) -> Option<(String, Kind)> {
    let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
    let name = |parts: &[&str]| {
        let is_loaded = !parts.iter().any(|part| LEFT_OUT.contains(part));
        is_loaded.then(|| parts.join("/").trim_end_matches(".rb").to_owned())
    };
    if let Some(inside) = in_library
        .filter(|inside| !inside.starts_with("gems") && !inside.starts_with("bundled_gems"))
    {
        let parts: Vec<&str> = inside.iter().filter_map(|part| part.to_str()).collect();
        return Some((name(&parts)?, Kind::Library));
    }
    if let Some(gems) = parts.iter().position(|part| *part == "gems") {
        let inside = parts.get(gems + 2..)?;
        return match inside.split_first()? {
            // concurrent-ruby loads from `lib/concurrent-ruby`; names of modules have no dash.
            (&"lib", [folder, rest @ ..]) if folder.contains('-') && !rest.is_empty() => {
                Some((name(rest)?, Kind::Gem))
            }
            (&"lib", rest) => Some((name(rest)?, Kind::Gem)),
            (&("app" | "config"), _) => Some((name(inside)?, Kind::Gem)),
            _ => None,
        };
    }
    if parts.first() == Some(&"vendor") || parts.first().is_some_and(|first| first.starts_with('.'))
    {
        return None;
    }
    let own = parts.strip_prefix(&["lib"]).unwrap_or(&parts);
    Some((name(own)?, Kind::Own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_named_as_require_names_it() {
        let of = |path: &str| feature(Path::new(path), None);
        let gem = "vendor/bundle/ruby/3.2.0/gems/rack-2.2.3";
        assert_eq!(
            of(&format!("{gem}/lib/rack/utils.rb")),
            Some(("rack/utils".to_owned(), Kind::Gem))
        );
        assert_eq!(of(&format!("{gem}/test/a.rb")), None);
        assert_eq!(
            of("lib/shop/tax.rb"),
            Some(("shop/tax".to_owned(), Kind::Own))
        );
        assert_eq!(of("spec/tax_spec.rb"), None);
        let library = feature(Path::new("set.rb"), Some(Path::new("set.rb")));
        assert_eq!(library, Some(("set".to_owned(), Kind::Library)));
    }
}
