//! Which paths the app's own JavaScript opens, and whether one of them is unknown.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::Search;
use crate::decide::Because;
use crate::index::{join, parent};
use crate::trace::{self, Opened};

/// Larger files are bundles that nobody can follow, in bytes.
const MAX_SOURCE: u64 = 3_000_000;

/// The first place where a path is opened that only the running app knows.
pub(super) fn doubt(search: &Search<'_, '_>) -> Option<Because> {
    let unknown = read(search).into_iter().find_map(|(path, opened)| {
        let line = opened.map_or(Some(1), |opened| opened.unknown)?;
        Some((path, line))
    });
    let (path, line) = unknown?;
    Some(Because::Doubt(format!(
        "{path}:{line} opens a path that is known at run time only"
    )))
}

/// Folders that code opens, or a folder above them.
pub(super) fn opened(search: &Search<'_, '_>, folders: &mut BTreeMap<&str, Option<Because>>) {
    for (path, opened) in read(search) {
        for (target, line) in opened.into_iter().flat_map(|opened| opened.paths) {
            let bases = ["", parent(path)];
            let targets: Vec<String> = bases
                .iter()
                .filter_map(|base| join(base, &target))
                .collect();
            for (folder, because) in folders.iter_mut() {
                let meant = |target: &String| {
                    let is_above = target.is_empty() || folder.starts_with(&format!("{target}/"));
                    is_above || target == folder || target.starts_with(&format!("{folder}/"))
                };
                if because.is_none() && targets.iter().any(meant) {
                    let path = path.to_owned();
                    *because = Some(Because::File { path, line });
                }
            }
        }
    }
}

/// What each source opens; `None` where it can't be read.
pub(super) fn read<'a>(search: &Search<'_, 'a>) -> Vec<(&'a str, Option<Opened>)> {
    let sources: Vec<(&str, u64)> = search
        .own()
        .filter(|(_, path, _)| !crate::tooling::is_tooling(path))
        .map(|(_, path, size)| (path, size))
        .filter(|(path, _)| {
            let ends = [".js", ".cjs", ".mjs", ".jsx", ".ts", ".tsx", ".mts", ".cts"];
            ends.iter().any(|end| path.ends_with(end)) && !path.ends_with(".d.ts")
        })
        .collect();
    sources
        .into_par_iter()
        .map(|(path, size)| {
            let text = if size > MAX_SOURCE {
                None
            } else {
                search.texts.text(path)
            };
            let opened = text.and_then(|text| trace::opened(search.facts, path, &text));
            (path, opened)
        })
        .collect()
}
