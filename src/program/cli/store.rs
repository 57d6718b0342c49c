//! `slugsmith store`: looks after a store that several builds share.

use std::path::Path;
use std::time::{Duration, Instant};

use clap::Subcommand;

use super::environment_with_store;
use crate::error::{Problem, Result};
use crate::exit::Exit;
use crate::facts::environment::Environment;
use crate::finding::units;
use crate::flow::shared;
use crate::print;
use crate::program::problems::{STORE, USAGE, not_written};
use crate::store::gc::{self, Bounds};
use crate::store::{Objects, seal};

/// Look after a store of caches that several builds share
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Remove what is too old, or too much
    Gc(Gc),
    /// Make a pair of keys: the secret one for builds that write, the public one for others
    Key,
}

#[derive(Debug, clap::Args)]
struct Gc {
    /// The store; without it the one of `SLUGSMITH_STORE_URL` or of the project.toml here
    #[arg(value_name = "URL")]
    store: Option<String>,
    /// Remove what was written longer ago
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    days: u64,
    /// Remove the oldest caches until all of them have no more than SIZE together
    #[arg(long, value_name = "SIZE", default_value = "50 GB")]
    size: String,
    /// Tell what would go, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

/// Most objects of one run.
const MOST: usize = 200_000;
/// How long one run may take.
const LONGEST: Duration = Duration::from_mins(10);

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    match &arguments.what {
        What::Key => key(),
        What::Gc(arguments) => collect(arguments),
    }
}

fn out(text: &str) -> Result<()> {
    print::out_as_it_is(text).map_err(|error| not_written("standard output", &error))
}

/// The secret half is what was asked for: it is printed as it is.
fn key() -> Result<Exit> {
    let pair = seal::pair().ok_or_else(|| Problem::new(&STORE).saw("no random bytes"))?;
    out(&format!(
        "# where builds write (the app of the main branch, its CI)\nSLUGSMITH_STORE_KEY={}\n\
         # where builds only read (review apps, laptops)\nSLUGSMITH_STORE_KEY={}\n",
        pair.secret, pair.public
    ))?;
    Ok(Exit::Fine)
}

/// Opens the store that was named, with the settings of the folder that we are in.
pub(super) fn open(url: Option<&str>, environment: &mut Environment) -> Result<Box<dyn Objects>> {
    let mut config = crate::program::configured::read(Path::new("."), environment)?;
    if let Some(url) = url {
        config.store.url = Some(crate::config::Sourced::default(url.to_owned()));
    }
    let opened = shared::objects(&config.store, environment);
    opened
        .map_err(|why| Problem::new(&STORE).saw(why))?
        .ok_or_else(|| {
            Problem::new(&USAGE)
                .saw("no store is named")
                .step("slugsmith store gc s3://bucket/prefix, or set SLUGSMITH_STORE_URL")
        })
}

fn collect(arguments: &Gc) -> Result<Exit> {
    let objects = open(arguments.store.as_deref(), &mut environment_with_store())?;
    let bytes = units::parse_size(&arguments.size).ok_or_else(|| {
        Problem::new(&USAGE).saw(format!(
            "--size {}: is no size such as \"50 GB\"",
            arguments.size
        ))
    })?;
    let until = Instant::now() + LONGEST;
    let failed = |fault: crate::store::Fault| Problem::new(&STORE).saw(fault.to_string());
    let mut all = Vec::new();
    for prefix in [gc::ENTRIES, gc::PACKS, gc::REPORTS] {
        for listed in objects.list(prefix, MOST, until).map_err(failed)? {
            all.push(objects.described(listed, until).map_err(failed)?);
        }
    }
    let bounds = Bounds {
        age: arguments.days.saturating_mul(24 * 3600),
        bytes,
        now: crate::store::now(),
    };
    let choice = gc::choose(&all, &bounds);
    if !arguments.dry_run {
        for key in &choice.remove {
            objects.remove(key, until).map_err(failed)?;
        }
    }
    let verb = if arguments.dry_run {
        "would remove"
    } else {
        "removed"
    };
    out(&format!(
        "{verb} {} ({}); {} stay ({})\n",
        units::counted(choice.remove.len() as u64, "object"),
        units::size(choice.removed_bytes),
        units::counted(choice.kept as u64, "object"),
        units::size(choice.kept_bytes),
    ))?;
    Ok(Exit::Fine)
}
