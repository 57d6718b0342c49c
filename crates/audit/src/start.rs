//! What happens in a process before its server starts?
//!
//! A web line is often `php setup.php && heroku-php-apache2 public/`: the first part makes
//! configuration of what add-ons set. What it exports is set, and what it writes is no data.

use std::collections::BTreeMap;

use slugsmith_facts::process::Runs;
use slugsmith_facts::sources::Sources;

/// Whether a process runs this file and then something else: a step of the start.
#[must_use]
pub(super) fn prepares(processes: &[Runs], path: &str) -> bool {
    processes.iter().any(|process| {
        let steps = process.command.text.rsplit_once("&&");
        steps.is_some_and(|(before, _)| {
            before
                .split_whitespace()
                .any(|word| word.trim_start_matches("./") == path)
        })
    })
}

/// Variables that start commands set, with the value where it is written out: by `export`, in front of a program
/// (`SOLID_QUEUE_IN_PUMA=1 bundle exec puma`), and by programs that run before the server and write `NAME=` somewhere.
#[must_use]
pub(super) fn exported(processes: &[Runs], sources: &Sources) -> BTreeMap<String, Option<String>> {
    let mut found = BTreeMap::new();
    let started = processes.iter().filter(|process| process.name != "release");
    for command in started.flat_map(|process| &process.commands) {
        for (name, value) in &command.environment {
            let known = !value.is_empty() && !value.contains(['$', '`']);
            found.insert(name.clone(), known.then(|| value.clone()));
        }
    }
    for code in sources
        .files
        .iter()
        .filter(|code| prepares(processes, &code.path))
    {
        for argument in code.calls.iter().flat_map(|call| &call.arguments) {
            argument.value.walk(&mut |value| {
                let name = value
                    .text()
                    .and_then(|text| Some(assigned(text)?.0.to_owned()));
                found.extend(name.map(|name| (name, None)));
            });
        }
    }
    found
}

/// The name and the value in `NAME=value`.
fn assigned(text: &str) -> Option<(&str, &str)> {
    let (name, value) = text.trim().split_once('=')?;
    let variable = name.len() > 2
        && name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    variable.then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_facts::process::Command;

    fn web(text: &str) -> Runs {
        let command = Command::written(text, "Procfile", 1);
        Runs {
            name: "web".to_owned(),
            commands: text
                .split(" && ")
                .map(|part| Command::written(part, "Procfile", 1))
                .collect(),
            command,
        }
    }

    #[test]
    fn only_what_runs_before_the_server_prepares() {
        let processes = [web("php heroku/setup.php && heroku-php-apache2 public/")];
        assert!(prepares(&processes, "heroku/setup.php"));
        assert!(!prepares(&[web("node server.js")], "server.js"));
        assert!(!prepares(
            &[web("node a.js && node server.js")],
            "server.js"
        ));
    }

    #[test]
    fn exports_of_a_start_script_are_set() {
        let set = |text: &str| {
            exported(&[web(text)], &Sources::default())
                .into_iter()
                .collect::<Vec<_>>()
        };
        let redis =
            |value: Option<&str>| vec![("SESSION_DRIVER".to_owned(), value.map(str::to_owned))];
        assert_eq!(
            set("export SESSION_DRIVER=redis && php a"),
            redis(Some("redis"))
        );
        assert_eq!(set("SESSION_DRIVER=\"$DRIVER\" php a"), redis(None));
        assert_eq!(set("php a SESSION_DRIVER=redis"), Vec::new());
    }
}
