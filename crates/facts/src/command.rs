//! The commands of a process: every program that a start command leads to, with its working
//! folder, its environment and the place where it is written.
//!
//! A Procfile line is often only a door: `cd api && npm start`, `bin/start`, `foreman start`.
//! [`follow()`] goes through the grammar of bash, through wrappers such as `bundle exec`, and
//! through the files that programs run in turn: package.json and composer.json scripts, shell
//! scripts, Makefiles, Procfiles, pm2 and supervisor files. Strip, stack, audit and boot ask
//! this one module.

mod daemons;
mod effects;
mod files;
mod follow;
mod launchers;
mod needs;
mod next;
mod packages;
mod python;
mod recipes;
mod wrappers;

use slugsmith_finding::LineSpan;

pub use files::{AppFolder, Files, join};
pub use needs::Need;
pub use next::is_shell;
pub use python::management_command;

/// One program that runs, as far as the text says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // independent facts, each decides for itself
pub struct Command {
    /// As written, with assignments and wrappers.
    pub text: String,
    /// File in which it is written; relative to the app.
    pub path: String,
    /// 1-based; 0 if the format has no useful lines.
    pub line: LineSpan,
    /// Program and arguments, without assignments and wrappers. What only a run can tell is
    /// as written: `$PORT`, `$(nproc)`.
    pub words: Vec<String>,
    /// Programs in front of it that start it (`bundle`, `bin/start-nginx`), outermost first.
    pub wrappers: Vec<String>,
    /// Working folder relative to the app, empty for its root; `None` if it can't be known.
    pub folder: Option<String>,
    /// Variables that the commands around it set, in order; values as in `words`.
    pub environment: Vec<(String, String)>,
    /// What it runs by a name that the file with such names does not have.
    pub missing: Option<Missing>,
    /// It ends in `&`: what follows does not wait for it.
    pub background: bool,
    /// It runs in a branch, a function, or only if another command fails.
    pub conditional: bool,
    /// Its failure does not end the process: the shell goes on behind it.
    pub survived: bool,
    /// What its redirections and wrappers need: files that are read, folders of those that are written.
    pub redirected: Vec<Need>,
    /// A command before it may make files, so that what is not there now may be there then.
    pub prepared: bool,
}

/// A script of package.json, or a target of a Makefile, that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// `script` or `target`.
    pub kind: &'static str,
    pub name: String,
    /// The file that would have it, relative to the app.
    pub file: String,
}

/// Where a command line is written, and how it starts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Start {
    pub text: String,
    pub path: String,
    /// 1-based, or 0.
    pub line: LineSpan,
    /// Relative to the app; `None` if it can't be known.
    pub folder: Option<String>,
}

impl Start {
    /// A command line that starts at the root of the app.
    #[must_use]
    pub fn at_root(text: &str, path: &str, line: impl Into<LineSpan>) -> Self {
        Self {
            text: text.to_owned(),
            path: path.to_owned(),
            line: line.into(),
            folder: Some(String::new()),
        }
    }
}

impl Command {
    /// The first simple command of a text at the root of the app, without following anything.
    #[must_use]
    pub fn written(text: &str, path: &str, line: impl Into<LineSpan>) -> Self {
        let line = line.into();
        let start = Start::at_root(text, path, line);
        let first = follow::alone(&start).into_iter().next();
        Self {
            text: text.to_owned(),
            path: path.to_owned(),
            line,
            folder: start.folder,
            ..first.unwrap_or_default()
        }
    }

    /// Program and arguments, without assignments and wrappers.
    #[must_use]
    pub fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    /// Name of the program without its folder.
    #[must_use]
    pub fn program(&self) -> &str {
        let first = self.words.first().map_or("", String::as_str);
        first.rsplit('/').next().unwrap_or(first)
    }

    /// What has to be there for the command to run: files, modules, scripts.
    #[must_use]
    pub fn needs(&self) -> Vec<Need> {
        let mut found = needs::of(self);
        found.extend(self.redirected.iter().cloned());
        found
    }

    /// A path of its words relative to the app; `None` where it leads out or is not known.
    #[must_use]
    pub fn in_app(&self, path: &str) -> Option<String> {
        join(self.folder.as_deref(), path)
    }
}

/// Everything that a command line runs, in the order of the text.
#[must_use]
pub fn follow(files: &dyn Files, start: &Start) -> Vec<Command> {
    follow::all(files, start)
}

/// Everything that a program leads to which is started without a shell, as the processes of
/// a `launch.toml` are.
#[must_use]
pub fn follow_words(files: &dyn Files, words: &[String], start: &Start) -> Vec<Command> {
    follow::direct(files, words, start)
}

/// The commands of a script, without following any.
#[must_use]
pub fn of_script(path: &str, text: &str) -> Vec<Command> {
    follow::alone(&Start::at_root(text, path, 1))
}

/// The words of a command without what only wraps it.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    Command::written(text, "", 0).words
}

/// Whether a word depends on what only a run can tell.
#[must_use]
pub fn is_open(word: &str) -> bool {
    word.contains(['$', '*', '?', '`'])
}

#[cfg(test)]
mod tests;
