//! What does the app really open while a command runs?
//!
//! The command gets a hook: Node a module that is required first and sees modules being
//! resolved and files being opened, Python an audit hook (PEP 578). Both write the paths
//! to a file; what of them is in a package or among the files that strip knows is added
//! to `slugsmith.keep`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::decide::KEEP_FILE;
use super::facts::in_packages;
use crate::error::{self, Result};

const NODE_HOOK: &str = include_str!("record/hook.cjs");
const PYTHON_HOOK: &str = include_str!("record/sitecustomize.py");
const HEADER: &str =
    "# Files that the app opened while `slugsmith strip record` watched. strip keeps them.\n";

/// What came of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Exit code of the command; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Files of packages that were opened.
    pub opened: usize,
    /// Lines that are new in the list.
    pub added: usize,
}

/// Runs `command` in `app` and adds what it opens to the list.
///
/// # Errors
/// The command can't be started, or the list can't be written.
pub fn run(app: &Path, command: &[String]) -> Result<Recorded> {
    let problem = |error: std::io::Error| error::io("recording", app, &error);
    let folder = tempfile::tempdir().map_err(problem)?;
    let hook = folder.path().join("hook.cjs");
    fs_err::write(&hook, NODE_HOOK).map_err(problem)?;
    fs_err::write(folder.path().join("sitecustomize.py"), PYTHON_HOOK).map_err(problem)?;
    let opened = folder.path().join("opened");
    fs_err::write(&opened, "").map_err(problem)?;
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
    let text = fs_err::read(&opened).map_err(problem)?;
    let root = fs_err::canonicalize(app).map_err(problem)?;
    let paths = of_packages(&root, &String::from_utf8_lossy(&text));
    let file = app.join(KEEP_FILE);
    let before = fs_err::read_to_string(&file).unwrap_or_default();
    let (list, added) = merge(&before, &paths);
    if added > 0 {
        fs_err::write(&file, list).map_err(problem)?;
    }
    Ok(Recorded {
        code: status.code(),
        opened: paths.len(),
        added,
    })
}

/// The opened files that are in packages of the app, relative to it, links followed.
fn of_packages(root: &Path, text: &str) -> BTreeSet<String> {
    text.lines()
        .map(PathBuf::from)
        .filter_map(|path| fs_err::canonicalize(path).ok())
        .filter_map(|path| Some(path.strip_prefix(root).ok()?.to_str()?.to_owned()))
        .filter(|path| {
            let package = in_packages(path) || path.contains("site-packages/");
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
    fn a_shell_that_opens_nothing_of_packages_adds_nothing() {
        let app = tempfile::tempdir().unwrap();
        let words = ["sh", "-c", "exit 3"].map(str::to_owned);
        let recorded = run(app.path(), &words).unwrap();
        let expected = Recorded {
            code: Some(3),
            opened: 0,
            added: 0,
        };
        assert_eq!(recorded, expected);
        assert!(!app.path().join(KEEP_FILE).exists());
        assert!(run(app.path(), &[]).is_err());
    }

    #[test]
    fn what_the_hooks_report_is_kept_by_its_real_name() {
        let app = tempfile::tempdir().unwrap();
        let package = app.path().join("node_modules/.pnpm/a/node_modules/a");
        fs_err::create_dir_all(&package).unwrap();
        fs_err::write(package.join("x.js"), "").unwrap();
        std::os::unix::fs::symlink(".pnpm/a/node_modules/a", app.path().join("node_modules/a"))
            .unwrap();
        // What a hook does, without needing Node here.
        let script = "echo \"$PWD/node_modules/a/x.js\" >> \"$SLUGSMITH_RECORD\"; echo /etc/passwd >> \"$SLUGSMITH_RECORD\"; case $NODE_OPTIONS in *hook.cjs*) ;; *) exit 9;; esac";
        let words = ["sh", "-c", script].map(str::to_owned);
        let recorded = run(app.path(), &words).unwrap();
        assert_eq!((recorded.code, recorded.added), (Some(0), 1));
        let list = fs_err::read_to_string(app.path().join(KEEP_FILE)).unwrap();
        assert!(
            list.ends_with("\n/node_modules/.pnpm/a/node_modules/a/x.js\n"),
            "{list}"
        );
    }
}
