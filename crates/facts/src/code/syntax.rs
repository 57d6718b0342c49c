//! Python, Ruby, Go, Java and PHP, parsed by their tree-sitter grammars.
//!
//! One walk without recursion serves all of them; what differs is which node kinds are
//! calls, assignments, imports and scopes (one small module per language).

mod branches;
mod calls;
mod go;
mod java;
mod parameters;
mod php;
mod python;
mod ruby;
mod values;

use slugsmith_finding::LineSpan;
use tree_sitter::{Node, Parser, Point};

use super::builder::{Builder, dotted};
use super::{Argument, Code, Expr, Language, ScopeKind};

/// Parses one file; broken syntax keeps what was understood.
pub(super) fn parse(path: &str, language: Language, text: &str) -> Code {
    let (grammar, visit, branches): (tree_sitter::Language, Visit, _) = match language {
        Language::Ruby => (
            tree_sitter_ruby::LANGUAGE.into(),
            ruby::visit,
            ruby::BRANCHES,
        ),
        Language::Go => (tree_sitter_go::LANGUAGE.into(), go::visit, go::BRANCHES),
        Language::Java => (
            tree_sitter_java::LANGUAGE.into(),
            java::visit,
            java::BRANCHES,
        ),
        Language::Php => (
            tree_sitter_php::LANGUAGE_PHP.into(),
            php::visit,
            php::BRANCHES,
        ),
        Language::Python | Language::JavaScript => (
            tree_sitter_python::LANGUAGE.into(),
            python::visit,
            python::BRANCHES,
        ),
    };
    let mut reader = Reader {
        text,
        language,
        builder: Builder::new(path, language),
    };
    let mut parser = Parser::new();
    let tree = match parser.set_language(&grammar) {
        Ok(()) => parser.parse(text, None),
        Err(_) => None,
    };
    let Some(tree) = tree else {
        reader.builder.code.broken = true;
        return reader.builder.finish();
    };
    reader.builder.code.broken = tree.root_node().has_error();
    reader.walk(tree.root_node(), visit, branches);
    reader.builder.finish()
}

type Visit = fn(&mut Reader<'_>, &Step<'_, '_>) -> Option<ScopeKind>;

/// One node of the walk.
struct Step<'s, 't> {
    node: Node<'t>,
    kind: &'static str,
    /// Which part of its parent this node is.
    field: Option<&'static str>,
    /// The nodes around it, outermost first.
    around: &'s [(Node<'t>, usize)],
}

impl<'t> Step<'_, 't> {
    fn parent(&self) -> Option<Node<'t>> {
        self.around.last().map(|(node, _)| *node)
    }

    fn grandparent(&self) -> Option<Node<'t>> {
        let at = self.around.len().checked_sub(2)?;
        self.around.get(at).map(|(node, _)| *node)
    }
}

struct Reader<'t> {
    text: &'t str,
    language: Language,
    builder: Builder,
}

impl Reader<'_> {
    fn walk(&mut self, root: Node<'_>, visit: Visit, branches: &[&str]) {
        let mut cursor = root.walk();
        let mut around: Vec<(Node<'_>, usize)> = Vec::new();
        loop {
            let node = cursor.node();
            let outer = self.builder.scope;
            let step = Step {
                node,
                kind: node.kind(),
                field: cursor.field_name(),
                around: &around,
            };
            if node.is_named() {
                // The branch first: its only statement may be this very node.
                if let Some(kind) = self.branch(&step, branches) {
                    self.builder.open(kind, line(node).number());
                }
                if step.kind == "return_statement" {
                    // Go has a list there, whatever its length.
                    let mut given = children(node).first().copied();
                    if let Some(list) = given.filter(|one| one.kind() == "expression_list") {
                        given = children(list).first().copied();
                    }
                    let given = given.map(|given| self.value(given, 0));
                    self.builder
                        .returned(given.unwrap_or(Expr::Nil), line(node));
                }
                self.default_parameter(&step);
                if let Some(kind) = visit(self, &step) {
                    self.builder.open(kind, line(node).number());
                }
            }
            // What follows an early exit stands in a branch as well, until its block ends.
            let outer = match self.early_exit(&step, branches) {
                Some(kind) => {
                    let inside = std::mem::replace(&mut self.builder.scope, outer);
                    self.builder.open(kind, line(node).number());
                    std::mem::replace(&mut self.builder.scope, inside)
                }
                None => outer,
            };
            around.push((node, outer));
            if cursor.goto_first_child() {
                continue;
            }
            loop {
                if let Some((_, outer)) = around.pop() {
                    self.builder.scope = outer;
                }
                if cursor.goto_next_sibling() {
                    break;
                }
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }

    fn slice(&self, node: Node<'_>) -> &str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    fn field(&self, node: Node<'_>, name: &str) -> String {
        node.child_by_field_name(name)
            .map_or_else(String::new, |child| self.slice(child).to_owned())
    }

    fn dotted(&self, node: Node<'_>) -> String {
        dotted(self.slice(node))
    }

    /// A call with its arguments, recorded; a read of the environment as well.
    fn record(&mut self, node: Node<'_>) {
        match self.value(node, 0) {
            Expr::Call { callee, arguments } => {
                self.builder.call(callee, arguments, call_line(node));
            }
            // `os.environ["X"] = …` sets it.
            Expr::Env { .. } if is_assigned(node) => {}
            value @ Expr::Env { .. } => {
                let strict = self.is_strict(node);
                self.builder.read(&value, strict, line(node));
                // `os.environ.setdefault("X", …)` reads it, and sets it where nothing else does.
                if let Expr::Env { name, .. } = &value
                    && self.slice(node).starts_with("os.environ.setdefault")
                {
                    let target = format!("os.environ.{name}");
                    self.builder.assign(target, value, line(node));
                }
            }
            _ => {}
        }
    }

    /// Whether a read of the environment fails where the variable is not set.
    fn is_strict(&self, node: Node<'_>) -> bool {
        let text = self.slice(node);
        match self.language {
            Language::Python => {
                let soft = [
                    "os.getenv",
                    "getenv",
                    "os.environ.get",
                    "environ.get",
                    "os.environ.setdefault",
                ];
                let callee = text.split('(').next().unwrap_or_default();
                !soft.iter().any(|call| text.starts_with(call)) && !callee.ends_with(".get")
            }
            Language::Ruby => text.starts_with("ENV.fetch"),
            _ => false,
        }
    }

    /// `a = b`, recorded; lists on both sides pair by pair.
    fn assignment(&mut self, left: Option<Node<'_>>, right: Option<Node<'_>>) {
        let (Some(left), Some(right)) = (left, right) else {
            return;
        };
        let lists = ["expression_list", "left_assignment_list", "pattern_list"];
        if lists.contains(&left.kind()) && right.kind() == left.kind() {
            let mut rights = right.walk();
            let rights: Vec<_> = right.named_children(&mut rights).collect();
            let mut lefts = left.walk();
            for (left, right) in left.named_children(&mut lefts).zip(rights) {
                let value = self.value(right, 0);
                self.builder.assign(self.target(left), value, line(left));
            }
            return;
        }
        // Go's grammar makes a list of the one value of a constant.
        let right = match children(right).as_slice() {
            [only] if right.kind() == "expression_list" => *only,
            _ => right,
        };
        let value = self.value(right, 0);
        self.builder.assign(self.target(left), value, line(left));
    }

    /// `ENV["A"] ||= "b"`: what the environment says stays.
    fn fallback(&mut self, node: Node<'_>) {
        let sides = ["left", "right"].map(|side| node.child_by_field_name(side));
        let [Some(left), Some(right)] = sides else {
            return;
        };
        let value = match self.value(left, 0) {
            read @ Expr::Env { .. } => Expr::or(read, self.value(right, 0)),
            _ => self.value(right, 0),
        };
        self.builder.assign(self.target(left), value, line(left));
    }

    /// Keeps the key of `a["b"]`, so that settings tables can be asked for it.
    fn target(&self, node: Node<'_>) -> String {
        if matches!(
            node.kind(),
            "subscript" | "element_reference" | "subscript_expression"
        ) {
            let text: String = self
                .slice(node)
                .chars()
                .filter(|character| !matches!(character, '\'' | '"' | '$' | '@'))
                .collect();
            return text.replace('[', ".").replace(']', "");
        }
        self.dotted(node)
    }
}

/// Whether a node is what an assignment sets.
fn is_assigned(node: Node<'_>) -> bool {
    node.parent().is_some_and(|parent| {
        matches!(parent.kind(), "assignment" | "assignment_expression")
            && parent.child_by_field_name("left") == Some(node)
    })
}

/// A node, as far as it is on the line where it starts.
fn line(node: Node<'_>) -> LineSpan {
    between(node.start_position(), node.end_position())
}

/// A call from the line of the name that is called on: in a chain over several lines, the last one.
fn call_line(node: Node<'_>) -> LineSpan {
    let name = ["method", "name", "function"]
        .iter()
        .find_map(|field| node.child_by_field_name(field));
    let Some(name) = name.filter(|name| name.end_position().row > node.start_position().row) else {
        return line(node);
    };
    let last = ["attribute", "field", "name"]
        .iter()
        .find_map(|field| name.child_by_field_name(field))
        .unwrap_or(name);
    if last.start_position().row < name.end_position().row {
        return LineSpan::whole(number(name.end_position()));
    }
    between(last.start_position(), node.end_position())
}

fn between(start: Point, end: Point) -> LineSpan {
    let ends_here = (start.row == end.row).then_some(end.column);
    LineSpan::part(number(start), start.column, ends_here)
}

/// 1-based.
fn number(point: Point) -> u32 {
    u32::try_from(point.row).unwrap_or(0) + 1
}

/// The direct children with names.
fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}
