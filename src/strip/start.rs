//! Which commands run on a dyno, which files do they name, and what do they switch on?
//!
//! Commands are those of the Procfile, of app.json's scripts, and of every package.json
//! script that is not clearly a developer's (test, lint, build …), with `npm run x`
//! followed. Their words are references like literals in code.

use std::collections::BTreeSet;

use serde_json::Value;

use super::manifest::Runtime;
use crate::facts::app::App;

/// One command and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// `Procfile: web`, `package.json: start`.
    pub origin: String,
    pub text: String,
}

/// Beginnings of script names that never run on a dyno.
const DEVELOPER_SCRIPTS: &[&str] = &[
    "test",
    "pretest",
    "posttest",
    "lint",
    "prelint",
    "format",
    "prettier",
    "build",
    "prebuild",
    "postbuild",
    "dev",
    "watch",
    "coverage",
    "docs",
    "doc",
    "storybook",
    "typecheck",
    "type-check",
    "prepare",
    "prepublish",
    "prepack",
    "husky",
    "e2e",
    "bench",
    "clean",
    "compile",
    "check",
    "ci",
    "debug",
    "heroku-prebuild",
    "heroku-postbuild",
    "heroku-cleanup",
    "preinstall",
    "install",
    "postinstall",
    "preversion",
    "version",
];

/// The commands of an app, in a fixed order.
#[must_use]
pub fn commands(app: &App) -> Vec<Command> {
    let mut commands: Vec<Command> = app
        .procfile
        .iter()
        .map(|process| Command {
            origin: format!("Procfile: {}", process.name),
            text: process.command.clone(),
        })
        .collect();
    add_scripts(&mut commands, app.app_json.good(), "app.json", |_| true);
    let scripts = app.package_json.good();
    let called: BTreeSet<String> = commands
        .iter()
        .flat_map(|command| called_scripts(&command.text))
        .collect();
    add_scripts(&mut commands, scripts, "package.json", |name| {
        called.contains(name)
            || !DEVELOPER_SCRIPTS
                .iter()
                .any(|start| name.split(':').next() == Some(*start))
    });
    // What those scripts call in turn, until nothing new appears.
    loop {
        let known: BTreeSet<String> = commands
            .iter()
            .map(|command| command.origin.clone())
            .collect();
        let called: BTreeSet<String> = commands
            .iter()
            .flat_map(|command| called_scripts(&command.text))
            .collect();
        let before = commands.len();
        let mut more = Vec::new();
        add_scripts(&mut more, scripts, "package.json", |name| {
            called.contains(name)
        });
        commands.extend(
            more.into_iter()
                .filter(|command| !known.contains(&command.origin)),
        );
        if commands.len() == before {
            return commands;
        }
    }
}

fn add_scripts(
    commands: &mut Vec<Command>,
    json: Option<&Value>,
    file: &str,
    wanted: impl Fn(&str) -> bool,
) {
    let scripts = json
        .and_then(|json| json.get("scripts"))
        .and_then(Value::as_object);
    for (name, text) in scripts.into_iter().flatten() {
        if let (true, Some(text)) = (wanted(name), text.as_str()) {
            commands.push(Command {
                origin: format!("{file}: {name}"),
                text: text.to_owned(),
            });
        }
    }
}

/// Scripts that a command runs: `npm run x`, `yarn x`, `pnpm run x`, `npm start`.
fn called_scripts(text: &str) -> Vec<String> {
    let words: Vec<&str> = words(text).collect();
    let mut called = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if !matches!(
            *word,
            "npm" | "yarn" | "pnpm" | "bun" | "run-s" | "run-p" | "npm-run-all"
        ) {
            continue;
        }
        called.extend(
            words[at + 1..]
                .iter()
                .take(6)
                .filter(|word| !word.starts_with('-') && !matches!(**word, "run" | "run-script"))
                .map(|word| (*word).to_owned()),
        );
    }
    called
}

/// The words of a shell command, quotes and operators removed.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ';' | '&' | '|' | '(' | ')' | '"' | '\'' | '`' | '<' | '>' | '='
            )
    })
    .filter(|word| !word.is_empty())
}

/// Programs that compile TypeScript when the app starts.
const TYPESCRIPT: &[&str] = &[
    "ts-node",
    "ts-node-esm",
    "ts-node-dev",
    "tsx",
    "tsnd",
    "esno",
    "bun",
    "deno",
    "tsc",
    "swc-node",
    "jiti",
    "nodemon",
    "@swc-node/register",
    "ts-node/register",
    "tsx/cjs",
    "tsx/esm",
    "esbuild-register",
    "@babel/node",
    "babel-node",
    "--experimental-strip-types",
    "--experimental-transform-types",
    "ttsc",
    "vite-node",
    "coffee",
];
/// Programs that bundle, or serve what they bundle, when the app starts.
const BUNDLERS: &[&str] = &[
    "vite",
    "webpack",
    "webpack-dev-server",
    "rollup",
    "parcel",
    "esbuild",
    "rspack",
    "rsbuild",
    "snowpack",
    "gatsby",
    "react-scripts",
    "vue-cli-service",
    "ng",
    "ember",
    "expo",
    "metro",
    "browserify",
    "watchify",
    "brunch",
    "gulp",
    "grunt",
    "turbo",
    "nx",
    "docusaurus",
    "vuepress",
    "eleventy",
    "remix",
    "vitest",
    "storybook",
    "sb",
];

/// What these commands, with `NODE_OPTIONS`, switch on. The second value tells whether
/// source maps may be read.
#[must_use]
pub fn runtime(commands: &[Command], node_options: Option<&str>) -> (Runtime, bool) {
    let mut runtime = Runtime::default();
    let mut source_maps = false;
    let texts = commands.iter().map(|command| command.text.as_str());
    for text in texts.chain(node_options) {
        let words: Vec<&str> = words(text).collect();
        for (at, word) in words.iter().enumerate() {
            let program = word.rsplit('/').next().unwrap_or(word);
            let is_script = word.ends_with(".ts")
                || word.ends_with(".tsx")
                || word.ends_with(".mts")
                || word.ends_with(".coffee");
            runtime.typescript |=
                TYPESCRIPT.contains(word) || TYPESCRIPT.contains(&program) || is_script;
            runtime.bundles |= BUNDLERS.contains(&program);
            // `next dev`, `next build`, `nuxt build`, `nest start`, `astro dev` …
            let builds = matches!(
                words.get(at + 1),
                Some(&("dev" | "build" | "develop" | "generate"))
            );
            if builds
                && matches!(
                    program,
                    "next"
                        | "nuxt"
                        | "nuxi"
                        | "astro"
                        | "svelte-kit"
                        | "remix"
                        | "gatsby"
                        | "blitz"
                        | "redwood"
                        | "rw"
                )
            {
                runtime.bundles = true;
                runtime.typescript = true;
            }
            runtime.typescript |= program == "nest" && words.get(at + 1) == Some(&"start");
            source_maps |= matches!(
                *word,
                "--enable-source-maps" | "source-map-support" | "source-map-support/register"
            );
            if matches!(*word, "-C" | "--conditions")
                && let Some(condition) = words.get(at + 1)
            {
                runtime.conditions.insert((*condition).to_owned());
            }
        }
    }
    (runtime, source_maps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn switched(text: &str) -> (Runtime, bool) {
        let command = Command {
            origin: "Procfile: web".to_owned(),
            text: text.to_owned(),
        };
        runtime(&[command], None)
    }

    #[test]
    fn commands_switch_guards_on() {
        assert_eq!(switched("node server.js"), (Runtime::default(), false));
        assert!(switched("node -r ts-node/register src/a.ts").0.typescript);
        assert!(switched("NODE_OPTIONS='--enable-source-maps' node a.js").1);
        assert!(
            switched("node --conditions=custom a.js")
                .0
                .conditions
                .contains("custom")
        );
        assert!(switched("npx vite preview").0.bundles);
        assert!(!switched("next start").0.bundles);
        assert!(switched("next build && next start").0.bundles);
    }

    #[test]
    fn scripts_that_run_on_a_dyno_are_followed() {
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(folder.path().join("Procfile"), "web: npm run serve:prod\n").unwrap();
        fs_err::write(
            folder.path().join("package.json"),
            r#"{"scripts":{"serve:prod":"npm run build:x && node a.js","build:x":"tsc","test":"mocha test/","seed":"node seed.js"}}"#,
        )
        .unwrap();
        let commands = commands(&crate::facts::app::read(folder.path()));
        let origins: Vec<_> = commands
            .iter()
            .map(|command| command.origin.as_str())
            .collect();
        assert_eq!(
            origins,
            [
                "Procfile: web",
                "package.json: serve:prod",
                "package.json: seed",
                "package.json: build:x"
            ]
        );
    }
}
