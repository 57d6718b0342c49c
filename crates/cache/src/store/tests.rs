use std::time::Duration;

use super::*;
use crate::inputs::Inputs;

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path().join("layers"));
    (folder, store)
}

fn filled(store: &Store) -> Record {
    let folder = store.begin("npm").unwrap();
    fs_err::write(folder.join("x"), "1").unwrap();
    let record = Record {
        inputs: Inputs::from_named([("node".to_owned(), "20".to_owned())].into()),
        install: Duration::from_millis(14_200),
        stored_bytes: 1,
        ..Record::default()
    };
    store.commit("npm", &record, Kept::CACHE).unwrap();
    record
}

#[test]
fn what_is_committed_is_found() {
    let (_folder, store) = store();
    assert_eq!(store.look_up("npm"), Stored::Nothing);
    let record = filled(&store);
    assert_eq!(store.look_up("npm"), Stored::Complete(Box::new(record)));
    let toml = fs_err::read_to_string(store.toml("npm")).unwrap();
    assert!(
        toml.contains("[types]\nlaunch = false\nbuild = false\ncache = true"),
        "{toml}"
    );
}

#[test]
fn the_lifecycle_may_take_the_types_away() {
    let (_folder, store) = store();
    filled(&store);
    let toml = fs_err::read_to_string(store.toml("npm")).unwrap();
    let metadata = toml.split_once("[metadata]").unwrap().1;
    fs_err::write(store.toml("npm"), format!("[metadata]{metadata}")).unwrap();
    assert!(matches!(store.look_up("npm"), Stored::Complete(_)));
}

#[test]
fn doubt_is_named() {
    let doubt = |spoil: &dyn Fn(&Store)| {
        let (_folder, store) = store();
        filled(&store);
        spoil(&store);
        match store.look_up("npm") {
            Stored::Unusable(why) => why,
            other => panic!("{other:?}"),
        }
    };
    let edit = |store: &Store, from: &str, to: &str| {
        let text = fs_err::read_to_string(store.toml("npm")).unwrap();
        assert!(text.contains(from), "{text}");
        fs_err::write(store.toml("npm"), text.replace(from, to)).unwrap();
    };
    assert!(doubt(&|store| drop(store.begin("npm").unwrap())).contains("end"));
    assert!(doubt(&|store| fs_err::write(store.toml("npm"), "[[").unwrap()).contains("form"));
    assert!(doubt(&|store| fs_err::remove_file(store.toml("npm")).unwrap()).contains("missing"));
    assert!(
        doubt(&|store| fs_err::remove_dir_all(store.folder("npm")).unwrap()).contains("contents")
    );
    assert!(doubt(&|store| edit(store, "schema = \"1\"", "schema = \"0\"")).contains("schema 0"));
    assert!(
        doubt(&|store| edit(store, "install_ms = \"14200\"", "install_ms = \"soon\""))
            .contains("form")
    );
    assert!(doubt(&|store| edit(store, "name = \"npm\"", "name = \"yarn\"")).contains("another"));
}

#[test]
fn names_are_safe_and_unique() {
    let names = ["npm", "NPM", ".next/cache", "a_b", "a/b", "..", "é", ""];
    let mut escapes: Vec<_> = names.iter().map(|name| escaped(name)).collect();
    assert_eq!(escapes[2], "cache-.next_2fcache");
    assert!(
        escapes
            .iter()
            .all(|name| name.starts_with("cache-") && !name.contains('/'))
    );
    escapes.sort();
    escapes.dedup();
    assert_eq!(escapes.len(), names.len());
    let long = "x/".repeat(400);
    assert!(escaped(&long).len() <= name::LONGEST);
    assert_ne!(escaped(&long), escaped(&format!("{long}y")));
}

#[test]
fn what_only_the_image_has_is_complete_without_a_folder_and_only_when_the_lifecycle_says_so() {
    let (_folder, store) = store();
    store.begin("pip").unwrap();
    store
        .commit("pip", &Record::default(), Kept::IMAGE)
        .unwrap();
    assert!(matches!(store.look_up("pip"), Stored::Complete(record) if !record.is_away));
    fs_err::remove_dir_all(store.folder("pip")).unwrap();
    // With its types it is one of this build, whose contents somebody has removed.
    assert!(matches!(store.look_up("pip"), Stored::Unusable(_)));
    let toml = fs_err::read_to_string(store.toml("pip")).unwrap();
    let metadata = toml.split_once("[metadata]").unwrap().1;
    fs_err::write(store.toml("pip"), format!("[metadata]{metadata}")).unwrap();
    assert!(matches!(store.look_up("pip"), Stored::Complete(record) if record.is_away));
}

#[test]
fn what_is_not_ours_to_remove_is_put_aside() {
    let (_folder, store) = store();
    filled(&store);
    // Root may remove everything, so this stands in for what another user owns.
    let stuck = store.folder("npm");
    let full = store.root().join("cache-npm.unusable-0");
    fs_err::create_dir_all(&full).unwrap();
    put_aside(&stuck).unwrap();
    assert!(!stuck.exists() && full.join("x").exists());
    assert!(matches!(store.look_up("npm"), Stored::Unusable(_)));
    filled(&store);
    assert!(matches!(store.look_up("npm"), Stored::Complete(_)));
}
