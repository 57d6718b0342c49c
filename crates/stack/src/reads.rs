//! Which variables does the app's code read and need?
//!
//! Those that it reads without a default, anywhere: where one place has a default, or
//! app.json calls the variable optional, the app can live without it.

use std::collections::{BTreeMap, BTreeSet};

use super::expected::Read;
use slugsmith_facts::Parsed;
use slugsmith_facts::app::App;
use slugsmith_facts::code::{Code, EnvRead, Language, ScopeKind};
use slugsmith_facts::sources::Sources;

/// Variables whose absence means something to those who read them, and PORT, which the platform
/// sets for web processes alone: the code of a worker never comes to the line that reads it.
const OPTIONAL: &[&str] = &[
    "*",
    "CI",
    "DEBUG",
    "DYNO",
    "FORCE_COLOR",
    "HOME",
    "HOSTNAME",
    "LOG_LEVEL",
    "NODE_ENV",
    "NO_COLOR",
    "PORT",
    "PWD",
    "RAILS_ENV",
    "RACK_ENV",
    "TERM",
    "TZ",
];

/// Names with the first place that reads them, sorted by name.
#[must_use]
pub fn needed(sources: &Sources, app: &App) -> Vec<Read> {
    let mut first: BTreeMap<&str, String> = BTreeMap::new();
    let mut optional: BTreeSet<&str> = optional(app);
    optional.extend(OPTIONAL);
    for code in &sources.files {
        for read in &code.reads {
            // `os.environ.get(…)` is how Python asks for what may be missing: `None` is its default.
            if code.language == Language::Python && !read.required && !read.has_default {
                continue;
            }
            if read.has_default || is_guarded(code, read) {
                optional.insert(&read.name);
            } else {
                first
                    .entry(&read.name)
                    .or_insert_with(|| format!("{}:{}", code.path, read.line));
            }
        }
    }
    first
        .into_iter()
        .filter(|(name, _)| !optional.contains(name))
        .map(|(name, place)| Read {
            name: name.to_owned(),
            place,
        })
        .collect()
}

/// Whether a read runs only under a condition, or where its failure is caught.
fn is_guarded(code: &Code, read: &EnvRead) -> bool {
    code.around(read.scope)
        .any(|scope| matches!(scope.kind, ScopeKind::Branch { .. } | ScopeKind::Try))
}

/// Variables that app.json calls optional.
fn optional(app: &App) -> BTreeSet<&str> {
    let Parsed::Good(manifest) = &app.app_json else {
        return BTreeSet::new();
    };
    let declared = manifest.get("env").and_then(serde_json::Value::as_object);
    declared
        .into_iter()
        .flatten()
        .filter(|(_, one)| one.get("required") == Some(&serde_json::Value::Bool(false)))
        .map(|(name, _)| name.as_str())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_facts::code::parse;

    #[test]
    fn only_what_no_place_can_do_without_is_needed() {
        let text = "const a = process.env.DATABASE_URL;\n\
                    const b = process.env.PORT || 3000;\n\
                    const c = process.env.PORT;\n\
                    if (x) { load(process.env.SOMETIMES); }\n\
                    const d = process.env.OPTIONAL;\n\
                    const e = process.env.NODE_ENV;\n";
        let python = "import os\nA = os.environ.get('MAYBE')\nB = os.environ['SURELY']\nC = os.getenv('ALSO')\n";
        let sources = Sources {
            files: vec![
                parse("src/a.js", Language::JavaScript, text),
                parse("b.py", Language::Python, python),
            ],
            ..Sources::default()
        };
        let folder = tempfile::tempdir().unwrap();
        let manifest = r#"{"env": {"OPTIONAL": {"required": false}, "DATABASE_URL": "x"}}"#;
        fs_err::write(folder.path().join("app.json"), manifest).unwrap();
        let app = slugsmith_facts::app::read(folder.path());
        let shown: Vec<String> = needed(&sources, &app)
            .into_iter()
            .map(|read| format!("{} {}", read.name, read.place))
            .collect();
        assert_eq!(shown, ["DATABASE_URL src/a.js:1", "SURELY b.py:3"]);
    }
}
