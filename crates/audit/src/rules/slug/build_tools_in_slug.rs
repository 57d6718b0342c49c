//! Is what only the build needs shipped?

use crate::composer;
use crate::rules::prelude::*;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::bash;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "build-tools-in-slug",
    code: "SF305",
    title: "Build tools stay in the slug",
    level: Severity::Warn,
    group: Group::Slug,
    ecosystems: &["node"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            Bundlers, compilers, linters and test tools with their plugins (webpack, gulp, Babel, ESLint,
            Angular's and Ionic's, Jest, Cypress …) under `dependencies` of package.json although no
            reachable code loads them; `NPM_CONFIG_PRODUCTION=false` and skipped pruning; a hook
            that installs everything again after the buildpack pruned.
        "},
        why: indoc! {"
            They are shipped to every dyno: often 100 MB and more, slower deploys and starts, and
            every advisory of a build tool becomes one of production.
        "},
        fix: indoc! {r#"
            ```
            npm install --save-dev webpack webpack-cli
            npm pkg set scripts.build="webpack --mode production"     # runs before pruning
            ```
            In a hook that installs again: `npm prune --omit=dev` at its end.
        "#},
        silent: indoc! {"
            Assets that another language builds after Node's buildpack pruned; reachable code loads the
            tool; a process runs it; there is no build at all that would
            need it in development only. What a hook installs for a front end in a folder of its own:
            strip removes it once that is built.
        "},
    },
    check,
};

const TOOLS: &[&str] = &[
    "webpack",
    "webpack-cli",
    "webpack-dev-server",
    "gulp",
    "grunt",
    "grunt-cli",
    "babel-core",
    "babel-cli",
    "babel-eslint",
    "babel-loader",
    "babel-jest",
    "@babel/core",
    "@babel/cli",
    "@babel/preset-env",
    "@babel/preset-react",
    "eslint",
    "prettier",
    "jest",
    "mocha",
    "chai",
    "cypress",
    "playwright",
    "@playwright/test",
    "rollup",
    "parcel",
    "parcel-bundler",
    "css-loader",
    "style-loader",
    "sass-loader",
    "ts-loader",
    "file-loader",
    "url-loader",
    "nodemon",
    "browserify",
    "karma",
    "nyc",
    "sinon",
    "standard",
    "husky",
    "lint-staged",
    "storybook",
    "@storybook/react",
    "less-loader",
    "html-webpack-plugin",
    "mini-css-extract-plugin",
    "webpack-bundle-analyzer",
    "concurrently",
    "rimraf",
    "ts-morph",
    "typedoc",
    "@nestjs/cli",
    "@graphql-codegen/cli",
    "openapi-typescript",
    "tsc-alias",
    "npm",
    "@angular-devkit/build-angular",
    "@angular/cli",
    "@angular/compiler-cli",
    "@ionic/app-scripts",
    "@vue/cli-service",
    "autoprefixer",
    "babelify",
    "bower",
    "browser-sync",
    "gulp-cli",
    "laravel-mix",
    "node-sass",
    "stylelint",
    "ts-jest",
    "tsify",
    "tslint",
    "typings",
    "uglify-js",
    "vite",
    "vitest",
    "watchify",
];

/// Beginnings of names of what such tools are extended with.
const FAMILIES: &[&str] = &[
    "@babel/plugin-",
    "@babel/preset-",
    "babel-plugin-",
    "babel-preset-",
    "eslint-config-",
    "eslint-plugin-",
    "grunt-",
    "gulp-",
    "karma-",
    "@vitejs/",
    "vite-plugin-",
    "rollup-plugin-",
    "@rollup/plugin-",
];

/// Ends of such names.
const KINDS: &[&str] = &["-webpack-plugin", "-vite-plugin", "/vite"];

/// A loader of webpack's; without it that is the end of any name (`@grpc/proto-loader`).
fn is_loader(facts: &Facts<'_>, name: &str) -> bool {
    let webpack = || {
        facts
            .packages
            .wanted
            .iter()
            .any(|one| one.name == "webpack")
    };
    name.ends_with("-loader") && webpack()
}

fn is_tool(name: &str) -> bool {
    TOOLS.contains(&name)
        || FAMILIES.iter().any(|family| name.starts_with(family))
        || KINDS.iter().any(|kind| name.ends_with(kind))
        || name.contains("/vite-plugin-")
}

fn check(facts: &Facts<'_>) -> Outcome {
    if facts.app.package_json.good().is_none() {
        return Outcome::not_applicable();
    }
    let mut evidence = Vec::new();
    // Assets of other languages are built after Node's own pruning: they need the tools there.
    let node =
        slugsmith_facts::process::runs_node(facts.app, &facts.sources) || builds_for_another(facts);
    let node = node && !builds_at_start(facts);
    let shipped: Vec<_> = facts
        .packages
        .wanted
        .iter()
        .filter(|package| {
            let name = package.name.as_str();
            let is_npm = package.ecosystem == Ecosystem::Npm && !package.dev;
            is_npm && (is_tool(name) || is_loader(facts, name))
        })
        .filter(|package| node && !loaded(facts, &package.name))
        .collect();
    // A single one may be an oversight; a toolchain is weight.
    if let Some(first) = shipped.first() {
        let names: Vec<_> = shipped
            .iter()
            .take(6)
            .map(|package| package.name.as_str())
            .collect();
        let more = shipped.len() - names.len();
        let tail = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        evidence.push(
            Evidence::line(
                ecosystems::javascript::MANIFEST,
                first.line,
                format!(
                    "{}{tail} {} shipped to every \
                dyno, but only the build uses {}.",
                    names.join(", "),
                    if shipped.len() > 1 { "are" } else { "is" },
                    if shipped.len() > 1 { "them" } else { "it" }
                ),
            )
            .level(if shipped.len() > 1 {
                Severity::Warn
            } else {
                Severity::Info
            })
            .help(format!("npm install --save-dev {}", names.join(" ")))
            .help(
                "Run the build in the `build` or `heroku-postbuild` script: dev \
                    dependencies are there, and are pruned after it.",
            ),
        );
    }
    for (variable, bad) in [
        ("NPM_CONFIG_PRODUCTION", "false"),
        ("YARN_PRODUCTION", "false"),
        ("PNPM_SKIP_PRUNING", "true"),
        ("YARN2_SKIP_PRUNING", "true"),
    ] {
        if facts.declared(variable) == Declared::Value(bad.to_owned()) {
            evidence.push(
                Evidence::line(
                    "app.json",
                    facts.line("app.json", variable).unwrap_or_default(),
                    format!("{variable}={bad} keeps all dev dependencies in the slug."),
                )
                .help(format!(
                    "Remove it, and on running apps: heroku config:unset {variable}"
                )),
            );
        }
    }
    evidence.extend(installs_again(facts));
    Outcome::of(evidence)
}

/// Whether Node's own buildpack builds the assets of an app in another language, before it prunes: its hook runs one of
/// the tools, and nothing of the other language starts Node again.
fn builds_for_another(facts: &Facts<'_>) -> bool {
    let listed = facts.buildpacks();
    let may_be_there =
        listed.is_empty() || listed.iter().any(|buildpack| buildpack.contains("nodejs"));
    let hooks = [
        "build",
        "heroku-postbuild",
        "heroku-prebuild",
        "postinstall",
    ];
    let builds = hooks
        .iter()
        .filter_map(|hook| slugsmith_facts::process::script(facts.app, hook))
        .any(|line| line.split([' ', '/', ':']).any(is_tool));
    may_be_there && builds && !starts_node_later(facts)
}

/// `web: yarn run build && bundle exec puma`: every dyno needs the tools.
fn builds_at_start(facts: &Facts<'_>) -> bool {
    facts.processes.iter().any(|process| {
        let text = &process.command.text;
        text.contains("run build") || text.contains("yarn build")
    })
}

/// Whether the build of another language, which comes after Node's pruning, starts Node by what it is told to run or
/// by a library of assets.
fn starts_node_later(facts: &Facts<'_>) -> bool {
    const BUILDS: &[&str] = &[
        "bin/post_compile",
        ecosystems::java::POM,
        ecosystems::java::BUILD_GRADLE,
        ecosystems::java::BUILD_GRADLE_KTS,
        ecosystems::scala::MANIFEST,
        "Rakefile",
    ];
    const WORDS: &[&str] = &[
        "node", "npm", "npx", "yarn", "pnpm", "gulp", "grunt", "webpack", "frontend",
    ];
    const LIBRARIES: &[(Ecosystem, &[&str])] = &[
        (
            Ecosystem::Pypi,
            &[
                "django-pipeline",
                "django-compressor",
                "django-gulp",
                "webassets",
                "flask-assets",
            ],
        ),
        (Ecosystem::Gem, ecosystems::ruby::NODE_ASSETS),
        (
            Ecosystem::Gem,
            &["cssbundling-rails", "react_on_rails", "sprockets", "rails"],
        ),
    ];
    let says_so = |text: &str| {
        let mut words = text.split(|one: char| !one.is_ascii_alphanumeric());
        words.any(|word| WORDS.contains(&word))
    };
    let mut texts = BUILDS.iter().filter_map(|path| facts.sources.text(path));
    let told = texts.any(says_so)
        || composer::hooks(facts)
            .iter()
            .any(|hook| says_so(&hook.text));
    let mut libraries = LIBRARIES.iter();
    told || libraries
        .any(|(ecosystem, names)| facts.packages.wants_any(*ecosystem, names).is_some())
}

fn loaded(facts: &Facts<'_>, name: &str) -> bool {
    facts
        .code(Language::JavaScript)
        .any(|code| code.imports(name))
        || facts.processes.iter().any(|process| {
            process.commands.iter().any(|command| {
                let program = command.program();
                program == name
                    || extends(name, program)
                    || matches!(
                        (name, program),
                        ("webpack-cli", "webpack")
                            | ("@angular/cli", "ng")
                            | ("@vue/cli-service", "vue-cli-service")
                            | ("@ionic/app-scripts", "ionic-app-scripts")
                            | ("@nestjs/cli", "nest")
                            | ("gulp-cli", "gulp")
                    )
            })
        })
}

/// Whether a package is what a program of the build is made of or extended with: a process that runs `babel` loads
/// the compiler and its presets.
fn extends(name: &str, program: &str) -> bool {
    let begins = |with: &[&str]| with.iter().any(|part| name.starts_with(part));
    let of_babel = || begins(&["@babel/", "babel-"]);
    match program {
        "babel" | "babel-node" => of_babel(),
        "webpack" => name.ends_with("-loader") || name.contains("webpack") || of_babel(),
        "mix" => name.ends_with("-loader") || name == "laravel-mix",
        "parcel" => begins(&["parcel", "@parcel/"]),
        "rollup" => begins(&["rollup-", "@rollup/"]),
        "vite" => begins(&["vite-", "@vitejs/"]),
        "gulp" => begins(&["gulp-"]) || of_babel(),
        "grunt" => begins(&["grunt-"]),
        "browserify" => begins(&["babelify", "tsify", "watchify"]) || of_babel(),
        _ => false,
    }
}

fn installs_again(facts: &Facts<'_>) -> Option<Evidence> {
    let path = "bin/post_compile";
    let text = facts.sources.text(path)?;
    let mut commands = Vec::new();
    bash::each_simple(&bash::parse(text).list, &mut |simple| {
        let words = simple
            .words
            .iter()
            .map(|word| word.literal().unwrap_or_else(|| "$".to_owned()));
        commands.push((words.collect::<Vec<_>>().join(" "), simple.line));
    });
    let begins = |command: &str, with: &[&str]| with.iter().any(|words| command.starts_with(words));
    let (command, line) = commands.iter().find(|(command, _)| {
        let words = ["npm ci", "npm install", "yarn install", "pnpm install"];
        let flags = ["--omit=dev", "--production", "--prod", "--global", " -g"];
        begins(command, &words) && !flags.iter().any(|flag| command.contains(flag))
    })?;
    let removes = [
        "npm prune",
        "rm -rf node_modules",
        "yarn install --production",
        "rm -rf ./node_modules",
    ];
    let is_removed = commands
        .iter()
        .any(|(command, _)| begins(command, &removes));
    (!is_removed).then(|| {
        Evidence::line(
            path,
            *line,
            format!(
                "`{command}` installs dev dependencies again after the \
            buildpack pruned them, and nothing removes them."
            ),
        )
        .help("End the hook with: npm prune --omit=dev")
    })
}
