//! What do the names of a file stand for?

use oxc_ast::ast;
use oxc_ast_visit::{Visit, walk};

use super::super::value::{Evaluator, HOLE, Value};
use super::tell::is_loader;

/// First pass: what names stand for, all scopes of the file together.
pub(super) struct Names<'e> {
    pub(super) evaluator: Evaluator<'e>,
}

impl Names<'_> {
    fn add(&mut self, name: &str, values: Option<Vec<Value>>) {
        let known = self.evaluator.names.entry(name.to_owned()).or_default();
        let values = values.unwrap_or_else(|| vec![Value::text(HOLE.to_string())]);
        for value in values {
            // A minified name stands for many values: the paths among them count.
            let most = if value.inside { 48 } else { 15 };
            if !known.contains(&value) && known.len() < most {
                known.push(value);
            }
        }
    }
}

impl<'a> Visit<'a> for Names<'_> {
    fn visit_variable_declarator(&mut self, it: &ast::VariableDeclarator<'a>) {
        if let (ast::BindingPattern::BindingIdentifier(name), Some(init)) = (&it.id, &it.init) {
            if is_loader(init) {
                self.evaluator.loaders.insert(name.name.to_string());
            }
            let values = self.evaluator.evaluate(init);
            if values.is_some() || self.evaluator.names.contains_key(name.name.as_str()) {
                self.add(&name.name, values);
            }
        }
        walk::walk_variable_declarator(self, it);
    }

    fn visit_assignment_expression(&mut self, it: &ast::AssignmentExpression<'a>) {
        if let ast::AssignmentTarget::AssignmentTargetIdentifier(name) = &it.left
            && is_loader(&it.right)
        {
            self.evaluator.loaders.insert(name.name.to_string());
        }
        if let ast::AssignmentTarget::AssignmentTargetIdentifier(name) = &it.left
            && let values @ Some(_) = self.evaluator.evaluate(&it.right)
        {
            self.add(&name.name, values);
        }
        walk::walk_assignment_expression(self, it);
    }

    fn visit_formal_parameter(&mut self, it: &ast::FormalParameter<'a>) {
        if let ast::BindingPattern::BindingIdentifier(name) = &it.pattern {
            self.add(&name.name, None);
        }
        walk::walk_formal_parameter(self, it);
    }
}
