//! What do lockfiles resolve?

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Ecosystem, Locked, pep_503};
use crate::sources::Sources;

type Locks = BTreeMap<(Ecosystem, String), Locked>;

pub(super) fn read(sources: &Sources) -> Locks {
    let mut locks = Locks::new();
    for (path, parse) in PARSERS {
        if let Some(text) = sources.text(path) {
            parse(text, &mut locks);
        }
    }
    locks
}

/// What other packages need, by the lockfiles that tell who needs what but not for what.
pub(super) fn needed(sources: &Sources) -> BTreeSet<(Ecosystem, String)> {
    let mut found = BTreeSet::new();
    let text = |path| sources.text(path).unwrap_or_default();
    for line in text("Gemfile.lock").lines() {
        if let Some(need) = line.strip_prefix("      ") {
            let name = need
                .split(" (")
                .next()
                .unwrap_or(need)
                .trim_end_matches('!');
            found.insert((Ecosystem::Gem, name.to_owned()));
        }
    }
    // Yarn's first format; what is needed stands at the top of node_modules as a rule.
    let mut list = false;
    for line in text("yarn.lock").lines() {
        if let (true, Some(need)) = (list, line.strip_prefix("    ")) {
            let name = need.split([' ', ':']).next().unwrap_or(need);
            found.insert((Ecosystem::Npm, name.trim_matches('"').to_owned()));
        } else {
            list = line == "  dependencies:";
        }
    }
    for path in ["poetry.lock", "uv.lock"] {
        needed_by_python(text(path), &mut found);
    }
    found
}

/// poetry: a table `[package.dependencies]`; uv: a list `dependencies = [`. The app itself
/// is a package without a registry in uv.lock, and what it asks for says nothing.
fn needed_by_python(text: &str, found: &mut BTreeSet<(Ecosystem, String)>) {
    let (mut own, mut table, mut list) = (false, false, false);
    for line in text.lines() {
        match line {
            "[[package]]" => (own, table, list) = (false, false, false),
            "[package.dependencies]" => table = true,
            "dependencies = [" => list = !own,
            "]" => list = false,
            _ if line.starts_with('[') => (table, list) = (false, false),
            _ if line.starts_with("source = {") => {
                own = line.contains("virtual") || line.contains("editable");
            }
            _ => {}
        }
        let name = if table {
            line.split_once(" = ").map(|(name, _)| name)
        } else if list {
            line.split_once("name = \"")
                .and_then(|(_, rest)| rest.split('"').next())
        } else {
            None
        };
        found.extend(name.map(|name| (Ecosystem::Pypi, pep_503(name.trim_matches('"')))));
    }
}

type Parse = fn(&str, &mut Locks);

const PARSERS: &[(&str, Parse)] = &[
    ("package-lock.json", package_lock),
    ("npm-shrinkwrap.json", package_lock),
    ("yarn.lock", yarn),
    ("pnpm-lock.yaml", pnpm),
    ("Gemfile.lock", gemfile),
    ("poetry.lock", toml_packages),
    ("uv.lock", toml_packages),
    ("Pipfile.lock", pipfile),
    ("composer.lock", composer),
];

#[derive(Deserialize)]
struct NpmLock {
    #[serde(default)]
    packages: BTreeMap<String, NpmPackage>,
    #[serde(default)]
    dependencies: BTreeMap<String, NpmPackage>,
}

#[derive(Deserialize)]
struct NpmPackage {
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    dev: bool,
    #[serde(default, rename = "devOptional")]
    dev_optional: bool,
}

fn package_lock(text: &str, locks: &mut Locks) {
    let Ok(lock) = serde_json::from_str::<NpmLock>(text) else {
        return;
    };
    let modern = lock.packages.into_iter().filter_map(|(path, package)| {
        let (before, name) = path.rsplit_once("node_modules/")?;
        // Only what is at the top can be required by the app itself.
        before.is_empty().then(|| (name.to_owned(), package))
    });
    for (name, package) in modern.chain(lock.dependencies) {
        let dev = package.dev || package.dev_optional;
        locks
            .entry((Ecosystem::Npm, name))
            .or_insert_with(|| Locked {
                version: package.version.unwrap_or_default(),
                dev,
            });
    }
}

/// yarn.lock does not say which packages only development needs.
fn yarn(text: &str, locks: &mut Locks) {
    let mut name = None;
    for line in text.lines() {
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        if !line.starts_with(' ') {
            let first = line.trim_start_matches('"');
            name = first
                .char_indices()
                .skip(1)
                .find(|(_, character)| *character == '@')
                .map(|(at, _)| first[..at].to_owned());
        } else if let (Some(found), Some(version)) = (&name, line.strip_prefix("  version")) {
            let version = version.trim_start_matches(':').trim().trim_matches('"');
            insert(locks, Ecosystem::Npm, found.clone(), version);
            name = None;
        }
    }
}

fn pnpm(text: &str, locks: &mut Locks) {
    for line in text.lines() {
        let Some(key) = line.strip_prefix("  ").filter(|key| !key.starts_with(' ')) else {
            continue;
        };
        let Some(key) = key.strip_suffix(':') else {
            continue;
        };
        let key = key.trim_matches(['\'', '"']).trim_start_matches('/');
        // Peers stand in brackets behind the version and have versions of their own.
        let key = key.split('(').next().unwrap_or(key);
        if let Some((name, version)) = key.rsplit_once('@').filter(|(name, _)| !name.is_empty()) {
            insert(locks, Ecosystem::Npm, name.to_owned(), version);
        }
    }
}

fn insert(locks: &mut Locks, ecosystem: Ecosystem, name: String, version: &str) {
    locks.entry((ecosystem, name)).or_insert_with(|| Locked {
        version: version.to_owned(),
        dev: false,
    });
}

fn gemfile(text: &str, locks: &mut Locks) {
    let mut ruby = false;
    for line in text.lines() {
        // Gems stand four blanks deep, what they need six.
        if let Some(entry) = line
            .strip_prefix("    ")
            .filter(|rest| !rest.starts_with(' '))
            && let Some((name, version)) = entry.split_once(" (")
        {
            insert(
                locks,
                Ecosystem::Gem,
                name.to_owned(),
                version.trim_end_matches(')'),
            );
        }
        if ruby {
            let version = line.trim().trim_start_matches("ruby ");
            let version = version.split('p').next().unwrap_or(version);
            insert(locks, Ecosystem::Gem, "ruby".to_owned(), version);
        }
        ruby = line == "RUBY VERSION";
    }
}

fn toml_packages(text: &str, locks: &mut Locks) {
    // Large files with a fixed form: two lines per package are all that is needed.
    let mut name = None;
    for line in text.lines() {
        if line == "[[package]]" {
            name = None;
        } else if let Some(value) = line.strip_prefix("name = ") {
            name = Some(pep_503(value.trim_matches('"')));
        } else if let (Some(value), Some(found)) = (line.strip_prefix("version = "), name.take()) {
            insert(locks, Ecosystem::Pypi, found, value.trim_matches('"'));
        }
    }
}

fn pipfile(text: &str, locks: &mut Locks) {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else {
        return;
    };
    for (group, dev) in [("default", false), ("develop", true)] {
        let group = value.get(group).and_then(serde_json::Value::as_object);
        for (name, package) in group.into_iter().flatten() {
            let version = package
                .get("version")
                .and_then(serde_json::Value::as_str)
                .unwrap_or_default()
                .trim_start_matches("==")
                .to_owned();
            locks
                .entry((Ecosystem::Pypi, pep_503(name)))
                .or_insert(Locked { version, dev });
        }
    }
}

#[derive(Deserialize)]
struct ComposerLock {
    #[serde(default)]
    packages: Vec<ComposerPackage>,
    #[serde(default, rename = "packages-dev")]
    development: Vec<ComposerPackage>,
}

#[derive(Deserialize)]
struct ComposerPackage {
    name: String,
    #[serde(default)]
    version: String,
}

fn composer(text: &str, locks: &mut Locks) {
    let Ok(lock) = serde_json::from_str::<ComposerLock>(text) else {
        return;
    };
    for (packages, dev) in [(lock.packages, false), (lock.development, true)] {
        for package in packages {
            locks
                .entry((Ecosystem::Composer, package.name))
                .or_insert(Locked {
                    version: package.version.trim_start_matches('v').to_owned(),
                    dev,
                });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_of_others_are_known() {
        let mut found = BTreeSet::new();
        needed_by_python(
            "[[package]]\nname = \"app\"\nsource = { virtual = \".\" }\n\
             dependencies = [\n    { name = \"flask\" },\n]\n\n[[package]]\nname = \"flask\"\n\
             source = { registry = \"x\" }\ndependencies = [\n    { name = \"jinja2\" },\n]\n",
            &mut found,
        );
        needed_by_python(
            "[[package]]\nname = \"a\"\n\n[package.dependencies]\nPyYAML = \">=5\"\n\n[package.extras]\ntest = []\n",
            &mut found,
        );
        let names: Vec<_> = found.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["jinja2", "pyyaml"]);
    }

    #[test]
    fn every_lockfile_gives_versions() {
        let mut locks = Locks::new();
        package_lock(
            r#"{"packages":{"":{},"node_modules/a":{"version":"1.0.0"},"node_modules/b":{"version":"2.0.0",
"dev":true},"node_modules/a/node_modules/b":{"version":"1.5.0"}}}"#,
            &mut locks,
        );
        yarn(
            "# yarn lockfile v1\n\n\"@x/y@^1.0.0\", \"@x/y@^1.1.0\":\n  version \"1.2.0\"\n",
            &mut locks,
        );
        pnpm(
            "packages:\n\n  c@3.0.0(d@1):\n    resolution: {}\n",
            &mut locks,
        );
        gemfile(
            "GEM\n  specs:\n    rails (7.1.0)\n      rack (>= 2)\n\nRUBY VERSION\n   ruby 3.2.1p31\n",
            &mut locks,
        );
        toml_packages(
            "[[package]]\nname = \"Django\"\nversion = \"5.0\"\n",
            &mut locks,
        );
        let version = |ecosystem, name: &str| {
            locks
                .get(&(ecosystem, name.to_owned()))
                .map(|locked| (locked.version.as_str(), locked.dev))
        };
        assert_eq!(version(Ecosystem::Npm, "a"), Some(("1.0.0", false)));
        assert_eq!(version(Ecosystem::Npm, "b"), Some(("2.0.0", true)));
        assert_eq!(version(Ecosystem::Npm, "@x/y"), Some(("1.2.0", false)));
        assert_eq!(version(Ecosystem::Npm, "c"), Some(("3.0.0", false)));
        assert_eq!(version(Ecosystem::Gem, "rails"), Some(("7.1.0", false)));
        assert_eq!(version(Ecosystem::Gem, "ruby"), Some(("3.2.1", false)));
        assert_eq!(version(Ecosystem::Pypi, "django"), Some(("5.0", false)));
    }
}
