//! What do functions and methods give back in a dyno, by the names under which other files call them?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::{Assignment, Branch, Call, Code, Expr, Language, Returned, ScopeKind, branch};

/// Where a value stands among a file's facts.
#[derive(Debug, Clone, Copy)]
enum Place {
    Returned(usize),
    Assigned(usize),
}

impl Place {
    fn value(self, code: &Code) -> Option<&Expr> {
        match self {
            Self::Returned(at) => Some(&code.returns.get(at)?.value),
            Self::Assigned(at) => Some(&code.assignments.get(at)?.value),
        }
    }
}

/// What is found once for a file, since rules ask it for every call that they meet.
#[derive(Debug, Clone, Default)]
pub(super) struct Memo {
    given: OnceLock<Given>,
    /// Places of calls by their last part.
    calls: OnceLock<BTreeMap<String, Vec<usize>>>,
    functions: OnceLock<Functions>,
}

/// Functions by where they stand and what they are called, with what they give.
#[derive(Debug, Clone, Default)]
struct Functions {
    /// Places of what a function gives, by its scope.
    returns: BTreeMap<usize, Vec<usize>>,
    /// Scopes of functions by the scope that they stand in.
    within: BTreeMap<usize, Vec<usize>>,
    named: BTreeMap<String, Vec<usize>>,
}

fn functions(code: &Code) -> &Functions {
    code.memo.functions.get_or_init(|| {
        let mut found = Functions::default();
        for (at, scope) in code.scopes.iter().enumerate() {
            if let ScopeKind::Function { name } = &scope.kind {
                found.within.entry(scope.parent).or_default().push(at);
                found.named.entry(name.clone()).or_default().push(at);
            }
        }
        for (at, one) in code.returns.iter().enumerate() {
            if let Some(function) = code.enclosing_function(one.scope) {
                found.returns.entry(function).or_default().push(at);
            }
        }
        found
    })
}

/// Scopes of functions that stand in a scope.
pub(super) fn functions_within(code: &Code, scope: usize) -> &[usize] {
    functions(code)
        .within
        .get(&scope)
        .map_or(&[], Vec::as_slice)
}

/// Scopes of functions of a name.
pub(super) fn functions_named<'c>(code: &'c Code, name: &str) -> &'c [usize] {
    functions(code).named.get(name).map_or(&[], Vec::as_slice)
}

/// What the function of a scope gives, in the order of the text.
pub(super) fn returns_of(
    code: &Code,
    function: usize,
) -> impl DoubleEndedIterator<Item = &Returned> {
    let places = functions(code).returns.get(&function);
    places
        .into_iter()
        .flatten()
        .filter_map(|at| code.returns.get(*at))
}

/// What was asked before is no part of what a file says.
impl PartialEq for Memo {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[derive(Debug, Clone, Default)]
struct Given {
    /// See [`plainly_given`]; in the order of the text.
    plain: Vec<(String, Place)>,
    /// See [`handed_out`].
    handed_out: Vec<(String, Place)>,
    /// The first of `plain` by its name.
    functions: BTreeMap<String, Place>,
    /// Methods by their own name; `None` where more than one class has it.
    methods: BTreeMap<String, Option<Place>>,
}

fn memo(code: &Code) -> &Given {
    code.memo.given.get_or_init(|| {
        let index = Index::of(code);
        let mut given = Given {
            plain: index.plain(),
            handed_out: index.handed_out(),
            ..Given::default()
        };
        for (name, place) in &given.plain {
            given.functions.entry(name.clone()).or_insert(*place);
        }
        for (name, place) in &given.handed_out {
            let plain = place.value(code).is_some_and(is_plain);
            if let Some((_, method)) = name.rsplit_once('.').filter(|_| plain) {
                let known = given.methods.entry(method.to_owned());
                known
                    .and_modify(|known| *known = None)
                    .or_insert(Some(*place));
            }
        }
        given
    })
}

fn calls(code: &Code) -> &BTreeMap<String, Vec<usize>> {
    code.memo.calls.get_or_init(|| {
        let mut found: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, call) in code.calls.iter().enumerate() {
            found.entry(call.method().to_owned()).or_default().push(at);
        }
        found
    })
}

/// Whether the file calls anything by one of these names, whatever stands in front of them.
pub(super) fn calls_one_of(code: &Code, names: &[&str]) -> bool {
    names.iter().any(|name| calls(code).contains_key(*name))
}

/// The calls whose last part is that name.
pub(super) fn calls_named<'c>(code: &'c Code, name: &str) -> impl Iterator<Item = &'c Call> {
    let places = calls(code).get(name).into_iter().flatten();
    places.filter_map(|at| code.calls.get(*at))
}

fn is_plain(value: &Expr) -> bool {
    matches!(value, Expr::Text(_) | Expr::Env { .. } | Expr::Name(_))
}

/// What a function of the file's own gives, by the name under which it is called.
pub(super) fn own_function<'c>(code: &'c Code, name: &str) -> Option<&'c Expr> {
    memo(code).functions.get(name)?.value(code)
}

/// What a method of the file's own class gives, by the name under which its objects call it.
pub(super) fn own_method<'c>(code: &'c Code, callee: &str) -> Option<&'c Expr> {
    let name = callee.rsplit('.').next().unwrap_or(callee);
    let of_itself = callee
        .rsplit_once('.')
        .is_none_or(|(object, _)| matches!(object, "this" | "self" | "static"));
    let place = memo(code).methods.get(name).copied().flatten();
    place.filter(|_| of_itself)?.value(code)
}

/// Functions at the level of the file that give back one value without choices, by the names that the file gives them.
pub(crate) fn plainly_given(code: &Code) -> impl Iterator<Item = (&str, &Expr)> {
    values(code, &memo(code).plain)
}

/// Functions at the level of a file or a class, each with the one value that it gives where no development asks:
/// `module.exports = () => ({ secret: "…" })`, `Settings.key()`.
pub(crate) fn handed_out(code: &Code) -> impl Iterator<Item = (&str, &Expr)> {
    values(code, &memo(code).handed_out)
}

fn values<'c>(
    code: &'c Code,
    places: &'c [(String, Place)],
) -> impl Iterator<Item = (&'c str, &'c Expr)> {
    let places = places.iter();
    places.filter_map(|(name, place)| Some((name.as_str(), place.value(code)?)))
}

/// A file's facts by what the questions here are asked with, so that each function is looked at once.
struct Index<'c> {
    code: &'c Code,
    /// What each function gives back, by its scope.
    returns: BTreeMap<usize, Vec<(usize, &'c Returned)>>,
    /// Names that hold a function, by the line on which they are given it: `exports.key = () => …`.
    bound: BTreeMap<u32, &'c str>,
    /// What is more than a text or a name stands among the assignments, by function and line.
    larger: BTreeMap<(usize, u32), usize>,
    /// Names that the module gives as a whole.
    whole: BTreeSet<&'c str>,
}

impl<'c> Index<'c> {
    fn of(code: &'c Code) -> Self {
        let mut index = Self {
            code,
            returns: BTreeMap::new(),
            bound: BTreeMap::new(),
            larger: BTreeMap::new(),
            whole: BTreeSet::new(),
        };
        for (at, one) in code.returns.iter().enumerate() {
            if let Some(function) = code.enclosing_function(one.scope) {
                index.returns.entry(function).or_default().push((at, one));
            }
        }
        for (at, one) in code.assignments.iter().enumerate() {
            index.assigned(at, one);
        }
        index
    }

    fn assigned(&mut self, at: usize, one: &'c Assignment) {
        let line = one.line.number();
        if one.scope == 0 && one.value == Expr::Function {
            self.bound.entry(line).or_insert(&one.target);
        }
        match one.target.as_str() {
            "return" => {
                if let Some(function) = self.code.enclosing_function(one.scope) {
                    self.larger.entry((function, line)).or_insert(at);
                }
            }
            "module.exports" => self.whole.extend(one.value.name()),
            _ => {}
        }
    }

    /// See [`plainly_given`].
    fn plain(&self) -> Vec<(String, Place)> {
        let single = self.returns.iter().filter_map(|(function, all)| {
            let [(at, one)] = all.as_slice() else {
                return None;
            };
            // `[]byte("…")` only converts.
            let converted = one.value.callee() == Some("[]byte");
            let is_whole = one.scope == *function && (converted || is_plain(&one.value));
            is_whole.then_some((*function, *at))
        });
        let mut found: Vec<_> = single
            .filter_map(|(function, at)| {
                let scope = self.code.scopes.get(function)?;
                let ScopeKind::Function { name } = &scope.kind else {
                    return None;
                };
                if scope.parent != 0 {
                    return None;
                }
                let bound = || self.bound.get(&scope.line).copied();
                let own = Some(name.as_str()).filter(|name| !name.is_empty());
                Some((own.or_else(bound)?, at))
            })
            .collect();
        found.sort_by_key(|(_, at)| *at);
        let places = found.into_iter();
        places
            .map(|(name, at)| (name.to_owned(), Place::Returned(at)))
            .collect()
    }

    /// See [`handed_out`].
    fn handed_out(&self) -> Vec<(String, Place)> {
        let functions = self.code.scopes.iter().enumerate();
        functions
            .filter_map(|(at, scope)| {
                let ScopeKind::Function { name } = &scope.kind else {
                    return None;
                };
                Some((self.called(name, at)?, self.only_value(at)?))
            })
            .collect()
    }

    /// The name under which a function is called from elsewhere.
    fn called(&self, name: &str, at: usize) -> Option<String> {
        let scope = self.code.scopes.get(at)?;
        let around = self.code.scopes.get(scope.parent)?;
        match &around.kind {
            ScopeKind::Class { name: class, .. } if !name.is_empty() => {
                Some(format!("{class}.{name}"))
            }
            _ if scope.parent != 0 => None,
            _ if self.whole.contains(name) => Some("module.exports".to_owned()),
            _ if !name.is_empty() => Some(name.to_owned()),
            _ => self.bound.get(&scope.line).map(|&name| name.to_owned()),
        }
    }

    /// The value behind the one `return` of a function that a dyno reaches.
    fn only_value(&self, function: usize) -> Option<Place> {
        let all = self.returns.get(&function)?.iter();
        let mut all = all.filter(|(_, one)| branch(self.code, one.scope) != Branch::Development);
        let (at, only) = all.next().filter(|_| all.next().is_none())?;
        if only.value != Expr::Other || self.code.language != Language::JavaScript {
            return Some(Place::Returned(*at));
        }
        let larger = self.larger.get(&(function, only.line.number()));
        larger.map(|at| Place::Assigned(*at))
    }
}
