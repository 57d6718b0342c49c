//! What does a call say: its name, its arguments, or the variable that it reads?

use tree_sitter::Node;

use super::super::builder::DEPTH;
use super::{Argument, Expr, Language, Reader, children};

impl Reader<'_> {
    pub(super) fn call(&self, node: Node<'_>, depth: usize) -> Expr {
        let name = |field: &str| {
            node.child_by_field_name(field)
                .map(|part| self.dotted(part))
        };
        let receiver = name("receiver")
            .or_else(|| name("object"))
            .or_else(|| name("scope"));
        let method = name("method")
            .or_else(|| name("name"))
            .or_else(|| name("function"))
            .or_else(|| name("type"))
            .or_else(|| self.created(node))
            .unwrap_or_default();
        let callee = match receiver {
            Some(receiver) => format!("{receiver}.{method}"),
            None => method,
        };
        if let Some(object) = self.reshaped(node, &callee)
            && depth < DEPTH
            && let read @ Expr::Env { .. } = self.value(object, depth + 1)
        {
            return read;
        }
        let list = node
            .child_by_field_name("arguments")
            .or_else(|| node.child_by_field_name("body"))
            .or_else(|| {
                children(node)
                    .into_iter()
                    .find(|child| child.kind() == "arguments")
            });
        let mut arguments: Vec<_> = list
            .map(children)
            .unwrap_or_default()
            .into_iter()
            .filter(|argument| argument.kind() != "comment")
            .map(|argument| self.argument(argument, depth))
            .collect();
        let block = node.child_by_field_name("block");
        let asked = match callee.strip_suffix(".get") {
            Some(object) if self.is_environ(object) => "environ.get",
            _ => callee.as_str(),
        };
        if let Some(read) = environment(self.language, asked, &arguments, block.is_some()) {
            return read;
        }
        // `app.config.get("X")` is `app.config["X"]`.
        if let (Language::Python, Some(object), [key]) = (
            self.language,
            callee.strip_suffix(".config.get"),
            arguments.as_slice(),
        ) && let Expr::Text(key) = &key.value
        {
            return Expr::Name(format!("{object}.config.{key}"));
        }
        if block.is_some() && self.language == Language::Ruby {
            arguments.push(Argument {
                name: Some("&block".to_owned()),
                value: Expr::Function,
            });
        }
        Expr::Call { callee, arguments }
    }

    /// What a call only gives another form: `os.environ.get("DEBUG", "true").lower()` and `ENV.fetch("KEY", "…").strip`
    /// are still what the environment says.
    fn reshaped<'t>(&self, node: Node<'t>, callee: &str) -> Option<Node<'t>> {
        let method = callee.rsplit('.').next().unwrap_or(callee);
        match (self.language, method) {
            (
                Language::Python,
                "lower" | "upper" | "strip" | "lstrip" | "rstrip" | "casefold" | "title" | "encode"
                | "decode",
            ) => node
                .child_by_field_name("function")
                .and_then(|function| function.child_by_field_name("object")),
            (Language::Ruby, "to_s" | "strip" | "chomp" | "downcase" | "upcase" | "freeze") => {
                node.child_by_field_name("receiver")
            }
            _ => None,
        }
    }

    /// Whether a name stands for Python's `os.environ` (`from os import environ as env`).
    pub(super) fn is_environ(&self, name: &str) -> bool {
        let mut imports = self.builder.code.imports.iter();
        self.language == Language::Python
            && !matches!(name, "path" | "getenv")
            && imports.any(|one| one.module == "os" && one.names.iter().any(|own| own == name))
    }

    /// The class of PHP's `new X(…)`, which has no field for it.
    fn created(&self, node: Node<'_>) -> Option<String> {
        children(node)
            .first()
            .filter(|child| matches!(child.kind(), "name" | "qualified_name" | "variable_name"))
            .map(|child| self.dotted(*child))
    }

    fn argument(&self, node: Node<'_>, depth: usize) -> Argument {
        let (name, value) = match node.kind() {
            "keyword_argument" | "argument" => (
                node.child_by_field_name("name"),
                node.child_by_field_name("value")
                    .or_else(|| children(node).last().copied()),
            ),
            "pair" | "keyed_element" => (
                children(node).first().copied(),
                children(node).last().copied(),
            ),
            "element_value_pair" => (
                node.child_by_field_name("key"),
                node.child_by_field_name("value"),
            ),
            // `connect(**options)` gives what the object has.
            "dictionary_splat" | "hash_splat_argument" => {
                let given = children(node)
                    .first()
                    .map(|value| self.value(*value, depth + 1));
                return Argument {
                    name: None,
                    value: Expr::Object(
                        given
                            .map(|value| ("...".to_owned(), value))
                            .into_iter()
                            .collect(),
                    ),
                };
            }
            _ => (None, Some(node)),
        };
        Argument {
            name: name.map(|name| self.key(name)),
            value: value.map_or(Expr::Other, |value| self.value(value, depth + 1)),
        }
    }
}

/// The read of an environment variable that a call is, if it is one.
fn environment(
    language: Language,
    callee: &str,
    arguments: &[Argument],
    block: bool,
) -> Option<Expr> {
    let reads = match language {
        Language::Python => matches!(
            callee,
            "os.getenv"
                | "getenv"
                | "os.environ.get"
                | "environ.get"
                | "os.environ.setdefault"
                | "config"
                | "decouple.config"
                | "env"
                | "env.str"
                | "env.bool"
                | "env.int"
                | "env.list"
                | "env.db"
                | "env.url"
                | "env.float"
                | "env.json"
                | "env.cache"
        ),
        Language::Ruby => matches!(callee, "ENV.fetch" | "ENV.key?" | "ENV.has_key?"),
        Language::Go => matches!(callee, "os.Getenv" | "os.LookupEnv"),
        Language::Java => matches!(callee, "System.getenv" | "System.getenv().get"),
        Language::Php => matches!(callee, "env" | "getenv" | "Env.get"),
        Language::JavaScript => false,
    };
    if !reads {
        return None;
    }
    let name = arguments.first()?.value.text()?.to_owned();
    let default = arguments
        .iter()
        .skip(1)
        .find(|argument| {
            argument
                .name
                .as_deref()
                .is_none_or(|name| name == "default")
        })
        .map(|argument| Box::new(argument.value.clone()))
        .or_else(|| block.then(|| Box::new(Expr::Function)));
    Some(Expr::Env { name, default })
}
