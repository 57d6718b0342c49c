//! Words of commands as the shell expands them, as far as the text says.

use super::shell::{State, Walk};
use crate::bash::{self, Command as Node, Parameter, Part, Word};
use crate::command::files::join;
use crate::command::is_open;

impl Walk<'_, '_> {
    pub(super) fn value(&self, word: &Word, state: &State) -> String {
        self.expand_with(word, state, false).join(" ")
    }

    pub(super) fn expand(&self, word: &Word, state: &State) -> Vec<String> {
        self.expand_with(word, state, true)
    }

    fn expand_with(&self, word: &Word, state: &State, splits: bool) -> Vec<String> {
        if let (
            true,
            [
                Part::Text {
                    text,
                    quoted: false,
                },
            ],
        ) = (splits, word.parts.as_slice())
        {
            return braces(text);
        }
        let mut done: Vec<String> = Vec::new();
        let mut current: Option<String> = None;
        for part in &word.parts {
            match part {
                Part::Text { text, .. } => current.get_or_insert_default().push_str(text),
                Part::Parameter(one)
                    if matches!(one.name.as_str(), "@" | "*") && one.operator.is_empty() =>
                {
                    let mut arguments = self.next.arguments.iter().cloned();
                    if let Some(first) = arguments.next() {
                        current.get_or_insert_default().push_str(&first);
                    }
                    for argument in arguments {
                        done.extend(current.replace(argument));
                    }
                }
                Part::Parameter(one) if is_list(one) && state.variables.contains_key(&one.name) => {
                    let value = self.parameter(one, state);
                    let mut items = value.split_whitespace();
                    if let Some(first) = items.next() {
                        current.get_or_insert_default().push_str(first);
                    }
                    for item in items {
                        done.extend(current.replace(item.to_owned()));
                    }
                }
                Part::Parameter(one) => {
                    let value = self.parameter(one, state);
                    let split = splits && !one.quoted && !is_open(&value) && value.contains(' ');
                    if split {
                        let mut pieces = value.split_whitespace();
                        current
                            .get_or_insert_default()
                            .push_str(pieces.next().unwrap_or_default());
                        for piece in pieces {
                            done.extend(current.replace(piece.to_owned()));
                        }
                    } else {
                        current.get_or_insert_default().push_str(&value);
                    }
                }
                Part::Substitution { text, .. } => {
                    let value = self.substitution(text, state);
                    current.get_or_insert_default().push_str(&value);
                }
                Part::Arithmetic(text) => {
                    let shown = format!("$(({text}))");
                    current.get_or_insert_default().push_str(&shown);
                }
                Part::Process => current.get_or_insert_default().push_str("$(<)"),
                Part::Array(items) => {
                    let items: Vec<String> =
                        items.iter().map(|item| self.value(item, state)).collect();
                    current.get_or_insert_default().push_str(&items.join(" "));
                }
            }
        }
        done.extend(current);
        done
    }

    fn parameter(&self, one: &Parameter, state: &State) -> String {
        let plain =
            one.operator.is_empty() && one.index.as_deref().is_none_or(|index| index == "0");
        let name = one.name.as_str();
        if plain && (name == "0" || name == "BASH_SOURCE") && self.next.is_script {
            return format!("/app/{}", self.next.start.path);
        }
        if let ("0", true, Some(zero)) = (name, plain, &self.next.zero) {
            return zero.clone();
        }
        if let (true, Ok(at @ 1..)) = (plain, name.parse::<usize>())
            && let Some(argument) = self.next.arguments.get(at - 1)
        {
            return argument.clone();
        }
        if let ("PWD", true, Some(folder)) = (name, plain, &state.folder) {
            return format!("/app/{folder}");
        }
        // One item of a list is not told apart from the others.
        let is_item = one
            .index
            .as_deref()
            .is_some_and(|index| !matches!(index, "@" | "*" | "0"));
        let known = state
            .variables
            .get(name)
            .filter(|_| !is_item)
            .map(|(value, _)| value);
        match (known, one.operator.as_str()) {
            (Some(value), "") => value.clone(),
            (Some(value), ":-" | "-") if !value.is_empty() => value.clone(),
            (_, "") => format!("${name}"),
            (_, operator) => {
                let operand = one.operand.literal().unwrap_or_default();
                format!("${{{name}{operator}{operand}}}")
            }
        }
    }

    /// `$(dirname "$0")`, `$(pwd)` and the like are known; everything else is as written.
    fn substitution(&self, text: &str, state: &State) -> String {
        self.path_of(text, state)
            .unwrap_or_else(|| format!("$({text})"))
    }

    fn path_of(&self, text: &str, state: &State) -> Option<String> {
        let script = bash::parse(text);
        let mut folder = state.folder.clone();
        let mut found = None;
        for step in &script.list {
            let [Node::Simple(simple)] = step.pipeline.as_slice() else {
                return None;
            };
            let words: Vec<String> = simple
                .words
                .iter()
                .flat_map(|word| self.expand(word, state))
                .collect();
            let operand = words.iter().skip(1).rfind(|word| !word.starts_with('-'));
            found = match words.first().map(String::as_str) {
                Some("cd") => {
                    folder = Some(join(folder.as_deref(), operand?)?);
                    None
                }
                Some("pwd") => Some(format!("/app/{}", folder.clone()?)),
                Some("dirname") => {
                    let path = join(folder.as_deref(), operand?)?;
                    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
                    Some(format!("/app/{parent}"))
                }
                Some("readlink" | "realpath" | "which" | "command") => Some(operand?.clone()),
                _ => return None,
            };
        }
        found.filter(|path| !is_open(path))
    }
}

/// `${NAME[@]}`.
fn is_list(one: &Parameter) -> bool {
    matches!(one.index.as_deref(), Some("@" | "*")) && one.operator.is_empty()
}

/// `{a,b}.js` is two words; what has no comma between its braces stays as it is.
fn braces(text: &str) -> Vec<String> {
    let alternatives = || {
        let (before, rest) = text.split_once('{')?;
        let (inside, after) = rest.split_once('}')?;
        let plain = !inside.contains('{') && inside.contains(',') && !before.ends_with('$');
        plain.then_some((before, inside, after))
    };
    match alternatives() {
        Some((before, inside, after)) => inside
            .split(',')
            .flat_map(|one| braces(&format!("{before}{one}{after}")))
            .collect(),
        None => vec![text.to_owned()],
    }
}
