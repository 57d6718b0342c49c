//! Which parts of a file run only under a condition?
//!
//! Branches of an `if`, what follows an early return, and the right side of `a && b`.

use tree_sitter::Node;

use super::super::arms::{arm, asks_stage};
use super::{Reader, ScopeKind, Step, children};

/// What runs only where something before it failed.
const HANDLERS: &[&str] = &["except_clause", "rescue", "catch_clause"];

/// One arm of a `switch`, `match` or `case`.
const ARMS: &[&str] = &[
    "case_clause",
    "when",
    "else",
    "case_statement",
    "default_statement",
    "expression_case",
    "default_case",
    "switch_block_statement_group",
    "switch_rule",
];

/// Calls whose block runs in the environments that they are given.
const CONFIGURES: &[&str] = &["configure", "configureMode", "environment"];

/// Fields that hold what such a statement chooses by.
const SUBJECTS: &[&str] = &["subject", "value", "condition"];

impl Reader<'_> {
    /// `return unless Rails.env.development?`, `if settings.DEBUG: return`: the condition
    /// under which the code behind it runs. Only questions about the environment count; a
    /// check of an argument or an error says nothing about where the code runs.
    pub(super) fn early_exit(&self, step: &Step<'_, '_>, branches: &[&str]) -> Option<ScopeKind> {
        let node = step.node;
        if ends_block(step) {
            return Some(ScopeKind::Branch {
                condition: NEVER.to_owned(),
                holds: true,
            });
        }
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

    /// The environments of a block that a framework runs in those only: `configure :development do` of Sinatra,
    /// `$app->configureMode('development', function () {…})` of Slim 2.
    fn configured(&self, step: &Step<'_, '_>) -> Option<String> {
        let (call, listed) = match step.kind {
            "block" | "do_block" => {
                let call = step.parent().filter(|parent| parent.kind() == "call")?;
                (call, children(call.child_by_field_name("arguments")?))
            }
            "anonymous_function" | "anonymous_function_creation_expression" => {
                let arguments = step.grandparent()?;
                let call = step.around.iter().rev().nth(2).map(|(node, _)| *node)?;
                let named = children(arguments).into_iter().map(|one| children(one));
                (
                    call,
                    named.filter_map(|one| one.into_iter().next()).collect(),
                )
            }
            _ => return None,
        };
        let method = ["method", "name"]
            .iter()
            .find_map(|field| call.child_by_field_name(field))?;
        if !CONFIGURES.contains(&self.slice(method)) {
            return None;
        }
        let names: Vec<_> = listed
            .into_iter()
            .take_while(|one| matches!(one.kind(), "simple_symbol" | "string" | "encapsed_string"))
            .map(|one| self.slice(one).trim_matches([':', '"', '\'']))
            .collect();
        (!names.is_empty()).then(|| names.join(" or "))
    }

    /// The arm of a `switch` over the environment that this step is.
    fn arm(&self, step: &Step<'_, '_>) -> Option<ScopeKind> {
        if !ARMS.contains(&step.kind) {
            return None;
        }
        let arms_of = step.parent()?;
        let chooser = if has_subject(arms_of) {
            arms_of
        } else {
            step.grandparent()?
        };
        let subject = SUBJECTS
            .iter()
            .find_map(|field| chooser.child_by_field_name(field))?;
        // Before the arms, of which generated code has thousands.
        if !asks_stage(self.slice(subject)) {
            return None;
        }
        let arms: Vec<_> = children(arms_of)
            .into_iter()
            .filter(|arm| ARMS.contains(&arm.kind()))
            .collect();
        let at = arms.iter().position(|arm| *arm == step.node)?;
        // Arms without a body before this one fall through to it.
        let above = arms.get(..at).unwrap_or_default().iter().rev();
        let through = above.take_while(|arm| falls_through(**arm));
        let own: Vec<_> = through
            .chain([&step.node])
            .flat_map(|arm| self.patterns(*arm))
            .collect();
        let all: Vec<_> = arms.iter().flat_map(|arm| self.patterns(*arm)).collect();
        let own = if self.patterns(step.node).is_empty() {
            Vec::new()
        } else {
            own
        };
        let (condition, holds) = arm(self.slice(subject), &own, &all)?;
        Some(ScopeKind::Branch { condition, holds })
    }

    /// The patterns of an arm as source text; none for the default.
    fn patterns(&self, arm: Node<'_>) -> Vec<&str> {
        let mut cursor = arm.walk();
        let mut found: Vec<_> = ["pattern", "value"]
            .iter()
            .flat_map(|field| {
                arm.children_by_field_name(field, &mut cursor)
                    .collect::<Vec<_>>()
            })
            .collect();
        if found.is_empty() {
            let named = children(arm).into_iter();
            found = named
                .filter(|child| matches!(child.kind(), "case_pattern" | "switch_label"))
                .flat_map(|child| match child.kind() {
                    "switch_label" => children(child),
                    _ => vec![child],
                })
                .collect();
        }
        let texts = found.into_iter().map(|pattern| self.slice(pattern));
        texts.filter(|text| *text != "_").collect()
    }

    /// The branch that this step is, if its parent chooses by a condition.
    pub(super) fn branch(&self, step: &Step<'_, '_>, parents: &[&str]) -> Option<ScopeKind> {
        let parent = step.parent()?;
        if let Some(kind) = self.short_circuit(step, parent).or_else(|| self.arm(step)) {
            return Some(kind);
        }
        if let Some(condition) = self.configured(step) {
            return Some(ScopeKind::Branch {
                condition,
                holds: true,
            });
        }
        if HANDLERS.contains(&step.kind) {
            return Some(ScopeKind::Branch {
                condition: String::new(),
                holds: true,
            });
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

/// Whether a node is a statement that chooses an arm; an `else` also ends other statements.
fn has_subject(node: Node<'_>) -> bool {
    matches!(node.kind(), "case" | "expression_switch_statement")
}

/// Whether an arm has no statement of its own.
fn falls_through(arm: Node<'_>) -> bool {
    let is_label = |node: &Node<'_>| node.kind() == "switch_label";
    match arm.kind() {
        "case_statement" => children(arm).len() < 2,
        "switch_block_statement_group" => children(arm).iter().all(is_label),
        _ => false,
    }
}

/// The condition of what stands behind a `return` in the same block.
const NEVER: &str = "false";

/// Whether nothing behind a node in its block is ever run: a `return` or a `throw` of a function.
/// (At the top of a PHP file, functions below a `return` exist all the same; Ruby's `rescue`
/// stands in the same body.)
fn ends_block(step: &Step<'_, '_>) -> bool {
    let leaves = matches!(
        step.kind,
        "return_statement" | "raise_statement" | "throw_statement"
    );
    let block = step.parent().filter(|_| leaves);
    block.is_some_and(|block| {
        matches!(
            block.kind(),
            "block" | "compound_statement" | "statement_list"
        ) && step
            .grandparent()
            .is_some_and(|owner| owner.kind() != "program")
    })
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
