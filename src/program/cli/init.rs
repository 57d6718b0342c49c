//! `slugsmith init`: propose a project.toml for this app.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::{environment, folder};
use crate::config;
use crate::error::{Result, io};
use crate::exit::Exit;
use crate::facts::app::{self, App};
use crate::flow::{self, Input};
use crate::print;
use crate::progress::Silent;
use crate::report::Report;
use crate::units;

/// Propose a project.toml and say what it found; changes nothing without --write
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The app's folder
    #[arg(value_name = "APP", default_value = ".")]
    app: PathBuf,
    /// Write the proposal; an existing project.toml is never overwritten
    #[arg(long)]
    write: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit> {
    let folder = folder(&arguments.app)?;
    let environment = environment();
    let config = config::read(&folder, &environment)?;
    let input = Input {
        app: &folder,
        config: &config,
        environment: &environment,
        store: None,
        layers: None,
        classic: None,
    };
    let report = flow::check(&input, &mut Silent)?;
    let proposal = proposal(&app::read(&folder), &report);
    let path = folder.join(config::FILE);
    let exists = path.exists();
    if arguments.write && !exists {
        fs_err::write(&path, &proposal).map_err(|error| io("writing", &path, &error))?;
    }
    let ending = match (arguments.write, exists) {
        (true, false) => "# Written to project.toml.\n",
        (_, true) => "# project.toml exists and was left alone: take over what you like.\n",
        (false, false) => "# Nothing was written: `slugsmith init --write` does.\n",
    };
    print::out(&format!("{proposal}\n{ending}"))
        .map_err(|error| io("writing", "standard output", &error))?;
    Ok(Exit::Fine)
}

/// A starting project.toml whose comments say what was found.
fn proposal(app: &App, report: &Report) -> String {
    let mut text = String::from("[_]\nschema-version = \"0.2\"\n\n");
    let found: Vec<_> = [
        "package-lock.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "requirements.txt",
        "poetry.lock",
        "uv.lock",
        "Gemfile.lock",
        "go.sum",
        "composer.lock",
        "Cargo.lock",
    ]
    .into_iter()
    .filter(|name| app.has(name))
    .collect();
    if found.is_empty() {
        text.push_str("# No lockfile found: without one no build is repeatable.\n");
    } else {
        let _ = writeln!(
            text,
            "# Dependencies: {} (cached without configuration).",
            found.join(", ")
        );
    }
    text.push_str("[com.slugsmith.budget]\n");
    if let Some(budget) = &report.budget {
        let size = budget.size.compressed.bytes.max(1);
        let _ = writeln!(
            text,
            "# Today: {} compressed, {} unpacked.",
            units::size(size),
            units::size(budget.size.totals.bytes)
        );
        // A limit a quarter above today's size notices a mistake and lets growth pass.
        let warn = (size + size / 4).div_ceil(10 * units::MB).max(1) * 10;
        let _ = writeln!(
            text,
            "warn = \"{} MB\"\nfail = \"500 MB\"\ngrowth = \"25%\"",
            warn.min(300)
        );
    }
    text.push_str("\n[com.slugsmith.strip]\n");
    if let Some(strip) = &report.strip {
        let _ = writeln!(
            text,
            "# \"safe\" would remove {} ({}) of this folder.",
            units::size(strip.removed.bytes),
            units::counted(strip.removed.files, "file")
        );
    }
    text.push_str("level = \"safe\"\n\n[com.slugsmith.audit]\n");
    let errors = report
        .findings()
        .filter(|finding| finding.level == crate::finding::Level::Error)
        .count();
    let _ = writeln!(
        text,
        "# Today: {}; `slugsmith check` lists them.",
        units::counted(errors as u64, "error")
    );
    text.push_str("fail_on = \"error\"\nfail_build_on = \"never\"\n");
    text
}
