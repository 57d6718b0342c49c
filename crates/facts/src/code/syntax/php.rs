//! Which nodes of a PHP file are facts?

use super::{Argument, Expr, Reader, ScopeKind, Step, children, line};

/// Nodes whose parts run only under a condition.
pub(super) const BRANCHES: &[&str] = &["if_statement", "else_if_clause"];

pub(super) fn visit(reader: &mut Reader<'_>, step: &Step<'_, '_>) -> Option<ScopeKind> {
    let node = step.node;
    match step.kind {
        "function_call_expression"
        | "member_call_expression"
        | "nullsafe_member_call_expression"
        | "scoped_call_expression"
        | "object_creation_expression"
        | "subscript_expression" => reader.record(node),
        "assignment_expression" => reader.assignment(
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        ),
        // A configuration file of Laravel or Symfony is what it returns; a property or
        // constant is set where it is declared.
        "return_statement" => {
            if let Some(value) = children(node).first() {
                let value = reader.value(*value, 0);
                reader
                    .builder
                    .assign("return".to_owned(), value, line(node));
            }
        }
        "property_element" | "const_element" => {
            let parts = children(node);
            reader.assignment(parts.first().copied(), parts.get(1).copied());
        }
        "namespace_use_clause" => {
            let parts = children(node);
            if let Some(module) = parts.first() {
                let module = reader.slice(*module).replace('\\', ".");
                // `use A\B as C`; without it the name is the last part of the module's.
                let alias = node.child_by_field_name("alias").or_else(|| {
                    let clause = parts.get(1)?;
                    (clause.kind() == "namespace_aliasing_clause")
                        .then(|| children(*clause).first().copied())?
                });
                let names = alias.map(|alias| reader.slice(alias).to_owned());
                reader
                    .builder
                    .import(&module, names.into_iter().collect(), line(node));
            }
        }
        "augmented_assignment_expression" if reader.field(node, "operator") == "??=" => {
            reader.fallback(node);
        }
        // `$text .= "…"` is `.=($text, "…")`: the name holds more than what stands there.
        "augmented_assignment_expression" => {
            let field = |name: &str| node.child_by_field_name(name);
            if let (Some(left), Some(right), ".=") = (
                field("left"),
                field("right"),
                field("operator").map_or("", |operator| reader.slice(operator)),
            ) {
                let parts = [left, right].map(|part| Argument {
                    name: None,
                    value: reader.value(part, 0),
                });
                reader
                    .builder
                    .call(".=".to_owned(), parts.to_vec(), line(node));
            }
        }
        "include_expression"
        | "include_once_expression"
        | "require_expression"
        | "require_once_expression" => {
            if let Some(path) = children(node).first() {
                let module = included(&reader.value(*path, 0));
                // `$config = require "config.php"` names what that file returns.
                let holder = node
                    .parent()
                    .filter(|outer| outer.kind() == "assignment_expression");
                let name = holder.map(|outer| {
                    reader
                        .field(outer, "left")
                        .trim_start_matches('$')
                        .to_owned()
                });
                reader
                    .builder
                    .import(&module, name.into_iter().collect(), line(node));
            }
        }
        "function_definition" | "method_declaration" => {
            let name = reader.field(node, "name");
            return Some(ScopeKind::Function { name });
        }
        "class_declaration" => {
            let bases = children(node)
                .into_iter()
                .filter(|child| matches!(child.kind(), "base_clause" | "class_interface_clause"))
                .flat_map(children)
                .map(|base| reader.dotted(base))
                .collect();
            let name = reader.field(node, "name");
            return Some(ScopeKind::Class { name, bases });
        }
        "try_statement" => return Some(ScopeKind::Try),
        "while_statement" | "for_statement" | "foreach_statement" => return Some(ScopeKind::Loop),
        _ => {}
    }
    None
}

/// The path of an include: what is known of it, with `*` where the rest is computed.
fn included(path: &Expr) -> String {
    match path {
        Expr::Text(text) => text.clone(),
        Expr::Join(parts) => {
            let mut known = String::new();
            for part in parts {
                match part {
                    Expr::Text(text) => known.push_str(text),
                    Expr::Name(name) if name == "__DIR__" => {}
                    Expr::Call { callee, .. } if callee == "dirname" => {}
                    _ => return format!("{}*", known.trim_start_matches('/')),
                }
            }
            known.trim_start_matches('/').to_owned()
        }
        _ => "*".to_owned(),
    }
}
