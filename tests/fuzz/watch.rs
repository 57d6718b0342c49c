//! Does an input hang? Told by processor time, not by the clock on the wall: on a machine
//! with other work, or with every target running at once, each input waits its turn.
//!
//! An input that never returns is told by a thread of its own, which keeps it and ends the
//! process; what the target's thread used is compared when the input returns.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// An input that takes more processor time than this hangs (debug builds included).
pub(crate) const HANG: Duration = Duration::from_secs(20);
/// An input that waits for something that never comes uses no processor time at all; so
/// long on the wall is more than any machine's load explains.
const BLOCKED: Duration = Duration::from_hours(1);
/// How often the watching thread looks.
const LOOK: Duration = Duration::from_millis(500);

/// Targets at work in this process. What a thread pool does for a target counts for the
/// process only, so the limit on the process grows with them.
static AT_WORK: AtomicU32 = AtomicU32::new(0);
/// Whether there was ever more than one.
static MOST: AtomicU32 = AtomicU32::new(0);

/// Processor time since a moment.
pub(crate) struct Clock(ClockId, Duration);

impl Clock {
    /// What the calling thread uses from now on.
    pub(crate) fn of_thread() -> Self {
        Self::of(ClockId::ThreadCPUTime)
    }

    /// What all threads of the process use from now on.
    pub(crate) fn of_process() -> Self {
        Self::of(ClockId::ProcessCPUTime)
    }

    fn of(id: ClockId) -> Self {
        Self(id, now(id))
    }

    pub(crate) fn elapsed(&self) -> Duration {
        now(self.0).saturating_sub(self.1)
    }
}

fn now(id: ClockId) -> Duration {
    Duration::try_from(clock_gettime(id)).unwrap()
}

/// What to add to a figure of the process when other targets used it too.
pub(crate) fn shared() -> &'static str {
    if MOST.load(Ordering::Relaxed) > 1 {
        " of all targets"
    } else {
        ""
    }
}

/// The input that a target is at, for the thread that watches it.
struct Current {
    number: u64,
    data: Arc<Vec<u8>>,
    used: Clock,
    begun: Instant,
}

pub(crate) struct Watch<'a> {
    name: &'a str,
    seed: u64,
    current: Mutex<(bool, Option<Current>)>,
    ended: Condvar,
}

/// While it lives the target is at work; it ends the watch when the target fails, too.
pub(crate) struct Watching<'a>(&'a Watch<'a>);

impl Drop for Watching<'_> {
    fn drop(&mut self) {
        AT_WORK.fetch_sub(1, Ordering::Relaxed);
        self.0.current.lock().unwrap().0 = true;
        self.0.ended.notify_all();
    }
}

impl<'a> Watch<'a> {
    pub(crate) fn new(name: &'a str, seed: u64) -> Self {
        Self {
            name,
            seed,
            current: Mutex::new((false, None)),
            ended: Condvar::new(),
        }
    }

    pub(crate) fn begin(&self) -> Watching<'_> {
        let now = AT_WORK.fetch_add(1, Ordering::Relaxed) + 1;
        MOST.fetch_max(now, Ordering::Relaxed);
        Watching(self)
    }

    pub(crate) fn next(&self, number: u64, data: Arc<Vec<u8>>) {
        self.current.lock().unwrap().1 = Some(Current {
            number,
            data,
            used: Clock::of_process(),
            begun: Instant::now(),
        });
    }

    /// Returns when the target is done; ends the process when an input hangs.
    pub(crate) fn until_done(&self) {
        let mut guard = self.current.lock().unwrap();
        while !guard.0 {
            guard = self.ended.wait_timeout(guard, LOOK).unwrap().0;
            let Some(current) = &guard.1 else { continue };
            let used = current.used.elapsed();
            let limit = HANG * AT_WORK.load(Ordering::Relaxed).max(1);
            if !guard.0 && (used > limit || current.begun.elapsed() > BLOCKED) {
                #[allow(clippy::print_stderr)] // nothing else is left to say it
                {
                    eprintln!("{}", self.failure(current.number, &current.data, used));
                }
                #[allow(clippy::disallowed_methods)] // the thread that hangs can't be stopped
                std::process::exit(101);
            }
        }
    }

    /// Keeps the input and says where.
    pub(crate) fn failure(&self, number: u64, data: &[u8], used: Duration) -> String {
        let Self { name, seed, .. } = self;
        let kept: PathBuf =
            std::env::temp_dir().join(format!("slugsmith-fuzz-{name}-{seed}-{number}"));
        fs_err::write(&kept, data).unwrap();
        format!(
            "{name}: input {number} of seed {seed} fails after {used:?} of processor time; it is in {}",
            kept.display()
        )
    }
}
