//! The store that several builds share, for every way in.

use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

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
/// be used is a line in the log.
pub(super) fn behind(
    store: Store,
    app: &Path,
    config: &Config,
    environment: &mut Environment,
    progress: &mut dyn Progress,
) -> (Store, Option<Reports>) {
    let mut say = |why: String| {
        let line = format!("the shared store is left aside: {why}");
        progress.event(Event::Cache(OfCache::Note(&line)));
    };
    let mut for_reports = environment.clone();
    let reports = reports(app, config, &mut for_reports);
    let reports = reports.unwrap_or_else(|why| {
        say(why);
        None
    });
    let store = match shared::open(config, environment) {
        Ok(None) => store,
        Ok(Some(shared)) => shared.behind(store),
        Err(why) => {
            say(why);
            store
        }
    };
    (store, reports)
}

/// Where reports are written.
pub(super) struct Reports {
    objects: Box<dyn Objects>,
    app: String,
    branch: String,
    wait: std::time::Duration,
}

/// Opens what the configuration names for reports; what only that needs leaves the environment.
pub(super) fn reports(
    app: &Path,
    config: &Config,
    environment: &mut Environment,
) -> Result<Option<Reports>, String> {
    let mut wanted = config.store.clone();
    match &config.store.reports {
        None => wanted.url = None,
        Some(place) if place.value == "store" => {}
        Some(place) => wanted.url = Some(place.clone()),
    }
    let name = name_of(app, config, environment);
    let branch = branch::of(&config.store, environment);
    let objects = shared::objects(&wanted, environment)?;
    Ok(objects.map(|objects| Reports {
        objects,
        app: name,
        branch: branch.name().to_owned(),
        wait: config.store.wait.value,
    }))
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
    /// Writes a report. No build or check fails because of it: the error is a line.
    pub(super) fn write(&self, kind: &'static str, report: &Report) -> Result<(), String> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let of = json::Of {
            app: self.app.clone(),
            at: now.as_secs(),
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
        let put = self.objects.put(&key, Body::Bytes(text.as_bytes()), until);
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
