//! A setting or comment silences a rule that would not fire. [`crate::levels`] finds it.

use crate::registry::{Docs, Group, Outcome, Rule, Target};
use indoc::indoc;
use slugsmith_finding::Severity;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "unused-suppression",
    code: "SM002",
    title: "A suppression silences nothing, or gives no reason",
    level: Severity::Info,
    group: Group::Audit,
    ecosystems: &["all"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {r#"
            A rule with `level = "off"`, or a comment `slugsmith: ignore <rule> -- reason`, where
            the rule would not fire; and a comment without a reason, which has no effect.
        "#},
        why: indoc! {"
            What was silenced was mended, or has moved: the next real finding at this place would be
            hidden.
        "},
        fix: "Remove the setting or the comment, or write the reason after ` -- `.",
        silent: "A suppression that silences at least one finding and says why.",
    },
    check: |_| Outcome::not_applicable(),
};
