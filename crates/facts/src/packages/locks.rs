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

/// What other packages of production need, by the lockfiles that tell who needs what. What the app itself asks for says
/// nothing.
pub(super) fn needed(sources: &Sources, wanted: &[Wanted]) -> BTreeSet<(Ecosystem, String)> {
    let mut graphs: BTreeMap<Ecosystem, Graph> = BTreeMap::new();
    for (ecosystem, package) in packages(sources) {
        if package.local.is_none() {
            graphs.entry(ecosystem).or_default().push(package);
        }
    }
    let mut found = BTreeSet::new();
    for (ecosystem, graph) in graphs {
        let normalize = ecosystem.model().normalize;
        let production = in_production(ecosystem, &graph, wanted);
        let needs = production.iter().flat_map(|package| &package.needs);
        found.extend(needs.map(|name| (ecosystem, normalize(name))));
    }
    found
}

type Graph = Vec<Package>;

/// The packages of a lockfile that production installs: by what it says of each, or, where it says nothing
/// (Gemfile.lock), those that what the manifest asks for leads to. Members of a workspace of npm ask in manifests of
/// their own.
fn in_production<'g>(
    ecosystem: Ecosystem,
    graph: &'g Graph,
    wanted: &[Wanted],
) -> Vec<&'g Package> {
    let normalize = ecosystem.model().normalize;
    let has_scopes = graph.iter().any(|one| one.scope == Scope::Development);
    let asked = || wanted.iter().filter(|one| one.ecosystem == ecosystem);
    if has_scopes || ecosystem == Ecosystem::Npm || !asked().any(|one| one.dev) {
        let stays = |one: &&Package| one.scope != Scope::Development;
        return graph.iter().filter(stays).collect();
    }
    let by_name: BTreeMap<&str, &Package> =
        graph.iter().map(|one| (one.name.as_str(), one)).collect();
    let production = asked().filter(|one| !one.dev);
    let mut left: Vec<String> = production.map(|one| one.name.clone()).collect();
    let mut seen: BTreeSet<String> = left.iter().cloned().collect();
    let mut found = Vec::new();
    while let Some(name) = left.pop() {
        let Some(package) = by_name.get(name.as_str()) else {
            continue;
        };
        found.push(*package);
        let needs = package.needs.iter().map(|name| normalize(name));
        left.extend(needs.filter(|name| seen.insert(name.clone())));
    }
    found
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
                "GEM\n  specs:\n    rails (7.1.0)\n      rack (>= 2)\n    rswag (2.1)\n      rswag-ui (= 2.1)\n",
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
