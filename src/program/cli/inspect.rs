//! `slugsmith inspect PATH`: what the bytes are.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{OutputFile, folder};
use crate::budget;
use crate::config::LogLevel;
use crate::error::Result;
use crate::exit::Exit;
use crate::facts::tree::Tree;
use crate::print::line::Skin;
use crate::print::{self, bars, html, json, markdown};

/// Say what the bytes of a folder are, as they would be compressed
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The folder to weigh
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    #[command(flatten)]
    output: OutputFile,
}

/// Forms of the sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Lines, and a tree with bars
    Text,
    Json,
    /// For a pull request
    Markdown,
    /// One self-contained page with a treemap
    Html,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let path = folder(&arguments.path)?;
    let report = budget::inspect(&Tree::read(&path));
    let name = path.file_name().unwrap_or(path.as_os_str());
    let title = name.to_string_lossy();
    let text = match arguments.format {
        Form::Json => json::inspect(&report),
        Form::Markdown => markdown::sizes(&title, &report),
        Form::Html => html::page(&title, &report),
        Form::Text => {
            let mut text = Vec::new();
            let lines = print::budget::lines(&report, LogLevel::Verbose);
            for line in lines.iter().chain(&bars::lines(&report)) {
                let _ = Skin::Bullets.write(&mut text, line);
            }
            String::from_utf8_lossy(&text).into_owned()
        }
    };
    arguments.output.write(&text)?;
    Ok(Exit::Fine)
}
