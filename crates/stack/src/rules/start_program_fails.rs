//! An exec.d program that will stop the app from starting.

use super::{Rule, World};
use crate::model::Model;
use slugsmith_facts::layers::Program;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "start-program-fails",
    code: "ST12",
    title: "An exec.d program can't be executed, so no process starts.",
    level: Severity::Error,
    world: World::CloudNative,
    docs: Docs {
        finds: "Files in `exec.d` of launch layers without an execute bit, links to nothing, scripts whose \
                interpreter is on neither image nor layer, and programs for another architecture.",
        why: "The launcher executes every file of `exec.d` before the process and stops with status 82 when \
              one of them fails.",
        fix: "`chmod +x` the file, ship its interpreter, or remove it from `exec.d`.",
        silent: "For folders named after process types that the image does not have.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, buildpack, layer) in model.launch_layers() {
        for program in &layer.contents.exec_d {
            let name = program.name.to_string_lossy();
            let file = match &program.process {
                Some(kind) => {
                    let kind = kind.to_string_lossy();
                    if !model
                        .processes
                        .processes
                        .iter()
                        .any(|one| one.process.kind == kind)
                    {
                        continue;
                    }
                    format!("exec.d/{kind}/{name}")
                }
                None => format!("exec.d/{name}"),
            };
            if let Some(reason) = reason(program, model.arch()) {
                let consequence = match &program.process {
                    Some(kind) => format!("`{}` does not start", kind.to_string_lossy()),
                    None => "no process starts".to_owned(),
                };
                let message = format!(
                    "{file} of {} ({}) {reason}: {consequence}.",
                    buildpack.id,
                    layer.shown()
                );
                findings.push(RULE.finding(
                    message,
                    vec![format!("{} must mend or remove {file}.", buildpack.id)],
                ));
            }
        }
    }
    findings
}

fn reason(program: &Program, arch: Option<&str>) -> Option<String> {
    if program.dangling {
        return Some("is a link to nothing".to_owned());
    }
    if !program.executable {
        return Some("is not executable".to_owned());
    }
    if let Some(interpreter) = &program.missing_interpreter {
        return Some(format!("needs {interpreter}, which is not there"));
    }
    let elf = program.elf.as_ref()?;
    arch.filter(|arch| elf.arch != *arch)
        .map(|arch| format!("is built for {}, the run image is {arch}", elf.arch))
}
