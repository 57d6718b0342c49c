//! What `java` needs: archives, agents, the class that it starts.

use super::{Command, Need, file};
use crate::command::is_open;

/// Options that take the next word.
const VALUES: &[&str] = &[
    "-p",
    "--module-path",
    "--upgrade-module-path",
    "--add-modules",
    "--limit-modules",
    "--add-exports",
    "--add-opens",
    "--add-reads",
    "--patch-module",
    "--enable-native-access",
    "--source",
];
const CLASS_PATHS: &[&str] = &["-cp", "-classpath", "--class-path"];

/// What the words in front of the program's own say.
#[derive(Default)]
struct Words<'w> {
    class_path: Option<&'w str>,
    /// Where classes are looked for may be changed by something that is not known.
    is_open: bool,
    needs: Vec<Need>,
}

pub(super) fn of(command: &Command) -> Vec<Need> {
    let mut said = Words::default();
    let mut words = command.words.iter().skip(1).map(String::as_str);
    while let Some(word) = words.next() {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        if CLASS_PATHS.contains(&name) {
            said.class_path = value.or_else(|| words.next());
            // What an open word in front of it says is overridden.
            said.is_open = false;
        } else if word == "-jar" {
            said.needs
                .extend(words.next().into_iter().flat_map(archive));
            return said.needs;
        } else if matches!(name, "-m" | "--module") {
            return said.needs;
        } else if let Some(path) = word.strip_prefix('@') {
            said.needs.push(file(path));
            return said.needs;
        } else if let Some(agent) = word.strip_prefix("-javaagent:") {
            let path = agent.split('=').next().unwrap_or(agent);
            said.needs.push(file(path));
            // Its archive is one more place for classes.
            return said.needs;
        } else if word.starts_with("-Xbootclasspath") {
            return said.needs;
        } else if VALUES.contains(&word) {
            words.next();
        } else if word.starts_with(['$', '`']) {
            said.is_open = true;
        } else if !word.starts_with('-') {
            said.needs.extend(class(command, &said, word));
            return said.needs;
        }
    }
    said.needs
}

fn archive(path: &str) -> Vec<Need> {
    let mut found = vec![file(path)];
    found.extend((!is_open(path)).then(|| Need::MainClass(path.to_owned())));
    found
}

/// A class, or a source file that `java` compiles itself.
fn class(command: &Command, said: &Words<'_>, name: &str) -> Option<Need> {
    if name.rsplit_once('.').is_some_and(|(_, end)| end == "java") {
        let path = name.to_owned();
        let language = "Java";
        return Some(Need::Script { path, language });
    }
    let set = command
        .environment
        .iter()
        .rfind(|(name, _)| name == "CLASSPATH");
    let path = said
        .class_path
        .or(set.map(|(_, value)| value.as_str()))
        .unwrap_or(".");
    // `$CLASSPATH` in it, or `$JAVA_OPTS` in place of it.
    let is_open = said.is_open || path.contains(['$', '`', '?']) || is_open(name);
    let names_class = name
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '/'));
    (!is_open && names_class).then(|| Need::Class {
        places: path.split(':').map(str::to_owned).collect(),
        is_asked: said.class_path.is_some() || set.is_some(),
        name: name.replace('/', "."),
    })
}
