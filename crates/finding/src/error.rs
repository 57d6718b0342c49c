//! What went wrong, said so that somebody can act on it?
//!
//! A [`Problem`] is data: an id, a header, what we saw, why it matters, numbered steps.
//! The parts that never change stand in a [`Kind`], a static beside the code that
//! detects the problem; the list of `explain` has all of them, and from that list come
//! `docs/errors/`, `slugsmith explain ID` and one snapshot test each.
//!
//! A `Problem` that is returned as `Err` ends the run; one that is sent as
//! `slugsmith_report::event::Event::Warning` does not.

use std::fmt;

/// The constant part of a problem.
pub struct Kind {
    /// Kebab-case, stable: other tools may rely on it.
    pub id: &'static str,
    /// One line without a full stop.
    pub header: &'static str,
    /// Why it matters, in plain words.
    pub why: &'static str,
    /// What to do, in order; each one sentence or command.
    pub steps: &'static [&'static str],
    /// A realistic instance, for the documentation and the snapshot test.
    pub example: fn() -> Problem,
}

impl fmt::Debug for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Kind").field(&self.id).finish()
    }
}

/// One occurrence of a [`Kind`].
#[derive(Debug, Clone)]
pub struct Problem {
    pub kind: &'static Kind,
    /// What we saw: file, line, value, exit code; one fact per line.
    pub saw: Vec<String>,
    /// Steps that only this occurrence knows; they stand before the kind's own.
    pub steps: Vec<String>,
    /// Output of a failed command or an operating system error, for the log's end.
    pub details: Vec<String>,
    /// What the kind says, where it was put into other words.
    other_words: Option<Box<Words>>,
}

/// The texts of a [`Kind`], in the words of one platform.
#[derive(Debug, Clone)]
struct Words {
    header: String,
    why: String,
    steps: Vec<String>,
}

/// Shorthand for everything that can end a run.
pub type Result<T> = std::result::Result<T, Problem>;

impl Problem {
    /// A problem of this kind, of which nothing was seen so far.
    #[must_use]
    pub fn new(kind: &'static Kind) -> Self {
        Self {
            kind,
            saw: Vec::new(),
            steps: Vec::new(),
            details: Vec::new(),
            other_words: None,
        }
    }

    /// Adds one fact that we saw.
    #[must_use]
    pub fn saw(mut self, fact: impl Into<String>) -> Self {
        self.saw.push(fact.into());
        self
    }

    /// Adds one step that only this occurrence knows.
    #[must_use]
    pub fn step(mut self, step: impl Into<String>) -> Self {
        self.steps.push(step.into());
        self
    }

    /// The same problem with other words in all that we say of it.
    #[must_use]
    pub fn reworded(mut self, words: impl Fn(&str) -> String) -> Self {
        self.other_words = Some(Box::new(Words {
            header: words(self.kind.header),
            why: words(self.kind.why),
            steps: self.kind.steps.iter().map(|step| words(step)).collect(),
        }));
        for text in self.saw.iter_mut().chain(&mut self.steps) {
            *text = words(text);
        }
        self
    }

    /// Adds lines of output or a lower-level error.
    #[must_use]
    pub fn details(mut self, lines: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.details.extend(lines.into_iter().map(Into::into));
        self
    }

    /// One line without a full stop.
    #[must_use]
    pub fn header(&self) -> &str {
        let other = self.other_words.as_ref();
        other.map_or(self.kind.header, |words| words.header.as_str())
    }

    /// Why it matters.
    #[must_use]
    pub fn why(&self) -> &str {
        let other = self.other_words.as_ref();
        other.map_or(self.kind.why, |words| words.why.as_str())
    }

    /// All steps, the most specific first.
    pub fn all_steps(&self) -> impl Iterator<Item = &str> {
        let of_kind: Vec<&str> = match &self.other_words {
            Some(words) => words.steps.iter().map(String::as_str).collect(),
            None => self.kind.steps.to_vec(),
        };
        self.steps.iter().map(String::as_str).chain(of_kind)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.header(), self.saw.join("; "))
    }
}

impl std::error::Error for Problem {}

/// A file or folder could not be read or written.
pub static IO: Kind = Kind {
    id: "io",
    header: "A file or folder can't be read or written",
    why: "The work can't go on without it. Nothing half-written stays behind: what was \
          begun is taken back by the next run.",
    steps: &[
        "Check the permissions of the path, and whether the disk is full (`df -h`).",
        "If the path is slugsmith's own (a cache, a layer, a temporary folder), run the build again; if it happens \
         twice, report it with this log.",
    ],
    example: || {
        io(
            "removing",
            "node_modules/a",
            &std::io::Error::from(std::io::ErrorKind::PermissionDenied),
        )
    },
};

/// No space is left on the device.
pub static NO_SPACE: Kind = Kind {
    id: "no-space",
    header: "No space is left on the disk",
    why: "A build needs room for the app, its dependencies and the caches at once.",
    steps: &[
        "Free space, or give the builder a larger disk (`docker system df` shows what Docker holds).",
        "Drop caches that this app no longer needs: SLUGSMITH_CACHE_RESET=all for one build.",
    ],
    example: || Problem::new(&NO_SPACE).saw("writing node_modules: No space left on device"),
};

/// Describes an I/O error; a full disk gets its own kind.
#[must_use]
pub fn io(doing: &str, path: impl AsRef<std::path::Path>, error: &std::io::Error) -> Problem {
    let kind = match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => &NO_SPACE,
        _ => &IO,
    };
    let shown = path.as_ref().display().to_string();
    let whole = error.to_string();
    // fs_err names the path itself; once is enough.
    let own = whole.split_once(&format!("`{shown}`: "));
    let own = own.map(|(_, reason)| reason);
    // So do our own readers.
    let own = own.or_else(|| whole.strip_prefix(&format!("{shown}: ")));
    let reason = own.unwrap_or(&whole);
    Problem::new(kind).saw(format!("{doing} {shown}: {reason}"))
}
