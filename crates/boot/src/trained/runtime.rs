//! Runtimes that keep what they compile: how each is told to, and what it needs.

use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::tools;
use std::path::{Path, PathBuf};

use super::start::Stage;
use crate::{Input, Training, jdks};

/// Where the app finds what was made, relative to it.
pub(crate) const FOLDER: &str = ".slugsmith";

/// A form in which a runtime keeps what it compiles.
pub(super) struct Runtime {
    pub(super) what: &'static str,
    pub(super) unit: &'static str,
    /// Below [`FOLDER`].
    pub(super) place: &'static str,
    pub(super) program: &'static str,
    /// The first version of a JVM that knows the form, where an older one is told another.
    pub(super) since: Option<u32>,
    /// What makes the runtime write: `{path}` is where to, `{flush}` a module that does so at its end.
    fill: Variables,
    /// What makes it read.
    read: Variables,
}

type Variables = &'static [(&'static str, &'static str)];

/// Forms of one runtime stand in the order in which they are tried: the first that makes a start shorter is kept.
pub(super) const RUNTIMES: &[Runtime] = &[
    Runtime {
        what: "Node compile cache",
        unit: "file",
        place: "node",
        program: "node",
        since: None,
        fill: &[
            ("NODE_COMPILE_CACHE", "{path}"),
            ("NODE_COMPILE_CACHE_PORTABLE", "1"),
            ("NODE_OPTIONS", "--require={flush}"),
        ],
        read: &[
            ("NODE_COMPILE_CACHE", "{path}"),
            ("NODE_COMPILE_CACHE_PORTABLE", "1"),
        ],
    },
    // JEP 483 and 514: classes loaded and linked, not only parsed.
    Runtime {
        what: "AOT cache of the JVM",
        unit: "",
        place: "java/app.aot",
        program: "java",
        since: Some(25),
        fill: &[("JAVA_TOOL_OPTIONS", "-XX:AOTCacheOutput={path}")],
        read: &[("JAVA_TOOL_OPTIONS", "-XX:AOTCache={path} -Xlog:aot*=off")],
    },
    Runtime {
        what: "Class data archive of the JVM",
        unit: "",
        place: "java/app.jsa",
        program: "java",
        since: None,
        fill: &[("JAVA_TOOL_OPTIONS", "-XX:ArchiveClassesAtExit={path}")],
        read: &[("JAVA_TOOL_OPTIONS", ARCHIVE)],
    },
];

impl Runtime {
    pub(super) fn path(&self) -> PathBuf {
        Path::new(FOLDER).join(self.place)
    }

    /// What makes the runtime write, in a start of ours.
    pub(super) fn to_fill(&self, stage: &Stage<'_>) -> Vec<(String, String)> {
        let flush = stage.folder.join("flush.cjs").display().to_string();
        let set = self.set(self.fill, &stage.app());
        let set = set.into_iter();
        set.map(|(name, value)| (added(name), value.replace("{flush}", &flush)))
            .collect()
    }

    /// What makes it read, wherever the app is.
    pub(super) fn to_use(&self, app: &Path) -> Vec<(&'static str, String)> {
        self.set(self.read, app)
    }

    /// The measured start, which must not write.
    pub(super) fn to_measure(&self, app: &Path) -> Vec<(String, String)> {
        let set = self.to_use(app).into_iter();
        set.map(|(name, value)| (added(name), value)).collect()
    }

    fn set(&self, variables: Variables, app: &Path) -> Vec<(&'static str, String)> {
        let path = app.join(self.path()).display().to_string();
        let variables = variables.iter();
        variables
            .map(|(name, value)| (*name, value.replace("{path}", &path)))
            .collect()
    }
}

/// Whether a variable holds options, which come after those that are set.
pub(crate) fn is_option(name: &str) -> bool {
    matches!(name, "NODE_OPTIONS" | "JAVA_TOOL_OPTIONS" | "RUBYOPT")
}

/// The name under which `drive.sh` takes what it adds to a variable.
pub(crate) fn added(name: &str) -> String {
    if is_option(name) {
        format!("SLUGSMITH_MORE_{name}")
    } else {
        name.to_owned()
    }
}

/// How a JVM is told to use an archive if it fits.
const ARCHIVE: &str =
    "-XX:SharedArchiveFile={path} -Xshare:auto -Xlog:cds=off -Xlog:cds+dynamic=off";

/// As [`ARCHIVE`] says it, for the archive at this path.
pub(crate) fn options(archive: &Path) -> Vec<String> {
    let path = archive.display().to_string();
    let words = ARCHIVE.split(' ');
    words.map(|word| word.replace("{path}", &path)).collect()
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

/// The forms that the app's runtime may keep what it compiles in, in the order in which they are tried.
pub(super) fn forms(input: &Input<'_>, training: &Training) -> Vec<&'static Runtime> {
    let version = jdks::version_of_all(input);
    let mut forms: Vec<&Runtime> = RUNTIMES
        .iter()
        .filter(|form| tools::find(form.program, input.environment).is_some())
        .filter(|form| runs(form, input, training))
        .filter(|form| form.since.is_none_or(|since| version >= Some(since)))
        .collect();
    let program = forms.first().map(|form| form.program);
    forms.retain(|form| Some(form.program) == program);
    forms
}

/// Whether the command leads to this runtime: by its words, and by the manifest of an app that
/// starts with a script.
fn runs(runtime: &Runtime, input: &Input<'_>, training: &Training) -> bool {
    let command = input.config.command.as_ref();
    let command = command.map_or(training.command.as_str(), |command| command.value.as_str());
    let words = command.split(|c: char| c.is_whitespace() || matches!(c, '/' | ';' | '&' | '|'));
    let words: Vec<_> = words.collect();
    if runtime.program == "java" {
        return words.contains(&"java");
    }
    let mut files = input.tree.entries().iter();
    let has_manifest = files.any(|one| one.path() == Path::new(ecosystems::javascript::MANIFEST));
    // Another process may be Python's: this one names its program.
    let is_named = words.contains(&"node");
    let is_other = input.runs_python || words.iter().any(|word| OTHERS.contains(word));
    has_manifest && (is_named || !is_other)
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
