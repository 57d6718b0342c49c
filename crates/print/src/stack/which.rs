//! Which executable a name means: the winner in each phase, what it hides, and why.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::safe;
use slugsmith_stack::Found;
use slugsmith_stack::which::{Candidate, Owner};

/// For people; `ids` are the buildpacks in order.
///
/// # Errors
/// Those of the stream.
pub fn text(found: &[Found], name: &str, ids: &[String], out: &mut dyn Write) -> io::Result<()> {
    for phase in found {
        let Some((winner, losers)) = phase.candidates.split_first() else {
            writeln!(out, "{}: no `{}`", phase.phase, safe::word(name))?;
            continue;
        };
        writeln!(out, "{}: {}", phase.phase, shown(winner, name, ids))?;
        for loser in losers {
            writeln!(out, "    hides {}", shown(loser, name, ids))?;
        }
        if let Some(why) = &phase.why {
            writeln!(out, "    {}", safe::word(why))?;
        }
    }
    Ok(())
}

fn shown(candidate: &Candidate, name: &str, ids: &[String]) -> String {
    let version = candidate
        .version
        .as_deref()
        .map(|version| format!(" {version}"))
        .unwrap_or_default();
    safe::word(&format!(
        "{} ({}{version})",
        candidate.folder.join(name).display(),
        owner(candidate, ids)
    ))
}

fn owner<'a>(candidate: &Candidate, ids: &'a [String]) -> &'a str {
    match &candidate.owner {
        Owner::Layer { buildpack, .. } => ids.get(*buildpack).map_or("?", String::as_str),
        Owner::Image => "the image",
        Owner::App => "the app",
    }
}

/// As JSON.
#[must_use]
pub fn json(found: &[Found], name: &str, ids: &[String]) -> Value {
    let phases: Vec<Value> = found
        .iter()
        .map(|phase| {
            let candidates: Vec<Value> = phase
                .candidates
                .iter()
                .map(|one| {
                    json!({
                        "path": one.folder.join(name).to_string_lossy(),
                        "owner": owner(one, ids),
                        "version": one.version,
                        "bytes": one.size,
                    })
                })
                .collect();
            json!({ "phase": phase.phase, "candidates": candidates, "why": phase.why })
        })
        .collect();
    json!({ "schema": "slugsmith.report/1", "which": { "command": name, "phases": phases } })
}
