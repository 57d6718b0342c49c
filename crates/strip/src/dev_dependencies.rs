//! Which dev dependencies does code need that runs in production?
//!
//! Follows the app's own modules from the files that its start commands name; what is
//! never reached from there (tests, build scripts) may require whatever it likes.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;

use super::facts::{Facts, Texts, in_packages};
use super::references::{self, Form};
use super::resolve::{Meaning, Resolver};
use super::start;
use slugsmith_facts::code::{self, Branch, Code, Language, branch};

/// A dev dependency that runs in production.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct NeededDevDependency {
    pub name: String,
    /// Relative to the app.
    pub path: String,
    /// 1-based.
    pub line: u32,
}

/// Dev dependencies of the app's own package.json that are loaded at run time, each with
/// its first place.
#[must_use]
pub fn needed(facts: &Facts<'_>, texts: &dyn Texts) -> Vec<NeededDevDependency> {
    let Some(Some(manifest)) = facts.manifests.get("") else {
        return Vec::new();
    };
    let dev: BTreeSet<&str> = manifest
        .dev_dependencies
        .difference(&manifest.dependencies)
        .map(String::as_str)
        .collect();
    if dev.is_empty() {
        return Vec::new();
    }
    let mut pending = entry_files(facts);
    let mut seen: BTreeSet<usize> = pending.iter().copied().collect();
    let mut needed: BTreeMap<String, NeededDevDependency> = BTreeMap::new();
    while let Some(number) = pending.pop() {
        let Some(path) = facts.index.path(number) else {
            continue;
        };
        let Some(text) = texts.text(path) else {
            continue;
        };
        let resolver = Resolver::new(facts, path);
        let loads = Loads::of(path, &text);
        references::literals(&text, |literal| {
            if literal.form != Form::Module {
                return;
            }
            if let Some(name) = dev.iter().find(|name| is_from(literal.text, name))
                && !is_optional(&text, literal.at)
                && !loads.is_of_development(literal.text)
            {
                needed
                    .entry((*name).to_owned())
                    .or_insert_with(|| NeededDevDependency {
                        name: (*name).to_owned(),
                        path: path.to_owned(),
                        line: references::line_of(&text, literal.at),
                    });
            }
            resolver.literal(&literal, &mut |meaning| {
                if let Meaning::File(file) = meaning
                    && is_app_code(facts, file)
                    && !seen.contains(&file)
                    && !loads.is_of_development(literal.text)
                {
                    seen.insert(file);
                    pending.push(file);
                }
            });
        });
    }
    needed.into_values().collect()
}

/// What a file loads, as its parser has it, once somebody asks.
struct Loads<'t> {
    path: &'t str,
    text: &'t [u8],
    code: OnceCell<Option<Code>>,
}

impl<'t> Loads<'t> {
    fn of(path: &'t str, text: &'t [u8]) -> Self {
        Self {
            path,
            text,
            code: OnceCell::new(),
        }
    }

    fn code(&self) -> Option<&Code> {
        let parse = || {
            let text = std::str::from_utf8(self.text).ok()?;
            Some(code::parse(self.path, Language::JavaScript, text))
        };
        self.code.get_or_init(parse).as_ref()
    }

    /// Whether each place that loads a module is one that only development reaches (`if (NODE_ENV === "development")`):
    /// neither the module nor what it loads in its turn is needed.
    fn is_of_development(&self, module: &str) -> bool {
        let Some(code) = self.code() else {
            return false;
        };
        let mut places = code
            .imports
            .iter()
            .filter(|import| import.module == module)
            .peekable();
        places.peek().is_some()
            && places.all(|import| branch(code, import.scope) == Branch::Development)
    }
}

fn entry_files(facts: &Facts<'_>) -> Vec<usize> {
    let resolver = Resolver::new(facts, "");
    let mut files = BTreeSet::new();
    for command in &facts.commands {
        for word in start::words(&command.text) {
            let literal = references::Literal {
                text: word,
                form: Form::Module,
                open: false,
                at: 0,
            };
            resolver.literal(&literal, &mut |meaning| {
                if let Meaning::File(file) = meaning
                    && is_app_code(facts, file)
                {
                    files.insert(file);
                }
            });
        }
    }
    files.into_iter().collect()
}

fn is_app_code(facts: &Facts<'_>, number: usize) -> bool {
    facts.index.path(number).is_some_and(|path| {
        !in_packages(path)
            && [".js", ".cjs", ".mjs", ".ts", ".tsx", ".jsx"]
                .iter()
                .any(|end| path.ends_with(end))
    })
}

fn is_from(specifier: &str, package: &str) -> bool {
    specifier
        .strip_prefix(package)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether the load is optional: in a `try`, behind a check of the environment, only for
/// types, or in a comment.
fn is_optional(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let near = before
        .get(before.len().saturating_sub(200)..)
        .unwrap_or_default();
    let line = before
        .rsplit(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default()
        .trim_ascii_start();
    line.starts_with(b"//")
        || line.starts_with(b"*")
        || opens_comment(line)
        || line.starts_with(b"import type")
        || [b"NODE_ENV".as_slice(), b"try {", b"try{", b"production"]
            .iter()
            .any(|mark| memmem::find(near, mark).is_some())
}

/// Whether a comment is open at the end of a line: `/** @import { A } from 'kit'`. No pattern of paths begins one.
fn opens_comment(line: &[u8]) -> bool {
    let open = memmem::rfind(line, b"/*");
    let is_comment = |at: &usize| {
        let before = line.get(..*at).unwrap_or_default().last();
        before.is_none_or(|byte| byte.is_ascii_whitespace() || b"([{,;=:".contains(byte))
    };
    open.filter(is_comment).is_some_and(|at| {
        line.get(at..)
            .is_some_and(|rest| memmem::find(rest, b"*/").is_none())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_in_a_comment_needs_nothing() {
        let is = |text: &str| is_optional(text.as_bytes(), text.len());
        for text in [
            "/** @import { A } from ",
            "let a = 1;\n  /** @type {import(",
            "const b = /** @type {import(",
            "f(/* a */ 1, /** @param {import(",
        ] {
            assert!(is(text), "{text}");
        }
        for text in [
            "/** @type {A} */ const a = require(",
            "glob('a/**/*.js').map(() => require(",
            "glob('/*').map(() => require(",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
