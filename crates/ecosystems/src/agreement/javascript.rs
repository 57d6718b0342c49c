//! npm, yarn, pnpm and Bun: each lockfile says for which wishes it was made.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Found, Locked, text, versions, yaml};
use crate::graph;
use crate::recognise::{Look, expand, join};

const MANIFEST: &str = "package.json";

/// What every manager installs; optional ones may be left out of a lockfile for a reason.
const GROUPS: &[&str] = &["dependencies", "devDependencies"];

/// `package.json` of the root or of a workspace.
struct Project {
    /// Relative to the folder; empty for the root.
    folder: String,
    manifest: Value,
}

impl Project {
    fn read(look: &dyn Look, at: &str, folder: &str) -> Option<Self> {
        let text = text(look, at, &join(folder, MANIFEST))?;
        Some(Self {
            folder: folder.to_owned(),
            manifest: graph::json(&text).ok()?,
        })
    }

    /// Name and wish of each package from a registry.
    fn wishes(&self) -> impl Iterator<Item = (&str, &str)> {
        let groups = GROUPS.iter();
        let lists = groups.filter_map(|group| self.manifest.get(group)?.as_object());
        let wishes = lists.flatten();
        let wishes = wishes.filter_map(|(name, wish)| Some((name.as_str(), wish.as_str()?)));
        // Addresses, folders, aliases and git are written to lockfiles in forms of their own.
        wishes.filter(|(_, wish)| !wish.contains([':', '/', '#']))
    }

    fn found(&self, name: &str, wish: &str, locked: Locked) -> Found {
        Found::new(&join(&self.folder, MANIFEST), name, wish, locked).quoted()
    }

    /// Names that settings of the root send elsewhere.
    fn overridden(&self) -> BTreeSet<String> {
        let fields = ["/overrides", "/resolutions", "/pnpm/overrides"];
        let maps = fields
            .iter()
            .filter_map(|field| self.manifest.pointer(field)?.as_object());
        let mut names = BTreeSet::new();
        for key in maps.flat_map(Map::keys) {
            // `**/a/b@1`: the last name counts.
            let last = key.rsplit(['>', ' ']).next().unwrap_or(key);
            let parts: Vec<_> = last.split('/').filter(|part| *part != "**").collect();
            let name = match parts.as_slice() {
                [.., scope, name] if scope.starts_with('@') => format!("{scope}/{name}"),
                [.., name] => (*name).to_owned(),
                [] => continue,
            };
            let end = name.char_indices().skip(1).find(|(_, c)| *c == '@');
            let end = end.map_or(name.len(), |(end, _)| end);
            names.insert(name.get(..end).unwrap_or(&name).to_owned());
        }
        names
    }
}

/// The root and its workspaces, as far as their globs are of one level each.
fn projects(look: &dyn Look, at: &str) -> Vec<Project> {
    let Some(root) = Project::read(look, at, "") else {
        return Vec::new();
    };
    let field = root.manifest.get("workspaces");
    let field = field.and_then(|field| field.get("packages").or(Some(field)));
    let globs = field.and_then(Value::as_array).into_iter().flatten();
    let globs: Vec<String> = globs
        .filter_map(|glob| glob.as_str())
        .map(|glob| {
            glob.trim_start_matches("./")
                .trim_end_matches('/')
                .to_owned()
        })
        .filter(|glob| !glob.contains("**") && !glob.starts_with('!'))
        .collect();
    let names = look.names(at);
    let mut all = vec![root];
    for glob in globs {
        for path in expand(look, at, &names, &join(&glob, MANIFEST)) {
            let folder = path.trim_end_matches(MANIFEST).trim_end_matches('/');
            all.extend(Project::read(look, at, folder));
        }
    }
    all
}

/// Names of the app's own packages, which no lockfile takes from a registry.
fn own_names(projects: &[Project]) -> BTreeSet<String> {
    let names = projects
        .iter()
        .filter_map(|one| one.manifest.get("name")?.as_str());
    names.map(str::to_owned).collect()
}

/// npm ci builds the tree that the manifests want and refuses where the lockfile's is another.
pub(super) fn npm(look: &dyn Look, at: &str, name: &str) -> Vec<Found> {
    let lock = text(look, at, name).and_then(|text| graph::json(&text).ok());
    let Some(packages) = lock
        .as_ref()
        .and_then(|lock| lock.get("packages")?.as_object())
    else {
        return Vec::new();
    };
    let folders = packages
        .keys()
        .filter(|path| !path.contains("node_modules"));
    let folders = folders.filter(|path| !path.split('/').any(|part| part == ".."));
    let projects: Vec<_> = folders
        .filter_map(|path| Project::read(look, at, path))
        .collect();
    let overridden = projects
        .first()
        .map(Project::overridden)
        .unwrap_or_default();
    let own = own_names(&projects);
    let mut found = Vec::new();
    for project in &projects {
        for (name, wish) in project.wishes() {
            if overridden.contains(name) || own.contains(name) {
                continue;
            }
            let Some(package) = nearest(packages, &project.folder, name) else {
                found.push(project.found(name, wish, Locked::Nothing));
                continue;
            };
            let version = package.get("version").and_then(Value::as_str);
            let is_link = package.get("link").is_some();
            if let Some(version) = version.filter(|_| !is_link)
                && versions::fits(wish, version) == Some(false)
            {
                found.push(project.found(name, wish, Locked::Version(version.to_owned())));
            }
        }
    }
    found
}

/// The package that a project finds under this name: in its own `node_modules`, or in one above.
fn nearest<'a>(packages: &'a Map<String, Value>, folder: &str, name: &str) -> Option<&'a Value> {
    let mut folder = folder;
    loop {
        let path = join(folder, &format!("node_modules/{name}"));
        if let Some(package) = packages.get(&path) {
            return Some(package);
        }
        if folder.is_empty() {
            return None;
        }
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

/// yarn 1 names each wish (`ms@^2.0.0:`), later ones list those of each workspace.
pub(super) fn yarn(look: &dyn Look, at: &str, name: &str) -> Vec<Found> {
    let Some(lock) = text(look, at, name) else {
        return Vec::new();
    };
    let projects = projects(look, at);
    let overridden = projects
        .first()
        .map(Project::overridden)
        .unwrap_or_default();
    let own = own_names(&projects);
    let is_berry = lock.starts_with("__metadata:") || lock.contains("\n__metadata:");
    let of_berry = is_berry.then(|| workspaces_of_berry(&lock));
    let mut found = Vec::new();
    for project in &projects {
        for (name, wish) in project.wishes() {
            if overridden.contains(name) || own.contains(name) {
                continue;
            }
            let locked = match &of_berry {
                Some(workspaces) => in_berry(workspaces, project, name, wish),
                None => in_classic(&lock, name, wish),
            };
            found.extend(locked.map(|locked| project.found(name, wish, locked)));
        }
    }
    found
}

type Workspaces = BTreeMap<String, BTreeMap<String, String>>;

/// Folder → package → wish.
fn workspaces_of_berry(lock: &str) -> Workspaces {
    let mut all = Workspaces::new();
    let mut current: Option<(String, String)> = None;
    yaml::each(lock, |keys, value| match keys {
        [entry, field] if field == "resolution" => {
            if let Some((_, folder)) = value.split_once("@workspace:") {
                let folder = folder.trim_start_matches('.').trim_matches('/').to_owned();
                all.entry(folder.clone()).or_default();
                current = Some((entry.clone(), folder));
            }
        }
        [entry, field, name] if field == "dependencies" => {
            if let Some((of, folder)) = &current
                && of == entry
            {
                let list = all.entry(folder.clone()).or_default();
                list.insert(name.clone(), value.to_owned());
            }
        }
        _ => {}
    });
    all
}

fn in_berry(all: &Workspaces, project: &Project, name: &str, wish: &str) -> Option<Locked> {
    // A workspace that the lockfile does not know at all is told by yarn in its own words.
    let list = all.get(&project.folder)?;
    let Some(locked) = list.get(name) else {
        return Some(Locked::Nothing);
    };
    let locked = locked.strip_prefix("npm:").unwrap_or(locked);
    let is_plain = !locked.contains([':', '/', '#']);
    (is_plain && locked != wish).then(|| Locked::For(locked.to_owned()))
}

fn in_classic(lock: &str, name: &str, wish: &str) -> Option<Locked> {
    let begin = format!("{name}@");
    let keys = lock
        .lines()
        .filter(|line| line.ends_with(':') && !line.starts_with([' ', '#']));
    let descriptors = keys.flat_map(|line| line.trim_end_matches(':').split(", "));
    let mut wishes = descriptors.filter_map(|one| one.trim_matches('"').strip_prefix(&begin));
    let mut first = None;
    if wishes.any(|one| {
        first.get_or_insert(one);
        one == wish
    }) {
        return None;
    }
    Some(first.map_or(Locked::Nothing, |wish| Locked::For(wish.to_owned())))
}

/// pnpm compares the wish of each importer, letter by letter.
pub(super) fn pnpm(look: &dyn Look, at: &str, name: &str) -> Vec<Found> {
    let has_hook = |name: &String| name.contains("pnpmfile");
    if look.names(at).iter().any(has_hook) {
        // It may change what manifests want.
        return Vec::new();
    }
    let Some(lock) = text(look, at, name) else {
        return Vec::new();
    };
    let mut wishes: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut overridden = BTreeSet::new();
    yaml::each(&lock, |keys, value| match keys {
        [top, name] if top == "overrides" => {
            overridden.insert(name.clone());
        }
        [top, folder] if top == "importers" => {
            wishes
                .entry(folder.trim_start_matches('.').to_owned())
                .or_default();
        }
        [top, folder, _, name, field] if top == "importers" && field == "specifier" => {
            let folder = folder.trim_start_matches('.').to_owned();
            let list = wishes.entry(folder).or_default();
            list.insert(name.clone(), value.to_owned());
        }
        [group, name, field] if GROUPS.contains(&group.as_str()) && field == "specifier" => {
            let list = wishes.entry(String::new()).or_default();
            list.insert(name.clone(), value.to_owned());
        }
        _ => {}
    });
    let importers: Vec<_> = wishes.keys().cloned().collect();
    let projects = importers
        .iter()
        .filter_map(|folder| Project::read(look, at, folder));
    let mut found = Vec::new();
    for project in projects {
        let Some(list) = wishes.get(&project.folder) else {
            continue;
        };
        let ours = project.overridden();
        for (name, wish) in project.wishes() {
            if ours.contains(name) || overridden.iter().any(|one| one.contains(name)) {
                continue;
            }
            let locked = match list.get(name) {
                None => Locked::Nothing,
                Some(locked) if locked == wish => continue,
                Some(locked) => Locked::For(locked.clone()),
            };
            found.push(project.found(name, wish, locked));
        }
    }
    found
}

/// Bun keeps the lists of each workspace as they are.
pub(super) fn bun(look: &dyn Look, at: &str, name: &str) -> Vec<Found> {
    let lock = text(look, at, name).and_then(|text| graph::json(&without_commas(&text)).ok());
    let Some(workspaces) = lock
        .as_ref()
        .and_then(|lock| lock.get("workspaces")?.as_object())
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (folder, listed) in workspaces {
        let Some(project) = Project::read(look, at, folder) else {
            continue;
        };
        let overridden = project.overridden();
        for (name, wish) in project
            .wishes()
            .filter(|(name, _)| !overridden.contains(*name))
        {
            let mut lists = GROUPS
                .iter()
                .chain(&["optionalDependencies", "peerDependencies"]);
            let locked = lists.find_map(|group| listed.get(group)?.get(name)?.as_str());
            match locked {
                None => found.push(project.found(name, wish, Locked::Nothing)),
                Some(locked) if locked == wish => {}
                Some(locked) => {
                    found.push(project.found(name, wish, Locked::For(locked.to_owned())));
                }
            }
        }
    }
    found
}

/// JSON without the commas before closing brackets, which Bun writes.
fn without_commas(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut in_string, mut is_escaped) = (false, false);
    for (at, c) in text.char_indices() {
        let rest = text.get(at + 1..).unwrap_or_default();
        let closes = || rest.trim_start().starts_with(['}', ']']);
        if c == ',' && !in_string && closes() {
            continue;
        }
        if c == '"' && !is_escaped {
            in_string = !in_string;
        }
        is_escaped = c == '\\' && !is_escaped;
        out.push(c);
    }
    out
}
