//! Second pass: which expressions load something?

use std::collections::HashSet;

use oxc_ast::ast::{self, Expression as E};
use oxc_ast_visit::{Visit, walk};
use oxc_span::GetSpan;
use oxc_syntax::operator::BinaryOperator;
use oxc_syntax::scope::ScopeFlags;

use super::super::resolve::Form;
use super::super::value::{Evaluator, Value};
use super::tell::{
    is_export, is_telling, is_word, names_code, names_module, reads_nothing, takes_require,
};
use super::{Load, Source};
use crate::index::parent;
use crate::references::{self, Lines};

pub(super) struct Reader<'e> {
    pub(super) evaluator: Evaluator<'e>,
    pub(super) loads: Vec<(Load, u32)>,
    words: Vec<(String, u32)>,
    /// Names with holes, of which an unknown load may mean one.
    patterns: Vec<(Value, u32)>,
    pub(super) unknown: bool,
    /// Paths and names of paths that are recorded: a bundle has each a thousand times.
    recorded: HashSet<String>,
    named: HashSet<String>,
    /// Names of paths of modules that nobody knows here.
    pub(super) of_unknown: HashSet<String>,
    /// Own-folder mentions are part of something recorded already.
    quiet: u32,
    /// `require` is a parameter of a function around: a bundle's own.
    pub(super) shadowed: u32,
    exporting: bool,
    /// Where the own folder is joined with parts that somebody else gives.
    pub(super) spreads: Option<u32>,
}

impl<'e> Reader<'e> {
    pub(super) fn new(evaluator: Evaluator<'e>) -> Self {
        Self {
            evaluator,
            loads: Vec::new(),
            words: Vec::new(),
            patterns: Vec::new(),
            unknown: false,
            recorded: HashSet::new(),
            named: HashSet::new(),
            of_unknown: HashSet::new(),
            quiet: 0,
            shadowed: 0,
            exporting: false,
            spreads: None,
        }
    }

    pub(super) fn finish(self, text: &str) -> Source {
        let mut loads = self.loads;
        let unknown = self.unknown;
        let is_name = |value: &Value| {
            let start = value.start();
            start.starts_with("./")
                || start.starts_with("../")
                || start.starts_with('@')
                || start.len() > 3
        };
        if unknown {
            let patterns = self
                .patterns
                .into_iter()
                .filter(|(value, _)| is_name(value) && names_module(value));
            loads.extend(patterns.map(|(value, at)| (Load::Module(value, Form::Require), at)));
        }
        // A bundle says each of its words a thousand times.
        let mut words = self.words;
        if let Some(at) = self
            .spreads
            .filter(|_| words.iter().any(|(word, _)| word == ".."))
        {
            loads.push((Load::Own, at));
        }
        words.sort_unstable();
        words.dedup_by(|one, other| one.0 == other.0);
        let mut forms = loads.iter().filter_map(|(load, _)| match load {
            Load::Module(_, form) => Some(*form),
            _ => None,
        });
        let first = forms.next();
        let form = first.filter(|first| forms.all(|form| form == *first));
        loads.extend(
            words
                .into_iter()
                .filter(|(word, _)| unknown || is_telling(word))
                .map(|(word, at)| (Load::Word(word), at)),
        );
        if !loads.is_empty() {
            let lines = Lines::of(text.as_bytes());
            for (_, at) in &mut loads {
                *at = lines.at(*at as usize);
            }
        }
        Source {
            loads,
            unknown,
            form,
            broken: false,
        }
    }

    /// Somebody loads by names that are not here.
    pub(super) fn unknown_at(&mut self, places: &[u32]) {
        self.unknown |= !places.is_empty();
        self.loads
            .extend(places.iter().map(|at| (Load::Unknown, *at)));
    }

    pub(super) fn module(&mut self, argument: Option<&E<'_>>, form: Form, at: u32) {
        let values = argument.and_then(|argument| self.evaluator.evaluate(argument));
        let Some(values) = values else {
            self.unknown = true;
            self.loads.push((Load::Unknown, at));
            return;
        };
        for value in values {
            if !value.inside && value.start().is_empty() && !value.is_known() {
                self.unknown = true;
                self.loads.push((Load::Unknown, at));
            } else {
                self.loads.push((Load::Module(value, form), at));
            }
        }
    }

    /// Records an expression that is a path inside the app. Whether it was one.
    fn path(&mut self, expression: &E<'_>) -> bool {
        let Some(values) = self.evaluator.evaluate(expression) else {
            return false;
        };
        let mut any = false;
        for value in values.into_iter().filter(|value| value.inside) {
            any = true;
            if self.quiet == 0 && !self.recorded.contains(&value.text) {
                self.recorded.insert(value.text.clone());
                self.loads
                    .push((Load::Path(value.text), expression.span().start));
            }
        }
        any
    }

    /// A name may stand for dozens of paths in all scopes of a bundle: they are recorded once.
    fn name(&mut self, name: &str, expression: &E<'_>) {
        if self.quiet == 0 && !self.named.contains(name) {
            self.named.insert(name.to_owned());
            self.path(expression);
        }
    }

    /// `exports.folder = __dirname`: who gets that goes on from there, upwards too.
    fn hands_out_folder(&self, value: &E<'_>) -> bool {
        if let E::ObjectExpression(object) = value.get_inner_expression() {
            let mut properties = object.properties.iter().filter_map(|one| one.as_property());
            return properties.any(|property| self.is_own_folder(&property.value));
        }
        self.is_own_folder(value)
    }

    fn is_own_folder(&self, value: &E<'_>) -> bool {
        let own = parent(self.evaluator.file);
        let values = self.evaluator.evaluate(value).unwrap_or_default();
        values.iter().any(|value| value.inside && value.text == own)
    }

    fn quietly(&mut self, visit: impl FnOnce(&mut Self)) {
        self.quiet += 1;
        visit(self);
        self.quiet -= 1;
    }

    /// Walks a call that may read what it is given, whatever is made of its result:
    /// `JSON.parse(readFileSync(file))`, `!existsSync(file)`.
    fn aloud(&mut self, visit: impl FnOnce(&mut Self)) {
        let quiet = std::mem::take(&mut self.quiet);
        visit(self);
        self.quiet = quiet;
    }

    /// Code as a text, which a worker or another process may run: what it names.
    fn code(&mut self, text: &str, at: u32) {
        if !names_code(text) {
            return;
        }
        references::literals(text.as_bytes(), |literal| {
            if literal.form == references::Form::Module && !literal.open {
                let value = Value::text(literal.text);
                self.loads.push((Load::Module(value, Form::Require), at));
            }
        });
    }
}

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_expression(&mut self, it: &E<'a>) {
        match it.get_inner_expression() {
            E::CallExpression(call) => {
                self.call(call);
                self.takes_folder(call);
                if self.path(it) {
                    return self.quietly(|reader| walk::walk_expression(reader, it));
                }
                if reads_nothing(&call.callee) {
                    return self.quietly(|reader| walk::walk_expression(reader, it));
                }
                return self.aloud(|reader| walk::walk_expression(reader, it));
            }
            // `require?.("x")`
            E::ChainExpression(chain) => {
                if let ast::ChainElement::CallExpression(call) = &chain.expression {
                    self.call(call);
                    return self.aloud(|reader| walk::walk_expression(reader, it));
                }
            }
            E::NewExpression(call) => {
                self.worker(call);
                self.function(call);
                if self.path(it) || reads_nothing(&call.callee) {
                    return self.quietly(|reader| walk::walk_expression(reader, it));
                }
            }
            E::BinaryExpression(binary) => {
                let adds = binary.operator == BinaryOperator::Addition;
                if !adds || self.path(it) {
                    return self.quietly(|reader| walk::walk_expression(reader, it));
                }
            }
            E::TemplateLiteral(template) if !template.expressions.is_empty() && self.path(it) => {
                return self.quietly(|reader| walk::walk_expression(reader, it));
            }
            E::UnaryExpression(_) => {
                return self.quietly(|reader| walk::walk_expression(reader, it));
            }
            E::Identifier(name) => self.name(&name.name, it),
            E::StaticMemberExpression(member) => {
                if self.path(it) {
                    return;
                }
                if matches!(member.property.name.as_str(), "length") {
                    return self.quietly(|reader| walk::walk_expression(reader, it));
                }
            }
            _ => {}
        }
        walk::walk_expression(self, it);
    }

    fn visit_variable_declarator(&mut self, it: &ast::VariableDeclarator<'a>) {
        let names = matches!(&it.id, ast::BindingPattern::BindingIdentifier(_));
        if let (ast::BindingPattern::BindingIdentifier(name), Some(init)) = (&it.id, &it.init)
            && self.is_of_unknown(init)
        {
            self.of_unknown.insert(name.name.to_string());
        }
        let is_folder = it.init.as_ref().is_some_and(|init| {
            self.evaluator
                .evaluate(init)
                .is_some_and(|values| values.iter().any(|value| value.inside))
        });
        if names && is_folder && !self.exporting {
            // Its uses count.
            return self.quietly(|reader| walk::walk_variable_declarator(reader, it));
        }
        walk::walk_variable_declarator(self, it);
    }

    fn visit_assignment_expression(&mut self, it: &ast::AssignmentExpression<'a>) {
        if is_export(&it.left) && self.hands_out_folder(&it.right) {
            self.loads.push((Load::Own, it.span.start));
        }
        let held = match &it.left {
            // Its uses count where its name stands for a path; an object is somebody else's.
            ast::AssignmentTarget::AssignmentTargetIdentifier(_) => {
                self.evaluator.evaluate(&it.right).is_some()
            }
            // `__nccwpck_require__.ab = __dirname + "/"`, in all that ncc bundles.
            ast::AssignmentTarget::StaticMemberExpression(member) => member.property.name == "ab",
            _ => false,
        };
        if held {
            return self.quietly(|reader| walk::walk_assignment_expression(reader, it));
        }
        walk::walk_assignment_expression(self, it);
    }

    fn visit_import_expression(&mut self, it: &ast::ImportExpression<'a>) {
        self.module(Some(&it.source), Form::Import, it.span.start);
        self.quietly(|reader| walk::walk_import_expression(reader, it));
    }

    fn visit_import_declaration(&mut self, it: &ast::ImportDeclaration<'a>) {
        if !it.import_kind.is_type() {
            let value = Value::text(it.source.value.to_string());
            self.loads
                .push((Load::Module(value, Form::Import), it.span.start));
        }
    }

    fn visit_export_from_declaration(&mut self, it: &ast::ExportFromDeclaration<'a>) {
        if !it.export_kind.is_type() {
            let value = Value::text(it.source.value.to_string());
            self.loads
                .push((Load::Module(value, Form::Import), it.span.start));
        }
    }

    fn visit_export_declaration(&mut self, it: &ast::ExportDeclaration<'a>) {
        self.exporting = true;
        walk::walk_export_declaration(self, it);
        self.exporting = false;
    }

    fn visit_export_all_declaration(&mut self, it: &ast::ExportAllDeclaration<'a>) {
        if !it.export_kind.is_type() {
            let value = Value::text(it.source.value.to_string());
            self.loads
                .push((Load::Module(value, Form::Import), it.span.start));
        }
    }

    fn visit_ts_external_module_reference(&mut self, it: &ast::TSExternalModuleReference<'a>) {
        let value = Value::text(it.expression.value.to_string());
        self.loads
            .push((Load::Module(value, Form::Require), it.span.start));
    }

    fn visit_function(&mut self, it: &ast::Function<'a>, flags: ScopeFlags) {
        let own = takes_require(&it.params);
        self.shadowed += u32::from(own);
        let exporting = std::mem::take(&mut self.exporting);
        walk::walk_function(self, it, flags);
        self.exporting = exporting;
        self.shadowed -= u32::from(own);
    }

    fn visit_arrow_function_expression(&mut self, it: &ast::ArrowFunctionExpression<'a>) {
        let own = takes_require(&it.params);
        self.shadowed += u32::from(own);
        walk::walk_arrow_function_expression(self, it);
        self.shadowed -= u32::from(own);
    }

    fn visit_tagged_template_expression(&mut self, it: &ast::TaggedTemplateExpression<'a>) {
        self.tagged(it);
        walk::walk_tagged_template_expression(self, it);
    }

    fn visit_string_literal(&mut self, it: &ast::StringLiteral<'a>) {
        self.code(&it.value, it.span.start);
        if is_word(&it.value) {
            self.words.push((it.value.to_string(), it.span.start));
        }
    }

    fn visit_template_literal(&mut self, it: &ast::TemplateLiteral<'a>) {
        if !it.expressions.is_empty() {
            self.patterns.extend(
                self.evaluator
                    .templated(it)
                    .into_iter()
                    .map(|value| (value, it.span.start)),
            );
        }
        for quasi in &it.quasis {
            self.code(&quasi.value.raw, it.span.start);
        }
        if let (true, Some(quasi)) = (it.expressions.is_empty(), it.quasis.first())
            && let Some(text) = quasi.value.cooked.as_ref().filter(|text| is_word(text))
        {
            self.words.push((text.to_string(), it.span.start));
        }
        walk::walk_template_literal(self, it);
    }
}
