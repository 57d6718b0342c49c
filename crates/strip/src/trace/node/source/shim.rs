//! esbuild's stand-in for `require`, in bundles that are ES modules: what is asked of it, and by which names other
//! files of the bundle have it.
//!
//! The stand-in hands whatever it gets on to `require` (esbuild `internal/runtime/runtime.go`, `__require`), so that by
//! itself it says nothing of what is loaded: its calls do. Which names in a minified file are the stand-in and which
//! only look like it, the scopes tell.

use oxc_allocator::Allocator;
use oxc_ast::AstKind;
use oxc_ast::ast::{self, Expression as E};
use oxc_semantic::{Semantic, SemanticBuilder, SymbolId};
use oxc_span::GetSpan;

use memchr::memmem;

/// What it says where there is no `require`.
const MARK: &str = "Dynamic require of ";

/// The stand-in is not longer, in bytes; a whole file that holds one is.
const MOST: u32 = 1_000;

/// What a file does with the stand-in.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Uses {
    /// Names that it is called with, and where, in bytes.
    pub(super) named: Vec<(String, u32)>,
    /// Where it is called with a name that is made, or handed on.
    pub(super) unknown: Vec<u32>,
    /// Names by which the file exports it.
    exported: Vec<String>,
}

/// Whether a file may define the stand-in.
pub(super) fn is_in(text: &str) -> bool {
    memmem::find(text.as_bytes(), MARK.as_bytes()).is_some()
}

/// Whether a name is given the stand-in.
pub(super) fn defines(text: &str, value: &E<'_>) -> bool {
    let span = value.span();
    span.size() < MOST
        && matches!(value.get_inner_expression(), E::CallExpression(_))
        && is_in(span.source_text(text))
}

/// The names by which a file exports the stand-in that it defines.
pub(in crate::trace::node) fn exported(file: &str, text: &str) -> Vec<String> {
    let allocator = Allocator::default();
    let program = is_in(text).then(|| super::parse(&allocator, text, file));
    let uses = program
        .flatten()
        .map(|program| uses(text, &program, &|_| Vec::new()));
    uses.unwrap_or_default().exported
}

/// What a file does with the stand-in that it defines, and with those that it has from others: `others` gives the names
/// by which a file exports one.
pub(super) fn uses(
    text: &str,
    program: &ast::Program<'_>,
    others: &dyn Fn(&str) -> Vec<String>,
) -> Uses {
    let built = SemanticBuilder::new().with_build_nodes(true).build(program);
    let semantic = &built.semantic;
    let mut found = Uses::default();
    for node in semantic.nodes().iter() {
        match node.kind() {
            AstKind::VariableDeclarator(one) => {
                let ast::BindingPattern::BindingIdentifier(name) = &one.id else {
                    continue;
                };
                if one.init.as_ref().is_some_and(|value| defines(text, value)) {
                    found.add(semantic, name.symbol_id());
                }
            }
            AstKind::ImportDeclaration(import) => {
                let names = others(&import.source.value);
                for specifier in import.specifiers.iter().flatten() {
                    if let ast::ImportDeclarationSpecifier::ImportSpecifier(one) = specifier
                        && names
                            .iter()
                            .any(|name| *name == one.imported.name().as_str())
                    {
                        found.add(semantic, one.local.symbol_id());
                    }
                }
            }
            _ => {}
        }
    }
    found
}

impl Uses {
    /// Every use of a name for the stand-in.
    fn add(&mut self, semantic: &Semantic<'_>, symbol: SymbolId) {
        for reference in semantic.symbol_references(symbol) {
            let node = reference.node_id();
            let span = semantic.nodes().kind(node).span();
            match semantic.nodes().parent_kind(node) {
                AstKind::CallExpression(call) if call.callee.span() == span => {
                    match call.arguments.first() {
                        Some(ast::Argument::StringLiteral(name)) => {
                            self.named.push((name.value.to_string(), span.start));
                        }
                        _ => self.unknown.push(span.start),
                    }
                }
                AstKind::ExportSpecifier(one) => {
                    self.exported.push(one.exported.name().to_string());
                }
                _ => self.unknown.push(span.start),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIM: &str = "var a=1,H=(a=>typeof require<\"u\"?require:typeof Proxy<\"u\"?new Proxy(a,{get:(b,c)=>\
        (typeof require<\"u\"?require:b)[c]}):a)(function(a){if(typeof require<\"u\")return require.apply(this,\
        arguments);throw Error('Dynamic require of \"'+a+'\" is not supported')});";

    fn read(text: &str) -> Uses {
        let allocator = Allocator::default();
        let program = super::super::parse(&allocator, text, "a.mjs").unwrap();
        let others = |file: &str| match file {
            "./chunk.mjs" => vec!["r".to_owned()],
            _ => Vec::new(),
        };
        uses(text, &program, &others)
    }

    fn names(uses: &Uses) -> Vec<&str> {
        uses.named.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn calls_of_the_stand_in_name_what_is_loaded() {
        let found = read(&format!(
            "{SHIM}var p=H(\"path\");function q(H){{return H(p)}}export{{a as b}};"
        ));
        assert_eq!(names(&found), ["path"]);
        assert!(
            found.unknown.is_empty(),
            "another name of the same letter: {found:?}"
        );
    }

    #[test]
    fn a_made_name_and_a_handed_stand_in_are_unknown() {
        let found = read(&format!("{SHIM}H(\"./\"+a);load(H);"));
        assert_eq!(found.unknown.len(), 2);
    }

    #[test]
    fn other_files_have_the_stand_in_by_its_exported_name() {
        assert_eq!(
            exported("a.mjs", &format!("{SHIM}export{{a as b,H as r}};")),
            ["r"]
        );
        let found = read("import{b,r as g}from\"./chunk.mjs\";g(\"express\");b(\"pg\");g(b);");
        assert_eq!(names(&found), ["express"]);
        assert_eq!(found.unknown.len(), 1);
        assert_eq!(
            read("import{r as g}from\"./other.mjs\";g(\"express\");"),
            Uses::default()
        );
    }
}
