//! Rules about the audit itself: settings and comments that name or silence the wrong rule.

pub(super) mod unknown_rule;
pub(super) mod unused_suppression;
