//! An entry of a shared store whose seal fits and whose content anybody could have made: a whole
//! build takes it or leaves it, and nothing beside the app changes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use slugsmith::cache::store::Store;
use slugsmith::cache::warm::{self, Found, PACK_FILES, Place, Remote};

use crate::app::Bed;
use crate::engine::run;

/// Has one entry, for whatever it is asked, and one pack.
#[derive(Debug)]
struct Given {
    entry: Mutex<Vec<u8>>,
    pack: PathBuf,
}

impl Remote for Given {
    fn find(&self, _place: &Place, _nearest: bool, _notes: &mut Vec<String>) -> Vec<Found> {
        let entry = self.entry.lock().unwrap().clone();
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

#[test]
fn store_entry() {
    let mut bed = Bed::of("node");
    let pack = bed.sandbox.path("pack");
    fs_err::create_dir(&pack).unwrap();
    let given = Arc::new(Given {
        entry: Mutex::default(),
        pack: pack.clone(),
    });
    bed.remote = Some(given.clone());
    // What a build has for others: the entry to begin from, and its pack.
    let app = bed.fresh();
    let store = Store::new(bed.sandbox.path("cache")).with_remote(given.clone());
    bed.build_with(&app, &store).unwrap();
    let made = warm::entries(&store);
    let prepared = warm::prepare(&store, &made[0]).unwrap().unwrap();
    for file in PACK_FILES {
        fs_err::copy(prepared.folder.join(file), pack.join(file)).unwrap();
    }
    let entry = prepared.entry(&store).unwrap();
    let text = zstd::stream::decode_all(entry.as_slice()).unwrap();
    let mut taken = |entry: Vec<u8>| {
        *given.entry.lock().unwrap() = entry;
        bed.fresh();
        // Each is a machine with an empty cache.
        bed.builds = 0;
        bed.build()
    };
    let report = taken(entry).unwrap();
    assert_eq!(
        report.caches[0].decision.verdict,
        slugsmith::cache::Verdict::Hit
    );
    run("store_entry", &[text], |data| {
        taken(zstd::bulk::compress(data, 1).unwrap());
        // Not compressed, it is none.
        taken(data.to_vec());
    });
}
