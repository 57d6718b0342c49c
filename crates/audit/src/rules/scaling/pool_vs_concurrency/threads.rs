//! How many threads Puma and Sidekiq run, and the variable that says so.

use crate::rules::prelude::*;
use slugsmith_facts::lines::line_of;

pub(super) struct Threads {
    pub(super) variable: Option<String>,
    pub(super) count: u64,
}

type Found = (String, u32, Threads, &'static str);

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
    let text = facts.sources.text("config/sidekiq.yml")?;
    let value = text
        .lines()
        .map(str::trim)
        .find_map(|line| line.trim_start_matches(':').strip_prefix("concurrency:"))?;
    let (variable, count) = erb(value.trim())?;
    Some((
        "config/sidekiq.yml".to_owned(),
        line_of(text, "concurrency:"),
        Threads { variable, count },
        "Sidekiq",
    ))
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
