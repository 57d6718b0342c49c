//! Does a worker listen to each queue that jobs are put into?
//!
//! Sidekiq, Celery and Laravel's worker take jobs of the queues that their command or
//! configuration names, and of no others.

use slugsmith_finding::LineSpan;
use std::collections::BTreeSet;

use crate::rules::prelude::*;
use slugsmith_facts::code::Argument;
use slugsmith_facts::formats::{Entry, yaml};
use slugsmith_facts::process::Command;

/// A job that goes into a queue of this name.
struct Put<'a> {
    queue: &'a str,
    /// Its class or task.
    job: String,
    path: &'a str,
    line: LineSpan,
}

pub(super) fn unheard(facts: &Facts<'_>) -> Vec<Evidence> {
    let commands: Vec<&Command> = facts
        .processes
        .iter()
        .filter(|process| process.name != "release")
        .flat_map(|process| &process.commands)
        .collect();
    let found = [
        sidekiq(facts, &commands),
        celery(facts, &commands),
        laravel(facts, &commands),
    ];
    found.into_iter().flatten().collect()
}

/// The finding about jobs whose queue is not among those that workers take.
fn judge(library: &str, heard: &BTreeSet<String>, mut puts: Vec<Put<'_>>) -> Option<Evidence> {
    puts.retain(|put| !heard.contains(put.queue));
    let first = puts.first()?;
    let mut others: Vec<String> = puts
        .iter()
        .skip(1)
        .map(|put| format!("{}:{} (`{}`)", put.path, put.line, put.queue))
        .collect();
    others.dedup();
    let listened: Vec<&str> = heard.iter().map(String::as_str).collect();
    let message = format!(
        "{} goes into the queue `{}`, and {library} only takes jobs of {}: they never run.",
        first.job,
        first.queue,
        listened.join(", ")
    );
    let fix = format!("Add `{}` to the queues of the worker.", first.queue);
    let found = Evidence::line(first.path, first.line, message);
    Some(found.also(&others).help(fix))
}

/// The value of an option in a command's words: `-Q a`, `--queues=a`.
fn option<'a>(command: &'a Command, names: &[&str]) -> Vec<&'a str> {
    let words = command.words();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        for name in names {
            if word == name {
                found.extend(words.get(at + 1).copied());
            } else if let Some(value) = word
                .strip_prefix(name)
                .and_then(|rest| rest.strip_prefix('='))
            {
                found.push(value);
            }
        }
    }
    found
}

/// The queues that a worker takes: those of its option, separated by commas, or the usual one.
fn taken(command: &Command, names: &[&str], usual: &str) -> Vec<String> {
    let named = option(command, names);
    if named.is_empty() {
        return vec![usual.to_owned()];
    }
    let queues = named.iter().flat_map(|one| one.split(','));
    queues.map(str::to_owned).collect()
}

fn sidekiq(facts: &Facts<'_>, commands: &[&Command]) -> Option<Evidence> {
    facts.packages.wants(Ecosystem::Gem, "sidekiq")?;
    let mut heard = BTreeSet::new();
    let mut works = false;
    for command in commands {
        if !command
            .words()
            .iter()
            .any(|word| word.rsplit('/').next() == Some("sidekiq"))
        {
            continue;
        }
        works = true;
        let by_command = option(command, &["-q", "--queue"]);
        let file = option(command, &["-C", "--config"]);
        let file = file.first().copied().unwrap_or("config/sidekiq.yml");
        let by_file = match facts.sources.text(file) {
            Some(text) => listed(text)?,
            None if file == "config/sidekiq.yml" => Vec::new(),
            None => return None,
        };
        if by_command.is_empty() && by_file.is_empty() {
            heard.insert("default".to_owned());
        }
        let names = by_command
            .iter()
            .map(|one| one.split(',').next().unwrap_or(one).to_owned());
        heard.extend(names.chain(by_file));
    }
    let prefixed = facts.code(Language::Ruby).any(|code| {
        let mut own = code.assignments.iter();
        own.any(|one| one.target.contains("queue_name_prefix"))
    });
    if !works || prefixed || heard.iter().any(|name| name.contains(['$', '%', '*'])) {
        return None;
    }
    let by_adapter = facts.code(Language::Ruby).any(|code| {
        let mut own = code.assignments.iter();
        own.any(|one| one.target.ends_with("queue_adapter") && one.value.word() == Some("sidekiq"))
    });
    let enqueued = |class: &str| {
        guards::used(facts, Language::Ruby, |site| {
            let puts = matches!(
                site.call.method(),
                "perform_later" | "perform_async" | "perform_in" | "perform_at" | "perform_bulk"
            );
            puts && site.call.receiver().split('.').any(|part| part == class)
        })
    };
    let puts = facts.calls().filter_map(|site| {
        let queue = match site.call.callee.as_str() {
            "queue_as" if by_adapter => site.call.positional(0)?,
            "sidekiq_options" => site.call.named("queue")?,
            _ => return None,
        };
        let (class, _) = site.code.class(site.call.scope)?;
        let queue = queue.word()?;
        let production = branch(site.code, site.call.scope) != Branch::Development;
        (site.code.language == Language::Ruby && production && enqueued(class)).then(|| Put {
            queue,
            job: format!("`{class}`"),
            path: &site.code.path,
            line: site.call.line,
        })
    });
    judge("the Sidekiq process", &heard, puts.collect())
}

/// The names below `:queues:` of a sidekiq.yml, each alone or with its weight; `None` where they are computed.
fn listed(text: &str) -> Option<Vec<String>> {
    let entries = yaml::read(text);
    let is_computed = |entry: &&Entry| entry.key.contains("queues") && entry.value.contains("<%");
    if entries.iter().any(|entry| is_computed(&entry)) {
        return None;
    }
    let names = [":queues", "queues"].into_iter().flat_map(|list| {
        entries.iter().filter(move |entry| {
            let item = entry
                .key
                .strip_prefix(list)
                .and_then(|rest| rest.strip_prefix('['));
            // `- critical`, or the first of `- [critical, 2]`.
            item.and_then(|rest| rest.split_once(']'))
                .is_some_and(|(_, inner)| matches!(inner, "" | "[0]"))
        })
    });
    let names = names.filter(|entry| !entry.value.is_empty());
    Some(
        names
            .map(|entry| entry.value.trim_start_matches(':').to_owned())
            .collect(),
    )
}

fn celery(facts: &Facts<'_>, commands: &[&Command]) -> Option<Evidence> {
    facts.packages.wants(Ecosystem::Pypi, "celery")?;
    let mut heard = BTreeSet::new();
    let mut by_settings = false;
    for command in commands {
        let words = command.words();
        if !(words.contains(&"worker") && words.iter().any(|word| word.ends_with("celery"))) {
            continue;
        }
        heard.extend(taken(command, &["-Q", "--queues"], "celery"));
        by_settings |= option(command, &["-Q", "--queues"]).is_empty();
    }
    // Settings may rename the default, or declare queues that a worker without -Q takes.
    let declared = by_settings && facts.code(Language::Python).any(declares_queues);
    if heard.is_empty() || declared || heard.iter().any(|name| name.contains('$')) {
        return None;
    }
    let puts = facts.calls().filter_map(|site| {
        let task = matches!(
            site.call.callee.as_str(),
            "@shared_task" | "@app.task" | "@celery.task"
        );
        let queue =
            (task || site.call.method() == "apply_async").then(|| site.call.named("queue"))??;
        let queue = site.code.resolve(queue).text()?;
        let job = if task {
            "A task".to_owned()
        } else {
            format!("`{}`", site.call.receiver())
        };
        let production = branch(site.code, site.call.scope) != Branch::Development;
        (site.code.language == Language::Python && production).then_some(Put {
            queue,
            job,
            path: &site.code.path,
            line: site.call.line,
        })
    });
    judge(
        "the Celery worker",
        &heard,
        puts.chain(routed(facts)).collect(),
    )
}

/// Tasks that settings send into a queue and that the app starts: `CELERY_ROUTES = { "mail": { "queue": … } }`.
fn routed<'f>(facts: &'f Facts<'_>) -> Vec<Put<'f>> {
    let is_routes = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.ends_with("task_routes") || name.ends_with("celery_routes")
    };
    let mut found = Vec::new();
    for code in facts.code(Language::Python) {
        let set = code.assignments.iter().filter(|one| is_routes(&one.target));
        let set = set.map(|one| (one.line, one.scope, &one.value));
        let handed = code.calls.iter().flat_map(|call| {
            let named = call.arguments.iter();
            named
                .filter(|argument| argument.name.as_deref().is_some_and(is_routes))
                .map(|argument| (call.line, call.scope, &argument.value))
        });
        for (line, scope, value) in set.chain(handed) {
            let Expr::Object(entries) = code.resolve(value) else {
                continue;
            };
            for (task, route) in entries {
                let queue = route.key("queue").unwrap_or(route);
                let queue = code.resolve(queue).text();
                if let Some(queue) = queue.filter(|_| branch(code, scope) != Branch::Development)
                    && is_started(facts, task)
                {
                    found.push(Put {
                        queue,
                        job: format!("`{task}`"),
                        path: &code.path,
                        line: facts.line(&code.path, task).unwrap_or(line),
                    });
                }
            }
        }
    }
    found
}

/// Whether code of the app puts a task into a queue: `mail.delay(…)`, `send_task("shop.tasks.mail")`, in a chain.
fn is_started(facts: &Facts<'_>, task: &str) -> bool {
    const STARTS: &[&str] = &["delay", "apply_async", "s", "si", "signature", "subtask"];
    let name = task.rsplit('.').next().unwrap_or(task);
    guards::used(facts, Language::Python, |site| {
        let call = site.call;
        let receiver = call.receiver().rsplit('.').next() == Some(name);
        let by_name =
            call.method() == "send_task" && call.positional(0).and_then(Expr::text) == Some(task);
        receiver && STARTS.contains(&call.method()) || by_name
    })
}

/// Settings of Celery's queues in any form: a name, `app.conf.update(task_queues=…)`, a dictionary.
fn declares_queues(code: &Code) -> bool {
    let is_setting = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["task_queues", "celery_queues", "default_queue"]
            .iter()
            .any(|setting| name.ends_with(setting))
    };
    let is_key = |value: &Expr| match value {
        Expr::Object(entries) => entries.iter().any(|(key, _)| is_setting(key)),
        _ => false,
    };
    let in_call = |argument: &Argument| {
        argument.name.as_deref().is_some_and(is_setting) || argument.value.any(is_key)
    };
    code.assignments
        .iter()
        .any(|one| is_setting(&one.target) || one.value.any(is_key))
        || code
            .calls
            .iter()
            .any(|call| call.arguments.iter().any(in_call))
}

fn laravel(facts: &Facts<'_>, commands: &[&Command]) -> Option<Evidence> {
    facts
        .packages
        .wants(Ecosystem::Composer, "laravel/framework")?;
    let mut heard = BTreeSet::new();
    for command in commands {
        let words = command.words();
        if words.contains(&"horizon") {
            return None;
        }
        if !(words.contains(&"queue:work") || words.contains(&"queue:listen")) {
            continue;
        }
        heard.extend(taken(command, &["--queue"], "default"));
    }
    if heard.is_empty() || heard.iter().any(|name| name.contains('$')) {
        return None;
    }
    let puts = facts.calls().filter_map(|site| {
        let named = matches!(
            site.call.method(),
            "onQueue" | "allOnQueue" | "pushOn" | "laterOn"
        );
        let queue = named.then(|| site.call.positional(0))??.text()?;
        let by_hand = guards::is_maintenance(facts, &site.code.path);
        (site.code.language == Language::Php && !by_hand).then(|| Put {
            queue,
            job: "A job".to_owned(),
            path: &site.code.path,
            line: site.call.line,
        })
    });
    judge("Laravel's worker", &heard, puts.collect())
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn queues_are_read_in_every_form() {
        let text = ":concurrency: 1\n:queues:\n  - mailers\n  - [low, 2]\n  - \"high\"\n:scheduler:\n  - x\n";
        assert_eq!(listed(text).unwrap(), ["mailers", "low", "high"]);
        assert_eq!(listed("queues:\n- a\n- b # rare\n").unwrap(), ["a", "b"]);
        assert!(listed(":queues:\n  - <%= ENV['Q'] %>\n").is_none());
        assert!(listed(":concurrency: 2\n").unwrap().is_empty());
    }
}
