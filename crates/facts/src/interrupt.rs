//! What a signal leaves behind: nothing. Ctrl-C, a closed terminal and a platform's SIGTERM
//! end the programs that we started, remove the copies that we made, and then end us as the
//! signal would have.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::beneath;

/// How long programs have to end by themselves.
const PATIENCE: Duration = Duration::from_millis(300);

#[derive(Default)]
struct Open {
    /// Groups of processes that run.
    groups: BTreeSet<i32>,
    /// Folders that go.
    folders: BTreeSet<PathBuf>,
}

static OPEN: Mutex<Open> = Mutex::new(Open {
    groups: BTreeSet::new(),
    folders: BTreeSet::new(),
});

fn open() -> MutexGuard<'static, Open> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Begins to listen. Where that can't be done signals end us as they always do.
pub fn listen() {
    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else {
        return;
    };
    let wait = move || {
        for signal in signals.forever() {
            end();
            // Whoever started us learns that it was a signal.
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    };
    let _ = std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(wait);
}

/// Ends programs and removes folders. Nothing new begins meanwhile.
fn end() {
    let open = open();
    let kill = |signal| {
        for group in &open.groups {
            if let Some(group) = Pid::from_raw(*group) {
                // One that has ended is what we want.
                let _ = kill_process_group(group, signal);
            }
        }
    };
    if !open.groups.is_empty() {
        kill(Signal::TERM);
        std::thread::sleep(PATIENCE);
        kill(Signal::KILL);
    }
    for folder in &open.folders {
        // A folder for temporary files is all that it can cost.
        let _ = beneath::remove(folder);
    }
}

/// A program that runs in a process group of its own.
#[derive(Debug)]
pub struct Running(i32);

impl Running {
    /// Notes a program by its number; its group has the same.
    #[must_use]
    pub fn new(process: u32) -> Self {
        let group = i32::try_from(process).unwrap_or_default();
        open().groups.insert(group);
        Self(group)
    }

    /// Ends the program and all that it started.
    pub fn kill(&self) {
        if let Some(group) = Pid::from_raw(self.0) {
            // One that has ended is what we want.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        open().groups.remove(&self.0);
    }
}

/// A file or folder that a signal removes.
#[derive(Debug)]
pub struct Temporary(PathBuf);

impl Temporary {
    /// Notes a folder; it is forgotten when this is dropped.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        open().folders.insert(folder.to_owned());
        Self(folder.to_owned())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        open().folders.remove(&self.0);
    }
}
