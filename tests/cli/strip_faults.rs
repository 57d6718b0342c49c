//! Stopped at a system call, whichever it is, strip leaves an app that is untouched,
//! completely stripped, or restored by the next run.
//!
//! strace kills the real program as it enters a call. A sample of the calls in each run,
//! every one of them with `SLUGSMITH_LONG=1`.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{BINARY, Sandbox};

/// Calls that look at or change the file system.
const CALLS: &[&str] = &[
    "openat",
    "read",
    "write",
    "close",
    "statx",
    "getdents64",
    "mkdir",
    "rename",
    "unlink",
    "unlinkat",
    "rmdir",
    "fsync",
    "fchmod",
    "utimensat",
    "readlink",
    "fstat",
    "lseek",
];
/// Stops of a short run, per kind of call.
const SAMPLE: usize = 4;

#[test]
#[ignore = "needs strace; scripts/test runs it"]
fn stopped_at_any_system_call_the_app_is_whole() {
    let untouched = picture(&app().app());
    let calls = count();
    let stripped = {
        let sandbox = app();
        strip(&sandbox, "safe");
        picture(&sandbox.app())
    };
    assert!(stripped.len() < untouched.len());
    let long = std::env::var_os("SLUGSMITH_LONG").is_some();
    let (mut stops, mut untouched_after, mut stripped_after) = (0, 0, 0);
    for (call, count) in calls {
        let step = if long {
            1
        } else {
            count.div_ceil(SAMPLE).max(1)
        };
        // The last ones are where something can be half done.
        let places = (1..=count).rev().step_by(step);
        for place in places {
            let sandbox = app();
            let inject = format!("inject={call}:signal=KILL:when={place}");
            let strace = [
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                &inject,
                BINARY,
                "strip",
                "app",
            ];
            sandbox.command("strace").args(strace).output().unwrap();
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

/// How often an uninterrupted run makes each call, the threads together.
fn count() -> BTreeMap<&'static str, usize> {
    let sandbox = app();
    let log = sandbox.path("log");
    let mut strace: Command = sandbox.command("strace");
    strace.args(["-f", "-qq", "-o"]).arg(&log);
    let ran = strace
        .args([BINARY, "strip", "app"])
        .output()
        .expect("strace is installed");
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let log = fs_err::read_to_string(log).unwrap();
    let counts = CALLS.iter().map(|call| {
        let entered = log.lines().filter(|line| {
            let words = line
                .split_once(' ')
                .map_or("", |(_, rest)| rest.trim_start());
            words
                .strip_prefix(call)
                .is_some_and(|rest| rest.starts_with('('))
        });
        (*call, entered.count())
    });
    counts.filter(|(_, count)| *count > 0).collect()
}

/// What is in a folder: kind, mode and content.
fn picture(root: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut pending = vec![root.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs_err::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let metadata = fs_err::symlink_metadata(&path).unwrap();
            let content = if metadata.is_dir() {
                pending.push(path.clone());
                Vec::new()
            } else if metadata.is_symlink() {
                fs_err::read_link(&path)
                    .unwrap()
                    .into_os_string()
                    .into_encoded_bytes()
            } else {
                fs_err::read(&path).unwrap()
            };
            let mode = metadata.mode();
            found.insert(path.strip_prefix(root).unwrap().to_owned(), (mode, content));
        }
    }
    found
}
