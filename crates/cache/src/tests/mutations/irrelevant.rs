//! Changes that don't.

use super::{Mutation, edit, field, mutation};

#[allow(clippy::too_many_lines)] // one line per mutation
pub(crate) fn irrelevant() -> Vec<Mutation> {
    let mut all = Vec::new();
    for n in 0..30 {
        all.push(mutation(format!("source {n}"), "", move |bed| {
            bed.put(&format!("src/folder{}/file{n}.js", n % 4), "changed");
        }));
    }
    for name in [
        "README.md",
        "src/server.js",
        "packages/api/index.js",
        "libs/shared/index.js",
        "prisma/migrations/1/migration.sql",
        "CHANGELOG.md",
        "Procfile",
        ".gitignore",
        "Dockerfile",
        "test/a.test.js",
        ".env.example",
        "tsconfig.json",
        ".eslintrc.json",
        "docs/a.md",
        "public/a.png",
        ".github/workflows/ci.yml",
    ] {
        all.push(mutation(name, "", move |bed| bed.put(name, "changed")));
    }
    for name in [
        "name",
        "version",
        "description",
        "author",
        "license",
        "keywords",
        "repository",
        "homepage",
        "bugs",
        "private",
        "main",
        "module",
        "exports",
        "types",
        "files",
        "browserslist",
        "jest",
        "eslintConfig",
        "prettier",
        "funding",
        "contributors",
        "sideEffects",
        "type",
        "browser",
        "babel",
        "nodemonConfig",
        "directories",
        "man",
    ] {
        all.push(mutation(format!("package.json {name}"), "", move |bed| {
            field(bed, "package.json", name, r#""changed""#);
        }));
    }
    for script in [
        "test",
        "lint",
        "start",
        "dev",
        "pretest",
        "format",
        "db:migrate",
    ] {
        all.push(mutation(format!("scripts.{script}"), "", move |bed| {
            field(
                bed,
                "package.json",
                "scripts",
                &format!(r#"{{"{script}":"changed"}}"#),
            );
        }));
    }
    for (from, to) in [
        ("\"version\":\"1.0.0\"", "\"version\":\"1.0.1\""),
        ("\"license\":\"MIT\"", "\"license\":\"ISC\""),
        ("\"name\":\"shop\"", "\"name\":\"store\""),
        (
            "https://npm.example/p3.tgz",
            "https://u:p@npm.example/p3.tgz",
        ),
        ("{\"name\"", "{\r\n\t\"name\""),
    ] {
        all.push(mutation(format!("lock {to}"), "", move |bed| {
            edit(bed, "package-lock.json", from, to);
        }));
    }
    for (from, to) in [
        ("_authToken=one", "_authToken=two"),
        ("pass1", "pass2"),
        ("# mine", "; yours"),
        ("loglevel=warn", "loglevel=silly"),
        (
            "engine-strict=true",
            "engine-strict=true\n//npm.example/:username=x",
        ),
        ("engine-strict=true", "\n\nengine-strict = true"),
        (
            "engine-strict=true",
            "engine-strict=true\n_auth=x\nfund=false",
        ),
    ] {
        all.push(mutation(format!(".npmrc {to}"), "", move |bed| {
            edit(bed, ".npmrc", from, to);
        }));
    }
    for name in [
        "PORT",
        "DATABASE_URL",
        "SECRET_KEY_BASE",
        "NPM_TOKEN",
        "npm_config_loglevel",
        "npm_config_cache",
        "npm_config__auth",
        "NPM_CONFIG_PROGRESS",
        "npm_config_user_agent",
        "WEB_CONCURRENCY",
        "STACK",
        "SOURCE_VERSION",
        "LANG",
        "TERM",
        "CI",
        "REDIS_URL",
        "PWD",
        "SHLVL",
        "HOSTNAME",
        "npm_config_update_notifier",
        "PUPPETEER_AUTH_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
    ] {
        all.push(mutation(name, "", move |bed| bed.set(name, "changed")));
    }
    all
}
