//! Composer.
//!
//! - **Recognised** by `composer.lock`.
//! - **Key**: PHP's version and extensions, Composer's version, the lockfile, composer.json but
//!   for its scripts and autoloading, `symfony.lock`, `patches/` and other files that it names,
//!   `COMPOSER_*`; every file of path packages that are copied; every file of the app where a plugin
//!   or a script of it runs while packages are installed.
//! - **Class** packed: `vendor/` (`config.vendor-dir`), `config.bin-dir`, and what plugins put
//!   elsewhere.
//! - **Install** `composer install --no-dev --no-scripts --no-autoloader`. An old tree is never
//!   the base: the name of its autoloader would stay.
//! - **Every build** writes the autoloader, since it lists classes of the app itself, and runs
//!   `pre-install-cmd` and `post-install-cmd`; `compile` comes last, as with heroku/php.
//! - **Exposure**: none; packages are where they always are.
//! - **Left alone**: `auth.json`, a committed `vendor/`.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use super::{
    Job, ManagerCommand, PACKED, Project, Recognised, Site, machine, missing, out_of_step, reached,
    strings, variables,
};
use crate::adopt;
use crate::inputs::Inputs;
use crate::lockfile::{Lockfile, Packages};
use crate::{pack, secrets, switches};
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::environment::Environment;
use slugsmith_facts::{Parsed, app, tools};
use slugsmith_finding::error::Problem;
use slugsmith_finding::units::counted;

pub(super) fn recognise<'a>(place: &'a Project<'a>) -> Option<Recognised<'a>> {
    let lock = match app::json(&place.app.root, ecosystems::php::COMPOSER_LOCK) {
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
        trees: trees(place),
        adoption: adopt::listed(&place.wanted(&place.name("composer"))),
        job: Box::new(move || job(place, &lock, packages)),
    }))
}

/// `vendor-dir` and `bin-dir` (Composer docs, "Config"), relative to the app.
fn trees(place: &Project<'_>) -> Vec<PathBuf> {
    let manifest = app::json(&place.app.root, ecosystems::php::MANIFEST);
    let config = manifest.good().and_then(|manifest| manifest.get("config"));
    let setting = |name: &str, variable: &str| {
        let written = config.and_then(|config| config.get(name)?.as_str());
        let value = place.context.environment.get(variable).or(written)?;
        let value = value.replace("{$vendor-dir}", "vendor");
        let path: PathBuf = Path::new(&value).components().collect();
        pack::is_inside(&path).then(|| place.tree(path))
    };
    let vendor = setting("vendor-dir", "COMPOSER_VENDOR_DIR");
    let vendor = vendor.unwrap_or_else(|| place.tree("vendor"));
    let bin = setting("bin-dir", "COMPOSER_BIN_DIR").filter(|bin| !bin.starts_with(&vendor));
    std::iter::once(vendor).chain(bin).collect()
}

/// Where Composer has put packages (its own list, `install-path`), relative to the app.
fn install_paths(app: &Path, vendor: &Path) -> Vec<PathBuf> {
    let list = vendor.join("composer");
    let installed = app::json(app, &list.join("installed.json").to_string_lossy());
    let packages = installed
        .good()
        .and_then(|list| list.get("packages")?.as_array());
    let paths = packages.into_iter().flatten();
    let paths = paths.filter_map(|package| package.get("install-path")?.as_str());
    let inside = paths.filter_map(|path| {
        let mut full = PathBuf::new();
        for part in list.join(path).components() {
            match part {
                Component::ParentDir if full.pop() => {}
                Component::Normal(name) => full.push(name),
                _ => return None,
            }
        }
        pack::is_inside(&full).then_some(full)
    });
    inside.collect()
}

/// Events during which scripts of the app see packages come one by one (Composer docs,
/// "Scripts").
const WITHIN: &[&str] = &[
    "pre-operations-exec",
    "pre-package-install",
    "post-package-install",
    "pre-pool-create",
    "pre-file-download",
    "post-file-download",
];

/// Folders of the app of which the install can read or copy every file.
fn reads(place: &Project<'_>, lock: &Value, runs_within: bool) -> Vec<PathBuf> {
    let lists = ["packages", "packages-dev"]
        .iter()
        .filter_map(|list| lock.get(list)?.as_array());
    let all: Vec<&Value> = lists.flatten().collect();
    let path_of = |package: &Value| {
        let dist = package.get("dist")?;
        let is_path = dist.get("type").and_then(Value::as_str) == Some("path");
        is_path
            .then(|| dist.get("url")?.as_str().map(str::to_owned))
            .flatten()
    };
    let is_plugin =
        |package: &&Value| package.get("type").and_then(Value::as_str) == Some("composer-plugin");
    let own_plugin = all
        .iter()
        .any(|package| is_plugin(package) && path_of(package).is_some());
    if runs_within || own_plugin {
        return vec![PathBuf::new()];
    }
    let mirrors = place.context.environment.get("COMPOSER_MIRROR_PATH_REPOS") == Some("1");
    let is_copied = |package: &&&Value| {
        let symlink = package
            .pointer("/transport-options/symlink")
            .and_then(Value::as_bool);
        mirrors || symlink == Some(false)
    };
    let copied = all
        .iter()
        .filter(is_copied)
        .filter_map(|package| path_of(package));
    let paths = copied.filter_map(|path| place.reached("", path));
    paths.filter(|path| *path != place.at).collect()
}

/// Left out where `COMPOSER_NO_DEV=0` asks for development packages (Composer's documentation,
/// "Environment variables").
const NO_DEV: &str = "--no-dev";

/// Files of the app that composer.json names, and those that such a file names in its turn: plugins
/// take patches from anywhere (`extra.patches`, `extra.patches-file`).
fn named(inputs: &mut Inputs, place: &Project<'_>) {
    let root = &place.app.root;
    let mut pending = vec![ecosystems::php::MANIFEST.to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(name) = pending.pop() {
        let manifest = app::json(root, &name);
        for text in manifest.good().into_iter().flat_map(strings) {
            let path = reached(PathBuf::new(), text).filter(|path| root.join(path).is_file());
            let Some(path) = path.map(|path| path.to_string_lossy().into_owned()) else {
                continue;
            };
            if !seen.insert(path.clone()) {
                continue;
            }
            inputs.file(root, &path);
            if Path::new(&path)
                .extension()
                .is_some_and(|end| end == "json")
            {
                pending.push(path);
            }
        }
    }
}

#[allow(clippy::too_many_lines)] // one statement per input
fn job(place: &Project<'_>, lock: &Value, packages: Packages) -> Result<Job, Problem> {
    let environment = place.context.environment;
    let find = |tool: &str| {
        tools::find(tool, environment).ok_or_else(|| missing(ecosystems::php::COMPOSER_LOCK, tool))
    };
    let php = find("php")?;
    let composer = find("composer")?;
    let mut inputs = Inputs::default();
    machine(&mut inputs, place.context);
    let version = tools::ask(&php, &["-r", "echo PHP_VERSION;"], environment);
    inputs.plain(
        "php",
        version.ok_or_else(|| missing(ecosystems::php::COMPOSER_LOCK, "php"))?,
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
    for file in [ecosystems::php::COMPOSER_LOCK, "symfony.lock"] {
        inputs.file(&place.app.root, file);
    }
    let manifest = app::json(&place.app.root, ecosystems::php::MANIFEST);
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
    let words = |all: &[&'static str]| -> Vec<&'static str> {
        let keeps_dev = environment.get("COMPOSER_NO_DEV") == Some("0");
        let stays = |word: &&str| !(keeps_dev && *word == NO_DEV);
        all.iter().copied().filter(stays).collect()
    };
    let run = |script: &'static str| {
        ManagerCommand::new("composer", &words(&["run-script", NO_DEV, script])).script()
    };
    inputs.folder(&place.app.root, "patches");
    named(&mut inputs, place);
    variables(&mut inputs, place, |name| {
        let is_place = ["COMPOSER_CACHE_DIR", "COMPOSER_HOME"].contains(&name);
        name == "COMPOSER" || name.starts_with("COMPOSER_") && !is_place
    });
    let step = |arguments: &[&'static str]| {
        ManagerCommand::new("composer", &words(arguments))
            .default(&[("COMPOSER_NO_INTERACTION", "1")])
    };
    let runs_within = WITHIN.iter().any(has);
    let mut install = step(&["install", NO_DEV, "--prefer-dist", "--no-progress"]);
    let quiet: &[&str] = if runs_within {
        &["--no-autoloader"]
    } else {
        &["--no-scripts", "--no-autoloader"]
    };
    install.variables.extend(auth(environment));
    install
        .arguments
        .extend(quiet.iter().map(|&word| word.to_owned()));
    let vendor = trees(place).swap_remove(0);
    let mut scripts = vec![step(&["dump-autoload", NO_DEV, "--optimize"]).script()];
    scripts.extend(Some("post-install-cmd").filter(has).map(run));
    Ok(Job {
        lockfile: Some(Lockfile {
            path: ecosystems::php::COMPOSER_LOCK.to_owned(),
            packages,
        }),
        before: Some("pre-install-cmd")
            .filter(|script| !runs_within && has(script))
            .map(run)
            .into_iter()
            .collect(),
        install: vec![install],
        reads: reads(place, lock, runs_within),
        owns: Box::new(move |app| install_paths(app, &vendor)),
        scripts,
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

/// Heroku's own variable for a token of GitHub, as the one that Composer reads; what that one says
/// of GitHub itself stays.
fn auth(environment: &Environment) -> Option<(&'static str, OsString)> {
    const AUTH: &str = "COMPOSER_AUTH";
    let token = switches::value(environment, "COMPOSER_GITHUB_OAUTH_TOKEN")?;
    let set = switches::value(environment, AUTH).unwrap_or("{}");
    // One that is broken is Composer's to refuse.
    let mut auth: serde_json::Value = serde_json::from_str(set).ok()?;
    let hosts = auth.as_object_mut()?.entry("github-oauth");
    let hosts = hosts.or_insert_with(|| serde_json::json!({}));
    hosts
        .as_object_mut()?
        .entry("github.com")
        .or_insert_with(|| token.into());
    Some((AUTH, auth.to_string().into()))
}
