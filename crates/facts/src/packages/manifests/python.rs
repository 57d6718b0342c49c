//! What do Python's manifests ask for: lists of requirements, Pipfile, pyproject.toml?

use slugsmith_ecosystems::python::requirements;

use crate::lines::line_of;
use crate::packages::{Ecosystem, Package, pep_503};

pub(super) fn requirements_file(path: &str, text: &str, found: &mut Vec<Package>) {
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
    for line in requirements::lines(text)
        .iter()
        .filter(|line| !line.is_option())
    {
        let (name, wanted) = python_requirement(&line.text);
        if !name.is_empty() {
            found.push(Package {
                ecosystem: Ecosystem::Pypi,
                name,
                wanted,
                dev,
                path: path.to_owned(),
                line: line.place,
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
    // An address or a folder (`.`, `./lib`, `vendor/x.whl`) names no package.
    let address = text.contains("://") && !text.contains('@');
    let first = text.split(['@', ';', '[', '=', ' ']).next().unwrap_or(text);
    if address || first.starts_with('.') || first.contains('/') {
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
    (pep_503(name), wanted.trim().to_owned())
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
            name: pep_503(name),
            wanted,
            dev,
            path: path.to_owned(),
            line: line_of(text, name),
        });
    }
}

pub(super) fn pipfile(path: &str, text: &str, found: &mut Vec<Package>) {
    let Ok(value) = text.parse::<toml::Table>() else {
        return;
    };
    push_toml(value.get("packages"), path, text, false, found);
    push_toml(value.get("dev-packages"), path, text, true, found);
}

pub(super) fn pyproject(path: &str, text: &str, found: &mut Vec<Package>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_have_names_and_versions() {
        for (text, name, wanted) in [
            ("Django>=4,<5 ; python_version > '3'", "django", ">=4,<5"),
            ("celery[redis]==5.3.0 --hash=sha256:a", "celery", "==5.3.0"),
            ("flask_login", "flask-login", ""),
            (
                "a @ git+https://example.com/a",
                "a",
                "@ git+https://example.com/a",
            ),
            (".", "", ""),
            ("./lib", "", ""),
            ("vendor/a.whl", "", ""),
        ] {
            assert_eq!(
                python_requirement(text),
                (name.to_owned(), wanted.to_owned())
            );
        }
    }
}
