//! Runtimes that keep what they compile: how each is told to, and what it needs.

use slugsmith_ecosystems as ecosystems;
use std::path::{Path, PathBuf};

use super::start::Stage;
use crate::{Input, Training};

/// Where the app finds what was made, relative to it.
pub(crate) const FOLDER: &str = ".slugsmith";

/// A runtime that keeps what it compiles.
pub(super) struct Runtime {
    pub(super) what: &'static str,
    pub(super) unit: &'static str,
    /// Below [`FOLDER`].
    pub(super) place: &'static str,
    pub(super) program: &'static str,
}

pub(super) const RUNTIMES: &[Runtime] = &[
    Runtime {
        what: "Node compile cache",
        unit: "file",
        place: "node",
        program: "node",
    },
    Runtime {
        what: "Class data archive of the JVM",
        unit: "",
        place: "java/app.jsa",
        program: "java",
    },
];

impl Runtime {
    pub(super) fn path(&self) -> PathBuf {
        Path::new(FOLDER).join(self.place)
    }

    /// What makes the runtime write.
    pub(super) fn to_fill(&self, stage: &Stage<'_>) -> Vec<(&'static str, String)> {
        let path = stage.app().join(self.path()).display().to_string();
        let flush = stage.folder.join("flush.cjs").display().to_string();
        match self.program {
            "node" => vec![
                ("NODE_COMPILE_CACHE", path),
                ("NODE_COMPILE_CACHE_PORTABLE", "1".to_owned()),
                ("SLUGSMITH_NODE_OPTIONS", format!("--require={flush}")),
            ],
            _ => vec![(
                "SLUGSMITH_JAVA_OPTIONS",
                format!("-XX:ArchiveClassesAtExit={path}"),
            )],
        }
    }

    /// What makes it read, wherever the app is.
    pub(super) fn to_use(&self, app: &Path) -> Vec<(&'static str, String)> {
        let path = app.join(self.path()).display().to_string();
        match self.program {
            "node" => vec![
                ("NODE_COMPILE_CACHE", path),
                ("NODE_COMPILE_CACHE_PORTABLE", "1".to_owned()),
            ],
            _ => vec![(
                "JAVA_TOOL_OPTIONS",
                options(&app.join(self.path())).join(" "),
            )],
        }
    }

    /// The measured start, which must not write.
    pub(super) fn to_measure(&self, app: &Path) -> Vec<(&'static str, String)> {
        let mut set = self.to_use(app);
        if let [(name @ "JAVA_TOOL_OPTIONS", _)] = &mut set[..] {
            *name = "SLUGSMITH_JAVA_OPTIONS";
        }
        set
    }
}

/// How a JVM is told to use an archive if it fits.
pub(crate) fn options(archive: &Path) -> [String; 4] {
    let archive = format!("-XX:SharedArchiveFile={}", archive.display());
    [
        &archive,
        "-Xshare:auto",
        "-Xlog:cds=off",
        "-Xlog:cds+dynamic=off",
    ]
    .map(str::to_owned)
}

/// Programs of other runtimes, beside which a package.json is for assets.
const OTHERS: &[&str] = &[
    "java",
    "bundle",
    "rails",
    "puma",
    "ruby",
    "php",
    "heroku-php-apache2",
    "heroku-php-nginx",
];

/// Whether the command leads to this runtime: by its words, and by the manifest of an app that
/// starts with a script.
pub(super) fn runs(runtime: &Runtime, input: &Input<'_>, training: &Training) -> bool {
    let command = input.config.command.as_ref();
    let command = command.map_or(training.command.as_str(), |command| command.value.as_str());
    let mut words =
        command.split(|c: char| c.is_whitespace() || matches!(c, '/' | ';' | '&' | '|'));
    if runtime.program == "java" {
        return words.any(|word| word == "java");
    }
    let mut files = input.tree.entries().iter();
    let has_manifest = files.any(|one| one.path() == Path::new(ecosystems::javascript::MANIFEST));
    has_manifest && !input.runs_python && !words.any(|word| OTHERS.contains(&word))
}

pub(super) fn example(runtime: &Runtime) -> &'static str {
    match runtime.program {
        "node" => "\"node -e 'require(\\\"./app\\\")'\"",
        _ => "\"java -jar target/app.jar --help\"",
    }
}

pub(super) fn needs(runtime: &Runtime) -> &'static str {
    match runtime.program {
        "node" => "Node 22.1 and later keep one, and 24.12 and later one that can be moved",
        _ => "Java 13 and later keep one",
    }
}
