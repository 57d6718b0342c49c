//! Does the stripped app still do what the user says it must?

use std::path::Path;

use slugsmith_facts::environment::Environment;
use slugsmith_facts::run as command;
use slugsmith_facts::secrets;

/// How long a command may take, in seconds: a server that keeps listening would
/// otherwise stop the build.
const LIMIT: &str = "120";

/// A command that failed, so that everything was put back.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PutBack {
    pub command: String,
    /// `exit code 1`.
    pub status: String,
    /// The file or module that the output says is missing.
    pub missing: Option<String>,
    /// The last lines of its output.
    pub tail: Vec<String>,
}

/// Runs the commands in order, without a shell; the first that fails ends it.
#[must_use]
pub fn first_failure(
    app: &Path,
    commands: &[String],
    environment: &Environment,
) -> Option<PutBack> {
    commands.iter().find_map(|text| {
        let limit = std::iter::once(LIMIT.to_owned());
        let arguments: Vec<_> = limit.chain(command::words(text)).collect();
        let variables = environment
            .variables
            .iter()
            .map(|(name, value)| (name.into(), value.clone()));
        match command::run("timeout", &arguments, app, variables, &mut |_| {}) {
            Ok(ended) if ended.success => None,
            Ok(ended) => Some(PutBack {
                command: secrets::in_command(text),
                missing: missing(&ended.output),
                tail: ended.details().collect(),
                status: ended.status,
            }),
            Err(error) => Some(PutBack {
                command: secrets::in_command(text),
                status: error.to_string(),
                missing: None,
                tail: Vec::new(),
            }),
        }
    })
}

/// What a runtime could not find, by its own message: Node, Python, Ruby, PHP, Java.
fn missing(tail: &[String]) -> Option<String> {
    const MARKS: &[(&str, char)] = &[
        ("Cannot find module '", '\''),
        ("Cannot find package '", '\''),
        ("no such file or directory, open '", '\''),
        ("no such file or directory, scandir '", '\''),
        ("no such file or directory, stat '", '\''),
        ("no such file or directory, lstat '", '\''),
        ("No module named '", '\''),
        ("No such file or directory: '", '\''),
        ("cannot load such file -- ", ' '),
        ("Failed opening required '", '\''),
        ("ClassNotFoundException: ", ' '),
    ];
    tail.iter().find_map(|line| {
        MARKS.iter().find_map(|(mark, end)| {
            let rest = line.split_once(mark)?.1;
            Some(rest.split(*end).next().unwrap_or(rest).to_owned())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::missing;

    #[test]
    fn messages_name_what_is_missing() {
        let line = |text: &str| missing(&["x".to_owned(), text.to_owned()]);
        assert_eq!(
            line("Error: Cannot find module './doc'").as_deref(),
            Some("./doc")
        );
        assert_eq!(
            line("ModuleNotFoundError: No module named 'a.b'").as_deref(),
            Some("a.b")
        );
        assert_eq!(
            line("Error: ENOENT: no such file or directory, scandir '/app/docs'").as_deref(),
            Some("/app/docs")
        );
        assert_eq!(
            line("a.rb:1:in `require': cannot load such file -- rack/test (LoadError)").as_deref(),
            Some("rack/test")
        );
        assert_eq!(
            line("PHP Fatal error: Uncaught Error: Failed opening required 'a/b.php' (include_path='.')").as_deref(),
            Some("a/b.php")
        );
        assert_eq!(line("fine"), None);
    }
}
