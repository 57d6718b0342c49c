//! Which files of the app do only the build scripts of its manifests run? For rules that ask what runs
//! on a dyno.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use slugsmith_ecosystems::javascript::MANIFEST;
use slugsmith_facts::app::App;
use slugsmith_facts::code::Language;
use slugsmith_facts::command;
use slugsmith_facts::sources::{Sources, reach};

/// Scripts that start what serves or works.
const STARTS: &[&str] = &["start", "serve", "server", "dev", "web", "prod", "worker"];

/// Paths of files that scripts which build, generate or clean run (`heroku-postbuild: "npm run build &&
/// node version.js"`), also those of the app's parts (`client/package.json`), and that no script which
/// starts something runs and no other file imports.
pub(super) fn files(app: &App, sources: &Sources) -> BTreeSet<String> {
    // By path: whether something starts it.
    let mut run: BTreeMap<String, bool> = BTreeMap::new();
    for (path, text) in &sources.texts {
        let Some(folder) = path.strip_suffix(MANIFEST) else {
            continue;
        };
        if folder.is_empty() {
            if let Some(manifest) = app.package_json.good() {
                add(manifest, folder, &mut run);
            }
        } else if folder.ends_with('/')
            && let Ok(manifest) = serde_json::from_str(text)
        {
            add(&manifest, folder, &mut run);
        }
    }
    let built = run.into_iter().filter(|(_, starts)| !starts);
    let mut built: BTreeSet<String> = built.map(|(path, _)| path).collect();
    if !built.is_empty() {
        let files = sources.files.iter();
        for other in files.filter(|file| file.language == Language::JavaScript) {
            for import in &other.imports {
                if let Some(found) = reach::resolve(sources, &other.path, &import.module) {
                    built.remove(&found.path);
                }
            }
        }
    }
    built
}

/// Adds what one manifest's scripts and its `main` name, below its folder.
fn add(manifest: &Value, folder: &str, run: &mut BTreeMap<String, bool>) {
    let scripts = manifest.get("scripts").and_then(Value::as_object);
    for (name, command) in scripts.into_iter().flatten() {
        let starts = STARTS.contains(&name.split(':').next().unwrap_or(name));
        for word in command::words(command.as_str().unwrap_or_default()) {
            *run.entry(at(folder, &word)).or_default() |= starts;
        }
    }
    if let Some(main) = manifest.get("main").and_then(Value::as_str) {
        run.insert(at(folder, main), true);
    }
}

fn at(folder: &str, word: &str) -> String {
    format!("{folder}{}", word.trim_start_matches("./"))
}
