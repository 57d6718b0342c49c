//! Which files of the tree can a reference mean?
//!
//! More generous than Node's resolver on purpose: a literal may be a module name, a
//! path from the file's folder, from its package, or from the app's root, and whatever
//! exists under any of these readings counts as meant.

mod packages;

use std::cell::Cell;

use super::catalogue::python::top_folder;
use super::facts::{Facts, in_packages, package_folder};
use super::index::{join, parent};
use super::references::{Beside, Form, Literal, Quoted};
use slugsmith_ecosystems as ecosystems;

/// Extensions that Node and its loaders add.
const EXTENSIONS: &[&str] = &[
    ".js", ".json", ".node", ".cjs", ".mjs", ".ts", ".tsx", ".jsx", ".mts", ".cts", ".py", ".rb",
    ".php",
];
const INDEX_NAMES: &[&str] = &[
    "index.js",
    "index.json",
    "index.node",
    "index.mjs",
    "index.cjs",
    "index.ts",
    "index.tsx",
    "index.jsx",
];

/// Whether a folder has another one somewhere below it.
fn is_above(folder: &str, other: &str) -> bool {
    let rest = other.strip_prefix(folder);
    rest.is_some_and(|rest| !rest.is_empty() && (folder.is_empty() || rest.starts_with('/')))
}

/// What a reference means.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// This very file.
    File(usize),
    /// Whatever is below this folder; the empty path is the app's root.
    Below(String),
    /// Modules below this folder, by a computed name.
    ModulesBelow(String),
    /// Everything whose path begins so, by name: an imported folder of Python.
    Wholly(String),
    /// Everything whose path begins so.
    Beginning(String),
    /// Everything below this folder that ends so, by name.
    Ending(String, &'static str),
}

/// Resolves the references of one file.
pub struct Resolver<'f, 'a> {
    facts: &'f Facts<'a>,
    file: &'f str,
    /// The file's own folder.
    folder: &'f str,
    /// The folder of its package, or of the app.
    package: &'f str,
    in_app: bool,
    /// The file's folder and those above it that have a `node_modules`, nearest first.
    holders: Vec<&'f str>,
    /// Whether a file of a package may mean something outside of all packages.
    leaves_packages: Cell<bool>,
}

impl<'f, 'a> Resolver<'f, 'a> {
    /// For references in `file`, relative to the app.
    #[must_use]
    pub fn new(facts: &'f Facts<'a>, file: &'f str) -> Self {
        let package = package_folder(file);
        let above = std::iter::successors(Some(parent(file)), |folder| {
            (!folder.is_empty()).then(|| parent(folder))
        });
        let has_packages = |folder: &&str| {
            let inside = join(folder, "node_modules");
            inside.is_some_and(|inside| facts.index.find(&inside).is_some())
        };
        Self {
            facts,
            file,
            folder: parent(file),
            holders: above.filter(has_packages).collect(),
            package: package
                .or_else(|| installed_folder(file))
                .unwrap_or_default(),
            in_app: package.is_none() && !in_packages(file),
            leaves_packages: Cell::new(false),
        }
    }

    /// Whether what was asked so far depends on more than what is below some `node_modules`.
    #[must_use]
    pub fn left_packages(&self) -> bool {
        self.in_app || self.leaves_packages.get()
    }

    /// Takes note of a path that is looked for.
    fn asks_for(&self, path: &str) {
        if !in_packages(path) {
            self.leaves_packages.set(true);
        }
    }

    /// The same for a literal, also where nothing of its last name is in the app today.
    fn asks_upwards(&self, text: &str) {
        if text.starts_with('.') {
            if let Some(path) = join(self.folder, text) {
                self.asks_for(&path);
            }
        } else if text.contains("/../") || text.ends_with("/..") {
            self.leaves_packages.set(true);
        }
    }

    /// Whether a literal can mean anything, or says something of what its file depends on; asked before the rest.
    #[must_use]
    pub fn may_mean(&self, quoted: &Quoted<'_>) -> bool {
        let index = &self.facts.index;
        let is_there = if quoted.may_have(b'/') {
            index.may_be(quoted.text)
        } else {
            index.may_be_named(quoted.text)
        };
        is_there
            || quoted.open
            || quoted.may_have(b'.') && quoted.text.contains("..")
            || self.in_app && quoted.may_have(b'*')
    }

    /// What a literal can mean.
    pub fn literal(&self, literal: &Literal<'_>, found: &mut dyn FnMut(Meaning)) {
        let text = literal.text;
        if literal.is_punctuation() && literal.form != Form::Module && !literal.open {
            return;
        }
        // `Dir["../x/*.rb"]`, `glob(__DIR__ . "/../x/*.php")`
        if self.in_app
            && let Some(star) = text.find('*')
            && let Some(slash) = text.get(..star).and_then(|start| start.rfind('/'))
        {
            let start = Literal {
                text: text.get(..=slash).unwrap_or_default(),
                open: true,
                ..*literal
            };
            return self.literal(&start, found);
        }
        if text.contains("..") {
            self.asks_upwards(text);
        }
        if !literal.open && !self.facts.index.may_be(text) {
            return;
        }
        // A word of a package that is the name of the folder which holds all of them (`.venv`, `lib`).
        let own = self.installed();
        let found = &mut |meaning: Meaning| match meaning {
            Meaning::Below(folder) if is_above(&folder, own) => {}
            meaning => found(meaning),
        };
        if text.starts_with('.') {
            self.path(join(self.folder, text), literal, found);
            if self.in_app {
                // Relative to the working directory, as fs and many libraries read it.
                self.path(join("", text), literal, found);
                // `File.expand_path("../../x", __FILE__)`
                self.path(join(self.file, text), literal, found);
            }
            return;
        }
        // `/node_modules/x/dist/x.js` in a page, or `../../node_modules/x` in a script.
        if self.in_app
            && let Some(at) = text.find("node_modules")
        {
            self.path(join("", &text[at..]), literal, found);
        }
        let has_path = text.contains(['/', '.']);
        // A word of a Python package that is the name of a part of it (`"stats"`) names a module.
        let is_own = self.in_app && top_folder(self.file).is_none();
        let plain_word = is_own && literal.form == Form::Argument;
        if !has_path && !plain_word {
            return;
        }
        if let Some((name, rest)) = module_parts(text) {
            self.in_package(name, rest, literal, found);
        }
        let local = text.trim_start_matches('/');
        if !local.is_empty() {
            self.path(join(self.folder, local), literal, found);
            if self.package != self.folder {
                self.path(join(self.package, local), literal, found);
            }
        }
    }

    /// What a stylesheet imports: a file whose ending and leading `_` may be left out, so
    /// whatever is beside it.
    pub fn style(&self, text: &str, found: &mut dyn FnMut(Meaning)) {
        let text = text.trim_start_matches('~');
        let path = match (text.find("node_modules/"), text.starts_with('.')) {
            (Some(at), _) => join("", &text[at..]),
            (None, true) => join(self.folder, text),
            (None, false) => {
                module_parts(text).and_then(|(name, rest)| join(&self.package_of(name)?, rest))
            }
        };
        let Some(path) = path.filter(|path| in_packages(path)) else {
            return;
        };
        self.exact(&path, false, found);
        let folder = parent(&path);
        if package_folder(&format!("{folder}/x")).is_some() {
            found(Meaning::Below(folder.to_owned()));
        }
    }

    /// What `extends` of a compiler's configuration means, by TypeScript's rules.
    pub fn configuration(&self, text: &str, found: &mut dyn FnMut(Meaning)) {
        let base = if text.starts_with('.') {
            join(self.folder, text)
        } else {
            let parts = module_parts(text)
                .filter(|_| !(text.starts_with('@') && text.matches('/').count() == 1));
            let (name, rest) = parts.unwrap_or((text, ""));
            self.package_of(name).and_then(|folder| join(&folder, rest))
        };
        let Some(base) = base else { return };
        let mut names = vec![
            base.clone(),
            format!("{base}.json"),
            format!("{base}/tsconfig.json"),
        ];
        let manifest = self.facts.manifests.get(&base).and_then(Option::as_ref);
        names.extend(manifest.and_then(|manifest| join(&base, manifest.main.as_deref()?)));
        for name in names {
            if let Some(number) = self
                .facts
                .index
                .find(&name)
                .filter(|number| self.facts.index.is_file(*number))
            {
                found(Meaning::File(number));
            }
        }
    }

    fn path(&self, path: Option<String>, literal: &Literal<'_>, found: &mut dyn FnMut(Meaning)) {
        let Some(path) = path else { return };
        self.asks_for(&path);
        // `"." + extension` says nothing of where the file is.
        if literal.open && !matches!(literal.text, "." | "..") {
            let slash = if literal.text.ends_with('/') && !path.is_empty() {
                "/"
            } else {
                ""
            };
            found(Meaning::Beginning(format!("{path}{slash}")));
        }
        self.exact(&path, literal.form == Form::Module, found);
    }

    /// A file, a file without its extension, or a folder.
    fn exact(&self, path: &str, is_module: bool, found: &mut dyn FnMut(Meaning)) {
        let index = &self.facts.index;
        match index.find(path) {
            Some(number) if index.is_folder(number) => {
                if is_module {
                    for name in INDEX_NAMES {
                        if let Some(file) = index.find(&format!("{path}/{name}")) {
                            found(Meaning::File(file));
                        }
                    }
                    if let Some(file) =
                        index.find(&format!("{path}{}", ecosystems::javascript::IN_FOLDER))
                    {
                        found(Meaning::File(file));
                    }
                } else if !path.is_empty() {
                    self.below(number, found);
                }
            }
            Some(number) => found(Meaning::File(number)),
            None => {}
        }
        // Most literals name nothing: one question for all extensions.
        if index.has_stem(path) {
            let mut with_extension = String::with_capacity(path.len() + 5);
            for extension in EXTENSIONS {
                with_extension.clear();
                with_extension.push_str(path);
                with_extension.push_str(extension);
                if let Some(number) = index.find(&with_extension) {
                    found(Meaning::File(number));
                }
            }
        }
        // TypeScript sources name the JavaScript that they will become.
        if self.facts.runtime.typescript
            && let Some(stem) = path.strip_suffix(".js")
        {
            for extension in [".ts", ".tsx"] {
                if let Some(number) = index.find(&format!("{stem}{extension}")) {
                    found(Meaning::File(number));
                }
            }
        }
    }

    /// A folder that is meant as a whole. Folders that hold packages are nobody's but the
    /// app's to claim: packages look there for each other, not for all of it.
    fn below(&self, folder: usize, found: &mut dyn FnMut(Meaning)) {
        let path = self.facts.index.path(folder).unwrap_or_default();
        if self.in_app || package_folder(&format!("{path}/x")).is_some() {
            found(Meaning::Below(path.to_owned()));
        }
    }

    /// What a path beside the file can mean.
    pub fn beside(&self, beside: &Beside, found: &mut dyn FnMut(Meaning)) {
        let (Beside::Path(path) | Beside::Below(path)) = beside;
        let Some(path) = join(self.folder, path) else {
            return;
        };
        self.asks_for(&path);
        if path.is_empty() && self.in_app {
            found(Meaning::Below(path));
            return;
        }
        // Above its own package lies what else is installed, which no package knows: what leads there looks for the
        // folder of an app, or of a checkout.
        let own = self.installed();
        if is_above(&path, own) {
            found(Meaning::Below(own.to_owned()));
            return;
        }
        if let Some(folder) = self.facts.index.find(&path)
            && self.facts.index.is_folder(folder)
        {
            self.below(folder, found);
        }
        if matches!(beside, Beside::Path(_)) {
            self.exact(&path, false, found);
        }
    }

    /// What modules with computed names can be.
    pub fn computed(&self, found: &mut dyn FnMut(Meaning)) {
        found(Meaning::ModulesBelow(self.folder.to_owned()));
    }

    /// What a package.json's entry can mean; it may hold one `*`.
    pub fn entry(&self, entry: &str, mention: bool, found: &mut dyn FnMut(Meaning)) {
        if let Some((start, end)) = entry.split_once('*') {
            return self.pattern(start, end, found);
        }
        let Some(path) = join(self.folder, entry) else {
            return;
        };
        let folder = self.facts.index.find(&path);
        let folder = folder.filter(|number| self.facts.index.is_folder(*number));
        if !entry.ends_with('/') {
            self.exact(&path, true, found);
        }
        // A folder that a trailing slash or some tool's key names, such as its commands.
        let whole = mention || entry.ends_with('/');
        if let Some(folder) = folder.filter(|_| whole && path != self.folder) {
            let path = self.facts.index.path(folder).unwrap_or(&path);
            found(Meaning::ModulesBelow(path.to_owned()));
        }
    }

    /// `./lib/*.js`: every module that matches.
    fn pattern(&self, start: &str, end: &str, found: &mut dyn FnMut(Meaning)) {
        let end = end.rsplit('*').next().unwrap_or(end);
        let (folder, prefix) = start.rsplit_once('/').unwrap_or(("", start));
        let Some(folder) = join(self.folder, folder) else {
            return;
        };
        let prefix = if folder.is_empty() {
            prefix.to_owned()
        } else {
            format!("{folder}/{prefix}")
        };
        let index = &self.facts.index;
        for number in index.below_path(&folder) {
            if let Some(path) = index.path(number)
                && index.is_file(number)
                && path.starts_with(&prefix)
                && path.ends_with(end)
                && is_module(path)
            {
                found(Meaning::File(number));
            }
        }
    }
}

/// The folder of the gem or of the Composer package that a file is in: its code names folders
/// from there.
fn installed_folder(file: &str) -> Option<&str> {
    let gem = file.rfind("/gems/").map(|at| (at + "/gems/".len(), 1));
    let composer = file.starts_with("vendor/").then_some(("vendor/".len(), 2));
    let (start, depth) = gem.or(composer)?;
    let rest = file.get(start..)?;
    let (end, _) = rest.match_indices('/').nth(depth - 1)?;
    file.get(..start + end)
}

/// Whether Node can load a file of this name as a module.
#[must_use]
pub fn is_module(path: &str) -> bool {
    let name = super::index::name(path);
    match name.rfind('.') {
        Some(dot) => matches!(
            &name[dot..],
            ".js" | ".cjs" | ".mjs" | ".json" | ".node" | ".jsx" | ".wasm"
        ),
        None => true,
    }
}

/// The package name and the path inside it: `@s/a/lib/x` → (`@s/a`, `lib/x`).
fn module_parts(text: &str) -> Option<(&str, &str)> {
    let slash = text.find('/')?;
    let end = if text.starts_with('@') {
        slash + 1 + text[slash + 1..].find('/')?
    } else {
        slash
    };
    (end > 0 && end + 1 < text.len())
        .then(|| (&text[..end], &text[end + 1..]))
        .or_else(|| (end > 0).then(|| (&text[..end], "")))
}
