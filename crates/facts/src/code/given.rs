//! What do functions and methods give back in a dyno, by the names under which other files call them?

use super::{Assignment, Branch, Code, Expr, Language, ScopeKind, branch};

/// Functions at the level of a file or a class, each with the one value that it gives where no development asks:
/// `module.exports = () => ({ secret: "…" })`, `Settings.key()`.
pub(crate) fn handed_out(code: &Code) -> Vec<(String, &Expr)> {
    let functions = code.scopes.iter().enumerate();
    functions
        .filter_map(|(at, scope)| {
            let ScopeKind::Function { name } = &scope.kind else {
                return None;
            };
            let name = called(code, name, at)?;
            Some((name, only_value(code, at)?))
        })
        .collect()
}

/// The name under which a function is called from elsewhere.
fn called(code: &Code, name: &str, at: usize) -> Option<String> {
    let scope = code.scopes.get(at)?;
    let around = code.scopes.get(scope.parent)?;
    match &around.kind {
        ScopeKind::Class { name: class, .. } if !name.is_empty() => Some(format!("{class}.{name}")),
        _ if scope.parent != 0 => None,
        _ if !name.is_empty() => {
            let whole = |one: &&Assignment| {
                one.target == "module.exports" && one.value.name() == Some(name)
            };
            let whole = code.assignments.iter().find(whole);
            Some(whole.map_or(name, |one| one.target.as_str()).to_owned())
        }
        // `exports.key = () => …`
        _ => {
            let mut given = code.assignments.iter();
            let bound = given.find(|one| {
                one.scope == 0 && one.value == Expr::Function && one.line.number() == scope.line
            })?;
            Some(bound.target.clone())
        }
    }
}

/// The value behind the one `return` of a function that a dyno reaches.
fn only_value(code: &Code, function: usize) -> Option<&Expr> {
    let mut all = code.returns.iter().filter(|one| {
        code.enclosing_function(one.scope) == Some(function)
            && branch(code, one.scope) != Branch::Development
    });
    let only = all.next().filter(|_| all.next().is_none())?;
    if only.value != Expr::Other || code.language != Language::JavaScript {
        return Some(&only.value);
    }
    // What is more than a text or a name stands among the assignments.
    let same = |scope: usize| code.enclosing_function(scope) == Some(function);
    let mut given = code.assignments.iter();
    given
        .find(|one| one.target == "return" && same(one.scope) && one.line == only.line)
        .map(|one| &one.value)
}

/// What a method of the file's own class gives, by the name under which its objects call it.
pub(super) fn own_method<'c>(code: &'c Code, callee: &str) -> Option<&'c Expr> {
    let name = callee.rsplit('.').next().unwrap_or(callee);
    let of_itself = callee
        .rsplit_once('.')
        .is_none_or(|(object, _)| matches!(object, "this" | "self" | "static"));
    let mut known = handed_out(code).into_iter().filter(|(known, value)| {
        let plain = matches!(value, Expr::Text(_) | Expr::Env { .. } | Expr::Name(_));
        plain
            && known
                .rsplit_once('.')
                .is_some_and(|(_, known)| known == name)
    });
    let (_, only) = known.next().filter(|_| of_itself)?;
    known.next().is_none().then_some(only)
}
