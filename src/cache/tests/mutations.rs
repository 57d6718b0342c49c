//! One input changed at a time: whatever can change the tree must be noticed and named,
//! and nothing else may cost an install.

use super::support::Bed;
use crate::cache::presets::{self, Place, Recognised};
use crate::cache::{Context, inputs::Inputs};

/// A change of the app or its surroundings, and a part of the input's name that must then
/// be given as the reason.
struct Mutation {
    what: String,
    apply: Box<dyn Fn(&mut Bed)>,
    named: String,
}

fn mutation(
    what: impl Into<String>,
    named: impl Into<String>,
    apply: impl Fn(&mut Bed) + 'static,
) -> Mutation {
    Mutation {
        what: what.into(),
        apply: Box::new(apply),
        named: named.into(),
    }
}

const MEMBERS: [&str; 3] = ["packages/api", "packages/web", "libs/shared"];

/// A workspace with everything that a key looks at.
fn rich_app() -> Bed {
    let bed = Bed::new();
    bed.put(
        "package.json",
        r#"{"name":"shop","version":"1.0.0","license":"MIT","dependencies":{"ms":"^2.0.0"},"devDependencies":{"jest":"29"},"workspaces":["packages/*","libs/*"],"scripts":{"test":"jest","start":"node ."}}"#,
    );
    for member in MEMBERS {
        bed.put(
            &format!("{member}/package.json"),
            r#"{"name":"m","version":"1.0.0","dependencies":{"ms":"^2.0.0"}}"#,
        );
        bed.put(&format!("{member}/index.js"), "1");
    }
    let packages: Vec<_> = (0..25)
        .map(|n| format!(r#""node_modules/p{n}":{{"version":"1.{n}.0","resolved":"https://npm.example/p{n}.tgz","integrity":"sha512-{n}"}}"#))
        .chain(MEMBERS.map(|member| format!(r#""{member}":{{"name":"m","version":"1.0.0"}}"#)))
        .collect();
    bed.put(
        "package-lock.json",
        &format!(
            r#"{{"name":"shop","version":"1.0.0","lockfileVersion":3,"packages":{{"":{{"name":"shop","version":"1.0.0","license":"MIT","dependencies":{{"ms":"^2.0.0"}}}},{}}}}}"#,
            packages.join(",")
        ),
    );
    bed.put(".npmrc", "# mine\nregistry=https://bot:pass1@npm.example/\n//npm.example/:_authToken=one\nengine-strict=true\nloglevel=warn\n");
    bed.put("patches/ms+2.0.0.patch", "diff");
    bed.put("prisma/schema.prisma", "model A {}");
    bed.put("prisma/migrations/1/migration.sql", "create table a");
    bed.put("README.md", "shop");
    bed.put("src/server.js", "require('ms')");
    fs_err::write(bed.root().join(".npmrc"), "legacy-peer-deps=false\n").unwrap();
    bed
}

fn inputs(bed: &Bed) -> Inputs {
    let store = bed.store();
    let app = crate::facts::app::read(&bed.app());
    let config = bed.config();
    let context = Context {
        app: &app,
        config: &config,
        environment: &bed.environment,
        store: &store,
    };
    let place = Place::new(&context, std::path::Path::new(""));
    let Some(Recognised::Site(site)) = presets::recognise(&place).into_iter().next() else {
        panic!("npm is not recognised");
    };
    (site.job)().unwrap().inputs
}

fn edit(bed: &Bed, path: &str, from: &str, to: &str) {
    let text = fs_err::read_to_string(bed.app().join(path)).unwrap();
    assert!(text.contains(from), "{path} has no {from}");
    bed.put(path, &text.replacen(from, to, 1));
}

/// Adds or replaces a field of a manifest.
fn field(bed: &Bed, path: &str, name: &str, value: &str) {
    let text = fs_err::read_to_string(bed.app().join(path)).unwrap();
    let mut manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    manifest[name] = serde_json::from_str(value).unwrap();
    bed.put(path, &manifest.to_string());
}

fn relevant() -> Vec<Mutation> {
    let mut all = Vec::new();
    for name in presets::javascript_fields() {
        let paths = std::iter::once("package.json".to_owned())
            .chain(MEMBERS.map(|member| format!("{member}/package.json")));
        for path in paths {
            all.push(mutation(
                format!("{path} {name}"),
                format!("{path} {name}"),
                move |bed| {
                    field(bed, &path, name, r#"{"x":"9.9.9"}"#);
                },
            ));
        }
    }
    for script in [
        "preinstall",
        "install",
        "postinstall",
        "prepublish",
        "preprepare",
        "prepare",
        "postprepare",
    ] {
        all.push(mutation(script, format!("scripts.{script}"), move |bed| {
            field(
                bed,
                "package.json",
                "scripts",
                &format!(r#"{{"{script}":"x"}}"#),
            );
        }));
    }
    for script in ["build", "heroku-postbuild", "heroku-prebuild"] {
        all.push(mutation(script, "dev dependencies", move |bed| {
            field(
                bed,
                "package.json",
                "scripts",
                &format!(r#"{{"{script}":"x"}}"#),
            );
        }));
    }
    for member in MEMBERS {
        for own in ["name", "version"] {
            all.push(mutation(
                format!("{member} {own}"),
                format!("{member}/package.json {own}"),
                move |bed| {
                    field(bed, &format!("{member}/package.json"), own, r#""2.0.0""#);
                },
            ));
        }
    }
    for package in 0..25 {
        for (what, from, to) in [
            (
                "version",
                format!("p{package}\":{{\"version\":\"1."),
                format!("p{package}\":{{\"version\":\"2."),
            ),
            (
                "host",
                format!("npm.example/p{package}.tgz"),
                format!("evil.example/p{package}.tgz"),
            ),
            (
                "integrity",
                format!("sha512-{package}\""),
                "sha512-x\"".to_owned(),
            ),
        ] {
            all.push(mutation(
                format!("lock p{package} {what}"),
                "package-lock.json",
                move |bed| {
                    edit(bed, "package-lock.json", &from, &to);
                },
            ));
        }
    }
    for setting in [
        "engine-strict=false",
        "legacy-peer-deps=true",
        "ignore-scripts=true",
        "omit=optional",
        "install-links=true",
        "install-strategy=nested",
        "registry=https://other.example/",
        "@acme:registry=https://acme.example/",
        "strict-peer-deps=true",
        "node-options=--x",
    ] {
        all.push(mutation(
            format!(".npmrc {setting}"),
            ".npmrc",
            move |bed| {
                let text = fs_err::read_to_string(bed.app().join(".npmrc")).unwrap();
                bed.put(".npmrc", &format!("{text}{setting}\n"));
            },
        ));
    }
    all.push(mutation("registry host", ".npmrc", |bed| {
        edit(bed, ".npmrc", "@npm.example", "@npm2.example")
    }));
    all.push(mutation("no .npmrc", ".npmrc", |bed| {
        fs_err::remove_file(bed.app().join(".npmrc")).unwrap()
    }));
    all.push(mutation("the user's .npmrc", "user's .npmrc", |bed| {
        fs_err::write(bed.root().join(".npmrc"), "legacy-peer-deps=true\n").unwrap();
    }));
    for name in [
        "NODE_ENV",
        "CC",
        "CXX",
        "CFLAGS",
        "CXXFLAGS",
        "LDFLAGS",
        "CPPFLAGS",
        "npm_config_registry",
        "NPM_CONFIG_LEGACY_PEER_DEPS",
        "npm_config_ignore_scripts",
        "npm_config_build_from_source",
        "npm_config_arch",
        "npm_config_platform",
        "npm_config_libc",
        "npm_config_target",
        "SHARP_IGNORE_GLOBAL_LIBVIPS",
        "PUPPETEER_SKIP_DOWNLOAD",
        "PLAYWRIGHT_BROWSERS_PATH",
        "CYPRESS_INSTALL_BINARY",
        "PRISMA_ENGINES_MIRROR",
        "ELECTRON_MIRROR",
        "SENTRYCLI_SKIP_DOWNLOAD",
        "npm_config_sharp_binary_host",
    ] {
        all.push(mutation(name, name, move |bed| bed.set(name, "changed")));
    }
    for name in [
        "binding.gyp",
        "schema.prisma",
        ".puppeteerrc.json",
        "puppeteer.config.js",
        ".yarn/patches/x",
    ] {
        let named = if name.starts_with(".yarn") {
            ".yarn/patches"
        } else {
            name
        };
        all.push(mutation(name, named, move |bed| bed.put(name, "{}")));
    }
    all.push(mutation("patch edited", "patches/**", |bed| {
        bed.put("patches/ms+2.0.0.patch", "diff 2")
    }));
    all.push(mutation("patch added", "patches/**", |bed| {
        bed.put("patches/x.patch", "")
    }));
    all.push(mutation("patch gone", "patches/**", |bed| {
        fs_err::remove_dir_all(bed.app().join("patches")).unwrap()
    }));
    all.push(mutation("prisma", "prisma/schema.prisma", |bed| {
        bed.put("prisma/schema.prisma", "model B {}")
    }));
    all.push(mutation("prisma part", "prisma/b.prisma", |bed| {
        bed.put("prisma/b.prisma", "model B {}")
    }));
    all.push(mutation("node", "node", |bed| {
        bed.tool("node", "#!/bin/sh\necho 20.1.1 115\n")
    }));
    all.push(mutation("ABI", "node ABI", |bed| {
        bed.tool("node", "#!/bin/sh\necho 20.1.0 116\n")
    }));
    all.push(mutation("npm", "npm", |bed| {
        bed.tool("npm", "#!/bin/sh\necho 11.0.0\n")
    }));
    all.push(mutation("stack", "distro", |bed| {
        bed.environment.target.distro = "heroku-26".to_owned()
    }));
    all.push(mutation("arch", "arch", |bed| {
        bed.environment.target.arch = "arm64".to_owned()
    }));
    all.push(mutation("os", "arch", |bed| {
        bed.environment.target.os = "windows".to_owned()
    }));
    all.push(mutation("keep dev", "dev dependencies", |bed| {
        bed.set("NPM_CONFIG_PRODUCTION", "false")
    }));
    all
}

fn irrelevant() -> Vec<Mutation> {
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
            edit(bed, "package-lock.json", from, to)
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
            edit(bed, ".npmrc", from, to)
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

#[test]
fn no_relevant_change_is_missed_and_each_is_named() {
    let all = relevant();
    assert!(all.len() >= 200, "{}", all.len());
    let before = inputs(&rich_app());
    for mutation in &all {
        let mut bed = rich_app();
        // The bed's folder is part of HOME and PATH, never of a key.
        (mutation.apply)(&mut bed);
        let changes = before.changes(&inputs(&bed));
        assert!(!changes.is_empty(), "stale hit: {}", mutation.what);
        assert!(
            changes
                .iter()
                .any(|change| change.name.contains(&mutation.named)),
            "{} is not named: {changes:?}",
            mutation.what
        );
    }
}

#[test]
fn no_irrelevant_change_costs_an_install() {
    let all = irrelevant();
    assert!(all.len() >= 100, "{}", all.len());
    let before = inputs(&rich_app());
    for mutation in &all {
        let mut bed = rich_app();
        (mutation.apply)(&mut bed);
        let changes = before.changes(&inputs(&bed));
        assert!(
            changes.is_empty(),
            "{} is a false miss: {changes:?}",
            mutation.what
        );
    }
}
