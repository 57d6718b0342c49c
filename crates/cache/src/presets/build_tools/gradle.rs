//! Gradle.
//!
//! - **Recognised** by `build.gradle` or `build.gradle.kts`.
//! - **Key**: Gradle's and Java's version (with a wrapper: its properties, and Java's), every file of
//!   the app, `GRADLE_*`, `ORG_GRADLE_*`, `JAVA_*`.
//! - **Class** packed: `build/libs` and `build/install` of each module with sources.
//! - **Install** `GRADLE_TASK`, else the task `stage` where the app has one, as heroku/gradle does, else `assemble`
//!   (and `installDist` with the application plugin); by `./gradlew` where it is there.
//! - **Exposure**: none; a Procfile names `build/libs/NAME.jar`. `GRADLE_USER_HOME` is on a
//!   download store, without daemons, their logs and native parts.
//! - **Not pinned**: `1.+`, `latest.release`, a `SNAPSHOT` or range without
//!   `gradle.lockfile`; used for 24 hours.
//! - **Left alone**: a `GRADLE_USER_HOME` that somebody has set.

use std::path::{Path, PathBuf};

use super::{Found, Tool, folders, modules, text, words};
use crate::lockfile::Packages;
use crate::presets::Project;
use crate::switches;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::run;

pub(super) const TOOL: Tool = Tool {
    name: "gradle",
    version: &["gradle", "--version"],
    wrapper: Some("gradlew"),
    variables: &["GRADLE_", "ORG_GRADLE_", "JAVA_"],
    download_stores: &[("gradle-home", "GRADLE_USER_HOME")],
    look,
    copied: |_, _| {},
};

const MANIFESTS: &[&str] = &[
    ecosystems::java::BUILD_GRADLE,
    ecosystems::java::BUILD_GRADLE_KTS,
];

fn look(place: &Project<'_>) -> Option<Found> {
    let file = MANIFESTS.iter().find(|name| place.app.has(name))?;
    let root = &place.app.root;
    let scripts = scripts(root);
    let all: String = scripts.iter().map(|path| text(place, path)).collect();
    let packages = packages(&all);
    let is_open = packages.values().flatten().any(|version| is_open(version));
    let has_stage = all.lines().any(is_stage);
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

/// Every script of the build: those of all projects, scripts that one of them applies, and plugins
/// of the build itself.
fn scripts(app: &Path) -> Vec<PathBuf> {
    let mut folders = folders(app, &["build", "target", "node_modules"]);
    // A folder with settings of its own is another build; tasks of it are none of this one.
    let is_build = |folder: &Path| {
        let names = ["settings.gradle", "settings.gradle.kts"];
        names
            .iter()
            .any(|name| app.join(folder).join(name).is_file())
    };
    let others = folders.iter().filter(|folder| {
        !folder.as_os_str().is_empty() && !folder.ends_with("buildSrc") && is_build(folder)
    });
    let others: Vec<_> = others.cloned().collect();
    folders.retain(|folder| !others.iter().any(|other| folder.starts_with(other)));
    let names = |folder: PathBuf| {
        let entries = fs_err::read_dir(app.join(&folder)).into_iter().flatten();
        let names = entries.flatten().map(|entry| entry.file_name());
        let names = names.filter(|name| {
            let name = name.to_string_lossy();
            name.ends_with(".gradle") || name.ends_with(".gradle.kts")
        });
        let mut paths: Vec<_> = names.map(|name| folder.join(name)).collect();
        paths.sort_unstable();
        paths
    };
    folders.into_iter().flat_map(names).collect()
}

/// Whether a line of a script makes a task of the name `stage` (Gradle's manual, "Task
/// Configuration and Execution").
fn is_stage(line: &str) -> bool {
    let line = line.trim_start();
    if line.starts_with("//") || line.starts_with('*') {
        return false;
    }
    let words = line.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let makes = |word: &str| ["task", "register", "create", "maybeCreate"].contains(&word);
    let is_type = |word: &str| word.starts_with(char::is_uppercase);
    words.iter().enumerate().any(
        |(at, word)| match (*word, words.get(at + 1), words.get(at + 2)) {
            (made, Some(&"stage"), _) if makes(made) => true,
            (made, Some(kind), Some(&"stage")) if makes(made) => is_type(kind),
            ("stage", Some(&"by"), Some(&"tasks")) => true,
            _ => false,
        },
    )
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
    fn a_task_named_stage_is_found_in_every_form() {
        for line in [
            "task stage(dependsOn: ['build'])",
            "task 'stage' {",
            "tasks.register('stage', Copy) {",
            "tasks.register<Copy>(\"stage\") {",
            "val stage by tasks.registering {",
            "  tasks.create(\"stage\")",
        ] {
            assert!(is_stage(line), "{line}");
        }
        for line in [
            "task stageDocs {",
            "// task stage",
            "stage.dependsOn('x')",
            "println 'stage'",
            "tasks.register('copy', Copy) { into 'stage' }",
        ] {
            assert!(!is_stage(line), "{line}");
        }
    }

    #[test]
    fn scripts_of_a_root_without_sources_and_applied_ones_count() {
        let app = tempfile::tempdir().unwrap();
        for path in [
            "build.gradle",
            "gradle/common.gradle",
            "server/build.gradle.kts",
            "buildSrc/src/main/kotlin/own.gradle.kts",
            "server/build/old.gradle",
            "examples/other/settings.gradle",
            "examples/other/build.gradle",
        ] {
            let path = app.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "").unwrap();
        }
        fs_err::create_dir_all(app.path().join("server/src")).unwrap();
        let found = scripts(app.path());
        let found: Vec<_> = found.iter().map(|path| path.to_string_lossy()).collect();
        assert_eq!(
            found,
            [
                "build.gradle",
                "buildSrc/src/main/kotlin/own.gradle.kts",
                "gradle/common.gradle",
                "server/build.gradle.kts",
            ]
        );
    }

    #[test]
    fn versions_are_read_from_both_languages() {
        let text = "implementation 'com.google.guava:guava:33.0'\nimplementation(\"org.x:y:1.+\")\n\
            url 'https://a:b:c/d'\n";
        let found = packages(text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(is_open(found["y"].first().unwrap()) && !is_open(found["guava"].first().unwrap()));
    }
}
