//! Which file does Node load for a specifier?
//!
//! Node's algorithm (nodejs.org/api/modules.html#all-together and
//! nodejs.org/api/esm.html#resolution-algorithm-specification) over the tree that is
//! already in memory: extensions, folders, `exports`, `imports`, self-reference, links.
//! Where one Node version differs from another (`module-sync`), both answers count.

mod specifier;

use serde_json::Value;
use slugsmith_ecosystems as ecosystems;

use crate::facts::Facts;
use crate::index::{join, name, parent};
use crate::manifest::Manifest;

pub(in crate::trace) use specifier::in_app;
pub(super) use specifier::{is_builtin, parts};

/// How something is loaded; it decides which conditions hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::trace) enum Form {
    Require,
    Import,
}

/// What comes after a name that `require` completes.
const EXTENSIONS: &[&str] = &[".js", ".json", ".node"];
const TYPESCRIPT: &[&str] = &[".ts", ".tsx", ".mts", ".cts", ".jsx"];

/// Resolves specifiers of one app.
pub(in crate::trace) struct Resolver<'f, 'a> {
    facts: &'f Facts<'a>,
}

impl<'f, 'a> Resolver<'f, 'a> {
    pub(in crate::trace) fn new(facts: &'f Facts<'a>) -> Self {
        Self { facts }
    }

    /// The files that `specifier`, written in `file`, can load, and package.json files
    /// that Node reads on the way.
    pub(super) fn resolve(&self, file: &str, specifier: &str, form: Form) -> Vec<usize> {
        let mut found = Vec::new();
        let specifier = specifier.strip_prefix("file://").unwrap_or(specifier);
        if is_builtin(specifier) {
            return found;
        }
        if specifier.starts_with('#') {
            self.imports(file, specifier, form, &mut found);
        } else if specifier.starts_with("./")
            || specifier.starts_with("../")
            || matches!(specifier, "." | "..")
        {
            if let Some(path) = join(parent(file), specifier) {
                self.meant(&path, specifier, &mut found);
            }
        } else if !specifier.starts_with(['/', '\\']) && !specifier.contains(':') {
            self.bare(file, specifier, form, &mut found);
        }
        found
    }

    /// A file, with or without its extension, or a folder.
    pub(super) fn path(&self, path: &str, found: &mut Vec<usize>) {
        if !self.file(path, found) {
            self.folder(path, found);
        }
    }

    /// What a specifier means that leads to `path`: with a slash at its end, or dots alone, never
    /// the file `path.js` (nodejs.org/api/modules.html, `LOAD_AS_DIRECTORY`).
    fn meant(&self, path: &str, specifier: &str, found: &mut Vec<usize>) {
        let last = specifier.rsplit('/').next().unwrap_or_default();
        if !matches!(last, "" | "." | "..") || !self.folder(path, found) {
            self.path(path, found);
        }
    }

    fn file(&self, path: &str, found: &mut Vec<usize>) -> bool {
        let index = &self.facts.index;
        let mut add = |path: &str| match index.find(path).filter(|number| index.is_file(*number)) {
            Some(number) => {
                found.push(number);
                true
            }
            None => false,
        };
        if add(path) {
            return true;
        }
        let more: &[&str] = if self.facts.runtime.typescript {
            TYPESCRIPT
        } else {
            &[]
        };
        let mut longer = String::with_capacity(path.len() + 5);
        for extension in EXTENSIONS.iter().chain(more) {
            longer.clear();
            longer.push_str(path);
            longer.push_str(extension);
            if add(&longer) {
                return true;
            }
        }
        // TypeScript sources name the JavaScript that they will become.
        match path.strip_suffix(".js") {
            Some(stem) if !more.is_empty() => {
                add(&format!("{stem}.ts")) || add(&format!("{stem}.tsx"))
            }
            _ => false,
        }
    }

    fn folder(&self, folder: &str, found: &mut Vec<usize>) -> bool {
        let index = &self.facts.index;
        let Some(number) = index.find(folder).filter(|number| index.is_folder(*number)) else {
            return false;
        };
        let folder = index.path(number).unwrap_or(folder);
        if let Some(main) = self
            .manifest(folder)
            .and_then(|manifest| manifest.main.as_deref())
            && let Some(path) = join(folder, main)
        {
            found.extend(index.exact(&format!("{folder}{}", ecosystems::javascript::IN_FOLDER)));
            if self.file(&path, found) || self.file(&format!("{path}/index"), found) {
                return true;
            }
        }
        self.file(&format!("{folder}/index"), found)
    }

    fn manifest(&self, folder: &str) -> Option<&'f Manifest> {
        self.facts.manifests.get(folder)?.as_ref()
    }

    /// The nearest package.json at or above a file: its folder.
    fn scope<'p>(&self, file: &'p str) -> Option<(&'p str, &'f Manifest)> {
        let mut folder = parent(file);
        loop {
            if let Some(manifest) = self.manifest(folder) {
                return Some((folder, manifest));
            }
            if folder.is_empty() || name(folder) == "node_modules" {
                return None;
            }
            folder = parent(folder);
        }
    }

    fn imports(&self, file: &str, specifier: &str, form: Form, found: &mut Vec<usize>) {
        let Some((folder, manifest)) = self.scope(file) else {
            return;
        };
        let Some(imports) = manifest.imports.as_ref().and_then(Value::as_object) else {
            return;
        };
        for target in self.targets(imports, specifier, form) {
            if target.starts_with("./") {
                found.extend(self.target(folder, &target));
            } else if !target.starts_with('#') {
                found.extend(self.resolve(&format!("{folder}/x"), &target, form));
            }
        }
    }

    fn bare(&self, file: &str, specifier: &str, form: Form, found: &mut Vec<usize>) {
        let Some((package, rest)) = parts(specifier) else {
            return;
        };
        if let Some((folder, manifest)) = self.scope(file)
            && manifest.name == package
            && manifest.exports.is_some()
        {
            self.in_package(folder, rest, specifier, form, found);
            if !found.is_empty() {
                return;
            }
        }
        if let Some(folder) = self.package(file, package) {
            self.in_package(folder, rest, specifier, form, found);
        }
    }

    /// The folder that a package's name means in `file`, links followed.
    pub(in crate::trace) fn package(&self, file: &str, package: &str) -> Option<&'a str> {
        let index = &self.facts.index;
        let mut folder = parent(file);
        loop {
            if name(folder) != "node_modules" {
                let base = join(folder, &format!("node_modules/{package}"))?;
                if let Some(number) = index.find(&base).filter(|number| index.is_folder(*number)) {
                    return index.path(number);
                }
            }
            if folder.is_empty() {
                return None;
            }
            folder = parent(folder);
        }
    }

    fn in_package(
        &self,
        folder: &str,
        rest: &str,
        specifier: &str,
        form: Form,
        found: &mut Vec<usize>,
    ) {
        let manifest = self.manifest(folder);
        let file = if folder.is_empty() {
            ecosystems::javascript::MANIFEST.to_owned()
        } else {
            format!("{folder}{}", ecosystems::javascript::IN_FOLDER)
        };
        let json = self.facts.index.exact(&file);
        let exports = manifest.and_then(|manifest| manifest.exports.as_ref());
        let before = found.len();
        if let Some(exports) = exports {
            let key = if rest.is_empty() {
                ".".to_owned()
            } else {
                format!("./{rest}")
            };
            let targets = match exports.as_object() {
                Some(map) if map.keys().next().is_some_and(|key| key.starts_with('.')) => {
                    self.targets(map, &key, form)
                }
                _ if rest.is_empty() => self.conditions(exports, form),
                _ => Vec::new(),
            };
            for target in targets {
                found.extend(self.target(folder, &target));
            }
        } else if rest.is_empty() {
            if !self.folder(folder, found) {
                self.file(folder, found);
            }
        } else if let Some(path) = join(folder, rest) {
            self.meant(&path, specifier, found);
        }
        if found.len() > before {
            found.extend(json);
        }
    }

    fn target(&self, folder: &str, target: &str) -> Option<usize> {
        let index = &self.facts.index;
        let path = join(folder, target)?;
        index.find(&path).filter(|number| index.is_file(*number))
    }

    /// The targets of one key, by exact match or by the longest pattern.
    fn targets(&self, map: &serde_json::Map<String, Value>, key: &str, form: Form) -> Vec<String> {
        if let Some(value) = map.get(key) {
            return self.conditions(value, form);
        }
        let best = map
            .iter()
            .filter_map(|(pattern, value)| {
                let (start, end) = match pattern.split_once('*') {
                    Some(parts) => parts,
                    // Folder mappings end with a slash (Node before 17).
                    None if pattern.ends_with('/') => (pattern.as_str(), ""),
                    None => return None,
                };
                let middle = key.strip_prefix(start)?.strip_suffix(end)?;
                Some((start.len(), middle, pattern, value))
            })
            .max_by_key(|(length, ..)| *length);
        let Some((_, middle, pattern, value)) = best else {
            return Vec::new();
        };
        let mut targets = self.conditions(value, form);
        for target in &mut targets {
            *target = if pattern.contains('*') {
                target.replace('*', middle)
            } else {
                format!("{target}{middle}")
            };
        }
        targets
    }

    /// What a conditional value gives, with and without `module-sync` (Node 22.10 on).
    fn conditions(&self, value: &Value, form: Form) -> Vec<String> {
        let mut targets: Vec<String> = [false, true]
            .iter()
            .filter_map(|sync| self.pick(value, form, *sync))
            .collect();
        targets.dedup();
        targets
    }

    fn pick(&self, value: &Value, form: Form, sync: bool) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Array(list) => list.iter().find_map(|item| self.pick(item, form, sync)),
            Value::Object(map) => map
                .iter()
                .filter(|(condition, _)| match condition.as_str() {
                    "node" | "default" | "node-addons" => true,
                    "require" => form == Form::Require,
                    "import" => form == Form::Import,
                    "module-sync" => sync,
                    other => self.facts.runtime.conditions.contains(other),
                })
                .find_map(|(_, value)| self.pick(value, form, sync)),
            _ => None,
        }
    }

    /// Packages whose name matches `start…end`, as seen from `file`.
    pub(super) fn packages_matching(&self, file: &str, start: &str, end: &str) -> Vec<&'a str> {
        let index = &self.facts.index;
        let mut found = Vec::new();
        let mut folder = parent(file);
        loop {
            let modules = join(folder, "node_modules").unwrap_or_default();
            let beside = match start.rfind('/') {
                Some(slash) => format!("{modules}/{}", &start[..slash]),
                None => modules.clone(),
            };
            for number in index.below_path(&beside) {
                let Some(path) = index.path(number) else {
                    continue;
                };
                let Some(package) = path.strip_prefix(modules.as_str()) else {
                    continue;
                };
                let package = package.trim_start_matches('/');
                if package.starts_with(start)
                    && package.ends_with(end)
                    && package.len() >= start.len() + end.len()
                    && parts(package).is_some_and(|(_, rest)| rest.is_empty())
                    && let Some(number) = index.find(path)
                    && index.is_folder(number)
                {
                    found.extend(index.path(number));
                }
            }
            if folder.is_empty() {
                return found;
            }
            folder = parent(folder);
        }
    }
}
