//! Which paths do the words of a shell script come to?
//!
//! Assignments, `for` over words and `cd` are followed as far as their words are known: `D=node_modules; cat $D/a.md`.
//! Branches count as if all of them were taken, one after another.

use std::collections::BTreeMap;

use crate::index::{join, parent};

/// More values of one word are not followed.
const MOST: usize = 32;
/// Longer words are no path, in bytes: a line that doubles a variable would take all memory.
const LONGEST: usize = 1_024;
/// Variables in one word that are followed.
const MOST_VARIABLES: usize = 16;

/// Whether a file is a script of a shell, by its ending or its first line.
pub(crate) fn is_script(path: &str, text: &[u8]) -> bool {
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_named = [".sh", ".bash"].iter().any(|end| path.ends_with(end));
    is_named || first.starts_with(b"#!") && first.trim_ascii_end().ends_with(b"sh")
}

/// Calls `found` with each word that may be a path, seen from the app's folder, and where its line begins.
pub(crate) fn words(path: &str, text: &str, mut found: impl FnMut(&str, usize)) {
    let mut shell = Shell {
        values: BTreeMap::new(),
        folder: String::new(),
        own: parent(path),
    };
    let mut at = 0;
    for line in text.split('\n') {
        let start = at;
        at += line.len() + 1;
        if line.trim_start().starts_with('#') {
            continue;
        }
        for command in line.split([';', '|', '&', '(', ')', '`']) {
            shell.command(command, &mut |word| found(word, start));
        }
    }
}

struct Shell<'p> {
    values: BTreeMap<String, Vec<String>>,
    /// Where the commands run, from the app's folder.
    folder: String,
    /// The folder of the script.
    own: &'p str,
}

impl Shell<'_> {
    fn command(&mut self, command: &str, found: &mut dyn FnMut(&str)) {
        const BEFORE: &[&str] = &[
            "do", "then", "else", "exec", "export", "local", "readonly", "time", "if", "while",
        ];
        let mut words = command
            .split_whitespace()
            .skip_while(|word| BEFORE.contains(word))
            .peekable();
        while let Some((name, value)) = words.peek().and_then(|word| assignment(word)) {
            let values = self.expand(value);
            for value in &values {
                self.path(value, found);
            }
            self.values.insert(name.to_owned(), values);
            words.next();
        }
        match words.peek().copied() {
            Some("for") => {
                let name = words.nth(1).unwrap_or_default().to_owned();
                let values = words.skip(1).flat_map(|word| self.expand(word));
                let values = values.take(MOST).collect();
                self.values.insert(name, values);
            }
            Some("cd" | "pushd") => {
                let to = words.nth(1).unwrap_or_default();
                self.folder = match self.expand(to).first() {
                    Some(to) => join(&self.folder, to).unwrap_or_default(),
                    // `cd "$(dirname "$0")"`
                    None => self.own.to_owned(),
                };
                if self.folder.len() > LONGEST {
                    self.own.clone_into(&mut self.folder);
                }
            }
            _ => {
                for word in words.flat_map(|word| self.expand(word)) {
                    self.path(&word, found);
                }
            }
        }
    }

    fn path(&self, word: &str, found: &mut dyn FnMut(&str)) {
        for part in word
            .split([':', ',', '='])
            .filter(|part| part.contains(['/', '.']))
        {
            found(part);
            if !self.folder.is_empty()
                && !part.starts_with('/')
                && let Some(path) = join(&self.folder, part)
            {
                found(&path);
            }
        }
    }

    /// What a word comes to; nothing where a part of it is unknown.
    fn expand(&self, word: &str) -> Vec<String> {
        let word = word.trim_matches(['"', '\'']);
        let variables = word
            .bytes()
            .filter(|byte| *byte == b'$')
            .take(MOST_VARIABLES + 1);
        if word.len() > LONGEST || variables.count() > MOST_VARIABLES {
            return Vec::new();
        }
        let Some((before, rest)) = word.split_once('$') else {
            return vec![word.replace(['"', '\''], "")];
        };
        let (name, default, after) = if let Some(inside) = rest.strip_prefix('{') {
            let (inside, after) = inside.split_once('}').unwrap_or((inside, ""));
            let (name, default) = inside.split_once([':', '-']).unwrap_or((inside, ""));
            (name, default.trim_start_matches(['-', '=']), after)
        } else {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
            (name, "", after)
        };
        let default = [default.to_owned()];
        let values = match self.values.get(name) {
            Some(values) => values.as_slice(),
            None if default[0].is_empty() => &[],
            None => &default,
        };
        let after = self.expand(after);
        let before = before.replace(['"', '\''], "");
        let whole = values
            .iter()
            .flat_map(|value| after.iter().map(move |after| (value, after)));
        whole
            .take(MOST)
            .map(|(value, after)| format!("{before}{value}{after}"))
            .filter(|word| word.len() <= LONGEST)
            .collect()
    }
}

/// `NAME=value` of one word.
fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let is_name = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && !name.is_empty()).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::words;

    fn all(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        words("bin/run.sh", text, |word, _| found.push(word.to_owned()));
        found
    }

    #[test]
    fn variables_loops_and_folders_are_followed() {
        assert_eq!(all("D=lib; K=kit\ncat $D/${K}/a.md"), ["lib/kit/a.md"]);
        assert_eq!(
            all("cd lib/kit && for d in docs test; do cat \"$d\"/*; done"),
            ["docs/*", "lib/kit/docs/*", "test/*", "lib/kit/test/*"]
        );
        assert_eq!(
            all("T=target\nexec java -cp $T/a:$T/b A"),
            ["target/a", "target/b"]
        );
        assert_eq!(all("cat ${D:-lib}/a.md"), ["lib/a.md"]);
        assert_eq!(all("cat $1/a.md $(dirname $0)/b # lib/c"), ["/b", "lib/c"]);
        assert!(all("# cat lib/a.md").is_empty());
    }

    #[test]
    fn bombs_are_left_alone() {
        let doubled = "A=\"$A$A/x\"\n".repeat(64);
        assert!(
            all(&format!("A=lib/x\n{doubled}cat $A"))
                .iter()
                .all(|word| word.len() <= 1_100)
        );
        assert!(all(&"$A".repeat(200_000)).is_empty());
        assert!(all(&"cd a\n".repeat(200_000)).is_empty());
    }
}
