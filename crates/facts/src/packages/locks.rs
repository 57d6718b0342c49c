//! What lockfiles resolve, of every ecosystem, as its model reads them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Ecosystem, Locked, Package as Wanted};
use crate::sources::Sources;
use slugsmith_ecosystems::graph::{Package, Scope};
use slugsmith_ecosystems::ruby;

type Locks = BTreeMap<(Ecosystem, String), Locked>;

/// The packages of every lockfile at the root of the app.
fn packages(sources: &Sources) -> Vec<(Ecosystem, Package)> {
    // go.sum has more modules than are compiled, and go.mod names those that are.
    let read = Ecosystem::ALL
        .into_iter()
        .filter(|one| *one != Ecosystem::Go);
    read.flat_map(|ecosystem| {
        let model = ecosystem.model();
        let texts = model.lockfiles.iter().filter_map(|lockfile| {
            let graph = (lockfile.read)(sources.text(lockfile.name)?);
            // A rule of its own says which lockfile can't be read.
            graph.ok()
        });
        texts
            .flat_map(|graph| graph.packages)
            .map(move |package| {
                let name = (model.normalize)(&package.name);
                (ecosystem, Package { name, ..package })
            })
            .collect::<Vec<_>>()
    })
    .collect()
}

pub(super) fn read(sources: &Sources) -> Locks {
    let mut locks = Locks::new();
    // Only what is at the top can be required by the app itself.
    for (ecosystem, package) in packages(sources)
        .into_iter()
        .filter(|(_, one)| !one.is_nested)
    {
        let version = match ecosystem {
            Ecosystem::Composer => package.version.trim_start_matches('v').to_owned(),
            _ => package.version,
        };
        locks.entry((ecosystem, package.name)).or_insert(Locked {
            version,
            dev: package.scope == Scope::Development,
        });
    }
    let lockfiles = Ecosystem::Gem.model().lockfiles.iter();
    let texts = lockfiles.filter_map(|lockfile| sources.text(lockfile.name));
    for version in texts.filter_map(ruby::language_version) {
        let version = version.to_owned();
        let name = "ruby".to_owned();
        locks.entry((Ecosystem::Gem, name)).or_insert(Locked {
            version,
            dev: false,
        });
    }
    locks
}

/// What other packages need, by the lockfiles that tell who needs what. What the app itself asks
/// for says nothing, and neither does what only development has.
pub(super) fn needed(sources: &Sources, wanted: &[Wanted]) -> BTreeSet<(Ecosystem, String)> {
    let packages = packages(sources);
    let only_development = gems_of_development(sources, &packages, wanted);
    let others = packages.into_iter().filter(|(ecosystem, one)| {
        let is_left_out = *ecosystem == Ecosystem::Gem && only_development.contains(&one.name);
        one.local.is_none() && one.scope != Scope::Development && !is_left_out
    });
    others
        .flat_map(|(ecosystem, package)| {
            let normalize = ecosystem.model().normalize;
            let needs = package.needs.into_iter();
            needs.map(move |name| (ecosystem, normalize(&name)))
        })
        .collect()
}

/// Gems that only those of the Gemfile's groups of development lead to, which a Gemfile.lock does not say. What the
/// lockfile was asked for and the Gemfile does not show (`gemspec`, `eval_gemfile`) counts as of production.
fn gems_of_development(
    sources: &Sources,
    packages: &[(Ecosystem, Package)],
    wanted: &[Wanted],
) -> BTreeSet<String> {
    let is_gem = |ecosystem: Ecosystem| ecosystem == Ecosystem::Gem;
    let gems = packages.iter().filter(|(ecosystem, _)| is_gem(*ecosystem));
    let needs: BTreeMap<&str, &[String]> = gems
        .map(|(_, gem)| (gem.name.as_str(), gem.needs.as_slice()))
        .collect();
    let in_group = |name: &str, dev: bool| {
        let mut gems = wanted.iter().filter(|one| is_gem(one.ecosystem));
        gems.any(|one| one.name == name && one.dev == dev)
    };
    let lockfiles = Ecosystem::Gem.model().lockfiles.iter();
    let texts = lockfiles.filter_map(|lockfile| sources.text(lockfile.name));
    let mut left: Vec<&str> = texts.flat_map(ruby::direct).map(|(name, _)| name).collect();
    left.retain(|name| !in_group(name, true) || in_group(name, false));
    let mut seen: BTreeSet<&str> = left.iter().copied().collect();
    while let Some(name) = left.pop() {
        let more = needs.get(name).copied().unwrap_or_default().iter();
        left.extend(more.map(String::as_str).filter(|name| seen.insert(name)));
    }
    let others = needs.keys().filter(|name| !seen.contains(**name));
    others.map(|name| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        let mut sources = Sources::default();
        for (path, text) in files {
            sources.texts.insert((*path).to_owned(), (*text).to_owned());
        }
        sources
    }

    #[test]
    fn needs_of_others_are_known() {
        let files = sources(&[
            (
                "uv.lock",
                "[[package]]\nname = \"app\"\nsource = { virtual = \".\" }\n\
                 dependencies = [\n    { name = \"flask\" },\n]\n\n[[package]]\nname = \"flask\"\n\
                 source = { registry = \"x\" }\ndependencies = [\n    { name = \"jinja2\" },\n]\n",
            ),
            (
                "poetry.lock",
                "[[package]]\nname = \"a\"\n\n[package.dependencies]\nPyYAML = \">=5\"\n\n\
                 [package.extras]\ntest = []\n",
            ),
            (
                "yarn.lock",
                "express@^4:\n  version \"4.1.0\"\n  dependencies:\n    \"@a/b\" \"^1\"\n    ms \"2\"\n",
            ),
            (
                "Gemfile.lock",
                "GEM\n  specs:\n    rails (7.1.0)\n      rack (>= 2)\n    rswag (2.1)\n      rswag-ui (= 2.1)\n\n\
                 DEPENDENCIES\n  rails\n  rswag\n  rswag-ui\n",
            ),
        ]);
        let gem = |name: &str, dev| Wanted {
            ecosystem: Ecosystem::Gem,
            name: name.to_owned(),
            dev,
            wanted: String::new(),
            path: "Gemfile".to_owned(),
            line: slugsmith_finding::LineSpan::default(),
        };
        let found = needed(
            &files,
            &[
                gem("rails", false),
                gem("rswag", true),
                gem("rswag-ui", true),
            ],
        );
        let names: Vec<_> = found.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["@a/b", "ms", "jinja2", "pyyaml", "rack"]);
    }

    #[test]
    fn what_a_gemspec_asks_for_is_of_production() {
        let files = sources(&[(
            "Gemfile.lock",
            "PATH\n  remote: .\n  specs:\n    core (0.1.0)\n      devise\n\nGEM\n  specs:\n    bcrypt (3.1.20)\n    \
             devise (4.9.4)\n      bcrypt (~> 3.0)\n\nDEPENDENCIES\n  bcrypt\n  core!\n",
        )]);
        let bcrypt = Wanted {
            ecosystem: Ecosystem::Gem,
            name: "bcrypt".to_owned(),
            dev: true,
            wanted: String::new(),
            path: "Gemfile".to_owned(),
            line: slugsmith_finding::LineSpan::default(),
        };
        let found = needed(&files, &[bcrypt]);
        assert!(found.contains(&(Ecosystem::Gem, "bcrypt".to_owned())));
    }

    #[test]
    fn every_lockfile_gives_versions() {
        let locks = read(&sources(&[
            (
                "package-lock.json",
                r#"{"packages":{"":{},"node_modules/a":{"version":"1.0.0"},"node_modules/b":{"version":"2.0.0",
"dev":true},"node_modules/a/node_modules/b":{"version":"1.5.0"}}}"#,
            ),
            (
                "yarn.lock",
                "# yarn lockfile v1\n\n\"@x/y@^1.0.0\", \"@x/y@^1.1.0\":\n  version \"1.2.0\"\n",
            ),
            (
                "pnpm-lock.yaml",
                "packages:\n\n  c@3.0.0(d@1):\n    resolution: {}\n\nsnapshots:\n\n  e@1.0.0: {}\n",
            ),
            (
                "Gemfile.lock",
                "GEM\n  specs:\n    rails (7.1.0)\n      rack (>= 2)\n\nRUBY VERSION\n   ruby 3.2.1p31\n",
            ),
            (
                "poetry.lock",
                "[[package]]\nname = \"Django\"\nversion = \"5.0\"\n",
            ),
            (
                "Cargo.lock",
                "[[package]]\nname = \"my_crate\"\nversion = \"0.1.0\"\nsource = \"registry\"\n",
            ),
        ]));
        let version = |ecosystem, name: &str| {
            locks
                .get(&(ecosystem, name.to_owned()))
                .map(|locked| (locked.version.as_str(), locked.dev))
        };
        assert_eq!(version(Ecosystem::Npm, "a"), Some(("1.0.0", false)));
        assert_eq!(version(Ecosystem::Npm, "b"), Some(("2.0.0", true)));
        assert_eq!(version(Ecosystem::Npm, "@x/y"), Some(("1.2.0", false)));
        assert_eq!(version(Ecosystem::Npm, "c"), Some(("3.0.0", false)));
        assert_eq!(version(Ecosystem::Npm, "e"), None);
        assert_eq!(version(Ecosystem::Gem, "rails"), Some(("7.1.0", false)));
        assert_eq!(version(Ecosystem::Gem, "ruby"), Some(("3.2.1", false)));
        assert_eq!(version(Ecosystem::Pypi, "django"), Some(("5.0", false)));
        assert_eq!(
            version(Ecosystem::Cargo, "my-crate"),
            Some(("0.1.0", false))
        );
    }
}
