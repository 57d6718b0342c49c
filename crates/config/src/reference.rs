//! What can be configured? `project.toml.example` and `docs/configuration.md`, both made
//! from the keys that the readers themselves declare, so that they can't drift.

use std::fmt::Write as _;

use super::{Key, SECTIONS};

/// Sections of which there may be several, one per entry.
const REPEATED: &[&str] = &["com.slugsmith.cache"];

/// `project.toml.example`: every key with its default, commented out where it has none.
#[must_use]
pub fn example() -> String {
    let mut text = String::from(
        "# Every key that slugsmith knows, with its default. All of them are optional.\n\
         # Variables lie over the file: SLUGSMITH_BUDGET_FAIL=\"400 MB\" for [com.slugsmith.budget] fail.\n\n\
         # pack warns about tables like ours under any other version.\n[_]\nschema-version = \"0.2\"\n",
    );
    for (path, keys) in SECTIONS {
        let _ = if REPEATED.contains(path) {
            write!(text, "\n# [[{path}]]\n")
        } else {
            write!(text, "\n[{path}]\n")
        };
        for key in keys.iter().filter(|key| !key.is_table) {
            let set = !key.default.is_empty() && !REPEATED.contains(path);
            let comment = if set { "" } else { "# " };
            let _ = writeln!(
                text,
                "# {}\n{comment}{} = {}",
                key.meaning,
                key.name,
                value(key)
            );
        }
        for key in keys
            .iter()
            .filter(|key| key.is_table && !declared(path, key))
        {
            let _ = writeln!(text, "# [{path}.{}]\n#   {}", key.name, key.meaning);
        }
    }
    text
}

/// `docs/configuration.md`.
#[must_use]
pub fn page() -> String {
    let mut text = String::from(
        "# Configuration\n\n\
         `project.toml` in the app's root, the same file for Cloud Native and classic builds. Variables named\n\
         `SLUGSMITH_<SECTION>_<KEY>` lie over it; lists are separated by commas there. Unknown keys are warnings.\n\
         Without any configuration the defaults below hold.\n",
    );
    for (path, keys) in SECTIONS {
        let brackets = if REPEATED.contains(path) {
            ("[[", "]]")
        } else {
            ("[", "]")
        };
        let _ = write!(
            text,
            "\n## `{}{path}{}`\n\n| key | default | meaning |\n|---|---|---|\n",
            brackets.0, brackets.1
        );
        for key in *keys {
            let default = if key.default.is_empty() {
                String::new()
            } else {
                format!("`{}`", key.default)
            };
            let _ = writeln!(text, "| `{}` | {default} | {} |", key.name, key.meaning);
        }
    }
    text
}

/// Whether a table has a section of its own.
fn declared(path: &str, key: &Key) -> bool {
    let full = format!("{path}.{}", key.name);
    SECTIONS.iter().any(|(section, _)| *section == full)
}

fn value(key: &Key) -> &str {
    if key.default.is_empty() {
        "\"\""
    } else {
        key.default
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_facts::environment::{Environment, World, this_machine};

    fn plain() -> Environment {
        Environment {
            world: World::Embedded,
            target: this_machine(None),
            variables: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn the_example_is_valid_and_says_the_defaults() {
        let environment = plain();
        let shown = super::super::parse(&example(), &environment).unwrap();
        let default = super::super::parse("", &environment).unwrap();
        assert!(shown.findings.is_empty(), "{:?}", shown.findings);
        assert_eq!(shown.budget.fail.value, default.budget.fail.value);
        assert_eq!(shown.budget.warn.value, default.budget.warn.value);
        assert_eq!(shown.strip.level.value, default.strip.level.value);
        assert_eq!(shown.audit.fail_on.value, default.audit.fail_on.value);
        assert_eq!(shown.log.value, default.log.value);
    }

    #[test]
    fn the_files_are_current() {
        for (path, text) in [
            ("project.toml.example", example()),
            ("docs/configuration.md", page()),
        ] {
            let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../..")
                .join(path);
            if std::env::var_os("SLUGSMITH_BLESS").is_some() {
                fs_err::write(&file, &text).unwrap();
            }
            assert_eq!(
                fs_err::read_to_string(&file).unwrap_or_default(),
                text,
                "{path} is not current: run SLUGSMITH_BLESS=1 cargo test"
            );
        }
    }
}
