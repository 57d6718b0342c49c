//! `slugsmith explain ID`: the page of a rule or an error, the same text as in docs/.

use crate::error::{Problem, Result};
use crate::exit::Exit;
use crate::explain;
use crate::print;
use crate::program::USAGE;

/// Explain a rule, an error or a reason by its id
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The id as a log prints it; without it, all ids are listed
    #[arg(value_name = "ID")]
    id: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let text = match &arguments.id {
        None => explain::ids().join("\n") + "\n",
        Some(id) => explain::page(id).ok_or_else(|| unknown(id))?,
    };
    print::out(&text).map_err(|error| crate::error::io("writing", "standard output", &error))?;
    Ok(Exit::Fine)
}

fn unknown(id: &str) -> Problem {
    let nearest = explain::ids()
        .into_iter()
        .min_by_key(|known| strsim::damerau_levenshtein(known, id));
    let mut problem = Problem::new(&USAGE).saw(format!("nothing has the id `{id}`"));
    if let Some(nearest) = nearest {
        problem = problem.step(format!("Did you mean `slugsmith explain {nearest}`?"));
    }
    problem
}
