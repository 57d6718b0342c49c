//! What to say of a root where no project is recognised.

use std::collections::BTreeMap;

use super::Absent;
use slugsmith_ecosystems::recognise::{self, Look, join};
use slugsmith_facts::app::App;

/// A root without any project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unrecognised {
    /// Manifests and lockfiles in folders below, as folder and file.
    pub below: Vec<(String, String)>,
    /// Whether earlier buildpacks have installed all of those.
    pub is_adopted: bool,
    /// Other buildpacks have been here: what there was to build, one of them has built.
    pub is_built: bool,
    /// A Procfile below the root.
    pub procfile_below: Option<String>,
    pub has_procfile: bool,
    /// The page that is served as it is: `index.html`.
    pub page: Option<String>,
    /// The ending that most files of code have, where no ecosystem has it.
    pub ending: Option<String>,
    /// Of the projects below, those whose dependencies are not here. None where the root has a
    /// page or a Procfile of its own: it is the app then.
    pub(super) absent: Vec<Absent>,
}

/// Names of pages that servers of static files begin with.
const PAGES: &[&str] = &[
    "index.html",
    "public/index.html",
    "dist/index.html",
    "static.json",
];

/// Projects that are named.
const MAX_NAMED: usize = 5;

/// `configured`: folders that are projects of their own, of which the survey speaks itself.
pub(super) fn of(look: &dyn Look, app: &App, configured: &[String]) -> Unrecognised {
    let mut below: Vec<(String, String)> = Vec::new();
    let mut absent = Vec::new();
    let mut is_installed = true;
    let elsewhere = recognise::elsewhere(look).into_iter();
    for project in elsewhere.filter(|project| !configured.contains(&project.at)) {
        let file = project.file().to_owned();
        let is_here = recognise::installed_tree(look, &project).is_some();
        is_installed &= is_here;
        if absent.len() < MAX_NAMED && !is_here {
            absent.push(Absent {
                file: join(&project.at, &file),
                by_build: false,
            });
        }
        if below.len() < MAX_NAMED && !below.iter().any(|(at, _)| *at == project.at) {
            below.push((project.at, file));
        }
    }
    let has = |path: &str| {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        look.names(folder).iter().any(|one| one == name)
    };
    let procfile_below = below
        .iter()
        .map(|(at, _)| join(at, "Procfile"))
        .find(|path| has(path));
    let page = PAGES
        .iter()
        .find(|page| has(page))
        .map(|page| (*page).to_owned());
    let ending = if below.is_empty() && page.is_none() {
        ending(look)
    } else {
        None
    };
    let has_procfile = !app.procfile.is_empty();
    if has_procfile || page.is_some() {
        absent.clear();
    }
    Unrecognised {
        is_adopted: is_installed && !below.is_empty(),
        is_built: false,
        below,
        procfile_below,
        has_procfile,
        page,
        ending,
        absent,
    }
}

/// Endings that are no language's, or that of one whose manifest is only missing.
const NO_CODE: &[&str] = &[
    "md", "txt", "json", "yml", "yaml", "toml", "lock", "html", "css", "svg", "png", "jpg", "jpeg",
    "gif", "ico", "xml", "ini", "cfg", "conf", "env", "example", "log", "csv", "sql", "pdf",
];

/// The commonest ending at the root and in the folders below it.
fn ending(look: &dyn Look) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let root = look.names("");
    let own = root.iter().filter(|name| !name.starts_with('.'));
    let below = own.clone().flat_map(|name| look.names(name));
    let code = own.cloned().chain(below);
    for name in code {
        let Some((stem, ending)) = name.rsplit_once('.') else {
            continue;
        };
        if !stem.is_empty() && ending.len() <= 6 && !NO_CODE.contains(&ending) {
            *counts.entry(ending.to_ascii_lowercase()).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map(|(ending, _)| ending)
}
