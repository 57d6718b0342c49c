//! An entry of a shared store whose seal fits and whose content anybody could have made: a whole
//! build takes it or leaves it, and nothing beside the app changes.

use std::sync::{Arc, Mutex};

use slugsmith::cache::store::Store;
use slugsmith::cache::warm::{self, PACK_FILES};

use crate::app::Bed;
use crate::engine::run;
use crate::given::Given;

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
