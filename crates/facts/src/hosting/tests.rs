use super::*;
use crate::environment::this_machine;
use std::collections::BTreeMap;

fn build(world: World, variables: &[(&str, &str)]) -> Environment {
    let variables: BTreeMap<_, _> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).into()))
        .collect();
    Environment {
        world,
        target: this_machine(None),
        variables,
    }
}

fn app(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }
    folder
}

#[test]
fn a_build_knows_its_platform_by_the_variables_it_sets() {
    let nothing = app(&[]);
    let of = |world, variables: &[_]| detect(&build(world, variables), nothing.path());
    let dokku = of(
        World::Classic,
        &[("STACK", "heroku-22"), ("DOKKU_APP_TYPE", "herokuish")],
    );
    assert_eq!(dokku.platform, Platform::Dokku);
    assert_eq!(dokku.evidence.as_deref(), Some("DOKKU_APP_TYPE is set"));
    let google = of(World::CloudNative, &[("CNB_STACK_ID", "google.22")]);
    assert_eq!(google.platform, Platform::GoogleCloud);
    assert!(of(World::Classic, &[("STACK", "heroku-24")]).is_heroku());
    // A laptop may deploy to Dokku with its own variables and check an app of Heroku.
    assert!(of(World::Embedded, &[("DOKKU_APP_TYPE", "x")]).is_heroku());
}

#[test]
fn files_name_a_platform_where_no_other_is_named() {
    let laptop = build(World::Embedded, &[]);
    let of = |files: &[_]| detect(&laptop, app(files).path()).platform;
    let deploy = (
        KAMAL,
        "service: shop\nimage: ann/shop\nservers:\n  web: [10.0.0.1]\n",
    );
    let template = (
        KAMAL,
        "service: shop\nimage: your-user/shop\nservers:\n  web: [10.0.0.1]\n",
    );
    assert_eq!(of(&[deploy]), Platform::Kamal);
    assert_eq!(of(&[template]), Platform::Heroku);
    assert_eq!(
        of(&[deploy, ("Procfile", "web: bin/rails server\n")]),
        Platform::Heroku
    );
    assert_eq!(of(&[("DOKKU_SCALE", "web=1\n")]), Platform::Dokku);
    let both = [
        ("DOKKU_SCALE", "web=1\n"),
        ("app.json", r#"{"addons": ["heroku-redis"]}"#),
    ];
    assert_eq!(of(&both), Platform::Heroku);
    assert_eq!(
        of(&[("app.yaml", "runtime: nodejs22\n")]),
        Platform::GoogleCloud
    );
    assert_eq!(of(&[]), Platform::Heroku);
}

#[test]
fn commands_and_terms_are_those_of_the_platform() {
    let on = |platform| Hosting {
        platform,
        evidence: None,
    };
    let text =
        "Procfile: worker: node w.js   then: heroku ps:scale worker=1. Each dyno has its own disk.";
    assert_eq!(on(Platform::Heroku).reword(text), text);
    assert_eq!(
        on(Platform::Dokku).reword(text),
        "Procfile: worker: node w.js   then: dokku ps:scale APP worker=1. Each container has its own disk."
    );
    let redis = "heroku addons:create heroku-redis:mini";
    assert_eq!(on(Platform::Kamal).reword(redis), "add a Redis server");
    // Names stay as they are.
    let named = "web: vendor/bin/heroku-php-apache2 with dyno_list and heroku/nodejs";
    assert_eq!(on(Platform::Other).reword(named), named);
}
