//! Yii's targets of the log, where all of them are files.

use crate::rules::prelude::*;
use crate::yii;

/// The first application whose only targets are of the class `FileTarget`.
pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    let logs = yii::components(facts, "log");
    let classes = |value: &Expr| {
        let mut found = Vec::new();
        let targets = value.key("targets");
        let mut add = |target: &Expr| {
            found.extend(target.key("class").map(|class| class.any(is_file)));
        };
        match targets {
            Some(Expr::List(items)) => items.iter().for_each(&mut add),
            Some(Expr::Object(entries)) => entries.iter().for_each(|(_, target)| add(target)),
            _ => {}
        }
        found
    };
    let all: Vec<bool> = logs.iter().flat_map(|one| classes(one.value)).collect();
    let log = logs
        .first()
        .filter(|_| !all.is_empty() && all.iter().all(|file| *file))?;
    let message = "The only target of Yii's log is a file below runtime/logs: the log stream never sees it, and a \
                   restart deletes it.";
    Some(Evidence::line(&log.code.path, log.line, message).help(
        "composer require codemix/yii2-streamlog; ['class' => 'codemix\\streamlog\\Target', 'url' => 'php://stderr']",
    ))
}

fn is_file(value: &Expr) -> bool {
    let file = |name: &str| name.contains("FileTarget");
    value.text().is_some_and(file) || value.name().is_some_and(file)
}
