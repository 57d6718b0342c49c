//! Names that patterns bind: `const { a: b } = …`, and what `require` gives them.

use oxc_ast::ast;

use super::Reader;
use super::values::key_name;
use crate::code::Expr;
use slugsmith_finding::LineSpan;

impl Reader<'_> {
    pub(super) fn binding(
        &mut self,
        pattern: &ast::BindingPattern<'_>,
        value: &Expr,
        line: LineSpan,
    ) {
        match pattern {
            ast::BindingPattern::BindingIdentifier(name) => {
                self.builder
                    .assign(name.name.to_string(), value.clone(), line);
            }
            ast::BindingPattern::ObjectPattern(object) => {
                for property in &object.properties {
                    self.destructured(property, value, line);
                }
            }
            ast::BindingPattern::AssignmentPattern(inner) => {
                self.binding(&inner.left, value, line);
            }
            ast::BindingPattern::ArrayPattern(_) => {}
        }
    }

    /// `const { PORT = 3000 } = process.env` reads PORT.
    fn destructured(&mut self, property: &ast::BindingProperty<'_>, value: &Expr, line: LineSpan) {
        let key = key_name(&property.key);
        let default = match &property.value {
            ast::BindingPattern::AssignmentPattern(inner) => {
                Some(Box::new(self.value(&inner.right, 0)))
            }
            _ => None,
        };
        let part = match value {
            Expr::Name(name) if name == "process.env" => Expr::Env { name: key, default },
            Expr::Name(name) => Expr::Name(format!("{name}.{key}")),
            Expr::Call { callee, .. } => Expr::Name(format!("{callee}().{key}")),
            _ => Expr::Other,
        };
        self.builder.read(&part, false, line);
        self.binding(&property.value, &part, line);
    }
}

/// Whether a value is what `require` gives, and which part of it: `require("axios").default` is the module itself.
pub(super) fn required<'a>(value: &'a ast::Expression<'_>) -> Option<Option<&'a str>> {
    let is_require = |value: &ast::Expression<'_>| value.is_require_call();
    match value {
        ast::Expression::StaticMemberExpression(member) if is_require(&member.object) => {
            let part = member.property.name.as_str();
            Some((part != "default").then_some(part))
        }
        value => is_require(value).then_some(None),
    }
}

/// The local names that a pattern binds.
pub(super) fn bound(pattern: &ast::BindingPattern<'_>) -> Vec<String> {
    match pattern {
        ast::BindingPattern::BindingIdentifier(name) => vec![name.name.to_string()],
        ast::BindingPattern::ObjectPattern(object) => {
            let values = object.properties.iter().map(|property| &property.value);
            values.flat_map(bound).collect()
        }
        ast::BindingPattern::AssignmentPattern(inner) => bound(&inner.left),
        ast::BindingPattern::ArrayPattern(_) => Vec::new(),
    }
}

/// The names that a pattern gives, each with the key that it stands for: none for the whole.
pub(super) fn renamed(pattern: &ast::BindingPattern<'_>) -> Vec<(Option<String>, String)> {
    match pattern {
        ast::BindingPattern::BindingIdentifier(name) => vec![(None, name.name.to_string())],
        ast::BindingPattern::ObjectPattern(object) => {
            let named = object.properties.iter().filter_map(|property| {
                let ast::BindingPattern::BindingIdentifier(local) = &property.value else {
                    return None;
                };
                let key = property.key.static_name()?;
                Some((Some(key.into_owned()), local.name.to_string()))
            });
            named.collect()
        }
        _ => Vec::new(),
    }
}
