//! Which parameters have a default?

use super::{Reader, Step, children, line};

/// Nodes of parameters that may have one: Python's, PHP's and Ruby's.
const PARAMETERS: &[&str] = &[
    "default_parameter",
    "typed_default_parameter",
    "simple_parameter",
    "property_promotion_parameter",
    "optional_parameter",
    "keyword_parameter",
];
/// Functions that have a scope and a name; a lambda's parameters are its own affair.
const FUNCTIONS: &[&str] = &[
    "function_definition",
    "method_declaration",
    "method",
    "singleton_method",
];

impl Reader<'_> {
    pub(super) fn default_parameter(&mut self, step: &Step<'_, '_>) {
        if !PARAMETERS.contains(&step.kind) {
            return;
        }
        let node = step.node;
        let (Some(list), Some(function)) = (step.parent(), step.grandparent()) else {
            return;
        };
        let value = ["value", "default_value"];
        let value = value
            .iter()
            .find_map(|field| node.child_by_field_name(field));
        let Some(value) = value.filter(|_| FUNCTIONS.contains(&function.kind())) else {
            return;
        };
        // The object itself is no argument of a call.
        let is_object = |name: &str| matches!(name, "self" | "cls");
        let before = children(list).into_iter();
        let before = before.take_while(|other| other.id() != node.id());
        let place = before
            .filter(|other| !is_object(self.slice(*other)))
            .count();
        let name = self.field(node, "name").trim_start_matches('$').to_owned();
        let function = self.field(function, "name");
        let value = self.value(value, 0);
        self.builder
            .default_parameter(&function, place, name, value, line(node));
    }
}
