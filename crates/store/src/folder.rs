//! A folder as a store: a volume that several builds share, or a file system that CI keeps.
//!
//! It is read and written without following a link, and an object gets its name when it is whole.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Instant, UNIX_EPOCH};

use slugsmith_facts::beneath::Beneath;

use crate::objects::is_key;
use crate::seal::{hex, random};
use crate::{Body, Fault, Listed, Objects};

/// How deep objects lie.
const DEEPEST: usize = 6;

pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder, which whoever shares it has made: one that is not there is a wrong address.
    fn open(&self) -> Result<Beneath, Fault> {
        Beneath::open(&self.root).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Fault("there is no such folder".to_owned()),
            _ => error.into(),
        })
    }

    fn collect(folder: &Beneath, at: &Path, depth: usize, most: usize, all: &mut Vec<Listed>) {
        let Ok(names) = folder.names(at) else { return };
        for name in names {
            let path = at.join(&name);
            let Some(key) = path.to_str().filter(|key| is_key(key)) else {
                continue;
            };
            if all.len() >= most {
                return;
            }
            if folder.is_folder(&path) {
                if depth < DEEPEST {
                    Self::collect(folder, &path, depth + 1, most, all);
                }
                continue;
            }
            let Ok(file) = folder.file(&path) else {
                continue;
            };
            let Ok(metadata) = file.metadata() else {
                continue;
            };
            let modified = metadata.modified().ok();
            let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            all.push(Listed {
                key: key.to_owned(),
                size: metadata.len(),
                modified: modified.map(|since| since.as_secs()),
            });
        }
    }
}

impl Objects for Folder {
    fn fetch(
        &self,
        key: &str,
        to: &mut dyn Write,
        most: u64,
        _until: Instant,
    ) -> Result<bool, Fault> {
        if !is_key(key) {
            return Ok(false);
        }
        let file = match self.open()?.file(Path::new(key)) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        if file.metadata()?.len() > most {
            return Err(Fault(format!("{key} is larger than {most} bytes")));
        }
        std::io::copy(&mut file.take(most), to)?;
        Ok(true)
    }

    fn put(&self, key: &str, body: Body<'_>, _until: Instant) -> Result<(), Fault> {
        if !is_key(key) {
            return Err(Fault(format!("{key:?} is no key")));
        }
        let folder = self.open()?;
        let path = Path::new(key);
        let parent = path.parent().unwrap_or(Path::new(""));
        // Another writer may make the same folder meanwhile.
        let made = (0..DEEPEST).map(|_| folder.create_folders(parent));
        if let Some(Err(error)) = made.take_while(Result::is_err).last()
            && !folder.is_folder(parent)
            && !parent.as_os_str().is_empty()
        {
            return Err(error.into());
        }
        // Two writers of one object each have a file of their own.
        let number = random::<8>().unwrap_or_default();
        let partial = parent.join(format!(".put-{}-{}", std::process::id(), hex(&number)));
        let mut file = folder.create(&partial, 0o644)?;
        let written = match body {
            Body::Bytes(bytes) => file.write_all(bytes),
            Body::File(path) => slugsmith_facts::beneath::open(path)
                .and_then(|mut from| std::io::copy(&mut from, &mut file).map(|_| ())),
        };
        let moved = written.and_then(|()| folder.rename(&partial, path));
        if moved.is_err() {
            let _ = folder.remove(&partial);
        }
        Ok(moved?)
    }

    fn list(&self, prefix: &str, most: usize, _until: Instant) -> Result<Vec<Listed>, Fault> {
        let folder = self.open()?;
        let mut all = Vec::new();
        let at = prefix.rsplit_once('/').map_or("", |(at, _)| at);
        Self::collect(&folder, Path::new(at), 0, most, &mut all);
        all.retain(|one| one.key.starts_with(prefix));
        all.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(all)
    }

    fn remove(&self, key: &str, _until: Instant) -> Result<(), Fault> {
        if is_key(key) {
            self.open()?.remove(Path::new(key))?;
        }
        Ok(())
    }
}
