//! Does what is stored fit what is wanted?

use super::now;
use super::reads::Read;
use crate::decide::{Fit, Wanted, fit};
use crate::ledger::Ledger;
use crate::presets::Job;
use crate::store::{Record, Stored};
use crate::{Context, lockfile, switches};

pub(crate) enum Answer {
    Hit(Box<Record>),
    /// The old tree may be the base of the new one.
    Base(Box<Record>, Vec<String>),
    Miss(Vec<String>),
}

impl Answer {
    /// The verdict as a word, and the reasons for it.
    pub(crate) fn words(&self) -> (&'static str, Vec<String>) {
        match self {
            Self::Hit(_) => ("hit", Vec::new()),
            Self::Base(_, reasons) => ("partial", reasons.clone()),
            Self::Miss(reasons) => ("miss", reasons.clone()),
        }
    }
}

/// An old tree is no base where code of the app took part in making it: it would run on its own
/// earlier result.
fn may_sync(job: &Job, stored: &Stored) -> bool {
    let has_effects = matches!(stored, Stored::Complete(record) if !record.effects.is_empty());
    job.reads.is_empty() && !has_effects
}

/// The answer for one site. `stored` is what the store says of it.
pub(crate) fn answer(
    context: &Context<'_>,
    name: &str,
    job: &Job,
    read: &Read,
    stored: Stored,
) -> Answer {
    if let Some(why) = switches::off(context, name) {
        return Answer::Miss(vec![why.to_owned()]);
    }
    if context.is_reset(name) {
        return Answer::Miss(vec!["SLUGSMITH_CACHE_RESET".to_owned()]);
    }
    let packages = lockfile::kept(&context.store.folder(name))
        .or_else(|| Ledger::load(context.store).installed.remove(name));
    let wanted = Wanted {
        inputs: &job.inputs,
        lockfile: job.lockfile.as_ref(),
        stored_packages: packages.as_ref(),
        expires: job.expires,
        syncs_over: (!job.sync.is_empty() && may_sync(job, &stored)).then_some(job.syncs_over),
        now: now(),
        files: read.changes(context.store, name),
        has_file: &|path| {
            fs_err::symlink_metadata(context.app.root.join(path)).is_ok_and(|one| one.is_file())
        },
    };
    match (fit(&stored, &wanted), stored) {
        (Fit::Fits, Stored::Complete(record)) => Answer::Hit(record),
        (Fit::Base(reasons), Stored::Complete(record)) if !record.is_away => {
            Answer::Base(record, reasons)
        }
        (Fit::Differs(reasons) | Fit::Base(reasons), _) => Answer::Miss(reasons),
        // `fit` never says so; a miss is always safe.
        (Fit::Fits, _) => Answer::Miss(vec!["nothing is stored".to_owned()]),
    }
}
