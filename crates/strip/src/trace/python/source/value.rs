//! What can a computed module name be?

use std::collections::HashMap;

use tree_sitter::Node;

/// Stands for any text.
pub(in super::super) const HOLE: char = '\u{1}';
/// More possible values than this are none.
const MOST_VALUES: usize = 16;
/// Expressions nested deeper are not evaluated.
const DEPTH: usize = 12;

/// Evaluates the expressions of one file.
pub(super) struct Evaluator<'t> {
    pub(super) text: &'t str,
    pub(super) name: &'t str,
    pub(super) package: &'t str,
    /// What names of this file stand for, whatever their scope.
    names: HashMap<&'t str, Vec<String>>,
}

pub(super) fn slice<'t>(text: &'t str, node: Node<'_>) -> &'t str {
    text.get(node.byte_range()).unwrap_or_default()
}

impl<'t> Evaluator<'t> {
    pub(super) fn new(text: &'t str, name: &'t str, package: &'t str) -> Self {
        Self {
            text,
            name,
            package,
            names: HashMap::new(),
        }
    }

    /// Learns what names stand for.
    pub(super) fn learn(&mut self, root: Node<'_>) {
        let mut pending = vec![root];
        while let Some(node) = pending.pop() {
            match node.kind() {
                "assignment" => self.assigned(node),
                "for_statement" | "for_in_clause" => self.looped(node),
                "parameters" | "lambda_parameters" => self.parameters(node),
                _ => {}
            }
            let mut cursor = node.walk();
            let children: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
            pending.extend(children.into_iter().rev());
        }
    }

    fn add(&mut self, name: &'t str, values: Option<Vec<String>>) {
        let known = self.names.entry(name).or_default();
        for value in values.unwrap_or_else(|| vec![HOLE.to_string()]) {
            if !known.contains(&value) {
                known.push(value);
            }
        }
    }

    fn assigned(&mut self, node: Node<'_>) {
        let (Some(left), Some(right)) = (
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        ) else {
            return;
        };
        if left.kind() == "identifier" {
            let values = self.evaluate(right);
            self.add(slice(self.text, left), values);
        }
    }

    fn looped(&mut self, node: Node<'_>) {
        let (Some(left), Some(right)) = (
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        ) else {
            return;
        };
        if left.kind() != "identifier" {
            return;
        }
        let mut cursor = right.walk();
        let list = matches!(right.kind(), "list" | "tuple" | "set");
        let values = list.then(|| {
            let items = right.named_children(&mut cursor);
            items
                .flat_map(|item| {
                    self.evaluate(item)
                        .unwrap_or_else(|| vec![HOLE.to_string()])
                })
                .collect()
        });
        self.add(slice(self.text, left), values);
    }

    fn parameters(&mut self, node: Node<'_>) {
        let mut cursor = node.walk();
        let names: Vec<&'t str> = node
            .named_children(&mut cursor)
            .map(|parameter| parameter.child_by_field_name("name").unwrap_or(parameter))
            .map(|name| slice(self.text, name))
            .collect();
        for name in names {
            self.add(name, None);
        }
    }

    /// The values that an expression can have; `None` where nothing is known.
    pub(super) fn evaluate(&self, node: Node<'_>) -> Option<Vec<String>> {
        self.at(node, 0)
    }

    fn at(&self, node: Node<'_>, depth: usize) -> Option<Vec<String>> {
        if depth > DEPTH {
            return None;
        }
        let field = |name: &str| node.child_by_field_name(name);
        match node.kind() {
            "string" => self.string(node, depth),
            "concatenated_string" => {
                let mut cursor = node.walk();
                let parts: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
                parts
                    .into_iter()
                    .try_fold(vec![String::new()], |values, part| {
                        concat(&values, &or_hole(self.at(part, depth + 1)))
                    })
            }
            "parenthesized_expression" => self.at(node.named_child(0)?, depth + 1),
            "identifier" => self.identifier(slice(self.text, node)),
            "attribute" => match slice(self.text, node) {
                "__spec__.name" => Some(vec![self.name.to_owned()]),
                "__spec__.parent" => Some(vec![self.package.to_owned()]),
                _ => None,
            },
            "binary_operator" => {
                let (left, right) = (field("left")?, field("right")?);
                match slice(self.text, field("operator")?) {
                    "+" => {
                        let left = self.at(left, depth + 1);
                        let right = self.at(right, depth + 1);
                        if left.is_none() && right.is_none() {
                            return None;
                        }
                        concat(&or_hole(left), &or_hole(right))
                    }
                    "%" => self.at(left, depth + 1),
                    _ => None,
                }
            }
            "conditional_expression" => {
                let first = self.at(node.named_child(0)?, depth + 1);
                let last = self.at(node.named_child(2)?, depth + 1);
                let mut values = or_hole(first);
                values.extend(or_hole(last));
                Some(values)
            }
            "boolean_operator" => {
                let mut values = or_hole(self.at(field("left")?, depth + 1));
                values.extend(or_hole(self.at(field("right")?, depth + 1)));
                (values.len() <= MOST_VALUES).then_some(values)
            }
            // `"a.{}".format(x)`
            "call" => {
                let function = field("function")?;
                let method = function.child_by_field_name("attribute")?;
                let format = slice(self.text, method) == "format";
                let object = function.child_by_field_name("object").filter(|_| format)?;
                self.at(object, depth + 1)
            }
            _ => None,
        }
    }

    fn identifier(&self, name: &str) -> Option<Vec<String>> {
        match name {
            "__name__" => Some(vec![self.name.to_owned()]),
            "__package__" => Some(vec![self.package.to_owned()]),
            _ => {
                let values = self.names.get(name)?;
                (values.len() <= MOST_VALUES).then(|| values.clone())
            }
        }
    }

    /// A literal; what a format puts in is a hole.
    fn string(&self, node: Node<'_>, depth: usize) -> Option<Vec<String>> {
        let mut values = vec![String::new()];
        let mut cursor = node.walk();
        let parts: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
        for part in parts {
            let next = match part.kind() {
                "string_content" => vec![holes(slice(self.text, part))],
                "interpolation" => {
                    let expression = part.child_by_field_name("expression");
                    or_hole(expression.and_then(|expression| self.at(expression, depth + 1)))
                }
                _ => continue,
            };
            values = concat(&values, &next)?;
        }
        Some(values)
    }
}

/// `%s`, `%03x`, `%(name)s` and `{name}` are holes.
fn holes(text: &str) -> String {
    if !text.contains(['%', '{']) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['%', '{']) {
        out.push_str(&rest[..at]);
        let after = &rest[at..];
        let end = if after.starts_with('{') {
            after.find('}').map(|end| end + 1)
        } else {
            conversion(after)
        };
        if let Some(end) = end {
            out.push(HOLE);
            rest = &after[end..];
        } else {
            out.push_str(&after[..1]);
            rest = &after[1..];
        }
    }
    out.push_str(rest);
    out
}

/// The length of what `%` puts in at the beginning of a text (docs.python.org/3/library/stdtypes.html,
/// "printf-style String Formatting").
fn conversion(text: &str) -> Option<usize> {
    let mut rest = text.strip_prefix('%')?;
    if let Some(named) = rest.strip_prefix('(') {
        rest = named.split_once(')')?.1;
    }
    let rest = rest
        .trim_start_matches(['#', '0', '-', ' ', '+'])
        .trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '*' | '.'))
        .trim_start_matches(['h', 'l', 'L']);
    let puts_in = |c: char| "diouxXeEfFgGcrsa".contains(c);
    rest.starts_with(puts_in)
        .then_some(text.len() - rest.len() + 1)
}

fn or_hole(values: Option<Vec<String>>) -> Vec<String> {
    values.unwrap_or_else(|| vec![HOLE.to_string()])
}

fn concat(left: &[String], right: &[String]) -> Option<Vec<String>> {
    if left.len() * right.len() > MOST_VALUES {
        return None;
    }
    let pairs = left
        .iter()
        .flat_map(|one| right.iter().map(move |other| format!("{one}{other}")));
    Some(pairs.collect())
}
