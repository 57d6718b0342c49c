//! Killed at a system call, whichever it is, a build leaves an app and a cache that the next build makes whole: in the
//! same folder, and for the next push with the same cache.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::shop::{compile, executable, shop};
use crate::support::Sandbox;
use crate::support::stops::{Program, picture};

/// Stops of a short run, per kind of call.
const SAMPLE: usize = 2;

type Picture = BTreeMap<PathBuf, (u32, Vec<u8>)>;

/// A shop of whose packages strip removes a file.
fn ready() -> Sandbox {
    shop().file("kept.txt", "kept")
}

/// The same with a cache of an earlier build.
fn ready_with_a_cache() -> Sandbox {
    let sandbox = ready();
    push(&sandbox);
    fs_err::remove_dir_all(sandbox.path("push")).unwrap();
    sandbox
}

/// Builds another push of the same app with the same cache.
fn push(sandbox: &Sandbox) -> Picture {
    let folder = sandbox.path("push");
    fs_err::create_dir(&folder).unwrap();
    let options = fs_extra::dir::CopyOptions::new().content_only(true);
    fs_extra::dir::copy(ready().app(), &folder, &options).unwrap();
    compile(sandbox, folder.clone()).expect(0);
    picture(&folder)
}

/// How many stops there were, and how many of them before the app was built.
fn stop(ready: &dyn Fn() -> Sandbox, whole: &Picture) -> (usize, usize) {
    let program = Program {
        ready,
        command: &|sandbox| {
            let operands = [sandbox.app(), sandbox.path("cache"), sandbox.path("env")];
            let command = std::iter::once(executable(sandbox, "compile")).chain(operands);
            command.map(PathBuf::into_os_string).collect()
        },
    };
    let (mut stops, mut cut) = (0, 0);
    for (call, place) in program.places(SAMPLE) {
        let sandbox = program.stopped(call, place);
        let own = [
            "Procfile",
            "kept.txt",
            "package.json",
            "package-lock.json",
            "server.js",
        ];
        let after = picture(&sandbox.app());
        for file in own.map(Path::new) {
            assert_eq!(
                after.get(file),
                whole.get(file),
                "{call} {place}: {}",
                file.display()
            );
        }
        stops += 1;
        cut += usize::from(after != *whole);
        assert_eq!(push(&sandbox), *whole, "the next push, {call} {place}");
        compile(&sandbox, sandbox.app()).expect(0);
        assert_eq!(
            picture(&sandbox.app()),
            *whole,
            "the same folder, {call} {place}"
        );
    }
    (stops, cut)
}

#[test]
#[ignore = "needs strace; scripts/test runs it"]
fn a_build_that_is_killed_harms_neither_the_app_nor_the_cache() {
    let whole = push(&ready());
    assert_eq!(
        push(&ready_with_a_cache()),
        whole,
        "a build is the same each time"
    );
    for ready in [&ready as &dyn Fn() -> Sandbox, &ready_with_a_cache] {
        let (stops, cut) = stop(ready, &whole);
        println!("{stops} stops, {cut} of them before the app was built");
        assert!(cut > 0);
    }
}
