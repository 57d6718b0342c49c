//! Which process types does the image have, whose are they, and which one is the default?
//!
//! The builder's rules (lifecycle `phase/builder.go`, `processMap.add`): a later
//! definition replaces an earlier one whole; `default = true` makes a type the default;
//! a definition of the default type without it clears the default.

use super::secrets;
use slugsmith_facts::exec_env;
use slugsmith_facts::layers::{Layers, Process};

/// A process type with everybody who defined it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessReport {
    /// The definition that counts.
    pub process: Process,
    /// Index of its buildpack in the group; `None` when a finished build names an unknown one.
    pub owner: Option<usize>,
    pub is_default: bool,
    /// Earlier definitions that were replaced, with the index of their buildpack.
    pub replaced: Vec<(usize, Process)>,
}

impl ProcessReport {
    /// The command line, for people.
    #[must_use]
    pub fn shown(&self) -> String {
        shown(&self.process)
    }
}

/// The command line of a process, for people: without the secrets that stand in it.
#[must_use]
pub fn shown(process: &Process) -> String {
    let words = process.command.iter().chain(&process.args);
    secrets::in_command(&words.map(String::as_str).collect::<Vec<_>>().join(" "))
}

/// The type of a process, for people, with the execution environments that it is limited to.
#[must_use]
pub fn named(process: &Process) -> String {
    let list = &process.exec_env;
    if list.is_empty() || list.iter().any(|one| one == "*") {
        return process.kind.clone();
    }
    format!("{} ({} only)", process.kind, list.join(", "))
}

/// How the default process came about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Launch {
    /// Process types that the execution environment starts, sorted by type.
    pub processes: Vec<ProcessReport>,
    /// Process types of other execution environments, sorted by type.
    pub elsewhere: Vec<ProcessReport>,
    pub default: Option<String>,
    /// The type that was the default until a definition without `default` replaced it, and
    /// the buildpacks before and after.
    pub lost_default: Option<(String, usize, usize)>,
}

/// Processes of a running build (from every `launch.toml`) or of a finished one, as the
/// execution environment has them. The launcher looks at it after all definitions have replaced
/// each other, so a definition for tests alone takes the place of one for everything.
#[must_use]
pub fn processes(layers: &Layers, exec_env: &str) -> Launch {
    let mut launch = match &layers.finished {
        Some(finished) => from_metadata(layers, finished),
        None => simulate(layers),
    };
    let all = std::mem::take(&mut launch.processes);
    (launch.processes, launch.elsewhere) = all
        .into_iter()
        .partition(|one| exec_env::applies(&one.process.exec_env, exec_env));
    launch
}

fn from_metadata(layers: &Layers, finished: &slugsmith_facts::layers::tables::Finished) -> Launch {
    // The files of the build may still be there: they know who was replaced.
    let simulated = simulate(layers);
    let processes = finished
        .processes
        .iter()
        .map(|process| {
            let owner = process.buildpack.as_ref().and_then(|id| {
                layers
                    .group
                    .iter()
                    .position(|buildpack| buildpack.id == *id)
            });
            let replaced = simulated
                .processes
                .iter()
                .find(|one| one.process.kind == process.kind)
                .map(|one| one.replaced.clone())
                .unwrap_or_default();
            ProcessReport {
                is_default: finished.default_process.as_ref() == Some(&process.kind),
                process: process.clone(),
                owner,
                replaced,
            }
        })
        .collect();
    Launch {
        processes,
        elsewhere: Vec::new(),
        default: finished.default_process.clone(),
        lost_default: simulated
            .lost_default
            .filter(|_| finished.default_process.is_none()),
    }
}

fn simulate(layers: &Layers) -> Launch {
    let mut launch = Launch::default();
    let mut default_owner = 0;
    for (index, buildpack) in layers.group.iter().enumerate() {
        for process in buildpack.launch.iter().flat_map(|file| &file.processes) {
            if process.default {
                launch.default = Some(process.kind.clone());
                launch.lost_default = None;
                default_owner = index;
            } else if launch.default.as_ref() == Some(&process.kind) {
                launch.default = None;
                launch.lost_default = Some((process.kind.clone(), default_owner, index));
            }
            define(&mut launch.processes, index, process);
        }
    }
    launch
        .processes
        .sort_by(|a, b| a.process.kind.cmp(&b.process.kind));
    for report in &mut launch.processes {
        report.is_default = launch.default.as_ref() == Some(&report.process.kind);
    }
    launch
}

fn define(processes: &mut Vec<ProcessReport>, index: usize, process: &Process) {
    match processes
        .iter_mut()
        .find(|one| one.process.kind == process.kind)
    {
        None => processes.push(ProcessReport {
            process: process.clone(),
            owner: Some(index),
            is_default: false,
            replaced: Vec::new(),
        }),
        Some(known) => {
            let former = std::mem::replace(&mut known.process, process.clone());
            known.replaced.push((known.owner.unwrap_or(index), former));
            known.owner = Some(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_facts::layers::{Buildpack, LaunchFile};

    /// One buildpack per word list; `web:d` is a default.
    fn stack(lists: &[&str]) -> Launch {
        let group = lists
            .iter()
            .enumerate()
            .map(|(index, list)| Buildpack {
                id: format!("t/{index}"),
                launch: Some(LaunchFile {
                    processes: list
                        .split_whitespace()
                        .map(|word| Process {
                            kind: word.trim_end_matches(":d").to_owned(),
                            default: word.ends_with(":d"),
                            ..Process::default()
                        })
                        .collect(),
                    ..LaunchFile::default()
                }),
                ..Buildpack::default()
            })
            .collect();
        let layers = Layers {
            group,
            ..Layers::default()
        };
        processes(&layers, exec_env::PRODUCTION)
    }

    #[test]
    fn processes_of_other_execution_environments_are_kept_apart() {
        let process = |kind: &str, list: &[&str]| Process {
            kind: kind.to_owned(),
            exec_env: list.iter().map(|&one| one.to_owned()).collect(),
            ..Process::default()
        };
        let buildpack = |processes| Buildpack {
            launch: Some(LaunchFile {
                processes,
                ..LaunchFile::default()
            }),
            ..Buildpack::default()
        };
        let layers = Layers {
            group: vec![
                buildpack(vec![process("web", &[]), process("any", &["test", "*"])]),
                buildpack(vec![process("spec", &["test"]), process("web", &["test"])]),
            ],
            ..Layers::default()
        };
        let kinds = |list: &[ProcessReport]| -> Vec<String> {
            list.iter().map(|one| named(&one.process)).collect()
        };
        let production = processes(&layers, exec_env::PRODUCTION);
        assert_eq!(kinds(&production.processes), ["any"]);
        assert_eq!(
            kinds(&production.elsewhere),
            ["spec (test only)", "web (test only)"]
        );
        let test = processes(&layers, "test");
        assert_eq!(test.processes.len(), 3);
        assert_eq!(test.elsewhere.len(), 0);
    }

    fn owner(launch: &Launch, kind: &str) -> usize {
        let found = launch.processes.iter().find(|one| one.process.kind == kind);
        found.unwrap().owner.unwrap()
    }

    #[test]
    fn a_later_definition_without_default_clears_the_default() {
        let launch = stack(&["web:d", "web"]);
        assert_eq!(
            (owner(&launch, "web"), launch.default.as_deref()),
            (1, None)
        );
        assert_eq!(launch.lost_default, Some(("web".to_owned(), 0, 1)));
    }

    #[test]
    fn the_last_default_wins_over_all_types() {
        let launch = stack(&["web:d", "worker:d", "web"]);
        assert_eq!(
            (owner(&launch, "web"), launch.default.as_deref()),
            (2, Some("worker"))
        );
        let launch = stack(&["web:d worker", "web worker:d"]);
        assert_eq!(
            (owner(&launch, "web"), launch.default.as_deref()),
            (1, Some("worker"))
        );
        assert_eq!(owner(&launch, "worker"), 1);
        assert_eq!(launch.lost_default, None);
    }

    #[test]
    fn one_buildpack_can_clear_its_own_default() {
        assert_eq!(stack(&["web:d web"]).default, None);
        assert_eq!(stack(&["web", "web"]).default, None);
    }
}
