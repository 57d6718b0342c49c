//! What did earlier classic buildpacks leave in a slug?
//!
//! They have no layers: runtimes lie in folders of the app (`.heroku/node`), variables are set
//! by scripts in `.profile.d`, and an `export` file in each buildpack's own folder serves
//! the buildpacks after it (Heroku Dev Center, "Buildpack API").

mod owners;

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::Unread;
use super::app::App;
use super::layers::contents::{self, Contents, programs_in};
use super::layers::paths::{LibraryFolder, PathFolder};
use super::shell::{self, OPEN, Part, Script, Shell, Value};
use crate::beneath;
use owners::Owners;
pub use owners::UNNAMED;

/// Where the app lies on a dyno, and what its `HOME` is.
pub const HOME: &str = "/app";
/// PATH of a dyno before any script.
pub const DYNO_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Larger scripts are no scripts, in bytes.
const SCRIPT_LIMIT: u64 = 1 << 20;

/// A slug as the buildpacks before us left it.
#[derive(Debug, Clone, Default)]
pub struct Slug {
    pub root: PathBuf,
    /// In the order in which a dyno's shell reads them; `.profile` last.
    pub scripts: Vec<NamedScript>,
    /// Runtimes and packages.
    pub folders: Vec<Installed>,
    /// Folders of the app that scripts put on PATH, with their place on a dyno; those that PATH
    /// names by a relative path are below the folder in which a process starts, which is `HOME`.
    pub path: Vec<PathFolder>,
    /// The same for `LD_LIBRARY_PATH`.
    pub library_path: Vec<LibraryFolder>,
    /// `export` files of the buildpacks beside our own, the oldest first.
    pub exports: Vec<NamedScript>,
    /// Scripts that those scripts read, by the path that they name: `/app/bin/env.sh`.
    pub sourced: BTreeMap<String, String>,
    /// Names in `.profile.d` that no dyno reads, since they do not end in `.sh`.
    pub ignored: Vec<String>,
    pub unread: Vec<Unread>,
}

/// A script and whose it is.
#[derive(Debug, Clone, Default)]
pub struct NamedScript {
    /// `.profile.d/nodejs.sh`.
    pub path: String,
    pub maker: String,
    pub script: Script,
}

/// A folder of the app that a buildpack filled.
#[derive(Debug, Clone, Default)]
pub struct Installed {
    /// Relative to the app: `.heroku/node`.
    pub path: String,
    pub maker: String,
    pub contents: Contents,
}

/// Reads a slug. `own` is our own buildpack's folder, in a build.
#[must_use]
pub fn read(app: &App, own: Option<&Path>) -> Slug {
    let root = app.root.as_path();
    let mut unread = Vec::new();
    let beside = own.map_or_else(Vec::new, beside);
    let owners = Owners::of(root, &beside, folder_names(root));
    let folders = folders(root, &owners, &mut unread);
    let (scripts, ignored) = scripts(root, &owners, &mut unread);
    let sourced = sourced(root, &scripts);
    Slug {
        root: root.to_owned(),
        path: path_folders(root, &scripts, &sourced),
        library_path: library_folders(root, &scripts),
        exports: exports(&beside, &owners, &mut unread),
        sourced,
        folders,
        ignored,
        scripts,
        unread,
    }
}

impl Slug {
    /// Whether any buildpack left anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scripts.is_empty()
            && self.folders.is_empty()
            && self.exports.is_empty()
            && self.ignored.is_empty()
    }
}

/// The folder that a buildpack filled in the app and a path lies in, with its maker:
/// `.heroku/node (heroku/nodejs)`. `None` for the app's own files.
#[must_use]
pub fn installed_in(path: &str) -> Option<String> {
    let mut parts = path.split('/');
    let folder = match (parts.next()?, parts.next()) {
        (first @ (".jdk" | ".apt"), _) => first.to_owned(),
        (first @ ".heroku", Some(name)) => format!("{first}/{name}"),
        (first @ "vendor", Some(name)) if name.starts_with("ruby-") => format!("{first}/{name}"),
        _ => return None,
    };
    Some(match owners::sole_owner(&folder) {
        Some(maker) => format!("{folder} ({maker})"),
        None => folder,
    })
}

/// A path of the app as it will be on a dyno.
#[must_use]
pub fn on_dyno(path: &str) -> PathBuf {
    Path::new(HOME).join(path)
}

/// A folder of PATH as a path relative to the app, if it lies in it: a process starts in the
/// app's folder, and relative parts of PATH are below that.
#[must_use]
pub fn in_app(folder: &Path) -> Option<PathBuf> {
    let inside = if folder.is_absolute() {
        folder.strip_prefix(HOME).ok()?
    } else {
        folder
    };
    let mut found = PathBuf::new();
    for part in inside.components() {
        match part {
            Component::Normal(name) => found.push(name),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(found)
}

/// Scripts that slugsmith writes itself, at its end: in the app folder of an earlier build
/// they say nothing about other buildpacks.
pub const OWN_PROFILE: &str = ".profile.d/slugsmith.sh";
/// The script of ours that checks variables at start, relative to the app.
pub const OWN_LAUNCH_CHECK: &str = ".profile.d/zz-slugsmith-launch-check.sh";

fn is_own(name: &str) -> bool {
    [OWN_PROFILE, OWN_LAUNCH_CHECK]
        .iter()
        .any(|own| own.rsplit('/').next() == Some(name))
}

fn scripts(
    root: &Path,
    owners: &Owners,
    unread: &mut Vec<Unread>,
) -> (Vec<NamedScript>, Vec<String>) {
    let names: Vec<String> = names(&root.join(".profile.d"));
    let (names, ignored): (Vec<String>, Vec<String>) = names.into_iter().partition(|name| {
        let extension = Path::new(name).extension();
        extension.is_some_and(|found| found == "sh")
    });
    let mut found: Vec<NamedScript> = names
        .iter()
        .filter(|name| !is_own(name))
        .filter_map(|name| {
            let owner = |text: &str| owners.of_script(name, text);
            script(root, &format!(".profile.d/{name}"), &owner, unread)
        })
        .collect();
    if root.join(".profile").is_file() {
        found.extend(script(root, ".profile", &|_| "the app".to_owned(), unread));
    }
    (found, ignored)
}

/// The texts that scripts read with `.` or `source`, where the path is plain.
fn sourced(root: &Path, scripts: &[NamedScript]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut pending: Vec<String> = scripts
        .iter()
        .flat_map(|one| shell::sourced(&one.script.tree))
        .collect();
    while let Some(path) = pending.pop() {
        if found.contains_key(&path) || found.len() > 40 {
            continue;
        }
        let inside = path.strip_prefix("/app/").unwrap_or(&path);
        if inside.starts_with('/') || inside.split('/').any(|part| part == "..") {
            continue;
        }
        let mut unread = Vec::new();
        let Some(text) = text_of(&root.join(inside), &mut unread) else {
            continue;
        };
        pending.extend(shell::sourced(&super::bash::parse(&text)));
        found.insert(path, text);
    }
    found
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs_err::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort_unstable();
    names
}

fn text_of(file: &Path, unread: &mut Vec<Unread>) -> Option<String> {
    let read = match fs_err::metadata(file) {
        Ok(found) if !found.is_file() => Err("is not a regular file".to_owned()),
        Ok(found) if found.len() > SCRIPT_LIMIT => Err("is too long for a script".to_owned()),
        Ok(_) => beneath::read(file).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match read {
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Err(reason) => {
            let path = file.to_owned();
            unread.push(Unread { path, reason });
            None
        }
    }
}

fn script(
    root: &Path,
    path: &str,
    maker: &dyn Fn(&str) -> String,
    unread: &mut Vec<Unread>,
) -> Option<NamedScript> {
    let text = text_of(&root.join(path), unread)?;
    Some(NamedScript {
        path: path.to_owned(),
        maker: maker(&text),
        script: shell::parse(&text),
    })
}

/// Folders that buildpacks fill: those that are known, and whatever is in `.heroku`.
fn folder_names(root: &Path) -> Vec<String> {
    let mut paths: Vec<String> = owners::known_folders().map(str::to_owned).collect();
    let inside = |folder: &str, prefix: &str| -> Vec<String> {
        let names = names(&root.join(folder)).into_iter();
        let names = names.filter(|name| name.starts_with(prefix));
        names.map(|name| format!("{folder}/{name}")).collect()
    };
    paths.extend(inside(".heroku", ""));
    paths.extend(inside("vendor", "ruby-"));
    paths.retain(|path| root.join(path).is_dir());
    paths.sort_unstable();
    paths.dedup();
    paths
}

fn folders(root: &Path, owners: &Owners, unread: &mut Vec<Unread>) -> Vec<Installed> {
    let names = owners.folders.iter();
    names
        .map(|path| {
            let maker = owners.of_folder(path);
            Installed {
                maker: maker.map_or_else(|| owners::unknown(path), str::to_owned),
                contents: contents::of_folder(&root.join(path), unread),
                path: path.clone(),
            }
        })
        .collect()
}

/// Folders below `$HOME` that lines of a list such as PATH name, relative to the app, each once.
fn named_folders(scripts: &[NamedScript], variable: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let lines = scripts.iter().flat_map(|one| &one.script.assignments);
    for line in lines.filter(|line| line.name == variable) {
        let text: String = line
            .value
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.as_str(),
                Part::Variable(name) if name == "HOME" => HOME,
                _ => "",
            })
            .collect();
        for folder in std::env::split_paths(&text) {
            let inside = folder.strip_prefix(HOME).ok().map(Path::to_owned);
            found.extend(inside.filter(|inside| !found.contains(inside)));
        }
    }
    found
}

fn path_folders(
    root: &Path,
    scripts: &[NamedScript],
    sourced: &BTreeMap<String, String>,
) -> Vec<PathFolder> {
    let mut named = named_folders(scripts, "PATH");
    for inside in walked_folders(scripts, sourced) {
        if !named.contains(&inside) {
            named.push(inside);
        }
    }
    named
        .into_iter()
        .map(|inside| PathFolder {
            executables: programs_in(&root.join(&inside)),
            folder: Path::new(HOME).join(inside),
        })
        .collect()
}

/// Folders of the app that are on PATH at some time while the scripts run, relative to it: by a
/// function, a variable of the script, or a relative path.
fn walked_folders(scripts: &[NamedScript], sourced: &BTreeMap<String, String>) -> Vec<PathBuf> {
    let read = |path: &str| sourced.get(path).cloned();
    let base = [("HOME", HOME), ("PATH", DYNO_PATH)];
    let base = base.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut shell = Shell::new(base, &read);
    for one in scripts {
        if !shell.source(&one.path, &one.script.tree) {
            break;
        }
    }
    let (_, events, _) = shell.into_history();
    let mut found = Vec::new();
    for event in events.iter().filter(|event| event.name == "PATH") {
        let Value::Text(text) = &event.after else {
            continue;
        };
        let folders = std::env::split_paths(&text.text);
        let known = folders.filter(|folder| !folder.to_string_lossy().contains(OPEN));
        found.extend(known.filter_map(|folder| in_app(&folder)));
    }
    found
}

fn library_folders(root: &Path, scripts: &[NamedScript]) -> Vec<LibraryFolder> {
    let named = named_folders(scripts, "LD_LIBRARY_PATH").into_iter();
    named
        .map(|inside| LibraryFolder::read(Path::new(HOME).join(&inside), &root.join(&inside)))
        .collect()
}

/// The folders of the other buildpacks, which are unpacked side by side.
fn beside(own: &Path) -> Vec<PathBuf> {
    let Some(beside) = own.parent() else {
        return Vec::new();
    };
    names(beside)
        .into_iter()
        .map(|name| beside.join(name))
        .filter(|folder| folder != own && folder.join("bin/compile").exists())
        .collect()
}

/// Who wrote `export` first was sourced first.
fn exports(beside: &[PathBuf], owners: &Owners, unread: &mut Vec<Unread>) -> Vec<NamedScript> {
    let mut found: Vec<_> = beside
        .iter()
        .filter_map(|folder| {
            let written = fs_err::metadata(folder.join("export"))
                .ok()?
                .modified()
                .ok()?;
            Some((written, folder))
        })
        .collect();
    found.sort();
    found
        .into_iter()
        .filter_map(|(_, folder)| {
            let owner = |text: &str| owners.of_export(folder, text);
            script(folder, "export", &owner, unread)
        })
        .collect()
}
