//! The key of each cache, in the log or a file of a build that asks for it.

use slugsmith_facts::beneath::own;
use std::io::Write;

use super::answer::Answer;
use crate::Context;
use crate::event::{Event, Explained, Progress};
use crate::inputs::Inputs;
use crate::store::{Record, Stored};

/// A cache folder: its tool checks what is in it, so only the machine and what the user
/// named are its key.
pub(crate) fn folder<'a>(
    context: &Context<'_>,
    name: &str,
    key_of: impl FnOnce(&Record) -> &'a Inputs,
) -> Option<Explained> {
    let stored = context.store.look_up(name);
    let Stored::Complete(record) = &stored else {
        return None;
    };
    let inputs = key_of(record);
    let reasons: Vec<_> = record
        .inputs
        .changes(inputs)
        .iter()
        .map(ToString::to_string)
        .collect();
    let verdict = if reasons.is_empty() { "hit" } else { "miss" };
    let what = slugsmith_finding::units::counted(record.files, "file");
    Some(Explained::new(
        name,
        &what,
        (verdict, reasons),
        inputs,
        &stored,
    ))
}

/// In a build: tells about one site where the user asks for it.
pub(crate) fn tell(
    context: &Context<'_>,
    (name, what): (&str, &str),
    answer: &Answer,
    new: &Inputs,
    progress: &mut dyn Progress,
) {
    if is_asked(context) {
        let stored = context.store.look_up(name);
        let explained = Explained::new(name, what, answer.words(), new, &stored);
        emit(context, &explained, progress);
    }
}

/// Whether the user asks for it.
pub(crate) fn is_asked(context: &Context<'_>) -> bool {
    context.environment.get("SLUGSMITH_CACHE_EXPLAIN") == Some("json")
}

pub(crate) fn emit(context: &Context<'_>, explained: &Explained, progress: &mut dyn Progress) {
    let Some(path) = context.environment.get("SLUGSMITH_CACHE_EXPLAIN_FILE") else {
        progress.event(Event::Explained(explained));
        return;
    };
    let line = explained.to_json();
    // An explanation that can't be written must not fail a build.
    let _ = own::append(path).and_then(|mut file| writeln!(file, "{line}"));
}
