//! Which removed files does an answer need, for `prove`? They are put back in halves.

use std::collections::BTreeSet;

use super::{Behaviour, Needed, Question, different, observe};
use crate::report::StripReport;
use crate::shrink::SYMBOLS;
use slugsmith_finding::error::Result;

/// Looks for groups of files without which an answer differs.
pub(super) struct Search<'s, 'q> {
    pub(super) question: &'s Question<'q>,
    pub(super) before: &'s Behaviour,
    pub(super) groups: &'s [Needed],
    /// Groups that are back in the copy.
    pub(super) back: BTreeSet<usize>,
}

impl Search<'_, '_> {
    /// The first answer that is not what it was.
    pub(super) fn difference(&self) -> Result<Option<String>> {
        let now = observe(self.question, false)?;
        Ok(self.before.iter().find_map(|(process, before)| {
            let after = now.get(process)?;
            different(process, before, after)
        }))
    }

    /// The next group without which an answer differs, put back for good. `None` where
    /// putting everything back does not help.
    pub(super) fn next_needed(&mut self) -> Result<Option<Needed>> {
        let open: Vec<usize> = (0..self.groups.len())
            .filter(|group| !self.back.contains(group))
            .collect();
        self.put_back(&open)?;
        if self.difference()?.is_some() {
            return Ok(None);
        }
        // The shortest beginning of the list that makes the answers right ends with it.
        let (mut wrong, mut right) = (0, open.len());
        while right - wrong > 1 {
            let middle = usize::midpoint(wrong, right);
            self.take_out(open.get(middle..).unwrap_or_default())?;
            self.put_back(open.get(..middle).unwrap_or_default())?;
            if self.difference()?.is_some() {
                wrong = middle;
            } else {
                right = middle;
            }
        }
        let found = right.checked_sub(1).and_then(|at| open.get(at)).copied();
        self.take_out(&open)?;
        if let Some(found) = found {
            self.put_back(&[found])?;
        }
        Ok(found.and_then(|found| self.groups.get(found)).cloned())
    }

    /// Files that became smaller, if they are what is wrong.
    pub(super) fn symbols(&self, report: &StripReport, difference: &str) -> Result<Option<Needed>> {
        let files = report
            .shrunk
            .iter()
            .filter_map(|shrunk| shrunk.path.to_str());
        let files: Vec<String> = files.map(str::to_owned).collect();
        self.question.place.put_back(&files)?;
        let helps = !files.is_empty() && self.difference()?.is_none();
        Ok(helps.then(|| Needed {
            entry: SYMBOLS.id,
            folder: String::new(),
            files,
            difference: difference.to_owned(),
        }))
    }

    fn put_back(&mut self, groups: &[usize]) -> Result<()> {
        for group in groups {
            if self.back.insert(*group)
                && let Some(files) = self.groups.get(*group)
            {
                self.question.place.put_back(&files.files)?;
            }
        }
        Ok(())
    }

    fn take_out(&mut self, groups: &[usize]) -> Result<()> {
        for group in groups {
            if self.back.remove(group)
                && let Some(files) = self.groups.get(*group)
            {
                self.question.place.take_out(&files.files)?;
            }
        }
        Ok(())
    }
}
