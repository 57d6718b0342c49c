//! Does the web process do work that belongs into the build before it listens?

use crate::rules::prelude::*;
use slugsmith_facts::code::Language;
use slugsmith_facts::process::{self, Command};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "slow-boot",
    code: "SF804",
    title: "The web process installs, compiles, downloads or waits before it listens",
    level: Severity::Warn,
    group: Group::Network,
    ecosystems: &["node", "python", "ruby", "go", "java", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A web command, with the scripts that it leads to, that installs packages (`npm install`,
            `bundle install`, `pip install`), compiles (`npm run build`, `next build`, `tsc`,
            `assets:precompile`, `collectstatic`, `mvn spring-boot:run`, `go run`), downloads
            (`curl`, `wget`, `git clone`) or sleeps. Hooks of uWSGI and gunicorn, management commands and scripts of
            Python are followed.
        "},
        why: indoc! {"
            A web dyno has 60 seconds to listen on its port (R10). The work is also done again at
            every restart of every dyno, without what the build has cached, and its result is never
            in the slug.
        "},
        fix: indoc! {r#"
            Move it into the build, or the release phase:
            ```json
            "scripts": { "build": "tsc", "start": "node dist/server.js" }
            ```
            ```
            web: java $JAVA_OPTS -jar target/*.jar
            release: python manage.py migrate --noinput
            ```
            `slugsmith boot .` starts a copy of the app and says which packages the rest of its
            start goes into.
        "#},
        silent: indoc! {"
            The same work in `build`, `heroku-postbuild`, a hook or the release phase; waiting with
            an upper bound below five seconds; migrations, which `migrations-at-build-or-boot` looks
            at; a script that is called `build` and only starts the server.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let Some(web) = facts.process("web") else {
        return Outcome::not_applicable();
    };
    let mut evidence: Vec<Evidence> = Vec::new();
    for command in &web.commands {
        let Some((what, help)) = work(command).filter(|_| !only_runs(facts, command)) else {
            continue;
        };
        // `npm run build` and the `tsc` behind it are one cause.
        if !evidence.is_empty() {
            break;
        }
        let place = place(&web.commands, command);
        evidence.push(
            Evidence::line(
                &place.path,
                place.line,
                format!(
                    "`{}` {what} at every start of \
                every web dyno, before it listens: after 60 seconds the dyno is stopped (R10).",
                    shorten(&command.text)
                ),
            )
            .help(help),
        );
    }
    Outcome::of(evidence)
}

/// Whether a script that is called `build` is how the app starts: it only runs programs of the app, and the last of
/// them listens.
fn only_runs(facts: &Facts<'_>, command: &Command) -> bool {
    let words = command.words();
    let named = words.iter().skip(1).find(|word| is_build(word));
    let Some(script) = named.and_then(|name| process::script(facts.app, name)) else {
        return false;
    };
    let steps: Vec<&str> = script.split("&&").map(str::trim).collect();
    let listens = |step: &&str| {
        let file = step
            .strip_prefix("node ")
            .map(|file| file.trim().trim_start_matches("./"));
        let mut own = facts.code(Language::JavaScript);
        let code = file.and_then(|file| own.find(|code| code.path == file));
        code.is_some_and(|code| code.calls.iter().any(|call| call.method() == "listen"))
    };
    steps.iter().all(|step| step.starts_with("node ")) && steps.last().is_some_and(listens)
}

/// Where the start says so: for what code of Python starts, the command that leads to the code.
fn place<'c>(commands: &'c [Command], found: &'c Command) -> &'c Command {
    let is_code = |command: &&Command| Language::of(&command.path) == Some(Language::Python);
    let before = commands.iter().take_while(|one| *one != found);
    let leads = before.filter(|one| !is_code(one)).last();
    leads.filter(|_| is_code(&found)).unwrap_or(found)
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or(text)),
        None => text.to_owned(),
    }
}

const BUILD: &str =
    "Move it to the build: the script `build` or `heroku-postbuild`, or bin/post_compile.";

/// What a command does that belongs elsewhere, and where.
fn work(command: &Command) -> Option<(&'static str, &'static str)> {
    let words = command.words();
    let first = *words.first()?;
    let program = first.rsplit('/').next().unwrap_or(first);
    let second = words.get(1).copied().unwrap_or_default();
    let has = |text: &str| command.text.contains(text);
    match program {
        "npm" | "pnpm" | "yarn" if matches!(second, "install" | "ci" | "i" | "add") => {
            Some(("installs packages", BUILD))
        }
        "yarn" if words.len() == 1 => Some(("installs packages", BUILD)),
        "pip" | "pip3" if second == "install" => Some(("installs packages", BUILD)),
        "python" | "python3" if has("-m pip install") => Some(("installs packages", BUILD)),
        "install" if has("bundle install") => Some(("installs gems", BUILD)),
        "composer" if matches!(second, "install" | "update") => Some(("installs packages", BUILD)),
        "npm" | "pnpm" | "yarn"
            if (second == "run" && words.get(2).is_some_and(|name| is_build(name)))
                || (program != "npm" && is_build(second)) =>
        {
            Some(("builds the app", BUILD))
        }
        "next" | "nuxt" | "nuxi" | "vite" | "ng" | "gatsby" | "remix" | "astro" | "parcel"
        | "react-scripts" | "vue-cli-service"
            if second == "build" =>
        {
            Some(("builds the app", BUILD))
        }
        "tsc" | "webpack" | "rollup" | "esbuild" | "gulp" | "grunt" | "babel" | "tsup" | "swc"
            if !has("--watch") =>
        {
            Some(("compiles the app", BUILD))
        }
        "rake" | "rails" if has("assets:precompile") || has("webpacker:compile") => Some((
            "compiles assets",
            "Leave it to the Ruby buildpack, which runs assets:precompile in the build.",
        )),
        "python" | "python3" | "django-admin" | "manage.py" if has(" collectstatic") => Some((
            "collects static files",
            "Leave it to the Python buildpack, which runs collectstatic in the build.",
        )),
        "mvn" | "mvnw" => Some(("compiles the app", "web: java $JAVA_OPTS -jar target/*.jar")),
        "gradle" | "gradlew" => Some((
            "compiles the app",
            "web: java $JAVA_OPTS -jar build/libs/*.jar",
        )),
        "go" if matches!(second, "run" | "build" | "install") => Some((
            "compiles the app",
            "web: bin/NAME, which the Go buildpack has built",
        )),
        "curl" | "wget" if !has("localhost") && !has("127.0.0.1") && has("http") => Some((
            "downloads",
            "Download it in the build, in bin/post_compile, or keep it in the repository.",
        )),
        "git" if second == "clone" => {
            Some(("downloads", "Fetch it in the build, in bin/post_compile."))
        }
        "sleep"
            if second
                .trim_end_matches(['s', 'm'])
                .parse::<f64>()
                .is_ok_and(|seconds| seconds >= 5.0 || second.ends_with('m')) =>
        {
            Some((
                "waits",
                "Retry what is not there yet, with a limit, instead of waiting.",
            ))
        }
        _ => None,
    }
}

fn is_build(name: &str) -> bool {
    matches!(
        name,
        "build"
            | "compile"
            | "build:prod"
            | "build:production"
            | "build-ts"
            | "build:server"
            | "build:client"
    )
}
