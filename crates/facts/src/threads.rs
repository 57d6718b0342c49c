//! How many threads work at once: no more than the machine gives.
//!
//! A container may allow a few processes only (`--pids-limit`), threads among them, or little address space. The pool
//! of threads would end the program where one of its threads can't be had.

use std::sync::{Arc, Mutex};
use std::thread;

use rayon::ThreadPoolBuilder;

/// Beside the pools: signals, the progress, an upload, two streams of a program, and that program.
const OTHERS: usize = 6;
/// The pool that goes through files, and the one with deep stacks.
const POOLS: usize = 2;
/// More than this are of no use to anybody.
const MOST: usize = 256;

/// Makes the pool before anything asks for it.
pub fn prepare() {
    let asked = std::env::var("RAYON_NUM_THREADS").ok();
    let asked = asked.and_then(|text| text.parse().ok());
    let wanted = asked.filter(|count| *count > 0).unwrap_or_else(cores);
    let pool = match fitting(wanted.min(MOST), given(wanted.min(MOST) * POOLS + OTHERS)) {
        Some(count) => ThreadPoolBuilder::new().num_threads(count),
        None => ThreadPoolBuilder::new().num_threads(1).use_current_thread(),
    };
    // A pool that is there already serves as well.
    let _ = pool.build_global();
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// How many threads each pool has where so many can be had; `None` where there is one only, this one.
fn fitting(wanted: usize, given: usize) -> Option<usize> {
    if given >= wanted * POOLS + OTHERS {
        return Some(wanted);
    }
    let count = given.saturating_sub(OTHERS) / POOLS / 2;
    (given > OTHERS).then_some(count.max(1))
}

/// How many threads can be had at once, of so many. They are, for a moment.
fn given(most: usize) -> usize {
    let gate = Arc::new(Mutex::new(()));
    let closed = gate.lock();
    let begin = |_| {
        let gate = Arc::clone(&gate);
        let wait = move || drop(gate.lock());
        thread::Builder::new().spawn(wait).ok()
    };
    let threads: Vec<_> = (0..most).map_while(begin).collect();
    drop(closed);
    let count = threads.len();
    for thread in threads {
        // It does nothing that could fail.
        let _ = thread.join();
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_leave_threads_to_others() {
        assert_eq!(fitting(8, given(8 * POOLS + OTHERS)), Some(8));
        assert_eq!(fitting(8, 21), Some(3));
        assert_eq!(fitting(8, 7), Some(1));
        assert_eq!(fitting(8, 6), None);
        assert_eq!(fitting(8, 0), None);
    }
}
