//! npm: `package-lock.json` or `npm-shrinkwrap.json`, class packed.
//!
//! Two forms of install, decided by package.json alone:
//!
//! - **No script of the app has to run** (no build, no install script): `npm ci
//!   --omit=dev`. An unchanged build then runs no package manager at all.
//! - **A script has to run** (`heroku-postbuild`, else `build`, as heroku/nodejs does; or
//!   `postinstall`, `prepare` …): what it makes lies outside of `node_modules` and is not
//!   cached, and it may need dev dependencies. So the whole tree is installed and stored,
//!   the scripts run on hits too, and dev dependencies are pruned at the end.
//!
//! Without a lockfile nothing is pinned: `npm install`, and the tree is used for 24 hours
//! at most. `NPM_CONFIG_PRODUCTION=false` keeps dev dependencies, as on Heroku.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::{Job, Recognised, Site, Step};
use crate::cache::inputs::Inputs;
use crate::cache::lockfile::{Lockfile, Packages};
use crate::cache::{Context, LOCKFILE_OUT_OF_STEP, TOOL_MISSING, secrets};
use crate::command::Ended;
use crate::error::Problem;
use crate::facts::environment::Environment;
use crate::facts::{Parsed, app, tools};

const LOCKFILES: &[&str] = &["npm-shrinkwrap.json", "package-lock.json"];

/// Lockfiles of other package managers: where one of them is alone, npm stays away.
const OTHER_LOCKFILES: &[&str] = &["yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"];

/// Fields of a manifest that an install depends on (npm docs, "package.json").
const FIELDS: &[&str] = &[
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
    "peerDependenciesMeta",
    "bundleDependencies",
    "bundledDependencies",
    "overrides",
    "workspaces",
    "engines",
    "os",
    "cpu",
    "libc",
    "config",
    "allowScripts",
];

/// Scripts of the root project that `npm ci` runs (npm docs, "scripts", "npm ci").
const INSTALL_SCRIPTS: &[&str] = &[
    "preinstall",
    "install",
    "postinstall",
    "prepublish",
    "preprepare",
    "prepare",
    "postprepare",
];

/// Settings that change what npm prints or where it keeps downloads, not the tree.
const IRRELEVANT: &[&str] = &[
    "cache",
    "loglevel",
    "progress",
    "color",
    "fund",
    "audit",
    "update-notifier",
    "userconfig",
    "globalconfig",
    "user-agent",
    "noproxy",
    "proxy",
    "https-proxy",
    "prefix",
    "local-prefix",
    "global-prefix",
    "init-module",
    "node-gyp",
    "npm-version",
    "prefer-offline",
    "offline",
    "maxsockets",
    "timing",
];

/// Files that install scripts of well-known packages read in the app's root.
const SCRIPT_FILES: &[&str] = &[
    "binding.gyp",
    "schema.prisma",
    ".puppeteerrc",
    ".puppeteerrc.cjs",
    ".puppeteerrc.json",
    ".puppeteerrc.js",
    "puppeteer.config.cjs",
    "puppeteer.config.js",
];

/// Variables that install scripts and native builds read.
const VARIABLES: &[&str] = &[
    "NODE_ENV", "CC", "CXX", "CFLAGS", "CXXFLAGS", "LDFLAGS", "CPPFLAGS",
];
const VARIABLE_PREFIXES: &[&str] = &[
    "npm_config_",
    "sharp_",
    "puppeteer_",
    "playwright_",
    "cypress_install_",
    "prisma_",
    "electron_",
];

/// Unpinned versions are looked up again after this time.
const UNPINNED: Duration = Duration::from_hours(24);

pub(super) fn recognise<'a>(context: &'a Context<'a>) -> Option<Recognised<'a>> {
    let app = context.app;
    let lock = LOCKFILES.iter().find(|name| app.has(name));
    if lock.is_none() && OTHER_LOCKFILES.iter().any(|name| app.has(name)) {
        return None;
    }
    let name = "npm".to_owned();
    let what = (*lock.unwrap_or(&"package.json")).to_owned();
    let unusable = |problem, reported| {
        Some(Recognised::Unusable {
            name: name.clone(),
            what: what.clone(),
            problem,
            reported,
        })
    };
    let manifest = match &app.package_json {
        Parsed::Missing => return None,
        Parsed::Broken(malformed) => return unusable(malformed.problem(), true),
        Parsed::Good(manifest) => manifest,
    };
    let lock = match lock {
        None => None,
        Some(name) => match app::json(&app.root, name) {
            Parsed::Broken(malformed) => return unusable(malformed.problem(), false),
            Parsed::Missing => None,
            Parsed::Good(value) => Some((*name, value)),
        },
    };
    if lock.is_none() && !has_dependencies(manifest) {
        return None;
    }
    let lockfile = lock.as_ref().map(|(name, value)| Lockfile {
        path: (*name).to_owned(),
        packages: packages(value),
    });
    let workspaces = lock
        .as_ref()
        .map(|(_, lock)| workspaces(lock))
        .unwrap_or_default();
    let mut trees = vec![PathBuf::from("node_modules")];
    trees.extend(
        workspaces
            .iter()
            .map(|path| Path::new(path).join("node_modules")),
    );
    let what = match &lockfile {
        Some(lockfile) => format!(
            "{}, {}",
            lockfile.path,
            crate::units::counted(lockfile.count(), "package")
        ),
        None => "package.json, no lockfile".to_owned(),
    };
    Some(Recognised::Site(Site {
        name,
        what,
        trees,
        job: Box::new(move || job(context, manifest, lock.as_ref(), lockfile, &workspaces)),
    }))
}

fn has_dependencies(manifest: &Value) -> bool {
    ["dependencies", "devDependencies", "optionalDependencies"]
        .iter()
        .any(|field| {
            manifest
                .get(field)
                .and_then(Value::as_object)
                .is_some_and(|list| !list.is_empty())
        })
}

fn job(
    context: &Context<'_>,
    manifest: &Value,
    lock: Option<&(&str, Value)>,
    lockfile: Option<Lockfile>,
    workspaces: &[String],
) -> Result<Job, Problem> {
    let environment = context.environment;
    let missing = |tool: &str| {
        let file = lock.map_or("package.json", |(name, _)| name);
        Problem::new(&TOOL_MISSING).saw(format!("{file} needs `{tool}`"))
    };
    let npm = tools::package_version("npm", environment).ok_or_else(|| missing("npm"))?;
    let node = tools::node(environment).ok_or_else(|| missing("node"))?;
    let plan = Plan::of(manifest, environment);
    let mut inputs = Inputs::default();
    inputs.plain("npm", npm);
    inputs.plain("node", node.version);
    inputs.plain("node ABI", node.abi);
    inputs.plain("dev dependencies", plan.word());
    machine(&mut inputs, environment);
    if let Some((name, lock)) = lock {
        inputs.digest(*name, normal_lock(lock).to_string().as_bytes());
        local_packages(&mut inputs, &context.app.root, lock);
    }
    manifest_inputs(&mut inputs, "package.json", manifest, false);
    for workspace in workspaces {
        let path = format!("{workspace}/package.json");
        match app::json(&context.app.root, &path) {
            Parsed::Good(manifest) => manifest_inputs(&mut inputs, &path, &manifest, true),
            Parsed::Missing => {}
            Parsed::Broken(malformed) => return Err(malformed.problem()),
        }
    }
    settings(&mut inputs, context);
    Ok(Job {
        inputs,
        expires: lockfile.is_none().then_some(UNPINNED),
        folder: PathBuf::new(),
        before: plan.before(),
        install: vec![plan.install(lockfile.is_some())],
        restored: plan.restored(),
        finish: plan.finish(),
        lockfile,
        explain,
    })
}

fn machine(inputs: &mut Inputs, environment: &Environment) {
    let target = &environment.target;
    inputs.plain("distro", &target.distro);
    inputs.plain("arch", format!("{} {}", target.os, target.arch));
}

/// What has to run for this package.json.
struct Plan {
    /// Present scripts of [`INSTALL_SCRIPTS`].
    install: Vec<&'static str>,
    has_prebuild: bool,
    build: Option<&'static str>,
    keep_dev: bool,
}

impl Plan {
    fn of(manifest: &Value, environment: &Environment) -> Self {
        let has = |name: &str| {
            manifest
                .get("scripts")
                .and_then(|scripts| scripts.get(name))
                .and_then(Value::as_str)
                .is_some_and(|script| !script.trim().is_empty())
        };
        Self {
            install: INSTALL_SCRIPTS
                .iter()
                .copied()
                .filter(|name| has(name))
                .collect(),
            has_prebuild: has("heroku-prebuild"),
            build: ["heroku-postbuild", "build"]
                .into_iter()
                .find(|name| has(name)),
            keep_dev: keeps_dev(environment),
        }
    }

    /// Whether the whole tree is installed and stored.
    fn is_full(&self) -> bool {
        self.keep_dev || self.build.is_some() || self.has_prebuild || !self.install.is_empty()
    }

    fn word(&self) -> &'static str {
        match (self.keep_dev, self.is_full()) {
            (true, _) => "kept",
            (false, true) => "for scripts, then pruned",
            (false, false) => "left out",
        }
    }

    fn before(&self) -> Vec<Step> {
        let script = self.has_prebuild.then(|| run_script("heroku-prebuild"));
        script.into_iter().collect()
    }

    fn install(&self, has_lockfile: bool) -> Step {
        let mut arguments = if has_lockfile {
            vec!["ci"]
        } else {
            // The app's folder is the user's: a lockfile is theirs to write.
            vec!["install", "--no-package-lock"]
        };
        arguments.push(if self.is_full() {
            "--include=dev"
        } else {
            "--omit=dev"
        });
        step(&arguments, false)
    }

    fn restored(&self) -> Vec<Step> {
        self.install.iter().map(|name| run_script(name)).collect()
    }

    fn finish(&self) -> Vec<Step> {
        let mut steps: Vec<_> = self.build.into_iter().map(run_script).collect();
        if self.is_full() && !self.keep_dev {
            // Scripts have run; `prepare` often needs a dev dependency that just went.
            steps.push(step(&["prune", "--omit=dev", "--ignore-scripts"], false));
        }
        steps
    }
}

fn run_script(name: &str) -> Step {
    step(&["run", name], true)
}

fn step(arguments: &[&str], is_script: bool) -> Step {
    Step {
        program: "npm".to_owned(),
        arguments: arguments.iter().map(|&word| word.to_owned()).collect(),
        variables: vec![
            ("npm_config_audit", "false"),
            ("npm_config_fund", "false"),
            ("npm_config_update_notifier", "false"),
        ],
        is_script,
    }
}

fn keeps_dev(environment: &Environment) -> bool {
    environment.variables.iter().any(|(name, value)| {
        let value = value.to_string_lossy();
        match name.to_ascii_lowercase().as_str() {
            "npm_config_production" => value == "false",
            "npm_config_include" => value.split([',', ' ']).any(|word| word == "dev"),
            _ => false,
        }
    })
}

/// Each field is an input of its own, so that a miss names it. The root's version is no
/// input: releasing the app changes nothing that is installed.
fn manifest_inputs(inputs: &mut Inputs, path: &str, manifest: &Value, is_member: bool) {
    let own: &[&str] = if is_member {
        &["name", "version", "bin"]
    } else {
        &[]
    };
    for field in FIELDS.iter().chain(own) {
        if let Some(value) = manifest.get(field) {
            inputs.digest(format!("{path} {field}"), value.to_string().as_bytes());
        }
    }
    for script in INSTALL_SCRIPTS {
        if let Some(text) = manifest
            .get("scripts")
            .and_then(|scripts| scripts.get(script))
        {
            let name = format!("{path} scripts.{script}");
            inputs.digest(name, text.to_string().as_bytes());
        }
    }
}

fn settings(inputs: &mut Inputs, context: &Context<'_>) {
    let app = &context.app.root;
    let environment = context.environment;
    let mut rc = |name: &str, path: PathBuf| {
        if let Ok(text) = crate::cache::inputs::read_regular(&path) {
            let text = secrets::settings(&String::from_utf8_lossy(&text), IRRELEVANT);
            if !text.is_empty() {
                inputs.digest(name, text.as_bytes());
            }
        }
    };
    rc(".npmrc", app.join(".npmrc"));
    let user = environment
        .get("NPM_CONFIG_USERCONFIG")
        .or_else(|| environment.get("npm_config_userconfig"))
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(environment.get("HOME")?).join(".npmrc")));
    // The build may run with the app as its home.
    if let Some(user) = user.filter(|user| *user != app.join(".npmrc")) {
        rc("the user's .npmrc", user);
    }
    secrets::environment(inputs, environment, is_relevant);
    for name in SCRIPT_FILES {
        inputs.file(app, name);
    }
    for folder in ["patches", ".npm-patches"] {
        inputs.folder(app, folder);
    }
    prisma(inputs, app);
}

fn is_relevant(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    if let Some(setting) = lower.strip_prefix("npm_config_") {
        return !IRRELEVANT.contains(&setting.replace('_', "-").as_str());
    }
    VARIABLES.contains(&name)
        || lower.ends_with("_skip_download")
        || lower.ends_with("_binary_host")
        || VARIABLE_PREFIXES
            .iter()
            .any(|prefix| lower.starts_with(prefix))
}

/// `@prisma/client` generates its code into `node_modules` from these when it is installed.
fn prisma(inputs: &mut Inputs, app: &Path) {
    let root = app.join("prisma");
    if !root.is_dir() {
        return;
    }
    for entry in crate::facts::tree::Tree::read(&root).entries() {
        if entry.path().extension().is_some_and(|end| end == "prisma") {
            inputs.file(app, &format!("prisma/{}", entry.path().to_string_lossy()));
        }
    }
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
    let says = |words: &str| ended.tail.iter().any(|line| line.contains(words));
    if !says("package.json") || !(says("in sync") || says("npm install` instead of `npm ci")) {
        return None;
    }
    let mut problem = Problem::new(&LOCKFILE_OUT_OF_STEP);
    let lock = LOCKFILES.iter().find_map(|name| {
        let value = app::json(app, name).good().cloned()?;
        Some((*name, value))
    });
    if let (Some((name, lock)), Parsed::Good(manifest)) = (lock, app::json(app, "package.json")) {
        for fact in out_of_step(&manifest, name, &lock) {
            problem = problem.saw(fact);
        }
    }
    if problem.saw.is_empty() {
        problem = problem.saw("npm ci refuses this pair of package.json and lockfile");
    }
    Some(problem.details(ended.tail.iter().cloned()))
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
                    format!("package.json asks for {package} {wanted}, {name} has {version}")
                }
                None => {
                    format!("package.json asks for {package} {wanted}, {name} does not have it")
                }
            });
        }
    }
    facts
}
