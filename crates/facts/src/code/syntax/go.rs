//! Which nodes of a Go file are facts?

use super::{Argument, Expr, Reader, ScopeKind, Step, children, line};

/// Nodes whose parts run only under a condition.
pub(super) const BRANCHES: &[&str] = &["if_statement"];

/// The name of a function that a `go` statement writes out.
const STARTED: &str = "go func";

pub(super) fn visit(reader: &mut Reader<'_>, step: &Step<'_, '_>) -> Option<ScopeKind> {
    let node = step.node;
    match step.kind {
        "call_expression" => reader.record(node),
        "composite_literal" => {
            reader.record(node);
            if let Some((name, read)) = flag(&reader.value(node, 0)) {
                reader.builder.read(&read, false, line(node));
                reader.builder.assign(name, read, line(node));
            }
        }
        "short_var_declaration" | "assignment_statement" => reader.assignment(
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        ),
        "var_spec" | "const_spec" => {
            let value = node.child_by_field_name("value");
            // `var client http.Client` is as good as `http.Client{}`.
            if value.is_none() && reader.field(node, "type") == "http.Client" {
                reader
                    .builder
                    .call("http.Client".to_owned(), Vec::new(), line(node));
            }
            reader.assignment(node.child_by_field_name("name"), value);
        }
        // `Path string `default:"data.db"``, as envconfig and others fill it.
        "field_declaration" => {
            let tag = reader.field(node, "tag");
            if let Some(value) = tagged(&tag) {
                let name = reader.field(node, "name");
                reader.builder.read(&value, false, line(node));
                reader.builder.assign(name, value, line(node));
            }
        }
        // Fields belong to their struct: `ServerConfig.Port`.
        "type_spec" => {
            let is_struct = node
                .child_by_field_name("type")
                .is_some_and(|inner| inner.kind() == "struct_type");
            if is_struct {
                let name = reader.field(node, "name");
                return Some(ScopeKind::Class {
                    name,
                    bases: Vec::new(),
                });
            }
        }
        "import_spec" => {
            let path = reader.field(node, "path");
            let path = path.trim_matches(['"', '`']);
            // Godep rewrote the imports of what it kept in the app.
            let module = path
                .rsplit("/Godeps/_workspace/src/")
                .next()
                .unwrap_or(path)
                .to_owned();
            let name = reader.field(node, "name");
            reader.builder.import(&module, vec![name], line(node));
        }
        // What is started is the only argument: `go send(mail)` is `go(send(mail))`.
        "go_statement" => {
            let started = children(node).first().map(|started| Argument {
                name: None,
                value: reader.value(*started, 0),
            });
            reader
                .builder
                .call("go".to_owned(), started.into_iter().collect(), line(node));
        }
        // What is sent into a channel: `client.send <- message` is `<-(client.send, message)`.
        "send_statement" => {
            let parts = children(node).into_iter().map(|part| Argument {
                name: None,
                value: reader.value(part, 0),
            });
            let parts = parts.collect();
            reader.builder.call("<-".to_owned(), parts, line(node));
        }
        // `go func() { … }()`: the body runs beside what started it.
        "func_literal" if is_started(node) => {
            return Some(ScopeKind::Function {
                name: STARTED.to_owned(),
            });
        }
        "function_declaration" | "method_declaration" | "func_literal" => {
            let name = reader.field(node, "name");
            return Some(ScopeKind::Function { name });
        }
        "for_statement" => return Some(ScopeKind::Loop),
        _ => {}
    }
    None
}

/// The value that a field's tag says: the variable that fills it (`env:"PORT" envDefault:"80"`,
/// `envconfig:"PORT"`, `env:"PORT, default=80"`), or a default alone.
fn tagged(tag: &str) -> Option<Expr> {
    let of = |keys: &[&str]| {
        keys.iter().find_map(|key| {
            let (before, rest) = tag.split_once(&format!("{key}:\""))?;
            // `yaml:"x" default:"y"`: the whole key, not the end of another one.
            before
                .ends_with(['`', ' ', '\t'])
                .then(|| rest.split('"').next().unwrap_or_default())
        })
    };
    let named = of(&["env", "envconfig"]).unwrap_or_default();
    let mut parts = named.split(',').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let inline = parts.find_map(|part| part.strip_prefix("default="));
    let default = of(&["default", "envDefault", "env-default"]).or(inline);
    let default = default
        .filter(|default| !default.is_empty())
        .map(|default| Expr::Text(default.to_owned()));
    let is_variable = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if is_variable {
        return Some(Expr::Env {
            name: name.to_owned(),
            default: default.map(Box::new),
        });
    }
    default
}

/// A flag of a command line that a variable fills, with its name: `cli.StringFlag{Name: "port", EnvVar: "PORT",
/// Value: "80"}` of urfave/cli, `EnvVars` since its version 2, `Sources: cli.EnvVars("PORT")` since 3.
fn flag(value: &Expr) -> Option<(String, Expr)> {
    let Expr::Call { callee, arguments } = value else {
        return None;
    };
    let of = |name: &str| {
        let mut named = arguments
            .iter()
            .filter(|one| one.name.as_deref() == Some(name));
        named.next().map(|one| &one.value)
    };
    let text = |value: &Expr| {
        let mut found = None;
        value.walk(&mut |inner| found = found.take().or_else(|| inner.text().map(str::to_owned)));
        found.filter(|text| !text.is_empty())
    };
    if !callee.ends_with("Flag") {
        return None;
    }
    let variables = ["EnvVar", "EnvVars", "Sources"]
        .iter()
        .find_map(|name| text(of(name)?))?;
    let first = variables.split(',').next().unwrap_or(&variables).trim();
    let default = of("Value").filter(|value| value.text() != Some(""));
    let read = Expr::Env {
        name: first.to_owned(),
        default: default.cloned().map(Box::new),
    };
    Some((text(of("Name")?)?, read))
}

/// Whether a function literal is what a `go` statement starts.
fn is_started(node: tree_sitter::Node<'_>) -> bool {
    let call = node
        .parent()
        .filter(|call| call.kind() == "call_expression");
    call.and_then(|call| call.parent())
        .is_some_and(|parent| parent.kind() == "go_statement")
}
