//! Which commands have other buildpacks set?
//!
//! `[[processes]]` of each `launch.toml` below the layers root (buildpacks/spec
//! buildpack.md, "launch.toml"): buildpacks that ran before this one. An app without a
//! Procfile starts with these alone.

use std::path::Path;

use super::Command;
use slugsmith_facts::layers::{Buildpack, Layers, Process};

/// The processes that buildpacks have set for the app in `app`.
#[must_use]
pub fn set_by(layers: &Layers, app: &Path) -> Vec<Command> {
    let of = |buildpack: &Buildpack| -> Vec<Command> {
        let launch = buildpack.launch.iter();
        let processes = launch.flat_map(|launch| &launch.processes);
        processes
            .map(|process| Command {
                origin: format!("{}: {}", buildpack.id, process.kind),
                text: text(process, app),
            })
            .collect()
    };
    layers.group.iter().flat_map(of).collect()
}

/// The command line, with paths of the app as the app's own files write them.
fn text(process: &Process, app: &Path) -> String {
    let app = format!("{}/", app.display());
    let words = process.command.iter().chain(&process.args);
    let words = words.map(|word| word.replace(&app, ""));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_facts::layers;

    #[test]
    fn processes_of_other_buildpacks_are_commands() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("example_node");
        fs_err::create_dir_all(&folder).unwrap();
        fs_err::write(
            folder.join("launch.toml"),
            "[[processes]]\ntype = \"web\"\ncommand = [\"node\"]\n\
             args = [\"-r\", \"/workspace/node_modules/a/hook.js\", \"server.js\"]\n[[processes]]\n\
             type = \"worker\"\ncommand = [\"bash\", \"-c\", \"exec celery -A tasks worker\"]\n",
        )
        .unwrap();
        let found = set_by(&layers::read(root.path()), Path::new("/workspace"));
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|command| (command.origin.as_str(), command.text.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (
                    "example_node: web",
                    "node -r node_modules/a/hook.js server.js"
                ),
                (
                    "example_node: worker",
                    "bash -c exec celery -A tasks worker"
                ),
            ]
        );
    }
}
