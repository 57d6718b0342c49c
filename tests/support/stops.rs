//! A program that strace kills as it enters a system call, whichever it is.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Sandbox;

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

/// A program with its operands, in a sandbox of its own for each run.
pub(crate) struct Program<'p> {
    /// A sandbox in which it can run.
    pub(crate) ready: &'p dyn Fn() -> Sandbox,
    pub(crate) command: &'p dyn Fn(&Sandbox) -> Vec<std::ffi::OsString>,
}

impl Program<'_> {
    /// Kills it as it enters the given call for the given time, and says in which sandbox. Threads and programs that
    /// it starts count by themselves.
    pub(crate) fn stopped(&self, call: &str, time: usize) -> Sandbox {
        let sandbox = (self.ready)();
        let inject = format!("inject={call}:signal=KILL:when={time}");
        let mut strace = traced(&sandbox, Path::new("/dev/null"));
        strace.args(["-e", &inject]).args((self.command)(&sandbox));
        strace.output().expect("strace is installed");
        sandbox
    }

    /// Where to stop it: of each call so many places, the last ones first, since something can be half done there.
    /// All of them with `SLUGSMITH_LONG=1`.
    pub(crate) fn places(&self, of_each: usize) -> Vec<(&'static str, usize)> {
        let is_long = super::long::is_long();
        let places = |(call, count): (&'static str, usize)| {
            let step = if is_long {
                1
            } else {
                count.div_ceil(of_each).max(1)
            };
            (1..=count)
                .rev()
                .step_by(step)
                .map(move |place| (call, place))
        };
        self.count().into_iter().flat_map(places).collect()
    }

    /// How often an uninterrupted run makes each call, the threads together.
    fn count(&self) -> BTreeMap<&'static str, usize> {
        let sandbox = (self.ready)();
        let log = sandbox.path("log");
        let mut strace = traced(&sandbox, &log);
        let ran = strace.args((self.command)(&sandbox)).output();
        let ran = ran.expect("strace is installed");
        assert!(
            ran.status.success(),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
        let log = fs_err::read_to_string(log).unwrap();
        let is_entered = |line: &&str, call: &str| {
            let words = line
                .split_once(' ')
                .map_or("", |(_, rest)| rest.trim_start());
            words
                .strip_prefix(call)
                .is_some_and(|rest| rest.starts_with('('))
        };
        let counts = CALLS.iter().map(|call| {
            let entered = log.lines().filter(|line| is_entered(line, call));
            (*call, entered.count())
        });
        counts.filter(|(_, count)| *count > 0).collect()
    }
}

fn traced(sandbox: &Sandbox, log: &Path) -> Command {
    let mut strace = sandbox.command("strace");
    let variables = [("STACK", OsStr::new("heroku-24"))];
    strace.envs(variables).args(["-f", "-qq", "-o"]).arg(log);
    strace
}

/// What is in a folder: kind, mode and content.
pub(crate) fn picture(root: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
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
