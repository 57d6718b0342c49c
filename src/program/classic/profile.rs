//! `.profile.d/slugsmith.sh` and `export`: the variables that an app on a dyno, and the
//! buildpacks after ours, need to find what was installed here.
//!
//! Source: Heroku Dev Center, "Buildpack API", `.profile.d` scripts and "Composing multiple
//! buildpacks". The app is built in one place and runs in another, so that for a dyno paths
//! in it are written with `$HOME`.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::cache::{EnvChange, EnvRule};

/// Relative to the app.
pub(super) const PATH: &str = crate::facts::classic::OWN_PROFILE;

/// Relative to the buildpack's own folder; sourced before each later `compile`.
pub(super) const EXPORT: &str = "export";

/// The script, or `None` when there is nothing to set. With `app`, paths in it are those
/// on a dyno; without, those of this build.
pub(super) fn script<'a>(
    changes: impl Iterator<Item = &'a EnvChange>,
    app: Option<&Path>,
) -> Option<String> {
    let mut script = String::new();
    for change in changes.filter(|change| !change.is_written && is_name(&change.name)) {
        let name = &change.name;
        let value = value(change.value.as_bytes(), app);
        // Writing to a String has no way to fail.
        let _ = match change.how {
            EnvRule::Prepend => writeln!(script, "export {name}={value}\"${{{name}:+:${name}}}\""),
            EnvRule::Default => {
                writeln!(script, "[ -n \"${{{name}:-}}\" ] || export {name}={value}")
            }
            EnvRule::Override => writeln!(script, "export {name}={value}"),
            EnvRule::AppendWord => {
                writeln!(script, "export {name}=\"${{{name}:+${name} }}\"{value}")
            }
        };
    }
    (!script.is_empty()).then_some(script)
}

/// Quoted for a shell; where it names the app, `"$HOME"` and the rest.
fn value(value: &[u8], app: Option<&Path>) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let text = String::from_utf8_lossy(value);
    let Some(app) = app.and_then(Path::to_str) else {
        return quoted(&text);
    };
    let (mut script, mut rest) = (String::new(), &*text);
    while let Some(at) = rest.find(app) {
        let (before, after) = (&rest[..at], &rest[at + app.len()..]);
        if !before.is_empty() {
            script.push_str(&quoted(before));
        }
        if after.is_empty() || after.starts_with('/') {
            script.push_str("\"$HOME\"");
        } else {
            script.push_str(&quoted(app));
        }
        rest = after;
    }
    script.push_str(&quoted(rest));
    script
}

/// Gives the user of a dyno, whose number no build knows, what was made for user 0.
pub(super) fn per_user(folder: &Path) -> String {
    let folder = value(folder.as_os_str().as_bytes(), None);
    format!(
        "for slugsmith_at in \"$HOME\"/{folder}/v*-0; do\n  [ ! -d \"$slugsmith_at\" ] || [ -e \
         \"${{slugsmith_at%-0}}-$(id -u)\" ] || ln -s \"${{slugsmith_at##*/}}\" \
         \"${{slugsmith_at%-0}}-$(id -u)\" 2>/dev/null || :\ndone\nunset slugsmith_at\n"
    )
}

/// A variable that a shell can set (POSIX, "Name").
pub(super) fn is_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn change(name: &str, how: EnvRule, value: &str, is_written: bool) -> EnvChange {
        EnvChange {
            name: name.to_owned(),
            how,
            value: value.into(),
            is_written,
        }
    }

    #[test]
    fn a_shell_reads_what_was_meant() {
        let changes = [
            change("PATH", EnvRule::Prepend, "/tmp/build_1/.venv/bin", false),
            change(
                "VIRTUAL_ENV",
                EnvRule::Override,
                "/tmp/build_1/.venv",
                false,
            ),
            change("ODD", EnvRule::Override, "it's $(false) \"x\"", false),
            change("SET", EnvRule::Default, "ours", false),
            change("UNSET", EnvRule::Default, "ours", false),
            change("NEW", EnvRule::Prepend, "/tmp/build_12/x", false),
            change("DONE", EnvRule::Override, "x", true),
            change("BAD;NAME", EnvRule::Override, "x", false),
        ];
        let script = script(changes.iter(), Some(Path::new("/tmp/build_1"))).unwrap();
        let shown = "printf '%s|' \"$PATH\" \"$VIRTUAL_ENV\" \"$ODD\" \"$SET\" \"$UNSET\" \"$NEW\" \"${DONE:-none}\"";
        let output = Command::new("/bin/sh")
            .args(["-euc", &format!("{script}{shown}")])
            .env_clear()
            .envs([("HOME", "/app"), ("PATH", "/bin"), ("SET", "theirs")])
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "/app/.venv/bin:/bin|/app/.venv|it's $(false) \"x\"|theirs|ours|/tmp/build_12/x|none|",
            "{script}"
        );
    }

    #[test]
    fn the_next_buildpack_gets_the_paths_of_this_build() {
        let changes = [change(
            "PATH",
            EnvRule::Prepend,
            "/tmp/build_1/.venv/bin",
            false,
        )];
        let script = script(changes.iter(), None).unwrap();
        let output = Command::new("/bin/bash")
            .args(["-euc", &format!("{script}printf %s \"$PATH\"")])
            .env_clear()
            .envs([("HOME", "/app"), ("PATH", "/bin")])
            .output()
            .unwrap();
        let path = String::from_utf8_lossy(&output.stdout);
        assert_eq!(path, "/tmp/build_1/.venv/bin:/bin", "{script}");
    }

    #[test]
    fn options_come_after_those_that_are_set() {
        let options = "-XX:SharedArchiveFile=/tmp/build_1/.slugsmith/java/app.jsa -Xshare:auto";
        let changes = [
            change("JAVA_TOOL_OPTIONS", EnvRule::AppendWord, options, false),
            change("NEW", EnvRule::AppendWord, "-x", false),
        ];
        let script = script(changes.iter(), Some(Path::new("/tmp/build_1"))).unwrap();
        let output = Command::new("/bin/sh")
            .args([
                "-euc",
                &format!("{script}printf '%s|' \"$JAVA_TOOL_OPTIONS\" \"$NEW\""),
            ])
            .env_clear()
            .envs([("HOME", "/app"), ("JAVA_TOOL_OPTIONS", "-Xmx300m")])
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "-Xmx300m -XX:SharedArchiveFile=/app/.slugsmith/java/app.jsa -Xshare:auto|-x|",
            "{script}"
        );
    }

    #[test]
    fn a_user_without_a_folder_gets_a_link() {
        let home = tempfile::tempdir().unwrap();
        let made = home.path().join(".slugsmith/node/v24.21.0-x64-ab-0");
        fs_err::create_dir_all(&made).unwrap();
        let script = per_user(Path::new(".slugsmith/node")).replace("id -u", "echo 4711");
        for _ in 0..2 {
            let output = Command::new("/bin/bash")
                .args(["-euc", &script])
                .env("HOME", home.path())
                .output()
                .unwrap();
            assert!(output.status.success(), "{script}");
        }
        let link = made.with_file_name("v24.21.0-x64-ab-4711");
        assert_eq!(link.canonicalize().unwrap(), made.canonicalize().unwrap());
    }

    #[test]
    fn nothing_to_set_is_no_script() {
        assert_eq!(script([].iter(), Some(Path::new("/app"))), None);
    }
}
