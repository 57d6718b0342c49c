//! Does the build or every boot change the schema?

mod synced;

use crate::composer;
use crate::migrations;
use crate::rules::prelude::*;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::process::{self, Command, script};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "migrations-at-build-or-boot",
    code: "SF602",
    title: "The build or the web process runs the migrations",
    level: Severity::Error,
    group: Group::Release,
    ecosystems: &["all"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A migration command that `build`, `postinstall`, `heroku-postbuild`, `bin/post_compile`
            or `bin/pre_compile` leads to (an error), or that the web command runs before it listens
            (a warning). Scripts are followed, also what a Node script in `scripts/`, a management command of Django's
            app, a Python script, a hook of gunicorn or of uWSGI starts. The finding stands
            in the first script of the hook or the start, at the command where there is none, or at the call of
            code that migrates. A Go program with `AutoMigrate` behind a flag that the
            web command sets, or with `AutoMigrate`, `m.Up()` of golang-migrate or `goose.Up` in what it runs at each
            start (a warning). Flask-Migrate's `upgrade()`, Alembic's `command.upgrade` or Django's `call_command` of
            `migrate`
            in what the server loads (a warning). A library that fits the schema to the models at each boot (a warning):
            `spring.jpa.hibernate.ddl-auto=update`, `spring.jpa.generate-ddl=true` in what production loads,
            Sequelize's `sync({ alter: true })`,
            TypeORM's `synchronize: true`; one that drops the tables first (an error): `create` and `create-drop`,
            `sync({ force: true })`, `dropSchema: true`, GORM's `DropTable` in `main`, `drop_all()` in the module that
            is served.
        "},
        why: indoc! {"
            A build may fail, be thrown away, or belong to a pull request, and still has changed the
            database that the running release uses. At boot, every dyno migrates at once, after each
            daily restart, and within the 60 seconds it has to listen.
        "},
        fix: indoc! {"
            Move the command to the release phase. Procfile:
            ```
            release: python manage.py migrate --noinput
            ```
        "},
        silent: indoc! {"
            Migrations in `release:`, in app.json's `postdeploy`, in Docker-only scripts and in
            other process types. `validate` and `none`; profiles and branches of development and tests; databases in
            memory or in a file; what stands below a condition or in a script of its own.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut starts = Vec::new();
    for name in [
        "build",
        "postinstall",
        "heroku-postbuild",
        "heroku-prebuild",
        "install",
        "prebuild",
        "postbuild",
    ] {
        if let Some(text) = script(facts.app, name) {
            let line = facts.line(ecosystems::javascript::MANIFEST, &format!("\"{name}\":"));
            starts.push(Command::written(
                text,
                ecosystems::javascript::MANIFEST,
                line.unwrap_or_default(),
            ));
        }
    }
    for path in ["bin/post_compile", "bin/pre_compile"] {
        if let Some(text) = facts.sources.text(path) {
            starts.extend(process::shell_lines(path, text));
        }
    }
    starts.extend(composer::hooks(facts));
    let applies = !starts.is_empty() || facts.process("web").is_some();
    let mut evidence: Vec<_> = starts
        .iter()
        .find_map(|start| {
            let commands = process::follow(facts.app, start);
            let command = commands.iter().find(|command| migrations::runs(command))?;
            Some((door(&commands, command).clone(), command.clone()))
        })
        .map(|(place, command)| {
            at(
                facts,
                &place,
                &command,
                "the build",
                "before the release exists, and even if it fails",
                Severity::Error,
            )
        })
        .into_iter()
        .collect();
    if let Some(web) = facts.process("web")
        && let Some(command) = web
            .commands
            .iter()
            .find(|command| migrations::runs(command))
    {
        evidence.push(at(
            facts,
            door(&web.commands, command),
            command,
            "every web dyno",
            "at each restart, all dynos at once",
            Severity::Warn,
        ));
    } else if let Some(command) = facts.process("web").and_then(own_script) {
        evidence.push(
            at(
                facts,
                command,
                command,
                "every web dyno",
                "at each restart, all dynos at once",
                Severity::Warn,
            )
            .conditional(true),
        );
    } else if let Some((command, call)) = migrations::switched_on_in_go(facts) {
        evidence.push(in_go(command, call));
    } else if let Some(site) = migrations::at_boot(facts) {
        let release =
            migrations::find(facts).map_or("the migration's command", |found| found.command);
        evidence.push(
            Evidence::line(
                &site.code.path,
                site.call.line,
                format!(
                    "`{}` changes the schema \
                whenever the app boots: at each restart, all dynos at once.",
                    site.call.callee
                ),
            )
            .level(Severity::Warn)
            .help(format!(
                "Take it out of the code. Procfile: release: {release}"
            )),
        );
    }
    evidence.extend(synced::find(facts));
    Outcome::when(applies, evidence)
}

/// A Go program that a flag of the web command makes migrate first.
fn in_go(command: &Command, call: &str) -> Evidence {
    let shown: String = command.text.chars().take(80).collect();
    let message = format!(
        "`{shown}` runs `{call}` before it listens: every web dyno changes the schema at each restart, all \
         dynos at once."
    );
    Evidence::line(&command.path, command.line, message)
        .level(Severity::Warn)
        .help("Let the program migrate and end, and call it once. Procfile: release: the same program with its flag")
}

/// A script of the app that is called after migrations and runs before the server does. What it
/// does is taken from its name.
fn own_script(web: &process::Runs) -> Option<&Command> {
    const NAMES: &[&str] = &[
        "migrate",
        "migrations",
        "run-migrations",
        "runmigrations",
        "db-migrate",
        "migrate-db",
    ];
    let (_, before) = web.commands.split_last()?;
    before.iter().find(|command| {
        let mut needs = command.needs().into_iter();
        needs.any(|need| match need {
            process::Need::Script { path, .. } => {
                let name = path
                    .rsplit('/')
                    .next()
                    .unwrap_or(&path)
                    .to_ascii_lowercase();
                let stem = name.split('.').next().unwrap_or_default().replace('_', "-");
                NAMES.contains(&stem.as_str())
            }
            _ => false,
        })
    })
}

/// The command that leads to `found`, in the first script that the start runs: a hook or a start script is
/// what one edits, not the helper of a folder that others call, too.
fn door<'c>(commands: &'c [Command], found: &'c Command) -> &'c Command {
    // One entry for each file on the way, with its last command.
    let mut way: Vec<&Command> = Vec::new();
    let before = commands.iter().take_while(|one| *one != found);
    for command in before.chain([found]) {
        if let Some(at) = way.iter().position(|one| one.path == command.path) {
            way.truncate(at);
        }
        way.push(command);
    }
    let is_script = |command: &&&Command| {
        let name = command.path.rsplit('/').next().unwrap_or(&command.path);
        let manifests = [ecosystems::javascript::MANIFEST, ecosystems::php::MANIFEST];
        !manifests.contains(&name) && !name.starts_with("Procfile") && name != "heroku.yml"
    };
    let first = way.iter().find(is_script).copied();
    first.unwrap_or(found)
}

fn at(
    facts: &Facts<'_>,
    place: &Command,
    command: &Command,
    who: &str,
    when: &str,
    level: Severity,
) -> Evidence {
    let shown: String = command.text.chars().take(80).collect();
    let release = migrations::for_release(facts, &command.text);
    let pruned = migrations::pruned(facts, &release);
    let found = Evidence::line(
        &place.path,
        place.line,
        format!("`{shown}` changes the schema in {who}: {when}."),
    )
    .level(level);
    let found = if pruned.is_empty() {
        found
    } else {
        found.help(format!("npm install --save-prod {}", pruned.join(" ")))
    };
    found.help(format!("Move it to the Procfile: release: {release}"))
}
