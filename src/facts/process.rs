//! What does each process really run?
//!
//! A Procfile line is often only a door: `npm start`, `bin/start`. Commands are followed
//! through package.json's scripts, composer's scripts and shell scripts of the app.

use std::collections::BTreeSet;

use super::app::{App, Process};
use super::sources::Sources;

/// One simple command, with where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    pub text: String,
    /// File it stands in.
    pub path: String,
    /// 1-based; 0 if the format has no useful lines.
    pub line: u32,
}

impl Command {
    /// The words, without variable assignments and wrappers such as `bundle exec` in front.
    #[must_use]
    pub fn words(&self) -> Vec<&str> {
        words(&self.text)
    }
}

/// A process type and everything it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runs {
    pub name: String,
    /// As written in the Procfile or assumed from package.json.
    pub command: Command,
    /// The command itself and those it leads to.
    pub commands: Vec<Command>,
}

impl Runs {
    /// Whether any command contains one of these texts.
    #[must_use]
    pub fn mentions(&self, texts: &[&str]) -> bool {
        self.commands
            .iter()
            .any(|command| texts.iter().any(|text| command.text.contains(text)))
    }
}

const WRAPPERS: &[&str] = &[
    "bundle",
    "exec",
    "npx",
    "newrelic-admin",
    "run-program",
    "env",
    "cross-env",
    "poetry",
    "run",
    "pipenv",
    "uv",
    "dotenv",
    "sudo",
    "nice",
    "ddtrace-run",
    "opentelemetry-instrument",
    "cross-env-shell",
    "time",
    "bin/qgtunnel",
    "bin/start-pgbouncer",
    "bin/start-stunnel",
    "nohup",
];

/// The words of a command without what only wraps it.
#[must_use]
pub fn words(command: &str) -> Vec<&str> {
    let mut words = command
        .split_whitespace()
        .map(|word| word.trim_matches(['"', '\'', '(', ')']))
        .filter(|word| !word.is_empty())
        .peekable();
    while let Some(word) = words.peek() {
        let assignment = word
            .split_once('=')
            .is_some_and(|(name, _)| !name.starts_with('-') && !name.contains('/'));
        if assignment || WRAPPERS.contains(word) {
            words.next();
        } else {
            break;
        }
    }
    words.collect()
}

/// Manifests of languages beside which a package.json is for assets and tools.
const OTHER_LANGUAGES: &[&str] = &[
    "Gemfile",
    "requirements.txt",
    "Pipfile",
    "pyproject.toml",
    "manage.py",
    "composer.json",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
];

/// Whether Node runs in a process of the app: a command starts it, or nothing else could.
#[must_use]
pub fn runs_node(app: &App, sources: &Sources) -> bool {
    if !OTHER_LANGUAGES.iter().any(|name| sources.has(name)) {
        return true;
    }
    read(app, sources)
        .iter()
        .filter(|process| process.name != "release")
        .flat_map(|process| &process.commands)
        .any(|command| {
            let first = command.words().first().copied().unwrap_or_default();
            let program = first.rsplit('/').next().unwrap_or(first);
            let by_shebang = sources
                .text(first)
                .and_then(|text| text.lines().next())
                .is_some_and(|line| line.starts_with("#!") && line.contains("node"));
            by_shebang
                || matches!(
                    program,
                    "node"
                        | "npm"
                        | "yarn"
                        | "pnpm"
                        | "next"
                        | "nuxt"
                        | "tsx"
                        | "ts-node"
                        | "pm2"
                        | "bun"
                )
        })
}

/// The processes of the app: the Procfile's, or what the platform would run without one.
#[must_use]
pub fn read(app: &App, sources: &Sources) -> Vec<Runs> {
    let mut processes = app.procfile.clone();
    if !processes.iter().any(|process| process.name == "web")
        && script(app, "start").is_some()
        && !OTHER_LANGUAGES.iter().any(|name| sources.has(name))
    {
        processes.push(Process {
            name: "web".to_owned(),
            command: "npm start".to_owned(),
            line: 0,
        });
    }
    processes
        .iter()
        .map(|process| {
            let command = Command {
                text: process.command.clone(),
                path: if process.line == 0 {
                    "package.json"
                } else {
                    "Procfile"
                }
                .to_owned(),
                line: process.line,
            };
            Runs {
                name: process.name.clone(),
                commands: follow(app, sources, &command),
                command,
            }
        })
        .collect()
}

/// A command and what it leads to, a few steps deep.
#[must_use]
pub fn follow(app: &App, sources: &Sources, command: &Command) -> Vec<Command> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    let mut pending = vec![(command.clone(), 0)];
    while let Some((command, depth)) = pending.pop() {
        for part in split(&command.text) {
            let simple = Command {
                text: part.to_owned(),
                ..command.clone()
            };
            if depth < 4 {
                for next in leads_to(app, sources, &simple) {
                    if seen.insert((next.path.clone(), next.text.clone())) {
                        pending.push((next, depth + 1));
                    }
                }
            }
            out.push(simple);
        }
    }
    out
}

/// Simple commands of a line.
fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split("&&")
        .flat_map(|part| part.split("||"))
        .flat_map(|part| part.split([';', '|', '\n']))
        .map(str::trim)
        .filter(|part| !part.is_empty() && !part.starts_with('#'))
}

/// Scripts that a command runs.
fn leads_to(app: &App, sources: &Sources, command: &Command) -> Vec<Command> {
    let words = command.words();
    let mut found = Vec::new();
    if let Some(name) = script_name(&words) {
        for name in [format!("pre{name}"), name.to_owned()] {
            found.extend(script(app, &name).map(|text| {
                Command {
                    text: text.to_owned(),
                    path: "package.json".to_owned(),
                    line: sources
                        .text("package.json")
                        .map_or(0, |manifest| line_of(manifest, &format!("\"{name}\""))),
                }
            }));
        }
    }
    // `npm-run-all build:*` and `run-s a b`.
    if matches!(
        words.first(),
        Some(&("npm-run-all" | "run-s" | "run-p" | "concurrently"))
    ) {
        for word in words.iter().skip(1) {
            let word = word.trim_start_matches("npm:");
            found.extend(matching_scripts(app, word));
        }
    }
    for word in words.iter().take(3) {
        let path = word.trim_start_matches("./").trim_start_matches("/app/");
        if let Some(text) = sources.text(path)
            && is_shell(path, text)
        {
            found.extend(shell_lines(path, text));
        }
    }
    found
}

fn matching_scripts(app: &App, word: &str) -> Vec<Command> {
    let scripts = app
        .package_json
        .good()
        .and_then(|manifest| manifest.get("scripts"))
        .and_then(|scripts| scripts.as_object());
    let prefix = word.strip_suffix('*');
    scripts
        .into_iter()
        .flatten()
        .filter(|(name, _)| match prefix {
            Some(prefix) => name.starts_with(prefix),
            None => name.as_str() == word,
        })
        .filter_map(|(_, text)| text.as_str())
        .map(|text| Command {
            text: text.to_owned(),
            path: "package.json".to_owned(),
            line: 0,
        })
        .collect()
}

fn is_shell(path: &str, text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    has_extension(path, "sh") || (first.starts_with("#!") && (first.contains("sh")))
}

fn has_extension(path: &str, extension: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, found)| found.eq_ignore_ascii_case(extension))
}

/// The commands of a shell script, one per logical line.
#[must_use]
pub fn shell_lines(path: &str, text: &str) -> Vec<Command> {
    text.lines()
        .zip(1..)
        .map(|(line, number)| (line.trim(), number))
        .filter(|(line, _)| !line.is_empty() && !line.starts_with('#'))
        .map(|(line, number)| Command {
            text: line
                .trim_start_matches("exec ")
                .trim_end_matches('\\')
                .to_owned(),
            path: path.to_owned(),
            line: number,
        })
        .collect()
}

/// The package.json script that a command runs.
fn script_name<'a>(words: &[&'a str]) -> Option<&'a str> {
    match words {
        [
            "npm" | "pnpm" | "yarn" | "bun",
            "run" | "run-script",
            name,
            ..,
        ] => Some(name),
        ["npm" | "pnpm" | "yarn" | "bun", "start", ..] => Some("start"),
        ["yarn" | "pnpm", name, ..] if !name.starts_with('-') => Some(name),
        ["npm", option, "start", ..] if option.starts_with('-') => Some("start"),
        ["npm", option, "run", name, ..] if option.starts_with('-') => Some(name),
        _ => None,
    }
}

/// A script of package.json.
#[must_use]
pub fn script<'a>(app: &'a App, name: &str) -> Option<&'a str> {
    app.package_json
        .good()?
        .get("scripts")?
        .get(name)?
        .as_str()
        .filter(|text| !text.trim().is_empty())
}

/// 1-based line of a text's first occurrence; 0 if there is none.
#[must_use]
pub fn line_of(text: &str, needle: &str) -> u32 {
    text.lines()
        .zip(1..)
        .find(|(line, _)| line.contains(needle))
        .map_or(0, |(_, number)| number)
}

/// Programs that load an app's code by folder, not by import.
const FOLDER_LOADERS: &[&str] = &[
    "next",
    "nuxt",
    "nuxi",
    "sails",
    "strapi",
    "medusa",
    "remix-serve",
    "astro",
    "gatsby",
    "ember",
    "meteor",
    "adonis",
    "egg-scripts",
    "nest",
    "keystone",
    "payload",
    "directus",
    "ghost",
    "redwood",
    "blitz",
    "pm2",
    "forever",
    "foreman",
    "nf",
    "sst",
    "moleculer-runner",
    "probot",
    "fastify",
    "serve",
];

/// The JavaScript files that processes start; `None` if some can't be known.
#[must_use]
pub fn node_entries(app: &App, sources: &Sources) -> Option<Vec<String>> {
    app.package_json.good()?;
    let mut entries = Vec::new();
    for process in read(app, sources) {
        for command in &process.commands {
            let words = command.words();
            let Some(first) = words.first() else {
                continue;
            };
            let program = first.rsplit('/').next().unwrap_or(first);
            if FOLDER_LOADERS.contains(&program) {
                return None;
            }
            if !matches!(
                program,
                "node"
                    | "nodejs"
                    | "ts-node"
                    | "tsx"
                    | "babel-node"
                    | "nodemon"
                    | "coffee"
                    | "bun"
                    | "iojs"
                    | "ts-node-dev"
            ) {
                if let Some(entry) = source_of(sources, first) {
                    entries.push(entry);
                }
                continue;
            }
            let target = words.iter().skip(1).find(|word| {
                !word.starts_with('-')
                    && (word.contains('.')
                        || word.contains('/')
                        || source_of(sources, word).is_some())
            });
            match target.map(|target| source_of(sources, target)) {
                Some(Some(entry)) => entries.push(entry),
                Some(None) => return None,
                None => {
                    let main = app
                        .package_json
                        .good()
                        .and_then(|manifest| manifest.get("main"))
                        .and_then(|main| main.as_str())
                        .unwrap_or("index.js");
                    entries.push(source_of(sources, main)?);
                }
            }
        }
    }
    if entries.is_empty() {
        // Without Procfile and start script the Node buildpack runs server.js.
        entries.extend(source_of(sources, "server.js"));
    }
    (!entries.is_empty()).then_some(entries)
}

/// The file of the app behind a path of a command: itself, with an extension, or the source
/// of what a build puts there (`dist/a.js` from `src/a.ts`).
#[must_use]
pub fn source_of(sources: &Sources, path: &str) -> Option<String> {
    let path = path.trim_start_matches("./").trim_start_matches("/app/");
    let path = path.trim_end_matches('/');
    let stem = ["js", "mjs", "cjs"]
        .iter()
        .find_map(|ending| path.strip_suffix(&format!(".{ending}")))
        .unwrap_or(path);
    let mut bases = vec![path.to_owned(), stem.to_owned(), format!("{stem}/index")];
    for build in ["dist/", "build/", "lib/", "out/"] {
        if let Some(rest) = stem.strip_prefix(build) {
            bases.push(format!("src/{rest}"));
            bases.push(rest.to_owned());
            bases.push(format!("src/{rest}/index"));
        }
    }
    for base in bases {
        for ending in ["", ".js", ".ts", ".mjs", ".cjs", ".mts", ".tsx", ".jsx"] {
            let candidate = format!("{base}{ending}");
            if sources.has(&candidate) && (ending.is_empty() || !candidate.is_empty()) {
                return Some(candidate);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrappers_go() {
        assert_eq!(
            words("NODE_ENV=x bundle exec puma -C a"),
            ["puma", "-C", "a"]
        );
        assert_eq!(
            words("newrelic-admin run-program gunicorn a"),
            ["gunicorn", "a"]
        );
    }

    #[test]
    fn lines_split_into_commands() {
        let parts: Vec<_> = split("a && b || c; d | e").collect();
        assert_eq!(parts, ["a", "b", "c", "d", "e"]);
    }
}
