//! Lists of Python's requirements: requirements.txt, and what it takes in by `-r`, wherever that is.

use std::collections::BTreeMap;

use slugsmith_ecosystems::python::{REQUIREMENTS, requirements};

use super::Sources;
use super::TEXT_LIMIT;
use super::paths::join;
use crate::app::App;
use crate::beneath;
use crate::encoding;

/// More lists than this are not read.
const MOST: usize = 16;

/// Keeps the text of lists that have another name or stand deeper than lists usually do.
pub(super) fn read(app: &App, sources: &mut Sources) {
    let mut at = 0;
    while let Some(path) = taken_in(&sources.texts).get(at).cloned() {
        at += 1;
        let is_small =
            fs_err::metadata(app.root.join(&path)).is_ok_and(|found| found.len() <= TEXT_LIMIT);
        if is_small
            && !sources.texts.contains_key(&path)
            && sources.has(&path)
            && let Ok(bytes) = beneath::read_in(&app.root, &path)
        {
            sources.texts.insert(path, encoding::text(&bytes));
        }
    }
}

/// requirements.txt at the root, and the lists that it leads to, in their order.
#[must_use]
pub fn taken_in(texts: &BTreeMap<String, String>) -> Vec<String> {
    let mut files = vec![REQUIREMENTS.to_owned()];
    let mut at = 0;
    while let Some(file) = files.get(at).cloned().filter(|_| at < MOST) {
        at += 1;
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let text = texts.get(&file).map(String::as_str).unwrap_or_default();
        for line in requirements::lines(text) {
            let path = line.included().map(|name| join(folder, name));
            files.extend(path.filter(|path| !files.contains(path)));
        }
    }
    files
}
