//! Recipes of Makefiles and justfiles that commands run.

use std::collections::BTreeSet;

use super::Command;
use super::files::{Files, join};
use super::next::Next;

pub(super) fn leads(files: &dyn Files, command: &Command) -> Vec<Next> {
    match command.program() {
        "make" | "gmake" => make(files, command, &["GNUmakefile", "makefile", "Makefile"]),
        "just" => make(files, command, &["justfile", "Justfile", ".justfile"]),
        _ => Vec::new(),
    }
}

fn make(files: &dyn Files, command: &Command, names: &[&str]) -> Vec<Next> {
    let mut folder = command.folder.clone();
    let mut file = None;
    let mut targets = Vec::new();
    let mut words = command.words.iter().skip(1).map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "-C" | "--directory" => {
                folder = words
                    .next()
                    .and_then(|change| join(folder.as_deref(), change));
            }
            "-f" | "--file" | "--makefile" => file = words.next(),
            _ if word.starts_with('-') || word.contains('=') => {}
            _ => targets.push(word.to_owned()),
        }
    }
    let paths: Vec<String> = match file {
        Some(file) => join(folder.as_deref(), file).into_iter().collect(),
        None => names
            .iter()
            .filter_map(|name| join(folder.as_deref(), name))
            .collect(),
    };
    let Some((path, text)) = paths
        .into_iter()
        .find_map(|path| Some((files.text(&path)?, path)))
        .map(|(t, p)| (p, t))
    else {
        return Vec::new();
    };
    recipes(&text, targets)
        .into_iter()
        .map(|(line, recipe)| Next::line(&recipe, &path, line, folder.clone()))
        .collect()
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
            let recipe = line
                .trim()
                .trim_start_matches(['@', '-', '+'])
                .replace("$$", "$");
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
