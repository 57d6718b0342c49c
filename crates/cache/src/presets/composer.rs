//! Composer.
//!
//! - **Recognised** by `composer.lock`.
//! - **Key**: PHP's version and extensions, Composer's version, the lockfile, composer.json but
//!   for its scripts and autoloading, `symfony.lock`, `patches/`, `COMPOSER_*`.
//! - **Class** packed: `vendor/`.
//! - **Install** `composer install --no-dev --optimize-autoloader`, the production form. An
//!   old tree is never the base: the name of its autoloader would stay.
//! - **An unchanged build** writes the autoloader anew, since it lists classes of the app
//!   itself, and runs the app's own `post-install-cmd`; `compile` runs on every build, as
//!   heroku/php does.
//! - **Exposure**: none; `vendor/` is where it always is.
//! - **Left alone**: `auth.json`, a committed `vendor/`.

use super::{Job, PACKED, Place, Recognised, Site, Step, machine, missing, out_of_step};
use crate::adopt;
use crate::inputs::Inputs;
use crate::lockfile::{Lockfile, Packages};
use crate::secrets;
use slugsmith_facts::{Parsed, app, tools};
use slugsmith_finding::error::Problem;
use slugsmith_finding::units::counted;

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
        adoption: adopt::listed(&place.wanted(&place.name("composer"))),
        job: Box::new(move || job(place, packages)),
    }))
}

fn job(place: &Place<'_>, packages: Packages) -> Result<Job, Problem> {
    let environment = place.context.environment;
    let find =
        |tool: &str| tools::find(tool, environment).ok_or_else(|| missing("composer.lock", tool));
    let php = find("php")?;
    let composer = find("composer")?;
    let mut inputs = Inputs::default();
    machine(&mut inputs, place.context);
    let version = tools::ask(&php, &["-r", "echo PHP_VERSION;"], environment);
    inputs.plain(
        "php",
        version.ok_or_else(|| missing("composer.lock", "php"))?,
    );
    // Extensions decide which packages may be installed.
    let extensions = tools::ask(
        &php,
        &["-r", "echo implode(' ', get_loaded_extensions());"],
        environment,
    );
    inputs.digest("php extensions", extensions.unwrap_or_default().as_bytes());
    let version = tools::ask(&composer, &["--version", "--no-ansi"], environment);
    inputs.plain("composer", version.unwrap_or_default());
    for file in ["composer.lock", "symfony.lock"] {
        inputs.file(&place.app.root, file);
    }
    let manifest = app::json(&place.app.root, "composer.json");
    let manifest = manifest.good().and_then(serde_json::Value::as_object);
    for (field, value) in manifest.into_iter().flatten() {
        if ![
            "scripts",
            "autoload",
            "autoload-dev",
            "description",
            "keywords",
            "authors",
        ]
        .contains(&field.as_str())
        {
            let value = secrets::without_credentials(&value.to_string());
            inputs.digest(format!("composer.json {field}"), value.as_bytes());
        }
    }
    let has = |script: &&str| {
        let scripts = manifest.and_then(|fields| fields.get("scripts"));
        scripts.is_some_and(|scripts| scripts.get(script).is_some())
    };
    let run = |script: &str| Step::new("composer", &["run-script", "--no-dev", script]).script();
    inputs.folder(&place.app.root, "patches");
    secrets::environment(&mut inputs, environment, |name| {
        name.starts_with("COMPOSER_") && name != "COMPOSER_CACHE_DIR" && name != "COMPOSER_HOME"
    });
    let step = |arguments: &[&str]| {
        Step::new("composer", arguments).default(&[("COMPOSER_NO_INTERACTION", "1")])
    };
    let install = step(&[
        "install",
        "--no-dev",
        "--prefer-dist",
        "--no-progress",
        "--optimize-autoloader",
    ]);
    let mut restored = vec![step(&["dump-autoload", "--no-dev", "--optimize"]).script()];
    restored.extend(Some("post-install-cmd").filter(has).map(run));
    Ok(Job {
        lockfile: Some(Lockfile {
            path: "composer.lock".to_owned(),
            packages,
        }),
        install: vec![install],
        restored,
        finish: Some("compile").filter(has).map(run).into_iter().collect(),
        explain: |_, ended| {
            let is_stale = ended.says("lock file is not up to date");
            is_stale.then(|| {
                out_of_step(
                    ended,
                    "composer refuses this pair of composer.json and composer.lock",
                    "Write the lockfile anew: `composer update --lock`.",
                )
            })
        },
        ..Job::new(inputs, place.at.clone())
    })
}
