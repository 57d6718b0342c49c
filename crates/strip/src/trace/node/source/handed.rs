//! Is `require` handed on as a value, so that nobody knows what it loads?

use std::collections::HashSet;

use oxc_ast::ast::{self, Expression as E};
use oxc_ast_visit::{Visit, walk};
use oxc_syntax::scope::ScopeFlags;

use super::tell::takes_require;

/// Where `require` is neither called, nor asked for a property of its own, nor a name for
/// another name.
#[derive(Debug, Default)]
pub(super) struct Handed<'t> {
    /// The file's text.
    pub(super) text: &'t str,
    pub(super) at: Vec<u32>,
    /// Names that stand for `require`.
    pub(super) loaders: HashSet<String>,
    pub(super) shadowed: u32,
}

fn is_require(expression: &E<'_>) -> bool {
    matches!(expression.get_inner_expression(), E::Identifier(name) if name.name == "require")
}

impl<'a> Visit<'a> for Handed<'_> {
    fn visit_call_expression(&mut self, it: &ast::CallExpression<'a>) {
        if !is_require(&it.callee) {
            self.visit_expression(&it.callee);
        }
        // `const load = eval("require"); run(load)`
        for argument in it.arguments.iter().filter_map(|one| one.as_expression()) {
            if let E::Identifier(name) = argument.get_inner_expression()
                && self.loaders.contains(name.name.as_str())
            {
                self.at.push(name.span.start);
            }
        }
        self.visit_arguments(&it.arguments);
    }

    fn visit_static_member_expression(&mut self, it: &ast::StaticMemberExpression<'a>) {
        let calls = matches!(it.property.name.as_str(), "call" | "apply" | "bind");
        if calls && super::tell::is_loader(&it.object) {
            self.at.push(it.span.start);
        } else if calls || !is_require(&it.object) {
            self.visit_expression(&it.object);
        }
    }

    fn visit_computed_member_expression(&mut self, it: &ast::ComputedMemberExpression<'a>) {
        // `module["require"]`, and whatever else is asked for by a name that is made.
        let names = match &it.expression {
            E::StringLiteral(text) => text.value == "require",
            E::NumericLiteral(_) => false,
            _ => true,
        };
        let on_module = matches!(it.object.get_inner_expression(), E::Identifier(name) if name.name == "module");
        if names && on_module {
            self.at.push(it.span.start);
        }
        walk::walk_computed_member_expression(self, it);
    }

    fn visit_unary_expression(&mut self, it: &ast::UnaryExpression<'a>) {
        if !is_require(&it.argument) {
            walk::walk_unary_expression(self, it);
        }
    }

    fn visit_binary_expression(&mut self, it: &ast::BinaryExpression<'a>) {
        for side in [&it.left, &it.right] {
            if !is_require(side) {
                self.visit_expression(side);
            }
        }
    }

    fn visit_variable_declarator(&mut self, it: &ast::VariableDeclarator<'a>) {
        // Its uses are followed.
        let follows = matches!(it.id, ast::BindingPattern::BindingIdentifier(_));
        match &it.init {
            Some(init)
                if follows
                    && (super::tell::is_loader(init) || super::shim::defines(self.text, init)) => {}
            _ => walk::walk_variable_declarator(self, it),
        }
    }

    fn visit_assignment_expression(&mut self, it: &ast::AssignmentExpression<'a>) {
        let follows = matches!(
            it.left,
            ast::AssignmentTarget::AssignmentTargetIdentifier(_)
        );
        if !(follows && super::tell::is_loader(&it.right)) {
            walk::walk_assignment_expression(self, it);
        }
    }

    fn visit_logical_expression(&mut self, it: &ast::LogicalExpression<'a>) {
        // `typeof require === "function" && require`: whoever gets it is looked at above.
        if !is_require(&it.left) {
            self.visit_expression(&it.left);
        }
        self.visit_expression(&it.right);
    }

    fn visit_identifier_reference(&mut self, it: &ast::IdentifierReference<'a>) {
        if it.name == "require" && self.shadowed == 0 {
            self.at.push(it.span.start);
        }
    }

    fn visit_function(&mut self, it: &ast::Function<'a>, flags: ScopeFlags) {
        let own = u32::from(takes_require(&it.params));
        self.shadowed += own;
        walk::walk_function(self, it, flags);
        self.shadowed -= own;
    }

    fn visit_arrow_function_expression(&mut self, it: &ast::ArrowFunctionExpression<'a>) {
        let own = u32::from(takes_require(&it.params));
        self.shadowed += own;
        walk::walk_arrow_function_expression(self, it);
        self.shadowed -= own;
    }
}
