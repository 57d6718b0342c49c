//! Apps in Go of the time before modules, which heroku/go only detects to refuse them
//! (heroku/heroku-buildpack-go `bin/detect`, `lib/common.sh`, since March 2026).

use std::path::Path;

use crate::rules::prelude::*;
use slugsmith_ecosystems::go;

pub(super) fn refused(facts: &Facts<'_>) -> Option<Evidence> {
    let buildpacks = facts.buildpacks();
    let is_built = buildpacks.is_empty() || buildpacks.iter().any(|one| one.contains("/go"));
    let sources = &facts.sources;
    let is_program = sources.paths.iter().any(|path| {
        !path.contains('/') && path.rsplit_once('.').is_some_and(|(_, end)| end == "go")
    });
    if !is_built || !is_program || sources.has(go::MANIFEST) {
        return None;
    }
    // One of them lies among the packages, where nothing else is the app's own.
    let is_there = |path: &str| {
        let mut entries = facts.tree.entries().iter();
        entries.any(|entry| entry.path() == Path::new(path))
    };
    let (path, tool) = go::LEGACY.iter().find(|(path, _)| is_there(path))?;
    let message = format!(
        "The app's packages are those of {tool}, which heroku/go no longer supports: without a go.mod it ends the \
         build."
    );
    Some(Evidence::line(path, 1, message).help("go mod init MODULE && go mod tidy"))
}
