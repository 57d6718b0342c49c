//! The story that every way in shares: gather, decide, apply, measure, report.

use std::path::Path;
use std::time::Instant;

use crate::config::Config;
use crate::error::{Problem, Result};
use crate::facts::environment::Environment;
use crate::facts::tree::Tree;
use crate::facts::{app, layers};
use crate::progress::{Event, Progress};
use crate::report::Report;
use crate::{audit, budget, cache, facts, stack, strip};

/// What one run works on.
pub struct Input<'a> {
    pub app: &'a Path,
    pub config: &'a Config,
    pub environment: &'a Environment,
    /// Where caches live; `None` where nothing may be written (`check`).
    pub store: Option<&'a cache::store::Store>,
    /// The layers root of a Cloud Native build.
    pub layers: Option<&'a Path>,
}

/// Does everything: caches, strips, weighs, explains and audits.
///
/// # Errors
/// A failed install, an app that can't be read, a full disk. A broken budget is no
/// error here: it is in the report, and the way in decides.
pub fn build(input: &Input<'_>, progress: &mut dyn Progress) -> Result<Report> {
    run(input, progress, true)
}

/// Everything that can be said without changing anything.
///
/// # Errors
/// An app that can't be read.
pub fn check(input: &Input<'_>, progress: &mut dyn Progress) -> Result<Report> {
    run(input, progress, false)
}

fn run(input: &Input<'_>, progress: &mut dyn Progress, apply: bool) -> Result<Report> {
    let begun = Instant::now();
    progress.event(Event::Started {
        version: env!("CARGO_PKG_VERSION"),
    });
    progress.event(Event::Config(&input.config.findings));
    let app = app::read(input.app);
    if app.names.is_empty() {
        return Err(Problem::new(&facts::EMPTY_APP).saw(input.app.display().to_string()));
    }
    for malformed in app.broken() {
        progress.event(Event::Warning(&malformed.problem()));
    }
    let mut report = Report {
        config_findings: input.config.findings.clone(),
        ..Report::default()
    };
    if let Some(root) = input.layers {
        let surroundings = layers::surroundings::read(root);
        let stack = stack::inspect(&stack::Inputs {
            layers: &layers::read(root),
            surroundings: &surroundings,
            procfile: &app.procfile,
            audit: Some(&input.config.audit),
        });
        progress.event(Event::Stack(&stack));
        report.stack = Some(stack);
    }
    if let (true, Some(store)) = (apply, input.store) {
        let context = cache::Context {
            app: &app,
            config: input.config,
            environment: input.environment,
            store,
        };
        report.caches = cache::run(&context, progress)?;
    }
    progress.event(Event::Working { what: "Stripping" });
    let strip = strip::run(input.app, input.config, !apply)?;
    progress.event(Event::Strip(&strip));
    report.strip = Some(strip);
    progress.event(Event::Working { what: "Weighing" });
    let tree = Tree::read(input.app);
    let budget = budget::judge(&tree, input.config);
    progress.event(Event::Budget(&budget));
    report.budget = Some(budget);
    let audit = audit::run(&audit::Facts::read(&app, &tree), input.config);
    progress.event(Event::Audit(&audit));
    report.audit = Some(audit);
    report.unread = tree.unread().to_vec();
    report.took = begun.elapsed();
    progress.event(Event::Finished(&report));
    Ok(report)
}
