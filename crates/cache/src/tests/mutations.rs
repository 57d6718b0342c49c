//! One input changed at a time: whatever can change the tree must be noticed and named,
//! and nothing else may cost an install.

mod irrelevant;
mod relevant;

use self::irrelevant::irrelevant;
use self::relevant::relevant;
use super::support::Bed;
use crate::presets::{self, Project, Recognised};
use crate::{Context, inputs::Inputs};

/// A change of the app or its surroundings, and a part of the input's name that must then
/// be given as the reason.
struct Mutation {
    what: String,
    apply: Box<dyn Fn(&mut Bed)>,
    named: String,
}

fn mutation(
    what: impl Into<String>,
    named: impl Into<String>,
    apply: impl Fn(&mut Bed) + 'static,
) -> Mutation {
    Mutation {
        what: what.into(),
        apply: Box::new(apply),
        named: named.into(),
    }
}

const MEMBERS: [&str; 3] = ["packages/api", "packages/web", "libs/shared"];

/// A workspace with everything that a key looks at.
fn rich_app() -> Bed {
    let bed = Bed::new();
    bed.put(
        "package.json",
        r#"{"name":"shop","version":"1.0.0","license":"MIT","dependencies":{"ms":"^2.0.0"},"devDependencies":{
"jest":"29"},"workspaces":["packages/*","libs/*"],"scripts":{"test":"jest","start":"node ."}}"#,
    );
    for member in MEMBERS {
        bed.put(
            &format!("{member}/package.json"),
            r#"{"name":"m","version":"1.0.0","dependencies":{"ms":"^2.0.0"}}"#,
        );
        bed.put(&format!("{member}/index.js"), "1");
    }
    let packages: Vec<_> = (0..25)
        .map(|n| format!(r#""node_modules/p{n}":{{"version":"1.{n}.0","resolved":"https://npm.example/p{n}.tgz",
"integrity":"sha512-{n}"}}"#))
        .chain(MEMBERS.map(|member| format!(r#""{member}":{{"name":"m","version":"1.0.0"}}"#)))
        .collect();
    bed.put(
        "package-lock.json",
        &format!(
            r#"{{"name":"shop","version":"1.0.0","lockfileVersion":3,"packages":{{"":{{"name":"shop",
"version":"1.0.0","license":"MIT","dependencies":{{"ms":"^2.0.0"}}}},{}}}}}"#,
            packages.join(",")
        ),
    );
    bed.put(
        ".npmrc",
        "# mine\nregistry=https://bot:pass1@npm.example/\n//npm.example/:_authToken=one\n\
        engine-strict=true\nloglevel=warn\n",
    );
    bed.put("patches/ms+2.0.0.patch", "diff");
    bed.put("prisma/schema.prisma", "model A {}");
    bed.put("prisma/migrations/1/migration.sql", "create table a");
    bed.put("README.md", "shop");
    bed.put("src/server.js", "require('ms')");
    fs_err::write(bed.root().join(".npmrc"), "legacy-peer-deps=false\n").unwrap();
    bed
}

fn inputs(bed: &Bed) -> Inputs {
    let store = bed.store();
    let app = slugsmith_facts::app::read(&bed.app());
    let config = bed.config();
    let context = Context {
        app: &app,
        config: &config,
        environment: &bed.environment,
        store: &store,
        neighbours: slugsmith_facts::neighbours::Neighbours::none(),
        finish: &crate::finish::AsInstalled,
    };
    let place = Project::new(&context, std::path::Path::new(""));
    let Some(Recognised::Site(site)) = presets::recognise(&place).into_iter().next() else {
        panic!("npm is not recognised");
    };
    (site.job)().unwrap().inputs
}

fn edit(bed: &Bed, path: &str, from: &str, to: &str) {
    let text = fs_err::read_to_string(bed.app().join(path)).unwrap();
    assert!(text.contains(from), "{path} has no {from}");
    bed.put(path, &text.replacen(from, to, 1));
}

/// Adds or replaces a field of a manifest.
fn field(bed: &Bed, path: &str, name: &str, value: &str) {
    let text = fs_err::read_to_string(bed.app().join(path)).unwrap();
    let mut manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    manifest[name] = serde_json::from_str(value).unwrap();
    bed.put(path, &manifest.to_string());
}

#[test]
fn no_relevant_change_is_missed_and_each_is_named() {
    let all = relevant();
    assert!(all.len() >= 200, "{}", all.len());
    let before = inputs(&rich_app());
    for mutation in &all {
        let mut bed = rich_app();
        // The bed's folder is part of HOME and PATH, never of a key.
        (mutation.apply)(&mut bed);
        let changes = before.changes(&inputs(&bed));
        assert!(!changes.is_empty(), "stale hit: {}", mutation.what);
        assert!(
            changes
                .iter()
                .any(|change| change.name.contains(&mutation.named)),
            "{} is not named: {changes:?}",
            mutation.what
        );
    }
}

#[test]
fn no_irrelevant_change_costs_an_install() {
    let all = irrelevant();
    assert!(all.len() >= 100, "{}", all.len());
    let before = inputs(&rich_app());
    for mutation in &all {
        let mut bed = rich_app();
        (mutation.apply)(&mut bed);
        let changes = before.changes(&inputs(&bed));
        assert!(
            changes.is_empty(),
            "{} is a false miss: {changes:?}",
            mutation.what
        );
    }
}
