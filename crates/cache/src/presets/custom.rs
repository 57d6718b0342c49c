//! `[[com.slugsmith.cache]]` with `run`: a command that makes its paths, run only when an
//! input of the key changed. Without `run` it is a cache folder ([`crate::folders`]).

use std::path::{Path, PathBuf};

use super::{Job, ManagerCommand, PACKED, Recognised, Site, machine};
use crate::adopt::Adoption;
use crate::inputs::Inputs;
use crate::pack::{self, Fault};
use crate::store::{Record, Stored};
use crate::{Context, secrets};
use slugsmith_config::CustomCache;
use slugsmith_facts::bounds;
use slugsmith_facts::run as command;
use slugsmith_facts::secrets::in_command;
use slugsmith_facts::tree::Tree;
use slugsmith_finding::units;

/// Above this a cache is not kept, in bytes, unless the user says otherwise.
pub(crate) const MOST: u64 = 512_000_000;

/// Why a cache of this size is not kept.
pub(crate) fn too_large(bytes: u64, most: u64) -> Fault {
    let (bytes, most) = (units::size(bytes), units::size(most));
    Fault::Refused(format!(
        "it has {bytes}, more than its `max_size` of {most}; it starts anew"
    ))
}

/// Custom caches that have a command.
pub(crate) fn recognise<'a>(context: &'a Context<'a>) -> Vec<Recognised<'a>> {
    let custom = &context.config.cache.custom;
    custom
        .iter()
        .filter_map(|cache| Some((cache, cache.run.as_ref()?)))
        .map(|(cache, run)| {
            Recognised::Site(Site {
                name: cache.name.value.clone(),
                what: cache.paths.join(", "),
                class: PACKED,
                trees: cache.paths.iter().map(|path| tidy(path)).collect(),
                adoption: Adoption::Nothing,
                job: Box::new(|| Ok(job(context, cache, &run.value))),
            })
        })
        .collect()
}

fn job(context: &Context<'_>, cache: &CustomCache, run: &str) -> Job {
    let mut words = command::words(run).into_iter();
    let program = words.next().unwrap_or_default();
    let arguments: Vec<_> = words.collect();
    let mut step = ManagerCommand::new(program, &[]).script();
    step.arguments = arguments;
    let mut inputs = inputs(context, cache);
    let shown = in_command(run);
    if shown != run {
        let stored = stored(context, cache);
        let old = stored
            .as_ref()
            .and_then(|record| record.inputs.named().get(MASKED_RUN));
        inputs.salted(MASKED_RUN, run.as_bytes(), old.map(String::as_str));
    }
    inputs.plain("run", shown);
    // A script of the app that the command starts decides what it makes, in a key or not.
    for word in run.split(|c: char| c.is_whitespace() || "'\";&|()".contains(c)) {
        let path = tidy(word);
        if pack::is_inside(&path) && context.app.root.join(&path).is_file() {
            inputs.file(&context.app.root, &path.to_string_lossy());
        }
    }
    // What the app itself has at the paths is part of what is stored, and must not come back
    // when it has changed.
    for path in cache.paths.iter().map(|path| tidy(path)) {
        let path = path.to_string_lossy();
        if context.app.root.join(&*path).is_dir() {
            inputs.folder(&context.app.root, &path);
        } else {
            inputs.file(&context.app.root, &path);
        }
    }
    Job {
        install: vec![step],
        most: Some(cache.max_size.unwrap_or(MOST)),
        is_custom: true,
        launch: cache.launch,
        ..Job::new(inputs, PathBuf::new())
    }
}

/// The input for a command of which a part is masked.
const MASKED_RUN: &str = "run, with what is masked";

/// What is stored for this cache.
fn stored(context: &Context<'_>, cache: &CustomCache) -> Option<Box<Record>> {
    match context.store.look_up(&cache.name.value) {
        Stored::Complete(record) => Some(record),
        Stored::Unusable(_) | Stored::Nothing => None,
    }
}

/// A path without a leading `./` and trailing slashes.
pub(crate) fn tidy(path: &str) -> PathBuf {
    Path::new(path)
        .components()
        .filter(|part| !matches!(part, std::path::Component::CurDir))
        .collect()
}

/// The machine, the files that the key's globs name, and the variables of `env`.
pub(crate) fn inputs(context: &Context<'_>, cache: &CustomCache) -> Inputs {
    let mut inputs = Inputs::default();
    machine(&mut inputs, context);
    inputs.plain("paths", cache.paths.join(", "));
    let root = &context.app.root;
    let is_glob = |key: &str| key.contains(['*', '?', '[', '{']);
    for key in cache.key.iter().filter(|key| !is_glob(key)) {
        let path = tidy(key);
        let path = path.to_string_lossy();
        if root.join(&*path).is_dir() {
            inputs.folder(root, &path);
        } else {
            inputs.file(root, &path);
        }
    }
    let mut builder = ignore::gitignore::GitignoreBuilder::new(root);
    let globs: Vec<_> = cache.key.iter().filter(|key| is_glob(key)).collect();
    for glob in &globs {
        // A glob that can't be read names no file.
        bounds::add_line(&mut builder, &format!("/{}", glob.trim_start_matches("./")));
    }
    if let (false, Ok(matcher)) = (globs.is_empty(), builder.build()) {
        for entry in Tree::read(root).entries() {
            let is_folder = entry.kind() == slugsmith_facts::tree::EntryKind::Directory;
            let ours = cache
                .paths
                .iter()
                .any(|path| entry.path().starts_with(tidy(path)));
            if !is_folder && !ours && matcher.matched(entry.path(), false).is_ignore() {
                inputs.file(root, &entry.path().to_string_lossy());
            }
        }
    }
    let stored = stored(context, cache);
    let stored = stored.as_ref().map(|record| &record.inputs);
    secrets::named(&mut inputs, context.environment, &cache.env, stored);
    inputs
}
