//! Which files of packages referred to no candidate when the last decision was made; see `known`.

use foldhash::HashSet;
use serde::{Deserialize, Serialize};

/// A file and its text.
pub(crate) type Mark = u128;

/// Hexadecimal digits of a mark.
const DIGITS: usize = 32;

/// What is remembered of a decision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idle {
    /// Digest of all that the files' own texts do not say.
    world: String,
    /// Their marks, one after the other.
    files: String,
}

impl Idle {
    pub(crate) fn new(world: String, marks: &[Mark]) -> Self {
        let digits: Vec<String> = marks.iter().map(|mark| format!("{mark:032x}")).collect();
        Self {
            world,
            files: digits.concat(),
        }
    }

    /// The marks that hold in this world.
    pub(crate) fn marks(&self, world: &str) -> HashSet<Mark> {
        if self.world != world {
            return HashSet::default();
        }
        let digits = self.files.as_bytes().chunks(DIGITS);
        let digits = digits.filter_map(|digits| std::str::from_utf8(digits).ok());
        digits
            .filter_map(|digits| Mark::from_str_radix(digits, 16).ok())
            .collect()
    }
}
