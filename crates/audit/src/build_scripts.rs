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

/// Paths of JavaScript files that scripts which build, generate or clean begin with (`heroku-postbuild:
/// "node version.js"`), also those of the app's parts (`client/package.json`), and that no script
/// which starts something begins with and no other file imports.
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
    run.retain(|_, starts| !*starts);
    let files = sources.files.iter();
    let files = files.filter(|file| file.language == Language::JavaScript);
    // Most words of a script are no file of the app.
    let built = files.clone().filter(|file| run.contains_key(&file.path));
    let mut built: BTreeSet<String> = built.map(|file| file.path.clone()).collect();
    if !built.is_empty() {
        for other in files {
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

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_facts::app;
    use slugsmith_facts::code::parse;

    #[test]
    fn only_javascript_that_nothing_starts_or_imports_is_of_the_build() {
        let manifest = r#"{"main": "index.js", "scripts": {"worker": "node worker.js", "one": "node index.js",
            "two": "node version.js", "three": "node shared.js", "four": "node worker.js",
            "five": "ruby assets.rb"}}"#;
        let part = r#"{"scripts": {"prebuild": "node ./stamp.js"}}"#;
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(folder.path().join(MANIFEST), manifest).unwrap();
        let mut sources = Sources::default();
        for (folder, text) in [("", manifest), ("client/", part)] {
            sources
                .texts
                .insert(format!("{folder}{MANIFEST}"), text.to_owned());
        }
        for (path, language, text) in [
            ("assets.rb", Language::Ruby, "f()"),
            ("client/stamp.js", Language::JavaScript, "f()"),
            ("index.js", Language::JavaScript, "f()"),
            ("shared.js", Language::JavaScript, "f()"),
            ("version.js", Language::JavaScript, "f()"),
            ("worker.js", Language::JavaScript, "require('./shared')"),
        ] {
            sources.files.push(parse(path, language, text));
        }
        let found: Vec<_> = files(&app::read(folder.path()), &sources)
            .into_iter()
            .collect();
        assert_eq!(found, ["client/stamp.js", "version.js"]);
    }
}
