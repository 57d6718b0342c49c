//! A packed archive whose digest fits, with an index and frames of anybody's making: it is
//! unpacked into the app or refused, and never makes anything outside of it.
#![no_main]

use std::cell::LazyCell;
use std::collections::HashSet;
use std::path::PathBuf;

use libfuzzer_sys::fuzz_target;
use slugsmith_cache::pack::{Links, Part, unpack};
use slugsmith_fuzz::{Ground, halves};

thread_local! {
    static GROUND: LazyCell<Ground> = LazyCell::new(|| {
        let ground = Ground::new();
        fs_err::create_dir(ground.path().join("pack")).expect("a pack");
        ground
    });
}

fuzz_target!(|data: &[u8]| {
    let Some((index, frames)) = halves(data) else {
        return;
    };
    GROUND.with(|ground| {
        ground.clear();
        let pack = ground.path().join("pack");
        let encoded = zstd::bulk::compress(index, 1).expect("a frame");
        let digest = blake3::hash(&encoded).to_hex().to_string();
        fs_err::write(pack.join("index"), encoded).expect("an index");
        fs_err::write(pack.join("frames"), frames).expect("frames");
        let roots = [PathBuf::from("node_modules")];
        let done = unpack(
            &ground.app(),
            &roots,
            &pack,
            &digest,
            Links::Inside,
            &HashSet::new(),
        );
        if done.is_ok()
            && let Ok(part) = Part::open(&pack, &digest)
        {
            let count = part.entries().count();
            let _ = part.content(0);
            let _ = part.fill(&ground.app(), &(0..count + 2).collect::<Vec<_>>());
        }
        ground.check(&["pack"]);
    });
});
