//! Scripts at an app's root that nothing names, where what is loaded can't be told in full.
//!
//! A framework finds modules in packages, and a computed name is made of what a folder holds or of texts. A module
//! beside them, whose name stands in no file that may be loaded, is none of both: somebody runs it by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use slugsmith_ecosystems::python;

use super::{BY_NAME, is_dynamic, named_by};
use crate::beneath::Beneath;
use crate::code::{Code, Language};
use crate::process::Runs;
use crate::sources::Sources;

/// Files that are read for names at most; with more nothing is told.
const MOST: usize = 2_000;

/// Programs of frameworks that a person starts, and that are started by platforms too.
const PROGRAMS: &[&str] = &["manage.py", python::SETUP_PY];

/// Paths of such scripts, of apps of which `reached` is loaded for certain.
pub(super) fn find(
    root: &Path,
    sources: &Sources,
    processes: &[Runs],
    reached: &BTreeSet<&str>,
) -> BTreeSet<String> {
    let is_kept = |code: &&Code| {
        let path = code.path.as_str();
        path.contains('/')
            || reached.contains(path)
            || [BY_NAME, PROGRAMS].iter().any(|some| some.contains(&path))
    };
    let python = sources
        .files
        .iter()
        .filter(|code| code.language == Language::Python);
    let (kept, others): (Vec<&Code>, Vec<&Code>) = python.partition(is_kept);
    if others.is_empty() || kept.len() > MOST || kept.iter().any(|code| computes_at_root(code)) {
        return BTreeSet::new();
    }
    let mut stray: BTreeMap<&str, &str> = others
        .iter()
        .filter_map(|code| Some((code.path.strip_suffix(".py")?, code.path.as_str())))
        .collect();
    let Ok(root) = Beneath::open(root) else {
        return BTreeSet::new();
    };
    let text = |path: &str| {
        let bytes = root.read(Path::new(path)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let commands = processes.iter().flat_map(|process| &process.commands);
    let mut pending: Vec<String> = commands.map(|command| command.text.clone()).collect();
    pending.extend(sources.texts.values().cloned());
    pending.extend(kept.iter().map(|code| text(&code.path)));
    while let Some(some) = pending.pop() {
        for name in some.split(|c: char| !c.is_alphanumeric() && c != '_') {
            pending.extend(stray.remove(name).map(text));
        }
    }
    stray.into_values().map(str::to_owned).collect()
}

/// Whether a file at the root loads modules by names that it makes: those of the root may be meant.
fn computes_at_root(code: &Code) -> bool {
    let mut dynamic = code.calls.iter().filter(|call| is_dynamic(call));
    !code.path.contains('/') && dynamic.any(|call| named_by(code, call).is_none())
}
