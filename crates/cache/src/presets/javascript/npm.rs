//! npm.
//!
//! - **Recognised** by `package-lock.json` or `npm-shrinkwrap.json`, or by a package.json
//!   with dependencies and no lockfile at all.
//! - **Key**: what every JavaScript install has (npm, Node.js and its ABI, fields of each
//!   manifest, `.npmrc`, variables, patches, files that install scripts read), the lockfile
//!   without the app's own name and version, `file:` packages.
//! - **Class** packed: `node_modules` of the root and of each workspace.
//! - **Install** `npm ci`; production form `--omit=dev`. Where a script needed dev dependencies
//!   they go by npm's list of the tree, or by `npm prune --omit=dev` where npm (before 7) made
//!   none. `npm install` makes an old tree a new one.
//!   `NPM_CONFIG_PRODUCTION=false` keeps dev dependencies, as on Heroku.
//! - **Not pinned** without a lockfile: `npm install`, and the tree is used for 24 hours.
//! - **Left alone**: npm's own download cache, and a tree that is there already.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::{self as javascript, FIELDS, Member, Plan, browsers, local, plan};
use crate::inputs::Inputs;
use crate::lockfile::{Lockfile, Packages};
use crate::presets::{Job, ManagerCommand, PACKED, Project, Prune, Recognised, Site, UNPINNED};
use crate::{LOCKFILE_OUT_OF_STEP, secrets};
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::environment::Target;
use slugsmith_facts::run::Ended;
use slugsmith_facts::{Parsed, app};
use slugsmith_finding::error::Problem;
use slugsmith_finding::units::counted;

pub(super) const LOCKFILES: &[&str] = &[
    ecosystems::javascript::SHRINKWRAP,
    ecosystems::javascript::PACKAGE_LOCK,
];

pub(super) fn recognise<'a>(
    place: &'a Project<'a>,
    manifest: &'a Value,
    lockfile: Option<&'static str>,
) -> Recognised<'a> {
    let lock = match lockfile.map(|name| (name, app::json(&place.app.root, name))) {
        Some((_, Parsed::Broken(malformed))) => return place.unusable("npm", &malformed),
        Some((name, Parsed::Good(value))) => Some((name, value)),
        Some((_, Parsed::Missing)) | None => None,
    };
    let workspaces = lock
        .as_ref()
        .map_or_else(Vec::new, |(_, lock)| workspaces(lock));
    let members = Member::read(place, &workspaces);
    let plan = Plan::of(manifest, &members, place, &plan::NPM);
    let what = match &lock {
        Some((name, lock)) => {
            let count = counted(
                installed(lock, plan.is_full(), &place.context.environment.target),
                "package",
            );
            format!("{name}, {count}")
        }
        None => format!(
            "package.json, {}",
            crate::presets::not_pinned("no lockfile")
        ),
    };
    let mut trees = javascript::trees(place, &workspaces);
    trees.extend(browsers::trees(&browsers::wanted(place, manifest)));
    Recognised::Site(Site {
        name: place.name("npm"),
        what,
        class: PACKED,
        trees,
        adoption: javascript::adoption(place, "npm", manifest),
        job: Box::new(move || {
            job(
                place,
                manifest,
                lock.as_ref(),
                (&workspaces, &members),
                &plan,
            )
        }),
    })
}

fn job(
    place: &Project<'_>,
    manifest: &Value,
    lock: Option<&(&str, Value)>,
    (workspaces, members): (&[String], &[Member]),
    plan: &Plan,
) -> Result<Job, Problem> {
    let file = lock.map_or(ecosystems::javascript::MANIFEST, |(name, _)| name);
    let mut inputs = javascript::inputs(place, manifest, file, "npm", plan)?;
    if let Some((name, lock)) = lock {
        inputs.digest(*name, normal_lock(lock).to_string().as_bytes());
        local_packages(&mut inputs, &place.app.root, lock);
    }
    javascript::members(&mut inputs, place, workspaces).map_err(|malformed| malformed.problem())?;
    local::named(&mut inputs, place, manifest, members);
    let mut job = Job {
        lockfile: lock.map(|(name, lock)| Lockfile {
            path: (*name).to_owned(),
            packages: packages(lock),
        }),
        expires: lock.is_none().then_some(UNPINNED),
        install: vec![install(plan, lock.is_some())],
        // npm writes a lockfile of version 1 in another form, changed or not.
        sync: lock
            .filter(|(_, lock)| lock.get("packages").is_some())
            .map(|_| sync(plan))
            .into_iter()
            .collect(),
        syncs_over: javascript::syncs_over,
        reads: local::reads(place, manifest, members, plan, false),
        prune: prune(plan, place, lock.is_none_or(|(_, lock)| has_dev(lock))),
        // npm's list of what it installed: with it `npm install` need not read each package.
        newest: Some(place.tree("node_modules/.package-lock.json")),
        explain,
        ..Job::new(inputs, place.at.clone())
    };
    javascript::scripts(&mut job, place, plan, run_script);
    browsers::expose(&mut job, place, &browsers::wanted(place, manifest));
    Ok(job)
}

fn install(plan: &Plan, has_lockfile: bool) -> ManagerCommand {
    let with_dev = dev_flag(plan);
    if has_lockfile {
        step(&["ci", with_dev])
    } else {
        // The app's folder is the user's: a lockfile is theirs to write.
        step(&["install", "--no-package-lock", with_dev])
    }
}

/// `npm install` makes an old tree what the lockfile says; `npm ci` would delete it first. It
/// resolves anew what a lockfile lacks, or all of it where `.npmrc` says so, which shows in the
/// lockfile that it writes: the tree is then not taken (docs.npmjs.com, config `save` and
/// `package-lock`).
fn sync(plan: &Plan) -> ManagerCommand {
    step(&["install", "--save", "--package-lock", dev_flag(plan)])
}

fn dev_flag(plan: &Plan) -> &'static str {
    if plan.is_full() {
        "--include=dev"
    } else {
        "--omit=dev"
    }
}

/// Whether a lockfile brings anything that only development needs. Lockfiles of version 1
/// are not looked into.
fn has_dev(lock: &Value) -> bool {
    let Some(packages) = lock.get("packages").and_then(Value::as_object) else {
        return true;
    };
    packages.values().any(|package| {
        let is_true = |field| package.get(field).and_then(Value::as_bool) == Some(true);
        is_true("dev") || is_true("devOptional") || is_true("extraneous")
    })
}

fn prune(plan: &Plan, place: &Project<'_>, has_dev: bool) -> Prune {
    if !plan.prunes() || !has_dev {
        return Prune::Nothing;
    }
    Prune::Listed {
        project: place.at.clone(),
        // Scripts have run; `prepare` often needs a dev dependency that just went.
        otherwise: step(&["prune", "--omit=dev", "--ignore-scripts"]),
    }
}

fn run_script(name: &str) -> ManagerCommand {
    step(&["run", name]).script()
}

fn step(arguments: &[&str]) -> ManagerCommand {
    ManagerCommand::new("npm", arguments).default(&[
        ("npm_config_audit", "false"),
        ("npm_config_fund", "false"),
        ("npm_config_update_notifier", "false"),
    ])
}

/// How many packages an install brings; dev dependencies only where they are installed, and of
/// optional ones those for this machine: the number that npm itself says.
fn installed(lock: &Value, with_dev: bool, target: &Target) -> u64 {
    let Some(packages) = lock.get("packages").and_then(Value::as_object) else {
        let packages = packages(lock);
        return packages
            .values()
            .map(|versions| versions.len() as u64)
            .sum();
    };
    let is_true =
        |package: &Value, field| package.get(field).and_then(Value::as_bool) == Some(true);
    let is_left_out = |package: &Value| {
        is_true(package, "link")
            || !with_dev && is_true(package, "dev")
            || is_true(package, "optional") && is_foreign(package, target)
    };
    // The app's own projects need packages and are none.
    let (mut installed, projects): (Vec<_>, Vec<_>) = packages
        .iter()
        .filter(|(_, package)| !is_left_out(package))
        .partition(|(path, _)| path.contains("node_modules/"));
    // What only left out packages need is left out as well, and what only that needs.
    loop {
        let all = installed.iter().chain(&projects);
        let needed: BTreeSet<&str> = all.flat_map(|(_, package)| needs(package)).collect();
        let before = installed.len();
        installed.retain(|(path, package)| {
            let name = path
                .rsplit_once("node_modules/")
                .map_or("", |(_, name)| name);
            !is_true(package, "optional") || needed.contains(name)
        });
        if installed.len() == before {
            return before as u64;
        }
    }
}

/// Names that a package of a lockfile depends on, in whatever way.
fn needs(package: &Value) -> impl Iterator<Item = &str> {
    let fields = [
        "dependencies",
        "devDependencies",
        "optionalDependencies",
        "peerDependencies",
    ];
    let objects = fields
        .into_iter()
        .filter_map(|field| package.get(field)?.as_object());
    objects.flat_map(|names| names.keys().map(String::as_str))
}

/// Whether a package is for other machines (docs.npmjs.com, package.json, `os`, `cpu`, `libc`).
fn is_foreign(package: &Value, target: &Target) -> bool {
    let cpu = match target.arch.as_str() {
        "amd64" => "x64",
        other => other,
    };
    let fits = |field: &str, value: &str| {
        let Some(list) = package.get(field).and_then(Value::as_array) else {
            return true;
        };
        let mut words = list.iter().filter_map(Value::as_str);
        let wanted: Vec<_> = words
            .clone()
            .filter(|word| !word.starts_with('!'))
            .collect();
        let is_refused = words.any(|word| word.strip_prefix('!') == Some(value));
        !is_refused && (wanted.is_empty() || wanted.contains(&value) || wanted.contains(&"any"))
    };
    // The images of the platforms have the GNU library.
    !(fits("os", &target.os) && fits("cpu", cpu) && fits("libc", "glibc"))
}

/// The lockfile without what doesn't change the tree: the app's own name, version and
/// licence, and credentials in URLs.
fn normal_lock(lock: &Value) -> Value {
    let mut lock = lock.clone();
    if let Some(fields) = lock.as_object_mut() {
        fields.remove("name");
        fields.remove("version");
    }
    if let Some(root) = lock
        .pointer_mut("/packages/")
        .and_then(Value::as_object_mut)
    {
        root.retain(|field, _| FIELDS.contains(&field.as_str()));
    }
    strip_urls(&mut lock);
    lock
}

fn strip_urls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == "resolved" => {
                        *text = secrets::without_credentials(text);
                    }
                    value => strip_urls(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(strip_urls),
        _ => {}
    }
}

/// Folders of the app that the lockfile lists as packages: workspaces and `file:` links.
fn workspaces(lock: &Value) -> Vec<String> {
    let packages = lock.get("packages").and_then(Value::as_object);
    packages
        .into_iter()
        .flatten()
        .map(|(path, _)| path)
        .filter(|path| {
            !path.is_empty()
                && !path
                    .split('/')
                    .any(|part| matches!(part, "node_modules" | ".." | "." | ""))
        })
        .cloned()
        .collect()
}

/// `file:` tarballs of the app; their integrity is in the lockfile, but npm reads them.
fn local_packages(inputs: &mut Inputs, app: &Path, lock: &Value) {
    let packages = lock.get("packages").and_then(Value::as_object);
    for package in packages.into_iter().flatten().map(|(_, package)| package) {
        let path = package
            .get("resolved")
            .and_then(Value::as_str)
            .and_then(|resolved| resolved.strip_prefix("file:"));
        if let Some(path) = path {
            inputs.file(app, path);
        }
    }
}

/// Names and versions; lockfile versions 2 and 3, else 1.
fn packages(lock: &Value) -> Packages {
    let mut found = Packages::new();
    let mut add = |name: &str, version: Option<&str>| {
        if let Some(version) = version {
            found
                .entry(name.to_owned())
                .or_default()
                .insert(version.to_owned());
        }
    };
    if let Some(packages) = lock.get("packages").and_then(Value::as_object) {
        for (path, package) in packages {
            if let Some((_, name)) = path.rsplit_once("node_modules/") {
                add(name, package.get("version").and_then(Value::as_str));
            }
        }
    } else {
        let mut pending: Vec<_> = lock.get("dependencies").into_iter().collect();
        while let Some(list) = pending.pop() {
            for (name, package) in list.as_object().into_iter().flatten() {
                add(name, package.get("version").and_then(Value::as_str));
                pending.extend(package.get("dependencies"));
            }
        }
    }
    found
}

/// npm's own words for a lockfile that lacks what package.json asks for.
fn explain(app: &Path, ended: &Ended) -> Option<Problem> {
    let says = |words: &str| ended.says(words);
    if !says(ecosystems::javascript::MANIFEST)
        || !(says("in sync") || says("npm install` instead of `npm ci"))
    {
        return None;
    }
    let mut problem = Problem::new(&LOCKFILE_OUT_OF_STEP);
    let lock = LOCKFILES.iter().find_map(|name| {
        let value = app::json(app, name).good().cloned()?;
        Some((*name, value))
    });
    if let (Some((name, lock)), Parsed::Good(manifest)) =
        (lock, app::json(app, ecosystems::javascript::MANIFEST))
    {
        for fact in out_of_step(&manifest, name, &lock) {
            problem = problem.saw(fact);
        }
    }
    if problem.saw.is_empty() {
        problem = problem.saw("npm ci refuses this pair of package.json and lockfile");
    }
    // npm prints over a hundred lines of usage behind its reason.
    let step = "Write the lockfile anew: `npm install --package-lock-only`.";
    Some(problem.step(step).details(ended.around("in sync")))
}

fn out_of_step(manifest: &Value, name: &str, lock: &Value) -> Vec<String> {
    let mut facts = Vec::new();
    for field in ["dependencies", "devDependencies", "optionalDependencies"] {
        for (package, wanted) in manifest
            .get(field)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let wanted = wanted.as_str().unwrap_or_default();
            let locked = lock
                .pointer("/packages/")
                .and_then(|root| root.get(field)?.get(package)?.as_str());
            if locked == Some(wanted) {
                continue;
            }
            let installed = lock
                .get("packages")
                .and_then(|packages| {
                    packages
                        .get(format!("node_modules/{package}"))?
                        .get("version")
                })
                .and_then(Value::as_str);
            facts.push(match installed {
                Some(version) => {
                    format!("package.json asks for {package} {wanted}, but {name} has {version}")
                }
                None => {
                    format!("package.json asks for {package} {wanted}, but {name} does not have it")
                }
            });
        }
    }
    facts
}
