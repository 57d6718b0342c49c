//! Which parameters have a default?

use oxc_ast::ast;
use oxc_span::{GetSpan, Span};

use super::Reader;

impl Reader<'_> {
    /// Notes the defaults of a function whose scope is open.
    pub(super) fn default_parameters(
        &mut self,
        id: Option<&ast::BindingIdentifier<'_>>,
        function: Span,
        parameters: &ast::FormalParameters<'_>,
    ) {
        for (place, parameter) in parameters.items.iter().enumerate() {
            let ast::BindingPattern::BindingIdentifier(name) = &parameter.pattern else {
                continue;
            };
            let Some(given) = &parameter.initializer else {
                continue;
            };
            let called = id.map_or_else(|| self.bound_to(function), |id| id.name.as_str());
            if called.is_empty() {
                return;
            }
            let called = called.to_owned();
            let value = self.value(given, 0);
            let line = self.line(parameter.span());
            self.builder
                .default_parameter(&called, place, name.name.to_string(), value, line);
        }
    }

    /// The name that stands before a function without one: `sign = (…) =>`, `sign: function`, the method `sign(…)`.
    fn bound_to(&self, function: Span) -> &str {
        let before = self.text.get(..function.start as usize).unwrap_or_default();
        let before = before.trim_end();
        let before = before.strip_suffix("async").map_or(before, str::trim_end);
        let before = before
            .strip_suffix(['=', ':'])
            .map_or(before, str::trim_end);
        let is_part = |character: char| character.is_alphanumeric() || "_$".contains(character);
        before
            .rsplit(|character| !is_part(character))
            .next()
            .unwrap_or_default()
    }
}
