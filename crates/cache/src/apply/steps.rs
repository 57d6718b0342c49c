//! How is a command of a package manager run, and what does its failure mean?

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use super::transcript::Transcript;
use crate::diagnose::{self, Ran};
use crate::event::{Event, Progress};
use crate::presets::{Job, ManagerCommand};
use crate::{Context, INSTALL_FAILED, SCRIPT_FAILED, TOOL_MISSING};
use slugsmith_config::LogLevel;
use slugsmith_facts::run::{self as command, Ended};
use slugsmith_finding::error::{NO_SPACE, Problem, Result};

/// Runs steps one after the other; the first failure ends them.
pub(super) fn run(
    steps: &[ManagerCommand],
    job: &Job,
    context: &Context<'_>,
    variables: &BTreeMap<String, OsString>,
    progress: &mut dyn Progress,
) -> Result<()> {
    let folder = context.app.root.join(&job.folder);
    for step in steps {
        let variables = variables_of(step, variables);
        let mut transcript = Transcript::begin();
        let ended = command::run(
            &step.program,
            &step.arguments,
            &folder,
            variables
                .into_iter()
                .map(|(name, value)| (name.into(), value)),
            &mut |event| {
                if let command::Event::Output { line } = event {
                    transcript.write(line);
                }
                progress.event(Event::Command(event));
            },
        )
        .map_err(|error| Problem::new(&TOOL_MISSING).saw(format!("`{}`: {error}", step.program)))?;
        if !ended.success {
            let is_shown = context.config.log.value > LogLevel::Quiet;
            let problem = failed(step, &ended, job, &folder, is_shown);
            return Err(match transcript.keep() {
                Some(path) => problem.saw(format!("All of its output is in {}", path.display())),
                None => problem,
            });
        }
    }
    Ok(())
}

fn variables_of(
    step: &ManagerCommand,
    given: &BTreeMap<String, OsString>,
) -> BTreeMap<String, OsString> {
    let mut variables = given.clone();
    for (name, value) in &step.defaults {
        let is_set = given.keys().any(|found| found.eq_ignore_ascii_case(name));
        if !is_set {
            variables.insert((*name).to_owned(), OsString::from(value));
        }
    }
    for (name, value) in &step.variables {
        variables.insert((*name).to_owned(), value.clone());
    }
    if let Some(first) = &step.path {
        let mut path = first.clone().into_os_string();
        if let Some(rest) = given.get("PATH") {
            path.push(":");
            path.push(rest);
        }
        variables.insert("PATH".to_owned(), path);
    }
    variables
}

/// Where its output `is_shown` as it comes, its last lines stand right above.
fn failed(
    step: &ManagerCommand,
    ended: &Ended,
    job: &Job,
    folder: &Path,
    is_shown: bool,
) -> Problem {
    let shown = command::shown(&step.program, &step.arguments);
    let saw = format!(
        "`{shown}` ended with {} after {}",
        ended.status,
        slugsmith_finding::units::time(ended.took)
    );
    let is_full = |line: &String| {
        line.contains("ENOSPC") || line.contains("No space left") || line.contains("os error 28")
    };
    let kind = if ended.output.iter().any(is_full) {
        &NO_SPACE
    } else if step.is_script {
        &SCRIPT_FAILED
    } else if let Some(problem) = (job.explain)(folder, ended) {
        return problem;
    } else {
        &INSTALL_FAILED
    };
    let mut problem = Problem::new(kind).saw(saw);
    let ran = if step.is_script {
        Ran::Script
    } else {
        Ran::Install
    };
    problem = match diagnose::of(&step.program, ran, ended) {
        Some(found) => problem
            .saw(found.means)
            .step(found.step)
            .details(found.lines),
        None if is_shown => problem,
        None => problem.details(ended.details()),
    };
    // What a shell says of a command that it can't find (POSIX, "Exit Status for Commands").
    if step.is_script && ended.status == "exit code 127" {
        problem = problem.step(
            "127 means that a command is missing; the last line names it. Put the buildpack that brings it before \
             slugsmith, or add it to the dependencies.",
        );
    }
    problem
}
