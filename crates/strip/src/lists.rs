//! Which paths did the user list to keep, to remove and to leave out of archives?

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::facts::{Facts, Texts};
use super::index::Index;
use slugsmith_config::{Sourced, StripConfig};
use slugsmith_facts::bounds;
use slugsmith_facts::environment::World;

/// The app's own lists.
pub struct Lists {
    pub keep: List,
    pub remove: List,
    /// What .gitattributes marks as export-ignore.
    pub export_ignored: List,
    /// Runtimes of other buildpacks that may be stripped.
    pub layers: Vec<String>,
}

impl Lists {
    /// From the configuration, slugsmith.keep and .gitattributes.
    #[must_use]
    pub fn read(facts: &Facts<'_>, config: &StripConfig, texts: &dyn Texts) -> Self {
        Self {
            keep: List::with(&config.keep, &recorded(facts, texts)),
            remove: List::new(&config.remove),
            export_ignored: List::of(&export_ignored(facts, texts)),
            layers: if facts.world == World::Classic {
                config.layers.value.clone()
            } else {
                Vec::new()
            },
        }
    }
}

/// A list of gitignore lines.
pub struct List {
    lines: Vec<(String, Gitignore)>,
    /// All lines together, so that a later `!line` takes back an earlier one.
    whole: Gitignore,
}

impl List {
    /// Lines that are no valid pattern match nothing; they are then reported as unused.
    #[must_use]
    pub fn new(list: &Sourced<Vec<String>>) -> Self {
        Self::with(list, &[])
    }

    /// A list of lines alone.
    #[must_use]
    pub fn of(lines: &[String]) -> Self {
        Self::with(&Sourced::default(Vec::new()), lines)
    }

    /// A list with more lines, from another file.
    #[must_use]
    pub fn with(list: &Sourced<Vec<String>>, more: &[String]) -> Self {
        let mut whole = GitignoreBuilder::new("");
        let lines = list
            .value
            .iter()
            .chain(more)
            .map(|line| {
                bounds::add_line(&mut whole, line);
                let mut one = GitignoreBuilder::new("");
                bounds::add_line(&mut one, line.trim_start_matches('!'));
                (
                    line.clone(),
                    one.build().unwrap_or_else(|_| Gitignore::empty()),
                )
            })
            .collect();
        Self {
            lines,
            whole: whole.build().unwrap_or_else(|_| Gitignore::empty()),
        }
    }

    /// Whether the list names this path or a folder above it.
    #[must_use]
    pub fn names(&self, path: &str, is_folder: bool) -> bool {
        !self.lines.is_empty() && is_ignored(&self.whole, path, is_folder)
    }

    /// Lines that name nothing in the tree.
    #[must_use]
    pub fn unused(&self, index: &Index<'_>) -> Vec<String> {
        let matches = |list: &Gitignore| {
            (0..index.entries().len()).any(|number| {
                index
                    .path(number)
                    .is_some_and(|path| is_ignored(list, path, index.is_folder(number)))
            })
        };
        self.lines
            .iter()
            .filter(|(line, list)| !line.trim().is_empty() && !matches(list))
            .map(|(line, _)| line.clone())
            .collect()
    }
}

/// Whether the patterns name this path or a folder above it. The top of the app is no folder
/// that a pattern could name: `*/` and `/` would else mean all of it.
fn is_ignored(patterns: &Gitignore, path: &str, is_folder: bool) -> bool {
    let above = Path::new(path).ancestors();
    let above = above.take_while(|at| !at.as_os_str().is_empty());
    for (number, at) in above.enumerate() {
        let found = patterns.matched(at, is_folder || number > 0);
        if !found.is_none() {
            return found.is_ignore();
        }
    }
    false
}

/// The list that `slugsmith strip record` writes, and people may: more lines to keep.
pub const KEEP_FILE: &str = "slugsmith.keep";

fn recorded(facts: &Facts<'_>, texts: &dyn Texts) -> Vec<String> {
    let text = facts
        .index
        .exact(KEEP_FILE)
        .and_then(|_| texts.text(KEEP_FILE));
    let text = text.map(|text| String::from_utf8_lossy(&text).into_owned());
    let text = text.unwrap_or_default();
    let lines = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    if lines.clone().count() > bounds::PATTERNS || !lines.clone().all(bounds::is_pattern) {
        // What can't be read in full keeps everything.
        return vec!["*".to_owned()];
    }
    lines.map(str::to_owned).collect()
}

/// Patterns of .gitattributes with the attribute `export-ignore`.
fn export_ignored(facts: &Facts<'_>, texts: &dyn Texts) -> Vec<String> {
    const FILE: &str = ".gitattributes";
    let text = facts.index.exact(FILE).and_then(|_| texts.text(FILE));
    let text = text.map(|text| String::from_utf8_lossy(&text).into_owned());
    text.unwrap_or_default()
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let pattern = words
                .next()
                .filter(|pattern| !pattern.starts_with(['#', '"', '!']))?;
            words
                .any(|word| word == "export-ignore")
                .then(|| pattern.to_owned())
        })
        .collect()
}
