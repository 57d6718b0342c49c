//! Which files of the repository are in the slug or image: what `.slugignore` and the
//! `include` and `exclude` of project.toml say, by the matchers of those formats.

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use slugsmith_facts::bounds;

use super::facts::Facts;

/// The lists of an app.
pub(super) struct Shipped {
    excluded: Vec<Gitignore>,
    included: Option<Gitignore>,
}

impl Shipped {
    pub(super) fn of(facts: &Facts<'_>) -> Self {
        let mut excluded = Vec::new();
        // The platform splits this file at blanks, and knows no `!`.
        let ignored = facts.sources.text(".slugignore").unwrap_or_default();
        let patterns = ignored
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .flat_map(str::split_whitespace)
            .filter(|pattern| !pattern.starts_with('!'));
        excluded.extend(matcher(patterns));
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
        excluded.extend(list("exclude"));
        Self {
            excluded,
            included: list("include"),
        }
    }

    /// Whether a file is shipped.
    pub(super) fn has(&self, path: &str) -> bool {
        let matches = |list: &Gitignore| list.matched_path_or_any_parents(path, false).is_ignore();
        self.included.as_ref().is_none_or(matches) && !self.excluded.iter().any(matches)
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
