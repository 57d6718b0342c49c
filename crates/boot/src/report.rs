//! What was prepared for a start, and what was not, and why: data for printers.

use std::ffi::OsString;
use std::path::PathBuf;

use slugsmith_config::BootLevel;
use slugsmith_finding::layer::Made;

/// What one run prepared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootReport {
    pub level: BootLevel,
    pub made: Vec<Made>,
    pub notes: Vec<Note>,
    /// Files that were written, relative to the app.
    pub written: Vec<PathBuf>,
    /// Those of them that were there before, with another content.
    pub replaced: Vec<PathBuf>,
    /// What processes need at launch, so that they find it. Values below the app are absolute
    /// paths of this build.
    pub variables: Vec<Variable>,
    /// A folder of which the runtime looks into one by the number of the user who runs it
    /// (`NAME-1000`); what was made is that of user 0.
    pub per_user: Option<PathBuf>,
    /// The app was over its budget with what was made, so that it was removed again.
    pub taken_back: bool,
}

impl BootReport {
    /// Nothing done.
    #[must_use]
    pub fn new(level: BootLevel) -> Self {
        Self {
            level,
            made: Vec::new(),
            notes: Vec::new(),
            written: Vec::new(),
            replaced: Vec::new(),
            variables: Vec::new(),
            per_user: None,
            taken_back: false,
        }
    }

    /// Apparent size of all that was made.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.made.iter().map(|made| made.bytes).sum()
    }

    pub(crate) fn note(&mut self, weight: Weight, text: impl Into<String>) {
        self.notes.push(Note {
            weight,
            text: text.into(),
        });
    }
}

/// A variable of a process at launch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    pub name: &'static str,
    pub value: OsString,
    /// It comes after the options that are set; any other yields to what is set.
    pub is_option: bool,
}

/// How much a note matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// For a verbose log.
    Detail,
    Normal,
    /// Something that was asked for was not done.
    Alarm,
}

/// Something that was found and not done, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub weight: Weight,
    pub text: String,
}
