//! Calls of yarn 1 that the companion answers, as `answered` does it with npm. The yarn is the one
//! of the test bed.

use std::path::{Path, PathBuf};

use crate::answered::{Bed, Built, WITH, WITHOUT, WORLDS, World, archive, run};
use crate::look::{copy, write_app};
use crate::support::bed_tool;

/// heroku-buildpack-nodejs 4f394e9, `lib/package_managers/yarn.sh`.
const CLASSIC: &str = "export NODE_ENV=${NODE_ENV:-production}\n\
    export YARN_CACHE_FOLDER=$(mktemp -d) NPM_CONFIG_CACHE=$(mktemp -d)\n\
    export NODE_OPTIONS=${NODE_OPTIONS:---max_old_space_size=2560}\n\
    yarn install --production=false --frozen-lockfile --ignore-engines --prefer-offline 2>&1\nAFTER\n\
    yarn install --frozen-lockfile --ignore-engines --ignore-scripts --prefer-offline 2>&1";
/// heroku/buildpacks-nodejs f56d560, `src/package_managers/yarn.rs`.
const NATIVE: &str = "export YARN_CACHE_FOLDER=$(mktemp -d)\n\
    yarn install --production=false --frozen-lockfile\nAFTER\n\
    yarn install --production --ignore-scripts --frozen-lockfile";

fn bed(world: World) -> Bed {
    let calls = match world {
        World::Classic => CLASSIC,
        World::CloudNative => NATIVE,
    };
    let yarn = bed_tool("yarn-classic");
    Bed::new(
        world,
        &format!("export PATH={}:$PATH\n{calls}", yarn.display()),
    )
}

/// A shop with a workspace, a package with an install script, and one for development.
fn shop(folder: &Path) -> PathBuf {
    let app = folder.join("shop");
    fs_err::create_dir_all(&app).unwrap();
    let till = r#"{"name":"till","version":"1.0.0","bin":{"till":"till.js"},"scripts":{"install":"node make.js"}}"#;
    let make = "require('fs').writeFileSync('made.txt', `${process.env.NODE_ENV} ${process.env.NODE_OPTIONS}`)";
    archive(
        &app,
        "till-1.0.0",
        &[
            ("package.json", till),
            ("make.js", make),
            ("till.js", "#!/usr/bin/env node\n"),
        ],
    );
    let spec = r#"{"name":"spec","version":"1.0.0"}"#;
    archive(&app, "spec-1.0.0", &[("package.json", spec)]);
    let manifest = r#"{"name":"shop","version":"1.0.0","private":true,"workspaces":["parts/*"],
        "dependencies":{"till":"file:packages/till-1.0.0.tgz"},
        "devDependencies":{"spec":"file:packages/spec-1.0.0.tgz"}}"#;
    let files = [
        ("package.json", manifest),
        (
            "parts/desk/package.json",
            r#"{"name":"desk","version":"1.0.0"}"#,
        ),
        ("index.js", "require('till/package.json')\n"),
        ("Procfile", "web: node index.js\n"),
    ];
    write_app(&app, &files);
    lock(&app);
    app
}

fn lock(app: &Path) {
    let yarn = bed_tool("yarn-classic").join("yarn");
    // The user's own holds another archive of the same name and version.
    let downloads = tempfile::tempdir().unwrap();
    let downloads = downloads.path().to_str().unwrap();
    let words = [
        yarn.to_str().unwrap(),
        "install",
        "--ignore-scripts",
        "--cache-folder",
        downloads,
    ];
    run(app, &words);
    for tree in ["node_modules", "parts/desk/node_modules"] {
        let _ = fs_err::remove_dir_all(app.join(tree));
    }
}

fn is_answered(built: &Built) -> bool {
    built.log.contains("`yarn install") && built.log.contains("is unchanged (")
}

#[test]
#[ignore = "real package managers"]
fn an_unchanged_yarn_1_install_is_answered_and_equals_a_clean_one() {
    for world in WORLDS.iter().copied() {
        let folder = tempfile::tempdir().unwrap();
        let app = shop(folder.path());
        let clean = bed(world).build(&app, WITHOUT, &[]);
        assert!(clean.is_good && !clean.made.is_empty(), "{}", clean.log);
        let mut bed = bed(world);
        let first = bed.build(&app, WITH, &[]);
        assert!(
            first.is_good && first.log.contains("kept for the next build"),
            "{}",
            first.log
        );
        assert_eq!(first.made, clean.made, "{world:?}");
        for number in 2..=3 {
            let again = bed.build(&app, WITH, &[]);
            assert!(
                again.is_good && is_answered(&again),
                "{world:?} {number}: {}",
                again.log
            );
            assert_eq!(again.made, clean.made, "{world:?}, build {number}");
            assert_eq!(again.pruned, clean.pruned, "{world:?}, build {number}");
        }
    }
}

#[test]
#[ignore = "real package managers"]
fn what_changes_a_yarn_1_install_is_never_answered_with_the_old_tree() {
    type Variables = &'static [(&'static str, &'static str)];
    type Change = (&'static str, fn(&Path), Variables);
    let changes: &[Change] = &[
        (
            "an archive has other contents",
            |app| {
                let spec = r#"{"name":"spec","version":"1.0.0","x":1}"#;
                archive(app, "spec-1.0.0", &[("package.json", spec)]);
                fs_err::remove_file(app.join("yarn.lock")).unwrap();
                lock(app);
            },
            &[],
        ),
        (
            "a member's dependency",
            |app| {
                let desk = r#"{"name":"desk","version":"1.0.0","dependencies":{"shelf":"1.0.0"}}"#;
                let shelf = r#"{"name":"shelf","version":"1.0.0"}"#;
                write_app(
                    app,
                    &[
                        ("parts/desk/package.json", desk),
                        ("parts/shelf/package.json", shelf),
                    ],
                );
                lock(app);
            },
            &[],
        ),
        (
            "no hoisting by .yarnrc",
            |app| fs_err::write(app.join(".yarnrc"), "--install.ignore-scripts true\n").unwrap(),
            &[],
        ),
        (
            "NODE_ENV, which an install script reads",
            |_| {},
            &[("NODE_ENV", "development")],
        ),
        (
            "a setting of yarn",
            |_| {},
            &[("YARN_IGNORE_SCRIPTS", "true")],
        ),
        (
            "a script of the app",
            |app| {
                let text = fs_err::read_to_string(app.join("package.json")).unwrap();
                let with = text.replace(
                    "\"private\"",
                    "\"scripts\":{\"postinstall\":\"true\"},\"private\"",
                );
                fs_err::write(app.join("package.json"), with).unwrap();
            },
            &[],
        ),
        (
            "settings that name another release",
            |app| fs_err::write(app.join(".yarnrc.yml"), "nodeLinker: node-modules\n").unwrap(),
            &[],
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    let original = shop(folder.path());
    let mut with_cache = bed(World::CloudNative);
    let first = with_cache.build(&original, WITH, &[]);
    assert!(
        first.log.contains("kept for the next build"),
        "{}",
        first.log
    );
    copy(&with_cache.path("layers"), &with_cache.path("layers.first"));
    for (name, change, variables) in changes {
        fs_err::remove_dir_all(with_cache.path("layers")).unwrap();
        copy(&with_cache.path("layers.first"), &with_cache.path("layers"));
        let app = with_cache.path("changed");
        let _ = fs_err::remove_dir_all(&app);
        copy(&original, &app);
        change(&app);
        let clean = bed(World::CloudNative).build(&app, WITHOUT, variables);
        let with = with_cache.build(&app, &WITH[..2], variables);
        assert_eq!(with.is_good, clean.is_good, "{name}: {}", with.log);
        assert!(!is_answered(&with), "{name}: {}", with.log);
        assert_eq!(with.made, clean.made, "{name}: {}", with.log);
        assert_eq!(with.pruned, clean.pruned, "{name}: {}", with.log);
    }
}
