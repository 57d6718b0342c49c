//! What do Python's manifests ask for: lists of requirements, Pipfile, pyproject.toml?

use slugsmith_ecosystems::python::requirements;

use crate::lines::line_of;
use crate::packages::{Ecosystem, Package, pep_503};

/// The wishes of a list; what the build installs is not for development, whatever the list is called.
pub(super) fn requirements_file(
    path: &str,
    text: &str,
    is_installed: bool,
    found: &mut Vec<Package>,
) {
    let stem = path
        .rsplit('/')
        .next()
        .unwrap_or(path)
        .trim_end_matches(".txt")
        .trim_end_matches(".in");
    let for_development = stem.split(['-', '_', '/', '.']).any(|word| {
        matches!(
            word,
            "dev" | "test" | "tests" | "testing" | "lint" | "docs" | "local" | "ci"
        )
    });
    let dev = for_development && !is_installed;
    for line in requirements::lines(text) {
        let editable = line.value_of("-e", "--editable");
        if line.is_option() && editable.is_none() {
            continue;
        }
        let text = editable.unwrap_or(&line.text);
        let (name, wanted) = of_address(text).unwrap_or_else(|| python_requirement(text));
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

/// A requirement that is an address alone, as `-e` takes it: `git+https://host/owner/name.git@commit#egg=name`. Its
/// name is that of the fragment, else of the repository (pip documentation, "VCS Support").
fn of_address(text: &str) -> Option<(String, String)> {
    let text = text.split(" ;").next().unwrap_or(text).trim();
    let (scheme, rest) = text.split_once("://")?;
    let is_address = scheme
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '+');
    if !is_address {
        return None;
    }
    let fragment = rest.split_once('#').map_or("", |(_, fragment)| fragment);
    let egg = fragment
        .split('&')
        .find_map(|part| part.strip_prefix("egg="));
    let (path, _) = rest.split_once(['#', '?']).unwrap_or((rest, ""));
    let repository = || {
        let last = path.rsplit('/').next().filter(|_| scheme.contains('+'))?;
        let name = last.split('@').next().unwrap_or(last);
        Some(name.trim_end_matches(".git"))
    };
    let name = egg
        .or_else(repository)?
        .split('[')
        .next()
        .unwrap_or_default();
    let ends = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let name = name.split(ends).next().unwrap_or_default();
    Some((pep_503(name), format!("@ {text}")))
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
    fn addresses_are_called_by_their_fragment_or_their_repository() {
        for (text, name) in [
            (
                "git+https://example.com/a/b.git#egg=shop_tools",
                "shop-tools",
            ),
            ("git+ssh://git@example.com/a/b.git@v1.2", "b"),
            ("hg+https://example.com/a/b#egg=c[x]&subdirectory=d", "c"),
            ("https://example.com/a/archive/main.zip#egg=d", "d"),
        ] {
            assert_eq!(
                of_address(text),
                Some((name.to_owned(), format!("@ {text}")))
            );
        }
        for text in [
            "a @ git+https://example.com/a",
            "https://example.com/a.whl",
            ".",
        ] {
            assert_eq!(of_address(text), None, "{text}");
        }
    }

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
