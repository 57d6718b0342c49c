//! `slugsmith diff OLD NEW`: what grew between two reports.

use std::path::{Path, PathBuf};

use super::given::report;
use super::{OutputFile, SharedForm, existing};
use crate::budget::history::{History, SizeChange};
use crate::error::{Problem, Result};
use crate::exit::Exit;
use crate::print::line::Skin;
use crate::print::{diff, json};
use crate::program::problems::USAGE;

/// Say what grew, shrank and appeared between two reports of `inspect` or `check`
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The report before, as written by `--format json`
    #[arg(value_name = "OLD.json")]
    old: PathBuf,
    /// The report after
    #[arg(value_name = "NEW.json")]
    new: PathBuf,
    /// Form of the difference
    #[arg(long, value_enum, default_value_t = SharedForm::Text)]
    format: SharedForm,
    #[command(flatten)]
    output: OutputFile,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let (old, new) = (read(&arguments.old)?, read(&arguments.new)?);
    let change = SizeChange::between(&old, &new);
    let text = match arguments.format {
        SharedForm::Json => json::diff(&change),
        SharedForm::Markdown if old.is_bare != new.is_bare => diff::unlike_markdown(&change),
        SharedForm::Markdown => diff::markdown(&change),
        SharedForm::Text => {
            let mut text = anstream::StripStream::new(Vec::new());
            let lines = if old.is_bare == new.is_bare {
                diff::lines(&change)
            } else {
                diff::unlike(&change)
            };
            for line in &lines {
                let _ = Skin::Bullets.write(&mut text, line);
            }
            String::from_utf8_lossy(&text.into_inner()).into_owned()
        }
    };
    arguments.output.write(&text)?;
    Ok(Exit::Fine)
}

fn read(path: &Path) -> Result<History> {
    let full = existing(path)?;
    let text = report(&full).map_err(|error| crate::error::io("reading", path, &error))?;
    History::from_report(&text).ok_or_else(|| {
        Problem::new(&USAGE).saw(format!(
            "{} holds no sizes: write it with `slugsmith inspect PATH --format json --output {0}`",
            path.display()
        ))
    })
}
