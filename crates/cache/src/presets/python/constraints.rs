//! Which files of requirements do variables and pip's settings name, besides the command?

use std::path::{Path, PathBuf};

use super::local;
use super::requirements::Requirements;
use crate::inputs::{Inputs, read_regular};
use crate::secrets;
use slugsmith_facts::environment::Environment;

/// Options with files, as pip and uv write them in variables (`PIP_CONSTRAINT`) and pip in its
/// settings (`constraint = `).
const OPTIONS: &[&str] = &["constraint", "requirement", "build-constraint", "override"];

/// pip's settings files in the app, relative to it.
pub(super) fn settings(environment: &Environment) -> impl Iterator<Item = PathBuf> {
    let named = environment.get("PIP_CONFIG_FILE").and_then(local::inside);
    named.into_iter().chain([PathBuf::from("pip.conf")])
}

/// Adds the settings, the files that they name, and those that these include.
pub(super) fn add(inputs: &mut Inputs, root: &Path, environment: &Environment) {
    let mut words = Vec::new();
    for option in OPTIONS {
        let option = option.to_ascii_uppercase().replace('-', "_");
        for prefix in ["PIP", "UV"] {
            let value = environment.get(&format!("{prefix}_{option}"));
            words.extend(value.map(str::to_owned));
        }
    }
    for path in settings(environment) {
        if let Ok(text) = read_regular(&root.join(&path)) {
            let text = String::from_utf8_lossy(&text);
            words.extend(values(&text).map(str::to_owned));
            let text = secrets::settings(&text, &[]);
            inputs.digest(path.to_string_lossy(), text.as_bytes());
        }
    }
    let words = words.iter().flat_map(|value| value.split_whitespace());
    for path in words.filter_map(local::inside) {
        // pip resolves them against where it runs.
        Requirements::read(root, &path.to_string_lossy()).add(inputs, root);
    }
}

/// The values of such options; a list goes on in indented lines.
fn values(text: &str) -> impl Iterator<Item = &str> {
    let mut is_inside = false;
    text.lines().filter_map(move |line| {
        let Some((key, value)) = line.split_once(['=', ':']) else {
            return is_inside.then_some(line);
        };
        is_inside = OPTIONS.contains(&key.trim());
        is_inside.then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_settings_have_lists() {
        let text =
            "[install]\nconstraint =\n  a.txt\n  b.txt\nno-deps = true\n[x]\nrequirement: c.txt";
        let all: Vec<_> = values(text).flat_map(str::split_whitespace).collect();
        assert_eq!(all, ["a.txt", "b.txt", "c.txt"]);
    }
}
