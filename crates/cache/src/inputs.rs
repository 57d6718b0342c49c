//! Which named inputs make a cache's key, and how do two sets differ?
//!
//! Inputs are kept apart under their names and never mixed into one hash, so that a miss
//! can always say which one changed. Values are versions where those are no secret, and
//! BLAKE3 digests otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use slugsmith_facts::tree::{EntryKind, Tree};

/// The key of a cache.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    named: BTreeMap<String, String>,
    /// Config vars that settings name, which get their values once it is known what is stored.
    variables: BTreeSet<String>,
}

/// One input that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputChange {
    pub name: String,
    /// `None` where the input is new.
    pub old: Option<String>,
    /// `None` where the input is gone.
    pub new: Option<String>,
}

impl Inputs {
    /// As they were stored: values by the names of the inputs.
    #[must_use]
    pub fn from_named(named: BTreeMap<String, String>) -> Self {
        Self {
            named,
            variables: BTreeSet::new(),
        }
    }

    /// Values by the names of the inputs.
    #[must_use]
    pub fn named(&self) -> &BTreeMap<String, String> {
        &self.named
    }

    /// Config vars that count: the package manager puts their values into what it reads.
    pub(crate) fn expands(&mut self, names: BTreeSet<String>) {
        self.variables.extend(names);
    }

    /// What [`Inputs::expands`] was told.
    pub(crate) fn expanded(&self) -> &BTreeSet<String> {
        &self.variables
    }

    /// Takes over every input of another set.
    pub fn add(&mut self, other: &Self) {
        self.named.extend(other.named.clone());
        self.variables.extend(other.variables.iter().cloned());
    }

    /// A value that may be shown: a version, a flag.
    pub fn plain(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.named.insert(name.into(), value.into());
    }

    /// Something of which only a digest is kept.
    pub fn digest(&mut self, name: impl Into<String>, content: &[u8]) {
        self.named.insert(name.into(), digest(content));
    }

    /// A secret, of which a digest with a random salt is kept: the salt of the `old` value
    /// where there is one, so that the same secret gives the same input.
    pub fn salted(&mut self, name: &str, content: &[u8], old: Option<&str>) {
        let with = |salt: &str| {
            let mut hasher = blake3::Hasher::new();
            hasher.update(salt.as_bytes()).update(b"\0").update(content);
            format!("{SALTED}{salt}{:.32}", hasher.finalize().to_hex().as_str())
        };
        let salt = old
            .and_then(|old| old.strip_prefix(SALTED))
            .and_then(|old| old.get(..SALT_LENGTH));
        let value = match salt {
            Some(salt) => Some(with(salt)).filter(|value| Some(value.as_str()) == old),
            None => None,
        };
        let value = value.unwrap_or_else(|| with(&random()));
        self.named.insert(name.to_owned(), value);
    }

    /// The content of a file; nothing if it isn't there.
    pub fn file(&mut self, app: &Path, path: &str) {
        match fs_err::symlink_metadata(app.join(path)) {
            Ok(metadata) if metadata.is_file() || metadata.is_symlink() => {
                let read = inside(app, path).and_then(|path| read_regular(&path));
                let value = match read {
                    Ok(content) => digest(&content),
                    // Two files that can't be read are not known to be equal, but the
                    // package manager can't read them either.
                    Err(error) => format!("unreadable: {}", error.kind()),
                };
                self.named.insert(path.to_owned(), value);
            }
            _ => {}
        }
    }

    /// Every file below a folder, as one input, and each of a few by its name, so that a miss can say which it was;
    /// nothing if the folder isn't there.
    pub fn folder(&mut self, app: &Path, path: &str) {
        if !app.join(path).is_dir() {
            return;
        }
        let Ok(root) = inside(app, path) else {
            let why = "leads out of the app".to_owned();
            self.named.insert(format!("{path}/**"), why);
            return;
        };
        let mut hasher = blake3::Hasher::new();
        let mut files = Vec::new();
        for entry in Tree::read(&root).entries() {
            let full = root.join(entry.path());
            let content = match entry.kind() {
                EntryKind::File => read_regular(&full).unwrap_or_default(),
                // Who reads the folder gets what the link leads to.
                EntryKind::Symlink => inside(app, &full)
                    .and_then(|target| read_regular(&target))
                    .or_else(|_| {
                        let target = fs_err::read_link(&full)?;
                        Ok::<_, std::io::Error>(target.into_os_string().into_encoded_bytes())
                    })
                    .unwrap_or_default(),
                EntryKind::Directory | EntryKind::Special => continue,
            };
            let name = entry.path().as_os_str().as_encoded_bytes();
            for part in [name, &content] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
            hasher.update(&[u8::from(entry.mode() & 0o100 != 0)]);
            if files.len() <= NAMED_FILES {
                files.push((
                    format!("{path}/{}", entry.path().display()),
                    digest(&content),
                ));
            }
        }
        if files.len() <= NAMED_FILES {
            for (file, digest) in files {
                self.named.entry(file).or_insert(digest);
            }
        }
        let hash = hasher.finalize().to_hex();
        self.named
            .insert(format!("{path}/**"), short(hash.as_str()));
    }

    /// What differs between these (the stored) and `new` (the wanted) inputs, by name.
    #[must_use]
    pub fn changes(&self, new: &Self) -> Vec<InputChange> {
        let names: BTreeSet<_> = self.named.keys().chain(new.named.keys()).collect();
        names
            .into_iter()
            .filter_map(|name| {
                let (old, new) = (self.named.get(name), new.named.get(name));
                (old != new).then(|| InputChange {
                    name: name.clone(),
                    old: old.cloned(),
                    new: new.cloned(),
                })
            })
            .collect()
    }
}

impl std::fmt::Display for InputChange {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = &self.name;
        match (&self.old, &self.new) {
            (Some(old), Some(new)) if is_digest(old) || is_digest(new) => {
                write!(formatter, "{name} changed")
            }
            (Some(old), Some(new)) => write!(formatter, "{name} {old} → {new}"),
            (None, Some(new)) if is_digest(new) => write!(formatter, "{name} is new"),
            (None, Some(new)) => write!(formatter, "{name} is new: {new}"),
            _ => write!(formatter, "{name} is gone"),
        }
    }
}

/// Of a folder with more files none is an input of its own.
const NAMED_FILES: usize = 64;

/// Length of a stored digest: `#` and 128 bits in hexadecimal.
const DIGEST_LENGTH: usize = 33;

/// Begins a digest that has a salt.
const SALTED: &str = "#salted:";
/// Length of a salt, in hexadecimal digits.
const SALT_LENGTH: usize = 32;

fn random() -> String {
    let mut bytes = [0_u8; SALT_LENGTH / 2];
    // What the system gave in part, or not at all, is still another salt than the last one.
    let _ = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty());
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    let mut hasher = blake3::Hasher::new();
    hasher.update(&bytes).update(&now.as_nanos().to_le_bytes());
    format!("{:.32}", hasher.finalize().to_hex().as_str())
}

/// Whether a value is the digest of a secret.
pub(crate) fn is_salted(value: &str) -> bool {
    value.starts_with(SALTED)
}

fn is_digest(value: &str) -> bool {
    value.len() == DIGEST_LENGTH && value.starts_with('#') || value.starts_with(SALTED)
}

/// `#` and the first 128 bits of the BLAKE3 hash, in hexadecimal.
#[must_use]
pub fn digest(content: &[u8]) -> String {
    short(blake3::hash(content).to_hex().as_str())
}

fn short(hex: &str) -> String {
    format!("#{hex:.32}")
}

/// Where a path of the app really is, if that is in the app.
pub(crate) fn inside(app: &Path, path: impl AsRef<Path>) -> std::io::Result<std::path::PathBuf> {
    let real = fs_err::canonicalize(app.join(path))?;
    if real.starts_with(fs_err::canonicalize(app)?) {
        Ok(real)
    } else {
        Err(std::io::ErrorKind::PermissionDenied.into())
    }
}

/// Reads a file and nothing that would block for ever or lead on endlessly.
pub(crate) fn read_regular(path: &Path) -> std::io::Result<Vec<u8>> {
    slugsmith_facts::beneath::read(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_is_named() {
        let mut old = Inputs::default();
        old.plain("node", "20.1.0");
        old.plain("gone", "1");
        old.digest(".npmrc", b"a");
        old.plain("same", "x");
        let mut new = Inputs::default();
        new.plain("node", "20.2.0");
        new.digest(".npmrc", b"b");
        new.digest("patches/**", b"c");
        new.plain("same", "x");
        let changes: Vec<_> = old.changes(&new).iter().map(ToString::to_string).collect();
        assert_eq!(
            changes,
            [
                ".npmrc changed",
                "gone is gone",
                "node 20.1.0 → 20.2.0",
                "patches/** is new"
            ]
        );
        assert!(old.changes(&old).is_empty());
    }

    #[test]
    fn a_folder_is_its_names_contents_and_executable_bits() {
        use std::os::unix::fs::PermissionsExt;
        let app = tempfile::tempdir().unwrap();
        let file = app.path().join("patches/a/x.patch");
        fs_err::create_dir_all(file.parent().unwrap()).unwrap();
        let value = || {
            let mut inputs = Inputs::default();
            inputs.folder(app.path(), "patches");
            inputs.named().get("patches/**").cloned()
        };
        fs_err::write(&file, "1").unwrap();
        let first = value();
        assert_eq!(first, value());
        fs_err::write(&file, "2").unwrap();
        let second = value();
        assert_ne!(first, second);
        fs_err::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        let third = value();
        assert_ne!(second, third);
        fs_err::rename(&file, file.with_file_name("y.patch")).unwrap();
        assert_ne!(third, value());
    }
}
