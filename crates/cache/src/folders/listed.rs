//! Which folders does the app itself ask to keep?

use std::path::PathBuf;

use crate::Context;
use crate::presets::custom;
use slugsmith_facts::beneath;

/// `cacheDirectories` of package.json and the lines of `.buildcache`; a whole tree of
/// dependencies is left to its own preset.
pub(super) fn listed(context: &Context<'_>) -> Vec<PathBuf> {
    let app = context.app;
    let manifest = app.package_json.good();
    let field = manifest.and_then(|manifest| {
        manifest
            .get("cacheDirectories")
            .or_else(|| manifest.get("cache_directories"))
    });
    let from_manifest = field
        .and_then(serde_json::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|path| path.as_str().map(str::to_owned));
    let text = beneath::text_in(&app.root, ".buildcache").unwrap_or_default();
    let from_file = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned);
    from_manifest
        .chain(from_file)
        .map(|path| custom::tidy(&path))
        .filter(|path| {
            let is_plain = path
                .components()
                .all(|part| matches!(part, std::path::Component::Normal(_)));
            let whole = ["node_modules", "vendor", ".venv", "bower_components"];
            is_plain
                && !path.as_os_str().is_empty()
                && !whole.iter().any(|name| path.as_os_str() == *name)
        })
        .collect()
}
