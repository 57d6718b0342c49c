//! Names that a file has without importing each: fields of objects that it makes or is handed, members of Java's
//! classes that stand alone, and what the files of a Go package share.

use std::collections::BTreeMap;

use super::{Seen, Sources, Table};
use crate::code::{Code, Expr, Language, ScopeKind};

impl Seen<'_> {
    /// `settings.key`, where `settings` is an object of a class or what a function gives: `new Settings()`, `load()`,
    /// or an object that is called after its class, as those are that a framework hands over.
    pub(super) fn of_object(&self, name: &str, code: &Code) -> Option<&Expr> {
        let (object, key) = name.rsplit_once('.')?;
        let of = |class: &str| self.get(&format!("{class}.{key}"));
        match code.language {
            // `Constants.Jwt.KEY` is the field of `Jwt`.
            Language::Java => return of(object.rsplit_once('.')?.1),
            Language::JavaScript | Language::Python | Language::Php => {}
            Language::Go | Language::Ruby => return None,
        }
        if let Some(made) = object.strip_suffix("()") {
            return of(made);
        }
        let mut made = code.assignments.iter().filter(|one| one.target == object);
        if let Some(one) = made.next() {
            let callee = one.value.callee().filter(|_| made.next().is_none())?;
            return of(callee).or_else(|| of(&format!("{callee}()")));
        }
        let last = object.rsplit('.').next().unwrap_or(object);
        let first = last.chars().next()?.to_ascii_uppercase();
        let class = format!("{first}{}", last.get(1..)?);
        of(&class).filter(|_| code.language == Language::JavaScript && class != last)
    }

    /// Names of Java's classes that stand alone in a file: those of static imports and of what its classes extend.
    pub(super) fn take_members(&mut self, code: &Code, global: &Table) {
        let mut add = |class: &str, wanted: &str| {
            let start = format!("{class}.");
            for (name, value) in global.range(start.clone()..) {
                let Some(field) = name.strip_prefix(&start) else {
                    return;
                };
                if wanted == "*" || wanted == field {
                    let value = value.clone();
                    self.names.entry(field.to_owned()).or_insert(value);
                }
            }
        };
        for import in &code.imports {
            for wanted in &import.names {
                let whole = import.module.as_str();
                let class = whole.strip_suffix(wanted.as_str()).unwrap_or(whole);
                add(last_part(class.trim_end_matches('.')), wanted);
            }
        }
        for scope in &code.scopes {
            if let ScopeKind::Class { bases, .. } = &scope.kind {
                for base in bases {
                    add(last_part(base), "*");
                }
            }
        }
    }
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// What the files of each Go package declare for one another, by their folder.
pub(super) fn packages<'s>(sources: &'s Sources, tables: &[Table]) -> BTreeMap<&'s str, Table> {
    let mut found: BTreeMap<&str, Table> = BTreeMap::new();
    for (code, table) in sources.files.iter().zip(tables) {
        if code.language == Language::Go && !code.path.ends_with("_test.go") {
            let names = found.entry(code.folder()).or_default();
            for (name, value) in table.iter().filter(|(name, _)| !name.contains('.')) {
                names.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
    }
    found
}
