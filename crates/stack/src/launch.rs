//! Which process types does the image have, whose are they, and which one is the default?
//!
//! The builder's rules (lifecycle `phase/builder.go`, `processMap.add`): a later
//! definition replaces an earlier one whole; `default = true` makes a type the default;
//! a definition of the default type without it clears the default.

use super::secrets;
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

/// How the default process came about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Launch {
    /// Sorted by type.
    pub processes: Vec<ProcessReport>,
    pub default: Option<String>,
    /// The type that was the default until a definition without `default` replaced it, and
    /// the buildpacks before and after.
    pub lost_default: Option<(String, usize, usize)>,
}

/// Processes of a running build (from every `launch.toml`) or of a finished one.
#[must_use]
pub fn processes(layers: &Layers) -> Launch {
    match &layers.finished {
        Some(finished) => from_metadata(layers, finished),
        None => simulate(layers),
    }
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
        processes(&Layers {
            group,
            ..Layers::default()
        })
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
