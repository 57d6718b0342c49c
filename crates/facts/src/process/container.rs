//! Which processes does a heroku.yml start?
//!
//! An app that is built from a Dockerfile has no Procfile: the `run` and `release` sections
//! name its processes (Heroku Dev Center, "Building Docker Images with heroku.yml"). A type
//! without a command runs the image's own, which is not known here.

use serde_yaml_ng::Value;

use crate::app::Process;
use crate::lines::line_of;

/// The processes with a command; `None` if this is no heroku.yml of a container.
pub(super) fn processes(text: &str) -> Option<Vec<Process>> {
    let manifest: Value = crate::bounds::yaml(text)?;
    manifest.get("build")?.get("docker")?;
    let run = manifest.get("run").and_then(Value::as_mapping);
    let named = run
        .into_iter()
        .flatten()
        .filter_map(|(name, entry)| Some((name.as_str()?, entry)));
    let release = manifest.get("release").map(|entry| ("release", entry));
    let found = named.chain(release).filter_map(|(name, entry)| {
        let command = command(entry)?;
        Some(Process {
            name: name.to_owned(),
            line: line_of(text, command.split("&&").next().unwrap_or(&command).trim()),
            command,
        })
    });
    Some(found.collect())
}

/// Plans of the add-ons that the `setup` section creates.
#[must_use]
pub fn addons(text: &str) -> Vec<String> {
    let addons = section(text, "setup", "addons");
    let listed = addons.as_ref().and_then(Value::as_sequence);
    let plan = |addon: &Value| {
        addon
            .get("plan")
            .unwrap_or(addon)
            .as_str()
            .map(str::to_owned)
    };
    listed.into_iter().flatten().filter_map(plan).collect()
}

/// The Dockerfiles that its images are built from.
#[must_use]
pub fn dockerfiles(text: &str) -> Vec<String> {
    let images = section(text, "build", "docker");
    let named = images.as_ref().and_then(Value::as_mapping);
    let path = |entry: &Value| {
        entry
            .as_str()
            .map(|path| path.trim_start_matches("./").to_owned())
    };
    named
        .into_iter()
        .flatten()
        .filter_map(|(_, entry)| path(entry))
        .collect()
}

fn section(text: &str, name: &str, part: &str) -> Option<Value> {
    let manifest: Value = crate::bounds::yaml(text)?;
    manifest.get(name)?.get(part).cloned()
}

/// `web: node a.js`, or `command:` with one command or a list of them.
fn command(entry: &Value) -> Option<String> {
    let entry = entry.get("command").unwrap_or(entry);
    match entry {
        Value::String(command) => Some(command.clone()),
        Value::Sequence(commands) => {
            let commands: Vec<_> = commands.iter().filter_map(Value::as_str).collect();
            Some(commands.join(" && "))
        }
        _ => None,
    }
    .filter(|command| !command.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_command_are_read() {
        let text = "build:\n  docker:\n    web: Dockerfile\nrelease:\n  image: web\n  command:\n    - ./migrate\n\
            run:\n  web: node dist/start.js\n  worker:\n    image: web\n";
        let found = processes(text).unwrap();
        let shown: Vec<_> = found
            .iter()
            .map(|process| {
                (
                    process.name.as_str(),
                    process.command.as_str(),
                    process.line.number(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("web", "node dist/start.js", 9),
                ("release", "./migrate", 7)
            ]
        );
        assert!(processes("setup:\n  addons: []\n").is_none());
        assert!(processes("run: [").is_none());
    }
}
