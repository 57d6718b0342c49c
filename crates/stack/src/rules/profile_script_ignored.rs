//! Profile scripts that no process sources.

use super::{Rule, World};
use crate::model::Model;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "profile-script-ignored",
    code: "ST11",
    title: "Profile scripts are there, and processes start without a shell that would source them.",
    level: Severity::Warn,
    world: World::CloudNative,
    docs: Docs {
        finds: "`profile.d` in a launch layer, or `.profile` or `.profile.d` in the app, while processes are \
                started directly. Since buildpack API 0.9 all processes are.",
        why: "The launcher sources these scripts only for processes that it starts in a shell. Variables \
              they export are missing, silently. `.profile.d` in the app is a classic folder that the \
              launcher never reads.",
        fix: "Set variables with `env.launch` files or an exec.d program. For an app's own `.profile`: start \
              the process with `bash -lc '. ./.profile; …'` in the Procfile.",
        silent: "When every process is started in a shell, and when the image has no processes.",
    },
    check,
};

fn check(model: &Model<'_>) -> Vec<Finding> {
    let direct: Vec<&str> = model
        .processes
        .processes
        .iter()
        .filter(|one| one.process.direct)
        .map(|one| one.process.kind.as_str())
        .collect();
    if direct.is_empty() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (_, buildpack, layer) in model.launch_layers() {
        let scripts: Vec<String> = layer
            .contents
            .profile_d
            .iter()
            .map(|script| format!("profile.d/{}", script.name.to_string_lossy()))
            .collect();
        if !scripts.is_empty() {
            let message = format!(
                "{} of {} ({}) has no effect on {}, started without a shell.",
                scripts.join(", "),
                buildpack.id,
                layer.shown(),
                direct.join(", ")
            );
            let help = vec![format!(
                "{} should write env.launch files or an exec.d program.",
                buildpack.id
            )];
            findings.push(RULE.finding(message, help));
        }
    }
    for (name, why) in [
        (
            ".profile",
            "is sourced only for processes started in a shell",
        ),
        (
            ".profile.d",
            "is a classic folder that the launcher never reads",
        ),
    ] {
        if model.app.is_some_and(|app| app.has(name)) {
            let message = format!(
                "The app's {name} {why}: it has no effect on {}.",
                direct.join(", ")
            );
            let help = vec![format!(
                "Procfile: {}: bash -c '. ./{name}…; exec …'",
                direct.first().unwrap_or(&"web")
            )];
            findings.push(RULE.finding(message, help));
        }
    }
    findings
}
