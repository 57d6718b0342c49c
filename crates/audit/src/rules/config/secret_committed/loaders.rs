//! Who loads a `.env` in production: code, a framework by itself, the runtime that a process starts.

use crate::rules::prelude::*;
use slugsmith_facts::code::Call;
use slugsmith_facts::process;

/// Packages of npm that read `.env` when the app starts or is built, whatever `NODE_ENV` says: Adonis' `Env`,
/// `@next/env`, Nuxt, Strapi, Redwood, Directus.
const FRAMEWORKS: &[&str] = &[
    "@adonisjs/framework",
    "@adonisjs/core",
    "next",
    "nuxt",
    "@strapi/strapi",
    "strapi",
    "@redwoodjs/api",
    "directus",
];

/// Whether production code loads this file; `.env` alone is read by `heroku local` only.
pub(super) fn is_loaded(facts: &Facts<'_>, path: &str) -> bool {
    let loaders = [
        "laravel/framework",
        "laravel/lumen-framework",
        "symfony/dotenv",
        "symfony/runtime",
    ];
    if path == ".env"
        && facts
            .packages
            .wants_any(Ecosystem::Composer, &loaders)
            .is_some()
    {
        return true;
    }
    if by_framework(facts, path) || by_command(facts, path) {
        return true;
    }
    // dotenv-rails loads it before the app in every group that has the gem.
    let gem = facts
        .packages
        .wants_any(Ecosystem::Gem, &["dotenv-rails"])
        .is_some_and(|gem| !gem.dev);
    if gem && matches!(path, ".env" | ".env.production") {
        return true;
    }
    facts.sources.files.iter().any(|code| {
        let by_import = path == ".env"
            && code
                .imports
                .iter()
                .any(|import| loads_by_import(code, &import.module));
        by_import
            || reads_settings(code, path)
            || is_viper(code, path)
            || code.calls.iter().any(|call| {
                let loads = match code.language {
                    Language::JavaScript => {
                        let kin = [
                            "dotenv-safe",
                            "dotenv-flow",
                            "dotenv-defaults",
                            "dotenv-extended",
                        ];
                        matches!(
                            call.callee.as_str(),
                            "require().config" | "dotenv.config" | "dotenv.load" | "config"
                        ) && (call.callee.starts_with("dotenv")
                            || code.imports("dotenv")
                            || kin.iter().any(|name| code.imports(name)))
                            || is_nest(code, call)
                    }
                    Language::Python => matches!(
                        call.callee.as_str(),
                        "load_dotenv"
                            | "dotenv.load_dotenv"
                            | "environ.Env.read_env"
                            | "env.read_env"
                    ),
                    // vlucas/phpdotenv: `Dotenv\Dotenv::createImmutable(__DIR__)->load()`.
                    Language::Php => {
                        path == ".env"
                            && call.callee.contains("Dotenv")
                            && matches!(call.method(), "load" | "safeLoad" | "overload")
                    }
                    Language::Ruby => matches!(
                        call.callee.as_str(),
                        "Dotenv.load" | "Dotenv.load!" | "Dotenv.overload"
                    ),
                    Language::Go => {
                        let all =
                            matches!(call.callee.as_str(), "godotenv.Load" | "godotenv.Overload");
                        all || call.callee == "viper.SetConfigFile" && !call.arguments.is_empty()
                    }
                    // io.github.cdimascio:dotenv-java.
                    Language::Java => {
                        code.imports("io.github.cdimascio.dotenv")
                            && (call.callee == "Dotenv.load"
                                || call.method() == "load"
                                    && call.receiver().starts_with("Dotenv.configure"))
                    }
                };
                if !loads || branch(code, call.scope) == Branch::Development {
                    return false;
                }
                names_file(code, call, path)
            })
    })
}

/// Whether a call that loads names this file: `{ path: path.join(__dirname, "config", "config.env") }`. One that names
/// none loads `.env`.
fn names_file(code: &Code, call: &Call, path: &str) -> bool {
    let mut names = Vec::new();
    for argument in &call.arguments {
        let value = code.resolve_from(&argument.value, call.scope);
        value.walk(&mut |value| names.extend(value.text()));
    }
    let parts = names.iter().flat_map(|name| name.split('/'));
    let parts: Vec<&str> = parts
        .filter(|part| !matches!(*part, "" | "." | ".."))
        .collect();
    match names.as_slice() {
        [] => path == ".env",
        [only] => only.trim_start_matches("./") == path || parts.join("/").ends_with(path),
        _ => parts.join("/") == path || names.iter().any(|name| name.ends_with(path)),
    }
}

/// `viper.SetConfigName("app")` beside `viper.SetConfigType("env")` reads `app.env`.
fn is_viper(code: &Code, path: &str) -> bool {
    let text = |method: &str| {
        let mut calls = code.calls.iter();
        let set = calls.find(|call| call.method() == method)?;
        set.positional(0)?.text()
    };
    let name = path.rsplit('/').next().unwrap_or(path);
    code.language == Language::Go
        && code.calls_one_of(&["SetConfigName"])
        && text("SetConfigType") == Some("env")
        && text("SetConfigName").is_some_and(|stem| name.strip_suffix(".env") == Some(stem))
}

/// A framework that loads the file by itself.
fn by_framework(facts: &Facts<'_>, path: &str) -> bool {
    let node = process::runs_node(facts.app, &facts.sources)
        && (facts
            .packages
            .wants_any(Ecosystem::Npm, FRAMEWORKS)
            .is_some()
            || by_prisma(facts));
    let java = facts
        .packages
        .has_any(Ecosystem::Maven, &["spring-dotenv", "springboot3-dotenv"]);
    let of_production = path == ".env.production"
        && facts
            .packages
            .wants_any(Ecosystem::Npm, &["next"])
            .is_some();
    path == ".env" && (node || java) || node && of_production
}

/// Prisma's client loads the file when it is imported, until version 7.
fn by_prisma(facts: &Facts<'_>) -> bool {
    let client = facts.packages.wants(Ecosystem::Npm, "@prisma/client");
    let old = |wanted: &str| {
        guards::numbers(wanted)
            .first()
            .is_some_and(|major| *major < 7)
    };
    client.is_some_and(|client| old(&client.wanted))
        && facts
            .code(Language::JavaScript)
            .any(|code| code.imports("@prisma/client"))
}

/// What a process starts loads the file: `node --env-file=.env`, `node -r dotenv/config`, bun by itself.
fn by_command(facts: &Facts<'_>, path: &str) -> bool {
    let served = facts
        .processes
        .iter()
        .filter(|process| !process.is_for_development());
    let mut commands = served.flat_map(|process| &process.commands);
    commands.any(|command| {
        let words = || command.words.iter().map(String::as_str);
        let names_file = words()
            .zip(words().skip(1).chain([""]))
            .any(|(word, next)| {
                let option = |option: &str| {
                    let glued = word
                        .strip_prefix(option)
                        .and_then(|rest| rest.strip_prefix('='));
                    glued == Some(path) || word == option && next == path
                };
                option("--env-file") || option("--env-file-if-exists")
            });
        let preloads = path == ".env"
            && words().any(|word| word == "dotenv/config" || word == "dotenv/config.js");
        let by_bun = path == ".env"
            && command.program() == "bun"
            && !words().any(|word| word.starts_with("--env-file"));
        let node = matches!(
            command.program(),
            "node" | "bun" | "tsx" | "ts-node" | "deno"
        );
        node && (names_file || preloads || by_bun)
    })
}

/// An import that loads the file.
fn loads_by_import(code: &Code, module: &str) -> bool {
    match code.language {
        Language::JavaScript => matches!(
            module,
            "dotenv/config" | "dotenv-safe/config" | "dotenv-flow/config"
        ),
        Language::Ruby => module == "dotenv/load",
        Language::Go => module == "github.com/joho/godotenv/autoload",
        // It reads the file beside the code or above it when it is first asked for a value.
        Language::Python => module == "decouple",
        Language::Java | Language::Php => false,
    }
}

/// Settings classes of pydantic (`env_file = ".env"`).
fn reads_settings(code: &Code, path: &str) -> bool {
    let is_file = |value: &Expr| value.text() == Some(path);
    let by_class = code
        .assignments
        .iter()
        .any(|one| one.target == "env_file" && is_file(&one.value));
    let by_call = || {
        code.calls.iter().any(|call| {
            call.callee.ends_with("SettingsConfigDict")
                && call.named("env_file").is_some_and(is_file)
        })
    };
    code.language == Language::Python && (by_class || by_call())
}

/// `ConfigModule.forRoot()` of `@nestjs/config`.
fn is_nest(code: &Code, call: &Call) -> bool {
    let ignores = call
        .named("ignoreEnvFile")
        .is_some_and(|value| *value != Expr::Bool(false));
    call.callee == "ConfigModule.forRoot" && code.imports("@nestjs/config") && !ignores
}
