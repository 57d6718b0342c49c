//! Does a real server answer the requests?

use crate::python;
use crate::rules::prelude::*;
use crate::served_module;
use slugsmith_ecosystems::ruby;
use slugsmith_facts::process::{Command, Runs};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "development-server",
    code: "SF707",
    title: "The web process runs a development server",
    level: Severity::Error,
    group: Group::Jobs,
    ecosystems: &[
        "node", "python", "ruby", "php", "dotnet", "scala", "clojure", "deno",
    ],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A web command that runs `manage.py runserver`, `flask run`, `next dev`, `vite`,
            `webpack-dev-server`, `nodemon`, `php -S`, `artisan serve`, `npm run dev`, `ng serve`, `ionic serve`,
            `dotnet run`, `dotnet watch`, `sbt run`, `lein ring server`, `lein figwheel`,
            `deno run --watch`, `fastapi dev`; `--reload` of gunicorn and uvicorn.
            A Python file that the web process starts and that calls `app.run()` of Flask, or
            Werkzeug's `run_simple`. `rails server` or `rackup` without the gem of a server.
        "},
        why: indoc! {"
            Development servers handle one request at a time, reload on file changes, show stack
            traces to visitors, and are not hardened.
        "},
        fix: indoc! {"
            ```
            web: gunicorn shop.wsgi
            web: next start -p $PORT
            web: heroku-php-apache2 public/
            web: node server.js
            ```
        "},
        silent: indoc! {"
            `rails server` with Puma in the bundle; a branch of a start script for development;
            `app.run()` in a file that a real server imports;
            `Procfile.dev` and `Procfile.windows`; other process types.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let Some(web) = facts.process("web") else {
        return Outcome::not_applicable();
    };
    let evidence = web
        .commands
        .iter()
        .find_map(|command| {
            let (what, fix) = server(command)?;
            let fix = of_the_app(facts, command, what).unwrap_or_else(|| fix.to_owned());
            Some(
                Evidence::line(
                    &command.path,
                    command.line,
                    format!(
                        "`{what}` is a development \
                    server: slow, and it shows stack traces to visitors."
                    ),
                )
                .help(fix),
            )
        })
        .or_else(|| flask(facts))
        .or_else(|| webrick(facts, web))
        .into_iter()
        .collect();
    Outcome::of(evidence)
}

/// `rails server` and `rackup` without the gem of a server: Ruby's `WEBrick` answers, or, from Ruby 3
/// on, nothing (rack/rackup, `lib/rackup/handler.rb`).
fn webrick(facts: &Facts<'_>, web: &Runs) -> Option<Evidence> {
    // Servers that start by no command of their own.
    const OTHERS: &[&str] = &["reel", "torquebox", "trinidad", "mizuno", "goliath"];
    let command = web.commands.iter().find(|command| {
        let words = command.words();
        let program = words.first().and_then(|word| word.rsplit('/').next());
        let second = words.get(1).copied().unwrap_or_default();
        let named = words.contains(&"-s") || words.contains(&"-u") || words.contains(&"--server");
        match program {
            Some("rails") => matches!(second, "server" | "s") && !named,
            Some("rackup") => !named,
            _ => false,
        }
    })?;
    // Only a lockfile says that no other gem brings a server along.
    facts
        .packages
        .wants_any(Ecosystem::Gem, &["rails", "rack", "sinatra", "railties"])?;
    facts.packages.version(Ecosystem::Gem, "rack")?;
    let packages = &facts.packages;
    let is_installed = |server: &&&str| {
        let name = **server;
        let key = (Ecosystem::Gem, name.to_owned());
        let in_groups = packages
            .wanted
            .iter()
            .any(|one| one.ecosystem == Ecosystem::Gem && one.name == name && one.dev);
        let by_group = in_groups
            && packages.wants(Ecosystem::Gem, name).is_none()
            && !packages.needed.contains(&key);
        packages.has(Ecosystem::Gem, name) && !by_group
    };
    let mut servers = ruby::SERVERS.iter().chain(OTHERS);
    if servers.any(|server| is_installed(&server)) {
        return None;
    }
    let message = format!(
        "`{}` finds no server among the gems: Ruby's WEBrick answers one request at a time, and since \
         Ruby 3 not even that is part of Ruby.",
        command.text
    );
    let found = Evidence::line(&command.path, command.line, message);
    Some(found.help("bundle add puma; Procfile: web: bundle exec puma -C config/puma.rb"))
}

/// `python app.py`, where the file runs Flask's own server.
fn flask(facts: &Facts<'_>) -> Option<Evidence> {
    let site = python::own_server(facts)?;
    let message = format!(
        "`{}` is Flask's development server: it handles requests without limits or timeouts of \
         their own, and says itself that it is not for production.",
        site.call.callee
    );
    let module = site.code.path.trim_end_matches(".py").replace('/', ".");
    let name = site.call.receiver();
    let outside = |name: &str| {
        let code = site.code;
        let mut own = code.assignments.iter();
        own.any(|one| one.target == name && one.scope == 0)
            || code.imported.iter().any(|one| one.target == name)
    };
    let object = if outside(name) { name } else { "app" };
    let found = Evidence::line(&site.code.path, site.call.line, message);
    let found = match facts.packages.wants(Ecosystem::Pypi, "gunicorn") {
        Some(_) => found,
        None => found.help("Add gunicorn to the dependencies."),
    };
    Some(found.help(if outside(name) {
        format!("Procfile: web: gunicorn {module}:{object}")
    } else {
        format!(
            "Make `{object}` at the top of {}. Procfile: web: gunicorn {module}:{object}",
            site.code.path
        )
    }))
}

/// The line for the Procfile with the names of this app, where its command or files tell them.
fn of_the_app(facts: &Facts<'_>, command: &Command, what: &str) -> Option<String> {
    let words = command.words();
    let after = |flags: &[&str]| {
        let at = words.iter().position(|word| flags.contains(word))?;
        words.get(at + 1).copied()
    };
    match what {
        "runserver" => {
            let module = served_module::of_django(facts)?;
            Some(format!("web: gunicorn {module}"))
        }
        "flask run" => {
            let app = after(&["--app", "-A"]).map(str::to_owned).or_else(|| {
                let declared = facts.declared("FLASK_APP");
                declared.value().map(str::to_owned)
            })?;
            let module = app.trim_end_matches(".py").replace('/', ".");
            let object = if module.contains(':') { "" } else { ":app" };
            Some(format!("web: gunicorn {module}{object}"))
        }
        "nodemon" => {
            let is_script = |word: &&&str| {
                [".js", ".mjs", ".cjs"]
                    .iter()
                    .any(|end| word.ends_with(end))
            };
            let script = words.iter().skip(1).find(is_script)?;
            Some(format!("web: node {script}"))
        }
        "php -S" => Some(match after(&["-t"]) {
            Some(folder) => format!("web: heroku-php-apache2 {}/", folder.trim_end_matches('/')),
            None => "web: heroku-php-apache2".to_owned(),
        }),
        _ => None,
    }
}

fn server(command: &Command) -> Option<(&'static str, &'static str)> {
    let words = command.words();
    let program = words.first()?.rsplit('/').next()?;
    let second = words.get(1).copied().unwrap_or_default();
    let has = |word: &str| words.contains(&word);
    match program {
        "python" | "python3" if has("runserver") || has("runserver_plus") => {
            Some(("runserver", "web: gunicorn PROJECT.wsgi"))
        }
        "python" | "python3" if words.iter().any(|word| word.ends_with("flask")) && has("run") => {
            Some(("flask run", "web: gunicorn app:app"))
        }
        "gunicorn" if has("--reload") => Some((
            "gunicorn --reload",
            "Leave out --reload: it watches every file, and restarts workers under load.",
        )),
        "uvicorn" | "hypercorn" | "daphne" if has("--reload") => Some((
            "--reload",
            "Leave out --reload: it watches every file, and runs one worker only.",
        )),
        "fastapi" if second == "dev" => Some(("fastapi dev", "web: fastapi run --port $PORT")),
        program if program.ends_with("manage.py") || program == "manage" => (has("runserver")
            || has("runserver_plus"))
        .then_some(("runserver", "web: gunicorn PROJECT.wsgi")),
        "flask" if has("run") => Some(("flask run", "web: gunicorn app:app")),
        "next" if second == "dev" => Some(("next dev", "web: next start -p $PORT")),
        "nuxt" | "nuxi" | "astro" if second == "dev" => {
            Some(("dev", "web: node .output/server/index.mjs"))
        }
        "vite" if second.is_empty() || second.starts_with('-') || second == "dev" => Some((
            "vite",
            "Build in the `build` script, and serve dist/ with a static server.",
        )),
        "webpack-dev-server" => Some((
            "webpack-dev-server",
            "Build in the `build` script, and serve the output.",
        )),
        "webpack" if second == "serve" => Some((
            "webpack serve",
            "Build in the `build` script, and serve the output.",
        )),
        "ng" if second == "serve" => Some(("ng serve", "Build with ng build, and serve dist/.")),
        "nodemon" | "ts-node-dev" => Some(("nodemon", "web: node server.js")),
        "php" if second == "-S" => Some(("php -S", "web: heroku-php-apache2 public/")),
        "php" if has("serve") && words.iter().any(|word| word.ends_with("artisan")) => {
            Some(("artisan serve", "web: heroku-php-apache2 public/"))
        }
        "react-scripts" if second == "start" => Some((
            "react-scripts start",
            "Build with react-scripts build, and serve build/.",
        )),
        "nx" if second == "serve" => Some((
            "nx serve",
            "Build with nx build, and start what it writes: web: node dist/apps/NAME/main.js",
        )),
        "gatsby" if second == "develop" => Some((
            "gatsby develop",
            "Build with gatsby build, and serve public/.",
        )),
        "strapi" if matches!(second, "dev" | "develop") => {
            Some(("strapi develop", "web: strapi start"))
        }
        "dotnet" if second == "run" => Some((
            "dotnet run",
            "web: cd bin/publish && ./NAME --urls http://*:$PORT",
        )),
        "dotnet" if second == "watch" => Some((
            "dotnet watch",
            "web: cd bin/publish && ./NAME --urls http://*:$PORT",
        )),
        "sbt"
            if words
                .iter()
                .any(|word| matches!(*word, "run" | "~run" | "~reStart")) =>
        {
            Some((
                "sbt run",
                "web: target/universal/stage/bin/NAME -Dhttp.port=$PORT",
            ))
        }
        "lein" if has("ring") && (has("server") || has("server-headless")) => Some((
            "lein ring server",
            "Build with lein uberjar: web: java -jar target/NAME-standalone.jar",
        )),
        "lein" if has("figwheel") => Some((
            "lein figwheel",
            "Build with lein uberjar: web: java -jar target/NAME-standalone.jar",
        )),
        "deno" if words.iter().any(|word| word.starts_with("--watch")) => Some((
            "deno run --watch",
            "web: deno run --allow-net --allow-env main.ts",
        )),
        "live-server" => Some(("live-server", "Serve the files with a static server.")),
        "vue-cli-service" if second == "serve" => Some((
            "vue-cli-service serve",
            "Build with vue-cli-service build, and serve dist/.",
        )),
        _ => of_front_end(program, second),
    }
}

/// Servers that tools of front ends start while somebody works on them.
fn of_front_end(program: &str, second: &str) -> Option<(&'static str, &'static str)> {
    match program {
        "ionic" if matches!(second, "serve" | "lab") => {
            Some(("ionic serve", "Build with ionic build, and serve www/."))
        }
        "ionic-app-scripts" if second == "serve" => Some((
            "ionic-app-scripts serve",
            "Build with ionic-app-scripts build --prod, and serve www/.",
        )),
        "ember" if matches!(second, "serve" | "server" | "s") => Some((
            "ember serve",
            "Build with ember build --environment=production, and serve dist/.",
        )),
        "quasar" if second == "dev" => {
            Some(("quasar dev", "Build with quasar build, and serve dist/."))
        }
        _ => None,
    }
}
