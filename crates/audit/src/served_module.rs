//! Which module does a server of Python serve? For the commands that findings propose.

use super::Facts;
use slugsmith_facts::code::{Language, ScopeKind};

/// `shop.wsgi`, as Django's settings or the app's files name it.
pub(super) fn of_django(facts: &Facts<'_>) -> Option<String> {
    let named = facts.code(Language::Python).find_map(|code| {
        let mut set = code
            .assignments
            .iter()
            .filter(|one| one.target == "WSGI_APPLICATION");
        let module = set.find_map(|one| one.value.text()?.strip_suffix(".application"));
        module.map(str::to_owned)
    });
    let by_file = || {
        let mut files = facts
            .sources
            .paths
            .iter()
            .filter_map(|path| path.strip_suffix("/wsgi.py"));
        let first = files.next()?;
        files
            .next()
            .is_none()
            .then(|| format!("{}.wsgi", first.replace('/', ".")))
    };
    named.or_else(by_file)
}

/// `shop:app`: the module and name of the one object that a framework's class made at the top of a file.
pub(super) fn object_of(facts: &Facts<'_>, classes: &[&str]) -> Option<String> {
    let mut made = facts.code(Language::Python).flat_map(|code| {
        let set = code.assignments.iter().filter(|one| {
            let callee = one.value.callee().unwrap_or_default();
            let at_top = code
                .around(one.scope)
                .all(|scope| matches!(scope.kind, ScopeKind::Try));
            at_top
                && classes.contains(&callee.rsplit('.').next().unwrap_or(callee))
                && is_name(&one.target)
        });
        set.map(move |one| (code.path.as_str(), one.target.as_str()))
    });
    let (path, name) = made.next()?;
    let module = path.strip_suffix(".py")?;
    let module = module.strip_suffix("/__init__").unwrap_or(module);
    made.next()
        .is_none()
        .then(|| format!("{}:{name}", module.replace('/', ".")))
}

fn is_name(target: &str) -> bool {
    target
        .chars()
        .all(|one| one.is_alphanumeric() || one == '_')
}
