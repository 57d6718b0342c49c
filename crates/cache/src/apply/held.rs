//! Does a lockfile hold, where the command that installs from it does not ask?

use std::path::Path;

use super::work::Work;
use crate::LOCKFILE_OUT_OF_STEP;
use crate::lockfile::differences;
use slugsmith_ecosystems::agreement;
use slugsmith_facts::app::OnDisk;
use slugsmith_finding::error::{Problem, Result};

impl Work<'_> {
    /// Before the install: manifest and lockfile have to agree.
    pub(super) fn holds_before(&self) -> Result<()> {
        if self.job.held_by.is_none() {
            return Ok(());
        }
        let at = self.job.folder.to_string_lossy();
        let found = agreement::of(&OnDisk(self.app()), &at);
        let Some(first) = found.first() else {
            return Ok(());
        };
        let mut problem = Problem::new(&LOCKFILE_OUT_OF_STEP);
        for one in &found {
            problem = problem.saw(one.to_string());
        }
        let step = format!("Write the lockfile anew: `{}`.", first.lock_with);
        Err(problem.step(step))
    }

    /// After it: the same packages as before. What the manager wrote is taken back.
    pub(super) fn holds_after(&self, before: Option<&[u8]>) -> Result<()> {
        let Some(read) = self.job.held_by else {
            return Ok(());
        };
        let after = self.lockfile_content();
        if after.as_deref() == before {
            return Ok(());
        }
        self.put_lockfile_back(before)?;
        let packages =
            |content: Option<&[u8]>| read(&String::from_utf8_lossy(content.unwrap_or_default()));
        let changes = differences(&packages(before), &packages(after.as_deref()));
        // A newer manager also writes an old lockfile in its own form.
        if changes.is_empty() {
            return Ok(());
        }
        let name = self
            .job
            .lockfile
            .as_ref()
            .map_or("", |lock| lock.path.as_str());
        let name = Path::new(name).display();
        Err(Problem::new(&LOCKFILE_OUT_OF_STEP)
            .saw(format!("the install changed {name}: {changes}"))
            .step("Write the lockfile anew with the same version of the manager."))
    }
}
