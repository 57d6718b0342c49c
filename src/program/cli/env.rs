//! `slugsmith env`: the environment that the launcher will give each process.

use std::path::PathBuf;

use crate::error::Result;
use crate::exit::Exit;

/// Show the environment that each process will get, and who set what
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The layers folder of a build
    #[arg(long, value_name = "DIR")]
    layers: PathBuf,
    /// The app's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    app: PathBuf,
    /// Only this process type
    #[arg(long, value_name = "TYPE")]
    process: Option<String>,
}

pub(super) fn run(_arguments: &Arguments) -> Result<Exit> {
    Ok(Exit::Fine)
}
