//! Which variables of the environment can a source take a path from?
//!
//! A variable that is compared, tested or made a number names no folder; nor does one whose
//! name says what else it is. Any other may hold the name of a folder of the app.

use oxc_ast::ast::{self, Expression as E};
use oxc_ast_visit::{Visit, walk};
use oxc_syntax::operator::UnaryOperator;
use oxc_syntax::scope::ScopeFlags;

/// What the last word of a variable's name says that it is no path.
const NO_PATHS: &[&str] = &[
    "PORT",
    "HOST",
    "HOSTNAME",
    "URL",
    "URI",
    "KEY",
    "SECRET",
    "TOKEN",
    "ID",
    "ENV",
    "LEVEL",
    "USER",
    "USERNAME",
    "PASSWORD",
    "PASS",
    "EMAIL",
    "DSN",
    "REGION",
    "BUCKET",
    "TIMEOUT",
    "TTL",
    "LIMIT",
    "SIZE",
    "COUNT",
    "CONCURRENCY",
    "DEBUG",
    "VERSION",
    "ORIGIN",
    "ORIGINS",
    "DOMAIN",
    "MODE",
    "ENABLED",
    "TZ",
    "LANG",
    "CI",
    "DATABASE",
    "DB",
    "SALT",
    "ROUNDS",
    "INTERVAL",
    "MAX",
    "MIN",
    "COMMIT",
    "DYNO",
    "STACK",
    "OPTIONS",
    "COLOR",
    "RELEASE",
    "WORKERS",
    "SCHEMA",
    "TYPE",
    "SENTRY",
    "PROTOCOL",
    "ACCOUNT",
    "CLIENT",
];
/// What a part of a name says that it is one.
const PATHS: &[&str] = &[
    "DIR",
    "DIRS",
    "DIRECTORY",
    "FOLDER",
    "FOLDERS",
    "PATH",
    "PATHS",
    "ROOT",
    "WEBROOT",
    "WWW",
    "PUBLIC",
    "STATIC",
    "VIEWS",
    "TEMPLATE",
    "TEMPLATES",
    "DOCS",
    "ASSETS",
    "FILE",
    "FILES",
];

/// Whether a variable of this name may hold a path.
pub(crate) fn may_be_path(name: &str) -> bool {
    let last = name.rsplit('_').next().unwrap_or(name);
    // Those of every process: programs are searched there, nothing of the app is read.
    !matches!(name, "PATH" | "HOME" | "PWD" | "SHELL") && !NO_PATHS.contains(&last)
}

/// A text that can only be the name of a variable which holds a path: `get("DOCS_DIR")`.
fn is_name_of_path(text: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    text.contains('_')
        && text.bytes().all(is_name)
        && text.split('_').any(|part| PATHS.contains(&part))
        && may_be_path(text)
}

/// Where a program first takes what may be a path out of the environment.
pub(super) fn first(program: &ast::Program<'_>) -> Option<u32> {
    let mut reader = Reader::default();
    reader.visit_program(program);
    reader.found
}

#[derive(Default)]
struct Reader {
    found: Option<u32>,
    /// Inside of something that takes no path of a value.
    harmless: u32,
}

impl Reader {
    fn found(&mut self, at: u32) {
        if self.harmless == 0 {
            self.found.get_or_insert(at);
        }
    }

    fn harmless(&mut self, walk: impl FnOnce(&mut Self)) {
        self.harmless += 1;
        walk(self);
        self.harmless -= 1;
    }
}

fn is_named(expression: &E<'_>, wanted: &str) -> bool {
    matches!(expression.get_inner_expression(), E::Identifier(name) if name.name == wanted)
}

/// `process.env`, or `env` as it is imported and handed on.
fn is_environment(expression: &E<'_>) -> bool {
    match expression.get_inner_expression() {
        E::Identifier(name) => name.name == "env",
        E::StaticMemberExpression(member) => {
            member.property.name == "env" && is_named(&member.object, "process")
        }
        _ => false,
    }
}

/// Calls that make a number or a line of a log of what they get.
fn takes_no_path(callee: &E<'_>) -> bool {
    match callee.get_inner_expression() {
        E::Identifier(name) => matches!(
            name.name.as_str(),
            "Number" | "parseInt" | "parseFloat" | "Boolean" | "BigInt"
        ),
        E::StaticMemberExpression(member) => {
            is_named(&member.object, "console")
                || matches!(
                    member.property.name.as_str(),
                    "listen" | "parseInt" | "parseFloat"
                )
        }
        _ => false,
    }
}

impl<'a> Visit<'a> for Reader {
    fn visit_static_member_expression(&mut self, it: &ast::StaticMemberExpression<'a>) {
        if is_environment(&it.object) {
            if may_be_path(&it.property.name) {
                self.found(it.span.start);
            }
            return;
        }
        walk::walk_static_member_expression(self, it);
    }

    fn visit_computed_member_expression(&mut self, it: &ast::ComputedMemberExpression<'a>) {
        if is_environment(&it.object) {
            match it.expression.get_inner_expression() {
                E::StringLiteral(name) if !may_be_path(&name.value) => {}
                _ => self.found(it.span.start),
            }
            return;
        }
        walk::walk_computed_member_expression(self, it);
    }

    fn visit_variable_declarator(&mut self, it: &ast::VariableDeclarator<'a>) {
        if let (ast::BindingPattern::ObjectPattern(names), Some(value)) = (&it.id, &it.init)
            && is_environment(value)
        {
            let named = |property: &ast::BindingProperty<'_>| {
                property
                    .key
                    .static_name()
                    .is_none_or(|name| may_be_path(&name))
            };
            if names.rest.is_some() || names.properties.iter().any(named) {
                self.found(it.span.start);
            }
            return;
        }
        walk::walk_variable_declarator(self, it);
    }

    /// The whole environment goes to somebody: `parse(process.env)`.
    fn visit_call_expression(&mut self, it: &ast::CallExpression<'a>) {
        let mut arguments = it.arguments.iter().filter_map(|one| one.as_expression());
        if arguments.any(is_environment) {
            self.found(it.span.start);
        }
        if takes_no_path(&it.callee) {
            return self.harmless(|reader| walk::walk_call_expression(reader, it));
        }
        // Whatever is made of its result: `log(read(process.env.FOLDER))`.
        let outside = std::mem::take(&mut self.harmless);
        walk::walk_call_expression(self, it);
        self.harmless = outside;
    }

    fn visit_string_literal(&mut self, it: &ast::StringLiteral<'a>) {
        if is_name_of_path(&it.value) {
            self.found(it.span.start);
        }
    }

    fn visit_identifier_name(&mut self, it: &ast::IdentifierName<'a>) {
        if is_name_of_path(&it.name) {
            self.found(it.span.start);
        }
    }

    fn visit_binary_expression(&mut self, it: &ast::BinaryExpression<'a>) {
        if it.operator.is_compare() || it.operator.is_equality() {
            return self.harmless(|reader| walk::walk_binary_expression(reader, it));
        }
        walk::walk_binary_expression(self, it);
    }

    fn visit_unary_expression(&mut self, it: &ast::UnaryExpression<'a>) {
        if it.operator != UnaryOperator::Void {
            return self.harmless(|reader| walk::walk_unary_expression(reader, it));
        }
        walk::walk_unary_expression(self, it);
    }

    fn visit_if_statement(&mut self, it: &ast::IfStatement<'a>) {
        self.harmless(|reader| reader.visit_expression(&it.test));
        self.visit_statement(&it.consequent);
        if let Some(other) = &it.alternate {
            self.visit_statement(other);
        }
    }

    fn visit_conditional_expression(&mut self, it: &ast::ConditionalExpression<'a>) {
        self.harmless(|reader| reader.visit_expression(&it.test));
        self.visit_expression(&it.consequent);
        self.visit_expression(&it.alternate);
    }

    /// What a function does that stands in a condition is none of it.
    fn visit_function(&mut self, it: &ast::Function<'a>, flags: ScopeFlags) {
        let outside = std::mem::take(&mut self.harmless);
        walk::walk_function(self, it, flags);
        self.harmless = outside;
    }

    fn visit_arrow_function_expression(&mut self, it: &ast::ArrowFunctionExpression<'a>) {
        let outside = std::mem::take(&mut self.harmless);
        walk::walk_arrow_function_expression(self, it);
        self.harmless = outside;
    }
}
