//! `slugsmith which NAME`: which executable wins at build and at launch, and why.

use std::path::PathBuf;

use super::{Format, OutputArguments, folder};
use crate::error::{Result, io};
use crate::exit::Exit;
use crate::facts::layers::{self, surroundings};
use crate::print::json;
use crate::print::stack::which as printer;
use crate::stack::{self, Inputs};

/// Say which executable a name means at build and at launch, what it hides, and why
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The command to look up
    #[arg(value_name = "NAME")]
    name: String,
    /// The layers folder of a build, or one taken out of an image
    #[arg(long, value_name = "DIR")]
    layers: PathBuf,
    #[command(flatten)]
    output: OutputArguments,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let root = folder(&arguments.layers)?;
    let layers = layers::read(&root);
    let found = stack::which(
        &Inputs {
            layers: &layers,
            surroundings: &surroundings::read(&layers, None),
            app: None,
            remembered: None,
            audit: None,
        },
        &arguments.name,
    );
    let ids: Vec<String> = layers.group.iter().map(|one| one.id.clone()).collect();
    let text = match arguments.output.format {
        Format::Json => json::pretty(&printer::json(&found, &arguments.name, &ids)),
        Format::Text => {
            let mut text = Vec::new();
            printer::text(&found, &arguments.name, &ids, &mut text)
                .map_err(|error| io("writing", "the result", &error))?;
            String::from_utf8_lossy(&text).into_owned()
        }
    };
    arguments.output.write(&text)?;
    let nowhere = found.iter().all(|phase| phase.candidates.is_empty());
    Ok(if nowhere { Exit::Findings } else { Exit::Fine })
}
