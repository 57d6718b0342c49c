//! What value does an expression stand for?

use oxc_ast::ast;
use oxc_span::GetSpan;

use super::Reader;
use crate::code::builder::{DEPTH, LONG_CHAIN, MOST_PARTS, dotted};
use crate::code::{Argument, Expr};

impl Reader<'_> {
    pub(super) fn callee(&self, callee: &ast::Expression<'_>) -> String {
        self.chain(callee, 0)
    }

    /// A dotted name; what stands inside keeps its own name (`new Koa().use().listen` is
    /// `Koa().use().listen`).
    pub(super) fn chain(&self, callee: &ast::Expression<'_>, depth: usize) -> String {
        use ast::Expression as E;
        if depth > DEPTH {
            return dotted(self.slice(callee.span()));
        }
        match callee.get_inner_expression() {
            E::Identifier(name) => name.name.to_string(),
            E::NewExpression(made) => format!("{}()", self.chain(&made.callee, depth + 1)),
            E::CallExpression(call) => format!("{}()", self.chain(&call.callee, depth + 1)),
            E::AwaitExpression(inner) => self.chain(&inner.argument, depth + 1),
            E::StaticMemberExpression(member) => {
                let object = self.chain(&member.object, depth + 1);
                format!("{object}.{}", member.property.name)
            }
            other => dotted(self.slice(other.span())),
        }
    }

    pub(super) fn arguments(&self, arguments: &[ast::Argument<'_>], depth: usize) -> Vec<Argument> {
        arguments
            .iter()
            .map(|argument| Argument {
                name: None,
                value: argument
                    .as_expression()
                    .map_or(Expr::Other, |value| self.value(value, depth + 1)),
            })
            .collect()
    }

    /// A read of the environment that a call only gives another form: `(process.env.KEY || "…").trim()`.
    fn reshaped(&self, call: &ast::CallExpression<'_>, depth: usize) -> Option<Expr> {
        let ast::Expression::StaticMemberExpression(member) = call.callee.get_inner_expression()
        else {
            return None;
        };
        let forms = ["trim", "toString", "toLowerCase", "toUpperCase"];
        if !forms.contains(&member.property.name.as_str()) {
            return None;
        }
        let object = self.value(&member.object, depth + 1);
        matches!(object, Expr::Env { .. }).then_some(object)
    }

    pub(super) fn value(&self, value: &ast::Expression<'_>, depth: usize) -> Expr {
        use ast::Expression as E;
        if depth > DEPTH {
            return Expr::Other;
        }
        match value.get_inner_expression() {
            E::StringLiteral(text) => Expr::Text(text.value.to_string()),
            E::NumericLiteral(number) => Expr::Number(self.slice(number.span).to_owned()),
            E::BooleanLiteral(truth) => Expr::Bool(truth.value),
            E::NullLiteral(_) => Expr::Nil,
            E::Identifier(name) if name.name == "undefined" => Expr::Nil,
            E::Identifier(name) => Expr::Name(name.name.to_string()),
            E::ThisExpression(_) => Expr::Name("this".to_owned()),
            E::TemplateLiteral(template) => self.template(template, depth),
            // `require("axios").default` is the module itself.
            E::StaticMemberExpression(member)
                if member.property.name == "default" && member.object.is_require_call() =>
            {
                self.value(&member.object, depth + 1)
            }
            E::StaticMemberExpression(_) | E::ComputedMemberExpression(_) => self.member(value),
            E::ChainExpression(_) => Expr::Name(dotted(self.slice(value.span()))),
            E::CallExpression(call) => self.reshaped(call, depth).unwrap_or_else(|| Expr::Call {
                callee: self.callee(&call.callee),
                arguments: self.arguments(&call.arguments, depth),
            }),
            E::NewExpression(call) => Expr::Call {
                callee: self.callee(&call.callee),
                arguments: self.arguments(&call.arguments, depth),
            },
            E::ObjectExpression(object) => self.object(object, depth),
            E::ArrayExpression(array) => Expr::List(
                array
                    .elements
                    .iter()
                    .filter_map(|element| element.as_expression())
                    .map(|element| self.value(element, depth + 1))
                    .collect(),
            ),
            E::LogicalExpression(logical) => self.logical(logical, depth),
            E::ConditionalExpression(choice) => Expr::Either(vec![
                self.value(&choice.test, depth + 1),
                self.value(&choice.consequent, depth + 1),
                self.value(&choice.alternate, depth + 1),
            ]),
            E::BinaryExpression(binary) => self.binary(binary, depth),
            E::AwaitExpression(inner) => self.value(&inner.argument, depth + 1),
            E::UnaryExpression(unary) if unary.operator.is_not() => {
                Expr::not(self.value(&unary.argument, depth + 1))
            }
            E::UnaryExpression(unary) => self.value(&unary.argument, depth + 1),
            E::AssignmentExpression(assignment) => self.value(&assignment.right, depth + 1),
            E::ArrowFunctionExpression(_) | E::FunctionExpression(_) => Expr::Function,
            _ => Expr::Other,
        }
    }

    /// A long chain of `+`, as keys are written line by line, is one flat join: as deep as it has lines, it would be
    /// cut off.
    fn binary(&self, binary: &ast::BinaryExpression<'_>, depth: usize) -> Expr {
        let mut parts = vec![&binary.right];
        let mut left = &binary.left;
        while let ast::Expression::BinaryExpression(inner) = left
            && inner.operator == binary.operator
            && parts.len() < MOST_PARTS
        {
            parts.push(&inner.right);
            left = &inner.left;
        }
        if parts.len() < LONG_CHAIN {
            return Expr::Join(vec![
                self.value(&binary.left, depth + 1),
                self.value(&binary.right, depth + 1),
            ]);
        }
        let first = std::iter::once(left);
        let parts = first.chain(parts.into_iter().rev());
        Expr::Join(parts.map(|part| self.value(part, depth + 1)).collect())
    }

    /// `process.env.X || y` is one read with a default.
    pub(super) fn logical(&self, logical: &ast::LogicalExpression<'_>, depth: usize) -> Expr {
        let right = self.value(&logical.right, depth + 1);
        Expr::or(self.value(&logical.left, depth + 1), right)
    }

    pub(super) fn template(&self, template: &ast::TemplateLiteral<'_>, depth: usize) -> Expr {
        let quasis = template.quasis.iter().map(|quasi| {
            Expr::Text(
                quasi
                    .value
                    .cooked
                    .as_ref()
                    .map_or_else(String::new, ToString::to_string),
            )
        });
        if template.expressions.is_empty() {
            return quasis.into_iter().next().unwrap_or(Expr::Other);
        }
        let mut parts = Vec::new();
        let mut expressions = template.expressions.iter();
        for quasi in quasis {
            parts.push(quasi);
            parts.extend(expressions.next().map(|value| self.value(value, depth + 1)));
        }
        Expr::Join(parts)
    }

    pub(super) fn member(&self, value: &ast::Expression<'_>) -> Expr {
        use ast::Expression as E;
        let value = value.get_inner_expression();
        let text = self.slice(value.span());
        if let E::ComputedMemberExpression(computed) = value
            && self.slice(computed.object.span()) == "process.env"
        {
            return match &computed.expression {
                E::StringLiteral(name) => env(name.value.to_string()),
                // Some variable is read; which one is not known.
                _ => env("*".to_owned()),
            };
        }
        if let E::ComputedMemberExpression(computed) = value
            && names_environment(self.slice(computed.expression.span()))
        {
            return Expr::Name(format!(
                "{}.production",
                dotted(self.slice(computed.object.span()))
            ));
        }
        let name = dotted(text);
        match name.strip_prefix("process.env.") {
            Some(variable) if !variable.contains('.') => env(variable.to_owned()),
            _ => Expr::Name(name),
        }
    }

    pub(super) fn object(&self, object: &ast::ObjectExpression<'_>, depth: usize) -> Expr {
        let entries = object.properties.iter().map(|property| match property {
            ast::ObjectPropertyKind::ObjectProperty(entry) => {
                (key_name(&entry.key), self.value(&entry.value, depth + 1))
            }
            ast::ObjectPropertyKind::SpreadProperty(spread) => {
                ("...".to_owned(), self.value(&spread.argument, depth + 1))
            }
        });
        Expr::Object(entries.collect())
    }
}

/// `settings[process.env.NODE_ENV || "development"]`, `settings[env]`: the platform sets it to `production`.
fn names_environment(key: &str) -> bool {
    key.starts_with("process.env.NODE_ENV")
        || matches!(
            key,
            "env" | "NODE_ENV" | "environment" | "nodeEnv" | "node_env" | "ENV"
        )
}

pub(super) fn key_name(key: &ast::PropertyKey<'_>) -> String {
    key.static_name()
        .map_or_else(|| "[]".to_owned(), |name| name.to_string())
}

pub(super) fn env(name: String) -> Expr {
    Expr::Env {
        name,
        default: None,
    }
}

#[cfg(test)]
mod tests {
    use crate::code::{Language, parse};

    #[test]
    fn chains_keep_the_names_of_what_was_made_or_called() {
        for (text, callee) in [
            ("new Koa().use(a).listen(3000)", "Koa().use().listen"),
            ("express()\n  .listen(3000)", "express().listen"),
            ("require('a').b(1)", "require().b"),
            ("(await open()).close()", "open().close"),
            ("a?.b.c()", "a.b.c"),
        ] {
            let code = parse("a.js", Language::JavaScript, text);
            let found: Vec<_> = code.calls.iter().map(|call| call.callee.as_str()).collect();
            assert!(found.contains(&callee), "{text}: {found:?}");
        }
    }
}
