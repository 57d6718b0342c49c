//! A variable that holds a list is replaced instead of extended.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::{Rule, World, fix};
use crate::environment::{By, Environment, Modification, ModificationRule};
use crate::model::Model;
use crate::secrets;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "list-variable-clobbered",
    code: "ST04",
    title: "A list variable such as PATH is replaced, and what others put there is lost.",
    level: Severity::Warn,
    world: World::Both,
    docs: Docs {
        finds: "An environment file without a suffix or with `.override` for PATH, LD_LIBRARY_PATH, \
                NODE_OPTIONS or another list, after others have put entries there that the new value lacks.",
        why: "Commands and libraries of the other buildpacks are no longer found. When PATH loses the \
              folder of `sh`, no process starts at all: then this is an error.",
        fix: "The buildpack should write `NAME.prepend` or `NAME.append` with a `NAME.delim` beside it. \
              Until it does, put it before the buildpacks whose entries it drops.",
        silent: "When the new value keeps every entry, or when only the buildpack's own entries are dropped.",
    },
    check,
};

/// Lists and what separates their entries.
pub(super) const LISTS: &[(&str, u8)] = &[
    ("CLASSPATH", b':'),
    ("CPATH", b':'),
    ("GEM_PATH", b':'),
    ("JAVA_TOOL_OPTIONS", b' '),
    ("LD_LIBRARY_PATH", b':'),
    ("LD_PRELOAD", b':'),
    ("LIBRARY_PATH", b':'),
    ("MANPATH", b':'),
    ("NODE_OPTIONS", b' '),
    ("NODE_PATH", b':'),
    ("PATH", b':'),
    ("PKG_CONFIG_PATH", b':'),
    ("PYTHONPATH", b':'),
    ("RUBYLIB", b':'),
    ("RUBYOPT", b' '),
    ("XDG_DATA_DIRS", b':'),
];

/// What separates the entries of a list variable; `None` for other variables.
pub(super) fn separator(name: &OsStr) -> Option<u8> {
    LISTS
        .iter()
        .find(|(list, _)| name == *list)
        .map(|(_, separator)| *separator)
}

fn check(model: &Model<'_>) -> Vec<Finding> {
    let tell = |clobbered: &[Clobbered<'_>], when: &str| -> Vec<Finding> {
        let findings = clobbered.iter().map(|one| finding(model, one, when));
        findings.collect()
    };
    let mut findings = tell(&clobbered(&model.build), "when the next buildpack runs");
    let at_launch = clobbered(&model.dyno);
    findings.extend(tell(&at_launch, "at launch"));
    for (kind, environment) in &model.by_process {
        let mut own = clobbered(environment);
        own.retain(|one| !at_launch.iter().any(|other| one.is_same(other)));
        findings.extend(tell(&own, &format!("for `{kind}` at launch")));
    }
    findings
}

/// Entries of a list variable that one step dropped.
struct Clobbered<'a> {
    name: &'a OsStr,
    step: &'a Modification,
    /// Who had touched the variable before.
    authors: Vec<&'a Modification>,
    lost: Vec<String>,
}

impl Clobbered<'_> {
    fn is_same(&self, other: &Self) -> bool {
        self.name == other.name && self.step == other.step && self.lost == other.lost
    }
}

fn clobbered(environment: &Environment) -> Vec<Clobbered<'_>> {
    let mut found = Vec::new();
    for (name, variable) in &environment.variables {
        let Some(separator) = separator(name) else {
            continue;
        };
        // Replaying a long PATH is dear: only where something was replaced at all.
        if !variable
            .steps
            .iter()
            .any(|step| step.how == ModificationRule::Override)
        {
            continue;
        }
        let mut authors: Vec<&Modification> = Vec::new();
        for (step, before, after) in variable.history() {
            let others = authors.iter().any(|one| one.by != step.by);
            let lost = if step.fired && step.how == ModificationRule::Override && others {
                lost(&before, &after, separator)
            } else {
                Vec::new()
            };
            if !lost.is_empty() {
                let authors = authors.clone();
                found.push(Clobbered {
                    name,
                    step,
                    authors,
                    lost,
                });
            }
            authors.push(step);
        }
    }
    found
}

fn lost(before: &OsStr, after: &OsStr, separator: u8) -> Vec<String> {
    let entries = |value: &OsStr| -> Vec<String> {
        value
            .as_bytes()
            .split(|byte| *byte == separator)
            .filter(|entry| !entry.is_empty())
            .map(|entry| String::from_utf8_lossy(entry).into_owned())
            .collect()
    };
    let kept = entries(after);
    entries(before)
        .into_iter()
        .filter(|entry| !kept.contains(entry))
        .collect()
}

fn finding(model: &Model<'_>, clobbered: &Clobbered<'_>, when: &str) -> Finding {
    let Clobbered {
        name,
        step,
        authors,
        lost,
    } = clobbered;
    let name = &*name.to_string_lossy();
    let who = fix::author(model, &step.by);
    let losers: BTreeSet<String> = authors
        .iter()
        .filter(|one| one.by != step.by)
        .map(|one| fix::author(model, &one.by))
        .collect();
    let shells = ["/bin", "/usr/bin"];
    let no_shell = name == "PATH"
        && lost.iter().any(|entry| shells.contains(&entry.as_str()))
        && !shells.iter().any(|shell| {
            step.value
                .as_bytes()
                .split(|byte| *byte == b':')
                .any(|entry| entry == shell.as_bytes())
        });
    let consequence = if no_shell {
        " Not even `sh` is found any more."
    } else {
        ""
    };
    let more = match lost.len().saturating_sub(3) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let is_platform = authors.iter().any(|one| one.by == By::Platform);
    let mut shown: Vec<String> = lost
        .iter()
        .take(3)
        .map(|entry| secrets::from(name, entry, is_platform))
        .collect();
    shown.dedup();
    let shown = shown.join(", ");
    let losers = losers.into_iter().collect::<Vec<_>>().join(", ");
    let value = step.value.to_string_lossy();
    let is_text = [format!("${name}"), format!("${{{name}}}")]
        .iter()
        .any(|text| value.contains(text));
    let message = if is_text {
        let why = if model.classic.is_some() {
            "is quoted there"
        } else {
            "means nothing in such a file"
        };
        format!(
            "{who} writes the text `${name}` into {name} {when} ({}): the `$` {why}, so nothing expands it, and \
             {shown}{more}, set by {losers}, is dropped.{consequence}",
            step.file,
        )
    } else {
        format!(
            "{who} replaces {name} {when} ({}) and drops {shown}{more}, set by {losers}.{consequence}",
            step.file,
        )
    };
    let file = step.file.as_str();
    let bare = file.strip_suffix(".override").unwrap_or(file);
    let delimiter = match separator(OsStr::new(name)) {
        Some(b' ') => " ",
        _ => ":",
    };
    let help = vec![if model.classic.is_some() {
        format!("{file} should read: export {name}=\"…{delimiter}${name}\"")
    } else {
        format!(
            "Rename {file} of {who} to {bare}.prepend and write `{delimiter}` into {bare}.delim."
        )
    }];
    let mut finding = RULE.finding(message, help);
    if no_shell {
        finding.level = Severity::Error;
    }
    finding
}
