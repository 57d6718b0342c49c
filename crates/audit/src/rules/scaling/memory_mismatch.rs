//! Does what a process may take fit into its dyno?

use crate::rules::prelude::*;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::process::{Command, Runs, script};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "memory-mismatch",
    code: "SF752",
    title: "A process is allowed more memory than its dyno has",
    level: Severity::Warn,
    group: Group::Scaling,
    ecosystems: &["node", "java", "ruby", "python"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            `--max-old-space-size` or `-Xmx` (in a command, `NODE_OPTIONS`, `JAVA_OPTS` or
            `JAVA_TOOL_OPTIONS` of app.json) above the memory of the declared dyno size, or of 512
            MB where none is declared; a written-out number of workers whose usual size does not fit
            (about 200 MB per Puma or Unicorn worker of Rails, 80 MB per gunicorn worker, 70 MB per
            Node process). A limit in a build script only is a note.
        "},
        why: indoc! {"
            Over its quota a dyno swaps (R14) and gets slow; over twice the quota it is killed
            (R15). The garbage collector does not run in time, since it believes that there is more
            room.
        "},
        fix: indoc! {"
            ```
            heroku config:set NODE_OPTIONS=--max-old-space-size=400
            heroku config:set JAVA_OPTS='-XX:MaxRAMPercentage=70'
            web: gunicorn shop.wsgi            # WEB_CONCURRENCY fits the dyno
            heroku ps:type web=standard-2x
            ```
        "},
        silent: indoc! {"
            The limit fits the declared size; the declared size is not known here; no limit is
            written: the buildpacks set fitting ones; limits that a variable gives.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence = Vec::new();
    for process in facts
        .processes
        .iter()
        .filter(|process| process.name != "release")
    {
        let Some(memory) = facts.memory(&process.name) else {
            continue;
        };
        evidence.extend(process.commands.iter().find_map(|command| {
            heap(&command.text)
                .filter(|limit| *limit > memory)
                .map(|limit| too_big(command, process, limit, memory))
        }));
        evidence.extend(
            process
                .commands
                .iter()
                .find_map(|command| workers(facts, command, process, memory)),
        );
    }
    let Some(smallest) = facts.memory("web") else {
        return Outcome::when(!facts.processes.is_empty(), evidence);
    };
    for name in ["NODE_OPTIONS", "JAVA_OPTS", "JAVA_TOOL_OPTIONS"] {
        if let Declared::Value(value) = facts.declared(name)
            && let Some(limit) = heap(&value).filter(|limit| *limit > smallest)
        {
            let line = facts.line("app.json", name).unwrap_or_default();
            evidence.push(
                Evidence::line(
                    "app.json",
                    line,
                    format!(
                        "{name} allows {limit} MB, and \
                a web dyno has {smallest} MB: it swaps (R14) instead of collecting garbage."
                    ),
                )
                .help(format!("{name}: {}", fitting(name, smallest))),
            );
        }
    }
    evidence.extend(build(facts, smallest).filter(|_| evidence.is_empty()));
    Outcome::when(!facts.processes.is_empty(), evidence)
}

fn too_big(command: &Command, process: &Runs, limit: u64, memory: u64) -> Evidence {
    Evidence::line(
        &command.path,
        command.line,
        format!(
            "`{}` may take {limit} MB of heap, and \
        its dyno has {memory} MB: it swaps (R14) instead of collecting garbage.",
            process.name
        ),
    )
    .help(format!(
        "Leave room for the rest: {}",
        fitting(&command.text, memory)
    ))
    .help(format!(
        "or a larger dyno: heroku ps:type {}=standard-2x",
        process.name
    ))
}

fn fitting(what: &str, memory: u64) -> String {
    if what.contains("JAVA") || what.contains("-Xmx") {
        "-XX:MaxRAMPercentage=70".to_owned()
    } else {
        format!("--max-old-space-size={}", memory * 4 / 5)
    }
}

/// The heap limit in MB (2^20 bytes) that options give.
fn heap(text: &str) -> Option<u64> {
    for mark in [
        "--max-old-space-size=",
        "--max_old_space_size=",
        "--max-old-space-size ",
        "--max_old_space_size ",
    ] {
        if let Some((_, rest)) = text.split_once(mark) {
            return number(rest).map(|(value, _)| value);
        }
    }
    let (_, rest) = text.split_once("-Xmx")?;
    let (value, unit) = number(rest)?;
    match unit {
        Some('g' | 'G') => Some(value.saturating_mul(1024)),
        Some('m' | 'M') => Some(value),
        Some('k' | 'K') => Some(value / 1024),
        _ => Some(value >> 20),
    }
}

fn number(text: &str) -> Option<(u64, Option<char>)> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    Some((digits.parse().ok()?, text.chars().nth(digits.len())))
}

/// A literal number of workers that usually needs more than the dyno has.
fn workers(facts: &Facts<'_>, command: &Command, process: &Runs, memory: u64) -> Option<Evidence> {
    let words = command.words();
    let program = words.first()?.rsplit('/').next()?;
    let rails = facts.packages.has(Ecosystem::Gem, "rails");
    let (flags, each): (&[&str], u64) = match program {
        "puma" | "unicorn" => (&["-w", "--workers"], if rails { 200 } else { 90 }),
        "gunicorn" | "uvicorn" | "hypercorn" => (&["-w", "--workers"], 80),
        "pm2" | "pm2-runtime" => (&["-i", "--instances"], 70),
        _ => return None,
    };
    let value = words.iter().enumerate().find_map(|(at, word)| {
        flags.iter().find_map(|flag| {
            if word == flag {
                words.get(at + 1).copied()
            } else {
                word.strip_prefix(&format!("{flag}="))
            }
        })
    })?;
    let count: u64 = value.parse().ok()?;
    let need = count.checked_mul(each)?;
    (need > memory).then(|| {
        Evidence::line(
            &command.path,
            command.line,
            format!(
                "{count} workers of about {each} MB \
            need {need} MB, and a dyno of `{}` has {memory} MB (R14).",
                process.name
            ),
        )
        .help("Leave the number out: the server reads WEB_CONCURRENCY, which fits the dyno")
        .help(format!(
            "or a larger dyno: heroku ps:type {}=standard-2x",
            process.name
        ))
    })
}

/// A limit that only the build uses: builds have more memory than most dynos.
fn build(facts: &Facts<'_>, memory: u64) -> Option<Evidence> {
    ["build", "heroku-postbuild"].iter().find_map(|name| {
        let limit = heap(script(facts.app, name)?).filter(|limit| *limit > memory.max(4096))?;
        let line = facts
            .line(ecosystems::javascript::MANIFEST, &format!("\"{name}\""))
            .unwrap_or_default();
        Some(
            Evidence::line(
                ecosystems::javascript::MANIFEST,
                line,
                format!("The script `{name}` may take {limit} MB; it must not run on a dyno."),
            )
            .level(Severity::Info)
            .help("Keep it out of the processes and of the release phase."),
        )
    })
}
