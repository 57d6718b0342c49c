//! Which module of a build of several projects does the web process start, and what do its build files ask for?

use std::collections::BTreeSet;

use crate::facts::Facts;
use slugsmith_ecosystems::java;
use slugsmith_facts::packages::{self, Ecosystem, Package};

const BUILD_FILES: [&str; 3] = [java::POM, java::BUILD_GRADLE, java::BUILD_GRADLE_KTS];
/// Where the builds put what runs, below the module's folder.
const OUTPUTS: [&str; 5] = [
    "target/",
    "build/libs/",
    "build/install/",
    "build/classes/",
    "build/distributions/",
];

/// The folder of the module of which the web process starts the archive, with a slash behind it, empty for the root:
/// `java -jar web/target/web.jar`, `web/build/libs/web-*.jar`, `./gradlew :web:bootRun`, `mvn -pl web spring-boot:run`.
/// `None` where the commands do not tell.
pub(crate) fn served(facts: &Facts<'_>) -> Option<String> {
    let commands = facts.process("web")?.commands.iter();
    let is_module = |folder: &str| {
        let mut names = BUILD_FILES.iter();
        names.any(|name| facts.sources.has(&format!("{folder}{name}")))
    };
    commands.into_iter().find_map(|command| {
        let mut words =
            std::iter::once(command.program()).chain(command.words.iter().map(String::as_str));
        let by_output = words.find_map(|word| {
            // Entries of a class path are joined by colons.
            word.split(':').find_map(|path| {
                // The archive may be named by a pattern, its folder is not.
                let above = OUTPUTS.iter().find_map(|output| {
                    let above = path.split_once(output)?.0;
                    (above.is_empty() || above.ends_with('/')).then_some(above)
                })?;
                let folder = command.in_app(if above.is_empty() { "." } else { above })?;
                let folder = match folder.trim_matches(['.', '/']) {
                    "" => String::new(),
                    _ => format!("{}/", folder.trim_end_matches('/')),
                };
                is_module(&folder).then_some(folder)
            })
        });
        by_output.or_else(|| {
            let folder = by_task(&command.words)?;
            is_module(&folder).then_some(folder)
        })
    })
}

/// The module that a command of the build itself names.
fn by_task(words: &[String]) -> Option<String> {
    let tool = words.first()?.rsplit('/').next()?;
    match tool {
        "gradlew" | "gradle" => words.iter().skip(1).find_map(|word| {
            let path = word
                .strip_suffix(":bootRun")
                .or_else(|| word.strip_suffix(":run"))?;
            let path = path.trim_start_matches(':').replace(':', "/");
            (!path.is_empty()).then(|| format!("{path}/"))
        }),
        "mvnw" | "mvn" => {
            let at = words
                .iter()
                .position(|word| matches!(word.as_str(), "-pl" | "--projects"))?;
            let module = words.get(at + 1)?.trim_matches('/');
            let plain = !module.contains([',', ':', '!', '$']);
            plain.then(|| format!("{module}/"))
        }
        _ => None,
    }
}

/// Whether a build file takes in the module of a folder.
fn is_dependency(text: &str, folder: &str) -> bool {
    let name = folder.trim_end_matches('/');
    let last = name.rsplit('/').next().unwrap_or(name);
    let gradle = name.replace('/', ":");
    [
        format!("<artifactId>{last}</artifactId>"),
        format!("project(':{gradle}')"),
        format!("project(\":{gradle}\")"),
        format!("project(path: ':{gradle}'"),
    ]
    .iter()
    .any(|form| text.contains(form.as_str()))
}

/// Whether the build files of the root, of the module that serves, or of a module that this one takes in, ask for one
/// of these artifacts outside of tests.
pub(crate) fn wants_any(facts: &Facts<'_>, names: &[&str]) -> bool {
    wants(facts, |name| names.contains(&name))
}

/// The same for artifacts by a test of their names.
pub(crate) fn wants(facts: &Facts<'_>, test: impl Fn(&str) -> bool) -> bool {
    let is_meant = |one: &Package| !one.dev && test(&one.name);
    let mut wanted = facts.packages.wanted.iter();
    if wanted.any(|one| one.ecosystem == Ecosystem::Maven && is_meant(one)) {
        return true;
    }
    let Some(start) = served(facts) else {
        return false;
    };
    let builds = || {
        facts.sources.texts.iter().filter_map(|(path, text)| {
            let (folder, name) = path.rsplit_once('/')?;
            BUILD_FILES
                .contains(&name)
                .then(|| (format!("{folder}/"), path, text))
        })
    };
    let mut pending = vec![start];
    let mut seen = BTreeSet::new();
    while let Some(folder) = pending.pop() {
        if !seen.insert(folder.clone()) {
            continue;
        }
        for (_, path, text) in builds().filter(|(of, ..)| *of == folder) {
            if packages::of_java(path, text).iter().any(is_meant) {
                return true;
            }
            let taken = builds().filter(|(of, ..)| is_dependency(text, of));
            pending.extend(taken.map(|(of, ..)| of));
        }
    }
    false
}
