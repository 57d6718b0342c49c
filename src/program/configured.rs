//! The configuration of an app, for every program: printers learn from it where pages are.

use std::path::Path;

use crate::config::{self, Config};
use crate::error::Result;
use crate::facts::environment::Environment;
use crate::finding::pages;

/// Reads it, and sets the base of addresses where it names one.
///
/// # Errors
/// As [`config::read`].
pub(super) fn read(app: &Path, environment: &Environment) -> Result<Config> {
    let config = config::read(app, environment)?;
    if let Some(base) = &config.pages {
        pages::set_base(&base.value);
    }
    Ok(config)
}
