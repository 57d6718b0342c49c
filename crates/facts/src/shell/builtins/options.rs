//! Builtins of options, traps and arguments, and those that ask or set what only a run can tell.

use super::super::Trouble;
use super::super::assigned;
use super::super::run::Shell;
use super::super::state::{Text, Value};
use crate::bash::{self, Simple};

impl Shell<'_> {
    pub(in super::super) fn shift(&mut self, words: &[Text]) {
        let count: Option<usize> = words
            .first()
            .map_or(Some(1), |word| word.get()?.parse().ok());
        match (&mut self.state.arguments, count) {
            (Some(arguments), Some(count)) if count <= arguments.len() => {
                arguments.drain(..count);
            }
            // More than there are: all of them stay.
            (Some(_), Some(_)) => self.state.status = Some(1),
            (arguments, _) => {
                *arguments = None;
                self.state.status = None;
            }
        }
    }

    /// `let`: each word is an expression, and the last one counts.
    pub(in super::super) fn evaluates(&mut self, words: &[Text]) {
        for word in words {
            let value = word.get().map(|text| self.arithmetic(text));
            self.state.status = match value {
                Some(Ok(value)) => value.map(|value| i32::from(value == 0)),
                Some(Err(_)) => Some(1),
                None => {
                    self.forget_assigned_in(&word.text);
                    None
                }
            };
        }
    }

    /// `read` and what else sets the variables that it names to what only a run can tell.
    pub(in super::super) fn reads(&mut self, words: &[Text]) {
        self.state.status = None;
        let names: Vec<String> = words
            .iter()
            .filter_map(Text::get)
            .map(|word| word.split('[').next().unwrap_or_default())
            .filter(|word| bash::is_name(word))
            .map(str::to_owned)
            .collect();
        for name in names {
            self.assign(&name, Value::Open, false);
        }
    }

    pub(in super::super) fn options(&mut self, words: &[Text], simple: &Simple) {
        let mut words = words.iter();
        let mut strict: Vec<String> = Vec::new();
        while let Some(word) = words.next() {
            let Some(text) = word.get() else {
                self.note(Trouble::RunsCode(simple.source.clone()));
                return;
            };
            let (on, letters) = match (text.strip_prefix('-'), text.strip_prefix('+')) {
                (Some("-"), _) => {
                    self.state.arguments = Some(words.cloned().collect());
                    return;
                }
                (Some(letters), _) => (true, letters),
                (_, Some(letters)) => (false, letters),
                _ => {
                    let mut arguments = vec![word.clone()];
                    arguments.extend(words.cloned());
                    self.state.arguments = Some(arguments);
                    return;
                }
            };
            let before = self.state.options;
            let mut shown = text.to_owned();
            for letter in letters.chars() {
                match letter {
                    'a' => self.state.options.all_export = on,
                    'u' => self.state.options.no_unset = on,
                    'e' => self.state.options.error_exit = on,
                    'o' => {
                        let name = words.next().and_then(|word| word.get()).unwrap_or_default();
                        self.option(name, on);
                        shown = format!("{shown} {name}");
                    }
                    _ => {}
                }
            }
            let after = self.state.options;
            // What was on before has a note of its own.
            if (after.error_exit && !before.error_exit) || (after.no_unset && !before.no_unset) {
                strict.push(shown.trim_end().to_owned());
            }
        }
        if !strict.is_empty() {
            self.note(Trouble::Strict(strict.join(" ")));
        }
    }

    /// An option by its long name.
    fn option(&mut self, name: &str, on: bool) {
        match name {
            "allexport" => self.state.options.all_export = on,
            "nounset" => self.state.options.no_unset = on,
            "errexit" => self.state.options.error_exit = on,
            "pipefail" => self.state.options.pipe_fail = Some(on),
            _ => {}
        }
    }

    /// `shopt`: of its options those count that change what patterns fit and what a word runs.
    pub(in super::super) fn shell_options(&mut self, words: &[Text], simple: &Simple) {
        let (mut flags, mut names) = (String::new(), Vec::new());
        for word in words.iter().filter_map(Text::get) {
            match word.strip_prefix('-') {
                Some(more) => flags.push_str(more),
                None => names.push(word.to_owned()),
            }
        }
        let sets = flags.contains(['s', 'u']);
        for name in &names {
            let on = flags.contains('s');
            match name.as_str() {
                _ if !sets => self.state.status = None,
                "extglob" => self.state.options.extended = Some(on),
                "nocasematch" => self.state.options.ignores_case = Some(on),
                // An alias is text, which is put in before anything is read.
                "expand_aliases" if on => self.note(Trouble::RunsCode(simple.source.clone())),
                name if flags.contains('o') => self.option(name, on),
                _ => {}
            }
        }
    }

    /// A trap of the shell's own events runs its code nobody knows how often.
    pub(in super::super) fn trap(&mut self, words: &[Text], simple: &Simple) {
        let mut words = words.iter().map(|word| word.text.as_str()).peekable();
        let _ = words.next_if(|word| *word == "--");
        let code = words.next().unwrap_or_default();
        let of_shell = |signal: &str| {
            let signal = signal.to_ascii_uppercase();
            let name = signal.strip_prefix("SIG").unwrap_or(&signal);
            matches!(name, "ERR" | "DEBUG" | "RETURN")
        };
        if matches!(code, "" | "-") || !words.any(of_shell) {
            return;
        }
        self.note(Trouble::RunsCode(simple.source.clone()));
        let list = bash::parse(code).list;
        for name in assigned::names(&list, &self.state.functions) {
            self.assign(&name, Value::Open, false);
            self.state.doubt(&name);
        }
    }

    /// `command -v` and `type`: what the shell itself runs is there, of programs only a run
    /// can tell.
    pub(in super::super) fn finds(&self, builtin: &str, words: &[Text]) -> Option<i32> {
        let is_question = builtin == "type"
            || words
                .first()
                .is_some_and(|word| matches!(word.get(), Some("-v" | "-V")));
        let mut names = words.iter().filter(|word| !word.text.starts_with('-'));
        let known = |word: &Text| {
            let name = word.get().unwrap_or_default();
            let is_function = self.state.functions.contains_key(name);
            bash::is_builtin(name) || (is_function && !self.state.doubtful.contains(name))
        };
        let only_options = words.iter().all(|word| word.text.starts_with('-'));
        // `type -P` and the like look for files alone.
        let plain = words
            .iter()
            .filter(|word| word.text.starts_with('-'))
            .all(|word| matches!(word.get(), Some("-v" | "-V" | "-t" | "-a")));
        (is_question && plain && !only_options && names.all(known)).then_some(0)
    }
}
