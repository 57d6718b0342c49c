//! How much of the work that is going on is done?
//!
//! Whoever loops over many files or bytes begins a [`Step`] and adds to it: one relaxed
//! atomic addition, whether anybody looks or not. A printer looks from a thread of its own
//! (`slugsmith_print::live`). There is one board per process, since a process does one job for
//! one user, and the loops are at every depth of the program: nothing ever decides by it.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What a step counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Files,
    Bytes,
}

/// What is going on, as seen at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// As in "packing `vendor/bundle`": goes on from "still".
    pub what: Cow<'static, str>,
    pub unit: Unit,
    /// Files or bytes that are done.
    pub done: u64,
    /// Of how much, as far as that is known by now.
    pub of: Option<u64>,
}

#[derive(Debug)]
struct Counter {
    what: Cow<'static, str>,
    unit: Unit,
    done: AtomicU64,
    /// 0 while it is not known.
    of: AtomicU64,
}

/// The steps that are going on, the innermost last.
#[derive(Debug, Default)]
pub struct Board(Mutex<Vec<Arc<Counter>>>);

static BOARD: Board = Board(Mutex::new(Vec::new()));

/// The board of this process.
#[must_use]
pub fn board() -> &'static Board {
    &BOARD
}

/// Begins a step through so many files; 0 where that is not known.
#[must_use]
pub fn files(what: impl Into<Cow<'static, str>>, of: usize) -> Step<'static> {
    begun(BOARD.step(what, Unit::Files), of as u64)
}

/// Begins a step through so many bytes; 0 where that is not known.
#[must_use]
pub fn bytes(what: impl Into<Cow<'static, str>>, of: u64) -> Step<'static> {
    begun(BOARD.step(what, Unit::Bytes), of)
}

fn begun(step: Step<'static>, of: u64) -> Step<'static> {
    step.expect(of);
    step
}

impl Board {
    /// Begins a step, or joins the running one of the same name: trees that are read side
    /// by side are one count.
    #[must_use]
    pub fn step(&self, what: impl Into<Cow<'static, str>>, unit: Unit) -> Step<'_> {
        let what = what.into();
        let mut steps = self.steps();
        let same = |one: &&Arc<Counter>| one.what == what && one.unit == unit;
        let counter = steps.last().filter(same).cloned();
        let counter = counter.unwrap_or_else(|| {
            Arc::new(Counter {
                what,
                unit,
                done: AtomicU64::new(0),
                of: AtomicU64::new(0),
            })
        });
        steps.push(Arc::clone(&counter));
        Step {
            board: self,
            counter,
        }
    }

    /// The innermost step; `None` when nothing is counted.
    #[must_use]
    pub fn look(&self) -> Option<Seen> {
        let steps = self.steps();
        let counter = steps.last()?;
        let of = counter.of.load(Ordering::Relaxed);
        Some(Seen {
            what: counter.what.clone(),
            unit: counter.unit,
            done: counter.done.load(Ordering::Relaxed),
            of: (of > 0).then_some(of),
        })
    }

    fn steps(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Counter>>> {
        // A list of counters is whole whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One step that is going on; shared by threads.
#[derive(Debug)]
pub struct Step<'a> {
    board: &'a Board,
    counter: Arc<Counter>,
}

impl Step<'_> {
    /// So much more is to be done than was known before.
    pub fn expect(&self, more: u64) {
        self.counter.of.fetch_add(more, Ordering::Relaxed);
    }

    /// So much more is done.
    pub fn done(&self, more: u64) {
        self.counter.done.fetch_add(more, Ordering::Relaxed);
    }
}

impl Drop for Step<'_> {
    fn drop(&mut self) {
        let mut steps = self.board.steps();
        let own = |one: &Arc<Counter>| Arc::ptr_eq(one, &self.counter);
        if let Some(place) = steps.iter().rposition(own) {
            steps.remove(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_step_is_seen_and_the_outer_one_again_when_it_ends() {
        let board = Board::default();
        assert_eq!(board.look(), None);
        let packing = board.step("packing a", Unit::Bytes);
        packing.expect(10);
        packing.done(4);
        {
            let reading = board.step("reading", Unit::Files);
            reading.done(3);
            let seen = board.look().unwrap();
            assert_eq!((seen.done, seen.of, seen.unit), (3, None, Unit::Files));
        }
        let seen = board.look().unwrap();
        assert_eq!(seen.what, "packing a");
        assert_eq!((seen.done, seen.of), (4, Some(10)));
        drop(packing);
        assert_eq!(board.look(), None);
    }

    #[test]
    fn steps_of_one_name_side_by_side_are_one_count() {
        let board = Board::default();
        let one = board.step("reading", Unit::Files);
        one.done(5);
        let other = board.step("reading", Unit::Files);
        std::thread::scope(|scope| {
            scope.spawn(|| (0..1000).for_each(|_| one.done(1)));
            scope.spawn(|| (0..1000).for_each(|_| other.done(1)));
        });
        drop(one);
        assert_eq!(board.look().unwrap().done, 2005);
        drop(other);
        assert_eq!(board.look(), None);
    }
}
