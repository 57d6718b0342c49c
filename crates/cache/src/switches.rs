//! The switches of Heroku's own buildpacks: which of them are followed here, and which are not.
//!
//! An app brings them along from its old list of buildpacks. Where slugsmith installs an ecosystem
//! itself, a switch that is set and not followed is said in the log; `docs/caches.md` has the whole
//! table, made from this one.

use slugsmith_ecosystems as ecosystems;
use std::fmt::Write;

use crate::{Context, Outcome};
use slugsmith_config::Config;
use slugsmith_facts::beneath;
use slugsmith_facts::environment::Environment;

/// One switch.
#[derive(Debug)]
pub struct Switch {
    pub name: &'static str,
    pub of: Of,
    /// What it does with Heroku's buildpack.
    pub does: &'static str,
    /// What slugsmith does with it.
    pub here: Here,
    /// Beginnings of the names of the caches that it concerns.
    caches: &'static [&'static str],
}

/// Where it is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    ConfigVar,
    /// A script of package.json.
    Script,
    /// A script of composer.json.
    ComposerScript,
    /// A field of package.json.
    Field,
    /// A comment of go.mod.
    GoMod,
    /// A file that is run.
    Hook,
}

/// Whether it is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    Followed(&'static str),
    Not(&'static str),
}

const NODE: &[&str] = &["npm", "yarn", "pnpm", "bun"];
pub(crate) const PYTHON: &[&str] = &["pip", "poetry", "uv", "pipenv"];
pub(crate) const RUBY: &[&str] = &["bundler"];
const PHP: &[&str] = &["composer"];
const GO: &[&str] = &["go"];
const MAVEN: &[&str] = &["maven"];
const GRADLE: &[&str] = &["gradle"];

const fn switch(
    name: &'static str,
    of: Of,
    caches: &'static [&'static str],
    does: &'static str,
    here: Here,
) -> Switch {
    Switch {
        name,
        of,
        does,
        here,
        caches,
    }
}

use Here::{Followed, Not};
use Of::{ComposerScript, ConfigVar, Field, GoMod, Hook, Script};

/// Every switch that is known (Dev Center: "Heroku Node.js Support", "Python Support", "Ruby
/// Support", "PHP Support", "Go Support", "Java Support", and the buildpacks' own pages).
pub static SWITCHES: &[Switch] = &[
    switch(
        "NODE_MODULES_CACHE=false",
        ConfigVar,
        NODE,
        "nothing is kept between builds",
        Followed("packages and caches of build tools are neither restored nor kept"),
    ),
    switch(
        "cacheDirectories",
        Field,
        NODE,
        "folders to keep between builds",
        Followed("each is a cache of its own"),
    ),
    switch(
        "heroku-prebuild",
        Script,
        NODE,
        "runs before the install",
        Followed("runs first; what it changes is an input"),
    ),
    switch(
        "heroku-postbuild",
        Script,
        NODE,
        "runs in place of `build`",
        Followed("the same"),
    ),
    switch(
        "build",
        Script,
        NODE,
        "runs after the install",
        Followed("the same, on every build"),
    ),
    switch(
        "heroku-cleanup",
        Script,
        NODE,
        "runs last, after dev dependencies are gone",
        Followed("the same"),
    ),
    switch(
        "NODE_BUILD_FLAGS",
        ConfigVar,
        NODE,
        "arguments of the build script",
        Followed("the same"),
    ),
    switch(
        "NPM_CONFIG_PRODUCTION=false",
        ConfigVar,
        NODE,
        "dev dependencies stay",
        Followed("the same"),
    ),
    switch(
        "YARN_PRODUCTION=false",
        ConfigVar,
        NODE,
        "dev dependencies stay",
        Followed("the same"),
    ),
    switch(
        "YARN2_SKIP_PRUNING=true",
        ConfigVar,
        NODE,
        "dev dependencies stay",
        Followed("the same, with every manager"),
    ),
    switch(
        "PNPM_SKIP_PRUNING=true",
        ConfigVar,
        NODE,
        "dev dependencies stay",
        Followed("the same, with every manager"),
    ),
    switch(
        "SKIP_NODE_PRUNING=true",
        ConfigVar,
        NODE,
        "dev dependencies stay",
        Followed("the same"),
    ),
    switch(
        "USE_NPM_INSTALL=true",
        ConfigVar,
        &["npm"],
        "`npm install` in place of `npm ci`",
        Not("the lockfile decides: `npm ci` runs"),
    ),
    switch(
        "NPM_CONFIG_*, YARN_*",
        ConfigVar,
        NODE,
        "settings of the managers",
        Followed("handed on, and inputs of the key"),
    ),
    switch(
        "PIP_INDEX_URL, PIP_EXTRA_INDEX_URL, PIP_*",
        ConfigVar,
        PYTHON,
        "settings of pip",
        Followed("handed on, and inputs of the key; pip then installs in place of `uv pip`"),
    ),
    switch(
        "UV_*, POETRY_*, PIPENV_*",
        ConfigVar,
        PYTHON,
        "settings of the managers",
        Followed("handed on, and inputs of the key"),
    ),
    switch(
        "SKIP_NODE_MODULES_CHECK=true",
        ConfigVar,
        NODE,
        "a committed node_modules stays",
        Followed("the same, in any case"),
    ),
    switch(
        "bin/pre_compile",
        Hook,
        PYTHON,
        "runs before the install",
        Not("not run: make it a cache with `run`, or a script of your own buildpack"),
    ),
    switch(
        "bin/post_compile",
        Hook,
        PYTHON,
        "runs after the install",
        Not("not run: make it a cache with `run`, or a script of your own buildpack"),
    ),
    switch(
        "DISABLE_COLLECTSTATIC",
        ConfigVar,
        PYTHON,
        "Django's `collectstatic` is not run",
        Followed("`collectstatic` is never run here"),
    ),
    switch(
        "BUNDLE_WITHOUT",
        ConfigVar,
        RUBY,
        "groups that are left out",
        Followed("in place of development and test, also when the app runs"),
    ),
    switch(
        "BUNDLE_*",
        ConfigVar,
        RUBY,
        "settings of Bundler",
        Followed("handed on, and inputs of the key"),
    ),
    switch(
        "HEROKU_DEBUG_RAILS_RUNNER",
        ConfigVar,
        RUBY,
        "prints what the runner says",
        Not("no runner is started"),
    ),
    switch(
        "compile",
        ComposerScript,
        PHP,
        "runs last",
        Followed("the same, on every build"),
    ),
    switch(
        "COMPOSER_GITHUB_OAUTH_TOKEN",
        ConfigVar,
        PHP,
        "a token for packages on GitHub",
        Followed("handed to Composer in COMPOSER_AUTH"),
    ),
    switch(
        "COMPOSER_*",
        ConfigVar,
        PHP,
        "settings of Composer",
        Followed("handed on, and inputs of the key"),
    ),
    switch(
        "// +heroku install",
        GoMod,
        GO,
        "packages that are built",
        Followed("the same, in place of ./..."),
    ),
    switch(
        "// +heroku goVersion",
        GoMod,
        GO,
        "the Go that is installed",
        Not("the Go that is on PATH builds; its buildpack installs it"),
    ),
    switch(
        "GO_INSTALL_PACKAGE_SPEC",
        ConfigVar,
        GO,
        "packages that are built",
        Followed("the same, in place of ./..."),
    ),
    switch(
        "GO_LINKER_SYMBOL, GO_LINKER_VALUE",
        ConfigVar,
        GO,
        "a value that the linker writes",
        Followed("`-ldflags \"-X SYMBOL=VALUE\"`"),
    ),
    switch(
        "GO_GIT_CRED__*",
        ConfigVar,
        GO,
        "a token for modules of a host",
        Not("Git's own variables are handed on: GIT_CONFIG_COUNT=1, \
             GIT_CONFIG_KEY_0=url.https://TOKEN@HOST/.insteadOf, GIT_CONFIG_VALUE_0=https://HOST/"),
    ),
    switch(
        "GO_INSTALL_TOOLS_IN_IMAGE=true",
        ConfigVar,
        GO,
        "Go itself stays in the slug",
        Not("the buildpack that brings Go decides"),
    ),
    switch(
        "GO_TEST_SKIP_BENCHMARK",
        ConfigVar,
        GO,
        "for tests in CI",
        Not("no test is run"),
    ),
    switch(
        ecosystems::go::PRE_COMPILE,
        Hook,
        GO,
        "runs before the build",
        Not("not run: make it a cache with `run`, or a script of your own buildpack"),
    ),
    switch(
        ecosystems::go::POST_COMPILE,
        Hook,
        GO,
        "runs after the build",
        Not("not run: make it a cache with `run`, or a script of your own buildpack"),
    ),
    switch(
        "MAVEN_CUSTOM_GOALS",
        ConfigVar,
        MAVEN,
        "goals in place of `clean dependency:list install`",
        Followed("in place of `package`"),
    ),
    switch(
        "MAVEN_CUSTOM_OPTS",
        ConfigVar,
        MAVEN,
        "options in place of `-DskipTests`",
        Followed("the same"),
    ),
    switch(
        "MAVEN_JAVA_OPTS",
        ConfigVar,
        MAVEN,
        "options of the Java that runs Maven",
        Not("Maven's own variable is handed on: MAVEN_OPTS"),
    ),
    switch(
        "MAVEN_SETTINGS_PATH",
        ConfigVar,
        MAVEN,
        "a settings.xml of the app",
        Followed("handed on as `--settings`"),
    ),
    switch(
        "MAVEN_SETTINGS_URL",
        ConfigVar,
        MAVEN,
        "a settings.xml that is downloaded",
        Not("nothing is downloaded: commit it and set MAVEN_SETTINGS_PATH"),
    ),
    switch(
        "GRADLE_TASK",
        ConfigVar,
        GRADLE,
        "the task in place of `stage`",
        Followed("the same"),
    ),
];

/// The last part of a cache's name: its manager.
fn manager(cache: &str) -> &str {
    cache.rsplit('/').next().unwrap_or(cache)
}

/// Why nothing of this cache may be used or kept, if the user says so.
pub(crate) fn off(context: &Context<'_>, cache: &str) -> Option<&'static str> {
    if context.config.cache.off {
        return Some("SLUGSMITH_CACHE=off");
    }
    let is_off = value(context.environment, "NODE_MODULES_CACHE") == Some("false");
    (is_off && NODE.contains(&manager(cache))).then_some("NODE_MODULES_CACHE=false")
}

/// The same for folders that build tools keep for themselves; what the app's configuration names
/// stays what it is.
pub(crate) fn off_folder(context: &Context<'_>, name: &str) -> bool {
    let is_custom = is_custom(context.config, name);
    let is_off = value(context.environment, "NODE_MODULES_CACHE") == Some("false");
    context.config.cache.off || is_off && !is_custom && !name.starts_with("tmp/cache")
}

fn is_custom(config: &Config, name: &str) -> bool {
    let mut custom = config.cache.custom.iter();
    custom.any(|one| one.name.value == name)
}

/// Switches that are set, concern something that slugsmith installed, and are not followed: a line
/// for each.
pub(crate) fn not_followed(context: &Context<'_>, outcomes: &[Outcome]) -> Vec<String> {
    let installed: Vec<_> = outcomes
        .iter()
        .filter(|outcome| outcome.is_ours())
        .map(|outcome| manager(&outcome.decision.name))
        .collect();
    let root = &context.app.root;
    let is_set = |one: &Switch| match one.of {
        ConfigVar => {
            let (name, value) = one.name.split_once('=').unwrap_or((one.name, ""));
            if let Some(beginning) = name.strip_suffix('*') {
                let mut names = context.environment.variables.keys();
                return names.any(|name| name.starts_with(beginning));
            }
            let set = context.environment.get(name);
            set.is_some_and(|set| value.is_empty() || set.trim() == value)
        }
        Hook => fs_err::symlink_metadata(root.join(one.name)).is_ok_and(|found| found.is_file()),
        GoMod => beneath::text_in(root, ecosystems::go::MANIFEST)
            .is_ok_and(|text| text.contains(one.name)),
        Script | ComposerScript | Field => false,
    };
    let lines = SWITCHES.iter().filter_map(|one| {
        let Not(why) = one.here else {
            return None;
        };
        let concerns = one.caches.iter().any(|cache| installed.contains(cache));
        (concerns && is_set(one)).then(|| format!("{} is not followed here: {why}", one.name))
    });
    lines.collect()
}

/// The value of a config var, without blanks around it; `None` where it is empty.
pub(crate) fn value<'a>(environment: &'a Environment, name: &str) -> Option<&'a str> {
    let value = environment.get(name)?.trim();
    (!value.is_empty()).then_some(value)
}

/// The table of the documentation.
#[must_use]
pub fn table() -> String {
    let mut text =
        String::from("| switch | set as | with Heroku's buildpack | here |\n|---|---|---|---|\n");
    for one in SWITCHES {
        let place = match one.of {
            ConfigVar => "config var",
            Script => "script of package.json",
            ComposerScript => "script of composer.json",
            Field => "field of package.json",
            GoMod => "comment in go.mod",
            Hook => "file",
        };
        let here = match one.here {
            Followed(how) => format!("followed: {how}"),
            Not(why) => format!("**not followed**: {why}"),
        };
        let _ = writeln!(text, "| `{}` | {place} | {} | {here} |", one.name, one.does);
    }
    text
}
