//! Stopped at a system call, whichever it is, strip leaves an app that is untouched,
//! completely stripped, or restored by the next run.
//!
//! strace kills the real program as it enters a call. A sample of the calls in each run,
//! every one of them with `SLUGSMITH_LONG=1`.

use std::ffi::OsString;

use crate::support::stops::{Program, picture};
use crate::support::{BINARY, Sandbox};

/// Stops of a short run, per kind of call.
const SAMPLE: usize = 4;

#[test]
#[ignore = "needs strace; scripts/test runs it"]
fn stopped_at_any_system_call_the_app_is_whole() {
    let untouched = picture(&app().app());
    let stripped = {
        let sandbox = app();
        strip(&sandbox, "safe");
        picture(&sandbox.app())
    };
    assert!(stripped.len() < untouched.len());
    let program = Program {
        ready: &app,
        command: &|_| [BINARY, "strip", "app"].map(OsString::from).to_vec(),
    };
    let (mut stops, mut untouched_after, mut stripped_after) = (0, 0, 0);
    for (call, place) in program.places(SAMPLE) {
        let sandbox = program.stopped(call, place);
        // The next run takes back or ends what was begun, and here removes nothing itself.
        strip(&sandbox, "off");
        let after = picture(&sandbox.app());
        stops += 1;
        if after == untouched {
            untouched_after += 1;
        } else {
            assert_eq!(after, stripped, "{call} {place}");
            stripped_after += 1;
        }
        strip(&sandbox, "safe");
        assert_eq!(picture(&sandbox.app()), stripped, "{call} {place}");
    }
    println!("{stops} stops: {untouched_after} times untouched, {stripped_after} times stripped");
    assert!(untouched_after > 0 && stripped_after > 0);
}

/// Files to remove in several folders, one to make smaller, names that are no UTF-8, a
/// second name of a file, and a link.
fn app() -> Sandbox {
    let sandbox = Sandbox::new()
        .file("package.json", r#"{"scripts":{"start":"node server.js"}}"#)
        .file("server.js", "require('a')")
        .file("test/a.js", "")
        .file("node_modules/a/package.json", "{}")
        .file("node_modules/a/index.js", "")
        .file("node_modules/a/index.js.map", "{}")
        .file("node_modules/a/README.md", "# a")
        .file("node_modules/a/docs/deep/x.md", "x")
        .file("node_modules/a/build/Release/a.node", shared_object())
        .file("kept.txt", "kept");
    let root = sandbox.app();
    fs_err::hard_link(
        root.join("kept.txt"),
        root.join("node_modules/a/CHANGES.md"),
    )
    .unwrap();
    std::os::unix::fs::symlink("/etc", root.join("node_modules/a/docs/out")).unwrap();
    let odd: &std::ffi::OsStr =
        std::os::unix::ffi::OsStrExt::from_bytes(b"node_modules/a/\xff.js.map");
    fs_err::write(root.join(odd), "{}").unwrap();
    sandbox
}

/// The smallest shared object that the compiler left beside this test: one with symbols.
fn shared_object() -> Vec<u8> {
    let folder = std::env::current_exe().unwrap();
    let files = fs_err::read_dir(folder.parent().unwrap()).unwrap();
    let objects = files
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "so"));
    let smallest =
        objects.min_by_key(|path| fs_err::metadata(path).map_or(u64::MAX, |data| data.len()));
    fs_err::read(smallest.expect("a procedural macro is a shared object")).unwrap()
}

fn strip(sandbox: &Sandbox, level: &str) {
    let mut command = sandbox.command(BINARY);
    let ran = command
        .args(["strip", "app"])
        .env("SLUGSMITH_STRIP_LEVEL", level)
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}
