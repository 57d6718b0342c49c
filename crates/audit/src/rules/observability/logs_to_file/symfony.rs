//! Symfony's handlers of production that write to a file below `var/log`.

use crate::Facts;
use crate::registry::Evidence;
use slugsmith_facts::formats::{self, Entry};

/// Files of Monolog's settings for production, and what stands before `monolog` in them.
const FILES: &[(&str, &str)] = &[
    ("config/packages/prod/monolog.yaml", ""),
    ("config/packages/prod/monolog.yml", ""),
    ("config/packages/monolog.yaml", "when@prod."),
    ("app/config/config_prod.yml", ""),
];

pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    FILES.iter().find_map(|(path, before)| {
        let entries = formats::yaml::read(facts.sources.text(path)?);
        let handlers = format!("{before}monolog.handlers.");
        let paths: Vec<&Entry> = entries
            .iter()
            .filter(|entry| {
                let rest = entry.key.strip_prefix(&handlers);
                rest.and_then(|rest| rest.split_once('.')).is_some_and(|(_, key)| key == "path")
            })
            .collect();
        // A stream beside the file carries the lines as well.
        let streams = paths.iter().any(|entry| entry.value.starts_with("php://") || entry.value.contains("env("));
        let file = paths.iter().find(|entry| entry.value.contains(".log"))?;
        let message = format!(
            "Production's log goes to `{}`, a file on the dyno: the log stream never sees it, and a restart deletes \
             it.",
            file.value
        );
        (!streams).then(|| Evidence::line(path, file.line, message).help("path: php://stderr"))
    })
}
