//! Which nodes of a Java file are facts?

use super::{Expr, Node, Reader, ScopeKind, Step, children, line};

/// Nodes whose parts run only under a condition.
pub(super) const BRANCHES: &[&str] = &["if_statement"];

pub(super) fn visit(reader: &mut Reader<'_>, step: &Step<'_, '_>) -> Option<ScopeKind> {
    let node = step.node;
    match step.kind {
        "method_invocation" | "object_creation_expression" => reader.record(node),
        "assignment_expression" => reader.assignment(
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        ),
        "variable_declarator" => reader.assignment(
            node.child_by_field_name("name"),
            node.child_by_field_name("value"),
        ),
        "import_declaration" => {
            if let Some(module) = children(node).first() {
                let module = reader.dotted(*module);
                let names = brought(node, &module);
                reader.builder.import(&module, names, line(node));
            }
        }
        "marker_annotation" | "annotation" => {
            let name = format!("@{}", reader.field(node, "name"));
            let arguments = match node.child_by_field_name("arguments") {
                Some(_) => match reader.call(node, 0) {
                    Expr::Call { arguments, .. } => arguments,
                    _ => Vec::new(),
                },
                None => Vec::new(),
            };
            reader.builder.call(name, arguments, line(node));
        }
        "method_declaration" | "constructor_declaration" => {
            let name = reader.field(node, "name");
            return Some(ScopeKind::Function { name });
        }
        "class_declaration" | "interface_declaration" | "enum_declaration" => {
            let bases = ["superclass", "interfaces"]
                .iter()
                .filter_map(|field| node.child_by_field_name(field))
                .flat_map(children)
                .map(|base| reader.dotted(base))
                .collect();
            let name = reader.field(node, "name");
            return Some(ScopeKind::Class { name, bases });
        }
        "lambda_expression" => {
            let name = String::new();
            return Some(ScopeKind::Function { name });
        }
        "try_statement" | "try_with_resources_statement" => return Some(ScopeKind::Try),
        "while_statement" | "for_statement" | "enhanced_for_statement" => {
            return Some(ScopeKind::Loop);
        }
        _ => {}
    }
    None
}

/// The names that a static import makes the file's own: `*` for all of the class.
fn brought(import: Node<'_>, module: &str) -> Vec<String> {
    let mut cursor = import.walk();
    let parts: Vec<_> = import
        .children(&mut cursor)
        .map(|part| part.kind())
        .collect();
    let name = if parts.contains(&"asterisk") {
        "*"
    } else {
        module.rsplit('.').next().unwrap_or(module)
    };
    let is_static = parts.contains(&"static");
    is_static.then(|| name.to_owned()).into_iter().collect()
}
