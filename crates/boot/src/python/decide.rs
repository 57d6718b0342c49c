//! What is compiled, and how? A pure function of facts and configuration.

use std::path::PathBuf;

use super::facts::Facts;
use super::interpreter::Interpreter;
use super::pyc::State;
use crate::report::Weight;
use slugsmith_finding::units::{counted, size};

/// What is to be made for one interpreter.
#[derive(Debug)]
pub(crate) struct Batch {
    pub name: String,
    pub interpreter: Interpreter,
    /// Python compares a digest of the source at each start: for files that may change on a
    /// dyno before they are imported.
    pub is_checked: bool,
    pub wanted: Vec<Wanted>,
}

/// One file of byte code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub source: PathBuf,
    pub target: PathBuf,
    pub level: u8,
    /// Something is there that Python can't use.
    pub replaces: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub batches: Vec<Batch>,
    pub notes: Vec<(Weight, String)>,
}

/// `writes_packages`: a start command names the folder of packages, so that their files may
/// change before they are imported.
pub(crate) fn decide(facts: Facts, writes_packages: bool) -> Plan {
    let mut plan = Plan::default();
    if facts.foreign.files > 0 {
        plan.notes.push((
            Weight::Normal,
            format!(
                "{} of byte code for another Python ({}), {}: nothing reads them, so they can leave the repository",
                counted(facts.foreign.files, "file"),
                facts.foreign_tags.join(", "),
                size(facts.foreign.bytes),
            ),
        ));
    }
    for place in facts.places {
        let Some(interpreter) = place.interpreter else {
            let text = format!(
                "{}: no Python of its version answers here, so that its byte code stays as it is",
                place.name
            );
            plan.notes.push((Weight::Normal, text));
            continue;
        };
        let modules = place.modules.into_iter();
        let wanted: Vec<Wanted> = modules
            .filter(|module| module.state != Some(State::Good))
            .map(|module| Wanted {
                replaces: module.state.is_some(),
                source: module.source,
                target: module.target,
                level: module.level,
            })
            .collect();
        // Before 3.8 nothing says where byte code goes, and beside the source a link could lead
        // it out of the app.
        if !wanted.is_empty() && interpreter.version < (3, 8) {
            let (major, minor) = interpreter.version;
            let text = format!(
                "{}: Python {major}.{minor} is too old to compile for",
                place.name
            );
            plan.notes.push((Weight::Normal, text));
            continue;
        }
        if !wanted.is_empty() {
            plan.batches.push(Batch {
                name: place.name,
                interpreter,
                is_checked: !place.is_installed || writes_packages,
                wanted,
            });
        }
    }
    plan
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::facts::{Module, Place};
    use super::*;

    fn facts(version: (u32, u32), is_installed: bool) -> Facts {
        let module = |name: &str, state| Module {
            source: Path::new(name).with_extension("py"),
            level: 0,
            target: Path::new(name).with_extension("pyc"),
            state,
        };
        Facts {
            places: vec![Place {
                name: ".venv".to_owned(),
                interpreter: Some(Interpreter {
                    program: "/python".into(),
                    tag: "cpython-312".to_owned(),
                    magic: [0; 4],
                    version,
                }),
                is_installed,
                modules: vec![
                    module("good", Some(State::Good)),
                    module("stale", Some(State::Stale)),
                    module("none", None),
                ],
            }],
            ..Facts::default()
        }
    }

    #[test]
    fn what_python_can_use_stays_and_the_rest_is_made() {
        let plan = decide(facts((3, 12), true), false);
        let batch = &plan.batches[0];
        let wanted = batch.wanted.iter().map(|one| (&*one.source, one.replaces));
        let wanted: Vec<_> = wanted.collect();
        assert_eq!(
            wanted,
            [(Path::new("stale.py"), true), (Path::new("none.py"), false)]
        );
        assert!(!batch.is_checked);
    }

    #[test]
    fn a_source_that_may_change_on_a_dyno_is_compared() {
        assert!(decide(facts((3, 12), false), false).batches[0].is_checked);
        assert!(decide(facts((3, 12), true), true).batches[0].is_checked);
    }

    #[test]
    fn what_nothing_can_compile_is_told() {
        let plan = decide(facts((3, 7), true), false);
        assert!(plan.batches.is_empty() && plan.notes.len() == 1);
    }
}
