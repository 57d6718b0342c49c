//! What do manifests ask for?

use serde_json::Value;

use super::{Ecosystem, Package, pypi_name};
use crate::facts::app::App;
use crate::facts::process::line_of;
use crate::facts::sources::Sources;

pub(super) fn read(app: &App, sources: &Sources) -> Vec<Package> {
    let mut found = Vec::new();
    if let Some(manifest) = app.package_json.good() {
        npm(manifest, sources, &mut found);
    }
    for (path, text) in &sources.texts {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name.starts_with("requirements") || path.starts_with("requirements/") {
            requirements(path, text, &mut found);
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
    ("Pipfile", pipfile),
    ("pyproject.toml", pyproject),
    ("Gemfile", gemfile),
    ("go.mod", go_mod),
    ("pom.xml", maven),
    ("build.gradle", gradle),
    ("build.gradle.kts", gradle),
    ("composer.json", composer),
];

fn npm(manifest: &Value, sources: &Sources, found: &mut Vec<Package>) {
    let text = sources.text("package.json").unwrap_or_default();
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
                path: "package.json".to_owned(),
                line: line_of(text, &format!("\"{name}\":")),
            });
        }
    }
}

fn requirements(path: &str, text: &str, found: &mut Vec<Package>) {
    let stem = path
        .rsplit('/')
        .next()
        .unwrap_or(path)
        .trim_end_matches(".txt")
        .trim_end_matches(".in");
    let dev = stem.split(['-', '_', '/', '.']).any(|word| {
        matches!(
            word,
            "dev" | "test" | "tests" | "testing" | "lint" | "docs" | "local" | "ci"
        )
    });
    for (line, number) in text.lines().zip(1..) {
        let line = line.split(" #").next().unwrap_or(line).trim();
        if line.is_empty() || line.starts_with(['#', '-']) {
            continue;
        }
        let (name, wanted) = python_requirement(line);
        if !name.is_empty() {
            found.push(Package {
                ecosystem: Ecosystem::Pypi,
                name,
                wanted,
                dev,
                path: path.to_owned(),
                line: number,
            });
        }
    }
}

/// Name and version of a requirement (PEP 508).
fn python_requirement(text: &str) -> (String, String) {
    let text = text
        .split(';')
        .next()
        .unwrap_or(text)
        .trim()
        .trim_end_matches('\\')
        .trim();
    if text.contains("://") && !text.contains('@') {
        return (String::new(), String::new());
    }
    let end = text
        .find(|character: char| {
            !(character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.'))
        })
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let rest = match rest.trim_start().strip_prefix('[') {
        Some(extras) => extras.split_once(']').map_or("", |(_, after)| after),
        None => rest,
    };
    let wanted = rest.split(" --").next().unwrap_or(rest);
    (pypi_name(name), wanted.trim().to_owned())
}

fn push_toml(
    table: Option<&toml::Value>,
    path: &str,
    text: &str,
    dev: bool,
    found: &mut Vec<Package>,
) {
    let table = table.and_then(toml::Value::as_table);
    for (name, value) in table.into_iter().flatten() {
        if name == "python" {
            continue;
        }
        let wanted = match value {
            toml::Value::String(wanted) => wanted.clone(),
            other => other
                .get("version")
                .and_then(toml::Value::as_str)
                .unwrap_or_default()
                .to_owned(),
        };
        found.push(Package {
            ecosystem: Ecosystem::Pypi,
            name: pypi_name(name),
            wanted,
            dev,
            path: path.to_owned(),
            line: line_of(text, name),
        });
    }
}

fn pipfile(path: &str, text: &str, found: &mut Vec<Package>) {
    let Ok(value) = text.parse::<toml::Table>() else {
        return;
    };
    push_toml(value.get("packages"), path, text, false, found);
    push_toml(value.get("dev-packages"), path, text, true, found);
}

fn pyproject(path: &str, text: &str, found: &mut Vec<Package>) {
    let Ok(value) = text.parse::<toml::Table>() else {
        return;
    };
    let list = value
        .get("project")
        .and_then(|project| project.get("dependencies"))
        .and_then(toml::Value::as_array);
    for requirement in list.into_iter().flatten().filter_map(toml::Value::as_str) {
        let (name, wanted) = python_requirement(requirement);
        found.push(Package {
            ecosystem: Ecosystem::Pypi,
            line: line_of(text, requirement),
            name,
            wanted,
            dev: false,
            path: path.to_owned(),
        });
    }
    let poetry = value.get("tool").and_then(|tool| tool.get("poetry"));
    push_toml(
        poetry.and_then(|poetry| poetry.get("dependencies")),
        path,
        text,
        false,
        found,
    );
    push_toml(
        poetry.and_then(|poetry| poetry.get("dev-dependencies")),
        path,
        text,
        true,
        found,
    );
    // Builds install the main group only (`poetry sync --only main`).
    let groups = poetry
        .and_then(|poetry| poetry.get("group"))
        .and_then(toml::Value::as_table);
    for (_, group) in groups.into_iter().flatten() {
        push_toml(group.get("dependencies"), path, text, true, found);
    }
    dependency_groups(&value, path, text, found);
}

/// PEP 735, as uv writes them: no group is installed by a build (`uv sync --no-default-groups`).
fn dependency_groups(value: &toml::Table, path: &str, text: &str, found: &mut Vec<Package>) {
    let groups = value
        .get("dependency-groups")
        .and_then(toml::Value::as_table);
    let entries = groups
        .into_iter()
        .flatten()
        .filter_map(|(_, group)| group.as_array())
        .flatten()
        .filter_map(toml::Value::as_str);
    for requirement in entries {
        let (name, wanted) = python_requirement(requirement);
        found.push(Package {
            ecosystem: Ecosystem::Pypi,
            line: line_of(text, requirement),
            name,
            wanted,
            dev: true,
            path: path.to_owned(),
        });
    }
}

fn gemfile(path: &str, text: &str, found: &mut Vec<Package>) {
    // Blocks opened by `group … do` and others; the innermost group decides.
    let mut blocks: Vec<Option<bool>> = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let line = line.split(" #").next().unwrap_or(line).trim();
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
            line: number,
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
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
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
                line: number,
            });
        }
    }
}

fn maven(path: &str, text: &str, found: &mut Vec<Package>) {
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
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
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
        let coordinates = line.split(['"', '\'']).nth(1).unwrap_or_default();
        let mut parts = coordinates.split(':');
        if let (true, Some(_), Some(name)) = (wanted, parts.next(), parts.next()) {
            found.push(Package {
                ecosystem: Ecosystem::Maven,
                name: name.to_owned(),
                wanted: parts.next().unwrap_or_default().to_owned(),
                dev,
                path: path.to_owned(),
                line: number,
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
    fn requirements_have_names_and_versions() {
        for (text, name, wanted) in [
            ("Django>=4,<5 ; python_version > '3'", "django", ">=4,<5"),
            ("celery[redis]==5.3.0 --hash=sha256:a", "celery", "==5.3.0"),
            ("flask_login", "flask-login", ""),
        ] {
            assert_eq!(
                python_requirement(text),
                (name.to_owned(), wanted.to_owned())
            );
        }
    }

    #[test]
    fn gem_groups_are_followed() {
        let mut found = Vec::new();
        gemfile(
            "Gemfile",
            "gem 'rails', '~> 7.1'\ngroup :development, :test do\n  gem 'rspec'\nend\ngem 'a', group: :test\ngem 'pg'\n",
            &mut found,
        );
        let dev: Vec<_> = found.iter().map(|gem| gem.dev).collect();
        assert_eq!(dev, [false, true, true, false]);
    }
}
