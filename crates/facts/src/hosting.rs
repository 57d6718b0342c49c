//! Which platform runs the app, and what that is known from: for the limits and rules that are
//! Heroku's own, and for the words of findings.
//!
//! In: `platform` of the configuration, the variables of a build, files of the app. What the
//! configuration says holds; then a build's variables, which the platform itself sets; then files
//! that only one platform reads. Where files name two platforms, nothing is claimed by them, and
//! without any evidence it is Heroku, whose buildpack this is.

mod words;

use std::path::Path;

use serde_json::Value;
use slugsmith_finding::Finding;

use crate::app;
use crate::environment::{Environment, World};

/// A platform that builds with buildpacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Platform {
    #[default]
    Heroku,
    Dokku,
    Kamal,
    Coolify,
    GoogleCloud,
    Kpack,
    /// One that has no name here.
    Other,
}

impl Platform {
    /// The words of the configuration, in the order of its documentation.
    pub const WORDS: &'static [&'static str] = &[
        "heroku",
        "dokku",
        "kamal",
        "coolify",
        "google-cloud",
        "kpack",
        "other",
    ];

    /// The platform of a word of [`Self::WORDS`].
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Some(match word {
            "heroku" => Self::Heroku,
            "dokku" => Self::Dokku,
            "kamal" => Self::Kamal,
            "coolify" => Self::Coolify,
            "google-cloud" => Self::GoogleCloud,
            "kpack" => Self::Kpack,
            "other" => Self::Other,
            _ => return None,
        })
    }

    /// As logs name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Heroku => "Heroku",
            Self::Dokku => "Dokku",
            Self::Kamal => "Kamal",
            Self::Coolify => "Coolify",
            Self::GoogleCloud => "Google Cloud",
            Self::Kpack => "kpack",
            Self::Other => "another platform than Heroku",
        }
    }
}

/// The platform, and how it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hosting {
    pub platform: Platform,
    /// What shows it, such as "`DOKKU_APP_TYPE` is set"; `None` where nothing does.
    pub evidence: Option<String>,
}

impl Hosting {
    #[must_use]
    /// Whether Heroku's own limits, rules and words hold.
    pub fn is_heroku(&self) -> bool {
        self.platform == Platform::Heroku
    }

    /// A text of ours as it holds on this platform: Heroku's commands become those that do the
    /// same, and its terms the common ones.
    #[must_use]
    pub fn reword(&self, text: &str) -> String {
        words::reword(self.platform, text)
    }

    /// A finding in the words of this platform.
    #[must_use]
    pub fn of_finding(&self, finding: Finding) -> Finding {
        if self.is_heroku() {
            return finding;
        }
        finding.reworded(|text| self.reword(text))
    }
}

/// The platform by what a build's variables and the app's files show.
#[must_use]
pub fn detect(environment: &Environment, root: &Path) -> Hosting {
    // The variables of a laptop say nothing of where the app runs.
    let by_variable = (environment.world != World::Embedded)
        .then(|| of_variables(environment))
        .flatten();
    let Some((platform, evidence)) = by_variable.or_else(|| of_files(root)) else {
        return Hosting::default();
    };
    Hosting {
        platform,
        evidence: Some(evidence),
    }
}

/// Variables that a platform sets in its builds, by the start of their names.
///
/// Dokku exports its own settings with the app's (`dokku config:show`); Coolify's are its
/// "predefined variables"; Google's builders set their target, and developers a runtime
/// (cloud.google.com/docs/buildpacks/set-environment-variables).
const VARIABLES: &[(&str, Platform)] = &[
    ("DOKKU_APP_", Platform::Dokku),
    ("DOKKU_PROXY_", Platform::Dokku),
    ("COOLIFY_", Platform::Coolify),
    ("X_GOOGLE_TARGET_PLATFORM", Platform::GoogleCloud),
    ("GOOGLE_RUNTIME", Platform::GoogleCloud),
];

fn of_variables(environment: &Environment) -> Option<(Platform, String)> {
    let named = environment.variables.keys().find_map(|name| {
        let (_, platform) = VARIABLES
            .iter()
            .find(|(start, _)| name.starts_with(start))?;
        Some((*platform, format!("{name} is set")))
    });
    named.or_else(|| {
        // `google`, `google.22`, `google.gae.22`; `heroku-24` (heroku/base-images).
        let stack = environment
            .get("CNB_STACK_ID")
            .or_else(|| environment.get("STACK"))?;
        let platform = match stack.split(['.', '-']).next()? {
            "google" => Platform::GoogleCloud,
            "heroku" if environment.world == World::Classic => Platform::Heroku,
            _ => return None,
        };
        Some((platform, format!("the stack is {stack}")))
    })
}

/// Files that one platform alone reads. `rails new` writes Kamal's into every app, so a Procfile
/// or an app.json beside them outweighs them.
fn of_files(root: &Path) -> Option<(Platform, String)> {
    let has = |path: &str| root.join(path).is_file();
    let manifest = app::json(root, "app.json");
    let manifest = manifest.good();
    let names = |pointer: &str| manifest.is_some_and(|json| json.pointer(pointer).is_some());
    let heroku = has("heroku.yml") || ["/stack", "/addons"].into_iter().any(names);
    let mut found = Vec::new();
    if has("DOKKU_SCALE") {
        found.push((Platform::Dokku, "DOKKU_SCALE is there".to_owned()));
    } else if names("/scripts/dokku") {
        found.push((Platform::Dokku, "app.json has scripts.dokku".to_owned()));
    }
    let is_plain = manifest.is_none() && !has("Procfile");
    if is_plain && is_kamal(root) {
        let evidence = format!("{KAMAL} has service, image and servers");
        found.push((Platform::Kamal, evidence));
    }
    if is_plain && yaml(root, "app.yaml").is_some_and(|yaml| yaml.get("runtime").is_some()) {
        let evidence = "app.yaml has a runtime".to_owned();
        found.push((Platform::GoogleCloud, evidence));
    }
    match (heroku, found.len()) {
        (false, 1) => found.pop(),
        _ => None,
    }
}

const KAMAL: &str = "config/deploy.yml";

/// Whether Kamal's file was filled in: the template's image belongs to `your-user`.
fn is_kamal(root: &Path) -> bool {
    let Some(deploy) = yaml(root, KAMAL) else {
        return false;
    };
    let image = deploy.get("image").and_then(Value::as_str);
    let is_template = image.is_none_or(|image| image.starts_with("your-user/"));
    !is_template
        && ["service", "servers"]
            .iter()
            .all(|key| deploy.get(key).is_some())
}

/// A YAML file of the app as a JSON value; ERB in it is no reason to fail.
fn yaml(root: &Path, path: &str) -> Option<Value> {
    serde_yaml_ng::from_str(&app::text(root, path)?).ok()
}

#[cfg(test)]
mod tests;
