//! Which calls load something, or start what loads it?

use oxc_ast::ast::{self, Expression as E};
use oxc_span::GetSpan;

use super::super::resolve::{Form, in_app};
use super::super::value::Value;
use super::Load;
use super::reader::Reader;
use super::tell::{is_loader, is_require, reads_nothing};
use crate::facts::package_folder;
use crate::index::parent;

impl Reader<'_> {
    pub(super) fn call(&mut self, call: &ast::CallExpression<'_>) {
        let at = call.span.start;
        let first = call
            .arguments
            .first()
            .and_then(|first| first.as_expression());
        match call.callee.get_inner_expression() {
            E::Identifier(name) if name.name == "require" && self.shadowed > 0 => {}
            E::Identifier(name) if name.name == "require" => {
                self.module(first, Form::Require, at);
            }
            E::Identifier(name) if self.evaluator.loaders.contains(name.name.as_str()) => {
                self.module(first, Form::Require, at);
            }
            E::Identifier(name) if name.name == "eval" => self.evaluated(first, at),
            E::Identifier(name) if name.name == "createRequire" => self.created(first, at),
            E::Identifier(name) => {
                self.starts(&name.name, call);
                self.looks_up(&name.name, call);
                self.lists(&name.name, first, at);
                self.like_require(&name.name, call);
            }
            callee if is_loader(callee) => self.module(first, Form::Require, at),
            // `Module._load(name)`, `vm.runInThisContext(code)`
            E::StaticMemberExpression(member) if member.property.name == "_load" => {
                self.module(first, Form::Require, at);
            }
            E::StaticMemberExpression(member) if runs_code(&member.property.name) => {
                self.evaluated(first, at);
            }
            E::StaticMemberExpression(member) => {
                let property = member.property.name.as_str();
                self.member(member, call);
                if self.asks_where(member) {
                    self.loads.push((Load::Folders, at));
                } else if self.resolves(member) {
                    // What is resolved may be absent; that is no load of its own.
                    let unknown = self.unknown;
                    let before = self.loads.len();
                    self.module(first, Form::Require, at);
                    self.unknown = unknown;
                    for (load, _) in self.loads.iter_mut().skip(before) {
                        if *load == Load::Unknown {
                            *load = Load::AnyFolder;
                        }
                    }
                } else {
                    self.like_require(property, call);
                }
            }
            // `createRequire(import.meta.url)("x")`, `eval("require")("x")`
            E::CallExpression(inner) => {
                if matches!(&inner.callee, E::Identifier(name) if name.name == "createRequire" || name.name == "eval")
                {
                    self.module(first, Form::Require, at);
                }
            }
            _ => {}
        }
    }

    /// Functions whose name says that they load: `dynamicRequire(module, "x")`.
    fn like_require(&mut self, name: &str, call: &ast::CallExpression<'_>) {
        if !is_require(name) {
            return;
        }
        for argument in call.arguments.iter().filter_map(|one| one.as_expression()) {
            for value in self.evaluator.evaluate(argument).unwrap_or_default() {
                if value.inside || !value.start().is_empty() {
                    self.loads
                        .push((Load::Module(value, Form::Require), call.span.start));
                }
            }
        }
    }

    /// Code that is made of texts: what it loads is unknown unless they show it.
    fn evaluated(&mut self, code: Option<&E<'_>>, at: u32) {
        let decided = match code.map(E::get_inner_expression) {
            None => true,
            Some(E::StringLiteral(text)) => {
                let value = text.value.as_str();
                let loads = |value: &str| value.contains("import(") || value.contains("require(");
                !loads(value) || self.evaluator.evaluate_code(value).is_some()
            }
            Some(_) => false,
        };
        if !decided {
            self.unknown = true;
            self.loads.push((Load::Unknown, at));
        }
    }

    pub(super) fn function(&mut self, call: &ast::NewExpression<'_>) {
        let loads = |argument: &ast::Argument<'_>| {
            let values = argument
                .as_expression()
                .and_then(|one| self.evaluator.evaluate(one));
            let mut values = values.into_iter().flatten();
            values.any(|value| value.text.contains("import(") || value.text.contains("require("))
        };
        if matches!(&call.callee, E::Identifier(name) if name.name == "Function")
            && call.arguments.iter().any(loads)
        {
            self.unknown = true;
            self.loads.push((Load::Unknown, call.span.start));
        }
    }

    pub(super) fn worker(&mut self, call: &ast::NewExpression<'_>) {
        let named = matches!(&call.callee, E::Identifier(name) if name.name.ends_with("Worker"))
            || matches!(&call.callee, E::StaticMemberExpression(member) if member.property.name.ends_with("Worker"));
        let Some(first) = call.arguments.first().and_then(|one| one.as_expression()) else {
            return;
        };
        let evaluates = call.arguments.get(1).and_then(|one| one.as_expression());
        if named && evaluates.is_some_and(is_code) {
            self.evaluated(Some(first), call.span.start);
        } else if named {
            // A plain text is a path from the working directory.
            for value in self.evaluator.evaluate(first).unwrap_or_default() {
                self.loads.push((Load::Path(value.text), call.span.start));
            }
        }
    }

    /// A method of something: what it starts, lists, or makes of the own folder.
    fn member(&mut self, member: &ast::StaticMemberExpression<'_>, call: &ast::CallExpression<'_>) {
        let (property, at) = (member.property.name.as_str(), call.span.start);
        let first = call.arguments.first().and_then(|one| one.as_expression());
        if property == "createRequire" {
            self.created(first, at);
        }
        self.starts(property, call);
        // `pkgDir.sync(__dirname)`
        match member.object.get_inner_expression() {
            E::Identifier(object) => self.looks_up(&format!("{}.{property}", object.name), call),
            _ => self.looks_up(property, call),
        }
        self.lists(property, first, at);
        // `__dirname.split("/")`: where that leads nobody knows.
        let cuts = matches!(
            property,
            "split" | "slice" | "substring" | "substr" | "replace" | "replaceAll" | "match"
        );
        if cuts && self.evaluator.evaluate_call(call).is_none() {
            let values = self.evaluator.evaluate(&member.object).unwrap_or_default();
            let own = package_folder(self.evaluator.file);
            for value in values.into_iter().filter(|value| value.inside) {
                // Of another package, of which something was resolved: all of that.
                let other = package_folder(&value.text).filter(|folder| Some(*folder) != own);
                self.loads.push(match other {
                    Some(folder) => (Load::Package(folder.to_owned()), at),
                    None => (Load::Own, at),
                });
            }
        }
        let joins = matches!(property, "join" | "resolve");
        let spreads = call.arguments.iter().any(ast::Argument::is_spread);
        if joins && spreads && first.is_some_and(|first| self.is_inside(first)) {
            self.spreads.get_or_insert(at);
        }
    }

    fn is_inside(&self, expression: &E<'_>) -> bool {
        let values = self.evaluator.evaluate(expression);
        values.is_some_and(|values| values.iter().any(|value| value.inside))
    }

    /// `createRequire(file)`: names are meant as that file would mean them.
    fn created(&mut self, file: Option<&E<'_>>, at: u32) {
        let own = parent(self.evaluator.file).to_owned();
        let values = file.and_then(|file| self.evaluator.evaluate(file));
        let is_own = |value: &Value| {
            value.inside && (value.text == own || value.is_known() && parent(&value.text) == own)
        };
        if !values.is_some_and(|values| values.iter().any(is_own)) {
            self.unknown = true;
            self.loads.push((Load::Unknown, at));
        }
    }

    /// Functions that go up from a folder to look for something.
    fn looks_up(&mut self, name: &str, call: &ast::CallExpression<'_>) {
        let lower = name.to_ascii_lowercase();
        let up = [
            "up", "root", "pkg", "package", "find", "closest", "nearest", "parent",
        ];
        if !up.iter().any(|word| lower.contains(word)) || reads_nothing(&call.callee) {
            return;
        }
        let own = [parent(self.evaluator.file), self.evaluator.file];
        let arguments = call.arguments.iter().filter_map(|one| one.as_expression());
        // `findUp("views", { cwd: __dirname })`
        let values = arguments.flat_map(|argument| match argument.get_inner_expression() {
            E::ObjectExpression(options) => options
                .properties
                .iter()
                .filter_map(|property| property.as_property().map(|property| &property.value))
                .collect(),
            _ => vec![argument],
        });
        let is_own = |value: &Value| value.inside && own.contains(&value.text.as_str());
        let starts_here = values
            .filter_map(|value| self.evaluator.evaluate(value))
            .any(|values| values.iter().any(is_own));
        if starts_here {
            self.loads.push((Load::Own, call.span.start));
        }
    }

    /// Functions that list a folder, or serve it: a browser then asks for any file of it.
    fn lists(&mut self, name: &str, folder: Option<&E<'_>>, at: u32) {
        let lower = name.to_ascii_lowercase();
        let lists = ["readdir", "opendir", "scandir", "glob", "walk", "klaw"];
        let serves = lower.ends_with("static") || lower == "serve";
        if !serves && !lists.iter().any(|word| lower.contains(word)) {
            return;
        }
        // The app's own processes begin in its root: `express.static("node_modules")`.
        let from_root = in_app(self.evaluator.file);
        let values = folder.and_then(|folder| self.evaluator.evaluate(folder));
        let values = values.into_iter().flatten();
        for value in values.filter(|value| value.inside || from_root && value.is_known()) {
            self.loads.push((Load::Listed(value.text), at));
        }
    }

    /// Functions that start a program or a shell.
    fn starts(&mut self, name: &str, call: &ast::CallExpression<'_>) {
        if !runs_programs(name) {
            return;
        }
        for argument in call.arguments.iter().filter_map(|one| one.as_expression()) {
            match argument.get_inner_expression() {
                E::ArrayExpression(list) => {
                    for element in list.elements.iter().filter_map(|one| one.as_expression()) {
                        self.command(element);
                    }
                }
                argument => self.command(argument),
            }
        }
    }

    fn command(&mut self, words: &E<'_>) {
        for value in self.evaluator.evaluate(words).unwrap_or_default() {
            self.loads
                .push((Load::Command(value.text), words.span().start));
        }
    }

    /// `` $`npx tool` ``
    pub(super) fn tagged(&mut self, tagged: &ast::TaggedTemplateExpression<'_>) {
        let name = match tagged.tag.get_inner_expression() {
            E::Identifier(name) => name.name.as_str(),
            E::CallExpression(call) => match &call.callee {
                E::Identifier(name) => name.name.as_str(),
                _ => return,
            },
            _ => return,
        };
        if name == "$" || runs_programs(name) {
            let values = self.evaluator.templated(&tagged.quasi);
            for value in values {
                self.loads
                    .push((Load::Command(value.text), tagged.span.start));
            }
        }
    }
}

/// Functions of `child_process`, execa, cross-spawn, shelljs.
fn runs_programs(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["exec", "spawn", "shell", "command"]
        .iter()
        .any(|word| lower.contains(word))
}

/// `{ eval: true }`
fn is_code(options: &E<'_>) -> bool {
    let E::ObjectExpression(options) = options.get_inner_expression() else {
        return false;
    };
    let mut properties = options
        .properties
        .iter()
        .filter_map(|one| one.as_property());
    properties.any(|property| property.key.is_specific_static_name("eval"))
}

/// Functions of `vm` that run what a text says.
fn runs_code(name: &str) -> bool {
    matches!(
        name,
        "runInThisContext" | "runInNewContext" | "runInContext" | "compileFunction" | "_compile"
    )
}
