//! One call of a package manager by another buildpack: answer it, or keep what it made.
//!
//! Both phases run in a process of their own, before and after the call, and read the app anew:
//! what differs between them was done by the call.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::work::{Made, Work};
use super::{Answer, Bounds, Mark, Read, Snapshot, now};
use crate::Context;
use crate::effects::Effects;
use crate::event::Progress;
use crate::finish::Finish;
use crate::folders::Folders;
use crate::inputs::{self, Inputs};
use crate::intercept::call::{self, Call};
use crate::intercept::outside;
use crate::intercept::taken::AnsweredCalls;
use crate::intercept::{Answered, CALLS, Kept, Pending, Raw, Session};
use crate::presets::{self, Class, Job, Project, Recognised};
use crate::store::{Store, Stored};
use slugsmith_config as config;
use slugsmith_facts::beneath::{self, Beneath};
use slugsmith_facts::environment::Environment;
use slugsmith_facts::neighbours::Neighbours;
use slugsmith_facts::{app, secrets};

const PENDING: &str = "pending.json";

/// A call that can be answered: what it would install, and the key of it.
struct Ready {
    name: String,
    what: String,
    class: Class,
    trees: Vec<PathBuf>,
    job: Job,
    bounds: Bounds,
}

/// Answers a call of the build whose notes these are.
#[must_use]
pub fn ask(notes: &Path, raw: &Raw, finish: &dyn Finish, progress: &mut dyn Progress) -> Answered {
    let Some(session) = session(notes, raw) else {
        return Answered::Plain { why: None };
    };
    match look_up(&session, notes, raw, finish, progress) {
        Ok(answered) => answered,
        Err(why) => Answered::Plain {
            why: Some(why).filter(|_| session.is_verbose),
        },
    }
}

/// Keeps what a call made that ended well.
#[must_use]
pub fn keep(notes: &Path, raw: &Raw, finish: &dyn Finish, progress: &mut dyn Progress) -> Kept {
    let kept = session(notes, raw)
        .ok_or_else(|| "it is of another build".to_owned())
        .and_then(|session| store(&session, notes, raw, finish, progress));
    // Whatever came of it, the next call is another one.
    let _ = beneath::remove(&notes.join(CALLS).join(PENDING));
    kept.unwrap_or_else(|why| Kept::Not { why })
}

/// The build, where the call is made in its app.
fn session(notes: &Path, raw: &Raw) -> Option<Session> {
    let session = Session::load(notes)?;
    let real = |path: &Path| fs_err::canonicalize(path).ok();
    (real(&raw.folder)? == real(&session.app)?).then_some(session)
}

fn look_up(
    session: &Session,
    notes: &Path,
    raw: &Raw,
    finish: &dyn Finish,
    progress: &mut dyn Progress,
) -> Result<Answered, String> {
    let begun = Instant::now();
    let call = call::read(raw, &session.app, home(session).as_deref())?;
    let keeper = Store::of_another(session.store.clone());
    in_context(session, &keeper, finish, |context, place| {
        let app = &context.app.root;
        let ready = ready(context, place, &call)?;
        let calls = notes.join(CALLS);
        let mut answered = AnsweredCalls::load(&calls);
        if answered.0.contains_key(&ready.name)
            || calls.join(PENDING).exists()
            || !Store::new(calls.clone()).all().is_empty()
        {
            return Err("an install of this app was called before in this build".to_owned());
        }
        let mut occupied = ready
            .trees
            .iter()
            .filter(|tree| fs_err::symlink_metadata(app.join(tree)).is_ok());
        let is_in_the_way = |tree: &PathBuf| !(call.is_clean && ready.trees.first() == Some(tree));
        if let Some(tree) = occupied.find(|tree| is_in_the_way(tree)) {
            return Err(format!("{} is there already", tree.display()));
        }
        let files = Snapshot::of(app, &ready.bounds).files().text();
        let mut work = work(context, &ready);
        let reasons = match work.answer(progress) {
            Answer::Hit(record) => match work.restore(&record, true, progress) {
                Ok(None) => {
                    answered
                        .0
                        .insert(ready.name.clone(), millis(record.install));
                    Beneath::open(notes)
                        .and_then(|notes| notes.create_folders(Path::new(CALLS)))
                        .and_then(|()| answered.save(&calls))
                        .map_err(|error| error.to_string())?;
                    return Ok(Answered::Restored {
                        call: call.line.clone(),
                        what: ready.what.clone(),
                        bytes: record.tree_bytes,
                        took: begun.elapsed(),
                        saved: record.install,
                    });
                }
                Ok(Some(reason)) => vec![reason],
                Err(problem) => return Err(problem.saw.join("; ")),
            },
            Answer::Base(_, reasons) | Answer::Miss(reasons) => reasons,
        };
        drop(work);
        let pending = Pending {
            name: ready.name.clone(),
            inputs: ready.job.inputs.named().clone(),
            files,
            outside: outside::look(context.environment, app),
            begun_ms: millis(now()),
        };
        let text = serde_json::to_vec(&pending).map_err(|error| error.to_string())?;
        Beneath::open(notes)
            .and_then(|notes| {
                notes.create_folders(Path::new(CALLS))?;
                notes.replace(&Path::new(CALLS).join(PENDING), &text)
            })
            .map_err(|error| error.to_string())?;
        Ok(Answered::Runs {
            call: call.line.clone(),
            reasons,
        })
    })
}

fn store(
    session: &Session,
    notes: &Path,
    raw: &Raw,
    finish: &dyn Finish,
    progress: &mut dyn Progress,
) -> Result<Kept, String> {
    let call = call::read(raw, &session.app, home(session).as_deref())?;
    let calls = notes.join(CALLS);
    let pending: Pending = beneath::note(&calls, PENDING)
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok())
        .ok_or("nothing was noted before it")?;
    let made = Store::new(calls.clone());
    in_context(session, &made, finish, |context, place| {
        let app = &context.app.root;
        let ready = ready(context, place, &call)?;
        if pending.name != ready.name {
            return Err("another call was noted before it".to_owned());
        }
        let before = Inputs::from_named(pending.inputs.clone());
        if let Some(change) = before.changes(&ready.job.inputs).first() {
            return Err(format!(
                "the install changed an input of its own key: {change}"
            ));
        }
        if let Some(path) =
            outside::difference(&pending.outside, &outside::look(context.environment, app))
        {
            return Err(format!("the install wrote outside of the app: {path}"));
        }
        let after = Snapshot::of(app, &ready.bounds);
        if let Some(changes) = after.files().changes_since(&pending.files) {
            return Err(format!(
                "the install changed files of the app: {}",
                changes.join("; ")
            ));
        }
        if !ready
            .trees
            .first()
            .is_some_and(|tree| app.join(tree).is_dir())
        {
            return Err("the install made nothing".to_owned());
        }
        let mut work = work(context, &ready);
        let keeper = Store::of_another(session.store.clone());
        if let Stored::Complete(old) = keeper.look_up(&ready.name) {
            work.old = old.digest;
            work.old_folder = Some(keeper.folder(&ready.name).join("data"));
        }
        let install = now().saturating_sub(Duration::from_millis(pending.begun_ms));
        let made = Made {
            before: after,
            effects: Effects::default(),
        };
        let record = work
            .keep(install, &made, progress)
            .map_err(|problem| problem.saw.join("; "))?;
        let record = record.ok_or("it can't be stored")?;
        Ok(Kept::Stored {
            call: call.line.clone(),
            bytes: record.stored_bytes,
        })
    })
}

/// Reads app and configuration as the last buildpack will.
fn in_context<T>(
    session: &Session,
    store: &Store,
    finish: &dyn Finish,
    then: impl FnOnce(&Context<'_>, &Project<'_>) -> Result<T, String>,
) -> Result<T, String> {
    let environment: Environment = session.environment();
    secrets::know(&environment.variables);
    let config =
        config::read(&session.app, &environment).map_err(|problem| problem.saw.join("; "))?;
    if config.cache.off || !config.cache.intercept {
        return Err("it is switched off".to_owned());
    }
    let app = app::read(&session.app);
    let context = Context {
        app: &app,
        config: &config,
        environment: &environment,
        store,
        neighbours: Neighbours::none(),
        finish,
    };
    let place = Project::new(&context, Path::new(""));
    then(&context, &place)
}

/// What the call installs, where that is certain.
fn ready(context: &Context<'_>, place: &Project<'_>, call: &Call) -> Result<Ready, String> {
    let site = presets::recognise(place)
        .into_iter()
        .find_map(|one| match one {
            Recognised::Site(site) if site.name == call.tool => Some(site),
            Recognised::Site(_) | Recognised::Unusable { .. } => None,
        });
    let site = site.ok_or_else(|| format!("the app is not one of {}", call.tool))?;
    let mut job = presets::read(site.job).map_err(|problem| problem.saw.join("; "))?;
    if let Some(why) = doubt(&job, &context.app.root) {
        return Err(why.to_owned());
    }
    for (name, value) in [
        (call.tool, &call.version),
        ("node", &call.node),
        ("node ABI", &call.abi),
    ] {
        if job.inputs.named().get(name) != Some(value) {
            return Err(format!("{name} on PATH is not the one that was called"));
        }
    }
    call.add(&mut job.inputs);
    for (number, path) in call.settings.iter().enumerate() {
        if let Ok(text) = inputs::read_regular(path) {
            let text = presets::npm_settings(&String::from_utf8_lossy(&text));
            if !text.is_empty() {
                job.inputs.digest(
                    format!("settings {number} of {}", call.tool),
                    text.as_bytes(),
                );
            }
        }
    }
    let folders = Folders::of(context).paths();
    let bounds = Bounds::new(context, site.trees.iter().cloned().chain(folders).collect());
    Ok(Ready {
        name: site.name,
        what: site.what,
        class: site.class,
        trees: site.trees,
        job,
        bounds,
    })
}

/// Why the result of an install may depend on more than its key, or be more than its trees.
fn doubt(job: &Job, app: &Path) -> Option<&'static str> {
    // An archive is an input by its contents.
    let is_folder = |path: &PathBuf| !app.join(path).is_file();
    if !job.hidden.scripts.is_empty() {
        Some("package.json has scripts that an install runs")
    } else if job.reads.iter().any(is_folder) {
        Some("the install runs code of the app, or copies parts of it")
    } else if job.expires.is_some() {
        Some("versions are not pinned")
    } else if !job.exposes.is_empty() {
        Some("a package fetches a browser outside of the tree")
    } else {
        None
    }
}

fn home(session: &Session) -> Option<PathBuf> {
    session.environment().get("HOME").map(PathBuf::from)
}

fn work<'a>(context: &'a Context<'a>, ready: &'a Ready) -> Work<'a> {
    Work {
        kept_apart: None,
        bounds: &ready.bounds,
        read: Read::default(),
        naming: None,
        packed: None,
        old: String::new(),
        old_folder: None,
        context,
        name: &ready.name,
        class: ready.class,
        job: &ready.job,
        trees: &ready.trees,
        mark: Mark::of(&context.app.root, &ready.name),
        variables: context.environment.variables.clone(),
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
