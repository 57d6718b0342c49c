//! Gradle.
//!
//! - **Recognised** by `build.gradle` or `build.gradle.kts`.
//! - **Key**: Gradle's and Java's version (with a wrapper: its properties, and Java's), every file of
//!   the app, `GRADLE_*`, `ORG_GRADLE_*`, `JAVA_*`.
//! - **Class** packed: `build/libs` and `build/install` of each module with sources.
//! - **Install** `GRADLE_TASK`, else the task `stage` where the app has one, as heroku/gradle does, else `assemble`
//!   (and `installDist` with the application plugin); by `./gradlew` where it is there.
//! - **Exposure**: none; a Procfile names `build/libs/NAME.jar`. `GRADLE_USER_HOME` is on a
//!   shelf, without daemons, their logs and native parts.
//! - **Not pinned**: `1.+`, `latest.release`, a `SNAPSHOT` or range without
//!   `gradle.lockfile`; used for 24 hours.
//! - **Left alone**: a `GRADLE_USER_HOME` that somebody has set.

use super::{Found, Tool, modules, text, words};
use crate::lockfile::Packages;
use crate::presets::Place;
use crate::switches;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::run;

pub(super) const TOOL: Tool = Tool {
    name: "gradle",
    version: &["gradle", "--version"],
    wrapper: Some("gradlew"),
    variables: &["GRADLE_", "ORG_GRADLE_", "JAVA_"],
    shelves: &[("gradle-home", "GRADLE_USER_HOME")],
    look,
};

const MANIFESTS: &[&str] = &[
    ecosystems::java::BUILD_GRADLE,
    ecosystems::java::BUILD_GRADLE_KTS,
];

fn look(place: &Place<'_>) -> Option<Found> {
    let file = MANIFESTS.iter().find(|name| place.app.has(name))?;
    let root = &place.app.root;
    let all: String = MANIFESTS
        .iter()
        .flat_map(|name| modules(root, &[name], &[name]))
        .map(|path| text(place, path))
        .collect();
    let packages = packages(&all);
    let is_open = packages.values().flatten().any(|version| is_open(version));
    let has_stage = [
        "task stage",
        "register(\"stage\"",
        "register('stage'",
        "create(\"stage\"",
    ]
    .iter()
    .any(|words| all.contains(words));
    let is_application = ["'application'", "\"application\"", "    application\n"]
        .iter()
        .any(|words| all.contains(words));
    let mut arguments = words(&["--no-daemon", "--console=plain"]);
    let tasks = match (
        switches::value(place.context.environment, "GRADLE_TASK"),
        has_stage,
        is_application,
    ) {
        (Some(tasks), ..) => run::words(tasks),
        (None, true, _) => words(&["stage"]),
        (None, false, true) => words(&["assemble", "installDist"]),
        (None, false, false) => words(&["assemble"]),
    };
    arguments.extend(tasks);
    Some(Found {
        lockfile: file,
        packages,
        outputs: modules(root, MANIFESTS, &["build/libs", "build/install"]),
        commands: vec![arguments],
        links: Vec::new(),
        unpinned: (is_open && !place.app.has(ecosystems::java::GRADLE_LOCK))
            .then_some("dynamic versions"),
    })
}

/// Whether another artifact may have this version tomorrow (Gradle's manual, "Declaring
/// Versions and Ranges").
fn is_open(version: &str) -> bool {
    version.ends_with('+')
        || version.ends_with("-SNAPSHOT")
        || version.starts_with("latest.")
        || version.starts_with(['[', '(', ']'])
}

/// String literals of the form `group:name:version`.
fn packages(text: &str) -> Packages {
    let mut packages = Packages::new();
    for literal in text.lines().flat_map(|line| line.split(['"', '\''])) {
        let mut parts = literal.split(':');
        if let (Some(group), Some(name), Some(version)) = (parts.next(), parts.next(), parts.next())
            && !group.is_empty()
            && !literal.contains([' ', '/'])
        {
            packages
                .entry(name.to_owned())
                .or_default()
                .insert(version.to_owned());
        }
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_both_languages() {
        let text = "implementation 'com.google.guava:guava:33.0'\nimplementation(\"org.x:y:1.+\")\n\
            url 'https://a:b:c/d'\n";
        let found = packages(text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(is_open(found["y"].first().unwrap()) && !is_open(found["guava"].first().unwrap()));
    }
}
