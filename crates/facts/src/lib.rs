//! The only reader of the app, of layers and of the environment.
//!
//! In: a folder, a layers root, variables. Out: what is there, as values.
//!
//! Facts are plain data: they can be built by hand in a test, and every decision is a
//! function of them. A file that is missing is a fact; a file that can't be read or
//! parsed is one too ([`Parsed::Broken`]), and what could not be read is collected in
//! [`Unread`], which taints the budget's verdict.

// Tests write what they like into folders of their own.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod absent;
pub mod app;
pub mod bash;
pub mod before;
pub mod beneath;
pub mod bounds;
pub mod classic;
pub mod code;
pub mod command;
pub mod encoding;
pub mod environment;
pub mod excerpt;
pub mod exec_env;
pub mod formats;
pub mod glob;
pub mod hosting;
pub mod ignored;
pub mod incomplete;
pub mod installed;
pub mod interrupt;
pub mod jar;
pub mod layers;
pub mod neighbours;
pub mod packages;
pub mod process;
pub mod run;
pub mod secrets;
pub mod shell;
pub mod sources;
pub mod terraform;
pub mod threads;
pub mod tools;
pub mod tracked;
pub mod tree;

pub use slugsmith_ecosystems::lines;
use std::path::PathBuf;

use slugsmith_finding::error::{Kind, Problem};

/// Something that could not be read while facts were taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    pub path: PathBuf,
    pub reason: String,
}

/// A file that may be missing or broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed<T> {
    Missing,
    Broken(Malformed),
    Good(T),
}

impl<T> Parsed<T> {
    /// What was read, if it could be.
    #[must_use]
    pub fn good(&self) -> Option<&T> {
        match self {
            Self::Good(value) => Some(value),
            Self::Missing | Self::Broken(_) => None,
        }
    }

    /// Whether there is no such file.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }
}

/// Where and why a file can't be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Relative to the app.
    pub path: String,
    /// 1-based; 0 when the format has no lines.
    pub line: usize,
    /// 1-based; 0 when it is not known.
    pub column: usize,
    pub reason: String,
}

/// The app folder holds nothing.
pub static EMPTY_APP: Kind = Kind {
    id: "empty-app",
    header: "The app folder is empty",
    why: "There is nothing to cache, strip, weigh or audit, so the buildpack can't take part.",
    steps: &[
        "Check the path that is built: `pack build --path`, or the folder that is pushed.",
        "If the app is in a subfolder of the repository, build that folder.",
    ],
    example: || Problem::new(&EMPTY_APP).saw("app: no files"),
};

/// A file of the app does not parse.
pub static MALFORMED_FILE: Kind = Kind {
    id: "malformed-file",
    header: "A file of the app can't be understood",
    why: "Dependencies can't be keyed or installed from a file that doesn't parse. \
          Everything else still runs.",
    steps: &[
        "Open the file at the line shown and mend it; merge markers (`<<<<<<<`) are a common cause.",
        "Write a lockfile anew with its package manager rather than by hand.",
    ],
    example: || Problem::new(&MALFORMED_FILE).saw("package.json:3:5: expected `,` or `}`"),
};

impl Malformed {
    /// This as a problem with its place.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let place = match (self.line, self.column) {
            (0, _) => self.path.clone(),
            (line, 0) => format!("{}:{line}", self.path),
            (line, column) => format!("{}:{line}:{column}", self.path),
        };
        Problem::new(&MALFORMED_FILE).saw(format!("{place}: {}", self.reason))
    }
}
