//! Is the declared formation one that can stand a restart?

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "formation-risk",
    code: "SF753",
    title: "The declared formation has a weak spot",
    level: Severity::Info,
    group: Group::Scaling,
    ecosystems: &["all"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            In app.json's `formation` and Terraform's `heroku_formation`: a process type that the
            Procfile does not have (a warning); a retired size in Terraform (a warning); one web
            dyno; Eco dynos together with a worker, which share one pool of hours and sleep; more
            than twenty dynos of a type.
        "},
        why: indoc! {"
            One web dyno means seconds without service at every daily restart and deploy. A type
            without an entry can't be scaled, and what creates the app from the file fails.
        "},
        fix: indoc! {"
            ```
            heroku ps:scale web=2:standard-1x
            heroku ps:autoscale:enable --min 2 --max 6     # Performance and Private dynos
            ```
        "},
        silent: indoc! {"
            No formation is declared; the formation of `environments`, which review apps and CI use.
        "},
    },
    check,
};

/// More dynos of one type than this are rarely meant to be fixed.
const FEW_DYNOS_AT_MOST: u64 = 20;

fn check(facts: &Facts<'_>) -> Outcome {
    let formation = facts.formation();
    let mut evidence = Vec::new();
    let has_worker = formation
        .iter()
        .any(|entry| entry.process != "web" && entry.quantity.is_none_or(|quantity| quantity > 0));
    for entry in &formation {
        let at = |message: String| Evidence::line(&entry.path, entry.line, message);
        let known = facts.app.procfile.is_empty() || facts.process(&entry.process).is_some();
        let size = entry.size.as_deref().unwrap_or_default();
        if !known {
            evidence.push(
                at(format!(
                    "The formation has `{}`, and the Procfile has no such process: it \
                    can't be scaled.",
                    entry.process
                ))
                .level(Severity::Warn)
                .help(format!(
                    "Procfile: {}: …   or remove it from the formation",
                    entry.process
                )),
            );
        } else if entry.path != "app.json" && facts.platform.retired.sizes.contains_key(size) {
            evidence.push(
                at(format!(
                    "Dyno size `{size}` of `{}` was retired in November 2022.",
                    entry.process
                ))
                .level(Severity::Warn)
                .help("size = \"basic\" or \"standard-1x\""),
            );
        } else if entry.process == "web"
            && entry.quantity == Some(1)
            && !matches!(size, "eco" | "basic" | "free" | "hobby")
        {
            evidence.push(
                at(
                    "One web dyno: nobody is served while it restarts, at least once a day."
                        .to_owned(),
                )
                .help("heroku ps:scale web=2:standard-1x"),
            );
        } else if size == "eco" && entry.process == "web" && has_worker {
            evidence.push(
                at(
                    "Eco dynos share one pool of hours, and the worker sleeps when the \
                web process does."
                        .to_owned(),
                )
                .help("size: basic for both"),
            );
        } else if entry
            .quantity
            .is_some_and(|quantity| quantity > FEW_DYNOS_AT_MOST)
        {
            evidence.push(
                at(format!(
                    "{} dynos of `{}` are fixed.",
                    entry.quantity.unwrap_or_default(),
                    entry.process
                ))
                .help("heroku ps:autoscale:enable on Performance dynos"),
            );
        }
    }
    Outcome::when(!formation.is_empty(), evidence)
}
