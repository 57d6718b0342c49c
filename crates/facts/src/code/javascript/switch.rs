//! Which cases of a JavaScript `switch` run only in development?

use oxc_ast::ast;
use oxc_ast_visit::walk;
use oxc_span::GetSpan;

use super::super::arms::arm;
use super::{Reader, ScopeKind};

impl Reader<'_> {
    /// Visits the cases of a `switch`, each in a branch where it asks for the environment.
    pub(super) fn switch<'a>(&mut self, it: &ast::SwitchStatement<'a>) {
        let subject = self.slice(it.discriminant.span()).to_owned();
        let test = |reader: &Self, case: &ast::SwitchCase<'a>| {
            let test = case.test.as_ref()?;
            Some(reader.slice(test.span()).to_owned())
        };
        let all: Vec<_> = it
            .cases
            .iter()
            .filter_map(|case| test(self, case))
            .collect();
        // Cases without a statement fall through to the next one.
        let mut own = Vec::new();
        for case in &it.cases {
            own.extend(test(self, case));
            if case.consequent.is_empty() {
                continue;
            }
            let tests = std::mem::take(&mut own);
            let tests = if case.test.is_some() {
                tests
            } else {
                Vec::new()
            };
            match arm(&subject, &tests, &all) {
                Some((condition, holds)) => {
                    let kind = ScopeKind::Branch { condition, holds };
                    self.in_scope(kind, case.span, |reader| {
                        walk::walk_switch_case(reader, case);
                    });
                }
                None => walk::walk_switch_case(self, case),
            }
        }
    }
}
