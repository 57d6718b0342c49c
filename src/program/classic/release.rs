//! `bin/release`: what the earlier buildpacks of the list say, word for word.
//!
//! The platform takes default process types, add-ons and config vars from one `bin/release`,
//! that of the last buildpack which has one; they are not merged (Heroku Dev Center,
//! "Buildpack API"; heroku/heroku-buildpack-multi, `bin/compile`). Ours is the last, so an
//! empty answer would take away what an app without a Procfile starts by.
//!
//! The others are unpacked beside us and are asked as the platform asks them. Which of them
//! was the last before us is known by when they were unpacked, one after the other.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use serde_yaml_ng::Value;

/// What a buildpack that has nothing to say prints.
pub(super) const NOTHING: &str = "--- {}\n";

/// Set for the buildpacks that are asked: another slugsmith among them asks nobody.
const ASKED: &str = "SLUGSMITH_RELEASE_ASKED";

/// What buildpacks leave in the app for their own `bin/release`: the first one is written
/// by heroku-buildpack-multi for each buildpack it ran, the second by language buildpacks.
const LEFT: &[&str] = &[
    "last_pack_release.out",
    "tmp/heroku-buildpack-release-step.yml",
];

/// More than this is no answer, in bytes.
const LIMIT: u64 = 1 << 20;

/// The answer of the last buildpack before ours that has one. `own` is our own buildpack's
/// folder.
pub(super) fn passed_on(app: &Path, own: Option<&Path>) -> String {
    if std::env::var_os(ASKED).is_some() {
        return NOTHING.to_owned();
    }
    let answers = own.map_or_else(Vec::new, |own| answers(app, own));
    answers
        .into_iter()
        .next_back()
        .or_else(|| LEFT.iter().find_map(|path| left(&app.join(path))))
        .unwrap_or_else(|| NOTHING.to_owned())
}

/// The process types that an answer gives.
pub(super) fn process_types(answer: &str) -> Vec<(String, String)> {
    let parsed: Value = serde_yaml_ng::from_str(answer).unwrap_or_default();
    let types = parsed
        .get("default_process_types")
        .and_then(Value::as_mapping);
    let types = types.into_iter().flatten();
    types
        .filter_map(|(name, command)| {
            Some((name.as_str()?.to_owned(), command.as_str()?.to_owned()))
        })
        .collect()
}

fn left(path: &Path) -> Option<String> {
    let found = fs_err::metadata(path).ok()?;
    let text = (found.is_file() && found.len() < LIMIT)
        .then(|| crate::facts::beneath::text(path).ok())??;
    (!text.trim().is_empty()).then_some(text)
}

/// What each buildpack beside ours says, the last one of the list last.
fn answers(app: &Path, own: &Path) -> Vec<String> {
    let all: Vec<(PathBuf, String)> = beside(own)
        .into_iter()
        .filter_map(|folder| Some((folder.clone(), ask(&folder.join("bin/release"), app)?)))
        .collect();
    let is_one = all.windows(2).all(|pair| pair[0].1 == pair[1].1);
    // A platform may keep buildpacks there that are not in this app's list.
    let listed = all
        .iter()
        .filter(|(folder, _)| is_one || accepts(&folder.join("bin/detect"), app));
    let listed: Vec<String> = listed.map(|(_, answer)| answer.clone()).collect();
    if listed.is_empty() {
        all.into_iter().map(|(_, answer)| answer).collect()
    } else {
        listed
    }
}

/// Classic buildpacks in folders beside ours that have a `bin/release`, in the order in
/// which they were unpacked. None of ours is among them.
fn beside(own: &Path) -> Vec<PathBuf> {
    let entries = own.parent().map(fs_err::read_dir).into_iter().flatten();
    let mut found: Vec<(Option<SystemTime>, PathBuf)> = entries
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|folder| folder != own && !is_ours(folder))
        .filter(|folder| {
            is_program(&folder.join("bin/compile")) && is_program(&folder.join("bin/release"))
        })
        .map(|folder| {
            let made = fs_err::metadata(&folder).and_then(|found| found.created());
            (made.ok(), folder)
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn is_ours(folder: &Path) -> bool {
    let own = OsString::from(folder.join("bin/release"));
    super::Own::of(Some(&own)).is_slugsmith()
}

fn is_program(path: &Path) -> bool {
    let found = fs_err::metadata(path);
    found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

fn command(program: &Path, app: &Path) -> Command {
    let mut command = Command::new(program);
    crate::flow::shared::hide_from(&mut command);
    command
        .arg(app)
        .env(ASKED, "1")
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// `None` where it fails: its buildpack would have had no say either.
fn ask(program: &Path, app: &Path) -> Option<String> {
    let output = command(program, app).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && (text.len() as u64) < LIMIT).then_some(text)
}

fn accepts(program: &Path, app: &Path) -> bool {
    let ended = command(program, app).stdout(Stdio::null()).status();
    !is_program(program) || ended.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buildpack(root: &Path, name: &str, release: Option<&str>) -> PathBuf {
        let folder = root.join(name);
        let put = |path: &str, text: &str| {
            let path = folder.join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(&path, text).unwrap();
            fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        };
        put("bin/compile", "#!/bin/sh\n");
        if let Some(text) = release {
            put(
                "bin/release",
                &format!("#!/bin/sh\ncat <<'END'\n{text}\nEND\n"),
            );
        }
        // Names say nothing of the order; times do.
        std::thread::sleep(std::time::Duration::from_millis(20));
        folder
    }

    #[test]
    fn the_last_buildpack_with_a_release_counts() {
        let root = tempfile::tempdir().unwrap();
        let app = tempfile::tempdir().unwrap();
        let own = root.path().join("slugsmith");
        fs_err::create_dir(&own).unwrap();
        assert_eq!(passed_on(app.path(), Some(&own)), NOTHING);
        buildpack(
            root.path(),
            "z-first",
            Some("default_process_types:\n  web: one"),
        );
        assert_eq!(
            process_types(&passed_on(app.path(), Some(&own))),
            [("web".to_owned(), "one".to_owned())]
        );
        buildpack(
            root.path(),
            "b-second",
            Some("default_process_types:\n  web: two"),
        );
        buildpack(root.path(), "a-third", None);
        assert_eq!(
            process_types(&passed_on(app.path(), Some(&own))),
            [("web".to_owned(), "two".to_owned())]
        );
    }

    #[test]
    fn what_buildpacks_left_counts_where_none_is_beside_ours() {
        let app = tempfile::tempdir().unwrap();
        fs_err::create_dir(app.path().join("tmp")).unwrap();
        let text =
            "---\naddons:\n- heroku-postgresql\ndefault_process_types:\n  web: bin/rails server\n";
        fs_err::write(
            app.path().join("tmp/heroku-buildpack-release-step.yml"),
            text,
        )
        .unwrap();
        assert_eq!(passed_on(app.path(), None), text);
    }

    #[test]
    fn an_answer_that_is_no_yaml_gives_no_process_types() {
        assert!(process_types("\t{[").is_empty());
        assert!(process_types("default_process_types: 3").is_empty());
    }
}
