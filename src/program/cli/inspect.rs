//! `slugsmith inspect PATH`: what the bytes of a folder or an image are.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::engine;
use super::{OutputFile, environment};
use crate::budget::image::{self, Form, ImageReport};
use crate::budget::{self, BudgetReport};
use crate::config::LogLevel;
use crate::error::Result;
use crate::exit::Exit;
use crate::facts::tree::{Entry, Tree};
use crate::print::line::Skin;
use crate::print::live::Live;
use crate::print::{self, bars, html, json, markdown};
use crate::report::event::Silent;
use crate::strip;

/// Say what the bytes of a folder, an image or a layers folder are, as they would be compressed
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A folder, an image of the local engine by its name, a `docker save` archive (`-`: from
    /// standard input), an OCI layout, or a layers folder
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
    let found = engine::find(&arguments.path)?;
    let path = found.path();
    if path.is_dir() {
        fs_err::read_dir(path).map_err(|error| crate::error::io("reading", path, &error))?;
    }
    let live = Live::command(Silent, LogLevel::Normal);
    let (report, image) = match image::form(path) {
        Form::Folder => (inspect(path), None),
        Form::Layers => split(image::inspect_layers(path)),
        Form::Image => split(image::inspect(path)?),
    };
    let after = match (arguments.format, &image) {
        (Shape::Html, None) => stripped(path)?,
        _ => None,
    };
    drop(live);
    let title = found.title();
    let text = match (arguments.format, &image) {
        (Shape::Json, Some(image)) => json::image(image),
        (Shape::Json, None) => json::inspect(&report),
        (Shape::Markdown, _) => markdown::sizes(&title, &report),
        (Shape::Html, _) => html::page(&title, &report, after.as_ref()),
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

/// Weighs a folder. No slug and no image of an app has its repository.
fn inspect(path: &Path) -> BudgetReport {
    budget::inspect(&shipped(&Tree::read(path)))
}

/// The same as stripping would leave it; `None` where nothing would go.
fn stripped(path: &Path) -> Result<Option<BudgetReport>> {
    let environment = environment();
    let config = crate::program::configured::read(path, &environment)?;
    let stripped = strip::run_with(&strip::Input {
        app: path,
        config: &config,
        environment: &environment,
        commands: Vec::new(),
        absent: &crate::facts::absent::Nothing,
        dry_run: true,
    })?;
    let removed = stripped.report.manifest.iter();
    let removed: HashSet<_> = removed.map(|removed| removed.path.as_path()).collect();
    let left = shipped(&stripped.found.without(&removed));
    Ok((!removed.is_empty()).then(|| budget::inspect(&left)))
}

/// A tree without the repository that it is the checkout of.
fn shipped(tree: &Tree) -> Tree {
    let entries = tree.entries().iter();
    let removed: HashSet<_> = entries
        .filter(|entry| entry.is_of_repository())
        .map(Entry::path)
        .collect();
    if removed.is_empty() {
        tree.clone()
    } else {
        tree.without(&removed)
    }
}

fn split(image: ImageReport) -> (BudgetReport, Option<ImageReport>) {
    (image.budget.clone(), Some(image))
}
