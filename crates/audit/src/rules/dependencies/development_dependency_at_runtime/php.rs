//! Bundles of Symfony that production registers and of which only `require-dev` asks for the package.

use serde_json::Value;

use crate::rules::prelude::*;
use slugsmith_ecosystems as ecosystems;

const BUNDLES: &str = "config/bundles.php";

/// `X::class => ['all' => true]` of a class that Composer loads from a package of development: the kernel ends at its
/// first line, since the build installs without it (`composer install --no-dev`).
pub(super) fn bundles(facts: &Facts<'_>) -> Option<Vec<Evidence>> {
    let code = facts
        .code(Language::Php)
        .find(|code| code.path == BUNDLES)?;
    let lock: Value =
        serde_json::from_str(facts.sources.text(ecosystems::php::COMPOSER_LOCK)?).ok()?;
    let (needed, development) = (spaces(&lock, "packages"), spaces(&lock, "packages-dev"));
    let returned = code.assignments.iter().find(|one| one.target == "return")?;
    let Expr::Object(entries) = &returned.value else {
        return Some(Vec::new());
    };
    let mut found = Vec::new();
    for (class, environments) in entries {
        let class = class.trim_end_matches("::class").trim_start_matches('\\');
        let on = |name: &str| environments.key(name) == Some(&Expr::Bool(true));
        let of = |spaces: &[(String, String)]| {
            let mut all = spaces.iter();
            let own = all.find(|(space, _)| class.starts_with(space.as_str()));
            own.map(|(_, package)| package.clone())
        };
        let Some(package) =
            of(&development).filter(|_| (on("all") || on("prod")) && of(&needed).is_none())
        else {
            continue;
        };
        let last = class.rsplit('\\').next().unwrap_or(class);
        let line = facts.line(BUNDLES, last).unwrap_or(returned.line);
        let message = format!(
            "`{last}` is registered for production, and `{package}`, which has it, is only in require-dev: the build \
             leaves it out, and the app ends at its start."
        );
        found.push(
            Evidence::line(BUNDLES, line, message)
                .about(package.as_str())
                .help(format!(
                    "composer require {package}   (or: register it for dev and test alone)"
                )),
        );
    }
    Some(found)
}

/// The name spaces that the packages of a part of the lockfile bring, the longest first, each with its package.
fn spaces(lock: &Value, part: &str) -> Vec<(String, String)> {
    let packages = lock.get(part).and_then(Value::as_array);
    let mut found: Vec<(String, String)> = packages
        .into_iter()
        .flatten()
        .filter_map(|package| {
            let name = package.get("name")?.as_str()?.to_owned();
            let loaded = package.get("autoload")?.get("psr-4")?.as_object()?;
            Some(
                loaded
                    .keys()
                    .map(move |space| (space.clone(), name.clone())),
            )
        })
        .flatten()
        .filter(|(space, _)| !space.is_empty())
        .collect();
    found.sort_by_key(|(space, _)| std::cmp::Reverse(space.len()));
    found
}
