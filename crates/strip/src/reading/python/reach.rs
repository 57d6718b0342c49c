//! Which folders of tests does a Python source reach by a name that comes from elsewhere?
//!
//! `Path(__file__).parent / kind / name`, `files("p").joinpath(kind)`, `join(dirname(__file__), "..", kind)`,
//! `import_module(f"p.{kind}.plugin")`: where the first part below a folder of a package is a value, it may be the name
//! of the folder of tests that is there. A value that the same source sets to texts alone is what these say.

mod parts;

use std::collections::BTreeSet;

use crate::catalogue::python::{split, test_folder};
use crate::facts::Facts;
use crate::index::{self, join, parent};
use parts::{
    Part, climbed, is_joined, is_letter, last_word, listed, literals, next_part, operand, places,
    quoted,
};

/// What most of [`CALLS`] begin with, for which a text is searched once.
const RESOURCE: &str = "resource_";
/// Calls that take the name of a package first.
const CALLS: &[&str] = &[
    "files(",
    "get_data(",
    "resource_filename(",
    "resource_string(",
    "resource_stream(",
    "resource_listdir(",
];

/// Where a path begins that a source makes: a folder, and what follows in the text.
struct Start<'t> {
    folder: String,
    rest: &'t str,
    at: usize,
}

/// The folders, and where each is reached.
pub(super) fn tests(facts: &Facts<'_>, path: &str, text: &str) -> Vec<(String, usize)> {
    // What tests reach is theirs: they run where all of them are.
    if split(path).is_some_and(|(_, inside)| test_folder(inside).is_some()) {
        return Vec::new();
    }
    Source {
        packages: facts,
        path,
        text,
    }
    .tests()
}

/// What is known of the packages that a source may reach.
trait Packages {
    /// The folder of an installed package, by its dotted name.
    fn folder(&self, name: &str) -> Option<String>;

    /// The folders of tests in a folder, or all below it.
    fn tests(&self, folder: &str, all: bool) -> Vec<String>;
}

impl Packages for Facts<'_> {
    fn folder(&self, name: &str) -> Option<String> {
        let inside = name.replace('.', "/");
        let mut folders = self
            .python_roots
            .iter()
            .map(|root| format!("{root}/{inside}"));
        let is_folder = |folder: &String| {
            let number = self.index.find(folder);
            number.is_some_and(|number| self.index.is_folder(number))
        };
        folders.find(is_folder)
    }

    fn tests(&self, folder: &str, all: bool) -> Vec<String> {
        let beside = ["test", "tests"].map(|name| format!("{folder}/{name}"));
        if !all {
            return beside
                .into_iter()
                .filter(|path| self.index.find(path).is_some())
                .collect();
        }
        let below = self.index.below_path(folder);
        below
            .filter(|number| self.index.is_folder(*number))
            .filter_map(|number| self.index.path(number))
            .filter(|path| matches!(index::name(path), "test" | "tests"))
            .map(str::to_owned)
            .collect()
    }
}

/// Packages that are not installed yet, each with tests wherever they are looked for.
struct Unknown;

impl Packages for Unknown {
    fn folder(&self, name: &str) -> Option<String> {
        Some(format!("site-packages/{}", name.replace('.', "/")))
    }

    fn tests(&self, folder: &str, all: bool) -> Vec<String> {
        vec![format!("{folder}/{}tests", if all { "**/" } else { "" })]
    }
}

/// The folders of tests that a source of the app may reach, whatever is installed.
pub(crate) fn reached(text: &str) -> BTreeSet<String> {
    let source = Source {
        packages: &Unknown,
        path: "app.py",
        text,
    };
    source
        .tests()
        .into_iter()
        .map(|(folder, _)| folder)
        .collect()
}

struct Source<'s> {
    packages: &'s dyn Packages,
    path: &'s str,
    text: &'s str,
}

impl<'t> Source<'t> {
    fn tests(&self) -> Vec<(String, usize)> {
        let mut found = Vec::new();
        let mut starts = self.own_folders();
        starts.extend(self.resources());
        let named = self.named(&starts);
        let further = self.named(&named);
        for start in starts.into_iter().chain(named).chain(further) {
            self.follow(&start, &mut found);
        }
        if split(self.path).is_none() {
            self.modules(&mut found);
        }
        found
    }

    /// Where the source names its own folder or that of a module it imports: `dirname(__file__)`,
    /// `Path(p.__file__).parent`, `p.__path__[0]`.
    fn own_folders(&self) -> Vec<Start<'t>> {
        let mut starts = Vec::new();
        for mark in ["__file__", "__path__[0]"] {
            for at in places(self.text, mark) {
                let before = &self.text[..at];
                let owner = before.strip_suffix('.').map(last_word);
                let place = match owner {
                    None => {
                        Some(parent(self.path).to_owned()).filter(|_| split(self.path).is_some())
                    }
                    Some(module) => self.package(module),
                };
                let Some(place) = place else { continue };
                let is_file = mark == "__file__";
                let (up, rest) = climbed(before, &self.text[at + mark.len()..]);
                // The file itself is no folder.
                let Some(up) = up.checked_sub(usize::from(is_file)) else {
                    continue;
                };
                let folder = join(&place, &"../".repeat(up));
                if let Some(folder) = folder.filter(|folder| is_inside(folder)) {
                    starts.push(Start { folder, rest, at });
                }
            }
        }
        starts
    }

    /// `files(__package__)`, `get_data("p", name)`.
    fn resources(&self) -> Vec<Start<'t>> {
        let mut starts = Vec::new();
        let has_resources = places(self.text, RESOURCE).next().is_some();
        let calls = CALLS.iter();
        for call in calls.filter(|call| has_resources || !call.starts_with(RESOURCE)) {
            let whole = |at: &usize| !self.text[..*at].ends_with(is_letter);
            for at in places(self.text, call).filter(whole) {
                let arguments = self.text[at + call.len()..].trim_start();
                let end = arguments.find([')', ',', '\n']).unwrap_or_default();
                let (package, rest) = arguments.split_at(end);
                let place = match package.trim() {
                    "__package__" | "__name__" => {
                        Some(parent(self.path).to_owned()).filter(|_| split(self.path).is_some())
                    }
                    package => self.package(package.trim_matches(['"', '\''])),
                };
                let rest = if *call == "files(" {
                    rest.strip_prefix(')').unwrap_or_default()
                } else {
                    rest
                };
                if let Some(folder) = place {
                    starts.push(Start { folder, rest, at });
                }
            }
        }
        starts
    }

    /// What names are given such folders: `HERE = Path(__file__).parent`, then `HERE / kind`.
    fn named(&self, starts: &[Start<'t>]) -> Vec<Start<'t>> {
        let mut named = Vec::new();
        for start in starts {
            let line = self.text[..start.at].rfind('\n').map_or(0, |at| at + 1);
            let Some((name, value)) = self.text[line..start.at].split_once('=') else {
                continue;
            };
            let name = name.split(':').next().unwrap_or_default().trim();
            let name = name.strip_prefix("self.").unwrap_or(name);
            let is_name = !name.is_empty() && name.chars().all(is_letter);
            let (folder, after) = literals(&start.folder, start.rest);
            let ends = after
                .trim_start_matches([' ', ')'])
                .starts_with(['\n', '\r', '#']);
            if !is_name || value.starts_with('=') || !ends && !after.is_empty() {
                continue;
            }
            for at in places(self.text, name).filter(|at| *at > start.at) {
                let (before, rest) = (&self.text[..at], &self.text[at + name.len()..]);
                let before = before.strip_suffix("self.").unwrap_or(before);
                if !before.ends_with(|c| is_letter(c) || c == '.') && !rest.starts_with(is_letter) {
                    let (up, rest) = climbed(before, rest);
                    if let Some(folder) = join(&folder, &"../".repeat(up)) {
                        named.push(Start { folder, rest, at });
                    }
                }
            }
        }
        named
    }

    /// Adds the tests of the folder below which the next part is a value.
    fn follow(&self, start: &Start<'t>, found: &mut Vec<(String, usize)>) {
        let asks = |call: &&str| self.text[start.at..].starts_with(*call);
        let is_argument = start.rest.trim_start().starts_with(',');
        if is_argument && !CALLS.iter().any(asks) && !is_joined(&self.text[..start.at]) {
            return;
        }
        let (mut folders, mut rest) = (vec![start.folder.clone()], start.rest);
        while let Some((part, after)) = next_part(rest) {
            let texts = match part {
                Part::Literal(text) if text.contains('*') => {
                    for folder in folders {
                        self.pattern(&folder, text, start.at, found);
                    }
                    return;
                }
                Part::All => {
                    for folder in folders {
                        self.pattern(&folder, "**", start.at, found);
                    }
                    return;
                }
                Part::Literal(text) => vec![text],
                Part::Value => {
                    let Some(texts) = self.texts_of(rest) else {
                        for folder in folders {
                            self.add(&folder, false, start.at, found);
                        }
                        return;
                    };
                    texts
                }
            };
            let joined = folders
                .iter()
                .flat_map(|folder| texts.iter().map(move |text| join(folder, text)));
            folders = joined.flatten().collect();
            rest = after;
        }
        for folder in folders {
            // Who walks the whole package is asked elsewhere.
            let is_part = split(&format!("{folder}/x"))
                .is_some_and(|(_, inside)| inside.matches('/').count() > 1);
            if is_part && self.is_walked(start.at) {
                self.add(&folder, true, start.at, found);
            }
        }
    }

    /// Whether all that is below a path is taken, in the line that makes it: `os.walk(join(HERE, "templates"))`.
    fn is_walked(&self, at: usize) -> bool {
        let line = self.text[..at].rsplit('\n').next().unwrap_or_default();
        let mut calls = ["walk(", "copytree(", "make_archive("].iter();
        calls.any(|call| line.contains(call))
    }

    /// Adds the tests that a pattern of paths leads into: `"*/plugin.json"`, `"**/*.json"`.
    fn pattern(&self, folder: &str, pattern: &str, at: usize, found: &mut Vec<(String, usize)>) {
        let star = pattern.find('*').unwrap_or(pattern.len());
        let known = &pattern[..pattern[..star].rfind('/').map_or(0, |slash| slash + 1)];
        let Some(folder) = join(folder, known) else {
            return;
        };
        let all = pattern.contains("**");
        let one = pattern[star..].contains('/') && pattern[known.len()..].starts_with('*');
        if all || one {
            self.add(&folder, all, at, found);
        }
    }

    /// The texts that a value is set to, where it is a name that the source sets to nothing else.
    fn texts_of(&self, rest: &str) -> Option<Vec<&'t str>> {
        let value = operand(rest)?;
        let end = value.find(|c| !(is_letter(c) || c == '.'));
        let (name, after) = value.split_at(end.unwrap_or(value.len()));
        let after_blanks = after.trim_start_matches(' ');
        let is_alone = after_blanks.is_empty() || after_blanks.starts_with([',', ')', '/', '\n']);
        match name.rsplit('.').next() {
            Some("pardir") => return Some(vec![".."]),
            Some("curdir") => return Some(vec!["."]),
            _ => {}
        }
        if name.is_empty() || name.contains('.') || !is_alone {
            return None;
        }
        let mut texts = Vec::new();
        for at in places(self.text, name) {
            let (before, after) = (&self.text[..at], &self.text[at + name.len()..]);
            if before.ends_with(|c| is_letter(c) || c == '.') || after.starts_with(is_letter) {
                continue;
            }
            let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
            let after = after.trim_start_matches(' ');
            if line.starts_with("def ") || line.contains("lambda") || line.contains("import ") {
                return None;
            }
            if line.ends_with("for ") {
                texts.extend(listed(after.strip_prefix("in ")?)?);
            } else if let Some(value) = after
                .strip_prefix('=')
                .filter(|rest| !rest.starts_with('='))
            {
                let (text, rest) = quoted(value.trim_start())?;
                let ends = rest
                    .trim_start_matches([' ', ')'])
                    .starts_with(['\n', '\r', '#', ',']);
                texts.push(text);
                if !ends && !rest.is_empty() {
                    return None;
                }
            }
        }
        (!texts.is_empty()).then_some(texts)
    }

    /// `import_module(f"p.{kind}.plugin")`, of a package that the app names.
    fn modules(&self, found: &mut Vec<(String, usize)>) {
        if !super::IMPORTERS.iter().any(|call| self.text.contains(call)) {
            return;
        }
        for quote in ['"', '\''] {
            for at in places(self.text, if quote == '"' { "\"" } else { "'" }) {
                let inside = &self.text[at + 1..];
                let end = inside
                    .find(|c| !(is_letter(c) || c == '.'))
                    .unwrap_or(inside.len());
                let (name, rest) = inside.split_at(end);
                let Some(name) = name.strip_suffix('.').filter(|name| !name.is_empty()) else {
                    continue;
                };
                let behind = rest.strip_prefix(quote).map(str::trim_start);
                let is_open = rest.starts_with('{')
                    || rest.starts_with("%s")
                    || behind.is_some_and(|rest| rest.starts_with('+'));
                if let Some(folder) = self.package(name).filter(|_| is_open) {
                    self.add(&folder, false, at, found);
                }
            }
        }
    }

    /// The folder of an installed package, by the name that the source has for it.
    fn package(&self, name: &str) -> Option<String> {
        let is_name = !name.is_empty() && name.chars().all(|c| is_letter(c) || c == '.');
        is_name.then(|| self.packages.folder(name)).flatten()
    }

    fn add(&self, folder: &str, all: bool, at: usize, found: &mut Vec<(String, usize)>) {
        let line = self.text[..at].rsplit('\n').next().unwrap_or_default();
        if !line.trim_start().starts_with('#') && is_inside(folder) {
            let tests = self.packages.tests(folder, all).into_iter();
            found.extend(tests.map(|tests| (tests, at)));
        }
    }
}

/// Whether a folder is one of a package: above it lies what else is installed.
fn is_inside(folder: &str) -> bool {
    split(&format!("{folder}/x")).is_some_and(|(root, _)| root != folder)
}
