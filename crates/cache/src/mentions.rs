//! Which config vars can an install read? Where it runs code of the app, those that this code
//! names: `option_env!("API_URL")`, `process.env.API_URL`, `System.getenv("API_URL")`. Settings may
//! name some as well, which the package manager expands: `registry=${REGISTRY}`.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use crate::secrets;
use slugsmith_facts::environment::Environment;

/// Variables of the machine and of this one build, not settings of the app.
const OF_THE_MACHINE: &[&str] = &[
    "BUILD_DIR",
    "CACHE_DIR",
    "ENV_DIR",
    "HOME",
    "HOSTNAME",
    "LOGNAME",
    "OLDPWD",
    "PATH",
    "PWD",
    "REQUEST_ID",
    "SHELL",
    "SHLVL",
    "STACK",
    "TEMP",
    "TERM",
    "TMP",
    "TMPDIR",
    "USER",
    "_",
];
/// Code that only runs in the finished program: Go runs none of it to build.
const NEVER_RUN_AT_BUILD: &[&str] = &["go"];
/// No one writes larger files by hand.
const MOST_BYTES: usize = 4_000_000;
/// A file with a NUL byte in its first bytes is no text, as for git.
const HEAD: usize = 8_000;

/// The config vars of a build, by name.
pub(crate) struct Mentions<'a>(HashMap<&'a [u8], &'a str>);

impl<'a> Mentions<'a> {
    pub(crate) fn of(environment: &'a Environment) -> Self {
        let names = environment.variables.keys().map(String::as_str);
        let names =
            names.filter(|name| !OF_THE_MACHINE.contains(name) && !name.starts_with("SLUGSMITH_"));
        Self(names.map(|name| (name.as_bytes(), name)).collect())
    }

    /// Those that a file with code of the app names.
    pub(crate) fn in_code(&self, path: &Path, text: &[u8]) -> BTreeSet<&'a str> {
        let kind = path.extension().and_then(|kind| kind.to_str());
        let is_never_run = kind.is_some_and(|kind| NEVER_RUN_AT_BUILD.contains(&kind));
        let head = text.get(..HEAD).unwrap_or(text);
        if is_never_run || text.len() > MOST_BYTES || head.contains(&0) {
            return BTreeSet::new();
        }
        self.in_text(text)
    }

    /// Those that settings or a manifest name, whose credentials are cut out already. A variable
    /// that holds one by its name is none: a rotated token changes no tree.
    pub(crate) fn in_settings(&self, text: &str) -> BTreeSet<String> {
        let named = self.in_text(text.as_bytes()).into_iter();
        let named = named.filter(|name| !secrets::is_secret(name));
        named.map(str::to_owned).collect()
    }

    fn in_text(&self, text: &[u8]) -> BTreeSet<&'a str> {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let words = text.split(|byte| !is_word(byte));
        words.filter_map(|word| self.0.get(word).copied()).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::ffi::OsString;
    use std::path::PathBuf;

    use super::*;
    use crate::files::Files;
    use slugsmith_facts::environment::{World, this_machine};
    use slugsmith_facts::tree::Tree;

    #[test]
    fn settings_that_the_code_names_count_and_those_of_the_machine_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &[u8]| fs_err::write(folder.path().join(name), text).unwrap();
        put("build.rs", b"let url = option_env!(\"API_URL\");");
        put("make.js", b"process.env.HOME + process.env['TOKEN']");
        put("main.go", b"os.Getenv(\"DATABASE_URL\")");
        put("a.png", b"\0 SECRET ");
        let names = [
            "API",
            "API_URL",
            "DATABASE_URL",
            "HOME",
            "SECRET",
            "TOKEN",
            "UNUSED",
        ];
        let environment = Environment {
            world: World::Classic,
            target: this_machine(None),
            variables: BTreeMap::from(names.map(|name| (name.to_owned(), OsString::from("1")))),
        };
        let tree = Tree::read(folder.path());
        let mentions = Mentions::of(&environment);
        let look = |path: &Path, text: &[u8]| mentions.in_code(path, text);
        let (_, found) = Files::read(&tree, &[PathBuf::new()], |_| true, look);
        let found: Vec<_> = found.into_iter().flatten().collect();
        assert_eq!(found, ["API_URL", "TOKEN"]);
        let found = mentions.in_settings("registry=${API_URL}\n_x=${TOKEN}\n");
        assert_eq!(found, ["API_URL".to_owned()].into());
    }
}
