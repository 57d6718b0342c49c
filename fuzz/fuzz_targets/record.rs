//! The record of a stored cache, with the content that anybody could have written: at most it
//! is called unusable.
#![no_main]

use std::cell::LazyCell;

use libfuzzer_sys::fuzz_target;
use slugsmith_cache::store::{Kept, Record, Store};
use slugsmith_fuzz::Ground;
use std::path::PathBuf;

thread_local! {
    static STORE: LazyCell<(Ground, PathBuf)> = LazyCell::new(|| {
        let ground = Ground::new();
        let store = Store::new(ground.app());
        let cache = store.begin("npm").expect("a cache");
        fs_err::write(cache.join("index"), "").expect("an index");
        store.commit("npm", &Record::default(), Kept::CACHE).expect("a record");
        let name = cache.file_name().expect("a name").to_string_lossy().into_owned();
        let file = ground.app().join(format!("{name}.toml"));
        (ground, file)
    });
}

fuzz_target!(|data: &[u8]| {
    STORE.with(|state| {
        let (ground, file) = &**state;
        fs_err::write(file, data).expect("a record");
        let store = Store::new(ground.app());
        let _ = store.look_up("npm");
        let _ = store.all();
        ground.check(&[]);
    });
});
