//! JSON files that code of JavaScript loads as a module: `require("./config.json")`. They are read as the module that
//! gives their object, so that what they hold is followed like any other setting.

use super::Sources;
use crate::app::App;
use crate::beneath;
use crate::code::{Language, parse};

/// In bytes; settings are short, and data is not asked for.
const LARGEST: u64 = 32_000;

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
            **size <= LARGEST && names.contains(&name)
        })
        .map(|(path, _)| path.clone())
        .collect()
    };
    for path in wanted {
        let Ok(text) = beneath::text_in(&app.root, &path) else {
            continue;
        };
        // A service's account has a rule of its own.
        let text = text.trim_start_matches('\u{feff}');
        if text.trim_start().starts_with('{') && !text.contains("\"private_key\"") {
            let module = format!("module.exports = {text}");
            sources
                .files
                .push(parse(&path, Language::JavaScript, &module));
        }
    }
    sources.files.sort_by(|a, b| a.path.cmp(&b.path));
}

/// Manifests, and what tools of JavaScript and Apple's or Google's platforms read.
fn is_of_tool(name: &str) -> bool {
    [
        "package", "tsconfig", "manifest", "composer", "swagger", "openapi",
    ]
    .iter()
    .any(|start| name.starts_with(start))
}
