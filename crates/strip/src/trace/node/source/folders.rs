//! Where is the folder taken of a package whose name is not known?

use memchr::memmem;
use oxc_ast::ast::{self, Expression as E};

use super::super::value::Value;
use super::Load;
use super::reader::Reader;
use super::tell::is_require;

/// Functions that make a folder of a file's path, or a path beside it.
const CUTS: &[&str] = &[
    "dirname",
    "parse",
    "join",
    "resolve",
    "split",
    "slice",
    "substring",
    "substr",
    "replace",
    "replaceAll",
    "match",
];

/// Whether a source makes folders of other paths than its own.
pub(super) fn makes_folders(text: &str) -> bool {
    const OWN: &[&str] = &["__filename", "fileURLToPath", "url.fileURLToPath", "(0,"];
    let calls = memmem::find_iter(text.as_bytes(), b"dirname(");
    let mut of = calls.map(|at| text[at + "dirname(".len()..].trim_start());
    of.any(|argument| !OWN.iter().any(|own| argument.starts_with(own)))
}

impl Reader<'_> {
    /// `require.resolve(name)`, `import.meta.resolve(name)`.
    pub(super) fn resolves(&self, member: &ast::StaticMemberExpression<'_>) -> bool {
        member.property.name == "resolve"
            && match member.object.get_inner_expression() {
                E::Identifier(object) => {
                    let name = object.name.as_str();
                    is_require(name) || self.evaluator.loaders.contains(name)
                }
                E::ImportMeta(_) => true,
                _ => false,
            }
    }

    /// `require.resolve.paths(name)`: the folders of packages in which a name is looked for.
    pub(super) fn asks_where(&self, member: &ast::StaticMemberExpression<'_>) -> bool {
        let E::StaticMemberExpression(inner) = member.object.get_inner_expression() else {
            return false;
        };
        member.property.name == "paths" && self.resolves(inner)
    }

    /// `dirname(require.resolve(name))`, `require.resolve(name).match(…)[0]`: any file of a package may be meant.
    pub(super) fn takes_folder(&mut self, call: &ast::CallExpression<'_>) {
        let (function, object) = match call.callee.get_inner_expression() {
            E::Identifier(name) => (name.name.as_str(), None),
            E::StaticMemberExpression(member) => {
                (member.property.name.as_str(), Some(&member.object))
            }
            E::SequenceExpression(list) => match list.expressions.last() {
                Some(E::StaticMemberExpression(member)) => (member.property.name.as_str(), None),
                _ => return,
            },
            _ => return,
        };
        let arguments = call.arguments.iter().filter_map(|one| one.as_expression());
        let mut paths = object.into_iter().chain(arguments);
        if CUTS.contains(&function) && paths.any(|path| self.is_of_unknown(path)) {
            self.loads.push((Load::Folders, call.span.start));
        }
    }

    /// Whether an expression is the path of a module that nobody knows here.
    pub(super) fn is_of_unknown(&self, path: &E<'_>) -> bool {
        match path.get_inner_expression() {
            E::Identifier(name) => self.of_unknown.contains(name.name.as_str()),
            E::CallExpression(call) => match call.callee.get_inner_expression() {
                E::StaticMemberExpression(member) if self.resolves(member) => {
                    let name = call.arguments.first().and_then(|one| one.as_expression());
                    let values = name.and_then(|name| self.evaluator.evaluate(name));
                    let is_open = |value: &Value| !value.inside && value.start().is_empty();
                    values.is_none_or(|values| values.iter().any(is_open))
                }
                // `require.resolve(name).replace(/\\/g, "/")`
                E::StaticMemberExpression(member) => self.is_of_unknown(&member.object),
                _ => false,
            },
            E::AwaitExpression(inner) => self.is_of_unknown(&inner.argument),
            _ => false,
        }
    }
}
