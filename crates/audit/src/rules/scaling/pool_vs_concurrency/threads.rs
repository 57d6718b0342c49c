//! How many threads Puma and Sidekiq run, and the variable that says so.

use crate::rules::prelude::*;
use slugsmith_facts::formats::{Entry, yaml};
use slugsmith_finding::LineSpan;

pub(super) struct Threads {
    pub(super) variable: Option<String>,
    pub(super) count: u64,
}

type Found = (String, LineSpan, Threads, &'static str);

/// Another server of Ruby that the web process runs, so that Puma's file is only kept.
fn runs_other_server(facts: &Facts<'_>) -> bool {
    const OTHERS: &[&str] = &[
        "unicorn",
        "unicorn_rails",
        "thin",
        "passenger",
        "rainbows",
        "falcon",
    ];
    facts.process("web").is_some_and(|web| {
        let mut commands = web.commands.iter();
        commands.any(|command| OTHERS.contains(&command.program()))
    })
}

pub(super) fn puma(facts: &Facts<'_>) -> Option<Found> {
    if runs_other_server(facts) {
        return None;
    }
    let code = facts
        .code(Language::Ruby)
        .find(|code| matches!(code.path.as_str(), "config/puma.rb" | "puma.rb"))?;
    let call = code.calls.iter().find(|call| call.callee == "threads")?;
    let threads = match code.resolve(call.positional(1).or_else(|| call.positional(0))?) {
        Expr::Call { arguments, .. } if !arguments.is_empty() => {
            amount(code, &arguments.first()?.value)?
        }
        value => amount(code, value)?,
    };
    Some((code.path.clone(), call.line, threads, "Puma"))
}

fn amount(code: &Code, value: &Expr) -> Option<Threads> {
    match code.resolve(value) {
        Expr::Env { name, default } => Some(Threads {
            variable: Some(name.clone()),
            count: whole(default.as_deref()?)?,
        }),
        value => Some(Threads {
            variable: None,
            count: whole(value)?,
        }),
    }
}

pub(super) fn whole(value: &Expr) -> Option<u64> {
    match value {
        Expr::Text(text) => text.parse().ok(),
        value => value.number().and_then(|number| u64::try_from(number).ok()),
    }
}

pub(super) fn sidekiq(facts: &Facts<'_>) -> Option<Found> {
    if let Some(found) = spawned(facts) {
        return Some(found);
    }
    let worker = facts
        .processes
        .iter()
        .flat_map(|process| &process.commands)
        .find(|command| command.words().first() == Some(&"sidekiq"))?;
    let words = worker.words();
    let at = words
        .iter()
        .position(|word| matches!(*word, "-c" | "--concurrency"));
    if let Some(count) = at.and_then(|at| words.get(at + 1)?.parse().ok()) {
        return Some((
            worker.path.clone(),
            worker.line,
            Threads {
                variable: None,
                count,
            },
            "Sidekiq",
        ));
    }
    let text = facts.sources.text("config/sidekiq.yml").unwrap_or_default();
    let entries = yaml::read(text);
    let is_own = |entry: &&Entry| matches!(entry.key.as_str(), ":concurrency" | "concurrency");
    let in_environment = |entry: &&Entry| {
        let key = entry.key.trim_start_matches(':');
        key.strip_prefix("production.")
            .map(|key| key.trim_start_matches(':'))
            == Some("concurrency")
    };
    // What the file says for an environment wins there.
    let entry = entries
        .iter()
        .find(in_environment)
        .or_else(|| entries.iter().find(is_own));
    let Some(entry) = entry else {
        return by_default(facts)
            .map(|threads| (worker.path.clone(), worker.line, threads, "Sidekiq"));
    };
    let (variable, count) = erb(&entry.value)?;
    Some((
        "config/sidekiq.yml".to_owned(),
        entry.line,
        Threads { variable, count },
        "Sidekiq",
    ))
}

/// What Sidekiq runs when nothing says how many, unless `RAILS_MAX_THREADS` is set: five threads since 7
/// (`DEFAULTS` in lib/sidekiq/config.rb), ten in 6 (Changes.md, 5.2.0: from 25 to 10).
fn by_default(facts: &Facts<'_>) -> Option<Threads> {
    let version = guards::numbers(facts.packages.version(Ecosystem::Gem, "sidekiq")?);
    let count = match version.first()? {
        6 => 10,
        7.. => 5,
        _ => return None,
    };
    Some(Threads {
        variable: Some("RAILS_MAX_THREADS".to_owned()),
        count,
    })
}

/// A Sidekiq that code of the web process starts: `spawn("bundle exec sidekiq -c 6")`.
fn spawned(facts: &Facts<'_>) -> Option<Found> {
    facts.code(Language::Ruby).find_map(|code| {
        code.calls.iter().find_map(|call| {
            let starts = matches!(
                call.callee.as_str(),
                "spawn" | "system" | "exec" | "Process.spawn"
            );
            let text = call.positional(0).and_then(Expr::text).filter(|_| starts)?;
            let words: Vec<_> = text.split_whitespace().collect();
            words.iter().position(|word| *word == "sidekiq")?;
            let at = words
                .iter()
                .position(|word| matches!(*word, "-c" | "--concurrency"))?;
            let count = words.get(at + 1)?.parse().ok()?;
            let threads = Threads {
                variable: None,
                count,
            };
            Some((code.path.clone(), call.line, threads, "Sidekiq"))
        })
    })
}

/// `5`, or the variable and default of `<%= ENV.fetch("X", 5) %>`, `<%= ENV['X'] || 5 %>`.
pub(super) fn erb(value: &str) -> Option<(Option<String>, u64)> {
    let value = value
        .split(" #")
        .next()
        .unwrap_or(value)
        .trim()
        .trim_matches(['"', '\'']);
    if let Ok(number) = value.parse() {
        return Some((None, number));
    }
    let (_, rest) = value.split_once("ENV")?;
    let variable = rest.split(['"', '\'']).nth(1)?.to_owned();
    let after = rest.split_once(&variable)?.1;
    let digits: String = after
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    Some((Some(variable), digits.parse().ok()?))
}
