//! Which distribution did a file come with, and what does its metadata say?
//!
//! `RECORD`, `METADATA`, `entry_points.txt` and `REQUESTED` of each `*.dist-info`
//! (packaging.python.org/en/latest/specifications/recording-installed-packages). Files
//! that no `RECORD` lists are nobody's: they are never judged.

use slugsmith_ecosystems::names::pep_503;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::facts::{Facts, Texts};
use crate::index::{join, name};

/// One installed distribution.
#[derive(Debug, Default)]
pub(super) struct Distribution {
    /// As names are compared: lower case, `-` for runs of `-_.`.
    pub(super) name: String,
    /// Files inside the root that are neither modules nor metadata.
    pub(super) data: Vec<usize>,
    pub(super) modules: Vec<usize>,
    /// Path of the file that names the two below.
    pub(super) entry_points: String,
    /// Commands: name and module.
    pub(super) scripts: Vec<(String, String)>,
    /// Modules that others find by `importlib.metadata.entry_points`.
    pub(super) plugins: Vec<String>,
    /// Asked for by name rather than needed by another.
    pub(super) requested: bool,
    /// Names of distributions that it may use, those of extras too.
    pub(super) uses: BTreeSet<String>,
}

/// All of them, in a fixed order.
#[derive(Debug, Default)]
pub(super) struct Distributions {
    pub(super) all: Vec<Distribution>,
    of: HashMap<usize, usize>,
    /// By the first part of a module's name.
    tops: BTreeMap<String, BTreeSet<usize>>,
}

impl Distributions {
    pub(super) fn read(facts: &Facts<'_>, texts: &dyn Texts) -> Self {
        let mut found = Self::default();
        for root in &facts.python_roots {
            for number in facts.index.below_path(root) {
                let Some(path) = facts.index.path(number) else {
                    continue;
                };
                if path.ends_with(".dist-info/RECORD") {
                    found.add(facts, texts, root, path.trim_end_matches("/RECORD"));
                }
            }
        }
        found
    }

    fn add(&mut self, facts: &Facts<'_>, texts: &dyn Texts, root: &str, folder: &str) {
        let text = |file: &str| {
            let text = texts.text(&format!("{folder}/{file}"))?;
            Some(String::from_utf8_lossy(&text).into_owned())
        };
        let metadata = text("METADATA").unwrap_or_default();
        let mut distribution = Distribution {
            name: pep_503(name(folder).split('-').next().unwrap_or_default()),
            requested: facts.index.has_file(&format!("{folder}/REQUESTED")),
            uses: uses(&metadata),
            entry_points: format!("{folder}/entry_points.txt"),
            ..Distribution::default()
        };
        entry_points(
            &text("entry_points.txt").unwrap_or_default(),
            &mut distribution,
        );
        let number = self.all.len();
        for line in text("RECORD").unwrap_or_default().lines() {
            let file = first_field(line);
            let Some(path) = join(root, file).filter(|_| !file.contains(".dist-info/")) else {
                continue;
            };
            let inside = path
                .strip_prefix(root)
                .map(|rest| rest.trim_start_matches('/'));
            let (Some(inside), Some(file)) = (inside, facts.index.exact(&path)) else {
                continue;
            };
            self.of.insert(file, number);
            if super::is_module(&path) {
                let top = inside.split(['/', '.']).next().unwrap_or_default();
                self.tops.entry(top.to_owned()).or_default().insert(number);
                distribution.modules.push(file);
            } else if !path.ends_with(".pyc") {
                distribution.data.push(file);
            }
        }
        self.all.push(distribution);
    }

    /// The distribution that a file came with.
    pub(super) fn of(&self, file: usize) -> Option<usize> {
        self.of.get(&file).copied()
    }

    pub(super) fn get(&self, number: usize) -> Option<&Distribution> {
        self.all.get(number)
    }

    /// Those that bring a module of this first name.
    pub(super) fn with_top(&self, top: &str) -> impl Iterator<Item = &Distribution> {
        let numbers = self.tops.get(top).into_iter().flatten();
        numbers.filter_map(|number| self.all.get(*number))
    }

    /// Whether the installer noted what was asked for by name (PEP 376).
    pub(super) fn any_requested(&self) -> bool {
        self.all.iter().any(|distribution| distribution.requested)
    }
}

fn uses(metadata: &str) -> BTreeSet<String> {
    metadata
        .lines()
        .filter_map(|line| line.strip_prefix("Requires-Dist:"))
        .filter_map(|rest| {
            rest.trim()
                .split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')))
                .next()
        })
        .map(pep_503)
        .collect()
}

fn entry_points(text: &str, distribution: &mut Distribution) {
    let mut group = "";
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[') {
            group = name.trim_end_matches(']').trim();
        } else if let Some((name, target)) = line.split_once('=') {
            let module = target
                .trim()
                .split([':', ' ', '['])
                .next()
                .unwrap_or_default();
            if matches!(group, "console_scripts" | "gui_scripts") {
                let script = (name.trim().to_owned(), module.to_owned());
                distribution.scripts.push(script);
            } else {
                distribution.plugins.push(module.to_owned());
            }
        }
    }
}

/// The first field of a line of CSV.
fn first_field(line: &str) -> &str {
    match line.strip_prefix('"') {
        Some(rest) => rest.split('"').next().unwrap_or_default(),
        None => line.split(',').next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_read_as_it_is_written() {
        let needs = "Name: x\nRequires-Dist: Foo.Bar (>=1) ; extra == 'y'\nRequires-Dist: baz>=2\n";
        let expected = BTreeSet::from(["foo-bar".to_owned(), "baz".to_owned()]);
        assert_eq!(uses(needs), expected);
        assert_eq!(first_field("\"a,b.py\",sha256=x,1"), "a,b.py");
        assert_eq!(first_field("a.py,,"), "a.py");
        let mut distribution = Distribution::default();
        let text = "[console_scripts]\nrun = a.b:main\n[x.y]\np = c.d:E [extra]\n";
        entry_points(text, &mut distribution);
        assert_eq!(distribution.scripts, [("run".to_owned(), "a.b".to_owned())]);
        assert_eq!(distribution.plugins, ["c.d"]);
    }
}
