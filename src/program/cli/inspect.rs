//! `slugsmith inspect PATH`: what the bytes are.

use std::path::PathBuf;

use super::{Format, OutputArguments, folder};
use crate::budget;
use crate::config::LogLevel;
use crate::error::Result;
use crate::exit::Exit;
use crate::facts::tree::Tree;
use crate::print::line::Skin;
use crate::print::{self, json};

/// Say what the bytes of a folder are, as they would be compressed
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The folder to weigh
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    #[command(flatten)]
    output: OutputArguments,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let path = folder(&arguments.path)?;
    let report = budget::inspect(&Tree::read(&path));
    let text = match arguments.output.format {
        Format::Json => json::inspect(&report),
        Format::Text => {
            let mut text = Vec::new();
            for line in print::budget::lines(&report, LogLevel::Verbose) {
                let _ = Skin::Bullets.write(&mut text, &line);
            }
            String::from_utf8_lossy(&text).into_owned()
        }
    };
    arguments.output.write(&text)?;
    Ok(Exit::Fine)
}
