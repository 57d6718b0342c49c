//! The stack's part of a run: what earlier buildpacks did, and what processes start.

use std::collections::BTreeSet;

use super::{Run, excerpts};
use crate::cache::{self, store::Store};
use crate::facts::before::{Before, Changes};
use crate::facts::layers;
use crate::report::event::Event;
use crate::{facts, stack};

impl Run<'_> {
    /// Explains what the earlier buildpacks did.
    pub(super) fn explain_stack(&mut self) {
        let Some(layers) = &self.layers else {
            return self.explain_slug();
        };
        let store = self.input.store.map(Store::root);
        let remembered = store.and_then(stack::kept::load);
        let mut surroundings = layers::surroundings::read(layers, Some(self.input.app));
        surroundings.changes = self.changes();
        let stack = stack::inspect(&stack::Inputs {
            layers,
            surroundings: &surroundings,
            app: Some(&self.app),
            remembered: remembered.as_ref(),
            audit: Some(&self.input.config.audit),
        });
        let stack = self.reworded(stack);
        if let (true, Some(store)) = (self.apply, store) {
            // Without it the next build knows less of layers that it can't see.
            let _ = stack::kept::save(store, &stack.snapshot);
        }
        self.progress.event(Event::Stack(&stack));
        self.report.stack = Some(stack);
    }

    /// Findings in the words of the platform.
    fn reworded(&self, mut stack: stack::StackReport) -> stack::StackReport {
        let hosting = &self.input.config.hosting;
        let findings = stack.findings.into_iter();
        stack.findings = findings.map(|one| hosting.of_finding(one)).collect();
        excerpts(self.input.app, &mut stack.findings);
        stack
    }

    /// What processes start, now that everything is installed.
    pub(super) fn check_starts(&mut self) {
        let audit = Some(&self.input.config.audit);
        if self.report.stack.is_none() && self.input.classic.is_none() {
            return;
        }
        let nothing = stack::StackReport {
            is_classic: true,
            ..stack::StackReport::default()
        };
        let stack = self.report.stack.as_ref().unwrap_or(&nothing);
        let mut findings = match (&self.layers, &self.input.classic) {
            (Some(layers), _) => stack::starts(&stack::Inputs {
                layers,
                surroundings: &layers::surroundings::read(layers, Some(self.input.app)),
                app: Some(&self.app),
                remembered: Some(&stack.snapshot),
                audit,
            }),
            (None, Some(classic)) => {
                let inputs = stack::classic::Inputs {
                    slug: &facts::classic::read(&self.app, classic.buildpack),
                    app: &self.app,
                    surroundings: &layers::surroundings::of_slug(classic.config_vars),
                    audit,
                    released: classic.processes,
                    is_build: true,
                };
                let mut found = stack::classic::starts(&inputs);
                // Where no buildpack left anything the stack was not judged before.
                if self.report.stack.is_none() {
                    let all = stack::classic::inspect(&inputs).findings.into_iter();
                    found.extend(all.filter(|one| one.rule == stack::rules::START_COMMAND));
                }
                found
            }
            (None, None) => return,
        };
        // What we install ourselves comes onto PATH in ways that the stack does not see.
        let is_ours = |one: &cache::Outcome| {
            use cache::Verdict::{Hit, Miss, Partial};
            matches!(one.decision.verdict, Hit | Miss { .. } | Partial { .. })
        };
        if self.report.caches.iter().any(is_ours) {
            findings.retain(|finding| finding.rule != "start-program-missing");
        }
        let hosting = &self.input.config.hosting;
        let mut findings: Vec<_> = findings
            .into_iter()
            .map(|one| hosting.of_finding(one))
            .collect();
        excerpts(self.input.app, &mut findings);
        findings.retain(|finding| !stack.findings.contains(finding));
        if findings.is_empty() {
            return;
        }
        self.progress.event(Event::Starts(&stack::StackReport {
            findings: findings.clone(),
            ..stack::StackReport::default()
        }));
        let stack = self.report.stack.get_or_insert(nothing);
        stack.findings.extend(findings);
    }

    /// Process types of which the stack said that they do not start.
    pub(super) fn starts_told(&self) -> BTreeSet<String> {
        let findings = self.report.stack.iter().flat_map(|stack| &stack.findings);
        findings
            .filter(|finding| finding.rule == stack::rules::START_COMMAND)
            .flat_map(|finding| finding.processes.iter().cloned())
            .collect()
    }

    /// What others did to the app's files, where the companion has noted them.
    fn changes(&self) -> Option<Changes> {
        let before = Before::find(self.input.store?.root(), self.input.app)?;
        Some(before.changes(self.input.app))
    }

    /// The classic counterpart; silent where no buildpack left anything.
    fn explain_slug(&mut self) {
        let Some(classic) = &self.input.classic else {
            return;
        };
        let slug = facts::classic::read(&self.app, classic.buildpack);
        if slug.is_empty() {
            return;
        }
        let mut surroundings = layers::surroundings::of_slug(classic.config_vars);
        surroundings.libraries = Some(layers::libraries::of_image());
        surroundings.changes = self.changes();
        let stack = stack::classic::inspect(&stack::classic::Inputs {
            slug: &slug,
            app: &self.app,
            surroundings: &surroundings,
            audit: Some(&self.input.config.audit),
            released: classic.processes,
            is_build: true,
        });
        let stack = self.reworded(stack);
        self.progress.event(Event::Stack(&stack));
        self.report.stack = Some(stack);
    }
}
