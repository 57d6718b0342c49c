//! `slugsmith which NAME`: which executable wins at build and at launch, and why.

use std::path::PathBuf;

use super::{Format, OutputArguments, folder};
use crate::error::{Result, io};
use crate::exit::Exit;
use crate::facts::layers::surroundings;
use crate::facts::{app, classic};
use crate::print::json;
use crate::print::stack::which as printer;
use crate::stack::{self, Found, Inputs};

/// Say which executable a name means at build and at launch, what it hides, and why
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The command to look up
    #[arg(value_name = "NAME")]
    name: String,
    /// The layers folder of a build, or one taken out of an image; without it the app is taken
    /// as a classic slug
    #[arg(long, value_name = "DIR")]
    layers: Option<PathBuf>,
    /// The app's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    app: PathBuf,
    #[command(flatten)]
    output: OutputArguments,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let (found, ids) = found(arguments)?;
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

/// What answers to the name in each phase, and the ids that it speaks of.
fn found(arguments: &Arguments) -> Result<(Vec<Found>, Vec<String>)> {
    if let Some(layers) = &arguments.layers {
        let folder = folder(layers)?;
        let layers = super::layers_of(&folder);
        let inputs = Inputs {
            layers: &layers,
            surroundings: &super::surroundings_of(&folder, &layers, None),
            app: None,
            remembered: None,
            audit: None,
        };
        let ids = layers.group.iter().map(|one| one.id.clone()).collect();
        return Ok((stack::which(&inputs, &arguments.name), ids));
    }
    let app = app::read(&folder(&arguments.app)?);
    let slug = classic::read(&app, None);
    let inputs = stack::classic::Inputs {
        slug: &slug,
        app: &app,
        surroundings: &surroundings::of_slug_alone(),
        audit: None,
        released: &[],
        is_build: false,
    };
    let found = stack::classic::which(&inputs, &arguments.name);
    Ok((found, stack::classic::makers(&slug)))
}
