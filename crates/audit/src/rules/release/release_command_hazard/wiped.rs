//! Programs of the app that the release runs and that delete all rows.

use std::collections::BTreeSet;

use crate::rules::prelude::*;
use slugsmith_facts::beneath;
use slugsmith_facts::code::{self, Call, ScopeKind};
use slugsmith_facts::process::{Command, Runs};

/// A script that calls functions that call functions is followed this many levels deep.
const LEVELS: usize = 4;

/// What a program of the release leads to that empties a table or the database, by what the code itself says.
pub(super) fn find(facts: &Facts<'_>, release: &Runs) -> Option<Evidence> {
    release.commands.iter().find_map(|command| {
        let (path, entry) = program(facts, command)?;
        let code = parsed(facts, &path)?;
        let mut search = Search {
            facts,
            seen: BTreeSet::new(),
        };
        let found = match entry {
            Some(function) => search.function(&code, function, 0),
            None => search.at_top(&code),
        }?;
        let shown: String = command.text.chars().take(60).collect();
        let message = format!(
            "`{shown}` deletes all rows at every deploy: {}:{} `{}`.",
            found.path, found.line, found.callee
        );
        Some(
            Evidence::line(&command.path, command.line, message)
                .help("Let the release only add what is missing (upsert), and clear by hand when it is really meant."),
        )
    })
}

/// The file that a command runs, and the function of it that a framework calls.
fn program(facts: &Facts<'_>, command: &Command) -> Option<(String, Option<&'static str>)> {
    let words = command.words();
    let name = command.program();
    let plain = name.trim_end_matches(|one: char| one.is_ascii_digit() || one == '.');
    let script = || {
        let word = words.iter().skip(1).find(|word| !word.starts_with('-'))?;
        command.in_app(word)
    };
    match plain {
        "python" => {
            let path = script()?;
            let Some(task) = words.get(2).filter(|_| path.ends_with("manage.py")) else {
                return Some((path, None));
            };
            let own = format!("/management/commands/{task}.py");
            let mut paths = facts.sources.paths.iter();
            Some((
                paths.find(|path| path.ends_with(&own))?.clone(),
                Some("handle"),
            ))
        }
        "node" | "ruby" | "php" => {
            let path = script()?;
            Language::of(&path)?;
            Some((path, None))
        }
        "rails" | "rake" if words.contains(&"db:seed") => Some(("db/seeds.rb".to_owned(), None)),
        _ => {
            let path = command.in_app(words.first()?)?;
            Language::of(&path)?;
            Some((path, None))
        }
    }
}

struct Found {
    path: String,
    line: u32,
    callee: String,
}

struct Search<'a, 'f> {
    facts: &'a Facts<'f>,
    seen: BTreeSet<(String, String)>,
}

impl Search<'_, '_> {
    /// What runs as soon as the file is loaded.
    fn at_top(&mut self, code: &Code) -> Option<Found> {
        let calls = code
            .calls
            .iter()
            .filter(|call| code.function(call.scope).is_none());
        self.among(code, calls, 0)
    }

    fn function(&mut self, code: &Code, name: &str, level: usize) -> Option<Found> {
        if level > LEVELS || !self.seen.insert((code.path.clone(), name.to_owned())) {
            return None;
        }
        let calls = code
            .calls
            .iter()
            .filter(|call| code.function(call.scope) == Some(name));
        self.among(code, calls, level)
    }

    fn among<'c>(
        &mut self,
        code: &Code,
        calls: impl Iterator<Item = &'c Call>,
        level: usize,
    ) -> Option<Found> {
        for call in calls {
            // What is asked first may well be whether this is production.
            if is_guarded(code, call.scope) {
                continue;
            }
            if wipes(code, call) {
                return Some(Found {
                    path: code.path.clone(),
                    line: call.line.number(),
                    callee: call.callee.clone(),
                });
            }
            if call.callee.contains('.') {
                continue;
            }
            let is_own = code.scopes.iter().any(
                |scope| matches!(&scope.kind, ScopeKind::Function { name } if *name == call.callee),
            );
            let found = if is_own {
                self.function(code, &call.callee, level + 1)
            } else {
                self.imported(code, &call.callee, level + 1)
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// A function of another module of Python's.
    fn imported(&mut self, code: &Code, name: &str, level: usize) -> Option<Found> {
        if code.language != Language::Python {
            return None;
        }
        let names = |name: &str, names: &[String]| names.iter().any(|one| one == name);
        let import = code
            .imports
            .iter()
            .find(|import| names(name, &import.names))?;
        let module = import.module.trim_start_matches('.').replace('.', "/");
        let folder = code.folder();
        let path = [format!("{module}.py"), format!("{folder}/{module}.py")]
            .into_iter()
            .find(|path| self.facts.sources.has(path))?;
        let other = parsed(self.facts, &path)?;
        self.function(&other, name, level)
    }
}

/// Also code that no process reaches is read here, such as helpers of tests: the release reaches it.
fn parsed(facts: &Facts<'_>, path: &str) -> Option<Code> {
    let language = Language::of(path)?;
    let text = beneath::text_in(&facts.app.root, path).ok()?;
    (text.len() < 200_000).then(|| code::parse(path, language, &text))
}

/// A condition other than `__name__ == "__main__"`.
fn is_guarded(code: &Code, scope: usize) -> bool {
    let mut conditions = code
        .around(scope)
        .filter_map(|scope| scope.kind.condition());
    conditions.any(|condition| !condition.contains("__name__"))
}

/// Whether a call empties a table or the database, whatever is in it.
fn wipes(code: &Code, call: &Call) -> bool {
    let all = call.arguments.is_empty();
    let receiver = call.receiver();
    match code.language {
        Language::Python => match call.method() {
            "drop_all" => !receiver.is_empty(),
            // `Book.objects.all().delete()`, `db.session.query(Book).delete()`; with a filter it is not all.
            "delete" => {
                all && (receiver.ends_with(".objects.all()")
                    || receiver.ends_with("session.query()"))
                    || all && receiver.ends_with(".query") && receiver != "self.query"
            }
            _ => false,
        },
        Language::Ruby => {
            let model = receiver.starts_with(|first: char| first.is_ascii_uppercase())
                && receiver
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
            all && model && matches!(call.method(), "delete_all" | "destroy_all")
        }
        Language::JavaScript => match call.method() {
            "sync" => call.named("force") == Some(&Expr::Bool(true)),
            "dropDatabase" => !receiver.is_empty(),
            "deleteMany" => all || call.positional(0) == Some(&Expr::Object(Vec::new())),
            _ => false,
        },
        Language::Php => call.method() == "truncate" && all && !receiver.is_empty(),
        Language::Go | Language::Java => false,
    }
}
