//! What value does a node stand for? Kinds of all five grammars in one table, since most
//! of them have the same names and the same shape.

use tree_sitter::Node;

use super::super::builder::{DEPTH, LONG_CHAIN, MOST_PARTS};
use super::{Expr, Language, Reader, children};

/// Nodes with one operand, `not` among them.
const UNARY: &[&str] = &[
    "unary_expression",
    "unary",
    "not_operator",
    "unary_op_expression",
    "unary_operator",
];

impl Reader<'_> {
    pub(super) fn value(&self, node: Node<'_>, depth: usize) -> Expr {
        if depth > DEPTH {
            return Expr::Other;
        }
        let inner = |node: Node<'_>| self.value(node, depth + 1);
        match node.kind() {
            "string"
            | "interpreted_string_literal"
            | "raw_string_literal"
            | "string_literal"
            | "encapsed_string"
            | "concatenated_string"
            | "chained_string"
            | "bare_string"
            | "heredoc_body" => self.string(node, depth),
            "integer"
            | "float"
            | "int_literal"
            | "float_literal"
            | "decimal_integer_literal"
            | "decimal_floating_point_literal" => Expr::Number(self.slice(node).to_owned()),
            "true" | "false" | "boolean" => {
                Expr::Bool(self.slice(node).eq_ignore_ascii_case("true"))
            }
            "none" | "nil" | "null" | "null_literal" => Expr::Nil,
            "simple_symbol" => Expr::Name(self.slice(node).to_owned()),
            "identifier"
            | "constant"
            | "variable_name"
            | "name"
            | "attribute"
            | "selector_expression"
            | "field_access"
            | "member_access_expression"
            | "scope_resolution"
            | "class_constant_access_expression"
            | "qualified_name"
            | "instance_variable"
            | "global_variable"
            | "scoped_property_access_expression" => Expr::Name(self.dotted(node)),
            "subscript" | "element_reference" | "subscript_expression" | "index_expression" => {
                self.subscript(node, depth)
            }
            "call"
            | "call_expression"
            | "method_invocation"
            | "object_creation_expression"
            | "function_call_expression"
            | "member_call_expression"
            | "scoped_call_expression"
            | "nullsafe_member_call_expression"
            | "composite_literal" => self.call(node, depth),
            "dictionary" | "hash" | "array_creation_expression" | "literal_value" => {
                self.collection(node, depth)
            }
            "list"
            | "tuple"
            | "set"
            | "array"
            | "array_initializer"
            | "string_array"
            | "symbol_array"
            | "expression_list"
            | "right_assignment_list" => {
                Expr::List(children(node).into_iter().map(inner).collect())
            }
            "boolean_operator"
            | "binary"
            | "binary_expression"
            | "binary_operator"
            | "comparison_operator" => self.binary(node, depth),
            "conditional_expression" | "conditional" | "ternary_expression" => {
                let mut values: Vec<_> = children(node).into_iter().map(inner).collect();
                match values.as_mut_slice() {
                    // PHP's `getenv('X') ?: 'y'` has no middle part.
                    [Expr::Env { default, .. }, other] if default.is_none() => {
                        *default = Some(Box::new(std::mem::replace(other, Expr::Nil)));
                        values.swap_remove(0)
                    }
                    _ => Expr::Either(values),
                }
            }
            "if" | "unless" | "elsif" if self.language == Language::Ruby => {
                Expr::Either(self.options(node, depth))
            }
            "lambda" | "block" | "do_block" | "func_literal" | "anonymous_function"
            | "arrow_function" | "lambda_expression" => Expr::Function,
            kind if UNARY.contains(&kind) => self.unary(node, depth),
            "parenthesized_expression"
            | "await"
            | "literal_element"
            | "type_conversion_expression"
            | "splat_argument"
            | "cast_expression"
            | "parenthesized_statements" => children(node)
                .last()
                .map_or(Expr::Other, |child| inner(*child)),
            _ => Expr::Other,
        }
    }

    fn unary(&self, node: Node<'_>, depth: usize) -> Expr {
        let operand = children(node).last().copied();
        let value = operand.map_or(Expr::Other, |operand| self.value(operand, depth + 1));
        let text = self.slice(node);
        if text.starts_with('!') || text.starts_with("not") {
            Expr::not(value)
        } else {
            value
        }
    }

    /// What a Ruby `if` gives in each of its branches, in their order.
    fn options(&self, node: Node<'_>, depth: usize) -> Vec<Expr> {
        let mut found = Vec::new();
        for field in ["consequence", "alternative"] {
            let Some(branch) = node.child_by_field_name(field) else {
                continue;
            };
            if branch.kind() == "elsif" && depth < DEPTH {
                found.extend(self.options(branch, depth + 1));
            } else if let Some(last) = children(branch).last() {
                found.push(self.value(*last, depth + 1));
            }
        }
        found
    }

    fn string(&self, node: Node<'_>, depth: usize) -> Expr {
        let parts = children(node);
        let interpolated = parts.iter().any(|part| {
            matches!(
                part.kind(),
                "interpolation"
                    | "variable_name"
                    | "member_access_expression"
                    | "subscript_expression"
                    | "string"
                    | "encapsed_string"
            )
        });
        if !interpolated {
            return Expr::Text(unquote(self.slice(node)).to_owned());
        }
        // Python's quotes are nodes as well.
        let quote = |part: &&Node<'_>| matches!(part.kind(), "string_start" | "string_end");
        let parts = parts.iter().filter(|part| !quote(part));
        let values = parts.map(|part| match part.kind() {
            "interpolation" => children(*part)
                .first()
                .map_or(Expr::Other, |inner| self.value(*inner, depth + 1)),
            "string_content" | "string_value" => Expr::Text(self.slice(*part).to_owned()),
            _ => self.value(*part, depth + 1),
        });
        Expr::Join(values.collect())
    }

    /// `ENV["X"]`, `os.environ["X"]`, `$_ENV["X"]` read the environment; the rest are names.
    fn subscript(&self, node: Node<'_>, depth: usize) -> Expr {
        let object = ["value", "object", "operand"]
            .iter()
            .find_map(|field| node.child_by_field_name(field))
            .or_else(|| children(node).first().copied());
        let base = object.map_or_else(String::new, |object| match object.kind() {
            // `config["db"]["host"]`
            kind if kind == node.kind() && depth < DEPTH => {
                match self.subscript(object, depth + 1) {
                    Expr::Name(name) => name,
                    _ => self.dotted(object),
                }
            }
            _ => self.dotted(object),
        });
        let key = children(node).last().map(|key| self.value(*key, DEPTH - 1));
        let environment = match (base.as_str(), &key) {
            // What the web server says of a request stands in the same table.
            ("_SERVER", Some(Expr::Text(name))) => !is_of_request(name),
            ("_SERVER", _) => false,
            (base, _) => {
                matches!(base, "ENV" | "os.environ" | "environ" | "_ENV") || self.is_environ(base)
            }
        };
        match key {
            Some(Expr::Text(name)) if environment => Expr::Env {
                name,
                default: None,
            },
            // Some variable is read; which one is not known.
            Some(_) if environment => Expr::Env {
                name: "*".to_owned(),
                default: None,
            },
            Some(Expr::Text(name)) => Expr::Name(format!("{base}.{name}")),
            Some(Expr::Name(name)) if name.starts_with(':') => {
                Expr::Name(format!("{base}.{}", &name[1..]))
            }
            _ => Expr::Name(format!("{base}[]")),
        }
    }

    pub(super) fn key(&self, node: Node<'_>) -> String {
        let text = self.slice(node).trim();
        unquote(text.trim_start_matches(':').trim_end_matches(':')).to_owned()
    }

    /// A dictionary, or a list where no element has a key (PHP has one literal for both).
    fn collection(&self, node: Node<'_>, depth: usize) -> Expr {
        let mut entries = Vec::new();
        let mut items = Vec::new();
        for child in children(node) {
            let parts = children(child);
            match (child.kind(), parts.as_slice()) {
                ("pair" | "array_element_initializer" | "keyed_element", [key, .., value]) => {
                    entries.push((self.key(*key), self.value(*value, depth + 1)));
                }
                ("array_element_initializer", [value]) => {
                    items.push(self.value(*value, depth + 1));
                }
                ("comment", _) => {}
                ("dictionary_splat" | "hash_splat_argument" | "variadic_unpacking", [value]) => {
                    entries.push(("...".to_owned(), self.value(*value, depth + 1)));
                }
                _ => items.push(self.value(child, depth + 1)),
            }
        }
        if entries.is_empty() && !items.is_empty() {
            return Expr::List(items);
        }
        Expr::Object(entries)
    }

    /// A text that is put together from many lines (`"…" + "…" + …`), as keys are written: as deep as it has lines, it
    /// would be cut off.
    fn chain(&self, node: Node<'_>, depth: usize) -> Option<Expr> {
        let operator = |node: Node<'_>| {
            node.child_by_field_name("operator")
                .map(|operator| self.slice(operator))
                .filter(|operator| matches!(*operator, "+" | "."))
        };
        let own = operator(node)?;
        let mut parts = Vec::new();
        let mut left = node;
        while left.kind() == node.kind() && operator(left) == Some(own) {
            parts.push(left.child_by_field_name("right")?);
            left = left.child_by_field_name("left")?;
            if parts.len() > MOST_PARTS {
                return None;
            }
        }
        if parts.len() < LONG_CHAIN {
            return None;
        }
        let first = std::iter::once(left);
        let parts = first.chain(parts.into_iter().rev());
        Some(Expr::Join(
            parts.map(|part| self.value(part, depth + 1)).collect(),
        ))
    }

    fn binary(&self, node: Node<'_>, depth: usize) -> Expr {
        if let Some(chain) = self.chain(node, depth) {
            return chain;
        }
        let parts = children(node);
        let (Some(left), Some(right)) = (parts.first(), parts.last()) else {
            return Expr::Other;
        };
        let operator = node
            .child_by_field_name("operator")
            .map_or_else(String::new, |operator| self.slice(operator).to_owned());
        let left = self.value(*left, depth + 1);
        let right = self.value(*right, depth + 1);
        match operator.as_str() {
            "or" | "||" | "??" | "?:" => Expr::or(left, right),
            "and" | "&&" => Expr::Either(vec![left, right]),
            _ => Expr::Join(vec![left, right]),
        }
    }
}

/// Keys of PHP's `$_SERVER` that are about the request or the script, not variables of the
/// platform (<https://www.php.net/manual/en/reserved.variables.server.php>).
fn is_of_request(name: &str) -> bool {
    const STARTS: &[&str] = &[
        "HTTP",
        "REQUEST_",
        "SERVER_",
        "REMOTE_",
        "SCRIPT_",
        "QUERY_",
        "DOCUMENT_",
        "CONTENT_",
        "PHP_",
        "PATH_",
        "ORIG_",
        "REDIRECT_",
        "GATEWAY_",
        "AUTH_TYPE",
        "SSL_",
        "arg",
    ];
    STARTS.iter().any(|start| name.starts_with(start))
}

/// A literal without its prefix and quotes.
fn unquote(text: &str) -> &str {
    let text = text.trim();
    let start = text.find(['"', '\'', '`']).filter(|at| *at <= 2);
    let Some(start) = start else {
        return text;
    };
    let body = &text[start..];
    for quotes in ["\"\"\"", "'''", "\"", "'", "`"] {
        if let Some(inner) = body
            .strip_prefix(quotes)
            .and_then(|rest| rest.strip_suffix(quotes))
        {
            return inner;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::unquote;

    #[test]
    fn quotes_go_whatever_the_prefix() {
        for text in [
            "'a'",
            "\"a\"",
            "b'a'",
            "r\"a\"",
            "\"\"\"a\"\"\"",
            "`a`",
            "a",
        ] {
            assert_eq!(unquote(text), "a");
        }
    }
}
