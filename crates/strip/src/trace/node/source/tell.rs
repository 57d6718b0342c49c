//! What do names and words of a source tell without being evaluated?

use oxc_ast::ast::{self, Expression as E};

use super::super::value::{HOLE, Value};

/// `_require`, `nodeRequire`, `__non_webpack_require__`, `requireFn`.
pub(super) fn is_require(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.contains("require") && !lower.contains("required") && !lower.contains("createrequire")
}

/// Whether an expression is a function that loads modules: `require` under another name.
pub(super) fn is_loader(expression: &E<'_>) -> bool {
    match expression.get_inner_expression() {
        E::Identifier(name) => matches!(name.name.as_str(), "require" | "__non_webpack_require__"),
        // `module.require`, `require.main.require`, `process.mainModule.require`
        E::StaticMemberExpression(member) if member.property.name == "require" => {
            match member.object.get_inner_expression() {
                E::Identifier(object) => object.name == "module",
                E::StaticMemberExpression(inner) => {
                    matches!(
                        inner.property.name.as_str(),
                        "main" | "mainModule" | "parent" | "prototype"
                    )
                }
                _ => false,
            }
        }
        E::ConditionalExpression(choice) => {
            is_loader(&choice.consequent) || is_loader(&choice.alternate)
        }
        E::LogicalExpression(logical) => is_loader(&logical.left) || is_loader(&logical.right),
        E::SequenceExpression(list) => list.expressions.last().is_some_and(is_loader),
        E::CallExpression(call) => match call.callee.get_inner_expression() {
            E::Identifier(name) if name.name == "eval" => matches!(
                call.arguments.first().and_then(|one| one.as_expression()),
                Some(E::StringLiteral(text)) if text.value.trim_matches(['(', ')', ' ']) == "require"
            ),
            E::Identifier(name) => name.name == "createRequire",
            // `module.require.bind(module)`
            E::StaticMemberExpression(member) => {
                let binds = member.property.name == "bind" && is_loader(&member.object);
                member.property.name == "createRequire" || binds
            }
            _ => false,
        },
        _ => false,
    }
}

/// Callees that take the own folder and read nothing below it by themselves: loaders of
/// addons (those stay anyway) and path arithmetic.
pub(super) fn reads_nothing(callee: &E<'_>) -> bool {
    const NAMES: &[&str] = &[
        "createRequire",
        "relative",
        "basename",
        "extname",
        "isAbsolute",
        "parse",
        "bindings",
        "nodeGypBuild",
        "debug",
        "log",
        "warn",
        "error",
        "equal",
        "includes",
        "startsWith",
        "endsWith",
        "indexOf",
        "test",
        "push",
        // A path in a pattern is compared with others.
        "RegExp",
        "escapeStringRegexp",
        "escapeRegExp",
    ];
    match callee.get_inner_expression() {
        E::Identifier(name) => NAMES.contains(&name.name.as_str()),
        E::StaticMemberExpression(member) => NAMES.contains(&member.property.name.as_str()),
        // `(0, log_1.warn)(…)`, as TypeScript writes it.
        E::SequenceExpression(list) => list.expressions.last().is_some_and(reads_nothing),
        // `require("node-gyp-build")(__dirname)`
        E::CallExpression(inner) => {
            matches!(&inner.callee, E::Identifier(name) if is_require(&name.name))
                && inner.arguments.iter().any(|argument| {
                    let Some(E::StringLiteral(text)) = argument.as_expression() else {
                        return false;
                    };
                    let named = |word: &&str| text.value.contains(*word);
                    ["gyp", "binding", "prebuil"].iter().any(named)
                })
        }
        _ => false,
    }
}

/// Words that may name a file even where nothing is loaded by a computed name.
pub(super) fn is_telling(word: &str) -> bool {
    if word.starts_with("./") || word.starts_with("../") {
        return true;
    }
    let name = word.rsplit('/').next().unwrap_or(word);
    match name.rsplit_once('.') {
        Some((_, extension)) => {
            (1..=8).contains(&extension.len())
                && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
        }
        // Names of packages, which the caller compares with declared dependencies.
        None => word.len() > 1 && !word.bytes().any(|byte| byte.is_ascii_uppercase()),
    }
}

/// Whether a text is code that loads something.
pub(super) fn names_code(text: &str) -> bool {
    text.contains("require(") || text.contains("import(")
}

pub(super) fn is_word(text: &str) -> bool {
    (2..=150).contains(&text.len())
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/' | b'-' | b'_' | b'@')
        })
}

pub(super) fn takes_require(parameters: &ast::FormalParameters<'_>) -> bool {
    parameters.items.iter().any(|parameter| {
        matches!(&parameter.pattern, ast::BindingPattern::BindingIdentifier(name) if name.name == "require")
    })
}

/// `exports.x`, `module.exports`, `module.exports.x`.
pub(super) fn is_export(target: &ast::AssignmentTarget<'_>) -> bool {
    let ast::AssignmentTarget::StaticMemberExpression(member) = target else {
        return false;
    };
    let is = |expression: &E<'_>, wanted: &str| matches!(expression, E::Identifier(name) if name.name == wanted);
    let of_module = |member: &ast::StaticMemberExpression<'_>| {
        member.property.name == "exports" && is(&member.object, "module")
    };
    of_module(member)
        || is(&member.object, "exports")
        || matches!(&member.object, E::StaticMemberExpression(inner) if of_module(inner))
}

/// Whether a text with holes can be a module's name at all.
pub(super) fn names_module(value: &Value) -> bool {
    value
        .text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '@' | '/' | '-' | '_' | '.' | HOLE))
}
