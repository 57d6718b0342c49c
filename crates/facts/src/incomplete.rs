//! Which packages of Node.js lack what their install scripts make? Read from the installed tree,
//! from the manager's own notes, or, before an install, from the lockfile.

mod blocked;
mod parts;
#[cfg(test)]
mod tests;

pub use blocked::blocked;

use slugsmith_ecosystems as ecosystems;
use slugsmith_ecosystems::recognise::join;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value};

use crate::app::{self, App};
use crate::beneath;
use crate::glob::{Pattern, RUBY};
use crate::tree::{EntryKind, Tree};

/// A package that is not whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incomplete {
    pub name: String,
    /// The folder, or the file that tells.
    pub place: String,
    pub lacks: Lacks,
    /// What mends it.
    pub fix: String,
}

/// What is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacks {
    /// The compiled part, for certain.
    Native,
    /// Whatever its script would have made.
    Script,
    /// The package with its compiled part for Linux: the lockfile does not have it.
    Locked,
    /// The same: the lockfile has it, and the install left it out.
    Omitted,
}

/// Packages that load a compiled part of whoever needs them.
const LOADERS: &[&str] = &[
    "@mapbox/node-pre-gyp",
    "bindings",
    "node-gyp-build",
    "node-pre-gyp",
    "prebuild-install",
];

const NOTES_OF_PNPM: &str = "node_modules/.modules.yaml";
const NOTES_OF_NPM: &str = "node_modules/.package-lock.json";

/// A folder of the app with a manifest and an install of its own.
struct Project<'a> {
    root: &'a Path,
    /// Relative to the app; empty for the root.
    at: &'a str,
    manifest: Value,
}

/// Every package that is not whole, in the projects of these folders of the app.
#[must_use]
pub fn read(app: &App, tree: &Tree, folders: &BTreeSet<String>) -> Vec<Incomplete> {
    let projects = projects(app, folders);
    if projects.is_empty() {
        return Vec::new();
    }
    let natives = natives(&projects, tree);
    let mut found = Vec::new();
    for project in &projects {
        let is_installed = project.is_installed(tree);
        let own = natives.iter().filter(|(at, _)| *at == project.at);
        let mut here: Vec<_> = own.map(|(_, one)| one.clone()).collect();
        if !is_installed {
            here.extend(of_lockfile(project));
        }
        here.extend(parts::of(project, is_installed));
        let known: BTreeSet<_> = here.iter().map(|one| one.name.clone()).collect();
        let ignored = ignored_by_pnpm(project).into_iter();
        here.extend(
            ignored
                .filter(|name| !known.contains(name))
                .map(|name| Incomplete {
                    name,
                    place: project.path(NOTES_OF_PNPM),
                    lacks: Lacks::Script,
                    fix: project.approve(""),
                }),
        );
        found.extend(here);
    }
    found
}

/// Whether an install that is still to come may leave out what a package's script makes: which
/// packages have one is known, and whether their manager will run it is not.
#[must_use]
pub fn is_open(app: &App, tree: &Tree, folders: &BTreeSet<String>) -> bool {
    let projects = projects(app, folders);
    let mut coming = projects
        .iter()
        .filter(|project| !project.is_installed(tree));
    coming.any(|project| !blocks_scripts(&project.manifest) && project.may_leave_out())
}

fn projects<'a>(app: &'a App, folders: &'a BTreeSet<String>) -> Vec<Project<'a>> {
    let project = |at: &'a String| {
        let manifest = if at.is_empty() {
            app.package_json.good().cloned()
        } else {
            let path = join(at, ecosystems::javascript::MANIFEST);
            app::json(&app.root, &path).good().cloned()
        };
        let root = &app.root;
        manifest.map(|manifest| Project { root, at, manifest })
    };
    folders.iter().filter_map(project).collect()
}

impl Project<'_> {
    /// What was there before the install does not count.
    fn is_installed(&self, tree: &Tree) -> bool {
        let modules = self.path("node_modules");
        let mut entries = tree.entries().iter();
        entries.any(|entry| entry.path() == Path::new(&modules))
    }

    /// npm's lockfile says which packages have an install script. In those of pnpm and Bun a
    /// package that loads native parts tells as much.
    fn may_leave_out(&self) -> bool {
        use ecosystems::javascript::{BUN_LOCK, PACKAGE_LOCK, PNPM_LOCK};
        if scripted(self, &self.packages(PACKAGE_LOCK))
            .next()
            .is_some()
        {
            return true;
        }
        [PNPM_LOCK, BUN_LOCK].iter().any(|name| {
            let text = beneath::text_in(self.root, self.path(name)).unwrap_or_default();
            LOADERS
                .iter()
                .any(|loader| text.contains(&format!("{loader}@")))
        })
    }

    fn path(&self, name: &str) -> String {
        join(self.at, name)
    }

    /// The packages of npm's lockfile, or of its notes on what is installed.
    fn packages(&self, name: &str) -> Map<String, Value> {
        let lock = app::json(self.root, &self.path(name));
        let packages = lock.good().and_then(|lock| lock.get("packages"));
        let packages = packages.and_then(Value::as_object);
        packages.cloned().unwrap_or_default()
    }

    /// The command of the project's manager that lets a script run.
    fn approve(&self, name: &str) -> String {
        use ecosystems::javascript::{BUN_BINARY_LOCK, BUN_LOCK, PNPM_LOCK, YARN_LOCK};
        let names = app::names(&self.root.join(self.at));
        let has = |name: &str| names.iter().any(|one| one == name);
        let command = if has(PNPM_LOCK) || name.is_empty() {
            "pnpm approve-builds".to_owned()
        } else if has(BUN_LOCK) || has(BUN_BINARY_LOCK) {
            format!("bun pm trust {name}")
        } else if has(YARN_LOCK) {
            format!("npm pkg set 'dependenciesMeta.{name}.built=true' --json")
        } else {
            format!("npm install-scripts approve {name}")
        };
        format!("{command}   then commit what it writes")
    }
}

/// Packages with a recipe for a native part and no compiled file, each with its project.
fn natives<'a>(projects: &'a [Project<'a>], tree: &Tree) -> Vec<(&'a str, Incomplete)> {
    let mut recipes: BTreeMap<String, String> = BTreeMap::new();
    let mut compiled = BTreeSet::new();
    for entry in tree
        .entries()
        .iter()
        .filter(|entry| entry.kind() == EntryKind::File)
    {
        let Some(path) = entry.path().to_str() else {
            continue;
        };
        let is_compiled = path.ends_with(".node") || path.ends_with(".wasm");
        if !is_compiled && !path.ends_with("/binding.gyp") {
            continue;
        }
        if let Some((folder, name, rest)) = package_of(path) {
            if is_compiled {
                compiled.insert(folder.to_owned());
                compiled.insert(name.to_owned());
            } else if rest == "binding.gyp" {
                recipes.insert(folder.to_owned(), name.to_owned());
            }
        }
    }
    recipes.retain(|folder, _| !compiled.contains(folder));
    let mut found = Vec::new();
    for project in projects {
        let mine = |folder: &str| owner(projects, folder) == Some(project.at);
        let recipes = recipes.iter().filter(|(folder, _)| mine(folder));
        let mut notes = None;
        for (folder, name) in recipes {
            let notes = notes.get_or_insert_with(|| project.packages(NOTES_OF_NPM));
            if is_wanted(project, notes, folder, name)
                && !is_elsewhere(project.root, folder, &compiled)
            {
                let one = Incomplete {
                    name: name.clone(),
                    place: folder.clone(),
                    lacks: Lacks::Native,
                    fix: project.approve(name),
                };
                found.push((project.at, one));
            }
        }
    }
    found
}

/// The innermost project around a folder.
fn owner<'a>(projects: &'a [Project<'a>], folder: &str) -> Option<&'a str> {
    let around = projects.iter().map(|project| project.at).filter(|at| {
        let rest = folder.strip_prefix(at);
        at.is_empty() || rest.is_some_and(|rest| rest.starts_with('/'))
    });
    around.max_by_key(|at| at.len())
}

fn is_wanted(project: &Project<'_>, notes: &Map<String, Value>, folder: &str, name: &str) -> bool {
    let listed = project.manifest.get("dependencies");
    let is_own = listed.is_some_and(|listed| listed.get(name).is_some());
    let inner = folder.strip_prefix(project.at).unwrap_or(folder);
    let note = notes.get(inner.trim_start_matches('/'));
    let is_optional =
        note.is_some_and(|note| note.get("optional").is_some() || note.get("dev").is_some());
    is_own || note.is_some() && !is_optional
}

/// Whether a package is prebuilt for each platform as a package of its own.
fn is_elsewhere(root: &Path, folder: &str, compiled: &BTreeSet<String>) -> bool {
    let text = beneath::text_in(
        root,
        format!("{folder}{}", ecosystems::javascript::IN_FOLDER),
    )
    .unwrap_or_default();
    let json: Value = serde_json::from_str(&text).unwrap_or_default();
    let optional = json.get("optionalDependencies").and_then(Value::as_object);
    optional.is_some_and(|list| list.keys().any(|name| compiled.contains(name)))
}

/// The folder of the package that a path belongs to, its name, and the path within it.
fn package_of(path: &str) -> Option<(&str, &str, &str)> {
    let begin = path.rfind("node_modules/")? + "node_modules/".len();
    let rest = path.get(begin..)?;
    let mut parts = rest.match_indices('/').map(|(at, _)| at);
    let end = if rest.starts_with('@') {
        parts.nth(1)?
    } else {
        parts.next()?
    };
    Some((
        path.get(..begin + end)?,
        rest.get(..end)?,
        rest.get(end + 1..)?,
    ))
}

/// `ignoredBuilds` of pnpm's notes: a list in YAML, or in JSON.
fn ignored_by_pnpm(project: &Project<'_>) -> Vec<String> {
    let text = beneath::text_in(project.root, project.path(NOTES_OF_PNPM)).unwrap_or_default();
    let Ok(notes) = serde_yaml_ng::from_str::<Value>(&text) else {
        return Vec::new();
    };
    let list = notes.get("ignoredBuilds").and_then(Value::as_array);
    let names = list.into_iter().flatten().filter_map(Value::as_str);
    names.map(|id| without_version(id).to_owned()).collect()
}

/// `bcrypt` of `bcrypt@5.1.1`.
fn without_version(id: &str) -> &str {
    let at = id.char_indices().skip(1).find(|(_, c)| *c == '@');
    at.and_then(|(at, _)| id.get(..at)).unwrap_or(id)
}

/// What npm 12 is going to leave out, by package-lock.json and `allowScripts`.
fn of_lockfile(project: &Project<'_>) -> Vec<Incomplete> {
    if !blocks_scripts(&project.manifest) {
        return Vec::new();
    }
    let packages = project.packages(ecosystems::javascript::PACKAGE_LOCK);
    let mut found = Vec::new();
    for (name, package) in scripted(project, &packages) {
        let needs = package.get("dependencies").and_then(Value::as_object);
        let is_native =
            needs.is_some_and(|needs| needs.keys().any(|need| LOADERS.contains(&need.as_str())));
        found.push(Incomplete {
            name: name.to_owned(),
            place: project.path(ecosystems::javascript::PACKAGE_LOCK),
            lacks: if is_native {
                Lacks::Native
            } else {
                Lacks::Script
            },
            fix: project.approve(name),
        });
    }
    found
}

/// Packages of production with an install script that nobody has approved.
fn scripted<'a>(
    project: &'a Project<'_>,
    packages: &'a Map<String, Value>,
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let allowed = project.manifest.get("allowScripts");
    let allowed = allowed.and_then(Value::as_object);
    let is_allowed = move |name: &str, package: &Value| {
        let mut keys = allowed.into_iter().flatten();
        keys.any(|(key, value)| {
            let is_of_it = without_version(key) == name || is_source(key, package);
            is_of_it && value.as_bool() != Some(false)
        })
    };
    packages.iter().filter_map(move |(path, package)| {
        let is = |field| package.get(field).and_then(Value::as_bool) == Some(true);
        // A folder of the app stands under its own path, with a link to it under its name.
        let linked = || linked_as(project, packages, path);
        let (name, source) = match path.rsplit_once("node_modules/") {
            Some((_, name)) => (name, package),
            None => linked()?,
        };
        let counts = is("hasInstallScript") && !is("optional") && !is("dev");
        (counts && !is_allowed(name, source)).then_some((name, source))
    })
}

/// The name and the link of a folder that is a dependency (`file:libs/gen`). Scripts of workspaces always run.
fn linked_as<'a>(
    project: &Project<'_>,
    packages: &'a Map<String, Value>,
    folder: &str,
) -> Option<(&'a str, &'a Value)> {
    let field = project.manifest.get("workspaces");
    let field = field.and_then(|field| field.get("packages").or(Some(field)));
    let mut globs = field
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let is_workspace = globs.any(|glob| {
        let glob = glob.trim_start_matches("./").trim_end_matches('/');
        Pattern::new(glob, RUBY).is_some_and(|pattern| pattern.names(folder))
    });
    if is_workspace {
        return None;
    }
    packages.iter().find_map(|(path, link)| {
        let resolved = link.get("resolved").and_then(Value::as_str);
        let is_link = link.get("link").and_then(Value::as_bool) == Some(true);
        let (_, name) = path.rsplit_once("node_modules/")?;
        (is_link && resolved == Some(folder)).then_some((name, link))
    })
}

/// Whether a key such as `file:../x.tgz` or `github:a/b#1` names where a package came from. Their
/// forms differ, the last name does not.
fn is_source(key: &str, package: &Value) -> bool {
    let last = |text: &str| {
        let path = text.split('#').next().unwrap_or_default();
        let name = path.rsplit(['/', ':']).next().unwrap_or_default();
        name.trim_end_matches(".git").to_owned()
    };
    let resolved = package.get("resolved").and_then(Value::as_str);
    key.contains(':') && resolved.is_some_and(|resolved| last(resolved) == last(key))
}

/// Whether the app asks for an npm that runs no script which nobody approved.
fn blocks_scripts(manifest: &Value) -> bool {
    let named = manifest.get("packageManager").and_then(Value::as_str);
    let named = named.and_then(|text| text.strip_prefix("npm@"));
    let engine = manifest.pointer("/engines/npm").and_then(Value::as_str);
    let version = named.or(engine).unwrap_or_default();
    let digits: String = version
        .trim_start_matches(|c: char| !c.is_ascii_digit())
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    !version.starts_with('<') && digits.parse::<u32>().is_ok_and(|major| major >= 12)
}
