//! What is kept before any source is read: by package.json files, commands, links and, at
//! level `trace`, by the graph?

use super::keep::is_own_use;
use super::{Because, State};
use crate::catalogue::node::UNREACHED;
use crate::catalogue::runtime;
use crate::dev;
use crate::entries;
use crate::facts::{Texts, in_packages};
use crate::lists::Lists;
use crate::manifest::Manifest;
use crate::python;
use crate::references::{Form, Literal};
use crate::resolve::{Meaning, Resolver};
use crate::start;
use crate::trace::{self, Undecided};
use slugsmith_ecosystems as ecosystems;

impl State<'_, '_> {
    /// Level `trace`: every file of a package that the graph does not reach is a candidate
    /// that nothing else keeps.
    pub(super) fn trace(&mut self, texts: &dyn Texts, lists: &Lists) -> Vec<Undecided> {
        let facts = self.facts;
        let trace = trace::follow(facts, texts, &self.normal, |path| {
            lists.keep.names(path, false)
        });
        let mut used = Vec::new();
        for number in 0..self.open.len() {
            let Some(path) = facts
                .index
                .path(number)
                .filter(|path| facts.index.is_file(number) && runtime::owner(path).is_none())
            else {
                continue;
            };
            let judged = trace.judged.get(number) == Some(&true);
            let Some(slot) = self.open.get_mut(number).filter(|_| judged) else {
                continue;
            };
            // Tests and installers of Python are known by name; what keeps them is read below.
            let named = slot.is_some() && crate::catalogue::python::split(path).is_some();
            if named {
                continue;
            }
            let listed = slot.is_some_and(entries::is_listed);
            let develops = slot.is_some_and(dev::is_of_package);
            if develops && !lists.keep.names(path, false) {
                // Only the app's own use brings it back, and that is a reach, too.
                if trace.reached.get(number) == Some(&true)
                    && let Some(because) = trace.why.get(&number)
                    && is_own_use(because)
                {
                    used.push((number, because.clone()));
                }
            } else if trace.reached.get(number) == Some(&true) {
                if let (Some(entry), false, Some(because)) = (*slot, listed, trace.why.get(&number))
                {
                    *slot = None;
                    self.kept.push((number, entry, because.clone()));
                }
            } else if slot.is_none() && !lists.keep.names(path, false) {
                *slot = Some(&UNREACHED);
            }
        }
        self.list_candidates();
        for (number, because) in used {
            self.keep_development(number, &because);
        }
        self.reached = trace.why;
        trace.undecided
    }

    /// What is reached without reading any source.
    pub(super) fn roots(&mut self) {
        let facts = self.facts;
        for (folder, manifest) in &facts.manifests {
            let file = if folder.is_empty() {
                ecosystems::javascript::MANIFEST.to_owned()
            } else {
                format!("{folder}{}", ecosystems::javascript::IN_FOLDER)
            };
            let gone = facts
                .index
                .exact(&file)
                .is_none_or(|number| self.is_open(number));
            let by_need = self.trace && in_packages(&file);
            if !gone && !by_need {
                self.keep_entries(&file, manifest.as_ref());
            }
        }
        for command in &facts.commands {
            let resolver = Resolver::new(facts, "");
            for word in start::words(&command.text) {
                let literal = Literal {
                    text: word,
                    form: Form::Argument,
                    open: false,
                    at: 0,
                };
                resolver.literal(&literal, &mut |meaning| {
                    self.keep_meaning(&meaning, &Because::Command(command.origin.clone()));
                });
            }
            for word in start::words(&command.text) {
                // `python -m package` runs `package.__main__`.
                for name in [word, &format!("{word}.__main__")] {
                    python::needed(facts, "", name, &mut |folder| {
                        let because = Because::Command(command.origin.clone());
                        self.keep_meaning(&Meaning::Wholly(folder), &because);
                    });
                }
            }
            // `git rev-parse HEAD` reads the repository.
            if start::words(&command.text).any(|word| word == "git") {
                self.keep_meaning(
                    &Meaning::Below(".git".to_owned()),
                    &Because::Command(command.origin.clone()),
                );
            }
        }
        self.served();
        for (link, target) in facts.index.link_targets() {
            let from = facts.index.path(link).unwrap_or_default();
            if self.trace && in_packages(from) {
                continue;
            }
            if let Some(number) = facts.index.find(target) {
                let meaning = if facts.index.is_folder(number) {
                    continue;
                } else {
                    Meaning::File(number)
                };
                self.keep_meaning(&meaning, &Because::Link(from.to_owned()));
            }
        }
    }

    /// What is served of packages: all of a folder, or files by their address.
    fn served(&mut self) {
        let facts = self.facts;
        let served = &facts.served;
        for named in served.roots.iter().chain(&served.linked) {
            let meaning = match facts.index.path(named.number) {
                Some(folder) if facts.index.is_folder(named.number) => {
                    Meaning::Below(folder.to_owned())
                }
                _ => Meaning::File(named.number),
            };
            self.keep_meaning(&meaning, &Because::from(named));
        }
    }

    pub(super) fn keep_entries(&mut self, file: &str, manifest: Option<&Manifest>) {
        let facts = self.facts;
        let resolver = Resolver::new(facts, file);
        let because = Because::Manifest(file.to_owned());
        for entry in manifest.iter().flat_map(|manifest| &manifest.entries) {
            resolver.entry(entry, false, &mut |meaning| {
                self.keep_meaning(&meaning, &because);
            });
        }
        for entry in manifest.iter().flat_map(|manifest| &manifest.mentions) {
            resolver.entry(entry, true, &mut |meaning| {
                self.keep_meaning(&meaning, &because);
            });
        }
    }

    pub(super) fn is_open(&self, number: usize) -> bool {
        self.open.get(number).is_some_and(Option::is_some)
    }
}
