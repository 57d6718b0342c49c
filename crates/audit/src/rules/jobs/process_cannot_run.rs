//! Can the processes start at all?

mod brought;
mod env_file;
mod imports;
mod missing;
mod php_server;
mod procfile;
mod python_path;
mod settings;

use crate::rules::prelude::*;
use crate::served_module;
use missing::missing;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::process::Runs;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "process-cannot-run",
    code: "SF708",
    title: "A process type names something that is not there",
    level: Severity::Error,
    group: Group::Jobs,
    ecosystems: &["all"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A Procfile line that runs a file, npm script, Python module or configuration of the app
            that does not exist; a Procfile in UTF-16 or behind a byte order mark, with lines in
            quotes, or without a web process; Laravel
            or Symfony without a Procfile, which then serves the repository's root instead of
            `public/`, and any PHP app whose only index is in such a folder. A web server under
            another name than `web`, which gets no requests (a warning for `web2` and its like beside `web`).
            A settings module of Django that is not on Python's path; an import that git ignores;
            an ES module that `tsc` left without the file's ending.
            `bin/NAME` of a Go app that is none of its main packages.
            A file of variables without which the process ends and that the repository does not
            have: `process.loadEnvFile()`, `node --env-file`, `godotenv.Load` with `log.Fatal`,
            phpdotenv's `load()`, `Dotenv.load!`.
            A command that only a package brings and that nothing of the app has: `manage.py qcluster`,
            `rake jobs:work`, `artisan horizon`, `bin/console messenger:consume`, `flask db`.
            `bundle exec unicorn` and its like whose gem Gemfile.lock does not list. A file that
            `heroku-php-nginx -C` or `heroku-php-apache2 -C` takes into a server of its own and that
            opens one itself (`server {`, `<VirtualHost>`).
            A Python app with a web framework and without a Procfile (a warning): its buildpack
            starts nothing by itself.
        "},
        why: indoc! {"
            The build succeeds, and the dyno crashes at start (H10, R10) or answers with a directory
            listing.
        "},
        fix: indoc! {"
            Name what exists:
            ```
            web: node src/server.js
            web: gunicorn shop.wsgi
            web: heroku-php-apache2 public/
            ```
        "},
        silent: indoc! {"
            Files that a build makes (`dist/`, `build/`, `bin/` of Go, jars); commands of installed
            packages; `Procfile.dev` and `Procfile.windows`; a `start` script or a framework default
            in place of a Procfile.
            Outputs that the build's commands, tsconfig.json or a bundler name, and paths that
            git ignores.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence = Vec::new();
    let told = |process: &&Runs| facts.starts_told.contains(&process.name);
    for process in facts.processes.iter().filter(|process| !told(process)) {
        evidence.extend(
            process
                .commands
                .iter()
                .filter(|command| {
                    command.path == "Procfile"
                        || command.path.ends_with(ecosystems::javascript::MANIFEST)
                })
                .filter(|command| !command.conditional && !command.survived && !command.prepared)
                .filter_map(|command| missing(facts, command)),
        );
    }
    evidence.extend(procfile::check(facts));
    evidence.extend(php_root(facts));
    evidence.extend(php_server::check(facts));
    evidence.extend(waits_forever(facts));
    evidence.extend(env_file::check(facts));
    evidence.extend(no_process(facts));
    evidence.extend(imports::check(facts));
    let applies = !facts.processes.is_empty();
    Outcome::when(applies, evidence)
}

/// A Python app that says nowhere what to start: its buildpack has no default
/// (heroku-buildpack-python, `bin/release`). The web process may be of another tool's making.
fn no_process(facts: &Facts<'_>) -> Option<Evidence> {
    const FRAMEWORKS: &[&str] = &[
        "flask",
        "fastapi",
        "django",
        "starlette",
        "aiohttp",
        "tornado",
        "bottle",
        "sanic",
        "falcon",
        "quart",
        "litestar",
    ];
    let sources = &facts.sources;
    let elsewhere = [
        "Procfile",
        "heroku.yml",
        "Dockerfile",
        "project.toml",
        "app.yaml",
        "fly.toml",
        "render.yaml",
        "railway.json",
        "vercel.json",
    ];
    let manifest = facts.packages.manifest(Ecosystem::Pypi)?;
    let others = [
        Ecosystem::Gem,
        Ecosystem::Npm,
        Ecosystem::Composer,
        Ecosystem::Maven,
        Ecosystem::Go,
    ];
    if !facts.processes.is_empty()
        || elsewhere.iter().any(|name| sources.has(name))
        || others
            .iter()
            .any(|other| facts.packages.manifest(*other).is_some())
        || !facts.buildpacks().iter().all(|one| one.contains("python"))
    {
        return None;
    }
    let framework = facts.packages.wants_any(Ecosystem::Pypi, FRAMEWORKS)?;
    // A library asks for a framework as well, but has no file that starts one.
    let starts = [
        "app.py",
        "main.py",
        "wsgi.py",
        "asgi.py",
        "manage.py",
        "server.py",
        "run.py",
    ];
    starts.iter().find(|name| sources.has(name))?;
    let message = format!(
        "{} is here, and no Procfile: the Python buildpack has no default process, so nothing serves.",
        framework.name
    );
    let object = |classes: &[&str]| {
        let named = served_module::object_of(facts, classes);
        named.unwrap_or_else(|| "MODULE:app".to_owned())
    };
    let server = match framework.name.as_str() {
        "fastapi" | "starlette" | "litestar" | "quart" => {
            let served = object(&["FastAPI", "Starlette", "Litestar", "Quart"]);
            format!("web: uvicorn {served} --host 0.0.0.0 --port $PORT")
        }
        "django" => {
            let module = served_module::of_django(facts);
            format!(
                "web: gunicorn {}",
                module.as_deref().unwrap_or("PROJECT.wsgi")
            )
        }
        "aiohttp" | "tornado" | "sanic" => "web: python MODULE.py".to_owned(),
        _ => format!(
            "web: gunicorn {}",
            object(&["Flask", "Bottle", "API", "App"])
        ),
    };
    Some(
        Evidence::line(manifest, 0, message)
            .level(Severity::Warn)
            .help(format!("Procfile: {server}")),
    )
}

/// `bin/start-nginx` of the nginx buildpack starts nginx when the app has made a file
/// (heroku-buildpack-nginx, README, "Requirements").
fn waits_forever(facts: &Facts<'_>) -> Option<Evidence> {
    const SIGN: &str = "app-initialized";
    let commands = facts.processes.iter().flat_map(|one| &one.commands);
    let command = commands.into_iter().find(|command| {
        let names = command.wrappers.iter();
        names
            .map(|name| name.rsplit('/').next().unwrap_or(name))
            .any(|name| matches!(name, "start-nginx" | "start-nginx-debug"))
    })?;
    // A start program of the app's own may wait for something else.
    let own = facts.sources.text("bin/start-nginx");
    if own.is_some_and(|text| !text.contains(SIGN)) {
        return None;
    }
    let names =
        |value: &Expr| value.any(|part| part.text().is_some_and(|text| text.contains(SIGN)));
    let mut files = facts.sources.files.iter();
    let in_code = files.any(|code| code.values().any(|(_, _, value)| names(value)));
    let in_text = facts
        .sources
        .texts
        .iter()
        .any(|(path, text)| path != "bin/start-nginx" && text.contains(SIGN));
    if in_code || in_text {
        return None;
    }
    let message = "`bin/start-nginx` waits for the file /tmp/app-initialized, which nothing in the app makes: nginx \
                   never listens, and the dyno ends with R10.";
    Some(Evidence::line(&command.path, command.line, message).help(
        "Make /tmp/app-initialized when the server listens on /tmp/nginx.socket, \
                   or start bin/start-nginx-solo.",
    ))
}

/// An app whose only page is below `public/` or the like, while the root is served.
fn php_front(facts: &Facts<'_>) -> Option<Evidence> {
    let sources = &facts.sources;
    let manifest = facts.packages.manifest(Ecosystem::Composer)?;
    let folder = ["public", "web", "www", "htdocs", "public_html"]
        .into_iter()
        .find(|folder| sources.has(&format!("{folder}/index.php")))?;
    let served = [
        "index.php",
        "index.html",
        "index.htm",
        ".htaccess",
        "nginx.conf",
    ];
    let by_root = facts.app.procfile.is_empty() && facts.process("web").is_none();
    let php = facts.buildpacks().iter().all(|one| one.contains("php"))
        && [Ecosystem::Npm, Ecosystem::Pypi, Ecosystem::Gem]
            .iter()
            .all(|other| facts.packages.manifest(*other).is_none());
    let alone =
        by_root && php && !facts.is_container() && !served.iter().any(|one| sources.has(one));
    let message = format!(
        "Without a web line in the Procfile the repository's root is served, which has no index: the \
         app's is {folder}/index.php, and every file of the app has an address."
    );
    alone.then(|| {
        Evidence::line(manifest, 0, message)
            .help(format!("Procfile: web: heroku-php-apache2 {folder}/"))
    })
}

fn php_root(facts: &Facts<'_>) -> Option<Evidence> {
    let Some(framework) = facts.packages.wants_any(
        Ecosystem::Composer,
        &["laravel/framework", "symfony/framework-bundle"],
    ) else {
        return php_front(facts);
    };
    let public = facts.sources.has("public/index.php");
    if !public {
        return None;
    }
    let web = facts.app.process("web");
    match web {
        None => Some(
            Evidence::line(
                ecosystems::php::MANIFEST,
                framework.line,
                format!(
                    "{} needs public/ as its \
                document root, but without a web line in the Procfile the repository's root is \
                served.",
                    framework.name
                ),
            )
            .help("Procfile: web: heroku-php-apache2 public/"),
        ),
        Some(web)
            if web.command.starts_with("heroku-php-")
                || web.command.contains("vendor/bin/heroku-php-") =>
        {
            let last = web.command.split_whitespace().last().unwrap_or_default();
            (!last.contains("public") && !last.contains('/') || last.contains("vendor/bin")).then(
                || {
                    Evidence::line(
                        "Procfile",
                        web.line,
                        "The repository's root is served instead of \
                    public/: every file of the app can be read.",
                    )
                    .help(format!("web: {} public/", web.command))
                },
            )
        }
        Some(_) => None,
    }
}
