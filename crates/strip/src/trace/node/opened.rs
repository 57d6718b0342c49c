//! Which paths a source of the app opens, as far as its expressions show.

mod variables;

use oxc_allocator::Allocator;
use oxc_ast::ast::{self, Expression as E};
use oxc_ast_visit::{Visit, walk};
use oxc_span::GetSpan;

use super::source::{self, Context};
use super::value::{Evaluator, HOLE};
use crate::index::parent;
use crate::references::Lines;

pub(crate) use variables::may_be_path;

/// What a source opens.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    /// Paths, or folders of which any file may be meant, and 1-based lines.
    pub(crate) paths: Vec<(String, u32)>,
    /// The line of the first path that nothing is known of.
    pub(crate) unknown: Option<u32>,
}

/// Reads one source; `None` where it can't be parsed.
pub(super) fn opened(text: &str, context: &Context<'_>) -> Option<Opened> {
    let allocator = Allocator::default();
    let program = source::parse(&allocator, text, context.file)?;
    let evaluator = source::evaluator(text, &program, context);
    let mut reader = Reader {
        evaluator,
        paths: Vec::new(),
        unknown: None,
    };
    reader.visit_program(&program);
    if let Some(at) = variables::first(&program) {
        reader.doubt(at);
    }
    let lines = Lines::of(text.as_bytes());
    let line = |at: u32| lines.at(at as usize);
    Some(Opened {
        paths: reader
            .paths
            .into_iter()
            .map(|(path, at)| (path, line(at)))
            .collect(),
        unknown: reader.unknown.map(line),
    })
}

struct Reader<'e> {
    evaluator: Evaluator<'e>,
    paths: Vec<(String, u32)>,
    unknown: Option<u32>,
}

/// Functions that open what their first argument says.
fn opens(object: Option<&str>, name: &str) -> bool {
    let files = object.is_some_and(|object| {
        let object = object.to_ascii_lowercase();
        object.starts_with("fs")
            || object.contains("promises")
            || object.contains("glob")
            || object == "fg"
    });
    let lower = name.to_ascii_lowercase();
    let reads = [
        "readfile",
        "readdir",
        "readjson",
        "opendir",
        "createreadstream",
        "sendfile",
        "execfile",
        "globby",
    ];
    reads.iter().any(|start| lower.starts_with(start))
        || lower.ends_with("static")
        || matches!(
            name,
            "glob" | "globSync" | "fork" | "spawn" | "spawnSync" | "exec" | "execSync"
        ) && object.is_none_or(|object| object.contains("child") || object == "cp" || files)
        || matches!(
            name,
            "serveIndex" | "download" | "requireAll" | "requireDir" | "eval" | "runInThisContext"
        )
        || files
            && !matches!(
                name,
                "join"
                    | "mkdir"
                    | "mkdirSync"
                    | "writeFile"
                    | "writeFileSync"
                    | "unlink"
                    | "unlinkSync"
            )
}

/// Functions that take a path and read nothing below it.
fn only_computes(name: &str) -> bool {
    matches!(
        name,
        "join"
            | "resolve"
            | "dirname"
            | "basename"
            | "relative"
            | "extname"
            | "normalize"
            | "fileURLToPath"
            | "pathToFileURL"
            | "createRequire"
            | "log"
            | "require"
            | "URL"
            | "parse"
            | "push"
    )
}

impl Reader<'_> {
    fn doubt(&mut self, at: u32) {
        self.unknown.get_or_insert(at);
    }

    /// A path that is surely opened.
    fn open(&mut self, argument: Option<&E<'_>>, at: u32) {
        let Some(values) = argument.and_then(|argument| self.evaluator.evaluate(argument)) else {
            return self.doubt(at);
        };
        for value in values {
            let start = value.start();
            let folder = if value.is_known() {
                start
            } else {
                parent(start)
            };
            let says = folder.trim_start_matches(['.', '/']);
            if value.text.starts_with(HOLE)
                || !value.is_known() && says.is_empty()
                || folder.contains("..")
            {
                self.doubt(at);
            } else {
                self.paths.push((folder.to_owned(), at));
            }
        }
    }

    /// A folder that is handed to somebody: what they read of it is unknown.
    fn hand_over(&mut self, expression: &E<'_>) {
        for value in self.evaluator.evaluate(expression).unwrap_or_default() {
            if value.inside {
                let start = value.start();
                let folder = if value.is_known() {
                    start
                } else {
                    parent(start)
                };
                self.paths
                    .push((folder.to_owned(), expression.span().start));
            }
        }
    }

    fn call(&mut self, callee: &E<'_>, arguments: &[ast::Argument<'_>], at: u32) {
        let first = arguments.first().and_then(|one| one.as_expression());
        let (object, name) = match callee.get_inner_expression() {
            E::Identifier(name) => (None, name.name.as_str()),
            E::StaticMemberExpression(member) => {
                let object = match member.object.get_inner_expression() {
                    E::Identifier(object) => object.name.as_str(),
                    E::StaticMemberExpression(inner) => inner.property.name.as_str(),
                    _ => "",
                };
                (Some(object), member.property.name.as_str())
            }
            E::SequenceExpression(list) => match list.expressions.last() {
                Some(inner) => return self.call(inner, arguments, at),
                None => return,
            },
            _ => (None, ""),
        };
        if name == "require" && object.is_none() {
            let known = first.and_then(|first| self.evaluator.evaluate(first));
            let known =
                known.is_some_and(|values| values.iter().all(super::value::Value::is_known));
            if !known {
                self.open(first, at);
            }
            return;
        }
        if opens(object, name) {
            self.open(first, at);
        }
        if !only_computes(name) {
            for argument in arguments.iter().filter_map(|one| one.as_expression()) {
                self.hand_over(argument);
            }
        }
    }
}

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_call_expression(&mut self, it: &ast::CallExpression<'a>) {
        self.call(&it.callee, &it.arguments, it.span.start);
        match it.callee.get_inner_expression() {
            E::StaticMemberExpression(member) => self.visit_expression(&member.object),
            E::Identifier(_) => {}
            other => self.visit_expression(other),
        }
        self.visit_arguments(&it.arguments);
    }

    fn visit_new_expression(&mut self, it: &ast::NewExpression<'a>) {
        if let E::Identifier(name) = &it.callee {
            if name.name == "Function" {
                self.doubt(it.span.start);
            } else if name.name.ends_with("Worker") {
                self.open(
                    it.arguments.first().and_then(|one| one.as_expression()),
                    it.span.start,
                );
            }
        }
        walk::walk_new_expression(self, it);
    }

    fn visit_import_expression(&mut self, it: &ast::ImportExpression<'a>) {
        let known = self.evaluator.evaluate(&it.source);
        if known.is_none_or(|values| values.iter().any(|value| !value.is_known())) {
            self.open(Some(&it.source), it.span.start);
        }
        walk::walk_import_expression(self, it);
    }

    fn visit_static_member_expression(&mut self, it: &ast::StaticMemberExpression<'a>) {
        // `names.map(fs.readFileSync)`, `promisify(fs.readFile)`
        if let E::Identifier(object) = it.object.get_inner_expression()
            && opens(Some(&object.name), &it.property.name)
            && !matches!(it.property.name.as_str(), "promises" | "constants")
        {
            self.doubt(it.span.start);
        }
        walk::walk_static_member_expression(self, it);
    }

    fn visit_object_property(&mut self, it: &ast::ObjectProperty<'a>) {
        self.hand_over(&it.value);
        walk::walk_object_property(self, it);
    }
}
