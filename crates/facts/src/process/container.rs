//! Which processes does a heroku.yml start?
//!
//! An app that is built from a Dockerfile has no Procfile: the `run` and `release` sections
//! name its processes (Heroku Dev Center, "Building Docker Images with heroku.yml"). A type
//! without a command runs the image's own: what the last `CMD` of its Dockerfile says.

use serde_yaml_ng::Value;

use crate::app::Process;
use crate::formats::dockerfile;
use crate::lines::line_of;
use slugsmith_finding::LineSpan;

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

/// The process types that heroku.yml builds an image for and gives no command, with the path of their Dockerfile and
/// the process that its `CMD` is.
pub(super) fn of_images<'t>(
    text: &str,
    known: &[Process],
    read: impl Fn(&str) -> Option<&'t str>,
) -> Vec<(String, Process)> {
    let images = section(text, "build", "docker");
    let named = images.as_ref().and_then(Value::as_mapping);
    let entries = named.into_iter().flatten().filter_map(|(name, entry)| {
        let path = entry.as_str()?.trim_start_matches("./");
        Some((name.as_str()?.to_owned(), path.to_owned()))
    });
    let new = entries.filter(|(name, _)| known.iter().all(|process| process.name != *name));
    new.filter_map(|(name, path)| {
        let (command, line) = image_command(read(&path)?)?;
        let process = Process {
            name,
            command,
            line,
        };
        Some((path, process))
    })
    .collect()
}

/// What an image starts: the `CMD` of the last stage. One with an `ENTRYPOINT` of its own is not known.
fn image_command(text: &str) -> Option<(String, LineSpan)> {
    let instructions = dockerfile::read(text);
    let mut last = instructions.rsplit(|one| one.keyword == "FROM");
    let last = last.next()?;
    if last.iter().any(|one| one.keyword == "ENTRYPOINT") {
        return None;
    }
    let command = last.iter().rev().find(|one| one.keyword == "CMD")?;
    let written = command.words.join(" ");
    let text = match serde_json::from_str::<Vec<String>>(&written) {
        Ok(words) => match words.as_slice() {
            [shell, flag, script, ..] if is_shell(shell) && flag.ends_with('c') => script.clone(),
            words => words.join(" "),
        },
        Err(_) => written,
    };
    (!text.trim().is_empty()).then_some((text, command.line))
}

fn is_shell(word: &str) -> bool {
    matches!(
        word.rsplit('/').next(),
        Some("sh" | "bash" | "dash" | "ash")
    )
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
    fn an_image_without_a_command_in_the_manifest_starts_what_its_dockerfile_says() {
        let text = "build:\n  docker:\n    web: Dockerfile\n    worker: worker/Dockerfile\n";
        let files = |path: &str| match path {
            "Dockerfile" => Some(
                "FROM a AS b\nCMD no\nFROM c\nCMD [\"sh\", \"-c\", \"./migrate && ./serve\"]\n",
            ),
            _ => Some("FROM a\nENTRYPOINT [\"tini\"]\nCMD work\n"),
        };
        let found = of_images(text, &[], files);
        let shown: Vec<_> = found
            .iter()
            .map(|(path, process)| {
                (
                    path.as_str(),
                    process.command.as_str(),
                    process.line.number(),
                )
            })
            .collect();
        assert_eq!(shown, [("Dockerfile", "./migrate && ./serve", 4)]);
        let known = processes(&format!("{text}run:\n  web: ./serve\n")).unwrap();
        assert!(of_images(text, &known, files).is_empty());
    }

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
