//! Which nodes of a Ruby file are facts?

use super::{Expr, Node, Reader, ScopeKind, Step, children, line};

/// Nodes whose parts run only under a condition.
pub(super) const BRANCHES: &[&str] = &["if", "unless", "elsif", "if_modifier", "unless_modifier"];

pub(super) fn visit(reader: &mut Reader<'_>, step: &Step<'_, '_>) -> Option<ScopeKind> {
    let node = step.node;
    if matches!(step.kind, "string" | "call" | "element_reference") && is_last(step) {
        let value = reader.value(node, 0);
        if matches!(value, Expr::Text(_) | Expr::Env { .. }) {
            reader.builder.returned(value, line(node));
        }
    }
    match step.kind {
        "call" | "element_reference" => {
            reader.record(node);
            require(reader, step);
        }
        "operator_assignment" if reader.field(node, "operator") == "||=" => reader.fallback(node),
        "assignment" | "operator_assignment" => reader.assignment(
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        ),
        "method" | "singleton_method" => {
            let name = reader.field(node, "name");
            return Some(ScopeKind::Function { name });
        }
        "class" | "module" => {
            let bases = node
                .child_by_field_name("superclass")
                .map(|base| reader.dotted(base).trim_start_matches('<').to_owned())
                .into_iter()
                .collect();
            let name = reader.field(node, "name").replace("::", ".");
            return Some(ScopeKind::Class { name, bases });
        }
        "begin" => return Some(ScopeKind::Try),
        "while" | "until" => return Some(ScopeKind::Loop),
        _ => {}
    }
    None
}

/// Whether a method gives back what stands here: it is the last of its lines.
fn is_last(step: &Step<'_, '_>) -> bool {
    let Some([.., (method, _), (body, _)]) = step.around.get(..) else {
        return false;
    };
    let is_body =
        body.kind() == "body_statement" && matches!(method.kind(), "method" | "singleton_method");
    let last = children(*body).last().map(Node::id);
    is_body && last == Some(step.node.id())
}

fn require(reader: &mut Reader<'_>, step: &Step<'_, '_>) {
    let Expr::Call { callee, arguments } = reader.value(step.node, 0) else {
        return;
    };
    let relative = callee == "require_relative";
    if relative || callee == "require" || callee == "load" {
        match arguments.first().and_then(|argument| argument.value.text()) {
            Some(module) if relative => {
                reader
                    .builder
                    .import(&format!("./{module}"), Vec::new(), line(step.node));
            }
            Some(module) => reader.builder.import(module, Vec::new(), line(step.node)),
            None => reader.builder.code.computed_imports = true,
        }
    }
}
