//! Does the stripped app answer as the unstripped one does? For `slugsmith strip --prove`.
//!
//! Works on a copy of the app: starts each process, asks for pages and for what they link
//! to, strips, starts and asks again. Where an answer differs, files are put back in groups
//! (one kind of files in one package) until it does not, so that the report names the kind
//! that was wrong, and slugsmith.keep can hold what must stay.

mod ask;
mod copy;
mod process;
mod search;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::facts::package_folder;
use super::index::parent;
use super::report::StripReport;
use ask::Answer;
pub use copy::CopiedApp;
use process::Started;
pub use process::{Process, processes};
use search::Search;
use slugsmith_facts::environment::Environment;
use slugsmith_finding::error::{Kind, Problem, Result};

/// An app that doesn't answer proves nothing.
pub static NO_ANSWER: Kind = Kind {
    id: "prove-no-answer",
    header: "The app doesn't answer before anything is removed",
    why: "`strip --prove` compares the answers of the stripped app with those of the app as it \
          is, so it has to start here first. Nothing was removed.",
    steps: &[
        "Start the process yourself in the app's folder with PORT set, and look at what it prints.",
        "Set the variables that it needs (a database, secrets) and run the command again.",
    ],
    example: || {
        Problem::new(&NO_ANSWER)
            .saw("web: `node server.js` ended (exit code 1)")
            .details(["Error: DATABASE_URL is not set"])
    },
};

/// Rounds of putting back; each finds one group.
const ROUNDS: usize = 24;

/// What one process did, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    pub process: String,
    /// Paths that were asked for; empty for a process that does not listen.
    pub asked: usize,
}

/// Files that an answer needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// Id of the catalogue entry.
    pub entry: &'static str,
    /// The package, or the app's folder.
    pub folder: String,
    pub files: Vec<String>,
    /// `GET /docs: 200 before, 404 after`.
    pub difference: String,
}

/// What came of a proof.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    pub processes: Vec<Proven>,
    pub needed: Vec<Needed>,
    /// A difference that stays even with everything put back.
    pub unexplained: Option<String>,
}

/// What an app did: per process what it answered.
type Behaviour = BTreeMap<String, Observed>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Observed {
    Answers(BTreeMap<String, Answer>),
    /// `runs`, `ended (exit code 1)`.
    State(String),
}

/// What to compare.
pub struct Question<'q> {
    pub place: &'q CopiedApp,
    pub processes: &'q [Process],
    pub urls: &'q [String],
    pub environment: &'q Environment,
}

/// Strips the copy by `strip` and compares.
///
/// # Errors
/// [`NO_ANSWER`], or the copy can't be stripped or written.
pub fn prove(
    question: &Question<'_>,
    strip: impl FnOnce(&Path) -> Result<StripReport>,
) -> Result<Proof> {
    let before = steady(question)?;
    let report = strip(question.place.app())?;
    let groups = groups(&report);
    let mut proof = Proof {
        processes: before
            .iter()
            .map(|(process, observed)| Proven {
                process: process.clone(),
                asked: match observed {
                    Observed::Answers(answers) => answers.len(),
                    Observed::State(_) => 0,
                },
            })
            .collect(),
        ..Proof::default()
    };
    let mut search = Search {
        question,
        before: &before,
        groups: &groups,
        back: BTreeSet::new(),
    };
    let Some(mut difference) = search.difference()? else {
        return Ok(proof);
    };
    for _ in 0..ROUNDS {
        let Some(group) = search.next_needed()? else {
            match search.symbols(&report, &difference)? {
                Some(symbols) => proof.needed.push(symbols),
                None => proof.unexplained = Some(difference),
            }
            return Ok(proof);
        };
        proof.needed.push(Needed {
            difference: difference.clone(),
            ..group
        });
        match search.difference()? {
            None => break,
            Some(next) => difference = next,
        }
    }
    Ok(proof)
}

/// What the app does each time: what changes from one start to the next says nothing.
fn steady(question: &Question<'_>) -> Result<Behaviour> {
    let mut first = observe(question, true)?;
    let second = observe(question, true)?;
    for (process, observed) in &mut first {
        if let (Observed::Answers(answers), Some(Observed::Answers(again))) =
            (observed, second.get(process))
        {
            let steady = |path: &String, answer: &Answer| answer.steady(again.get(path)?);
            *answers = std::mem::take(answers)
                .into_iter()
                .filter_map(|(path, answer)| Some((steady(&path, &answer)?, path)))
                .map(|(answer, path)| (path, answer))
                .collect();
        }
    }
    Ok(first)
}

fn observe(question: &Question<'_>, must: bool) -> Result<Behaviour> {
    let mut behaviour = Behaviour::new();
    for process in question.processes {
        let started = Started::new(question.place, process, question.environment)?;
        let observed = if process.listens {
            match started.wait_for_answer(&question.urls[0]) {
                Ok(()) => Observed::Answers(ask::all(started.port(), question.urls)),
                Err(state) if must => {
                    let seen = format!("{}: `{}` {state}", process.name, process.command);
                    let problem = Problem::new(&NO_ANSWER).saw(seen);
                    return Err(problem.details(started.tail()));
                }
                Err(state) => Observed::State(state),
            }
        } else {
            Observed::State(started.state_after_a_while())
        };
        behaviour.insert(process.name.clone(), observed);
    }
    Ok(behaviour)
}

/// Removed files by kind and package, in the order of the report.
fn groups(report: &StripReport) -> Vec<Needed> {
    let mut groups: BTreeMap<(&'static str, String), Vec<String>> = BTreeMap::new();
    for removed in &report.manifest {
        let Some(path) = removed.path.to_str() else {
            continue;
        };
        let folder = package_folder(path).unwrap_or_else(|| parent(path));
        let files = groups
            .entry((removed.entry, folder.to_owned()))
            .or_default();
        files.push(path.to_owned());
    }
    let groups = groups.into_iter();
    groups
        .map(|((entry, folder), files)| Needed {
            entry,
            folder,
            files,
            difference: String::new(),
        })
        .collect()
}

fn different(process: &str, before: &Observed, after: &Observed) -> Option<String> {
    match (before, after) {
        (Observed::Answers(before), Observed::Answers(after)) => {
            before.iter().find_map(|(path, was)| {
                let now = after.get(path);
                let is_like = now.is_some_and(|now| was.is_like(now));
                (!is_like).then(|| {
                    let how = match now {
                        None => format!("{} before; nothing links to it after", was.said()),
                        Some(now) if now.status == was.status => {
                            format!("{}, but another text after", was.said())
                        }
                        Some(now) => format!("{} before, {} after", was.said(), now.said()),
                    };
                    format!("{process}: GET {path}: {how}")
                })
            })
        }
        (Observed::State(before), Observed::State(after)) => {
            (before != after).then(|| format!("{process}: {before} before, {after} after"))
        }
        (_, Observed::State(after)) => Some(format!("{process} answered before; {after} after")),
        (Observed::State(_), Observed::Answers(_)) => None,
    }
}

/// Lines of slugsmith.keep for what is needed: files, or the folder of many.
#[must_use]
pub fn keep_lines(needed: &[Needed]) -> BTreeSet<String> {
    const FEW: usize = 12;
    let mut lines = BTreeSet::new();
    for group in needed {
        let parents: BTreeSet<&str> = group.files.iter().map(|file| parent(file)).collect();
        let folder = common(&parents);
        if group.files.len() <= FEW || folder.is_empty() {
            lines.extend(group.files.iter().cloned());
        } else {
            lines.insert(format!("{folder}/"));
        }
    }
    lines
}

/// The folder that all are in.
fn common(folders: &BTreeSet<&str>) -> String {
    let (Some(first), Some(last)) = (folders.first(), folders.last()) else {
        return String::new();
    };
    let same = first.split('/').zip(last.split('/'));
    let same: Vec<&str> = same
        .take_while(|(one, other)| one == other)
        .map(|(one, _)| one)
        .collect();
    same.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_becomes_lines() {
        let files = |count: usize, folder: &str| -> Vec<String> {
            (0..count)
                .map(|number| format!("{folder}/{number}.js"))
                .collect()
        };
        let needed = |files| Needed {
            entry: "package-tests",
            folder: "node_modules/a".to_owned(),
            files,
            difference: String::new(),
        };
        let lines = keep_lines(&[
            needed(files(2, "node_modules/a/examples")),
            needed(files(40, "node_modules/b/dist/static")),
        ]);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let expected = [
            "node_modules/a/examples/0.js",
            "node_modules/a/examples/1.js",
            "node_modules/b/dist/static/",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_difference_says_what_was_asked() {
        let answers = |status: u16| {
            let answer = Answer {
                status,
                kind: "text/html".to_owned(),
                digest: Some(status.to_string()),
            };
            Observed::Answers(BTreeMap::from([("/a".to_owned(), answer)]))
        };
        assert_eq!(different("web", &answers(200), &answers(200)), None);
        assert_eq!(
            different("web", &answers(200), &answers(404)).as_deref(),
            Some("web: GET /a: 200 before, 404 after")
        );
        let ended = Observed::State("ended (exit code 1)".to_owned());
        assert_eq!(
            different("web", &answers(200), &ended).as_deref(),
            Some("web answered before; ended (exit code 1) after")
        );
    }
}
