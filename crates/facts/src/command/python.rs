//! Commands that the app's own Python runs when a process starts: a management command of Django, a script that a
//! command names, and the hooks in a configuration of gunicorn.
//!
//! Only what runs at each start is followed: calls at the top of a script, in the entry of a command or hook, and in
//! the functions that those call, a few modules deep. What stands below a condition is left out.

use std::collections::BTreeSet;

use slugsmith_ecosystems::python;

use super::files::{Files, join};
use super::next::Next;
use super::{Command, Need};
use crate::code::{self, Branch, Call, Code, Expr, Language, ScopeKind, branch};

/// Functions that call functions of other modules are followed this many levels deep.
const DEPTH: usize = 4;
/// More folders than this are not searched for a management command.
const FOLDERS: usize = 400;

/// Functions of gunicorn's configuration that run while it starts.
const HOOKS: &[&str] = &[
    "on_starting",
    "when_ready",
    "pre_fork",
    "post_fork",
    "post_worker_init",
];
/// Where a management command begins.
const ENTRIES: &[&str] = &["handle", "handle_noargs", "execute"];

pub(super) fn leads(files: &dyn Files, command: &Command) -> Vec<Next> {
    let mut reader = Reader {
        files,
        folder: command.folder.clone(),
        seen: BTreeSet::new(),
        found: Vec::new(),
    };
    if let Some(name) = management_command(&command.words) {
        if let Some(path) = find(files, command.folder.as_deref(), name) {
            reader.read(&path, ENTRIES, 0);
        }
    } else if command.program() == "gunicorn" {
        let path = super::needs::of(command)
            .into_iter()
            .find_map(|need| match need {
                Need::File(path) => command.in_app(&path),
                _ => None,
            });
        if let Some(path) = path.or_else(|| command.in_app("gunicorn.conf.py")) {
            reader.read(&path, HOOKS, 0);
        }
    } else if command.program().starts_with("python") {
        let script = super::needs::of(command)
            .into_iter()
            .find_map(|need| match need {
                Need::Script {
                    path,
                    language: "Python",
                } => command.in_app(&path),
                _ => None,
            });
        if let Some(path) = script {
            reader.read(&path, &[], 0);
        }
    }
    reader.found
}

/// `NAME` of `manage.py NAME` and `django-admin NAME`.
#[must_use]
pub fn management_command(words: &[String]) -> Option<&str> {
    let first = words.first()?.as_str();
    let program = first.rsplit('/').next().unwrap_or(first);
    let is_script = |word: &String| word.rsplit('/').next() == Some("manage.py");
    let at = if program == "manage.py" || program.starts_with("django-admin") {
        1
    } else if program.starts_with("python") {
        words.iter().position(is_script)? + 1
    } else {
        return None;
    };
    let name = words.get(at)?.as_str();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    (!name.starts_with('-') && name.chars().all(plain)).then_some(name)
}

/// The file of a management command in one of the app's packages.
fn find(files: &dyn Files, folder: Option<&str>, name: &str) -> Option<String> {
    let mut pending = vec![(folder?.to_owned(), 0)];
    let mut visited = 0;
    while let Some((folder, depth)) = pending.pop() {
        visited += 1;
        if visited > FOLDERS {
            return None;
        }
        let path = join(Some(&folder), &format!("management/commands/{name}.py"))?;
        if files.has_file(&path) {
            return Some(path);
        }
        let below = files.names(&folder).into_iter().filter(|name| {
            depth < 4
                && !name.contains('.')
                && !matches!(
                    name.as_str(),
                    "node_modules" | "static" | "templates" | "venv"
                )
        });
        pending.extend(below.filter_map(|name| Some((join(Some(&folder), &name)?, depth + 1))));
    }
    None
}

struct Reader<'f> {
    files: &'f dyn Files,
    folder: Option<String>,
    seen: BTreeSet<(String, String)>,
    found: Vec<Next>,
}

impl Reader<'_> {
    /// Reads a file from some of its functions; without any from what stands in none.
    fn read(&mut self, path: &str, functions: &[&str], depth: usize) {
        let text = if depth <= DEPTH {
            self.files.text(path)
        } else {
            None
        };
        let Some(text) = text else { return };
        let code = code::parse(path, Language::Python, &text);
        if functions.is_empty() {
            self.function(&code, None, depth);
        }
        for function in functions {
            self.function(&code, Some(function), depth);
        }
    }

    fn function(&mut self, code: &Code, function: Option<&str>, depth: usize) {
        let key = (code.path.clone(), function.unwrap_or_default().to_owned());
        if depth > DEPTH || !self.seen.insert(key) {
            return;
        }
        let own = |call: &&Call| code.function(call.scope) == function && runs(code, call.scope);
        for call in code.calls.iter().filter(own) {
            if let Some(text) = command_of(code, call) {
                self.found.push(Next::line(
                    &text,
                    &code.path,
                    call.line,
                    self.folder.clone(),
                ));
                continue;
            }
            let plain = call.callee.strip_prefix("self.").unwrap_or(&call.callee);
            let is_own = code
                .scopes
                .iter()
                .any(|scope| matches!(&scope.kind, ScopeKind::Function { name } if name == plain));
            if is_own {
                self.function(code, Some(plain), depth + 1);
            } else if let Some((path, name)) = self.imported(code, plain) {
                self.read(&path, &[name.as_str()], depth + 1);
            }
        }
    }

    /// The file and the name of a function that an import brings: `tasks.run` and `run`.
    fn imported(&self, code: &Code, callee: &str) -> Option<(String, String)> {
        let (holder, name) = callee.rsplit_once('.').unwrap_or(("", callee));
        let bound = if holder.is_empty() { name } else { holder };
        let import = code.imports.iter().find(|import| {
            import.names.iter().any(|known| known == bound) || import.module == holder
        })?;
        let module = if holder.is_empty() || import.module == holder {
            import.module.clone()
        } else {
            format!("{}.{holder}", import.module.trim_end_matches('.'))
        };
        let own = self.folder.as_deref()?;
        let (root, below) = python::modules::relative(&code.path, &module)
            .unwrap_or_else(|| (own, module.replace('.', "/")));
        let paths = python::modules::files(&below).map(|path| join(Some(root), &path));
        let mut paths = paths.into_iter().flatten();
        let path = paths.find(|path| self.files.has_file(path))?;
        Some((path, name.to_owned()))
    }
}

/// Whether a scope runs whenever what is around it does. `if __name__ == "__main__"` is how scripts begin.
fn runs(code: &Code, scope: usize) -> bool {
    let plain = code.around(scope).all(|scope| match &scope.kind {
        ScopeKind::Branch { condition, holds } => *holds && condition.contains("__main__"),
        ScopeKind::Loop => false,
        _ => true,
    });
    plain && branch(code, scope) != Branch::Development
}

/// The command line that a call starts.
fn command_of(code: &Code, call: &Call) -> Option<String> {
    let module = |name: &str| {
        let of = call.receiver();
        of == name || of.is_empty() && code.imports(name)
    };
    let first = |at: usize| call.positional(at).and_then(line);
    match call.method() {
        "call_command" => Some(format!("python manage.py {}", arguments(call)?)),
        "run" | "call" | "check_call" | "check_output" if module("subprocess") => first(0),
        "Popen" if module("subprocess") => Some(format!("{} &", first(0)?)),
        "system" | "popen" if module("os") => first(0),
        "execvp" | "execv" | "execvpe" | "execve" if module("os") => first(1),
        _ => None,
    }
}

/// The words of `call_command("migrate", "--noinput")`.
fn arguments(call: &Call) -> Option<String> {
    let given = call
        .arguments
        .iter()
        .filter(|argument| argument.name.is_none());
    let words: Option<Vec<&str>> = given.map(|argument| argument.value.text()).collect();
    words
        .filter(|words| !words.is_empty())
        .map(|words| words.join(" "))
}

/// The words of a list, or a text that a shell takes.
fn line(value: &Expr) -> Option<String> {
    match value {
        Expr::List(words) => {
            let word = |word: &Expr| match word {
                Expr::Text(text) if text.contains([' ', '$', '&', ';', '|']) => {
                    Some(format!("'{text}'"))
                }
                Expr::Text(text) => Some(text.clone()),
                Expr::Name(name) if name == "sys.executable" => Some("python".to_owned()),
                _ => None,
            };
            let known: Vec<String> = words.iter().map_while(word).collect();
            (!known.is_empty()).then(|| known.join(" "))
        }
        // `["pip", "install"] + more`
        Expr::Join(parts) => match parts.first() {
            Some(list @ Expr::List(_)) => line(list),
            _ => value.whole_text().map(std::borrow::Cow::into_owned),
        },
        other => other.text().map(str::to_owned),
    }
}
