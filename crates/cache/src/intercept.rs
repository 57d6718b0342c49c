//! Answers a later buildpack's call of a package manager with the tree that the same call made.
//!
//! The companion at the front of the list ([`super::companion`]) hangs a hook into every process
//! of Node.js in the build, by the runtime's own `NODE_OPTIONS`. The hook does nothing but in a
//! package manager that is about to install. It asks us: where the key of the stored tree is that
//! of this call, the tree is put in its place and the call ends well; otherwise the call runs, and
//! what it made is packed when it ends, before anything else can change it. The last buildpack
//! takes that over (`taken`).
//!
//! Whatever is not recognised with certainty runs as if we were not there: another form of the
//! call (`call`), another folder, an install that runs code of the app, one that wrote outside
//! of its trees. `docs/decisions/0013-answered-calls.md` says why this is safe.

pub(crate) mod call;
pub(crate) mod outside;
pub(crate) mod session;
pub(crate) mod taken;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::session::Session;

/// File of the hook, in a folder that stays as long as the variable that names it.
pub const HOOK: &str = "slugsmith-answers.cjs";
/// The variable of Node.js that takes the hook in (Node.js manual, `NODE_OPTIONS`).
pub const VARIABLE: &str = "NODE_OPTIONS";
/// Switches it off for one build.
pub const SWITCH: &str = "SLUGSMITH_INTERCEPT";
/// Folder of the companion's notes that holds what calls made.
pub(crate) const CALLS: &str = "calls";
/// What heroku-buildpack-nodejs gives to Node.js where nobody has set the variable
/// (its `lib/environment.sh`).
const CLASSIC_DEFAULT: &str = "--max_old_space_size=2560";

/// What became of a call.
#[derive(Debug)]
pub enum Answered {
    /// The stored tree is in its place.
    Restored {
        /// `npm ci`.
        call: String,
        /// `package-lock.json, 842 packages`.
        what: String,
        /// What was put back, in bytes.
        bytes: u64,
        /// Wall time of putting it back.
        took: Duration,
        /// What the call took when the tree was made.
        saved: Duration,
    },
    /// It has to run, and its result is wanted.
    Runs { call: String, reasons: Vec<String> },
    /// It runs as if we were not there; `why` is set in a verbose log.
    Plain { why: Option<String> },
}

/// What became of the result of a call that ran.
#[derive(Debug)]
pub enum Kept {
    /// For the next build, in compressed bytes.
    Stored {
        call: String,
        /// Compressed, in bytes.
        bytes: u64,
    },
    Not {
        why: String,
    },
}

/// What a hook knows of the process that it is in.
#[derive(Debug, Clone)]
pub struct Raw {
    /// The script that runs, without links.
    pub main: PathBuf,
    /// `22.20.0`, and the number of native addons.
    pub node: String,
    pub abi: String,
    pub arguments: Vec<String>,
    /// The folder that it runs in.
    pub folder: PathBuf,
}

/// What has to be there for the program that the hook asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub name: String,
    pub inputs: BTreeMap<String, String>,
    /// The app's files, by content.
    pub files: String,
    pub outside: BTreeMap<String, String>,
    /// Since 1970, in milliseconds.
    pub begun_ms: u64,
}

/// The hook's text; `program` is ours, `notes` the companion's folder.
#[must_use]
pub fn hook(program: &Path, notes: &Path) -> Option<String> {
    let quoted = |path: &Path| serde_json::to_string(path.to_str()?).ok();
    Some(
        include_str!("intercept/hook.cjs")
            .replace("'PROGRAM'", &quoted(program)?)
            .replace("'NOTES'", &quoted(notes)?)
            .replace("HOOK", HOOK),
    )
}

/// The option that takes in a hook of this path; `None` where Node.js would read it otherwise.
#[must_use]
pub fn option(hook: &Path) -> Option<String> {
    let path = hook.to_str()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@:,".contains(c);
    path.chars()
        .all(is_plain)
        .then(|| format!("--require={path}"))
}

/// The line of a classic `export` file. heroku-buildpack-nodejs gives builds a larger heap only
/// where nobody has set the variable, so its value goes with it.
#[must_use]
pub fn export(option: &str) -> String {
    format!("export {VARIABLE}=\"${{{VARIABLE}:-{CLASSIC_DEFAULT}}} {option}\"\n")
}

/// Takes the hook out of our own variables: what we install ourselves is no call of another
/// buildpack.
pub fn unhook(variables: &mut BTreeMap<String, OsString>) {
    let Some(value) = variables.get(VARIABLE).and_then(|value| value.to_str()) else {
        return;
    };
    let is_other = |word: &&str| !word.ends_with(HOOK);
    let rest: Vec<&str> = value.split(' ').filter(is_other).collect();
    let rest = rest.join(" ");
    if rest.trim().is_empty() {
        variables.remove(VARIABLE);
    } else if rest != value {
        variables.insert(VARIABLE.to_owned(), rest.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_node_would_read_otherwise_takes_no_hook() {
        let option = |path: &str| option(Path::new(path));
        assert_eq!(
            option("/layers/a_b/before/slugsmith-answers.cjs").as_deref(),
            Some("--require=/layers/a_b/before/slugsmith-answers.cjs")
        );
        for path in ["/tmp/a b/x.cjs", "/tmp/\"x.cjs", "/tmp/a\\x.cjs"] {
            assert_eq!(option(path), None, "{path}");
        }
    }

    #[test]
    fn own_commands_have_no_hook() {
        let unhooked = |value: &str| {
            let mut variables = BTreeMap::from([(VARIABLE.to_owned(), value.into())]);
            unhook(&mut variables);
            variables.remove(VARIABLE)
        };
        let hook = format!("--require=/a/{HOOK}");
        assert_eq!(unhooked(&hook), None);
        assert_eq!(
            unhooked(&format!("--max_old_space_size=2560 {hook}")),
            Some("--max_old_space_size=2560".into())
        );
        assert_eq!(
            unhooked("--trace-warnings"),
            Some("--trace-warnings".into())
        );
    }

    #[test]
    fn the_hook_names_program_and_notes() {
        let text = hook(Path::new("/bp/\"b/build"), Path::new("/layers/notes")).unwrap();
        assert!(text.contains(r#""/bp/\"b/build""#) && text.contains("\"/layers/notes\""));
        assert!(!text.contains("'PROGRAM'") && !text.contains("'NOTES'"));
    }
}
