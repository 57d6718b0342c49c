//! Which folders does a build tool keep for itself, and how do they outlive a build?
//!
//! Framework caches (`.next/cache`, `node_modules/.cache` …), the app's own
//! `cacheDirectories` and `.buildcache`, and `[[com.slugsmith.cache]]` without a command.
//! Their tools check them on their own, so the key is the machine (and for custom caches
//! what the user says). They are given back before anything of ours runs that could use
//! them, and kept at the end if they changed.
//!
//! A buildpack at the end of the list can't give them back to the ones before it: that is
//! what the companion at the front does ([`super::companion`]), and the last one finds its
//! note.

mod around;
mod folder;
mod growth;
mod listed;
mod point;
mod unchecked;

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Instant;

use self::folder::{ContentChange, Folder};
use self::listed::listed;
use self::point::Point;
use self::unchecked::{App, Unchecked};
use super::apply::tell;
use super::inputs::Inputs;
use super::pack::{self, Fault, Links};
use super::presets::custom::MOST;
use super::presets::{PACKED, custom, frameworks};
use super::{CACHE_DISCARDED, CACHE_NOT_STORED, Context, Outcome, Verdict, switches, warm};
use crate::event::{Event, Explained, Progress};
use slugsmith_facts::before::Before;
use slugsmith_facts::environment::World;
use slugsmith_facts::neighbours::leads_out;
use slugsmith_finding::error::{Problem, Result, io};

/// All cache folders of one run.
pub(super) struct Folders<'a> {
    context: &'a Context<'a>,
    all: Vec<Folder>,
    is_restored: bool,
    had_companion: bool,
    /// The app before its scripts, where they may have to run again.
    before: Option<Point>,
    outcomes: Vec<Outcome>,
}

impl<'a> Folders<'a> {
    pub(super) fn of(context: &'a Context<'a>) -> Self {
        let mut machine = Inputs::default();
        super::presets::machine(&mut machine, context);
        let of_path =
            |path: PathBuf| Folder::new(path.display().to_string(), vec![path], machine.clone());
        let custom = context.config.cache.custom.iter();
        let mut folders: Vec<Folder> = custom
            .filter(|cache| cache.run.is_none() && !cache.paths.is_empty())
            .map(|cache| {
                let paths = cache.paths.iter().map(|path| custom::tidy(path)).collect();
                let inputs = custom::inputs(context, cache);
                Folder {
                    most: cache.max_size.unwrap_or(MOST),
                    launch: cache.launch,
                    ..Folder::new(cache.name.value.clone(), paths, inputs)
                }
            })
            .collect();
        let listed = listed(context);
        let known = frameworks::known(context).into_iter().map(|known| {
            let mut inputs = machine.clone();
            inputs.add(&known.inputs);
            Folder {
                is_bounded: known.files.is_none(),
                outputs: known.outputs,
                files: known.files,
                checked: known.checked,
                ..Folder::new(known.name, known.paths, inputs)
            }
        });
        for folder in listed.into_iter().map(of_path).chain(known) {
            let overlaps = |path: &PathBuf| {
                let mut others = folders.iter().flat_map(|folder| &folder.paths);
                others.any(|other| other.starts_with(path) || path.starts_with(other))
            };
            // What lies behind a link of another buildpack is that one's.
            let is_elsewhere = |path: &PathBuf| leads_out(&context.app.root, path);
            if !folder
                .paths
                .iter()
                .any(|path| overlaps(path) || is_elsewhere(path))
            {
                folders.push(folder);
            }
        }
        look_at_app(context, &mut folders);
        Self {
            context,
            all: folders,
            is_restored: false,
            had_companion: Before::find(context.store.root(), &context.app.root).is_some(),
            before: None,
            outcomes: Vec::new(),
        }
    }

    /// Every path that is kept, there or not.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        let paths = self.all.iter().flat_map(|folder| &folder.paths);
        paths.cloned().collect()
    }

    /// The name of each, whether it is there or not.
    pub(super) fn names(&self) -> Vec<String> {
        let folders = self.all.iter();
        folders.map(|folder| folder.name.clone()).collect()
    }

    /// What is known of each that is stored.
    pub(super) fn explained(&self) -> Vec<Explained> {
        let folders = self.all.iter();
        folders
            .filter_map(|folder| {
                tell::folder(self.context, &folder.name, |record| folder.key_of(record))
            })
            .collect()
    }

    /// Removes partial siblings that a killed run left.
    pub(super) fn clean(&mut self) -> Result<()> {
        let app = &self.context.app.root;
        for path in self.all.iter().flat_map(|folder| &folder.paths) {
            pack::remove_partial(app, path)
                .map_err(|error| io("removing", pack::partial_name(path), &error))?;
        }
        Ok(())
    }

    /// Gives everything back, once, before the first script of ours.
    pub(super) fn restore(&mut self, progress: &mut dyn Progress) {
        if !std::mem::replace(&mut self.is_restored, true) {
            self.restore_where(|_| true, progress);
        }
    }

    /// Gives back what other buildpacks will not delete again: `npm ci` begins by removing
    /// `node_modules`.
    pub(super) fn restore_early(mut self, progress: &mut dyn Progress) -> Vec<Outcome> {
        let outside = |folder: &Folder| {
            let mut paths = folder.paths.iter();
            !paths.any(|path| path.starts_with("node_modules"))
        };
        self.restore_where(outside, progress);
        self.outcomes
    }

    fn restore_where(&mut self, wanted: impl Fn(&Folder) -> bool, progress: &mut dyn Progress) {
        let context = self.context;
        let is_on = |folder: &Folder| !switches::off_folder(context, &folder.name);
        let all = self.all.iter_mut();
        for folder in all.filter(|folder| wanted(folder) && is_on(folder)) {
            if tell::is_asked(context)
                && let Some(explained) =
                    tell::folder(context, &folder.name, |record| folder.key_of(record))
            {
                tell::emit(context, &explained, progress);
            }
            let place = warm::place_of_folder(context, &folder.name, &folder.inputs);
            warm::bring_folder(context, &folder.name, &folder.inputs, &place, progress);
            let Some(record) = folder.stored(context, progress) else {
                continue;
            };
            let begun = Instant::now();
            let data = context.store.folder(&folder.name).join("data");
            let unpacked = pack::unpack(
                &context.app.root,
                &folder.paths,
                &data,
                &record.digest,
                Links::Inside,
                &HashSet::new(),
            );
            let made_old = unpacked.and_then(|_| {
                frameworks::make_old(&context.app.root, &folder.paths).map_err(Fault::Io)
            });
            match made_old {
                Ok(()) => {
                    let outcome = folder.outcome(Verdict::Hit, begun.elapsed(), Some(&record));
                    progress.event(Event::Decided(&outcome.decision));
                    progress.event(Event::Done(&outcome));
                    self.outcomes.push(outcome);
                    folder.restored = Some(record);
                    folder.look_at_outputs(&context.app.root);
                    folder.bound(context, progress);
                }
                Err(fault) => {
                    // If it can't be removed it is judged again by the next build.
                    let _ = context.store.discard(&folder.name);
                    warn(&CACHE_DISCARDED, &folder.name, fault, progress);
                }
            }
        }
    }

    /// Keeps what has changed, and lets the rest stay.
    pub(super) fn keep(mut self, progress: &mut dyn Progress) -> Vec<Outcome> {
        let context = self.context;
        self.all
            .retain(|folder| !switches::off_folder(context, &folder.name));
        // On a laptop there is no earlier buildpack that could have used it.
        let is_late = !self.is_restored
            && !self.had_companion
            && context.environment.world != World::Embedded;
        for folder in &self.all {
            let begun = Instant::now();
            match folder.keep(context) {
                Ok(ContentChange::None) => {}
                Ok(ContentChange::Touched(path)) => progress.event(Event::Note(&format!(
                    "{} is not kept: the build changes {} after it was written, which would happen twice",
                    folder.name,
                    path.display()
                ))),
                Ok(ContentChange::Same(_)) if !is_late => {}
                Ok(
                    change @ (ContentChange::First(_)
                    | ContentChange::Other(_)
                    | ContentChange::Same(_)),
                ) => {
                    if folder.restored.is_none() {
                        let reasons = if context.is_reset(&folder.name) {
                            vec!["SLUGSMITH_CACHE_RESET".to_owned()]
                        } else {
                            change.reasons(folder, is_late)
                        };
                        let miss = Verdict::Miss { reasons };
                        let outcome = folder.outcome(miss, begun.elapsed(), change.record());
                        progress.event(Event::Decided(&outcome.decision));
                        progress.event(Event::Done(&outcome));
                        self.outcomes.push(outcome);
                    }
                    // What fits this very app only is for no other build.
                    if !change.record().is_some_and(Unchecked::decides) || folder.unchecked.is_none() {
                        let place = warm::place_of_folder(context, &folder.name, &folder.inputs);
                        warm::note(context, &folder.name, place, PACKED);
                    }
                }
                Err(fault) => {
                    let _ = context.store.discard(&folder.name);
                    warn(&CACHE_NOT_STORED, &folder.name, fault, progress);
                }
            }
            folder.measure(&context.app.root, context.store);
            folder.leave(context);
        }
        self.outcomes
    }
}

/// Notes what decides where anyone may keep something. Without a manifest of Node.js nobody does.
fn look_at_app(context: &Context<'_>, folders: &mut [Folder]) {
    if !context.app.has(slugsmith_ecosystems::javascript::MANIFEST) {
        return;
    }
    let outside: Vec<_> = folders
        .iter()
        .flat_map(|folder| folder.paths.clone())
        .collect();
    let decided = folders.iter().filter(|folder| folder.checked.is_some());
    let names: Vec<_> = decided.map(|folder| folder.name.clone()).collect();
    if names.is_empty() {
        return;
    }
    let app = App::read(context, &names, outside);
    for folder in folders {
        let of = |checked| Unchecked::of(&app, checked, &folder.inputs);
        folder.unchecked = folder.checked.map(of);
    }
}

fn warn(
    kind: &'static slugsmith_finding::error::Kind,
    name: &str,
    why: impl std::fmt::Display,
    progress: &mut dyn Progress,
) {
    progress.event(Event::Warning(
        &Problem::new(kind).saw(format!("{name}: {why}")),
    ));
}
