//! Which packages does a Python lockfile pin?

use super::Tool;
use crate::lockfile::Packages;
use slugsmith_ecosystems::graph;

/// Names and versions of a lockfile; for requirements.txt the pinned lines.
pub(super) fn packages(tool: Tool, text: &str) -> Result<Packages, String> {
    let mut packages = Packages::new();
    let mut add = |name: &str, version: &str| {
        packages
            .entry(name.to_owned())
            .or_default()
            .insert(version.to_owned());
    };
    match tool {
        Tool::Uv | Tool::Poetry => {
            let table = graph::toml(text).map_err(|error| error.reason)?;
            let list = table.get("package").and_then(toml::Value::as_array);
            for package in list.into_iter().flatten() {
                let field = |name| package.get(name).and_then(toml::Value::as_str);
                if let (Some(name), Some(version)) = (field("name"), field("version")) {
                    add(name, version);
                }
            }
        }
        Tool::Pipenv => {
            let value = graph::json(text).map_err(|error| error.reason)?;
            for (name, package) in value
                .get("default")
                .and_then(|list| list.as_object())
                .into_iter()
                .flatten()
            {
                if let Some(version) = package.get("version").and_then(|version| version.as_str()) {
                    add(name, version.trim_start_matches("=="));
                }
            }
        }
        Tool::Pip => {
            for line in text.lines() {
                let line = line
                    .split([';', '#', ' ', '\\'])
                    .next()
                    .unwrap_or_default()
                    .trim();
                if let Some((name, version)) = line.split_once("==") {
                    add(name.split('[').next().unwrap_or(name), version);
                } else if line.starts_with(|c: char| c.is_ascii_alphanumeric()) {
                    let end = line
                        .find(['<', '>', '~', '!', '=', '[', '@'])
                        .unwrap_or(line.len());
                    add(
                        line.get(..end).unwrap_or(line),
                        line.get(end..).unwrap_or_default(),
                    );
                }
            }
        }
    }
    Ok(packages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lockfiles_are_read() {
        let toml = "version = 1\n[[package]]\nname = \"flask\"\nversion = \"3.0.0\"\n";
        let pipenv = r#"{"default":{"flask":{"version":"==3.0.0"}},"develop":{}}"#;
        for (tool, text) in [
            (Tool::Uv, toml),
            (Tool::Pipenv, pipenv),
            (Tool::Pip, "flask==3.0.0 \\\n    --hash=sha256:1\n"),
        ] {
            assert!(packages(tool, text).unwrap()["flask"].contains("3.0.0"));
        }
        assert!(packages(Tool::Poetry, "<<<<<<<").is_err());
    }
}
