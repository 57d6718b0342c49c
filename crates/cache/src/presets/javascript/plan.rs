//! What has to run for an app, and which dependencies does that need?
//!
//! Where no script of the app has to run, an install brings production dependencies only
//! and an unchanged build runs nothing. Where one has to (`heroku-postbuild`, else
//! `build`, as heroku/nodejs does; or `postinstall`, `prepare` … of the root or of a workspace),
//! it may need dev dependencies: the whole tree is installed and stored, and dev dependencies are
//! pruned at the end.
//!
//! Scripts of the root run after the tree is stored, on hits too, so that none runs on its own
//! earlier result. Those of workspaces run within the install, in an order that only the package
//! manager knows: every file of the app is then an input.

use serde_json::Value;

use super::Project;
use super::manifest::{INSTALL_SCRIPTS, Member, has_script};
use crate::inputs::read_regular;
use slugsmith_facts::environment::Environment;

/// Which scripts of the root a package manager runs around an install.
#[allow(clippy::struct_excessive_bools)] // each is a difference between package managers
pub(in crate::presets) struct Lifecycle {
    /// In their order.
    scripts: &'static [&'static str],
    /// Whether `preinstall` comes before the packages.
    is_preinstall_first: bool,
    /// Whether running `install` runs `preinstall` and `postinstall`, too.
    has_hooks: bool,
    /// Whether `ignore-scripts` in `.npmrc` and its like is heeded.
    heeds_npmrc: bool,
    /// Whether a `binding.gyp` in the root is compiled without any script.
    compiles_gyp: bool,
}

/// npm docs, "scripts", "npm ci".
pub(in crate::presets) const NPM: Lifecycle = Lifecycle {
    scripts: INSTALL_SCRIPTS,
    is_preinstall_first: false,
    has_hooks: true,
    heeds_npmrc: true,
    compiles_gyp: true,
};

/// yarn 1, "yarn install": `prepublish` and `prepare` come last.
pub(in crate::presets) const YARN_CLASSIC: Lifecycle = Lifecycle {
    scripts: &[
        "preinstall",
        "install",
        "postinstall",
        "prepublish",
        "prepare",
    ],
    is_preinstall_first: true,
    has_hooks: true,
    heeds_npmrc: true,
    compiles_gyp: true,
};

/// yarn docs, "Lifecycle scripts".
pub(in crate::presets) const YARN_BERRY: Lifecycle = Lifecycle {
    scripts: &["preinstall", "install", "postinstall"],
    is_preinstall_first: false,
    has_hooks: false,
    heeds_npmrc: false,
    compiles_gyp: false,
};

/// pnpm docs, "scripts".
pub(in crate::presets) const PNPM: Lifecycle = Lifecycle {
    scripts: &[
        "preinstall",
        "install",
        "postinstall",
        "preprepare",
        "prepare",
        "postprepare",
    ],
    is_preinstall_first: false,
    has_hooks: true,
    heeds_npmrc: true,
    compiles_gyp: true,
};

/// Bun docs, "Lifecycle scripts".
pub(in crate::presets) const BUN: Lifecycle = Lifecycle {
    is_preinstall_first: true,
    ..PNPM
};

/// What has to run for this package.json.
pub(in crate::presets) struct Plan {
    /// Scripts of the root that the package manager runs around an install.
    pub(in crate::presets) hidden: Vec<&'static str>,
    /// Those of them that are run by name, before and after the install.
    pub(in crate::presets) first: Vec<&'static str>,
    pub(in crate::presets) install: Vec<&'static str>,
    pub(in crate::presets) prebuild: Option<&'static str>,
    pub(in crate::presets) build: Option<&'static str>,
    /// Runs last, when dev dependencies are gone.
    pub(in crate::presets) cleanup: Option<&'static str>,
    pub(in crate::presets) keep_dev: bool,
    /// Whether the install itself runs code of the app.
    pub(in crate::presets) runs_code: bool,
}

impl Plan {
    pub(in crate::presets) fn of(
        manifest: &Value,
        members: &[Member],
        place: &Project<'_>,
        lifecycle: &Lifecycle,
    ) -> Self {
        let environment = place.context.environment;
        let is_off = lifecycle.heeds_npmrc && ignores_scripts(place);
        let has = |name: &&str| has_script(manifest, name);
        let scripts = lifecycle.scripts.iter().copied();
        let hidden: Vec<_> = scripts.filter(|name| !is_off && has(name)).collect();
        let is_hook = |name: &str| {
            let main = name.strip_prefix("pre").or(name.strip_prefix("post"));
            lifecycle.has_hooks && main.is_some_and(|main| hidden.contains(&main))
        };
        let commands = hidden.iter().copied().filter(|name| !is_hook(name));
        let (first, install) =
            commands.partition(|name| lifecycle.is_preinstall_first && *name == "preinstall");
        let runs_gyp = lifecycle.compiles_gyp
            && place.app.has("binding.gyp")
            && !["preinstall", "install"]
                .iter()
                .any(|name| hidden.contains(name));
        let runs_member = members
            .iter()
            .any(|member| member.has_install_script(&place.app.root));
        let runs_first = has(&"pnpm:devPreinstall");
        Self {
            first,
            install,
            prebuild: Some("heroku-prebuild").filter(has),
            build: ["heroku-postbuild", "build"].into_iter().find(has),
            cleanup: Some("heroku-cleanup").filter(has),
            keep_dev: keeps_dev(environment),
            runs_code: !is_off && (runs_gyp || runs_member || runs_first),
            hidden,
        }
    }

    /// Whether the whole tree is installed and stored.
    pub(in crate::presets) fn is_full(&self) -> bool {
        let runs = self.build.or(self.prebuild).is_some() || !self.hidden.is_empty();
        self.keep_dev || self.runs_code || runs
    }

    /// Whether dev dependencies go at the end.
    pub(in crate::presets) fn prunes(&self) -> bool {
        self.is_full() && !self.keep_dev
    }

    /// What runs before anything is restored or installed.
    pub(in crate::presets) fn before(&self) -> impl Iterator<Item = &'static str> {
        self.prebuild.into_iter().chain(self.first.iter().copied())
    }

    pub(super) fn word(&self) -> &'static str {
        match (self.keep_dev, self.is_full()) {
            (true, _) => "kept",
            (false, true) => "for scripts, then pruned",
            (false, false) => "left out",
        }
    }
}

/// Whether the user has switched lifecycle scripts off (npm docs, "ignore-scripts").
fn ignores_scripts(place: &Project<'_>) -> bool {
    let environment = place.context.environment;
    let by_variable = environment.variables.iter().any(|(name, value)| {
        let name = name.to_ascii_lowercase();
        [
            "npm_config_ignore_scripts",
            "yarn_ignore_scripts",
            "pnpm_config_ignore_scripts",
        ]
        .contains(&name.as_str())
            && value == "true"
    });
    let home = environment.get("HOME").map(std::path::PathBuf::from);
    let home = home.map(|home| home.join(".npmrc"));
    let in_app = [".npmrc", ".yarnrc", "pnpm-workspace.yaml"];
    let files = in_app.iter().map(|name| place.app.root.join(name));
    let by_file = files.chain(home).any(|path| {
        let text = read_regular(&path).unwrap_or_default();
        String::from_utf8_lossy(&text).lines().any(|line| {
            let line: String = line.chars().filter(|c| !c.is_whitespace()).collect();
            let line = line
                .trim_start_matches("--install.")
                .replace(['=', ':', '"'], "");
            ["ignore-scriptstrue", "ignoreScriptstrue"].contains(&line.as_str())
        })
    });
    by_variable || by_file
}

fn keeps_dev(environment: &Environment) -> bool {
    environment.variables.iter().any(|(name, value)| {
        let value = value.to_string_lossy();
        match name.to_ascii_lowercase().as_str() {
            "npm_config_production" | "yarn_production" => value == "false",
            "npm_config_include" => value.split([',', ' ']).any(|word| word == "dev"),
            "yarn2_skip_pruning" | "pnpm_skip_pruning" | "skip_node_pruning" => value == "true",
            _ => false,
        }
    })
}
