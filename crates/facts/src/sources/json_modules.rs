//! JSON files that code of JavaScript loads as a module: `require("./config.json")`. They are read as the module that
//! gives their object, so that what they hold is followed like any other setting.

use super::Sources;
use crate::app::App;
use crate::beneath;
use crate::code::{Language, parse};

/// In bytes; settings are short, and data is not asked for.
const LARGEST: usize = 32_000;

/// The text of a file of settings without its byte order mark; `None` if it can't be read or is too long.
pub(super) fn text(app: &App, path: &str) -> Option<String> {
    let text = beneath::text_in(&app.root, path).ok()?;
    let text = text.trim_start_matches('\u{feff}');
    (text.len() <= LARGEST).then(|| text.to_owned())
}

/// Adds a file as the module that gives the object which is its text.
pub(super) fn add(sources: &mut Sources, path: &str, object: &str) {
    let module = format!("module.exports = {object}");
    let code = parse(path, Language::JavaScript, &module);
    // Sorted by path, as all files are.
    let files = &mut sources.files;
    let at = files.partition_point(|known| known.path.as_str() < path);
    files.insert(at, code);
}

pub(super) fn read(app: &App, sources: &mut Sources) {
    let wanted: Vec<String> = {
        let modules = sources
            .files
            .iter()
            .filter(|code| code.language == Language::JavaScript)
            .flat_map(|code| &code.imports)
            .map(|import| import.module.as_str());
        let names: Vec<&str> = modules
            .filter(|module| module.ends_with(".json") && module.contains('/'))
            .filter_map(|module| module.rsplit('/').next())
            .filter(|name| !is_of_tool(name))
            .collect();
        let all = sources.paths.iter().zip(&sources.sizes);
        all.filter(|(path, size)| {
            let name = path.rsplit('/').next().unwrap_or(path);
            **size <= LARGEST as u64 && names.contains(&name)
        })
        .map(|(path, _)| path.clone())
        .collect()
    };
    for path in wanted {
        // A service's account has a rule of its own.
        let text = text(app, &path).filter(|text| !text.contains("\"private_key\""));
        if let Some(text) = text.filter(|text| text.trim_start().starts_with('{')) {
            add(sources, &path, &text);
        }
    }
}

/// Manifests, and what tools of JavaScript and Apple's or Google's platforms read.
fn is_of_tool(name: &str) -> bool {
    [
        "package", "tsconfig", "manifest", "composer", "swagger", "openapi",
    ]
    .iter()
    .any(|start| name.starts_with(start))
}
