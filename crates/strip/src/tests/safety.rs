//! Is an app whole whatever happens, and nothing outside it touched?

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{app, config, environment, left, run, strip, strip_with};
use slugsmith_facts::environment::{Environment, World};

#[test]
fn a_dry_run_and_level_off_change_nothing() {
    let folder = app(&[
        ("package.json", "{}"),
        ("node_modules/a/package.json", "{}"),
        ("node_modules/a/i.js.map", "{}"),
    ]);
    let report = run(folder.path(), &config(""), &environment(), true).unwrap();
    assert_eq!((report.removed.files, report.dry_run), (1, true));
    let report = strip_with(folder.path(), "[com.slugsmith.strip]\nlevel = \"off\"\n");
    assert_eq!(report.removed.files, 0);
    assert_eq!(left(folder.path()).len(), 3);
}

#[test]
fn links_lead_nowhere_and_their_targets_stay() {
    let outside = app(&[("x.js.map", "precious")]);
    let folder = app(&[
        ("package.json", "{}"),
        ("store/b/package.json", "{}"),
        ("node_modules/a/package.json", "{}"),
        ("node_modules/a/test/cli.js", ""),
        ("node_modules/a/test/other.js", ""),
    ]);
    let link = |target: &Path, at: &str| {
        let at = folder.path().join(at);
        fs_err::create_dir_all(at.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, at).unwrap();
    };
    link(outside.path(), "node_modules/out");
    link(Path::new("../a/test/cli.js"), "node_modules/.bin/a");
    link(Path::new("loop"), "node_modules/loop");
    strip(folder.path());
    assert!(outside.path().join("x.js.map").exists());
    let left = left(folder.path());
    assert!(left.contains(&"node_modules/a/test/cli.js".to_owned()));
    assert!(!left.contains(&"node_modules/a/test/other.js".to_owned()));
}

#[test]
fn broken_manifests_and_odd_names_are_left_alone() {
    let folder = app(&[("package.json", "{")]);
    for number in 0..1_000 {
        let package = folder.path().join(format!("node_modules/p{number}"));
        fs_err::create_dir_all(&package).unwrap();
        fs_err::write(package.join("package.json"), "{ \"main\": ").unwrap();
    }
    fs_err::write(folder.path().join("node_modules/p1/a.js.map"), "{}").unwrap();
    let odd = std::ffi::OsStr::from_bytes(b"node_modules/p1/\xff.js.map");
    fs_err::write(folder.path().join(odd), "{}").unwrap();
    let report = strip(folder.path());
    assert_eq!(report.removed.files, 0);
    assert_eq!(report.before.files, 1_003);
}

#[test]
fn a_folder_that_may_not_be_changed_is_reported() {
    let folder = app(&[
        ("package.json", "{}"),
        ("node_modules/a/package.json", "{}"),
        ("node_modules/a/lib/i.js.map", "{}"),
        ("node_modules/a/j.js.map", "{}"),
    ]);
    let locked = folder.path().join("node_modules/a/lib");
    fs_err::set_permissions(&locked, std::fs::Permissions::from_mode(0o555)).unwrap();
    let report = strip(folder.path());
    // The super-user may remove the folder, too.
    let _ = fs_err::set_permissions(&locked, std::fs::Permissions::from_mode(0o755));
    // The super-user may write anywhere; then there is nothing to report.
    let failed = report.failed.len();
    assert_eq!(report.removed.files + failed as u64, 2);
    assert_eq!(locked.join("i.js.map").exists(), failed == 1);
    assert!(!folder.path().join("node_modules/a/j.js.map").exists());
}

#[test]
fn other_names_of_a_hard_link_keep_their_content() {
    let folder = app(&[
        ("package.json", "{}"),
        ("node_modules/a/package.json", "{}"),
        ("kept.txt", "content"),
    ]);
    fs_err::hard_link(
        folder.path().join("kept.txt"),
        folder.path().join("node_modules/a/i.js.map"),
    )
    .unwrap();
    strip(folder.path());
    assert_eq!(
        fs_err::read_to_string(folder.path().join("kept.txt")).unwrap(),
        "content"
    );
    assert!(!folder.path().join("node_modules/a/i.js.map").exists());
}

#[test]
fn an_interrupted_strip_is_taken_back_before_the_next() {
    let folder = app(&[
        ("package.json", "{}"),
        ("node_modules/a/package.json", "{}"),
        ("src/a.js", "x"),
    ]);
    let aside = crate::journal::move_aside(
        folder.path(),
        vec![crate::journal::FileChange::Remove("src/a.js".into())],
        &|_| Ok(None),
        &mut |_| Ok(()),
    );
    drop(aside.unwrap());
    assert!(!folder.path().join("src/a.js").exists());
    strip(folder.path());
    assert!(folder.path().join("src/a.js").exists());
    assert!(!folder.path().join(crate::journal::FOLDER).exists());
}

#[test]
fn a_failing_verify_command_puts_everything_back() {
    let files = [
        ("package.json", "{}"),
        ("node_modules/a/package.json", "{}"),
        ("node_modules/a/i.js.map", "{}"),
    ];
    let path = std::env::var_os("PATH").unwrap();
    let environment = Environment {
        variables: BTreeMap::from([("PATH".to_owned(), path)]),
        ..environment()
    };
    let with = |command: &str| {
        let folder = app(&files);
        let text = format!("[com.slugsmith.strip]\nverify = [\"{command}\"]\n");
        let report = run(folder.path(), &config(&text), &environment, false).unwrap();
        (report, left(folder.path()).len())
    };
    let (report, files) = with("test ! -e node_modules/a/i.js.map");
    assert_eq!((report.removed.files, report.put_back, files), (1, None, 2));
    let (report, files) = with("cat node_modules/a/i.js.map");
    assert_eq!((report.removed.files, files), (0, 3));
    assert_eq!(report.put_back.unwrap().status, "exit code 1");
}

#[test]
fn runtimes_of_other_buildpacks_stay_unless_they_are_listed() {
    let files = [
        ("package.json", "{}"),
        (".heroku/node/include/node/v8.h", ""),
        (".heroku/node/lib/node_modules/npm/package.json", "{}"),
        (".heroku/node/lib/node_modules/npm/index.js.map", ""),
        (".heroku/python/include/Python.h", ""),
        ("node_modules/a/package.json", "{}"),
        ("node_modules/a/index.js.map", "{}"),
    ];
    let gone = |world: World, layers: &str| {
        let folder = app(&files);
        let mut environment = environment();
        environment.world = world;
        let text = format!("[com.slugsmith.strip]\nlayers = {layers}\n");
        let report = run(folder.path(), &config(&text), &environment, false).unwrap();
        report.manifest.len()
    };
    assert_eq!(gone(World::Classic, "[]"), 1);
    assert_eq!(gone(World::Classic, "[\".heroku/node\"]"), 3);
    assert_eq!(gone(World::Classic, "\"all\""), 4);
    assert_eq!(gone(World::CloudNative, "[\".heroku/node\"]"), 1);
    assert_eq!(gone(World::CloudNative, "\"all\""), 1);
}
