//! A file of variables that the process needs at its start and that is not in the repository:
//! `.env` belongs to the developer's machine, and on a dyno config vars take its place.

use crate::called::is_dead;
use crate::registry::Evidence;
use crate::rules::prelude::*;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::code::ScopeKind;

/// How a library that fails without its file is told not to.
struct Load {
    path: String,
    fix: &'static str,
}

pub(super) fn check(facts: &Facts<'_>) -> Vec<Evidence> {
    let mut found: Vec<Evidence> = commands(facts).collect();
    let site = facts.calls().find_map(|site| {
        let load = load(site)?;
        let optional = branch(site.code, site.call.scope) != Branch::Always
            || site
                .code
                .around(site.call.scope)
                .any(|scope| scope.kind == ScopeKind::Try)
            || guards::is_maintenance(facts, &site.code.path)
            || is_dead(facts, site);
        (!optional && is_missing(facts, &load.path)).then_some((site, load))
    });
    found.extend(site.map(|(site, load)| {
        let message = format!(
            "`{}` fails where {} is missing, and the repository has none: the process ends at its \
             start. On the platform, config vars are there without it.",
            site.call.callee, load.path
        );
        let function = site.code.function(site.call.scope);
        let at_start = function.is_none_or(|name| matches!(name, "main" | "init"));
        let found = Evidence::line(&site.code.path, site.call.line, message).help(load.fix);
        // Who calls the function is not followed.
        if at_start {
            found
        } else {
            found.level(Severity::Warn)
        }
    }));
    found
}

/// `node --env-file=.env server.js` ends with status 9 where the file is missing.
fn commands<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = Evidence> + 'a {
    let commands = facts.processes.iter().flat_map(|process| &process.commands);
    commands
        .filter(|command| !command.conditional && !command.prepared)
        .filter_map(|command| {
            if !matches!(command.program(), "node" | "tsx" | "bun") {
                return None;
            }
            let mut words = command.words.iter();
            let path = words.find_map(|word| {
                let rest = word.strip_prefix("--env-file")?;
                match rest.strip_prefix('=') {
                    Some(path) => Some(path.to_owned()),
                    None => rest.is_empty().then(|| String::from(".env")),
                }
            })?;
            let inside = command.in_app(&path)?;
            is_missing(facts, &inside).then(|| {
            let message = format!(
                "`{}` needs {path}, which the repository does not have: Node ends at once. On the \
                 platform, config vars are there without it.",
                command.text
            );
            Evidence::line(&command.path, command.line, message)
                .help(command.text.replace("--env-file=", "--env-file-if-exists="))
        })
        })
}

/// Whether nothing that a dyno has is the file: it is not tracked, and no script of the build
/// writes it.
fn is_missing(facts: &Facts<'_>, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let written = facts.sources.texts.iter().any(|(file, text)| {
        let mut manifests = ecosystems::ALL.iter().flat_map(|one| one.manifests);
        let runs = manifests.any(|one| one.pattern == file)
            || matches!(
                file.as_str(),
                "Procfile" | "app.json" | "Makefile" | "Rakefile" | ".profile"
            )
            || file.starts_with("bin/")
            || file.starts_with(".profile.d/");
        let makes = [
            format!("> {name}"),
            format!(">{name}"),
            format!(" {name}\""),
            format!("touch {name}"),
        ];
        runs && makes.iter().any(|words| text.contains(words.as_str()))
    });
    !facts.sources.has(path) && !written
}

fn load(site: Site<'_>) -> Option<Load> {
    let call = site.call;
    let callee = call.callee.as_str();
    let path = || match call.positional(0) {
        None => Some(".env".to_owned()),
        Some(value) => site
            .code
            .resolve(value)
            .text()
            .map(|path| path.trim_start_matches("./").to_owned()),
    };
    match site.code.language {
        Language::JavaScript
            if callee == "process.loadEnvFile"
                || callee == "loadEnvFile" && site.code.imports("node:process") =>
        {
            Some(Load {
                path: path()?,
                fix: "try { process.loadEnvFile() } catch {}   or: node --env-file-if-exists=.env",
            })
        }
        Language::Go
            if matches!(callee, "godotenv.Load" | "godotenv.Overload") && ends_after(site) =>
        {
            Some(Load {
                path: path()?,
                fix: "_ = godotenv.Load()   // without the file, the variables are set already",
            })
        }
        Language::Php
            if call.method() == "load"
                && (callee.contains("Dotenv") || holds_dotenv(site.code, call.receiver()))
                && site.code.imports("Dotenv") =>
        {
            // In which folder and under which name is said where the object is made.
            Some(Load {
                path: ".env".to_owned(),
                fix: "$dotenv->safeLoad();",
            })
        }
        Language::Ruby if callee == "Dotenv.load!" || callee == "Dotenv.overload!" => Some(Load {
            path: path()?,
            fix: "Dotenv.load",
        }),
        Language::Java
            if call.method() == "load"
                && site.code.imports("io.github.cdimascio.dotenv")
                && callee.starts_with("Dotenv")
                && !callee.contains("ignoreIfMissing")
                && !callee.contains("filename")
                && !callee.contains("directory") =>
        {
            Some(Load {
                path: ".env".to_owned(),
                fix: "Dotenv.configure().ignoreIfMissing().load()",
            })
        }
        Language::Python if callee == "RepositoryEnv" && site.code.imports("decouple") => {
            Some(Load {
                path: path()?,
                fix: "from decouple import config   # reads .env where there is one",
            })
        }
        _ => None,
    }
}

/// A name bound to an object of phpdotenv in this file, with its usual name for the file.
fn holds_dotenv(code: &Code, receiver: &str) -> bool {
    let name = receiver.trim_start_matches('$');
    code.assignments.iter().any(|one| {
        let made = one
            .value
            .callee()
            .is_some_and(|callee| callee.contains("Dotenv.create"));
        let plain = matches!(&one.value, Expr::Call { arguments, .. } if arguments.len() == 1);
        made && plain && one.target.trim_start_matches('$') == name
    })
}

/// Go: the error of this call ends the program, in the lines behind it.
fn ends_after(site: Site<'_>) -> bool {
    let line = site.call.line.number();
    site.code.calls.iter().any(|other| {
        let ends = matches!(
            other.callee.as_str(),
            "panic" | "os.Exit" | "log.Panic" | "log.Panicf" | "log.Panicln"
        ) || other.method().starts_with("Fatal");
        let asked = site.code.around(other.scope).any(|scope| {
            scope
                .kind
                .condition()
                .is_some_and(|condition| condition.contains("err") && condition.contains("nil"))
        });
        ends && asked
            && (line..=line + 4).contains(&other.line.number())
            && site.code.enclosing_function(other.scope)
                == site.code.enclosing_function(site.call.scope)
    })
}
