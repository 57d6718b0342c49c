//! The switches that are known, for the log and the documentation.

use super::Here::{Followed, Not};
use super::Of::{ComposerScript, ConfigVar, Field, GoMod, Hook, Script};
use super::{Here, Of, Switch};
use slugsmith_ecosystems as ecosystems;

pub(super) const NODE: &[&str] = &["npm", "yarn", "pnpm", "bun"];
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
