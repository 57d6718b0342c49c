//! Composer: `composer.lock`, class packed (`vendor/`).
//!
//! The autoloader lists classes of the app itself, so it is written anew on every build;
//! that is the one command of an unchanged build. No test covers this preset yet: there
//! is no PHP where the tests run.

use super::{Job, PACKED, Place, Recognised, Site, Step, machine, missing};
use crate::cache::inputs::Inputs;
use crate::cache::lockfile::{Lockfile, Packages};
use crate::cache::secrets;
use crate::error::Problem;
use crate::facts::{Parsed, app, tools};
use crate::units::counted;

const INSTALLERS: &[&str] = &["heroku/php", "paketo-buildpacks/composer-install"];

pub(super) fn recognise<'a>(place: &'a Place<'a>) -> Option<Recognised<'a>> {
    let lock = match app::json(&place.app.root, "composer.lock") {
        Parsed::Missing => return None,
        Parsed::Broken(malformed) => return Some(place.unusable("composer", &malformed)),
        Parsed::Good(lock) => lock,
    };
    let packages: Packages = lock
        .get("packages")
        .and_then(serde_json::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|package| {
            let text = |field| package.get(field).and_then(serde_json::Value::as_str);
            Some((
                text("name")?.to_owned(),
                [text("version")?.to_owned()].into(),
            ))
        })
        .collect();
    Some(Recognised::Site(Site {
        name: place.name("composer"),
        what: format!(
            "composer.lock, {}",
            counted(packages.len() as u64, "package")
        ),
        class: PACKED,
        trees: vec![place.tree("vendor")],
        adopted: super::earlier(place.context, INSTALLERS),
        job: Box::new(move || job(place, packages)),
    }))
}

fn job(place: &Place<'_>, packages: Packages) -> Result<Job, Problem> {
    let environment = place.context.environment;
    let find =
        |tool: &str| tools::find(tool, environment).ok_or_else(|| missing("composer.lock", tool));
    let php = find("php")?;
    find("composer")?;
    let mut inputs = Inputs::default();
    machine(&mut inputs, place.context);
    let version = tools::ask(&php, &["-r", "echo PHP_VERSION;"], environment);
    inputs.plain(
        "php",
        version.ok_or_else(|| missing("composer.lock", "php"))?,
    );
    for file in ["composer.lock", "composer.json", "symfony.lock"] {
        inputs.file(&place.app.root, file);
    }
    inputs.folder(&place.app.root, "patches");
    secrets::environment(&mut inputs, environment, |name| {
        name.starts_with("COMPOSER_") && name != "COMPOSER_CACHE_DIR" && name != "COMPOSER_HOME"
    });
    let step = |arguments: &[&str]| {
        Step::new("composer", arguments).default(&[("COMPOSER_NO_INTERACTION", "1")])
    };
    Ok(Job {
        lockfile: Some(Lockfile {
            path: "composer.lock".to_owned(),
            packages,
        }),
        install: vec![step(&[
            "install",
            "--no-dev",
            "--prefer-dist",
            "--no-progress",
        ])],
        restored: vec![step(&["dump-autoload", "--no-dev", "--optimize"]).script()],
        ..Job::new(inputs, place.at.clone())
    })
}
