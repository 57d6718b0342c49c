//! Files that the user names: reports, lists and logs, for the verbs that compare and count. They may be pipes,
//! and a stranger may have written them, so each is read up to a bound.

use std::path::Path;

use crate::error::Result;
use crate::facts::beneath::{given, utf8};

/// Largest list of variables that is read, in bytes: the kernel hands no program more.
const LARGEST_LIST: u64 = 2_000_000;
/// Largest report that is read, in bytes, and most values in it: a parsed value takes a few
/// hundred bytes, whatever it takes in the text.
const LARGEST_REPORT: u64 = 32_000_000;
const MOST_VALUES: usize = 500_000;

/// The text of a list that the user named: also a pipe, as in `--base <(env)`.
pub(super) fn list(path: &Path) -> Result<String> {
    let read = given(path, LARGEST_LIST).and_then(utf8);
    read.map_err(|error| crate::error::io("reading", path, &error))
}

/// The text of a JSON report that the user named: also a pipe.
pub(super) fn report(path: &Path) -> std::io::Result<String> {
    let text = given(path, LARGEST_REPORT).and_then(utf8)?;
    let values = text.bytes().filter(|byte| b",[{".contains(byte)).count();
    if values <= MOST_VALUES {
        return Ok(text);
    }
    let why = format!("it has {values} values, more than the {MOST_VALUES} that are read");
    Err(std::io::Error::other(why))
}
