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

mod lock;

use std::path::Path;

use serde_json::Value;

use super::{self as javascript, Member, Plan, browsers, local, plan};
use crate::LOCKFILE_OUT_OF_STEP;
use crate::lockfile::Lockfile;
use crate::presets::{Job, ManagerCommand, PACKED, Project, Prune, Recognised, Site, UNPINNED};
use slugsmith_ecosystems as ecosystems;
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
        .map_or_else(Vec::new, |(_, lock)| lock::workspaces(lock));
    let members = Member::read(place, &workspaces);
    let plan = Plan::of(manifest, &members, place, &plan::NPM);
    let what = match &lock {
        Some((name, lock)) => {
            let count = counted(
                lock::installed(lock, plan.is_full(), &place.context.environment.target),
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
        inputs.digest(*name, lock::normal_lock(lock).to_string().as_bytes());
        lock::local_packages(&mut inputs, &place.app.root, lock);
    }
    javascript::members(&mut inputs, place, workspaces).map_err(|malformed| malformed.problem())?;
    local::named(&mut inputs, place, manifest, members);
    let mut job = Job {
        lockfile: lock.map(|(name, lock)| Lockfile {
            path: (*name).to_owned(),
            packages: lock::packages(lock),
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
        prune: prune(
            plan,
            place,
            lock.is_none_or(|(_, lock)| lock::has_dev(lock)),
        ),
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
