//! A setting or comment names a rule that does not exist. [`crate::levels`] finds it.

use crate::registry::{Docs, Group, Outcome, Rule, Target};
use indoc::indoc;
use slugsmith_finding::Severity;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "unknown-rule",
    code: "SM001",
    title: "A suppression names a rule that does not exist",
    level: Severity::Warn,
    group: Group::Audit,
    ecosystems: &["all"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A key of `[com.slugsmith.audit.rules]`, or a comment `slugsmith: ignore <rule>`, whose
            rule slugsmith does not know.
        "},
        why: indoc! {"
            The setting has no effect, although somebody relies on it: a mistyped id leaves a rule
            on, or off.
        "},
        fix: "Use the id as findings print it. `slugsmith explain ID` takes the same ids.",
        silent: "Codes such as `SF101` are accepted as well as ids.",
    },
    check: |_| Outcome::not_applicable(),
};
