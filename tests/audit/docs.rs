//! `docs/rules/`, `docs/errors/` and `docs/stack/` say what the code says.

use std::collections::BTreeSet;
use std::path::Path;

use slugsmith::explain;

#[test]
fn docs_are_current() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let bless = std::env::var_os("SLUGSMITH_BLESS").is_some();
    let pages = explain::docs();
    let mut stale = Vec::new();
    for (path, text) in &pages {
        let file = docs.join(path);
        if fs_err::read_to_string(&file).unwrap_or_default() == *text {
            continue;
        }
        if bless {
            fs_err::create_dir_all(file.parent().unwrap()).unwrap();
            fs_err::write(&file, text).unwrap();
        } else {
            stale.push(path.clone());
        }
    }
    let known: BTreeSet<_> = pages.iter().map(|(path, _)| path.as_str()).collect();
    for folder in ["rules", "errors", "stack"] {
        for entry in fs_err::read_dir(docs.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let path = format!("{folder}/{name}");
            if known.contains(path.as_str()) {
                continue;
            }
            if bless {
                fs_err::remove_file(docs.join(&path)).unwrap();
            } else {
                stale.push(path);
            }
        }
    }
    assert!(
        stale.is_empty(),
        "docs/ differs from the code in {stale:?}; write it anew with:\n  SLUGSMITH_BLESS=1 cargo test --test \
         audit docs_are_current"
    );
}
