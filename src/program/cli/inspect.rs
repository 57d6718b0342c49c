//! `slugsmith inspect PATH`: what the bytes of a folder or an image are.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{OutputFile, environment, existing};
use crate::budget::image::{self, Form, ImageReport};
use crate::budget::{self, BudgetReport};
use crate::config::{self, LogLevel};
use crate::error::Result;
use crate::exit::Exit;
use crate::facts::tree::Tree;
use crate::print::line::Skin;
use crate::print::live::Live;
use crate::print::{self, bars, html, json, markdown};
use crate::report::event::Silent;
use crate::strip;

/// Say what the bytes of a folder, an image or a layers folder are, as they would be compressed
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A folder, a `docker save` archive, an OCI layout, or a layers folder
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = Shape::Text)]
    format: Shape,
    #[command(flatten)]
    output: OutputFile,
}

/// Forms of the sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// Lines, and a tree with bars
    Text,
    Json,
    /// For a pull request
    Markdown,
    /// One self-contained page with a treemap
    Html,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let path = existing(&arguments.path)?;
    let live = Live::command(Silent, LogLevel::Normal);
    let (report, image) = match image::form(&path) {
        Form::Folder => (inspect(&path, arguments.format)?, None),
        Form::Layers => split(image::inspect_layers(&path)),
        Form::Image => split(image::inspect(&path)?),
    };
    drop(live);
    let name = path.file_name().unwrap_or(path.as_os_str());
    let title = name.to_string_lossy();
    let text = match (arguments.format, &image) {
        (Shape::Json, Some(image)) => json::image(image),
        (Shape::Json, None) => json::inspect(&report),
        (Shape::Markdown, _) => markdown::sizes(&title, &report),
        (Shape::Html, _) => html::page(&title, &report),
        (Shape::Text, image) => {
            let mut lines = print::budget::lines(&report, LogLevel::Verbose);
            lines.extend(bars::lines(&report));
            lines.extend(image.iter().flat_map(print::image::lines));
            let mut text = anstream::StripStream::new(Vec::new());
            for line in &lines {
                let _ = Skin::Bullets.write(&mut text, line);
            }
            String::from_utf8_lossy(&text.into_inner()).into_owned()
        }
    };
    arguments.output.write(&text)?;
    Ok(Exit::Fine)
}

/// Weighs a folder; for a picture also what stripping it would remove.
fn inspect(path: &Path, shape: Shape) -> Result<BudgetReport> {
    if shape != Shape::Html {
        return Ok(budget::inspect(&Tree::read(path)));
    }
    let environment = environment();
    let config = config::read(path, &environment)?;
    let stripped = strip::run_with(&strip::Input {
        app: path,
        config: &config,
        environment: &environment,
        commands: Vec::new(),
        absent: &strip::absent::Nothing,
        dry_run: true,
    })?;
    let gone = stripped.report.manifest.iter();
    let gone = gone.map(|removed| removed.path.as_path()).collect();
    Ok(budget::inspect_without(&stripped.found, &gone))
}

fn split(image: ImageReport) -> (BudgetReport, Option<ImageReport>) {
    (image.budget.clone(), Some(image))
}
