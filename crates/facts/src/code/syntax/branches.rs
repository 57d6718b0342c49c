//! Which parts of a file run only under a condition?
//!
//! Branches of an `if`, what follows an early return, and the right side of `a && b`.

use tree_sitter::Node;

use super::{Reader, ScopeKind, Step, children};

impl Reader<'_> {
    /// `return unless Rails.env.development?`, `if settings.DEBUG: return`: the condition
    /// under which the code behind it runs. Only questions about the environment count; a
    /// check of an argument or an error says nothing about where the code runs.
    pub(super) fn early_exit(&self, node: Node<'_>, branches: &[&str]) -> Option<ScopeKind> {
        if !branches.contains(&node.kind()) || node.child_by_field_name("alternative").is_some() {
            return None;
        }
        let body = node
            .child_by_field_name("consequence")
            .or_else(|| node.child_by_field_name("body"))?;
        let exit = match children(body).as_slice() {
            [only] if is_block(body) => *only,
            _ => body,
        };
        let exits = exit.kind().starts_with("return") || exit.kind() == "exit_statement";
        let condition = self.field(node, "condition");
        (exits && asks_environment(&condition)).then(|| ScopeKind::Branch {
            condition,
            holds: node.kind().starts_with("unless"),
        })
    }

    /// The right side of `development? && Tool.start`, which runs only where the left holds.
    fn short_circuit(&self, step: &Step<'_, '_>, parent: Node<'_>) -> Option<ScopeKind> {
        let joins = matches!(
            parent.kind(),
            "binary" | "boolean_operator" | "binary_expression"
        );
        if !joins || step.field != Some("right") {
            return None;
        }
        let operator = self.field(parent, "operator");
        let condition = self.field(parent, "left");
        (matches!(operator.as_str(), "&&" | "and") && asks_environment(&condition)).then_some(
            ScopeKind::Branch {
                condition,
                holds: true,
            },
        )
    }

    /// The branch that this step is, if its parent chooses by a condition.
    pub(super) fn branch(&self, step: &Step<'_, '_>, parents: &[&str]) -> Option<ScopeKind> {
        let parent = step.parent()?;
        if let Some(kind) = self.short_circuit(step, parent) {
            return Some(kind);
        }
        if !parents.contains(&parent.kind()) {
            return None;
        }
        let holds = match step.field? {
            "consequence" | "body" => true,
            "alternative" => false,
            _ => return None,
        };
        let unless = parent.kind().starts_with("unless");
        let condition = self.field(parent, "condition");
        (!condition.is_empty()).then_some(ScopeKind::Branch {
            condition,
            holds: holds != unless,
        })
    }
}

/// Whether a condition asks where the code runs.
fn asks_environment(condition: &str) -> bool {
    let lower = condition.to_ascii_lowercase();
    [
        "development",
        "production",
        "env.local",
        "env.test",
        "node_env",
        "rails_env",
        "app_env",
        "debug",
        "dyno",
    ]
    .iter()
    .any(|word| lower.contains(word))
}

/// Whether a node only groups statements.
fn is_block(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "then" | "block" | "body_statement" | "compound_statement" | "statement_block"
    )
}
