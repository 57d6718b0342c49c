//! The budget's part of a run: what ships is weighed, as far as it is here.

use super::Run;
use crate::budget::history::History;
use crate::budget::{Missing, Shipped, Verdict};
use crate::cache::store::Store;
use crate::facts::tree::Tree;
use crate::report::event::Event;
use crate::{boot, budget};

impl Run<'_> {
    /// Weighs what will be shipped: the app as it is after stripping (as it would be, in
    /// a check), and the launch layers of all buildpacks.
    pub(super) fn weigh(&mut self, shipped: &mut Tree) {
        self.progress.event(Event::Working { what: "Weighing" });
        let store = self.input.store.map(Store::root);
        let remembered = self.remembered_sizes();
        let previous = self.input.previous.or(remembered.as_ref());
        let (layers, reused) = match &mut self.layers {
            Some(layers) => budget::launched::take(layers),
            None => Default::default(),
        };
        let missing = self.missing();
        let memory = store.map(budget::kept::load_memory);
        let judge = |app: &Tree| {
            let load = budget::Load {
                app,
                layers: &layers,
                reused: &reused,
                previous,
                missing: missing.as_ref(),
                memory: memory.as_ref(),
            };
            budget::judge_load(&load, self.input.config)
        };
        let mut budget = judge(shipped);
        if let Some(boot) = &mut self.report.boot {
            // No build fails because of what only saves time.
            if budget.verdict == Verdict::Over && !boot.written.is_empty() {
                let written = boot.written.clone();
                boot::take_back(self.input.app, boot);
                shipped.look_for(&written);
                budget = judge(shipped);
            }
            self.progress.event(Event::Boot(boot));
        }
        if self.layers.is_some() && missing.is_none() {
            budget.shipped = Shipped::Image;
        }
        // Sources alone are nothing to compare the next build with.
        let is_whole = budget.verdict != Verdict::Over && missing.is_none();
        if let (true, Some(store)) = (self.apply && is_whole, store) {
            // Without it the next build only lacks the comparison.
            let _ = budget::kept::save(store, &History::of(&budget));
            if let Some(memory) = &memory {
                let _ = budget::kept::save_memory(store, memory);
            }
        }
        self.progress.event(Event::Budget(&budget));
        self.report.budget = Some(budget);
    }

    /// Sizes that an earlier build saw.
    pub(super) fn remembered_sizes(&self) -> Option<History> {
        budget::kept::load(self.input.store.map(Store::root)?)
    }

    /// What the app wants installed and is not here to be weighed.
    fn missing(&self) -> Option<Missing> {
        let custom = self.input.config.cache.custom.iter();
        let custom = custom.filter(|one| one.run.is_some() && !self.apply);
        let not_made = custom
            .flat_map(|one| one.paths.iter())
            .filter(|path| !self.input.app.join(path).exists());
        let files = self.report.survey.absent.iter().map(|one| one.file.clone());
        let files: Vec<_> = files.chain(not_made.clone().cloned()).collect();
        let surveyed = self.report.survey.absent.iter().any(|one| one.by_build);
        (!files.is_empty()).then(|| Missing {
            files,
            by_build: surveyed || not_made.count() > 0,
        })
    }
}
