//! Which nodes of a Python file are facts?

use super::{Argument, Expr, Reader, ScopeKind, Step, children, line};

/// Nodes whose parts run only under a condition.
pub(super) const BRANCHES: &[&str] = &["if_statement", "elif_clause"];

pub(super) fn visit(reader: &mut Reader<'_>, step: &Step<'_, '_>) -> Option<ScopeKind> {
    let node = step.node;
    match step.kind {
        "call" | "subscript" => reader.record(node),
        "assignment" => reader.assignment(
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        ),
        "import_statement" => {
            for name in children(node) {
                let module = name.child_by_field_name("name").unwrap_or(name);
                let local = name.child_by_field_name("alias").unwrap_or(module);
                let (module, local) = (reader.dotted(module), reader.dotted(local));
                reader.builder.alias(&module, None, local.clone());
                reader.builder.import(&module, vec![local], line(node));
            }
        }
        "import_from_statement" => from_import(reader, step),
        "decorator" => decorator(reader, step),
        "function_definition" => {
            let name = reader.field(node, "name");
            return Some(ScopeKind::Function { name });
        }
        "class_definition" => {
            let bases = node
                .child_by_field_name("superclasses")
                .map(children)
                .unwrap_or_default()
                .into_iter()
                .map(|base| reader.dotted(base))
                .collect();
            let name = reader.field(node, "name");
            return Some(ScopeKind::Class { name, bases });
        }
        "try_statement" => return Some(ScopeKind::Try),
        "while_statement" | "for_statement" => return Some(ScopeKind::Loop),
        _ => {}
    }
    None
}

fn from_import(reader: &mut Reader<'_>, step: &Step<'_, '_>) {
    let node = step.node;
    let Some(module) = node.child_by_field_name("module_name") else {
        return;
    };
    let names = children(node)
        .into_iter()
        .filter(|child| child.id() != module.id())
        .map(|child| {
            let local = child.child_by_field_name("alias").unwrap_or(child);
            reader.slice(local).to_owned()
        })
        .collect();
    // Leading dots of relative imports are part of the name.
    let module = reader.slice(module).to_owned();
    for child in children(node) {
        if let (Some(name), Some(local)) = (
            child.child_by_field_name("name"),
            child.child_by_field_name("alias"),
        ) {
            let (exported, local) = (
                reader.slice(name).to_owned(),
                reader.slice(local).to_owned(),
            );
            reader.builder.alias(&module, Some(exported), local);
        }
    }
    reader.builder.import(&module, names, line(node));
}

/// `@task(…)` is a call named `@task`, with or without arguments.
fn decorator(reader: &mut Reader<'_>, step: &Step<'_, '_>) {
    let Some(inner) = children(step.node).into_iter().next() else {
        return;
    };
    let (callee, arguments): (String, Vec<Argument>) = match reader.value(inner, 0) {
        Expr::Call { callee, arguments } => (callee, arguments),
        Expr::Name(name) => (name, Vec::new()),
        _ => return,
    };
    reader
        .builder
        .call(format!("@{callee}"), arguments, line(step.node));
}
