//! What do manifests ask for?

mod python;

use serde_json::Value;
use slugsmith_ecosystems as ecosystems;

use super::{Ecosystem, Package};
use crate::app::App;
use slugsmith_finding::LineSpan;

use crate::lines::line_of;
use crate::sources::{Sources, lists};

pub(super) fn read(app: &App, sources: &Sources) -> Vec<Package> {
    let mut found = Vec::new();
    if let Some(manifest) = app.package_json.good() {
        npm(manifest, sources, &mut found);
    }
    let installed = lists::taken_in(&sources.texts);
    for (path, text) in &sources.texts {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_installed = installed.contains(path);
        if is_installed || name.starts_with("requirements") || path.starts_with("requirements/") {
            python::requirements_file(path, text, is_installed, &mut found);
        }
    }
    for (path, parse) in PARSERS {
        if let Some(text) = sources.text(path) {
            parse(path, text, &mut found);
        }
    }
    found
}

type Parse = fn(&str, &str, &mut Vec<Package>);

const PARSERS: &[(&str, Parse)] = &[
    (ecosystems::python::PIPFILE, python::pipfile),
    (ecosystems::python::PYPROJECT, python::pyproject),
    (ecosystems::ruby::GEMFILE, gemfile),
    (ecosystems::go::MANIFEST, go_mod),
    (ecosystems::java::POM, maven),
    (ecosystems::java::BUILD_GRADLE, gradle),
    (ecosystems::java::BUILD_GRADLE_KTS, gradle),
    (ecosystems::php::MANIFEST, composer),
];

pub(super) fn of_java(path: &str, text: &str) -> Vec<Package> {
    let mut found = Vec::new();
    if path.ends_with(ecosystems::java::POM) {
        maven(path, text, &mut found);
    } else {
        gradle(path, text, &mut found);
    }
    found
}

fn npm(manifest: &Value, sources: &Sources, found: &mut Vec<Package>) {
    let text = sources
        .text(ecosystems::javascript::MANIFEST)
        .unwrap_or_default();
    for (group, dev) in [
        ("dependencies", false),
        ("optionalDependencies", false),
        ("devDependencies", true),
    ] {
        let group = manifest.get(group).and_then(Value::as_object);
        for (name, wanted) in group.into_iter().flatten() {
            found.push(Package {
                ecosystem: Ecosystem::Npm,
                name: name.clone(),
                wanted: wanted.as_str().unwrap_or_default().to_owned(),
                dev,
                path: ecosystems::javascript::MANIFEST.to_owned(),
                line: line_of(text, &format!("\"{name}\":")),
            });
        }
    }
}

fn gemfile(path: &str, text: &str, found: &mut Vec<Package>) {
    // Blocks opened by `group … do` and others; the innermost group decides.
    let mut blocks: Vec<Option<bool>> = Vec::new();
    for (whole, number) in text.lines().zip(1..) {
        let line = whole.split(" #").next().unwrap_or(whole).trim();
        if line.starts_with('#') {
            continue;
        }
        let opens = line.ends_with(" do") || line.contains(" do |") || line.starts_with("if ");
        if opens {
            blocks.push(line.starts_with("group").then(|| only_development(line)));
        } else if line == "end" {
            blocks.pop();
        }
        let Some(rest) = line
            .strip_prefix("gem ")
            .or_else(|| line.strip_prefix("gem("))
        else {
            continue;
        };
        let mut strings = rest.split(['"', '\'']).skip(1).step_by(2);
        let Some(name) = strings.next() else {
            continue;
        };
        let wanted = strings
            .next()
            .filter(|text| text.starts_with(|c: char| c.is_ascii_digit() || "~><=".contains(c)))
            .unwrap_or_default();
        let inline = rest.contains("group:") || rest.contains("groups:") || rest.contains(":group");
        let dev = blocks
            .iter()
            .rev()
            .find_map(|block| *block)
            .unwrap_or(false)
            || (inline && only_development(rest));
        found.push(Package {
            ecosystem: Ecosystem::Gem,
            name: name.to_owned(),
            wanted: wanted.to_owned(),
            dev,
            path: path.to_owned(),
            line: LineSpan::on(number, whole, line),
        });
    }
}

/// Whether all groups named are development and test ones.
fn only_development(text: &str) -> bool {
    let groups: Vec<_> = text
        .split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'))
        .filter(|word| {
            matches!(
                *word,
                "development" | "test" | "production" | "staging" | "default" | "assets" | "heroku"
            )
        })
        .collect();
    !groups.is_empty()
        && groups
            .iter()
            .all(|group| matches!(*group, "development" | "test"))
}

fn go_mod(path: &str, text: &str, found: &mut Vec<Package>) {
    let mut block = false;
    for (whole, number) in text.lines().zip(1..) {
        let line = whole.trim();
        if line.starts_with("require (") {
            block = true;
            continue;
        }
        if line == ")" {
            block = false;
        }
        let entry = line.strip_prefix("require ").or(block.then_some(line));
        // Indirect ones are what direct ones need: the app itself does not use them.
        let Some(entry) = entry.filter(|entry| !entry.contains("// indirect")) else {
            continue;
        };
        let mut words = entry.split_whitespace();
        if let (Some(name), Some(version)) = (words.next(), words.next()) {
            found.push(Package {
                ecosystem: Ecosystem::Go,
                name: name.to_owned(),
                wanted: version.to_owned(),
                dev: false,
                path: path.to_owned(),
                line: LineSpan::on(number, whole, line),
            });
        }
    }
}

fn maven(path: &str, text: &str, found: &mut Vec<Package>) {
    let text = &ecosystems::java::uncommented(text);
    for dependency in text.split("<dependency>").skip(1) {
        let dependency = dependency.split("</dependency>").next().unwrap_or_default();
        let tag = |name: &str| {
            let (_, rest) = dependency.split_once(&format!("<{name}>"))?;
            Some(rest.split_once('<')?.0.trim().to_owned())
        };
        if let Some(name) = tag("artifactId") {
            found.push(Package {
                ecosystem: Ecosystem::Maven,
                line: line_of(text, &format!("<artifactId>{name}</artifactId>")),
                dev: tag("scope").is_some_and(|scope| scope == "test"),
                wanted: tag("version").unwrap_or_default(),
                name,
                path: path.to_owned(),
            });
        }
    }
}

fn gradle(path: &str, text: &str, found: &mut Vec<Package>) {
    for (whole, number) in text.lines().zip(1..) {
        let line = whole.trim();
        let dev = line.starts_with("test");
        let wanted = [
            "implementation",
            "api",
            "runtimeOnly",
            "compile",
            "testImplementation",
            "compileOnly",
        ]
        .iter()
        .any(|word| line.starts_with(word));
        let quoted = |text: &str| text.split(['"', '\'']).nth(1).map(str::to_owned);
        let part = |key: &str| line.split_once(key).and_then(|(_, rest)| quoted(rest));
        // `group: 'a', name: 'b', version: '1'`, or all in one text.
        let coordinates = match part("name:").filter(|_| line.contains("group:")) {
            Some(name) => format!(":{name}:{}", part("version:").unwrap_or_default()),
            None => quoted(line).unwrap_or_default(),
        };
        let mut parts = coordinates.split(':');
        if let (true, Some(_), Some(name)) = (wanted, parts.next(), parts.next()) {
            found.push(Package {
                ecosystem: Ecosystem::Maven,
                name: name.to_owned(),
                wanted: parts.next().unwrap_or_default().to_owned(),
                dev,
                path: path.to_owned(),
                line: LineSpan::on(number, whole, line),
            });
        }
    }
}

fn composer(path: &str, text: &str, found: &mut Vec<Package>) {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return;
    };
    for (group, dev) in [("require", false), ("require-dev", true)] {
        let group = value.get(group).and_then(Value::as_object);
        for (name, wanted) in group.into_iter().flatten() {
            found.push(Package {
                ecosystem: Ecosystem::Composer,
                name: name.clone(),
                wanted: wanted.as_str().unwrap_or_default().to_owned(),
                dev,
                path: path.to_owned(),
                line: line_of(text, &format!("\"{name}\"")),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gem_groups_are_followed() {
        let mut found = Vec::new();
        gemfile(
            "Gemfile",
            "gem 'rails', '~> 7.1'\ngroup :development, :test do\n  gem 'rspec'\nend\n\
             gem 'a', group: :test\ngem 'pg'\n",
            &mut found,
        );
        let dev: Vec<_> = found.iter().map(|gem| gem.dev).collect();
        assert_eq!(dev, [false, true, true, false]);
    }
}
