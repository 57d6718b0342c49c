//! JavaScript and TypeScript, parsed by oxc.

mod bindings;
mod computed;
mod configured;
mod lines;
mod parameters;
mod switch;
mod values;

use oxc_allocator::Allocator;
use oxc_ast::ast;
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType};
use oxc_syntax::operator::{AssignmentOperator, LogicalOperator};
use oxc_syntax::scope::ScopeFlags;

use slugsmith_finding::LineSpan;

use super::builder::{Builder, dotted};
use super::{Argument, Code, Expr, Language, ScopeKind};
use bindings::{bound, renamed, required};
pub(super) use lines::Lines;
use values::{env, key_name};

/// In bytes; a person writes no longer condition within an expression.
const LONGEST_CONDITION: usize = 1_000;

/// Parses one file; broken syntax keeps what was understood.
pub(super) fn parse(path: &str, text: &str) -> Code {
    let allocator = Allocator::default();
    // Flow and JSX appear in `.js`, so those are read as JSX; `.ts` must not be.
    let source = SourceType::from_path(path)
        .unwrap_or_default()
        .with_jsx(!path.ends_with("ts"));
    let mut parsed = Parser::new(&allocator, text, source).parse();
    if parsed.panicked || parsed.diagnostics_present() {
        // Node decides by package.json whether a file is a script; try the other way.
        let script = Parser::new(&allocator, text, source.with_script(true)).parse();
        if !script.panicked {
            parsed = script;
        }
    }
    let mut reader = Reader {
        text,
        lines: Lines::of(text),
        builder: Builder::new(path, Language::JavaScript),
    };
    reader.builder.code.broken = parsed.panicked;
    reader.visit_program(&parsed.program);
    reader.builder.finish()
}

/// Whether a parse met errors.
trait Diagnosed {
    fn diagnostics_present(&self) -> bool;
}

impl Diagnosed for oxc_parser::ParserReturn<'_> {
    fn diagnostics_present(&self) -> bool {
        !self.diagnostics.is_empty()
    }
}

struct Reader<'t> {
    text: &'t str,
    lines: Lines,
    builder: Builder,
}

impl Reader<'_> {
    fn slice(&self, span: oxc_span::Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    fn line(&self, span: oxc_span::Span) -> LineSpan {
        let (start, end) = (span.start as usize, span.end as usize);
        let line = self.lines.line(span.start);
        let begin = self.lines.begin(line);
        let ends_here = self.lines.line(span.end) == line;
        LineSpan::part(
            line,
            start.saturating_sub(begin),
            ends_here.then(|| end.saturating_sub(begin)),
        )
    }

    /// A call from the last line of what is called on: in a chain over several lines, that of the last name.
    fn call_line(&self, callee: oxc_span::Span, call: oxc_span::Span) -> LineSpan {
        let line = self.lines.line(callee.end);
        if self.lines.line(callee.start) == line {
            return self.line(call);
        }
        let begin = self.lines.begin(line);
        let before = self
            .text
            .get(begin..callee.end as usize)
            .unwrap_or_default();
        let start = begin + before.len() - before.trim_start().len();
        let start = u32::try_from(start).unwrap_or(callee.end);
        self.line(oxc_span::Span::new(start, call.end.max(start)))
    }

    /// A part of an expression that runs only if a condition holds, or does not. In a chain of thousands, as generators
    /// write them, each condition has all before it: those stand in no branch.
    fn choice(&mut self, condition: oxc_span::Span, holds: bool, part: &ast::Expression<'_>) {
        let text = self.slice(condition);
        if text.len() > LONGEST_CONDITION {
            self.visit_expression(part);
            return;
        }
        let condition = text.to_owned();
        let kind = ScopeKind::Branch { condition, holds };
        self.in_scope(kind, part.span(), |reader| reader.visit_expression(part));
    }

    /// What a function returns, as an assignment to `return`: settings are often made that way (`() => ({ … })`).
    /// What else it may be is said where it stands: a call is a call there as well.
    fn given_back(&mut self, given: &ast::Expression<'_>) {
        use ast::Expression as E;
        let plain = match given.get_inner_expression() {
            E::StringLiteral(_) | E::TemplateLiteral(_) | E::Identifier(_) => self.value(given, 0),
            _ => Expr::Other,
        };
        let line = self.line(given.span());
        self.builder.returned(plain, line);
        let may_be = matches!(
            given.get_inner_expression(),
            E::ObjectExpression(_)
                | E::ArrayExpression(_)
                | E::LogicalExpression(_)
                | E::StaticMemberExpression(_)
                | E::ComputedMemberExpression(_)
                | E::AwaitExpression(_)
                | E::UnaryExpression(_)
                | E::AssignmentExpression(_)
        );
        if !may_be {
            return;
        }
        let value = self.value(given, 0);
        if matches!(value, Expr::Object(_) | Expr::List(_) | Expr::Env { .. }) {
            let line = self.line(given.span());
            self.builder.assign("return".to_owned(), value, line);
        }
    }

    fn in_scope(&mut self, kind: ScopeKind, span: oxc_span::Span, visit: impl FnOnce(&mut Self)) {
        let line = self.line(span).number();
        let outer = self.builder.open(kind, line);
        visit(self);
        self.builder.scope = outer;
    }
}

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_call_expression(&mut self, it: &ast::CallExpression<'a>) {
        let callee = self.callee(&it.callee);
        let line = self.call_line(it.callee.span(), it.span);
        if callee == "require" || callee == "require.resolve" {
            match it.arguments.first().and_then(|first| first.as_expression()) {
                Some(ast::Expression::StringLiteral(module)) => {
                    self.builder.import(&module.value, Vec::new(), line);
                }
                Some(module) => computed::load(&self.value(module, 0), line, &mut self.builder),
                None => self.builder.code.computed_imports = true,
            }
        }
        let arguments = self.arguments(&it.arguments, 0);
        let environments = configured::environments(&callee, &arguments);
        self.builder.call(callee, arguments, line);
        match environments {
            Some(condition) => {
                let holds = true;
                let kind = ScopeKind::Branch { condition, holds };
                self.in_scope(kind, it.span, |reader| {
                    walk::walk_call_expression(reader, it);
                });
            }
            None => walk::walk_call_expression(self, it),
        }
    }

    fn visit_new_expression(&mut self, it: &ast::NewExpression<'a>) {
        let callee = self.callee(&it.callee);
        let arguments = self.arguments(&it.arguments, 0);
        let line = self.line(it.span);
        self.builder.call(callee, arguments, line);
        walk::walk_new_expression(self, it);
    }

    fn visit_import_expression(&mut self, it: &ast::ImportExpression<'a>) {
        let line = self.line(it.span);
        match &it.source {
            ast::Expression::StringLiteral(module) => {
                self.builder.import(&module.value, Vec::new(), line);
            }
            module => computed::load(&self.value(module, 0), line, &mut self.builder),
        }
        walk::walk_import_expression(self, it);
    }

    fn visit_import_declaration(&mut self, it: &ast::ImportDeclaration<'a>) {
        if it.import_kind.is_type() {
            return;
        }
        let names = it
            .specifiers
            .iter()
            .flatten()
            .map(|specifier| specifier.local().name.to_string())
            .collect();
        let line = self.line(it.span);
        self.builder.import(&it.source.value, names, line);
        for specifier in it.specifiers.iter().flatten() {
            let exported = match specifier {
                ast::ImportDeclarationSpecifier::ImportSpecifier(one) => {
                    Some(one.imported.name().to_string())
                }
                _ => None,
            };
            let local = specifier.local().name.to_string();
            self.builder.alias(&it.source.value, exported, local);
        }
    }

    /// `import request = require("request")` of TypeScript.
    fn visit_ts_import_equals_declaration(&mut self, it: &ast::TSImportEqualsDeclaration<'a>) {
        if let ast::TSModuleReference::ExternalModuleReference(module) = &it.module_reference {
            let local = it.id.name.to_string();
            let line = self.line(it.span);
            let module = &module.expression.value;
            self.builder.import(module, vec![local.clone()], line);
            self.builder.alias(module, None, local);
        }
        walk::walk_ts_import_equals_declaration(self, it);
    }

    fn visit_export_all_declaration(&mut self, it: &ast::ExportAllDeclaration<'a>) {
        let line = self.line(it.span);
        self.builder.import(&it.source.value, Vec::new(), line);
    }

    fn visit_export_from_declaration(&mut self, it: &ast::ExportFromDeclaration<'a>) {
        let line = self.line(it.span);
        self.builder.import(&it.source.value, Vec::new(), line);
    }

    fn visit_export_default_declaration(&mut self, it: &ast::ExportDefaultDeclaration<'a>) {
        if let Some(value) = it.declaration.as_expression() {
            let value = self.value(value, 0);
            let line = self.line(it.span);
            self.builder
                .assign("module.exports".to_owned(), value, line);
        }
        if let ast::ExportDefaultDeclarationKind::FunctionDeclaration(function) = &it.declaration {
            let named = function.id.as_ref();
            let value = named.map_or(Expr::Function, |id| Expr::Name(id.name.to_string()));
            let line = self.line(it.span);
            self.builder
                .assign("module.exports".to_owned(), value, line);
        }
        walk::walk_export_default_declaration(self, it);
    }

    fn visit_variable_declarator(&mut self, it: &ast::VariableDeclarator<'a>) {
        if let Some(init) = &it.init {
            let value = self.value(init, 0);
            let line = self.line(it.span);
            self.binding(&it.id, &value, line);
        }
        let loads = self.builder.code.imports.len();
        walk::walk_variable_declarator(self, it);
        // `const { a, b } = require("./c")` and `const a = require("./c").default` bind names as an import does.
        let loaded = it.init.as_ref().and_then(required);
        if let Some(part) = loaded
            && let Some(import) = self.builder.code.imports.get_mut(loads)
        {
            import.names = bound(&it.id);
            let module = import.module.clone();
            for (exported, local) in renamed(&it.id) {
                let exported = exported.or_else(|| part.map(str::to_owned));
                self.builder.alias(&module, exported, local);
            }
        }
    }

    fn visit_assignment_expression(&mut self, it: &ast::AssignmentExpression<'a>) {
        let target = dotted(self.slice(it.left.span()));
        let value = self.value(&it.right, 0);
        // `process.env.A ||= "b"`: what the environment says stays.
        let is_fallback = matches!(
            it.operator,
            AssignmentOperator::LogicalOr | AssignmentOperator::LogicalNullish
        );
        let value = match target.strip_prefix("process.env.") {
            Some(name) if is_fallback => Expr::or(env(name.to_owned()), value),
            _ => value,
        };
        let line = self.line(it.span);
        self.builder.assign(target, value, line);
        walk::walk_assignment_expression(self, it);
    }

    fn visit_logical_expression(&mut self, it: &ast::LogicalExpression<'a>) {
        let value = self.logical(it, 0);
        if let Expr::Env { .. } = value {
            let line = self.line(it.span);
            self.builder.read(&value, false, line);
            self.visit_expression(&it.right);
            return;
        }
        // `watch && require("./reload")`
        if it.operator == LogicalOperator::And {
            self.visit_expression(&it.left);
            self.choice(it.left.span(), true, &it.right);
            return;
        }
        walk::walk_logical_expression(self, it);
    }

    fn visit_member_expression(&mut self, it: &ast::MemberExpression<'a>) {
        let text = self.slice(it.span());
        if text.starts_with("process.env") {
            let line = self.line(it.span());
            let name = match it {
                ast::MemberExpression::StaticMemberExpression(member)
                    if self.slice(member.object.span()) == "process.env" =>
                {
                    Some(member.property.name.to_string())
                }
                ast::MemberExpression::ComputedMemberExpression(member)
                    if self.slice(member.object.span()) == "process.env" =>
                {
                    match &member.expression {
                        ast::Expression::StringLiteral(name) => Some(name.value.to_string()),
                        _ => Some("*".to_owned()),
                    }
                }
                _ => None,
            };
            if let Some(name) = name {
                self.builder.read(&env(name), false, line);
            }
        }
        walk::walk_member_expression(self, it);
    }

    fn visit_if_statement(&mut self, it: &ast::IfStatement<'a>) {
        let condition = self.slice(it.test.span()).to_owned();
        self.visit_expression(&it.test);
        let holds = ScopeKind::Branch {
            condition: condition.clone(),
            holds: true,
        };
        self.in_scope(holds, it.consequent.span(), |reader| {
            reader.visit_statement(&it.consequent);
        });
        if let Some(alternate) = &it.alternate {
            let fails = ScopeKind::Branch {
                condition,
                holds: false,
            };
            self.in_scope(fails, alternate.span(), |reader| {
                reader.visit_statement(alternate);
            });
        }
    }

    /// `process.env.NODE_ENV === "production" ? {} : require("./dev")` runs one of the two.
    fn visit_conditional_expression(&mut self, it: &ast::ConditionalExpression<'a>) {
        self.visit_expression(&it.test);
        self.choice(it.test.span(), true, &it.consequent);
        self.choice(it.test.span(), false, &it.alternate);
    }

    fn visit_switch_statement(&mut self, it: &ast::SwitchStatement<'a>) {
        self.visit_expression(&it.discriminant);
        self.switch(it);
    }

    fn visit_catch_clause(&mut self, it: &ast::CatchClause<'a>) {
        let kind = ScopeKind::Branch {
            condition: String::new(),
            holds: true,
        };
        self.in_scope(kind, it.span, |reader| {
            walk::walk_catch_clause(reader, it);
        });
    }

    fn visit_function(&mut self, it: &ast::Function<'a>, flags: ScopeFlags) {
        let name = it
            .id
            .as_ref()
            .map_or_else(String::new, |id| id.name.to_string());
        self.in_scope(ScopeKind::Function { name }, it.span, |reader| {
            reader.default_parameters(it.id.as_ref(), it.span, &it.params);
            walk::walk_function(reader, it, flags);
        });
    }

    fn visit_arrow_function_expression(&mut self, it: &ast::ArrowFunctionExpression<'a>) {
        let name = String::new();
        self.in_scope(ScopeKind::Function { name }, it.span, |reader| {
            reader.default_parameters(None, it.span, &it.params);
            if let Some(given) = it.get_expression() {
                reader.given_back(given);
            }
            walk::walk_arrow_function_expression(reader, it);
        });
    }

    fn visit_return_statement(&mut self, it: &ast::ReturnStatement<'a>) {
        if let Some(given) = &it.argument {
            self.given_back(given);
        } else {
            let line = self.line(it.span);
            self.builder.returned(Expr::Nil, line);
        }
        walk::walk_return_statement(self, it);
    }

    /// `get secret() { return this.values.secret; }` is a field that holds what stands behind its only `return`.
    fn visit_method_definition(&mut self, it: &ast::MethodDefinition<'a>) {
        let body = it
            .value
            .body
            .as_ref()
            .map(|body| body.statements.as_slice());
        if let (ast::MethodDefinitionKind::Get, Some([ast::Statement::ReturnStatement(only)])) =
            (it.kind, body)
            && let Some(given) = &only.argument
        {
            let value = self.value(given, 0);
            let line = self.line(given.span());
            self.builder
                .assign(format!("this.{}", key_name(&it.key)), value, line);
        }
        walk::walk_method_definition(self, it);
    }

    fn visit_property_definition(&mut self, it: &ast::PropertyDefinition<'a>) {
        if let Some(value) = &it.value {
            let value = self.value(value, 0);
            let line = self.line(it.span);
            self.builder
                .assign(format!("this.{}", key_name(&it.key)), value, line);
        }
        walk::walk_property_definition(self, it);
    }

    fn visit_class(&mut self, it: &ast::Class<'a>) {
        let name = it
            .id
            .as_ref()
            .map_or_else(String::new, |id| id.name.to_string());
        let bases = it
            .heritage
            .iter()
            .map(|heritage| dotted(self.slice(heritage.expression.span())))
            .collect();
        self.in_scope(ScopeKind::Class { name, bases }, it.span, |reader| {
            walk::walk_class(reader, it);
        });
    }

    fn visit_try_statement(&mut self, it: &ast::TryStatement<'a>) {
        self.in_scope(ScopeKind::Try, it.span, |reader| {
            walk::walk_try_statement(reader, it);
        });
    }

    fn visit_for_of_statement(&mut self, it: &ast::ForOfStatement<'a>) {
        // A loop over what a name holds is read as its `forEach`.
        if let ast::Expression::StaticMemberExpression(_) = it.right.get_inner_expression() {
            let callee = format!("{}.forEach", self.callee(&it.right));
            let line = self.line(it.right.span());
            let each = Argument {
                name: None,
                value: Expr::Function,
            };
            self.builder.call(callee, vec![each], line);
        }
        self.in_scope(ScopeKind::Loop, it.span, |reader| {
            walk::walk_for_of_statement(reader, it);
        });
    }

    fn visit_for_in_statement(&mut self, it: &ast::ForInStatement<'a>) {
        self.in_scope(ScopeKind::Loop, it.span, |reader| {
            walk::walk_for_in_statement(reader, it);
        });
    }

    fn visit_for_statement(&mut self, it: &ast::ForStatement<'a>) {
        self.in_scope(ScopeKind::Loop, it.span, |reader| {
            walk::walk_for_statement(reader, it);
        });
    }

    fn visit_while_statement(&mut self, it: &ast::WhileStatement<'a>) {
        self.in_scope(ScopeKind::Loop, it.span, |reader| {
            walk::walk_while_statement(reader, it);
        });
    }
}
