//! An entry of a shared store: without a seal that fits it is none, and with one its content, that
//! anybody could have written, is taken over into the local store or refused.
#![no_main]

use std::cell::LazyCell;
use std::sync::Mutex;

use libfuzzer_sys::fuzz_target;
use slugsmith_cache::store::Store;
use slugsmith_cache::warm;
use slugsmith_fuzz::given::Given;
use slugsmith_fuzz::{DIGEST, Ground, packed};
use slugsmith_store::seal::Key;

const NAME: &str = "entries/one";

struct State {
    ground: Ground,
    given: Given,
    /// Holds the pack.
    _kept: tempfile::TempDir,
    digest: String,
    key: Key,
}

thread_local! {
    static STATE: LazyCell<State> = LazyCell::new(|| {
        let kept = tempfile::tempdir().expect("a folder");
        let pack = packed(kept.path()).expect("a pack");
        let index = fs_err::read(pack.join("index")).expect("an index");
        State {
            ground: Ground::new(),
            digest: blake3::hash(&index).to_hex().to_string(),
            given: Given {
                entry: Mutex::default(),
                pack,
            },
            _kept: kept,
            key: Key::shared(b"a key that no input knows"),
        }
    });
}

fn sealed(key: &Key, data: &[u8]) {
    assert!(key.open(NAME, data).is_none(), "a seal that nobody made");
    let sealed = key.seal(NAME, data).expect("a seal");
    assert_eq!(key.open(NAME, &sealed), Some(data));
    assert!(key.open("entries/two", &sealed).is_none(), "moved");
    let Some(last) = data.last() else {
        return;
    };
    let at = usize::from(*last) % sealed.len();
    assert!(key.open(NAME, &sealed[..at]).is_none(), "cut at {at}");
    let mut changed = sealed;
    // Not the bit between capitals and others: digits of a seal may have either.
    changed[at] ^= 1;
    assert!(key.open(NAME, &changed).is_none(), "changed at {at}");
}

fuzz_target!(|data: &[u8]| {
    STATE.with(|state| {
        let state = &**state;
        sealed(&state.key, data);
        let text = String::from_utf8_lossy(data).replace(DIGEST, &state.digest);
        let entry = zstd::bulk::compress(text.as_bytes(), 1).expect("a frame");
        state.ground.clear();
        let local = Store::new(state.ground.app());
        for entry in [entry.as_slice(), data] {
            if warm::take_packed(&state.given, &local, "npm", entry).is_ok() {
                let _ = local.look_up("npm");
                let _ = local.all();
            }
            state.ground.check(&[]);
        }
    });
});
