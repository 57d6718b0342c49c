//! `slugsmith stack`: what the buildpacks did to each other, in words or as a picture.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{OutputFile, folder};
use crate::config::LogLevel;
use crate::error::Result;
use crate::exit::Exit;
use crate::facts::layers::surroundings;
use crate::facts::{app, classic};
use crate::finding::Severity;
use crate::print::json;
use crate::print::line::Skin;
use crate::print::stack::{graph, html, lines};
use crate::stack::{self, Inputs};

/// Explain a stack of buildpacks: layers, variables, processes, conflicts
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The layers folder of a build, or one taken out of an image; without it the app is taken
    /// as a classic slug
    #[arg(long, value_name = "DIR")]
    layers: Option<PathBuf>,
    /// The app's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    app: PathBuf,
    /// Everything: layers, histories of variables, PATH, build plan
    #[arg(long)]
    verbose: bool,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Picture::Text)]
    format: Picture,
    #[command(flatten)]
    file: OutputFile,
}

/// Forms of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Picture {
    Text,
    Json,
    Html,
    Mermaid,
    Dot,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let app = app::read(&folder(&arguments.app)?);
    let report = match &arguments.layers {
        Some(layers) => {
            let folder = folder(layers)?;
            let layers = super::layers_of(&folder);
            stack::inspect(&Inputs {
                surroundings: &super::surroundings_of(&folder, &layers, Some(&app.root)),
                layers: &layers,
                app: Some(&app),
                remembered: None,
                audit: None,
            })
        }
        None => stack::classic::inspect(&stack::classic::Inputs {
            slug: &classic::read(&app, None),
            app: &app,
            surroundings: &surroundings::of_slug_alone(),
            audit: None,
            released: &[],
            is_build: false,
        }),
    };
    let text = match arguments.format {
        Picture::Text => {
            let level = if arguments.verbose {
                LogLevel::Verbose
            } else {
                LogLevel::Normal
            };
            let mut text = Vec::new();
            for line in lines(&report, level) {
                // Writing to memory has no errors.
                let _ = Skin::Bullets.write(&mut text, &line);
            }
            String::from_utf8_lossy(&text).into_owned()
        }
        Picture::Json => json::pretty(&json::stack::document(&report)),
        Picture::Html => html::page(&report),
        Picture::Mermaid => graph::mermaid(&report),
        Picture::Dot => graph::dot(&report),
    };
    arguments.file.write(&text)?;
    let worst = report.findings.iter().map(|finding| finding.level).max();
    Ok(if worst == Some(Severity::Error) {
        Exit::Findings
    } else {
        Exit::Fine
    })
}
