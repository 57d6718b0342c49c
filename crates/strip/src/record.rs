//! What does the app really open while a command runs?
//!
//! The command gets a hook: Node a module that is required first and sees modules being
//! resolved and files being opened, Python an audit hook (PEP 578). Both write the paths
//! to a file; what of them strip would remove at level `trace`, the strictest, is added to
//! `slugsmith.keep`. What it keeps anyway needs no line that could grow old.

use slugsmith_facts::beneath::own;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::catalogue::python;
use super::decide::KEEP_FILE;
use super::facts::in_packages;
use slugsmith_config::{Config, StripLevel};
use slugsmith_facts::beneath::{self, Beneath};
use slugsmith_facts::environment::Environment;
use slugsmith_finding::error::{self, Result};

const NODE_HOOK: &str = include_str!("record/hook.cjs");
const PYTHON_HOOK: &str = include_str!("record/sitecustomize.py");
const HEADER: &str = "# Files that the app was seen to need (`slugsmith strip record`, \
     `strip --prove`). strip keeps them.\n";

/// What came of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Exit code of the command; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Files of packages that were opened.
    pub opened: usize,
    /// Those of them that strip would have removed: lines that are new in the list.
    pub added: usize,
}

impl Recorded {
    /// Whether the command ended as it was meant to: well, by itself or by the signal that
    /// ends a server (130 and 143, as shells say it; 124 is `timeout`'s word for having sent it).
    #[must_use]
    pub fn is_good(&self) -> bool {
        matches!(self.code, None | Some(0 | 124 | 130 | 143))
    }
}

/// Runs `command` in `app` and adds what it opens to the list.
///
/// # Errors
/// The command can't be started, or the list can't be written.
pub fn run(
    app: &Path,
    command: &[String],
    config: &Config,
    environment: &Environment,
) -> Result<Recorded> {
    let problem = |error: std::io::Error| error::io("recording", app, &error);
    let folder = tempfile::tempdir().map_err(problem)?;
    let hook = folder.path().join("hook.cjs");
    own::write(&hook, NODE_HOOK).map_err(problem)?;
    own::write(folder.path().join("sitecustomize.py"), PYTHON_HOOK).map_err(problem)?;
    let opened = folder.path().join("opened");
    own::write(&opened, "").map_err(problem)?;
    let joined = |name: &str, first: String, between: &str| {
        let before = std::env::var(name).unwrap_or_default();
        if before.is_empty() {
            first
        } else {
            format!("{first}{between}{before}")
        }
    };
    let (program, words) = command
        .split_first()
        .ok_or_else(|| problem(std::io::Error::other("no command after --")))?;
    let status = Command::new(program)
        .args(words)
        .current_dir(app)
        // Whatever the verb took out of its environment is nothing for the command either.
        .env_clear()
        .envs(&environment.variables)
        .env("SLUGSMITH_RECORD", &opened)
        .env(
            "NODE_OPTIONS",
            joined("NODE_OPTIONS", format!("--require {}", hook.display()), " "),
        )
        .env(
            "PYTHONPATH",
            joined("PYTHONPATH", folder.path().display().to_string(), ":"),
        )
        .status()
        .map_err(problem)?;
    let text = beneath::read(&opened).map_err(problem)?;
    let root = fs_err::canonicalize(app).map_err(problem)?;
    let opened = of_packages(&root, &String::from_utf8_lossy(&text));
    let removable = would_go(app, config, environment)?;
    let paths = opened.intersection(&removable).cloned().collect();
    Ok(Recorded {
        code: status.code(),
        opened: opened.len(),
        added: add(app, &paths).map_err(problem)?,
    })
}

/// Adds paths to the list of the app; the number of new lines.
///
/// # Errors
/// The list can't be read or written.
pub fn add(app: &Path, paths: &BTreeSet<String>) -> std::io::Result<usize> {
    let inside = Beneath::open(app)?;
    let file = Path::new(KEEP_FILE);
    let before = match inside.read(file) {
        Ok(text) => String::from_utf8_lossy(&text).into_owned(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let (list, added) = merge(&before, paths);
    if added > 0 {
        inside.write(file, list.as_bytes())?;
    }
    Ok(added)
}

/// What strip would remove at its strictest, as the list is now.
fn would_go(app: &Path, config: &Config, environment: &Environment) -> Result<BTreeSet<String>> {
    let mut config = config.clone();
    config.strip.level.value = StripLevel::Trace;
    let report = super::run(app, &config, environment, true)?;
    let paths = report.manifest.into_iter();
    Ok(paths
        // A test run opens what tests need; that is no reason to ship it.
        .filter(|removed| {
            removed.entry != super::dev::DEVELOPMENT.id
                && removed.entry != super::dev::FRONT_ENDS.id
        })
        .filter_map(|removed| removed.path.into_os_string().into_string().ok())
        .collect())
}

/// The opened files that are in packages of the app, relative to it, links followed.
fn of_packages(root: &Path, text: &str) -> BTreeSet<String> {
    text.lines()
        .map(PathBuf::from)
        .filter_map(|path| fs_err::canonicalize(path).ok())
        .filter_map(|path| Some(path.strip_prefix(root).ok()?.to_str()?.to_owned()))
        .filter(|path| {
            let package = in_packages(path) || python::split(path).is_some();
            package && root.join(path).is_file()
        })
        .collect()
}

/// The list with new lines, sorted behind what people wrote, and how many are new.
fn merge(before: &str, paths: &BTreeSet<String>) -> (String, usize) {
    let known: BTreeSet<&str> = before.lines().map(str::trim_end).collect();
    let lines: Vec<String> = paths.iter().map(|path| line(path)).collect();
    let new: Vec<&String> = lines
        .iter()
        .filter(|line| !known.contains(line.as_str()))
        .collect();
    let mut list = if before.is_empty() { HEADER } else { before }.to_owned();
    if !list.ends_with('\n') {
        list.push('\n');
    }
    for line in &new {
        list.push_str(line);
        list.push('\n');
    }
    (list, new.len())
}

/// A line of gitignore syntax that means exactly this path.
fn line(path: &str) -> String {
    let mut line = String::from("/");
    for character in path.chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '\\') {
            line.push('\\');
        }
        line.push(character);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_grow_and_keep_what_people_wrote() {
        let paths = ["node_modules/a/b.js", "node_modules/[x]/c"].map(str::to_owned);
        let paths = BTreeSet::from(paths);
        let (list, added) = merge("", &paths);
        assert_eq!(added, 2);
        assert!(list.ends_with("/node_modules/\\[x\\]/c\n/node_modules/a/b.js\n"));
        let (again, added) = merge(&format!("{list}# mine\nx"), &paths);
        assert_eq!((added, again.ends_with("# mine\nx\n")), (0, true));
    }

    #[test]
    fn a_signal_that_ends_a_server_is_no_failure() {
        for (code, good) in [
            (Some(0), true),
            (Some(124), true),
            (Some(130), true),
            (None, true),
            (Some(1), false),
        ] {
            let recorded = Recorded {
                code,
                opened: 0,
                added: 0,
            };
            assert_eq!(recorded.is_good(), good, "{code:?}");
        }
    }

    #[test]
    fn what_tests_alone_open_is_not_kept() {
        let app = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = app.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        };
        put(
            "package.json",
            r#"{"name":"a","devDependencies":{"tool":"1.0.0"}}"#,
        );
        put(
            "package-lock.json",
            r#"{"name":"a","lockfileVersion":3,"packages":{"":{"devDependencies":{"tool":"1.0.0"}},
                "node_modules/tool":{"version":"1.0.0","dev":true}}}"#,
        );
        put(
            "node_modules/tool/package.json",
            r#"{"name":"tool","version":"1.0.0"}"#,
        );
        put("node_modules/tool/index.js", "");
        put("a.js", "require('tool');");
        let recorded = record(app.path(), &["node", "a.js"]).unwrap();
        assert!(recorded.opened > 0);
        assert_eq!(recorded.added, 0);
    }

    fn record(app: &Path, words: &[&str]) -> Result<Recorded> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let environment = crate::tests::environment();
        let config = slugsmith_config::parse("", &environment).unwrap();
        run(app, &words, &config, &environment)
    }

    #[test]
    fn a_shell_that_opens_nothing_of_packages_adds_nothing() {
        let app = tempfile::tempdir().unwrap();
        let recorded = record(app.path(), &["sh", "-c", "exit 3"]).unwrap();
        let expected = Recorded {
            code: Some(3),
            opened: 0,
            added: 0,
        };
        assert_eq!(recorded, expected);
        assert!(!app.path().join(KEEP_FILE).exists());
        assert!(record(app.path(), &[]).is_err());
    }

    #[test]
    fn what_strip_would_remove_is_kept_by_its_real_name() {
        let app = tempfile::tempdir().unwrap();
        let package = app.path().join("node_modules/.pnpm/a/node_modules/a");
        fs_err::create_dir_all(&package).unwrap();
        fs_err::write(app.path().join("server.js"), "require('a')").unwrap();
        fs_err::write(package.join("package.json"), "{}").unwrap();
        fs_err::write(package.join("index.js"), "").unwrap();
        fs_err::write(package.join("hidden.js"), "require('./needed')").unwrap();
        fs_err::write(package.join("needed.js"), "").unwrap();
        let link = app.path().join("node_modules/a");
        std::os::unix::fs::symlink(".pnpm/a/node_modules/a", link).unwrap();
        // What a hook does, without needing Node here.
        let script = "for f in node_modules/a/index.js node_modules/a/hidden.js ../../etc/passwd; do echo \
            \"$PWD/$f\" >> \"$SLUGSMITH_RECORD\"; done; case $NODE_OPTIONS in *hook.cjs*) ;; *) exit 9;; esac";
        let recorded = record(app.path(), &["sh", "-c", script]).unwrap();
        assert_eq!(
            (recorded.code, recorded.opened, recorded.added),
            (Some(0), 2, 1)
        );
        let list = fs_err::read_to_string(app.path().join(KEEP_FILE)).unwrap();
        let expected = "\n/node_modules/.pnpm/a/node_modules/a/hidden.js\n";
        assert!(list.ends_with(expected), "{list}");
        let again = record(app.path(), &["sh", "-c", script]).unwrap();
        assert_eq!((again.opened, again.added), (2, 0));
        // What it needs stays with it.
        let trace = "[com.slugsmith.strip]\nlevel = \"trace\"\n";
        crate::tests::strip_with(app.path(), trace);
        let files = ["package.json", "index.js", "hidden.js", "needed.js"];
        assert!(files.iter().all(|file| package.join(file).is_file()));
    }
}
