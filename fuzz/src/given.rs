//! A shared store that has one entry, for whatever it is asked, and one pack: for the fuzz tests and for
//! the target of entries.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use slugsmith_cache::warm::{Found, PACK_FILES, Remote, RemoteKey};

#[derive(Debug)]
pub struct Given {
    pub entry: Mutex<Vec<u8>>,
    pub pack: PathBuf,
}

impl Remote for Given {
    fn find(&self, _place: &RemoteKey, _nearest: bool, _notes: &mut Vec<String>) -> Vec<Found> {
        let entry = self.entry.lock().expect("nobody panicked").clone();
        vec![Found {
            entry,
            is_exact: true,
        }]
    }

    fn fetch(&self, _pack: &str, folder: &Path, most: u64) -> Result<(), String> {
        for file in PACK_FILES {
            let bytes = fs_err::read(self.pack.join(file)).map_err(|error| error.to_string())?;
            if bytes.len() as u64 > most {
                return Err("too long".to_owned());
            }
            fs_err::write(folder.join(file), bytes).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn name(&self) -> String {
        "a store".to_owned()
    }
}
