//! Which files of the repository are in the slug or image: what `.slugignore` and the
//! `include` and `exclude` of project.toml say, by the matchers of those formats.

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use slugsmith_facts::bounds;
use slugsmith_facts::formats::slugignore::{self, Line};

use super::facts::Facts;

/// The lists of an app.
pub(super) struct Shipped<'f> {
    deleted: Vec<Line<'f>>,
    excluded: Option<Gitignore>,
    included: Option<Gitignore>,
}

impl<'f> Shipped<'f> {
    pub(super) fn of(facts: &'f Facts<'_>) -> Self {
        let deleted = facts.sources.text(".slugignore").unwrap_or_default();
        let project = facts
            .sources
            .text("project.toml")
            .and_then(|text| toml::from_str::<toml::Value>(text).ok());
        let list = |key: &str| -> Option<Gitignore> {
            let project = project.as_ref()?;
            let build = project
                .get("io")
                .and_then(|io| io.get("buildpacks"))
                .or_else(|| project.get("build"))?;
            let entries = build.get(key)?.as_array()?;
            matcher(entries.iter().filter_map(toml::Value::as_str))
        };
        Self {
            deleted: slugignore::read(deleted),
            excluded: list("exclude"),
            included: list("include"),
        }
    }

    /// Whether a file is shipped.
    pub(super) fn has(&self, path: &str) -> bool {
        let matches = |list: &Gitignore| list.matched_path_or_any_parents(path, false).is_ignore();
        let is_deleted = self
            .deleted
            .iter()
            .flat_map(|line| &line.patterns)
            .any(|one| one.hits(path));
        let is_excluded = self.excluded.as_ref().is_some_and(matches);
        self.included.as_ref().is_none_or(matches) && !is_deleted && !is_excluded
    }
}

fn matcher<'p>(patterns: impl Iterator<Item = &'p str>) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new("");
    let mut any = false;
    for pattern in patterns {
        any |= bounds::is_pattern(pattern);
        bounds::add_line(&mut builder, pattern);
    }
    builder.build().ok().filter(|_| any)
}
