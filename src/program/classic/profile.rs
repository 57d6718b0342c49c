//! `.profile.d/slugsmith.sh` and `export`: the variables that an app on a dyno, and the
//! buildpacks after ours, need to find what was installed here.
//!
//! Source: Heroku Dev Center, "Buildpack API", `.profile.d` scripts and "Composing multiple
//! buildpacks". The app is built in one place and runs in another, so that for a dyno paths
//! in it are written with `$HOME`.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::cache::{EnvChange, How};

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
            How::Prepend => writeln!(script, "export {name}={value}\"${{{name}:+:${name}}}\""),
            How::Default => writeln!(script, "[ -n \"${{{name}:-}}\" ] || export {name}={value}"),
            How::Override => writeln!(script, "export {name}={value}"),
        };
    }
    (!script.is_empty()).then_some(script)
}

/// Quoted for a shell; below the app, `"$HOME"` and the rest.
fn value(value: &[u8], app: Option<&Path>) -> String {
    let below = app.and_then(|app| value.strip_prefix(app.as_os_str().as_bytes()));
    let (start, rest) = match below {
        Some(rest) if rest.is_empty() || rest.starts_with(b"/") => ("\"$HOME\"", rest),
        _ => ("", value),
    };
    let rest = String::from_utf8_lossy(rest).replace('\'', r"'\''");
    format!("{start}'{rest}'")
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

    fn change(name: &str, how: How, value: &str, is_written: bool) -> EnvChange {
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
            change("PATH", How::Prepend, "/tmp/build_1/.venv/bin", false),
            change("VIRTUAL_ENV", How::Override, "/tmp/build_1/.venv", false),
            change("ODD", How::Override, "it's $(false) \"x\"", false),
            change("SET", How::Default, "ours", false),
            change("UNSET", How::Default, "ours", false),
            change("NEW", How::Prepend, "/tmp/build_12/x", false),
            change("DONE", How::Override, "x", true),
            change("BAD;NAME", How::Override, "x", false),
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
            How::Prepend,
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
    fn nothing_to_set_is_no_script() {
        assert_eq!(script([].iter(), Some(Path::new("/app"))), None);
    }
}
