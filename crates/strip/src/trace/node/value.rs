//! What can a computed name or path be?
//!
//! Evaluates an expression to texts with holes: `"./x/" + name` is `./x/` and a hole,
//! `path.join(__dirname, "a")` is a path inside the app. Several values mean that any of
//! them may be the one; no value means that nothing is known.

use std::collections::{HashMap, HashSet};

use oxc_allocator::Allocator;
use oxc_ast::ast::{self, Expression as E};
use oxc_parser::Parser;
use oxc_span::SourceType;
use oxc_syntax::operator::BinaryOperator;

use crate::index::{join, parent};

/// Stands for any text, slashes included.
pub(super) const HOLE: char = '\u{1}';
/// More possible values than this are none: the name is not decided here.
const MOST_VALUES: usize = 16;
/// Expressions nested deeper are not evaluated.
const DEPTH: usize = 16;

/// One possible value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Value {
    /// A path from the app's root rather than any text.
    pub(super) inside: bool,
    pub(super) text: String,
}

impl Value {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self {
            inside: false,
            text: text.into(),
        }
    }

    pub(super) fn inside(text: impl Into<String>) -> Self {
        Self {
            inside: true,
            text: text.into(),
        }
    }

    /// What is known before the first hole.
    pub(super) fn start(&self) -> &str {
        self.text.split(HOLE).next().unwrap_or_default()
    }

    pub(super) fn is_known(&self) -> bool {
        !self.text.contains(HOLE)
    }
}

/// Evaluates the expressions of one file.
pub(super) struct Evaluator<'e> {
    /// The file's path, relative to the app.
    pub(super) file: &'e str,
    pub(super) platform: &'e str,
    pub(super) arch: &'e str,
    /// The path that `require.resolve` gives.
    pub(super) resolve: &'e dyn Fn(&str) -> Option<String>,
    /// What names of this file stand for, whatever their scope.
    pub(super) names: HashMap<String, Vec<Value>>,
    /// Names that stand for `require`.
    pub(super) loaders: HashSet<String>,
}

impl Evaluator<'_> {
    pub(super) fn evaluate(&self, expression: &E<'_>) -> Option<Vec<Value>> {
        self.at(expression, 0)
    }

    /// What a template can be.
    pub(super) fn templated(&self, template: &ast::TemplateLiteral<'_>) -> Vec<Value> {
        self.template(template, 0)
    }

    /// The value of code that is a text: `eval("__dirname")`.
    pub(super) fn evaluate_code(&self, code: &str) -> Option<Vec<Value>> {
        let allocator = Allocator::default();
        let expression = Parser::new(&allocator, code, SourceType::cjs())
            .parse_expression()
            .ok()?;
        self.at(&expression, 1)
    }

    fn at(&self, expression: &E<'_>, depth: usize) -> Option<Vec<Value>> {
        if depth > DEPTH {
            return None;
        }
        let one = |value: Value| Some(vec![value]);
        match expression.get_inner_expression() {
            E::StringLiteral(text) => one(Value::text(text.value.to_string())),
            E::NumericLiteral(number) => one(Value::text(number.value.to_string())),
            E::TemplateLiteral(template) => Some(self.template(template, depth)),
            E::Identifier(name) => self.name(&name.name),
            E::BinaryExpression(binary) if binary.operator == BinaryOperator::Addition => {
                let left = self.at(&binary.left, depth + 1);
                let right = self.at(&binary.right, depth + 1);
                if left.is_none() && right.is_none() {
                    return None;
                }
                Some(concat(&or_hole(left), &or_hole(right)))
            }
            E::ConditionalExpression(choice) => either(
                self.at(&choice.consequent, depth + 1),
                self.at(&choice.alternate, depth + 1),
            ),
            E::LogicalExpression(logical) => either(
                self.at(&logical.left, depth + 1),
                self.at(&logical.right, depth + 1),
            ),
            E::AwaitExpression(inner) => self.at(&inner.argument, depth + 1),
            E::AssignmentExpression(inner) => self.at(&inner.right, depth + 1),
            E::SequenceExpression(list) => self.at(list.expressions.last()?, depth + 1),
            E::StaticMemberExpression(member) => self.member(member, depth),
            E::CallExpression(call) => self.call(call, depth),
            E::NewExpression(call) => {
                let is_url = matches!(&call.callee, E::Identifier(name) if name.name == "URL");
                is_url.then(|| self.url(&call.arguments, depth)).flatten()
            }
            _ => None,
        }
    }

    fn name(&self, name: &str) -> Option<Vec<Value>> {
        if let Some(values) = self.names.get(name) {
            return (!values.is_empty()).then(|| values.clone());
        }
        match name {
            "__dirname" => Some(vec![Value::inside(parent(self.file))]),
            "__filename" => Some(vec![Value::inside(self.file)]),
            _ => None,
        }
    }

    fn template(&self, template: &ast::TemplateLiteral<'_>, depth: usize) -> Vec<Value> {
        let mut values = vec![Value::text("")];
        let mut expressions = template.expressions.iter();
        for quasi in &template.quasis {
            let text = quasi.value.cooked.as_ref().map_or("", |text| text.as_str());
            values = concat(&values, &[Value::text(text)]);
            if let Some(expression) = expressions.next() {
                values = concat(&values, &or_hole(self.at(expression, depth + 1)));
            }
        }
        values
    }

    fn member(&self, member: &ast::StaticMemberExpression<'_>, depth: usize) -> Option<Vec<Value>> {
        let property = member.property.name.as_str();
        let one = |value: Value| Some(vec![value]);
        match member.object.get_inner_expression() {
            E::ImportMeta(_) => match property {
                "url" | "filename" => one(Value::inside(self.file)),
                "dirname" => one(Value::inside(parent(self.file))),
                _ => None,
            },
            E::Identifier(object) if object.name == "process" => match property {
                "platform" => one(Value::text(self.platform)),
                "arch" => one(Value::text(self.arch)),
                _ => None,
            },
            E::Identifier(object) if object.name == "module" && property == "filename" => {
                one(Value::inside(self.file))
            }
            E::Identifier(object) if object.name == "path" && property == "sep" => {
                one(Value::text("/"))
            }
            _ if matches!(property, "href" | "pathname" | "default") => {
                self.at(&member.object, depth + 1)
            }
            _ => None,
        }
    }

    /// What a call gives.
    pub(super) fn evaluate_call(&self, call: &ast::CallExpression<'_>) -> Option<Vec<Value>> {
        self.call(call, 0)
    }

    fn call(&self, call: &ast::CallExpression<'_>, depth: usize) -> Option<Vec<Value>> {
        let argument = |at: usize| {
            let argument = call.arguments.get(at)?.as_expression()?;
            self.at(argument, depth + 1)
        };
        let (object, function) = match call.callee.get_inner_expression() {
            E::Identifier(name) => (None, name.name.as_str()),
            E::StaticMemberExpression(member) => {
                (Some(&member.object), member.property.name.as_str())
            }
            // `(0, path_1.join)(…)`, as TypeScript writes it.
            E::SequenceExpression(list) => match list.expressions.last() {
                Some(E::StaticMemberExpression(member)) => {
                    (Some(&member.object), member.property.name.as_str())
                }
                _ => return None,
            },
            _ => return None,
        };
        if let ("join", Some(E::ArrayExpression(list))) =
            (function, object.map(E::get_inner_expression))
        {
            return self.list(list, argument(0), depth);
        }
        let on = |wanted: &str| match object {
            Some(E::Identifier(name)) => name.name == wanted,
            Some(E::ImportMeta(_)) => wanted == "meta",
            _ => false,
        };
        match function {
            "join" | "resolve" if on("require") || on("meta") => {
                let values = argument(0)?;
                self.resolved(&values)
            }
            "join" | "resolve" if !on("Promise") => self.joined(call, function, depth),
            "eval" if object.is_none() => {
                let code = argument(0)?;
                let code = code
                    .first()
                    .filter(|value| !value.inside && value.is_known())?;
                self.evaluate_code(&code.text)
            }
            "cwd" if on("process") => Some(vec![Value::inside("")]),
            "platform" if on("os") => Some(vec![Value::text(self.platform)]),
            "arch" if on("os") => Some(vec![Value::text(self.arch)]),
            "dirname" => Some(argument(0)?.into_iter().map(|value| up(&value)).collect()),
            "fileURLToPath"
            | "pathToFileURL"
            | "String"
            | "normalize"
            | "realpathSync"
            | "toNamespacedPath"
            | "_interopRequireWildcard" => argument(0),
            "toString" | "valueOf" | "toLowerCase" | "trim" => self.at(object?, depth + 1),
            // `__dirname.replace(/\\/g, "/")` changes nothing here.
            "replace" | "replaceAll" if is_separator(call.arguments.first()?) => {
                self.at(object?, depth + 1)
            }
            "concat" => {
                let mut values = self.at(object?, depth + 1)?;
                for number in 0..call.arguments.len() {
                    values = concat(&values, &or_hole(argument(number)));
                }
                Some(values)
            }
            _ => None,
        }
    }

    /// `[__dirname, "..", name].join("/")`.
    fn list(
        &self,
        list: &ast::ArrayExpression<'_>,
        separator: Option<Vec<Value>>,
        depth: usize,
    ) -> Option<Vec<Value>> {
        let separator = separator.unwrap_or_else(|| vec![Value::text(",")]);
        let mut values: Option<Vec<Value>> = None;
        for element in &list.elements {
            let next = or_hole(
                element
                    .as_expression()
                    .and_then(|one| self.at(one, depth + 1)),
            );
            values = Some(match values {
                None => next,
                Some(before) => concat(&concat(&before, &separator), &next),
            });
        }
        values.filter(|values| {
            values
                .iter()
                .any(|value| value.text.chars().any(|c| c != HOLE))
        })
    }

    fn resolved(&self, values: &[Value]) -> Option<Vec<Value>> {
        let found: Vec<Value> = values
            .iter()
            .filter(|value| value.is_known())
            .filter_map(|value| {
                if value.inside {
                    return Some(value.clone());
                }
                (self.resolve)(&value.text).map(Value::inside)
            })
            .collect();
        (!found.is_empty()).then_some(found)
    }

    /// `path.join(a, b, …)`, and `path.resolve`, for which a text alone begins in the
    /// working directory: the app's root.
    fn joined(
        &self,
        call: &ast::CallExpression<'_>,
        function: &str,
        depth: usize,
    ) -> Option<Vec<Value>> {
        let mut values: Option<Vec<Value>> = None;
        let mut known = false;
        for argument in &call.arguments {
            let next = argument
                .as_expression()
                .and_then(|argument| self.at(argument, depth + 1));
            known |= next.is_some();
            let next = or_hole(next);
            values = Some(match values {
                None => next,
                Some(before) => {
                    // An absolute path later on starts anew.
                    if next.iter().all(|value| value.inside) {
                        next
                    } else {
                        let slash = concat(&before, &[Value::text("/")]);
                        concat(&slash, &next)
                    }
                }
            });
        }
        let mut values = values.filter(|_| known)?;
        for value in &mut values {
            let starts = !value.text.starts_with(['/', HOLE]);
            if function == "resolve" && !value.inside && starts {
                value.inside = true;
            }
        }
        Some(values)
    }

    fn url(&self, arguments: &[ast::Argument<'_>], depth: usize) -> Option<Vec<Value>> {
        let at = |number: usize| {
            let argument = arguments.get(number)?.as_expression()?;
            self.at(argument, depth + 1)
        };
        let base = at(1)?;
        let folders: Vec<Value> = base.iter().map(up).collect();
        let folders = concat(&folders, &[Value::text("/")]);
        Some(concat(&folders, &or_hole(at(0))))
    }
}

/// A pattern of what stands in addresses and in paths of other systems only.
fn is_separator(pattern: &ast::Argument<'_>) -> bool {
    match pattern.as_expression().map(E::get_inner_expression) {
        Some(E::StringLiteral(text)) => matches!(text.value.as_str(), "\\" | "file://" | "file:"),
        Some(E::RegExpLiteral(literal)) => {
            let pattern = literal.regex.pattern.text.as_str();
            matches!(pattern, r"\\" | r"\\+" | r"[\\]" | r"[\\/]" | r"^file:\/\/")
        }
        _ => false,
    }
}

fn or_hole(values: Option<Vec<Value>>) -> Vec<Value> {
    values.unwrap_or_else(|| vec![Value::text(HOLE.to_string())])
}

fn either(left: Option<Vec<Value>>, right: Option<Vec<Value>>) -> Option<Vec<Value>> {
    let mut values = match (left, right) {
        (Some(left), Some(right)) => [left, right].concat(),
        (one, other) => one.or(other)?,
    };
    values.dedup();
    Some(few(values))
}

/// Of too many values those that are paths, whose folders then stay.
fn few(values: Vec<Value>) -> Vec<Value> {
    if values.len() <= MOST_VALUES {
        return values;
    }
    let mut paths: Vec<Value> = values.into_iter().filter(|value| value.inside).collect();
    paths.truncate(MOST_VALUES);
    paths.push(Value::text(HOLE.to_string()));
    paths
}

fn concat(left: &[Value], right: &[Value]) -> Vec<Value> {
    let hole = [Value::text(HOLE.to_string())];
    let right = if left.len() * right.len() > MOST_VALUES {
        &hole
    } else {
        right
    };
    let mut values = Vec::with_capacity(left.len() * right.len());
    for one in left {
        for other in right {
            values.push(if other.inside && !one.inside {
                // `"file://" + __filename`
                other.clone()
            } else {
                Value {
                    inside: one.inside,
                    text: format!("{}{}", one.text, other.text),
                }
            });
        }
    }
    values
}

/// The folder of a path.
fn up(value: &Value) -> Value {
    let plain = value.is_known().then(|| join("", &value.text)).flatten();
    let text = plain.unwrap_or_else(|| value.text.clone());
    Value {
        inside: value.inside,
        text: parent(&text).to_owned(),
    }
}
