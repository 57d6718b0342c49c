//! What has to run for an app, and which dependencies does that need?
//!
//! Where no script of the app has to run, an install brings production dependencies only
//! and an unchanged build runs nothing. Where one has to (`heroku-postbuild`, else
//! `build`, as heroku/nodejs does; or `postinstall`, `prepare` …), what it makes lies
//! outside of `node_modules` and it may need dev dependencies: the whole tree is installed
//! and stored, the scripts run on hits too, and dev dependencies are pruned at the end.

use serde_json::Value;

use super::manifest::INSTALL_SCRIPTS;
use slugsmith_facts::environment::Environment;

/// What has to run for this package.json.
pub(in crate::presets) struct Plan {
    /// Present scripts of [`INSTALL_SCRIPTS`].
    pub(in crate::presets) install: Vec<&'static str>,
    pub(in crate::presets) prebuild: Option<&'static str>,
    pub(in crate::presets) build: Option<&'static str>,
    pub(in crate::presets) keep_dev: bool,
}

impl Plan {
    pub(in crate::presets) fn of(manifest: &Value, environment: &Environment) -> Self {
        let has = |name: &&str| {
            manifest
                .get("scripts")
                .and_then(|scripts| scripts.get(*name))
                .and_then(Value::as_str)
                .is_some_and(|script| !script.trim().is_empty())
        };
        Self {
            install: INSTALL_SCRIPTS.iter().copied().filter(has).collect(),
            prebuild: Some("heroku-prebuild").filter(has),
            build: ["heroku-postbuild", "build"].into_iter().find(has),
            keep_dev: keeps_dev(environment),
        }
    }

    /// Whether the whole tree is installed and stored.
    pub(in crate::presets) fn is_full(&self) -> bool {
        self.keep_dev || self.build.is_some() || self.prebuild.is_some() || !self.install.is_empty()
    }

    /// Whether dev dependencies go at the end.
    pub(in crate::presets) fn prunes(&self) -> bool {
        self.is_full() && !self.keep_dev
    }

    pub(super) fn word(&self) -> &'static str {
        match (self.keep_dev, self.is_full()) {
            (true, _) => "kept",
            (false, true) => "for scripts, then pruned",
            (false, false) => "left out",
        }
    }
}

fn keeps_dev(environment: &Environment) -> bool {
    environment.variables.iter().any(|(name, value)| {
        let value = value.to_string_lossy();
        match name.to_ascii_lowercase().as_str() {
            "npm_config_production" | "yarn_production" | "pnpm_skip_pruning_off" => {
                value == "false"
            }
            "npm_config_include" => value.split([',', ' ']).any(|word| word == "dev"),
            "yarn2_skip_pruning" | "pnpm_skip_pruning" => value == "true",
            _ => false,
        }
    })
}
