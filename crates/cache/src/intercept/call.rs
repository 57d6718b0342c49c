//! Which calls of a package manager can be answered, and what in them is part of the key?
//!
//! Every tool has the versions that this was tried with, its commands and its options. A word that
//! is not listed makes the call one that is not known.

use slugsmith_ecosystems as ecosystems;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Raw;
use crate::inputs::Inputs;
use slugsmith_facts::beneath;

/// What an option takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    /// `--name`, `--name=value`.
    Attached,
    /// `--name value`, `--name=value`.
    WithValue,
    /// As `WithValue`, of no effect on the tree: left out of the key.
    Ignored,
    /// As `WithValue`: the settings of the app, which are an input anyway.
    OwnSettings,
}

use Takes::{Attached, Ignored, Nothing, OwnSettings, WithValue};

/// A package manager.
struct Tool {
    /// Also the name of its cache.
    name: &'static str,
    /// Names of the packages that it comes in.
    packages: &'static [&'static str],
    /// First and last major version.
    versions: (u64, u64),
    /// Commands that install; the empty one where it needs none.
    commands: &'static [&'static str],
    /// Commands that begin by removing the tree.
    clean: &'static [&'static str],
    options: &'static [(&'static str, Takes)],
    /// Lockfiles, each with a text that those of these versions have. Without one no result is kept.
    lockfiles: &'static [(&'static str, &'static str)],
    /// Files of the app with which another program does the work.
    not_with: &'static [&'static str],
    /// Settings of the tool's own installation, relative to its package and to what that is
    /// installed in; of the machine and of the user.
    settings: Settings,
}

struct Settings {
    package: &'static [&'static str],
    prefix: &'static [&'static str],
    machine: &'static [&'static str],
    user: &'static [&'static str],
    /// Of every folder above the app.
    above: &'static [&'static str],
}

const TOOLS: &[Tool] = &[NPM, YARN];

const NPM: Tool = Tool {
    name: "npm",
    packages: &["npm"],
    versions: (7, 12),
    commands: &["ci", "ic", "clean-install", "install", "i"],
    clean: &["ci", "ic", "clean-install"],
    options: &[
        ("--production", Attached),
        ("--omit", WithValue),
        ("--include", WithValue),
        ("--only", WithValue),
        ("--userconfig", OwnSettings),
        ("--cache", Ignored),
        ("--loglevel", Ignored),
        ("--unsafe-perm", Attached),
        ("--audit", Attached),
        ("--no-audit", Nothing),
        ("--fund", Attached),
        ("--no-fund", Nothing),
        ("--progress", Attached),
        ("--no-progress", Nothing),
        ("--prefer-offline", Nothing),
        ("--legacy-peer-deps", Nothing),
        ("--ignore-scripts", Attached),
        ("--foreground-scripts", Nothing),
        ("--no-optional", Nothing),
        ("--silent", Nothing),
        ("--quiet", Nothing),
    ],
    lockfiles: &[
        (ecosystems::javascript::PACKAGE_LOCK, ""),
        (ecosystems::javascript::SHRINKWRAP, ""),
    ],
    not_with: &[],
    settings: Settings {
        package: &["npmrc"],
        prefix: &["etc/npmrc"],
        machine: &[],
        user: &[],
        above: &[],
    },
};

/// Version 1 alone: later ones keep a state of their own beside the tree.
const YARN: Tool = Tool {
    name: "yarn",
    packages: &["yarn"],
    versions: (1, 1),
    commands: &["install"],
    clean: &[],
    options: &[
        ("--production", Attached),
        ("--frozen-lockfile", Nothing),
        ("--pure-lockfile", Nothing),
        ("--ignore-engines", Nothing),
        ("--ignore-optional", Nothing),
        ("--ignore-platform", Nothing),
        ("--ignore-scripts", Nothing),
        ("--non-interactive", Nothing),
        ("--no-progress", Nothing),
        ("--prefer-offline", Nothing),
        ("--cache-folder", Ignored),
        ("--network-timeout", Ignored),
        ("--silent", Nothing),
    ],
    lockfiles: &[(ecosystems::javascript::YARN_LOCK, "# yarn lockfile v1")],
    // Version 1 hands over to the release that later ones name there.
    not_with: &[".yarnrc.yml"],
    // yarn 1, `src/util/rc.js` and `src/registries/npm-registry.js`.
    settings: Settings {
        package: &[],
        prefix: &["etc/npmrc", "etc/yarnrc"],
        machine: &["/etc/npmrc", "/etc/yarnrc", "/etc/yarn/config"],
        user: &[
            ".yarnrc",
            ".yarn/config",
            ".config/yarn",
            ".config/yarn/config",
        ],
        above: &[".npmrc", ".yarnrc"],
    },
};

/// A call that may be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub tool: &'static str,
    pub version: String,
    pub node: String,
    pub abi: String,
    /// `npm ci --production=false`, without paths of the build.
    pub line: String,
    /// Whether it begins by removing the tree.
    pub is_clean: bool,
    /// Settings files of the tool itself and of the machine.
    pub settings: Vec<PathBuf>,
}

/// Whether some call in this app can be answered at all. pnpm, Bun and later versions of yarn run as they
/// are, so that a hook would do nothing but be seen.
pub(crate) fn is_possible(app: &Path) -> bool {
    TOOLS.iter().any(|tool| {
        let is_locked = tool.lockfiles.iter().any(|(name, text)| {
            let lock = beneath::read_in(app, name);
            lock.is_ok_and(|lock| memchr::memmem::find(&lock, text.as_bytes()).is_some())
        });
        is_locked && !tool.not_with.iter().any(|file| app.join(file).exists())
    })
}

/// Reads a call in the app; an error says why it is not known.
pub(crate) fn read(raw: &Raw, app: &Path, home: Option<&Path>) -> Result<Call, String> {
    let (name, version, root) =
        package(&raw.main).ok_or("what runs is not a package manager that is known")?;
    let tool = TOOLS
        .iter()
        .find(|tool| tool.packages.contains(&name.as_str()));
    let tool = tool.ok_or_else(|| format!("{name} is not known"))?;
    let major = version
        .split('.')
        .next()
        .and_then(|major| major.parse().ok());
    let (first, last) = tool.versions;
    if !major.is_some_and(|major: u64| (first..=last).contains(&major)) {
        return Err(format!("{} {version} was not tried", tool.name));
    }
    let (command, words) = words(tool, &raw.arguments, app)?;
    let mut line = vec![tool.name.to_owned()];
    line.extend((!command.is_empty()).then(|| command.clone()));
    line.extend(words);
    if let Some(file) = tool.not_with.iter().find(|file| app.join(file).exists()) {
        return Err(format!("with {file}, another program does the work"));
    }
    Ok(Call {
        tool: tool.name,
        version,
        node: raw.node.clone(),
        abi: raw.abi.clone(),
        line: line.join(" "),
        is_clean: tool.clean.contains(&command.as_str()),
        settings: settings(&tool.settings, &root, app, home),
    })
}

fn settings(of: &Settings, root: &Path, app: &Path, home: Option<&Path>) -> Vec<PathBuf> {
    let prefix = root.ancestors().nth(3);
    let below = |folder: Option<&Path>, names: &[&str]| -> Vec<PathBuf> {
        let folder = folder.into_iter();
        folder
            .flat_map(|folder| names.iter().map(|name| folder.join(name)))
            .collect()
    };
    let mut all = below(Some(root), of.package);
    all.extend(below(prefix, of.prefix));
    all.extend(of.machine.iter().map(PathBuf::from));
    // Those of a home that is the app are inputs anyway.
    all.extend(below(home.filter(|home| *home != app), of.user));
    for folder in app.ancestors().skip(1) {
        all.extend(below(Some(folder), of.above));
    }
    all
}

/// The command, and the options that count.
fn words(tool: &Tool, arguments: &[String], app: &Path) -> Result<(String, Vec<String>), String> {
    let (mut command, mut words) = (None, Vec::new());
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        if !word.starts_with('-') {
            let is_known = command.is_none() && tool.commands.contains(&word.as_str());
            if !is_known {
                return Err(format!("`{word}` is not a form of the call that is known"));
            }
            command = Some(word.clone());
            continue;
        }
        let (name, attached) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        let unknown = || format!("its option {name} is not known");
        let (_, takes) = tool
            .options
            .iter()
            .find(|(one, _)| *one == name)
            .ok_or_else(unknown)?;
        let value = match takes {
            Nothing if attached.is_some() => return Err(unknown()),
            Nothing | Attached => attached,
            WithValue | Ignored | OwnSettings => match attached {
                Some(value) => Some(value),
                None => Some(rest.next().ok_or_else(unknown)?.clone()),
            },
        };
        match takes {
            Ignored => {}
            OwnSettings if value.as_deref() == app.join(".npmrc").to_str() => {}
            OwnSettings => return Err(unknown()),
            Nothing | Attached | WithValue => words.push(match value {
                Some(value) => format!("{name}={value}"),
                None => name.to_owned(),
            }),
        }
    }
    let command = command.unwrap_or_default();
    if !tool.commands.contains(&command.as_str()) {
        return Err("it has no command".to_owned());
    }
    words.sort_unstable();
    Ok((command, words))
}

/// Name, version and folder of the package that a script belongs to.
fn package(main: &Path) -> Option<(String, String, PathBuf)> {
    main.ancestors().skip(1).take(3).find_map(|folder| {
        let manifest = beneath::read(folder.join(ecosystems::javascript::MANIFEST)).ok()?;
        let manifest: Value = serde_json::from_slice(&manifest).ok()?;
        let text = |field| {
            manifest
                .get(field)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        Some((text("name")?, text("version")?, folder.to_owned()))
    })
}

impl Call {
    /// Adds what only the call knows to the key.
    pub(crate) fn add(&self, inputs: &mut Inputs) {
        inputs.plain("call", &self.line);
        let is_root = rustix::process::geteuid().is_root();
        inputs.plain("user", if is_root { "root" } else { "not root" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn npm(arguments: &[&str]) -> Result<Call, String> {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("lib/node_modules/npm");
        fs_err::create_dir_all(root.join("bin")).unwrap();
        let manifest = r#"{"name":"npm","version":"10.9.3"}"#;
        fs_err::write(root.join("package.json"), manifest).unwrap();
        let raw = Raw {
            main: root.join("bin/npm-cli.js"),
            node: "20.1.0".to_owned(),
            abi: "115".to_owned(),
            arguments: arguments.iter().map(|&word| word.to_owned()).collect(),
            folder: PathBuf::from("/app"),
        };
        read(&raw, Path::new("/app"), None)
    }

    #[test]
    fn calls_of_the_official_buildpacks_are_known() {
        assert_eq!(npm(&["ci"]).unwrap().line, "npm ci");
        let classic = [
            "ci",
            "--production=false",
            "--userconfig",
            "/app/.npmrc",
            "--unsafe-perm",
        ];
        assert_eq!(
            npm(&classic).unwrap().line,
            "npm ci --production=false --unsafe-perm"
        );
        let paketo = ["ci", "--unsafe-perm", "--cache", "/layers/x/npm-cache"];
        assert_eq!(npm(&paketo).unwrap().line, "npm ci --unsafe-perm");
        assert!(npm(&["ci"]).unwrap().is_clean && !npm(&["install"]).unwrap().is_clean);
    }

    #[test]
    fn any_other_word_is_not_known() {
        for call in [
            &["ci", "--prefix", "client"][..],
            &["install", "left-pad"],
            &["install", "-g", "yarn"],
            &["ci", "--userconfig", "/etc/other"],
            &["ci", "--dry-run"],
            &["install", "--package-lock-only"],
            &["ci", "-w", "a"],
            &["ci", "ci"],
            &["ci", "--omit"],
            &["--version"],
            &[],
        ] {
            assert!(npm(call).is_err(), "{call:?}");
        }
    }

    #[test]
    fn an_app_whose_calls_run_anyway_gets_no_hook() {
        let is_possible = |files: &[(&str, &str)]| {
            let app = tempfile::tempdir().unwrap();
            for (name, text) in files {
                fs_err::write(app.path().join(name), text).unwrap();
            }
            super::is_possible(app.path())
        };
        let yarn_1 = (
            "yarn.lock",
            "# THIS IS AN AUTOGENERATED FILE.\n# yarn lockfile v1\n",
        );
        assert!(is_possible(&[("package-lock.json", "{}")]));
        assert!(is_possible(&[
            ("npm-shrinkwrap.json", "{}"),
            ("pnpm-lock.yaml", "")
        ]));
        assert!(is_possible(&[yarn_1]));
        assert!(!is_possible(&[yarn_1, (".yarnrc.yml", "")]));
        assert!(!is_possible(&[(
            "yarn.lock",
            "__metadata:\n  version: 8\n"
        )]));
        assert!(!is_possible(&[(
            "pnpm-lock.yaml",
            "lockfileVersion: '9.0'\n"
        )]));
        assert!(!is_possible(&[("bun.lock", "{}")]) && !is_possible(&[]));
    }
}
