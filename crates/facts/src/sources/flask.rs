//! What a Flask app's configuration holds: `app.config["X"]` for the rules.
//!
//! `from_object(Config)` takes the fields of a class, `app.config["X"] = …`, `from_mapping` and
//! `update` set keys one by one. Of several classes the one for production counts; a key with
//! two values that nothing tells apart is left unknown.

use std::collections::{BTreeMap, BTreeSet};

use super::Sources;
use crate::code::{Assignment, Branch, Code, Expr, Language, branch};

/// Keys with their values, in an app that has such a configuration.
pub(super) fn configuration(sources: &Sources) -> BTreeMap<String, Expr> {
    let python = || {
        let files = sources.files.iter();
        files.filter(|code| code.language == Language::Python)
    };
    let taken = python().any(|code| {
        code.calls.iter().any(|call| {
            matches!(
                call.method(),
                "from_object" | "from_mapping" | "from_prefixed_env"
            ) || call.callee == "app.config.update"
        })
    });
    let set = python().any(|code| {
        let mut targets = code.assignments.iter().map(|one| &one.target);
        targets.any(|target| key(target).is_some())
    });
    if !taken && !set {
        return BTreeMap::new();
    }
    let mut found = Found::default();
    for code in python() {
        for one in &code.assignments {
            if branch(code, one.scope) == Branch::Development || is_empty(&one.value) {
                continue;
            }
            let value = code.resolve(&one.value);
            if let Some(key) = key(&one.target) {
                found.add(key, value, Rank::Set);
            } else if let Some(rank) = of_class(code, one).filter(|_| taken) {
                found.add(&one.target, value, rank);
            }
        }
        let setters = code.calls.iter().filter(|call| {
            matches!(call.method(), "from_mapping" | "update")
                && call.receiver().ends_with("config")
        });
        for argument in setters.flat_map(|call| &call.arguments) {
            if let Some(name) = argument.name.as_deref() {
                found.add(name, code.resolve(&argument.value), Rank::Set);
            }
        }
    }
    found.settled()
}

/// What a value weighs against another one of the same key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// A field of some class of settings.
    Class,
    /// A field of the class for production.
    Production,
    /// Set on the app itself, after the class was taken.
    Set,
}

#[derive(Default)]
struct Found {
    values: BTreeMap<String, (Rank, Expr)>,
    twice: BTreeSet<String>,
}

impl Found {
    fn add(&mut self, key: &str, value: &Expr, rank: Rank) {
        match self.values.get(key) {
            Some((known, _)) if *known > rank => {}
            Some((known, other)) if *known == rank && other != value => {
                self.twice.insert(key.to_owned());
            }
            _ => {
                self.twice.remove(key);
                self.values.insert(key.to_owned(), (rank, value.clone()));
            }
        }
    }

    fn settled(self) -> BTreeMap<String, Expr> {
        let Self { values, twice } = self;
        values
            .into_iter()
            .filter(|(key, _)| !twice.contains(key))
            .map(|(key, (_, value))| (key, value))
            .collect()
    }
}

/// The key that an assignment sets: `app.config["X"]`.
fn key(target: &str) -> Option<&str> {
    let (object, key) = target.rsplit_once('.')?;
    let is_constant = key
        .chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    (is_constant && object.ends_with(".config")).then_some(key)
}

/// Whether this is a field of a class of settings, and what it weighs.
fn of_class(code: &Code, one: &Assignment) -> Option<Rank> {
    let (name, bases) = code.class(one.scope)?;
    let settings = name.contains("Config") || name.contains("Settings");
    let filled = bases.iter().any(|base| base.ends_with("BaseSettings"));
    if !settings || filled || code.function(one.scope).is_some() {
        return None;
    }
    Some(if name.contains("Prod") || name.contains("Heroku") {
        Rank::Production
    } else {
        Rank::Class
    })
}

fn is_empty(value: &Expr) -> bool {
    matches!(value, Expr::Other | Expr::Function)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::parse;

    fn configured(text: &str) -> BTreeMap<String, Expr> {
        let mut sources = Sources::default();
        sources.files.push(parse("app.py", Language::Python, text));
        configuration(&sources)
    }

    #[test]
    fn the_class_for_production_counts() {
        let text = "import os\nclass Config:\n    URL = 'a'\n    KEY = 'k'\n\
                    class ProductionConfig(Config):\n    URL = os.environ['URL']\n\
                    class TestConfig(Config):\n    URL = 'test'\n\
                    app.config.from_object(Config)\n";
        let found = configured(text);
        assert!(matches!(found.get("URL"), Some(Expr::Env { name, .. }) if name == "URL"));
        assert_eq!(found.get("KEY"), Some(&Expr::Text("k".to_owned())));
    }

    #[test]
    fn what_is_set_on_the_app_wins_and_two_values_are_unknown() {
        let found = configured(
            "class Config:\n    A = 1\nclass OtherConfig:\n    A = 2\n    B = 3\n\
             app.config.from_object(Config)\napp.config['B'] = 4\n",
        );
        assert_eq!(found.get("A"), None);
        assert_eq!(found.get("B"), Some(&Expr::Number("4".to_owned())));
        assert!(configured("class Config:\n    A = 1\n").is_empty());
    }
}
