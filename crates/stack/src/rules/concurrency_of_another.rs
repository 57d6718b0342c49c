//! The number of a server's workers is computed by another language's buildpack.

use std::ffi::OsStr;

use super::{Rule, World, fix};
use crate::environment::By;
use crate::model::Model;
use slugsmith_facts::command::{self, AppFolder, Start};
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "concurrency-of-another",
    code: "ST32",
    title: "WEB_CONCURRENCY is computed by the buildpack of another language.",
    level: Severity::Warn,
    world: World::Both,
    docs: Docs {
        finds: "A server of one language (puma, gunicorn, PHP-FPM …) that takes its number of workers from \
                WEB_CONCURRENCY, which a script or layer of another language's buildpack sets.",
        why: "The formula is made for the other language: on a large dyno Node's gives many more workers than fit into \
              memory, and the number changes with the size of the dyno without a word.",
        fix: "Set it: `heroku config:set WEB_CONCURRENCY=2`. The script then leaves it alone.",
        silent: "Where a config var sets it, and where the server's own buildpack does.",
    },
    check,
};

/// Servers that read the variable, and the word that their own buildpacks' names hold.
const SERVERS: &[(&str, &str)] = &[
    ("puma", "ruby"),
    ("unicorn", "ruby"),
    ("rails", "ruby"),
    ("gunicorn", "python"),
    ("uvicorn", "python"),
    ("hypercorn", "python"),
    ("heroku-php-apache2", "php"),
    ("heroku-php-nginx", "php"),
];

fn check(model: &Model<'_>) -> Vec<Finding> {
    let (Some(app), Some(variable)) = (
        model.app,
        model.dyno.variables.get(OsStr::new("WEB_CONCURRENCY")),
    ) else {
        return Vec::new();
    };
    if variable
        .steps
        .iter()
        .any(|step| matches!(step.by, By::Platform | By::Base))
    {
        return Vec::new();
    }
    let Some(step) = variable
        .steps
        .iter()
        .rev()
        .find(|step| matches!(step.by, By::Layer { .. }))
    else {
        return Vec::new();
    };
    let who = fix::author(model, &step.by);
    let files = AppFolder(app.root.clone());
    for one in &model.processes.processes {
        let words: Vec<String> = one
            .process
            .command
            .iter()
            .chain(&one.process.args)
            .cloned()
            .collect();
        let start = Start::at_root(&words.join(" "), "Procfile", 0);
        let commands = if one.process.direct {
            command::follow_words(&files, &words, &start)
        } else {
            command::follow(&files, &start)
        };
        let server = commands
            .iter()
            .find_map(|one| SERVERS.iter().find(|(name, _)| one.program() == *name));
        let Some((server, _)) = server
            .filter(|(_, language)| !who.contains(language) && !who.starts_with("an earlier"))
        else {
            continue;
        };
        let message = format!(
            "The number of {server}'s workers in `{}` is computed by {who} ({}), whose formula is made for another \
             language.",
            one.process.kind, step.file
        );
        return vec![RULE.finding(
            message,
            vec!["heroku config:set WEB_CONCURRENCY=2".to_owned()],
        )];
    }
    Vec::new()
}
