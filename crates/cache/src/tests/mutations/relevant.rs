//! Changes that change the tree.

use super::{MEMBERS, Mutation, edit, field, mutation};
use crate::presets;

#[allow(clippy::too_many_lines)] // one line per mutation
pub(crate) fn relevant() -> Vec<Mutation> {
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
        edit(bed, ".npmrc", "@npm.example", "@npm2.example");
    }));
    all.push(mutation("no .npmrc", ".npmrc", |bed| {
        fs_err::remove_file(bed.app().join(".npmrc")).unwrap();
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
    all.push(mutation("patch edited", "patches/ms+2.0.0.patch", |bed| {
        bed.put("patches/ms+2.0.0.patch", "diff 2");
    }));
    all.push(mutation("patch added", "patches/x.patch", |bed| {
        bed.put("patches/x.patch", "");
    }));
    all.push(mutation("patch gone", "patches/ms+2.0.0.patch", |bed| {
        fs_err::remove_dir_all(bed.app().join("patches")).unwrap();
    }));
    all.push(mutation("prisma", "prisma/schema.prisma", |bed| {
        bed.put("prisma/schema.prisma", "model B {}");
    }));
    all.push(mutation("prisma part", "prisma/b.prisma", |bed| {
        bed.put("prisma/b.prisma", "model B {}");
    }));
    all.push(mutation("node", "node", |bed| {
        bed.tool("node", "#!/bin/sh\necho 20.1.1 115\n");
    }));
    all.push(mutation("ABI", "node ABI", |bed| {
        bed.tool("node", "#!/bin/sh\necho 20.1.0 116\n");
    }));
    all.push(mutation("npm", "npm", |bed| {
        bed.tool("npm", "#!/bin/sh\necho 11.0.0\n");
    }));
    all.push(mutation("stack", "distro", |bed| {
        bed.environment.target.distro = "heroku-26".to_owned();
    }));
    all.push(mutation("arch", "arch", |bed| {
        bed.environment.target.arch = "arm64".to_owned();
    }));
    all.push(mutation("os", "arch", |bed| {
        bed.environment.target.os = "windows".to_owned();
    }));
    all.push(mutation("keep dev", "dev dependencies", |bed| {
        bed.set("NPM_CONFIG_PRODUCTION", "false");
    }));
    all
}
