//! What does each line of a list name in this tree, and what should its author know?

use serde::{Deserialize, Serialize};

use super::{Line, List, Lists, Refusal, Syntax};
use crate::index::Index;
use slugsmith_facts::bounds;
use slugsmith_facts::environment::World;
use slugsmith_facts::tree::Totals;

/// A list and its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListReport {
    /// `.slugcleanup`, `BP_EXCLUDE_FILES`.
    pub name: String,
    /// Whether its lines are followed here; otherwise they are only explained.
    pub applied: bool,
    pub lines: Vec<LineReport>,
    /// Files that its lines name together; of a list that is not followed, those that stay.
    pub names: Totals,
    /// What holds for the list as a whole.
    pub note: Option<String>,
}

impl ListReport {
    /// Whether it is too long to be read, so that nothing goes or stays by it.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        self.lines.is_empty()
    }
}

/// A line and the files that it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineReport {
    /// 1-based; of a variable, the part's number.
    pub line: u32,
    pub text: String,
    pub names: Totals,
    /// It is not followed: why.
    pub refused: Option<String>,
    /// What its author may not expect.
    pub note: Option<String>,
}

/// Explains every list; `stays` says which entries of the tree stay.
#[must_use]
pub fn explain(
    lists: &Lists,
    index: &Index<'_>,
    world: World,
    stays: impl Fn(usize) -> bool,
) -> Vec<ListReport> {
    let lists = lists.0.iter();
    lists.map(|list| one(list, index, world, &stays)).collect()
}

fn one(list: &List, index: &Index<'_>, world: World, stays: impl Fn(usize) -> bool) -> ListReport {
    if list.lines.is_empty() {
        let most = bounds::PATTERNS;
        return ListReport {
            name: list.kind.name.to_owned(),
            applied: false,
            lines: Vec::new(),
            names: Totals::default(),
            note: Some(format!(
                "it has more than {most} lines or 1 MB, so that it is not read and names nothing"
            )),
        };
    }
    let applied = list.kind.entry.is_some();
    let mut names = Totals::default();
    let mut of_lines = vec![Totals::default(); list.lines.len()];
    for (number, entry) in index.entries().iter().enumerate() {
        let Some(path) = index.path(number).filter(|_| !index.is_folder(number)) else {
            continue;
        };
        let mut is_meant = false;
        for (line, totals) in list.lines.iter().zip(&mut of_lines) {
            if line.names(path) {
                is_meant = true;
                *totals += entry;
            }
        }
        if is_meant && (applied || stays(number)) {
            names += entry;
        }
    }
    let lines = list.lines.iter().zip(of_lines);
    ListReport {
        name: list.kind.name.to_owned(),
        applied,
        lines: lines
            .map(|(line, names)| LineReport {
                line: line.number,
                text: line.text.clone(),
                names,
                refused: line
                    .meaning
                    .as_ref()
                    .err()
                    .map(|why| refusal(*why).to_owned()),
                note: note(line, list.kind.syntax, names),
            })
            .collect(),
        note: (list.kind.syntax == Syntax::SlugIgnore).then(|| timing(world).to_owned()),
        names,
    }
}

fn refusal(why: Refusal) -> &'static str {
    match why {
        Refusal::Outside => "it leads out of the app",
        Refusal::Absolute => {
            "it begins with a slash, which is the machine's root and never matched anything; leave the slash out"
        }
        Refusal::Shell => {
            "it is more than names and wildcards, and nothing here is run in a shell; list the paths in \
             [com.slugsmith.strip] remove"
        }
    }
}

fn timing(world: World) -> &'static str {
    match world {
        World::Classic => {
            "Cedar applied it before the buildpacks ran, what it names now was made since"
        }
        World::CloudNative => "only Cedar reads it",
        World::Embedded => {
            "Cedar deletes them before any buildpack runs, Cloud Native builds do not"
        }
    }
}

/// Where Cedar's list is not what people who know .gitignore expect.
fn note(line: &Line, syntax: Syntax, names: Totals) -> Option<String> {
    if syntax != Syntax::SlugIgnore {
        return None;
    }
    let words: Vec<&str> = line.text.split_whitespace().collect();
    let text = line.text.as_str();
    let said = if text.starts_with('!') {
        "no line can take another back: this looks for a name that begins with `!`"
    } else if text.starts_with('#') && names.files > 0 {
        "lines are split at spaces, so that the words of this comment are patterns, too"
    } else if text.starts_with('#') {
        "the words of this comment are patterns, too, that happen to name nothing"
    } else if words.len() > 1 && !text.contains('#') {
        "split at spaces: each word is a pattern of its own, and no name with a space can be listed"
    } else if text.ends_with('/') && text.matches('/').count() == 1 {
        "its slash anchors it at the top; .gitignore would look in all folders"
    } else {
        return None;
    };
    Some(said.to_owned())
}
