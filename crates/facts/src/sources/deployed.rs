//! Which languages does the platform build and start?
//!
//! A repository often holds more: a client library, examples in other languages, a script
//! in Go beside a Node server. Without a manifest at the root no buildpack installs the
//! language, so its code can't run on a dyno, unless a command names it.

use super::Sources;
use crate::app::App;
use crate::code::{Expr, Language};
use crate::process::Runs;
use slugsmith_ecosystems::{self as ecosystems, Ecosystem};

/// How a language shows itself.
struct Signs {
    language: Language,
    /// Files at the root by which buildpacks detect it.
    manifests: &'static [&'static str],
    /// Whose programs commands run.
    ecosystems: &'static [&'static Ecosystem],
    /// Parts of the names of its buildpacks.
    buildpacks: &'static [&'static str],
    /// Ending of a file that a command names.
    ending: &'static str,
}

impl Signs {
    fn starts(&self, program: &str) -> bool {
        self.ecosystems.iter().any(|one| one.starts(program))
    }
}

const SIGNS: &[Signs] = &[
    Signs {
        language: Language::Python,
        manifests: &[
            ecosystems::python::REQUIREMENTS,
            ecosystems::python::PIPFILE,
            ecosystems::python::PYPROJECT,
            ecosystems::python::SETUP_PY,
            "manage.py",
            ecosystems::python::POETRY_LOCK,
            ecosystems::python::UV_LOCK,
        ],
        ecosystems: &[&ecosystems::python::ECOSYSTEM],
        buildpacks: &["python"],
        ending: ".py",
    },
    Signs {
        language: Language::Ruby,
        manifests: &[ecosystems::ruby::GEMFILE, "config.ru"],
        ecosystems: &[&ecosystems::ruby::ECOSYSTEM],
        buildpacks: &["ruby"],
        ending: ".rb",
    },
    Signs {
        language: Language::Go,
        manifests: &[
            ecosystems::go::MANIFEST,
            "Gopkg.toml",
            "Gopkg.lock",
            "glide.yaml",
            "vendor/vendor.json",
            "Godeps/Godeps.json",
        ],
        ecosystems: &[&ecosystems::go::ECOSYSTEM],
        buildpacks: &["go"],
        ending: ".go",
    },
    Signs {
        language: Language::Java,
        manifests: &[
            ecosystems::java::POM,
            ecosystems::java::BUILD_GRADLE,
            ecosystems::java::BUILD_GRADLE_KTS,
            "settings.gradle",
            "settings.gradle.kts",
            ecosystems::scala::MANIFEST,
            ecosystems::clojure::PROJECT,
        ],
        ecosystems: &[
            &ecosystems::java::ECOSYSTEM,
            &ecosystems::scala::ECOSYSTEM,
            &ecosystems::clojure::ECOSYSTEM,
        ],
        buildpacks: &["java", "jvm", "gradle", "scala", "maven"],
        ending: ".jar",
    },
    Signs {
        language: Language::Php,
        manifests: &[ecosystems::php::MANIFEST, "index.php", "artisan"],
        ecosystems: &[&ecosystems::php::ECOSYSTEM],
        buildpacks: &["php"],
        ending: ".php",
    },
];

/// Manifests of Node, which [`super::reach`] judges by its own means.
const NODE: &str = ecosystems::javascript::MANIFEST;

/// Drops code of languages that no buildpack of the app installs. Where the root has no
/// manifest at all, the app is built in a way that can't be seen, and everything stays.
pub(super) fn keep(app: &App, sources: &mut Sources, commands: &[String]) {
    let has = |names: &[&str]| names.iter().any(|name| sources.has(name));
    let known = has(&[NODE]) || SIGNS.iter().any(|signs| has(signs.manifests));
    let buildpacks = buildpacks(app, sources);
    // A buildpack that moves a folder to the root makes that folder's manifests count.
    let moved = ["subdir", "monorepo", "multi-procfile"]
        .iter()
        .any(|word| buildpacks.contains(word));
    if !known || moved {
        return;
    }
    let absent: Vec<_> = SIGNS
        .iter()
        .filter(|signs| !has(signs.manifests) && !named(signs, commands, &buildpacks))
        .map(|signs| signs.language)
        .collect();
    sources.keep(|code| !absent.contains(&code.language));
}

/// Notes the languages that have a manifest while every process runs another one: the
/// platform takes one language, and nothing of these is installed. Their code is dropped. Node
/// beside another language may build assets, so it is never among them.
pub(super) fn choose(app: &App, sources: &mut Sources, processes: &[Runs]) {
    const NODE_PROGRAMS: &[&str] = &[
        "node", "npm", "npx", "yarn", "pnpm", "bun", "tsx", "ts-node", "next", "nuxt", "pm2",
        "nodemon",
    ];
    let none = String::new();
    let texts = |process: &Runs| -> Vec<String> {
        process
            .commands
            .iter()
            .map(|command| command.text.clone())
            .collect()
    };
    let runs_node = |process: &Runs| {
        process
            .commands
            .iter()
            .any(|command| NODE_PROGRAMS.contains(&command.program()))
    };
    let known = |process: &Runs| {
        let texts = texts(process);
        runs_node(process) || SIGNS.iter().any(|signs| named(signs, &texts, &none))
    };
    if processes.is_empty() || !processes.iter().all(known) {
        return;
    }
    let buildpacks = buildpacks(app, sources);
    let spawned = |signs: &Signs| {
        sources.files.iter().any(|code| {
            code.language == Language::JavaScript
                && code.calls.iter().any(|call| {
                    let program = call.positional(0).and_then(Expr::text).unwrap_or_default();
                    let program = program.split(' ').next().unwrap_or_default();
                    let plain = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
                    matches!(
                        call.method(),
                        "spawn" | "spawnSync" | "exec" | "execSync" | "execFile"
                    ) && signs.starts(plain)
                })
        })
    };
    let commands: Vec<String> = processes.iter().flat_map(texts).collect();
    sources.unserved = SIGNS
        .iter()
        .filter(|signs| signs.manifests.iter().any(|name| sources.has(name)))
        .filter(|signs| !named(signs, &commands, &buildpacks) && !spawned(signs))
        .map(|signs| signs.language)
        .collect();
    let unserved = sources.unserved.clone();
    sources.keep(|code| !unserved.contains(&code.language));
}

fn named(signs: &Signs, commands: &[String], buildpacks: &str) -> bool {
    let by_command = commands.iter().any(|command| {
        command.split_whitespace().any(|word| {
            let program = word.rsplit('/').next().unwrap_or(word);
            let plain = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
            signs.starts(plain) || word.ends_with(signs.ending)
        })
    });
    let by_buildpack = signs.buildpacks.iter().any(|program| {
        buildpacks
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| word == *program)
    });
    by_command || by_buildpack
}

/// Everything that names buildpacks, as one text.
fn buildpacks(app: &App, sources: &Sources) -> String {
    let mut text = String::new();
    let listed = app
        .app_json
        .good()
        .and_then(|manifest| manifest.get("buildpacks"));
    if let Some(listed) = listed {
        text.push_str(&listed.to_string());
    }
    for path in [".buildpacks", "project.toml"] {
        text.push_str(sources.text(path).unwrap_or_default());
    }
    text
}
