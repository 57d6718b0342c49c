//! `.profile.d/zz-slugsmith-launch-check.sh`: are the variables of this dyno what the build
//! foresaw?
//!
//! The classic counterpart of `launch-check`, as a script: a dyno's shell is there anyway,
//! and the slug grows by a few kB. Its name makes it the last one. Real values are never
//! printed: a shell can't tell a secret from another value.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::profile::is_name;
use crate::config::LaunchConfig;
use crate::facts::app::App;
use crate::facts::classic;
use crate::stack::classic::expected;
use crate::stack::environment::UNKNOWN;
use crate::stack::expected::{Expected, Prediction, Read};

/// Relative to the app.
pub(super) const PATH: &str = crate::facts::classic::OWN_LAUNCH_CHECK;

/// The script for a slug as it is at the end of a build; `None` when there is nothing to check.
pub(super) fn script(app: &App, config: &LaunchConfig, read: &[Read]) -> Option<String> {
    if !config.ship.value {
        return None;
    }
    let mut slug = classic::read(app, None);
    slug.scripts
        .retain(|one| one.path.as_str() < PATH && one.path.starts_with(".profile.d/"));
    let mut expected = expected(&slug);
    expected.required.clone_from(&config.required.value);
    expected.required.retain(|name| is_name(name));
    let needed = read
        .iter()
        .filter(|read| is_name(&read.name) && !expected.required.contains(&read.name));
    expected.read = needed.cloned().collect();
    let variables = expected.processes.get("").map_or(0, BTreeMap::len);
    (variables + expected.required.len() + expected.read.len() > 0).then(|| text(&expected))
}

/// Names of its own and `command exit`: what other scripts made read-only or a function of their own stops no process.
fn text(expected: &Expected) -> String {
    let mut text = "# Made by slugsmith: looks at the variables when a process starts.\n\
                    # SLUGSMITH_LAUNCH_CHECK=1 compares all of them, 0 turns this off.\n\
                    if [ \"${SLUGSMITH_LAUNCH_CHECK:-}\" != 0 ]; then (\n\
                    if [ \"${SLUGSMITH_LAUNCH_CHECK:-}\" = 1 ]; then\n\
                    ss_differs=0\n"
        .to_owned();
    let predictions = expected.processes.get("").into_iter().flatten();
    let predictions = predictions.filter(|(name, _)| is_name(name));
    let mut count = 0;
    for (name, prediction) in predictions {
        count += 1;
        // Writing to a String has no way to fail.
        let _ = match prediction {
            Prediction::Secret => writeln!(
                text,
                "[ -n \"${{{name}+x}}\" ] || {{ ss_differs=$((ss_differs + 1)); echo 'slugsmith: {name} is not set' \
                 >&2; \
                 }}"
            ),
            Prediction::Value { alone, around } => writeln!(
                text,
                "case \"${{{name}-}}\" in {}|{}) ;; *) ss_differs=$((ss_differs + 1)); echo {} >&2 ;; esac",
                pattern(alone),
                pattern(around),
                quoted(&format!(
                    "slugsmith: {name} is not `{}` as the build predicted",
                    around.replace(UNKNOWN, "…").replace('\n', "\\n")
                ))
            ),
        };
    }
    let _ = writeln!(
        text,
        "[ \"$ss_differs\" != 0 ] || echo 'slugsmith: {count} variables are as the build predicted' >&2\nfi\n\
         ss_missing= ss_unset="
    );
    for name in &expected.required {
        let _ = writeln!(
            text,
            "[ -n \"${{{name}:-}}\" ] || ss_missing=\"$ss_missing {name}\""
        );
    }
    for read in &expected.read {
        let place = quoted(&format!(" {} ({})", read.name, read.place));
        let _ = writeln!(
            text,
            "[ -n \"${{{}+x}}\" ] || ss_unset=\"$ss_unset\"{place}",
            read.name
        );
    }
    text.push_str(
        "if [ -n \"$ss_missing\" ]; then echo \"slugsmith: this process does not start without$ss_missing, required \
         in project.toml ([com.slugsmith.launch]). Set it: ${DYNO:+heroku config:set }NAME=...\" >&2; \
         command exit 1; fi\n\
         [ -z \"$ss_unset\" ] || echo \"slugsmith: not set, but read by the app without a default:$ss_unset\" >&2\n\
         command exit 0\n) || command exit 1; fi\n",
    );
    text
}

/// A pattern of `case`: literal text, and `*` for what is open.
fn pattern(value: &str) -> String {
    let parts: Vec<String> = value.split(UNKNOWN).map(quoted).collect();
    parts.join("*")
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::config::Sourced;

    /// Sources all scripts of a slug as a dyno does and says what was printed.
    fn start(variables: &[(&str, &str)], required: &[&str]) -> (bool, String) {
        start_with("", variables, required)
    }

    fn start_with(other: &str, variables: &[(&str, &str)], required: &[&str]) -> (bool, String) {
        let folder = tempfile::tempdir().unwrap();
        let profile = folder.path().join(".profile.d");
        fs_err::create_dir_all(&profile).unwrap();
        let nodejs = "export PATH=\"$HOME/.heroku/node/bin:$PATH\"\nexport NODE_ENV=${NODE_ENV:-production}\n\
            export TOKEN=\"hunter2\"\nexport N=$(echo 4)\n";
        fs_err::write(profile.join("nodejs.sh"), nodejs).unwrap();
        fs_err::write(profile.join("other.sh"), other).unwrap();
        fs_err::write(profile.join("odd.sh"), "export ODD=\"it's \\\"so\\\"\"\n").unwrap();
        let app = crate::facts::app::read(folder.path());
        let config = LaunchConfig {
            ship: Sourced::default(true),
            required: Sourced::default(required.iter().map(|name| (*name).to_owned()).collect()),
        };
        let read = [Read {
            name: "QUEUE".to_owned(),
            place: "it's.js:1".to_owned(),
        }];
        let script = script(&app, &config, &read).unwrap();
        assert!(!script.contains("hunter2"));
        fs_err::write(folder.path().join(PATH), script).unwrap();
        let output = Command::new("/bin/bash")
            .args([
                "-c",
                "for f in .profile.d/*.sh; do . \"./$f\"; done; echo started",
            ])
            .current_dir(folder.path())
            .env_clear()
            .envs([("HOME", "/app"), ("PATH", "/usr/bin:/bin")])
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.stdout == b"started\n", said)
    }

    #[test]
    fn the_script_says_what_the_program_would() {
        let quiet = [("QUEUE", "x")];
        assert_eq!(start(&quiet, &[]), (true, String::new()));
        let (started, said) = start(&[], &[]);
        assert!(started);
        assert_eq!(
            said,
            "slugsmith: not set, but read by the app without a default: QUEUE (it's.js:1)\n"
        );
        let asked = [
            ("QUEUE", "x"),
            ("SLUGSMITH_LAUNCH_CHECK", "1"),
            ("NODE_ENV", "staging"),
        ];
        assert_eq!(
            start(&asked, &[]),
            (
                true,
                "slugsmith: 5 variables are as the build predicted\n".to_owned()
            )
        );
    }

    #[test]
    fn other_scripts_own_their_names() {
        let other = "readonly missing=1 unset=1 differs=1\nexit() { :; }\n";
        let (started, said) = start_with(other, &[("QUEUE", "x")], &[]);
        assert!(started, "{said}");
        let (started, _) = start_with(other, &[("QUEUE", "x")], &["DATABASE_URL"]);
        assert!(!started);
    }

    #[test]
    fn a_required_variable_stops_the_start() {
        let (started, said) = start(&[("QUEUE", "x")], &["DATABASE_URL", "QUEUE"]);
        assert!(!started);
        assert!(
            said.contains("does not start without DATABASE_URL, required"),
            "{said}"
        );
        let off = [("SLUGSMITH_LAUNCH_CHECK", "0")];
        assert_eq!(start(&off, &["DATABASE_URL"]), (true, String::new()));
    }
}
