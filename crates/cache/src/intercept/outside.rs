//! Did an install write outside of the app, where no stored tree can bring it back?
//!
//! Install scripts of some packages fetch programs into the user's own folders (browsers, test
//! runners). What lies there after the call and did not before makes the result one that is not
//! kept.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use slugsmith_facts::environment::Environment;

/// Folders of a home, relative to it, that tools fill for themselves: looked at by their entries.
const FOLDERS: &[&str] = &["", ".cache", ".config", ".local", ".local/share"];
/// Downloads, logs and settings of the package managers, of which no installed tree has need.
const OWN: &[&str] = &[
    ".npm",
    ".cache",
    ".config",
    ".local",
    ".local/share",
    ".node-gyp",
    ".cache/node",
    ".cache/node-gyp",
    ".cache/pip",
    ".cache/pnpm",
    ".cache/prisma",
    ".cache/yarn",
    ".config/configstore",
    ".config/pnpm",
    ".config/yarn",
    ".local/share/pnpm",
    ".local/state",
    ".yarn",
    ".yarnrc",
];

/// Entries of the user's folders, with their times of change.
pub(crate) fn look(environment: &Environment, app: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    // A home that is the app is looked at as the app.
    let Some(home) = environment
        .get("HOME")
        .map(Path::new)
        .filter(|home| *home != app)
    else {
        return found;
    };
    for folder in FOLDERS {
        let entries = fs_err::read_dir(home.join(folder));
        for entry in entries.into_iter().flatten().flatten() {
            let path = Path::new(folder).join(entry.file_name());
            let name = path.to_string_lossy().into_owned();
            if let (false, Ok(metadata)) = (OWN.contains(&name.as_str()), entry.metadata()) {
                let changed = format!(
                    "{} {} {}",
                    metadata.ino(),
                    metadata.ctime(),
                    metadata.ctime_nsec()
                );
                found.insert(name, changed);
            }
        }
    }
    found
}

/// The first of them that is new or other than before.
pub(crate) fn difference(
    before: &BTreeMap<String, String>,
    now: &BTreeMap<String, String>,
) -> Option<String> {
    let mut names = now.iter();
    let (name, _) = names.find(|(name, changed)| before.get(*name) != Some(*changed))?;
    Some(format!("~/{name}"))
}
