//! How do parsers fill a [`Code`]? One place for scopes and environment reads.

use slugsmith_finding::LineSpan;

use super::aliases::{self, Alias};
use super::{
    Argument, Assignment, Call, Code, EnvRead, Expr, Import, Language, Returned, Scope, ScopeKind,
};

/// Values nested deeper than this are [`Expr::Other`]: no rule looks that deep.
pub(super) const DEPTH: usize = 24;
/// A concatenation of so many parts is one flat join, not joins in joins.
pub(super) const LONG_CHAIN: usize = 8;
/// One of more parts is data.
pub(super) const MOST_PARTS: usize = 400;

/// Scopes within one another that are told apart; what is deeper stands in the last of them. Rules go outwards from
/// each call, so that a chain of thousands of `else if` would take its square.
const DEEPEST: usize = 100;

pub(super) struct Builder {
    pub(super) code: Code,
    pub(super) scope: usize,
    /// How many scopes are around each one of the file's.
    depths: Vec<usize>,
    /// Names of imports; [`Builder::finish`] reads the file by those of their modules.
    pub(super) aliases: Vec<Alias>,
}

impl Builder {
    pub(super) fn new(path: &str, language: Language) -> Self {
        Self {
            code: Code::new(path, language),
            scope: 0,
            depths: vec![0],
            aliases: Vec::new(),
        }
    }

    /// The file, when all of it was read.
    pub(super) fn finish(self) -> Code {
        let mut code = self.code;
        aliases::apply(&mut code, &self.aliases);
        code
    }

    /// A name that an import binds; of the module itself where nothing is exported by a name.
    pub(super) fn alias(&mut self, module: &str, exported: Option<String>, local: String) {
        self.aliases.push(Alias {
            local,
            exported,
            module: module.to_owned(),
        });
    }

    /// Opens a scope and gives the one to go back to.
    pub(super) fn open(&mut self, kind: ScopeKind, line: u32) -> usize {
        let outer = self.scope;
        let depth = self.depths.get(outer).map_or(1, |depth| depth + 1);
        if depth > DEEPEST {
            return outer;
        }
        self.depths.push(depth);
        self.code.scopes.push(Scope {
            kind,
            parent: outer,
            line,
        });
        self.scope = self.code.scopes.len() - 1;
        outer
    }

    pub(super) fn import(&mut self, module: &str, names: Vec<String>, line: LineSpan) {
        if module.is_empty() {
            self.code.computed_imports = true;
            return;
        }
        self.code.imports.push(Import {
            module: module.to_owned(),
            names,
            line,
            scope: self.scope,
        });
    }

    pub(super) fn call(&mut self, callee: String, arguments: Vec<Argument>, line: LineSpan) {
        self.code.calls.push(Call {
            callee,
            arguments,
            line,
            scope: self.scope,
        });
    }

    pub(super) fn assign(&mut self, target: String, value: Expr, line: LineSpan) {
        self.code.assignments.push(Assignment {
            target,
            value,
            line,
            scope: self.scope,
        });
    }

    /// What a function gives back.
    pub(super) fn returned(&mut self, value: Expr, line: LineSpan) {
        let scope = self.scope;
        self.code.returns.push(Returned { value, line, scope });
    }

    /// A read of the environment; `strict` ones fail where there is neither value nor default.
    pub(super) fn read(&mut self, value: &Expr, strict: bool, line: LineSpan) {
        if let Expr::Env { name, default } = value {
            self.code.reads.push(EnvRead {
                name: name.clone(),
                has_default: default.is_some(),
                required: strict && default.is_none(),
                line,
                scope: self.scope,
            });
        }
    }
}

/// A dotted name from source text of a callee: `::`, `->` and `?.` become dots, sigils and
/// blanks go, and arguments inside it are dropped.
pub(super) fn dotted(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(80));
    let mut depth = 0_usize;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '(' | '[' | '{' => {
                if depth == 0 {
                    out.push(if character == '(' { '(' } else { '[' });
                }
                depth += 1;
            }
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    out.push(if character == ')' { ')' } else { ']' });
                }
            }
            _ if depth > 0 => {}
            ':' if rest.peek() == Some(&':') => {
                rest.next();
                out.push('.');
            }
            '-' if rest.peek() == Some(&'>') => {
                rest.next();
                out.push('.');
            }
            '&' if rest.peek() == Some(&'.') => {}
            '?' if matches!(rest.peek(), Some('.' | '-')) => {}
            '$' | '@' => {}
            character if character.is_whitespace() => {}
            character => out.push(character),
        }
        if out.len() > 200 {
            break;
        }
    }
    out.trim_start_matches(['.', '\\']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Builder, DEEPEST, dotted};
    use crate::code::{Language, ScopeKind, parse};

    #[test]
    fn scopes_within_one_another_have_a_bound() {
        let mut builder = Builder::new("a.js", Language::JavaScript);
        for _ in 0..3 * DEEPEST {
            builder.open(ScopeKind::Loop, 1);
        }
        assert_eq!(builder.code.scopes.len(), DEEPEST + 1);
        builder.call(
            "f".to_owned(),
            Vec::new(),
            slugsmith_finding::LineSpan::default(),
        );
        assert_eq!(builder.code.around(builder.scope).count(), DEEPEST);
    }

    #[test]
    fn long_chains_of_choices_stay_small() {
        let chain = |part: &str, end: &str| format!("x = {}{end};", part.repeat(2_000));
        for text in [
            chain("a.isReady && ", "f()"),
            chain("a.isReady ? f() : ", "0"),
            "if (a) { f(); } else ".repeat(2_000) + "{}",
        ] {
            let code = parse("a.js", Language::JavaScript, &text);
            let conditions = code
                .scopes
                .iter()
                .filter_map(|scope| scope.kind.condition());
            let bytes: usize = conditions.map(str::len).sum();
            assert!(bytes < 200_000, "{bytes}");
            assert!(code.calls.iter().any(|call| call.callee == "f"));
        }
    }

    #[test]
    fn names_are_dotted_in_every_language() {
        assert_eq!(dotted("Rails.root&.join"), "Rails.root.join");
        assert_eq!(dotted("Storage::disk('s3')->put"), "Storage.disk().put");
        assert_eq!(dotted("$this->file->store"), "this.file.store");
        assert_eq!(dotted("express()\n  .listen"), "express().listen");
        assert_eq!(dotted("a?.b[c.d].e"), "a.b[].e");
    }
}
