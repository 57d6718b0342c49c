//! The whole output of a command, in a file that stays where the command failed.
//!
//! Lines are masked before they come here. A disk that is full loses the file, nothing else.

use std::io::Write;
use std::path::PathBuf;

use slugsmith_facts::interrupt::Temporary;
use tempfile::NamedTempFile;

/// More is not written, in bytes.
const MOST: usize = 64_000_000;

pub(super) struct Transcript {
    file: Option<NamedTempFile>,
    /// A signal removes the file, as it removes everything that is not finished.
    #[expect(dead_code, reason = "it is there to be dropped")]
    guard: Option<Temporary>,
    written: usize,
}

impl Transcript {
    pub(super) fn begin() -> Self {
        let file = tempfile::Builder::new()
            .prefix("slugsmith-output-")
            .suffix(".log")
            .tempfile()
            .ok();
        Self {
            guard: file.as_ref().map(|file| Temporary::new(file.path())),
            file,
            written: 0,
        }
    }

    pub(super) fn write(&mut self, line: &str) {
        let Some(file) = self.file.as_mut().filter(|_| self.written < MOST) else {
            return;
        };
        self.written += line.len() + 1;
        if writeln!(file, "{line}").is_err() {
            self.file = None;
        }
    }

    /// Where it stays; without this it goes.
    pub(super) fn keep(self) -> Option<PathBuf> {
        let (_, path) = self.file.filter(|_| self.written > 0)?.keep().ok()?;
        Some(path)
    }
}
