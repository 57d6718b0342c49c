//! Recipes of Makefiles and justfiles that commands run.

use std::collections::BTreeSet;

use super::files::{Files, join};
use super::next::Next;
use super::{Command, Missing};

/// In the order in which make looks for them.
const MAKEFILES: &[&str] = &["GNUmakefile", "makefile", "Makefile"];

pub(super) fn leads(files: &dyn Files, command: &Command) -> Vec<Next> {
    match command.program() {
        "make" | "gmake" => make(files, command, MAKEFILES),
        "just" => make(files, command, &["justfile", "Justfile", ".justfile"]),
        _ => Vec::new(),
    }
}

/// What the words of `make` say.
struct Asked<'c> {
    folder: Option<String>,
    file: Option<&'c str>,
    targets: Vec<String>,
}

fn asked(command: &Command) -> Asked<'_> {
    const VALUES: &[&str] = &[
        "-I",
        "-o",
        "-W",
        "--eval",
        "--include-dir",
        "--assume-old",
        "--old-file",
        "--assume-new",
        "--new-file",
        "--what-if",
    ];
    let mut asked = Asked {
        folder: command.folder.clone(),
        file: None,
        targets: Vec::new(),
    };
    let mut words = command.words.iter().skip(1).map(String::as_str).peekable();
    while let Some(word) = words.next() {
        let glued = |letter: &str| word.strip_prefix(letter).filter(|rest| !rest.is_empty());
        let behind = |names: &[&str]| {
            let (name, value) = word.split_once('=')?;
            names.contains(&name).then_some(value)
        };
        let change = match word {
            "-C" | "--directory" => words.next(),
            "-f" | "--file" | "--makefile" => {
                asked.file = words.next();
                None
            }
            // As many jobs, or as much load, as the number behind it says.
            "-j" | "-l" => {
                words.next_if(|next| next.parse::<f32>().is_ok());
                None
            }
            _ if VALUES.contains(&word) => {
                words.next();
                None
            }
            _ if word.starts_with('-') => {
                let file = glued("-f").or_else(|| behind(&["--file", "--makefile"]));
                asked.file = file.or(asked.file);
                glued("-C").or_else(|| behind(&["--directory"]))
            }
            _ => {
                if !word.contains('=') {
                    asked.targets.push(word.to_owned());
                }
                None
            }
        };
        if let Some(change) = change {
            asked.folder = join(asked.folder.as_deref(), change);
        }
    }
    asked
}

/// The file with the targets, and its text.
fn found(files: &dyn Files, asked: &Asked<'_>, names: &[&str]) -> Option<(String, String)> {
    let paths: Vec<String> = match asked.file {
        Some(file) => join(asked.folder.as_deref(), file).into_iter().collect(),
        None => names
            .iter()
            .filter_map(|name| join(asked.folder.as_deref(), name))
            .collect(),
    };
    paths.into_iter().find_map(|path| {
        let text = files.text(&path)?;
        Some((path, text))
    })
}

fn make(files: &dyn Files, command: &Command, names: &[&str]) -> Vec<Next> {
    let asked = asked(command);
    let Some((path, text)) = found(files, &asked, names) else {
        return Vec::new();
    };
    let flag = |letter: char, long: &[&str]| {
        command.words.iter().skip(1).any(|word| {
            let letters = word
                .strip_prefix('-')
                .filter(|rest| !rest.starts_with(['-', 'f', 'C', 'j', 'I']));
            long.contains(&word.as_str()) || letters.is_some_and(|letters| letters.contains(letter))
        })
    };
    if flag('n', &["--dry-run", "--just-print", "--recon"]) || flag('q', &["--question"]) {
        return Vec::new();
    }
    let ignores = flag('i', &["--ignore-errors"]);
    recipes(&text, asked.targets)
        .into_iter()
        .map(|(line, recipe)| {
            let optional = ignores || recipe.starts_with('-');
            let recipe = recipe.trim_start_matches('-');
            Next {
                optional,
                ..Next::line(recipe, &path, line, asked.folder.clone())
            }
        })
        .collect()
}

/// A target that a Makefile has no rule for, and that no rule of make itself can make.
pub(super) fn missing(files: &dyn Files, command: &Command) -> Option<Missing> {
    if !matches!(command.program(), "make" | "gmake") {
        return None;
    }
    let asked = asked(command);
    let folder = asked.folder.as_deref()?;
    let beside = files.names(folder);
    let (file, text) = match found(files, &asked, MAKEFILES) {
        Some(found) => found,
        // An empty folder may be one that nobody sees.
        None if beside.is_empty() => return None,
        None => (
            join(Some(folder), asked.file.unwrap_or("Makefile"))?,
            String::new(),
        ),
    };
    let is_set = |name: &str| command.environment.iter().any(|(known, _)| known == name);
    if is_set("MAKEFILES") || is_set("MAKEFLAGS") || makes_rules(&text) {
        return None;
    }
    if text.is_empty() && asked.file.is_some() {
        let name = asked.targets.into_iter().next();
        let kind = "target";
        let name = name.unwrap_or_else(|| "all".to_owned());
        return Some(Missing { kind, name, file });
    }
    // A file of that name is up to date; one with an ending may be its source.
    let is_known = |name: &str| {
        let has_source = |one: &String| one == name || one.starts_with(&format!("{name}."));
        super::is_open(name) || name.contains('/') || beside.iter().any(has_source)
    };
    let name = asked
        .targets
        .into_iter()
        .find(|name| !is_known(name) && !names(&text, name))?;
    Some(Missing {
        kind: "target",
        name,
        file,
    })
}

/// Whether a Makefile has rules that its text does not list: patterns, other files, computed ones.
fn makes_rules(text: &str) -> bool {
    text.lines()
        .filter(|line| !line.starts_with('\t'))
        .any(|line| {
            let first = line.split_whitespace().next().unwrap_or_default();
            let targets = line.split_once(':').map_or("", |(targets, _)| targets);
            matches!(
                first,
                "include" | "-include" | "sinclude" | "load" | "define"
            ) || first.starts_with(".DEFAULT")
                || line.contains("$(eval")
                || line.contains("${eval")
                || targets.contains(['%', '$'])
        })
}

/// Whether a line outside of recipes names a target, be it as one of `.PHONY`.
fn names(text: &str, target: &str) -> bool {
    let ends = |c: char| c.is_whitespace() || matches!(c, ':' | ';' | '&' | '\\');
    text.lines()
        .filter(|line| !line.starts_with('\t') && !line.trim_start().starts_with('#'))
        .any(|line| line.split(ends).any(|word| word == target))
}

/// The recipe lines of targets and of what they depend on, with their lines.
fn recipes(text: &str, mut wanted: Vec<String>) -> Vec<(u32, String)> {
    let rules = rules(text);
    if wanted.is_empty() {
        let first = rules.iter().find(|rule| !rule.target.starts_with('.'));
        wanted.extend(first.map(|rule| rule.target.clone()));
    }
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    while let Some(target) = wanted.pop() {
        if !seen.insert(target.clone()) {
            continue;
        }
        for rule in rules.iter().filter(|rule| rule.target == target) {
            found.extend(rule.recipe.iter().cloned());
            wanted.extend(rule.needs.iter().cloned());
        }
    }
    found
}

struct Rule {
    target: String,
    needs: Vec<String>,
    recipe: Vec<(u32, String)>,
}

fn rules(text: &str) -> Vec<Rule> {
    let mut found: Vec<Rule> = Vec::new();
    let mut open = false;
    let mut continued: Option<(u32, String)> = None;
    for (line, number) in text.lines().zip(1..) {
        if let Some((first, before)) = continued.take() {
            let joined = format!("{before} {}", line.trim().trim_end_matches('\\'));
            if line.ends_with('\\') {
                continued = Some((first, joined));
            } else if let Some(rule) = found.last_mut() {
                rule.recipe.push((first, joined));
            }
            continue;
        }
        let is_recipe = line.starts_with(['\t', ' ']) && open;
        if is_recipe {
            let bare = line.trim().trim_start_matches(['@', '-', '+']);
            // A dash in front stays: make does not ask whether such a line fails.
            let marks = line.trim().strip_suffix(bare).unwrap_or_default();
            let dash = if marks.contains('-') { "-" } else { "" };
            let recipe = format!("{dash}{bare}").replace("$$", "$");
            // Variables of make are as open as those of the shell.
            let recipe = recipe.replace("$(MAKE)", "make");
            match recipe.strip_suffix('\\') {
                Some(start) => continued = Some((number, start.to_owned())),
                None => {
                    if let Some(rule) = found.last_mut() {
                        rule.recipe.push((number, recipe));
                    }
                }
            }
            continue;
        }
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        open = false;
        if let Some((targets, needs)) = line
            .split_once(':')
            .filter(|(_, rest)| !rest.starts_with('='))
        {
            let needs: Vec<String> = needs
                .split(';')
                .next()
                .unwrap_or_default()
                .split_whitespace()
                .map(str::to_owned)
                .collect();
            for target in targets.split_whitespace() {
                open = true;
                found.push(Rule {
                    target: target.to_owned(),
                    needs: needs.clone(),
                    recipe: Vec::new(),
                });
            }
        }
    }
    found
}
