//! One run at a time in a folder: an advisory lock of the folder itself, which leaves no
//! file behind and ends with the process, however that ends.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, Mode, OFlags};
use rustix::io::Errno;

/// How long a run waits for another one.
const LONGEST: Duration = Duration::from_mins(15);
const PAUSE: Duration = Duration::from_millis(50);

/// A folder that no other run works in as long as this lives.
#[derive(Debug)]
pub struct Lock {
    _folder: OwnedFd,
}

/// What came of locking a folder.
#[derive(Debug)]
pub enum Locked {
    /// It is ours.
    Here(Lock),
    /// The run that started us has it, or the file system knows no locks.
    Without,
    /// Another run has it and doesn't end.
    InUse,
}

/// Locks a folder. Where another run has it, `waits` is called once and then it is waited for.
///
/// # Errors
/// The folder can't be opened.
pub fn lock(folder: &Path, waits: impl FnOnce()) -> io::Result<Locked> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let opened = rustix::fs::open(folder, flags, Mode::empty())?;
    let mut waits = Some(waits);
    let begun = Instant::now();
    loop {
        match rustix::fs::flock(&opened, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(Locked::Here(Lock { _folder: opened })),
            Err(Errno::WOULDBLOCK | Errno::INTR) => {}
            // Some network file systems know no locks: then it is as without us.
            Err(_) => return Ok(Locked::Without),
        }
        if let Some(waits) = waits.take() {
            if is_held_above_us(folder) {
                return Ok(Locked::Without);
            }
            waits();
        }
        if begun.elapsed() > LONGEST {
            return Ok(Locked::InUse);
        }
        std::thread::sleep(PAUSE);
    }
}

/// Whether a process that started us has the lock: a script of the build that calls slugsmith
/// would otherwise wait for its own end.
fn is_held_above_us(folder: &Path) -> bool {
    let Ok(inode) = fs_err::metadata(folder).map(|metadata| metadata.ino()) else {
        return false;
    };
    let locks = super::text(Path::new("/proc/locks")).unwrap_or_default();
    let holders: Vec<&str> = locks
        .lines()
        .filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let at = words.iter().position(|word| *word == "FLOCK")?;
            let (holder, file) = (words.get(at + 3)?, words.get(at + 4)?);
            let is_this = file.rsplit(':').next() == Some(inode.to_string().as_str());
            is_this.then_some(*holder)
        })
        .collect();
    let mut process = std::process::id().to_string();
    while let Some(parent) = parent(&process) {
        if holders.contains(&parent.as_str()) {
            return true;
        }
        process = parent;
    }
    false
}

fn parent(process: &str) -> Option<String> {
    let status = super::text(Path::new(&format!("/proc/{process}/status"))).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
    let parent = line.trim();
    (parent != "0" && parent != process).then(|| parent.to_owned())
}
