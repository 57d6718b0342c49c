//! What does a name stand for in production, as far as the file tells?

use super::given;
use super::{Assignment, Branch, Code, Expr, Language, branch};

impl Code {
    /// Follows names through this file's own assignments, a few steps at most.
    #[must_use]
    pub fn resolve<'a>(&'a self, value: &'a Expr) -> &'a Expr {
        self.follow(value, |_| true)
    }

    /// [`Code::resolve`] as seen from `scope`: a plain name that only other functions assign
    /// is theirs, and here a parameter. Ruby's instance variables look like plain names, so
    /// there every assignment counts.
    #[must_use]
    pub fn resolve_from<'a>(&'a self, value: &'a Expr, scope: usize) -> &'a Expr {
        if self.language == Language::Ruby {
            return self.resolve(value);
        }
        self.follow(value, |assignment| {
            let own = self.function_scope(assignment.scope);
            assignment.target.contains('.')
                || own.is_none_or(|own| self.enclosing(scope).any(|around| around == own))
        })
    }

    /// What a function without choices gives back: the one value behind its only `return`, also where another file
    /// of the app has the function.
    #[must_use]
    pub fn given_by(&self, callee: &str) -> Option<&Expr> {
        let called = |target: &str| target.strip_suffix("()") == Some(callee);
        let imported = || self.imported.iter().find(|one| called(&one.target));
        given::own_function(self, callee)
            .or_else(|| Some(&imported()?.value))
            .or_else(|| given::own_method(self, callee))
    }

    /// The field that `_this.path` means where `_this = this` keeps the object for a callback, or that
    /// `self::$path` means where the class declares it.
    fn own_field(&self, name: &str) -> Option<&Assignment> {
        let (object, field) = name.split_once('.')?;
        if matches!(object, "this" | "self" | "static") {
            let mut declared = self.assignments.iter();
            return declared.find(|one| {
                one.target == field
                    && self.function(one.scope).is_none()
                    && self.class(one.scope).is_some()
            });
        }
        let kept = |one: &&Assignment| one.target == object && one.value.name() == Some("this");
        self.assignments.iter().find(kept)?;
        let mut fields = self.assignments.iter().rev();
        fields.find(|one| one.target.strip_prefix("this.") == Some(field))
    }

    /// `this.values.secret`, where the class gives `this.values` one object, wherever it does so.
    fn key_of_kept(&self, name: &str) -> Option<&Expr> {
        let (object, key) = name.rsplit_once('.')?;
        let mut given = self.assignments.iter().filter(|one| one.target == object);
        let only = given.next().filter(|_| object.starts_with("this."))?;
        given.next().is_none().then(|| only.value.key(key))?
    }

    /// The assignment that gives a name its value in a dyno: the last one, but not one that only
    /// development runs; and where a condition or a failed read chooses between a written
    /// literal and something that isn't one, the latter, since the literal is then a fallback.
    fn set_in_production(
        &self,
        name: &str,
        sees: &impl Fn(&Assignment) -> bool,
    ) -> Option<&Assignment> {
        let all = self.assignments.iter().rev();
        let all = all.filter(|one| one.target == *name && sees(one));
        // Most names have one, whatever it depends on.
        let mut others = all.clone();
        let first = others.next();
        if others.next().is_none() {
            return first;
        }
        let (mut literal, mut development) = (None, None);
        for found in all {
            match branch(self, found.scope) {
                Branch::Development => development = development.or(Some(found)),
                Branch::Conditional(_) if found.value.is_written_out() => {
                    literal = literal.or(Some(found));
                }
                Branch::Always if found.value.is_written_out() => {
                    return literal.or(Some(found));
                }
                Branch::Always | Branch::Conditional(_) => return Some(found),
            }
        }
        literal.or(development)
    }

    fn follow<'a>(&'a self, value: &'a Expr, sees: impl Fn(&Assignment) -> bool) -> &'a Expr {
        let mut value = value;
        for _ in 0..4 {
            let Expr::Name(name) = value else {
                return value;
            };
            // `const { url } = require("./settings")` holds what that module exports.
            let is_own = |one: &&Assignment| {
                !one.value
                    .name()
                    .is_some_and(|name| name.starts_with("require()."))
            };
            let own = self.set_in_production(name, &sees).filter(is_own);
            let imported = || self.imported.iter().find(|known| known.target == *name);
            // What a module gives is better than the call that loads it.
            let loaded = own
                .filter(|one| one.value.callee() == Some("require"))
                .and_then(|_| imported());
            let Some(found) = loaded
                .or(own)
                .or_else(imported)
                .or_else(|| self.own_field(name))
            else {
                return self.key_of_kept(name).unwrap_or(value);
            };
            value = &found.value;
        }
        value
    }
}
