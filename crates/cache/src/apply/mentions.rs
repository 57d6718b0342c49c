//! Which config vars can an install read? Where it runs code of the app, those that this code
//! names: `option_env!("API_URL")`, `process.env.API_URL`, `System.getenv("API_URL")`.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::path::Path;

use rayon::prelude::*;

use crate::files::Files;
use crate::inputs::read_regular;
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

/// Name and value of each variable that one of the files names, by name.
pub(super) fn of(root: &Path, files: &Files, environment: &Environment) -> Vec<(String, OsString)> {
    let known: HashMap<&[u8], &str> = environment
        .variables
        .keys()
        .map(String::as_str)
        .filter(|name| !OF_THE_MACHINE.contains(name) && !name.starts_with("SLUGSMITH_"))
        .map(|name| (name.as_bytes(), name))
        .collect();
    let paths: Vec<&Path> = files
        .paths()
        .filter(|path| {
            let kind = path.extension().and_then(|kind| kind.to_str());
            !kind.is_some_and(|kind| NEVER_RUN_AT_BUILD.contains(&kind))
        })
        .collect();
    let named: BTreeSet<&str> = paths
        .par_iter()
        .flat_map_iter(|path| {
            let text = read_regular(&root.join(path)).unwrap_or_default();
            let head = text.get(..HEAD).unwrap_or(&text);
            let is_text = text.len() <= MOST_BYTES && !head.contains(&0);
            let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
            let words = text.split(|byte| !is_word(byte)).filter(|_| is_text);
            words
                .filter_map(|word| known.get(word).copied())
                .collect::<BTreeSet<_>>()
        })
        .collect();
    named
        .into_iter()
        .filter_map(|name| {
            let value = environment.variables.get(name)?;
            Some((name.to_owned(), value.clone()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use super::*;
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
        let files = Files::of(&tree, &[PathBuf::new()], |_| true);
        let found = of(folder.path(), &files, &environment);
        let found: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(found, ["API_URL", "TOKEN"]);
    }
}
