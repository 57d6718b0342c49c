//! Which folders of tests does a Python source reach by a name that comes from elsewhere?
//!
//! `Path(__file__).parent / kind / name`, `files("p").joinpath(kind)`, `join(dirname(__file__), "..", kind)`,
//! `import_module(f"p.{kind}.plugin")`: where the first part below a folder of a package is a value, it may be the name
//! of the folder of tests that is there. A value that the same source sets to texts alone is what these say.

use std::collections::BTreeSet;

use memchr::memmem;

use crate::catalogue::python::split;
use crate::facts::Facts;
use crate::index::{self, join, parent};

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

/// What a path is joined with next.
enum Part<'t> {
    Literal(&'t str),
    Value,
    /// Whatever is below: `rglob("*.json")`.
    All,
}

impl<'t> Source<'t> {
    fn tests(&self) -> Vec<(String, usize)> {
        let mut found = Vec::new();
        let mut starts = self.own_folders();
        starts.extend(self.resources());
        let named = self.named(&starts);
        for start in starts.into_iter().chain(named) {
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
                if let Some(folder) = folder.filter(|folder| self.is_inside(folder)) {
                    starts.push(Start { folder, rest, at });
                }
            }
        }
        starts
    }

    /// `files(__package__)`, `get_data("p", name)`.
    fn resources(&self) -> Vec<Start<'t>> {
        let mut starts = Vec::new();
        for call in CALLS {
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
            let (folder, after) = self.literals(&start.folder, start.rest);
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

    /// A folder with the literals that follow, and what is behind them.
    fn literals(&self, folder: &str, mut rest: &'t str) -> (String, &'t str) {
        let mut folder = folder.to_owned();
        while let Some((Part::Literal(part), after)) = next_part(rest) {
            let Some(next) = join(&folder, part) else {
                break;
            };
            folder = next;
            rest = after;
        }
        (folder, rest)
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
                Part::Value => match self.texts_of(rest) {
                    Some(texts) => texts,
                    None => {
                        for folder in folders {
                            self.add(&folder, false, start.at, found);
                        }
                        return;
                    }
                },
            };
            let joined = folders
                .iter()
                .flat_map(|folder| texts.iter().map(move |text| join(folder, text)));
            folders = joined.flatten().collect();
            rest = after;
        }
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
        let value = value.trim_start_matches("os.").trim_start_matches("path.");
        let end = value.find(|c| !is_letter(c)).unwrap_or(value.len());
        let (name, after) = value.split_at(end);
        let is_alone = after.trim_start().starts_with([',', ')', '/']) || after.trim().is_empty();
        let is_alone = is_alone || after.starts_with('\n');
        if name.is_empty() || !is_alone {
            return None;
        }
        if name == "pardir" {
            return Some(vec![".."]);
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

    /// Whether a folder is one of a package: above it lies what else is installed.
    fn is_inside(&self, folder: &str) -> bool {
        split(&format!("{folder}/x")).is_some_and(|(root, _)| root != folder)
    }

    fn add(&self, folder: &str, all: bool, at: usize, found: &mut Vec<(String, usize)>) {
        let line = self.text[..at].rsplit('\n').next().unwrap_or_default();
        if !line.trim_start().starts_with('#') && self.is_inside(folder) {
            let tests = self.packages.tests(folder, all).into_iter();
            found.extend(tests.map(|tests| (tests, at)));
        }
    }
}

/// How many folders a path leads upwards from what is named here, and what follows: `dirname(` before it,
/// `.parent` behind.
fn climbed<'t>(before: &str, mut rest: &'t str) -> (usize, &'t str) {
    const SAME: &[&str] = &[".resolve()", ".absolute()", ".expanduser()"];
    let start = before
        .rfind([';', '\n', '=', ',', '{'])
        .map_or(0, |at| at + 1);
    let mut up = before[start..].matches("dirname(").count();
    // As many brackets as the expression has opened, but for the call that it is an argument of.
    let mut open = before[start..].matches('(').count();
    loop {
        if let Some(inner) = SAME.iter().find_map(|call| rest.strip_prefix(*call)) {
            rest = inner;
        } else if let Some(inner) = rest.strip_prefix(".parents[") {
            let digit = inner.chars().next().and_then(|digit| digit.to_digit(10));
            up += digit.unwrap_or_default() as usize + 1;
            rest = inner.get(2..).unwrap_or_default();
        } else if let Some(inner) = rest.strip_prefix(".parent") {
            up += 1;
            rest = inner;
        } else if let Some(inner) = rest.strip_prefix(')').filter(|_| open > 0) {
            open -= 1;
            rest = inner;
        } else {
            return (up, rest);
        }
    }
}

/// Whether a path is the first argument of a call that joins, on its line or begun on the line above.
fn is_joined(before: &str) -> bool {
    let mut lines = before.rmatch_indices('\n').map(|(at, _)| at);
    let start = lines.nth(1).unwrap_or_default();
    before[start..].contains("join(")
}

/// The next operand of `/`, `,`, `+`, `.joinpath(` or `.glob(`.
fn operand(rest: &str) -> Option<&str> {
    let rest = rest.trim_start_matches(' ');
    let inner = rest
        .strip_prefix(".joinpath(")
        .or_else(|| rest.strip_prefix(".glob("))
        .or_else(|| rest.strip_prefix('+'))
        .or_else(|| {
            rest.strip_prefix(',')
                .filter(|rest| !rest.trim_start().starts_with(')'))
        })
        .or_else(|| rest.strip_prefix('/').filter(|rest| !rest.starts_with('/')))?;
    Some(inner.trim_start())
}

/// The next part of a path, and what follows it.
fn next_part(rest: &str) -> Option<(Part<'_>, &str)> {
    if rest.starts_with(".rglob(") {
        return Some((Part::All, ""));
    }
    // Inside of a text: `f"{HERE}/{kind}/x"`.
    if let Some(inside) = rest.strip_prefix("}/") {
        let end = inside.find(['"', '\'', '\n']).unwrap_or(inside.len());
        return Some(template(&inside[..end], ""));
    }
    let value = operand(rest)?;
    if let Some((text, after)) = quoted(value) {
        let goes_on =
            after.trim_start_matches(' ').starts_with(['+', '%']) || after.starts_with(".format");
        let template = text.strip_prefix("%s").or_else(|| text.strip_prefix("{}"));
        let is_value = template.map_or_else(|| begins_tests(text), is_name_end);
        let part = if goes_on && is_value {
            Part::Value
        } else {
            Part::Literal(text)
        };
        return Some((part, after));
    }
    if let Some((text, after)) = value.strip_prefix('f').and_then(quoted) {
        return Some(template(text, after));
    }
    let is_value = value.starts_with(|c: char| is_letter(c) && !c.is_ascii_digit() || c == '*');
    let end = value.find([',', ')', '/', '\n']).unwrap_or(value.len());
    let (value, after) = value.split_at(end);
    // `name + ".csv"` is a file.
    let added = value
        .split_once('+')
        .and_then(|(_, text)| quoted(text.trim_start()));
    let is_file = added.is_some_and(|(text, _)| text.contains('.'));
    is_value.then(|| match is_file {
        true => (Part::Literal(value), ""),
        false => (Part::Value, after),
    })
}

/// The first part of a text with values in it that is a value or ends in one.
fn template<'t>(text: &'t str, after: &'t str) -> (Part<'t>, &'t str) {
    let Some((known, value)) = text.split_once('{') else {
        return (Part::Literal(text), after);
    };
    let ends = value
        .split_once('}')
        .is_none_or(|(_, rest)| is_name_end(rest));
    match known.rfind('/') {
        // `f"data/{name}"` is below `data`.
        Some(slash) => (Part::Literal(&known[..slash]), ""),
        None if ends && begins_tests(known) => (Part::Value, after),
        None => (Part::Literal(text), ""),
    }
}

/// Whether a part of a path may end before this text: no folder of tests has an ending.
fn is_name_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(['/', '{', '%'])
}

/// Whether what begins so can become the name of a folder of tests.
fn begins_tests(text: &str) -> bool {
    "tests".starts_with(text)
}

fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inside = &text[1..];
    let end = inside.find(quote)?;
    Some((&inside[..end], &inside[end + 1..]))
}

/// The texts of a list that is written out: `["a", "b"]`.
fn listed(text: &str) -> Option<Vec<&str>> {
    let inside = text.trim_start().strip_prefix(['[', '(', '{'])?;
    let inside = &inside[..inside.find([']', ')', '}'])?];
    let items = inside
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty());
    items
        .map(|item| Some(quoted(item).filter(|(_, rest)| rest.is_empty())?.0))
        .collect()
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The name that a text ends with.
fn last_word(text: &str) -> &str {
    let start = text.rfind(|c| !(is_letter(c) || c == '.'));
    let start = start.map_or(0, |at| {
        at + text[at..].chars().next().map_or(1, char::len_utf8)
    });
    &text[start..]
}

fn places<'t>(text: &'t str, mark: &'t str) -> impl Iterator<Item = usize> + 't {
    memmem::find_iter(text.as_bytes(), mark)
}
