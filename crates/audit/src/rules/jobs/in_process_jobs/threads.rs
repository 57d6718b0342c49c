//! Classes of the app that are threads: what they do when they are started.

use std::collections::BTreeMap;

use super::telling::{is_durable, posts};
use crate::Facts;
use slugsmith_facts::code::{Language, ScopeKind};

/// Names of such classes (`class MailThread(threading.Thread)`), each with the call of its `run` that must not be lost.
pub(super) fn classes<'f>(facts: &'f Facts<'_>, language: Language) -> BTreeMap<&'f str, &'f str> {
    if !matches!(language, Language::Python | Language::Java) {
        return BTreeMap::new();
    }
    let mut found = BTreeMap::new();
    for code in facts.code(language) {
        for scope in &code.scopes {
            let ScopeKind::Class { name, bases } = &scope.kind else {
                continue;
            };
            let is_thread = bases
                .iter()
                .any(|base| base.rsplit('.').next() == Some("Thread"));
            let mut runs = code.calls.iter().filter(|call| {
                let class = code.class(call.scope).map(|(class, _)| class);
                is_thread && class == Some(name) && code.function(call.scope) == Some("run")
            });
            if let Some(work) = runs.find(|call| is_durable(&call.callee) || posts(&call.callee)) {
                found.insert(name.as_str(), work.callee.as_str());
            }
        }
    }
    found
}
