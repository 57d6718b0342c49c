//! Functions of the app's own that read the variable which they are given the name of: `getEnv("PORT", "8080")`.
//!
//! Calls of such a function are read as what they are, an environment variable with a default. A function counts if
//! its name speaks of the environment and it asks for a variable whose name is no literal; where several have the
//! name, all of them must.

use std::collections::BTreeSet;

use super::Sources;
use crate::code::{Call, Code, EnvRead, Expr, Language, ScopeKind};

/// A variable of which a program does not tell the name.
const ANY: &str = "*";
/// A reader calls another one (`getEnvInt`, `getEnv`).
const STEPS: usize = 3;

/// Reads all code as if the calls of such functions were reads of the environment.
pub(super) fn apply(sources: &mut Sources) {
    for language in [
        Language::Go,
        Language::Python,
        Language::JavaScript,
        Language::Php,
    ] {
        let readers = of(sources, language);
        if readers.is_empty() {
            continue;
        }
        for code in sources
            .files
            .iter_mut()
            .filter(|code| code.language == language)
        {
            rewrite(code, &readers);
        }
    }
}

/// The names of the functions of a language that are readers.
fn of(sources: &Sources, language: Language) -> BTreeSet<String> {
    let files = || {
        sources
            .files
            .iter()
            .filter(move |code| code.language == language)
    };
    let mut readers: BTreeSet<String> = BTreeSet::new();
    for _ in 0..STEPS {
        let mut found: BTreeSet<String> = BTreeSet::new();
        let mut others: BTreeSet<String> = BTreeSet::new();
        for code in files() {
            for (at, scope) in code.scopes.iter().enumerate() {
                let ScopeKind::Function { name } = &scope.kind else {
                    continue;
                };
                if !name.to_ascii_lowercase().contains("env") {
                    continue;
                }
                let kind = if asks(code, at, &readers) {
                    &mut found
                } else {
                    &mut others
                };
                kind.insert(name.clone());
            }
        }
        let next: BTreeSet<String> = found.difference(&others).cloned().collect();
        if next == readers {
            break;
        }
        readers = next;
    }
    readers
}

/// Whether a function asks for a variable by a name that it was given.
fn asks(code: &Code, function: usize, readers: &BTreeSet<String>) -> bool {
    let inside = |scope: usize| code.enclosing_function(scope) == Some(function);
    let by_call = code.calls.iter().any(|call| {
        let reads = matches!(
            call.callee.as_str(),
            "os.Getenv" | "os.LookupEnv" | "os.getenv" | "os.environ.get" | "getenv" | "env"
        ) || readers.contains(call.method());
        reads && inside(call.scope) && matches!(call.positional(0), Some(Expr::Name(_)))
    });
    by_call
        || code
            .reads
            .iter()
            .any(|read| read.name == ANY && inside(read.scope))
}

fn rewrite(code: &mut Code, readers: &BTreeSet<String>) {
    let found: Vec<EnvRead> = code
        .calls
        .iter()
        .filter_map(|call| read(call, readers))
        .collect();
    let mut reads = std::mem::take(&mut code.reads);
    // What the function itself reads is known now.
    let in_reader = |scope: usize| {
        code.function(scope)
            .is_some_and(|name| readers.contains(name))
    };
    reads.retain(|one| one.name != ANY || !in_reader(one.scope));
    reads.extend(found);
    code.reads = reads;
    for call in &mut code.calls {
        for argument in &mut call.arguments {
            settle(&mut argument.value, readers);
        }
    }
    for one in &mut code.assignments {
        settle(&mut one.value, readers);
    }
}

fn read(call: &Call, readers: &BTreeSet<String>) -> Option<EnvRead> {
    let name = variable(&call.callee, call.positional(0), readers)?;
    Some(EnvRead {
        name: name.to_owned(),
        has_default: call.arguments.len() > 1,
        required: false,
        line: call.line,
        scope: call.scope,
    })
}

/// The variable that a call of a reader asks for.
fn variable<'a>(
    callee: &str,
    first: Option<&'a Expr>,
    readers: &BTreeSet<String>,
) -> Option<&'a str> {
    let function = callee.rsplit('.').next().unwrap_or(callee);
    let name = first?.text().filter(|_| readers.contains(function))?;
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    (!name.is_empty() && name.bytes().all(plain)).then_some(name)
}

fn settle(value: &mut Expr, readers: &BTreeSet<String>) {
    value.walk_mut(&mut |part| {
        let Expr::Call { callee, arguments } = part else {
            return;
        };
        let first = arguments.first().map(|argument| &argument.value);
        let Some(name) = variable(callee, first, readers).map(str::to_owned) else {
            return;
        };
        let default = arguments.get(1);
        let default = default.map(|argument| Box::new(argument.value.clone()));
        *part = Expr::Env { name, default };
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::parse;

    fn read(files: &[(&str, Language, &str)]) -> Sources {
        let mut sources = Sources::default();
        let parsed = files
            .iter()
            .map(|(path, language, text)| parse(path, *language, text));
        sources.files = parsed.collect();
        apply(&mut sources);
        sources
    }

    fn names(sources: &Sources) -> Vec<&str> {
        let reads = sources.files.iter().flat_map(|code| &code.reads);
        reads.map(|read| read.name.as_str()).collect()
    }

    #[test]
    fn calls_of_readers_are_reads() {
        let go = "package cmd\nfunc Env(name, fallback string) string {\n \
                  if v, ok := os.LookupEnv(name); ok { return v }\n \
                  return fallback\n}\nfunc EnvInt(name string, d int) int { return atoi(Env(name, \"\")) }\n";
        let main = "package main\nfunc main() {\n addr := cmd.Env(\"SHOP_PORT\", \"4000\")\n \
                    n := cmd.EnvInt(\"N\", 2)\n}\n";
        let sources = read(&[
            ("cmd/env.go", Language::Go, go),
            ("main.go", Language::Go, main),
        ]);
        let values: Vec<_> = sources
            .files
            .iter()
            .flat_map(|code| &code.assignments)
            .map(|one| &one.value)
            .collect();
        assert!(
            values.iter().any(|value| value.reads("SHOP_PORT")),
            "{values:?}"
        );
        assert!(values.iter().any(|value| value.reads("N")), "{values:?}");
        assert_eq!(names(&sources), ["SHOP_PORT", "N"]);
    }

    #[test]
    fn computed_reads_elsewhere_stay() {
        let js = "function getEnv(key, other) { return process.env[key] ?? other; }\nconst p = getEnv('PORT', 3000);\n\
                  const all = process.env[x];\n";
        let sources = read(&[("a.js", Language::JavaScript, js)]);
        assert_eq!(names(&sources), [ANY, "PORT"]);
    }

    #[test]
    fn a_function_with_another_purpose_is_no_reader() {
        let go = "package a\nfunc envelope(name string) string { return name }\n\
                  func main() { x := envelope(\"PORT\") }\n";
        let sources = read(&[("a.go", Language::Go, go)]);
        assert!(sources.files.iter().all(|code| code.reads.is_empty()));
    }
}
