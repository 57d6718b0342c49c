//! The store that several builds share, for every way in.

use std::path::Path;
use std::time::Instant;

use crate::cache::event::Event as OfCache;
use crate::cache::store::Store;
use crate::config::Config;
use crate::facts::environment::Environment;
use crate::flow::{branch, shared};
use crate::print::json;
use crate::report::Report;
use crate::report::event::{Event, Progress};
use crate::store::{Body, Objects, gc, seal};

/// Puts the shared store behind the local caches, where the configuration names one, and opens what
/// reports are written to. What only they need leaves the environment in any case. One that can't
/// be used says so where it is asked.
pub(super) fn behind(
    store: Store,
    app: &Path,
    config: &Config,
    environment: &mut Environment,
) -> (Store, Reports) {
    let reports = Reports::of(app, config, &mut environment.clone());
    let store = match shared::open(config, environment) {
        Ok(None) => store,
        Ok(Some(shared)) => shared.behind(store),
        Err(why) => shared::Unusable::behind(why, store),
    };
    (store, reports)
}

/// Where reports are written, if anywhere.
pub(super) struct Reports {
    objects: Result<Option<Box<dyn Objects>>, String>,
    app: String,
    branch: String,
    wait: std::time::Duration,
}

/// Variables of platforms that name the app.
const NAMES: &[&str] = &[
    // devcenter.heroku.com/articles/dyno-metadata; review apps have it as a config var.
    "HEROKU_APP_NAME",
    "GITHUB_REPOSITORY",
    "CI_PROJECT_PATH",
    "CIRCLE_PROJECT_REPONAME",
    "BUILDKITE_PIPELINE_SLUG",
];

fn name_of(app: &Path, config: &Config, environment: &Environment) -> String {
    let named = config.store.app.clone();
    let of_platform = || NAMES.iter().find_map(|name| environment.get(name));
    let of_folder = || {
        app.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    named
        .or_else(|| of_platform().map(str::to_owned))
        .or_else(of_folder)
        .unwrap_or_default()
}

impl Reports {
    /// What the configuration names for reports; what only that needs leaves the environment.
    pub(super) fn of(app: &Path, config: &Config, environment: &mut Environment) -> Self {
        let mut wanted = config.store.clone();
        match &config.store.reports {
            None => wanted.url = None,
            Some(place) if place.value == "store" => {}
            Some(place) => wanted.url = Some(place.clone()),
        }
        let app = name_of(app, config, environment);
        let branch = branch::of(&config.store, environment);
        Self {
            objects: shared::objects(&wanted, environment),
            app,
            branch: branch.name().to_owned(),
            wait: config.store.wait.value,
        }
    }

    /// Writes a report. No build or check fails because of it: the error is a line.
    pub(super) fn write(&self, kind: &'static str, report: &Report) -> Result<(), String> {
        let objects = match &self.objects {
            Ok(Some(objects)) => objects,
            Ok(None) => return Ok(()),
            Err(why) => return Err(format!("the report is not written: {why}")),
        };
        let of = json::Of {
            app: self.app.clone(),
            at: crate::store::now(),
            kind,
            branch: self.branch.clone(),
        };
        let text = json::fleet_report(report, &of);
        let number = seal::random::<4>().unwrap_or_default();
        let key = format!(
            "{}{}/{:08x}-{kind}-{}",
            gc::REPORTS,
            part(&self.app),
            of.at,
            seal::hex(&number)
        );
        let until = Instant::now() + self.wait;
        let put = objects.put(&key, Body::Bytes(text.as_bytes()), until);
        put.map_err(|fault| format!("the report is not written: {fault}"))
    }

    /// The same in a build, whose log has the line.
    pub(super) fn write_in_build(&self, report: &Report, progress: &mut dyn Progress) {
        if let Err(line) = self.write("build", report) {
            progress.event(Event::Cache(OfCache::Note(&line)));
        }
    }
}

/// A name as part of a key: what can't stand there is told apart by a digest.
fn part(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(40)
        .collect();
    if plain == name {
        return plain;
    }
    let hash = blake3::hash(name.as_bytes());
    format!("{plain}-{:.8}", hash.to_hex().as_str())
}
