//! Which lists for other tools that shrink slugs does the app have, and what do they mean here?
//!
//! Lists that were applied after a build are honoured, by the exact rules of their tools;
//! what such a line would have run in a shell is refused. `.slugignore` is only explained:
//! Cedar applies it itself, before any buildpack runs.

mod explain;
mod read;

pub use explain::{LineReport, ListReport, explain};
pub use read::Syntax;

use std::path::Path;

use super::catalogue::{Entry, Guard};
use super::facts::in_packages;
use slugsmith_facts::environment::{Environment, World};
use slugsmith_facts::glob::Pattern;
use slugsmith_facts::{beneath, bounds};

macro_rules! listed {
    ($name:ident, $id:literal, $list:literal, $evidence:literal) => {
        /// Goes because a line of this list names it.
        pub static $name: Entry = Entry {
            id: $id,
            reason: concat!("listed in ", $list),
            guard: Guard::Never,
            evidence: $evidence,
            tell_kept: false,
        };
    };
}
listed!(
    SLUGCLEANUP,
    "slugcleanup",
    ".slugcleanup",
    "A line of .slugcleanup names it, as heroku-buildpack-cleanup would remove it."
);
listed!(
    POST_CLEAN,
    "slug-post-clean",
    ".slug-post-clean",
    "A line of .slug-post-clean names it, as heroku-buildpack-post-build-clean would remove it."
);
listed!(
    SLUGREMOVE,
    "slugremove",
    ".slugremove",
    "A line of .slugremove names it, as heroku-buildpack-slugremove would remove it."
);
listed!(
    EXCLUDED,
    "bp-exclude-files",
    "BP_EXCLUDE_FILES",
    "A glob of the variable BP_EXCLUDE_FILES names it, as Paketo's source-removal would remove it."
);
listed!(
    NOT_INCLUDED,
    "bp-include-files",
    "BP_INCLUDE_FILES (what it leaves out)",
    "No glob of the variable BP_INCLUDE_FILES names it, so that Paketo's source-removal would remove it; \
     dependencies, Procfile and .profile.d stay in any case."
);

/// One kind of list.
#[derive(Debug)]
pub struct Kind {
    /// The file at the app's top, or the variable.
    pub name: &'static str,
    pub syntax: Syntax,
    /// What its files are removed as; `None` for a list that is only explained.
    pub entry: Option<&'static Entry>,
    /// It names what stays.
    inverted: bool,
}

const fn kind(name: &'static str, syntax: Syntax, entry: Option<&'static Entry>) -> Kind {
    Kind {
        name,
        syntax,
        entry,
        inverted: false,
    }
}

/// All lists for other tools that are followed.
pub static FILES: &[Kind] = &[
    kind(".slugcleanup", Syntax::ShellWords, Some(&SLUGCLEANUP)),
    kind(".slug-post-clean", Syntax::GlobPerLine, Some(&POST_CLEAN)),
    kind(".slugremove", Syntax::PathPerLine, Some(&SLUGREMOVE)),
    kind(".slugignore", Syntax::SlugIgnore, None),
];

/// Read in Cloud Native builds and on a laptop: in a classic build the app's folder holds
/// the runtimes of other buildpacks, too, which Paketo keeps elsewhere.
pub static VARIABLES: &[Kind] = &[
    Kind {
        inverted: true,
        ..kind("BP_INCLUDE_FILES", Syntax::Colons, Some(&NOT_INCLUDED))
    },
    kind("BP_EXCLUDE_FILES", Syntax::Colons, Some(&EXCLUDED)),
];

/// Why a line is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It leads out of the app, or names all of it.
    Outside,
    /// It begins with a slash, which was the machine's root.
    Absolute,
    /// A shell would do more than expand names.
    Shell,
}

/// A line that says something.
#[derive(Debug)]
pub struct Line {
    /// 1-based; of a variable, the part's number.
    pub number: u32,
    pub text: String,
    pub meaning: Result<Vec<Pattern>, Refusal>,
}

impl Line {
    /// Whether this line names a path, or a folder above it.
    #[must_use]
    pub fn names(&self, path: &str) -> bool {
        let patterns = self.meaning.iter().flatten();
        patterns.into_iter().any(|pattern| pattern.names(path))
    }
}

/// A list that the app has.
#[derive(Debug)]
pub struct List {
    pub kind: &'static Kind,
    /// Empty where the list is too long to be read.
    pub lines: Vec<Line>,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Lists(pub Vec<List>);

/// No list of a person is longer, in bytes.
const LONGEST: u64 = 1_000_000;

/// Reads them.
#[must_use]
pub fn read(app: &Path, environment: &Environment) -> Lists {
    let files = FILES.iter().filter_map(|kind| {
        let path = app.join(kind.name);
        let metadata = fs_err::symlink_metadata(&path).ok()?;
        if !metadata.is_file() {
            return None;
        }
        if metadata.len() > LONGEST {
            return Some(unread(kind));
        }
        let text = beneath::read(path).ok()?;
        let text = String::from_utf8_lossy(&text).into_owned();
        // Each line is compared with each file, and told.
        if text.lines().nth(bounds::PATTERNS).is_some() {
            return Some(unread(kind));
        }
        read_list(kind, &text)
    });
    let variables = VARIABLES.iter().filter_map(|kind| {
        let text = environment.get(kind.name)?;
        let counts = environment.world != World::Classic;
        counts.then(|| read_list(kind, text)).flatten()
    });
    Lists(files.chain(variables).collect())
}

fn read_list(kind: &'static Kind, text: &str) -> Option<List> {
    let lines = read::lines(text, kind.syntax);
    (!lines.is_empty()).then_some(List { kind, lines })
}

/// Names nothing, since a part of a list could mean the opposite, and is told.
fn unread(kind: &'static Kind) -> List {
    let lines = Vec::new();
    List { kind, lines }
}

impl Lists {
    /// What a file goes as, by the first list that names it.
    #[must_use]
    pub fn entry(&self, path: &str) -> Option<&'static Entry> {
        self.0.iter().find_map(|list| list.entry(path))
    }

    /// The list and line that name a file: `.slugcleanup:3`.
    #[must_use]
    pub fn place(&self, path: &str) -> Option<String> {
        let list = self.0.iter().find(|list| list.entry(path).is_some())?;
        let line = list.lines.iter().find(|line| line.names(path))?;
        Some(format!("{}:{}", list.kind.name, line.number))
    }
}

impl List {
    fn entry(&self, path: &str) -> Option<&'static Entry> {
        let named = self.lines.iter().any(|line| line.names(path));
        let is_removed = if self.kind.inverted {
            !named && !stays_in_any_case(path)
        } else {
            named
        };
        self.kind
            .entry
            .filter(|_| is_removed && !self.lines.is_empty())
    }
}

/// What a list of sources to keep does not mean: dependencies, which Paketo has in layers,
/// and what the platform reads.
fn stays_in_any_case(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    in_packages(path)
        || super::catalogue::python::split(path).is_some()
        || path.starts_with("vendor/bundle/")
        || path.starts_with("vendor/composer/")
        || matches!(
            first,
            "Procfile" | ".profile.d" | ".profile" | ".heroku" | ".venv"
        )
}
