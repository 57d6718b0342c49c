//! Which classes of a Spring app does nothing use?
//!
//! Spring makes objects of annotated classes, and code of others. What is neither, such as a trial
//! somebody once ran from an editor, is compiled and never called.

use std::collections::BTreeSet;

use slugsmith_facts::code::{Code, Language, ScopeKind};
use slugsmith_facts::sources::Sources;

/// Paths of Java files whose classes have no annotation, no base, and no use elsewhere.
pub(super) fn files(sources: &Sources) -> BTreeSet<String> {
    let java: Vec<&Code> = sources
        .files
        .iter()
        .filter(|code| code.language == Language::Java)
        .collect();
    let starts = |code: &&Code| {
        let mut calls = code.calls.iter();
        calls.any(|call| call.callee == "SpringApplication.run")
    };
    if !java.iter().any(|code| starts(code)) {
        return BTreeSet::new();
    }
    let used: BTreeSet<(&str, &str)> = java.iter().flat_map(|code| uses(code)).collect();
    let candidates = java.iter().filter_map(|code| {
        let name = only_class(code)?;
        let mut elsewhere = used
            .range((name, "")..)
            .take_while(|(used, _)| *used == name);
        let is_used = elsewhere.any(|(_, path)| *path != code.path);
        (!is_used).then(|| code.path.clone())
    });
    candidates.collect()
}

/// The one class of a file, if it is plain.
fn only_class(code: &Code) -> Option<&str> {
    let mut classes = code.scopes.iter().filter_map(|scope| match &scope.kind {
        ScopeKind::Class { name, bases } => Some((name.as_str(), bases.is_empty())),
        _ => None,
    });
    let (name, plain) = classes.next()?;
    let annotated = code.calls.iter().any(|call| call.callee.starts_with('@'));
    (plain && !annotated && classes.next().is_none()).then_some(name)
}

/// Names of classes that a file calls, makes, imports, extends or mentions as values.
fn uses(code: &Code) -> impl Iterator<Item = (&str, &str)> {
    let callees = code.calls.iter().flat_map(|call| call.callee.split('.'));
    let imports = code.imports.iter().flat_map(|one| one.module.split('.'));
    let bases = code.scopes.iter().flat_map(|scope| match &scope.kind {
        ScopeKind::Class { bases, .. } => bases.as_slice(),
        _ => &[],
    });
    let mut values = Vec::new();
    for argument in code.calls.iter().flat_map(|call| &call.arguments) {
        argument
            .value
            .walk(&mut |value| values.extend(value.name()));
    }
    let values = values.into_iter().flat_map(|name| name.split('.'));
    callees
        .chain(imports)
        .chain(bases.map(String::as_str))
        .chain(values)
        .map(|name| (name, code.path.as_str()))
}
