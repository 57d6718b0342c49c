//! The second law behind other buildpacks: a call that the companion answers leaves what the same
//! call makes. Real package managers on packages that are in the app, so that no network is needed;
//! the buildpack between the companion and ours makes the calls of an official one.
//! They need npm: `cargo test --workspace --test neighbours -- --ignored`, or `scripts/test pack`.

mod bed;

use std::path::{Path, PathBuf};

use crate::look::{copy, write_app};

pub(crate) use bed::{Bed, Built, WITH, WITHOUT, WORLDS, World, archive, run};

/// heroku-buildpack-nodejs 4f394e9, `lib/package_managers/npm.sh`, `lib/environment.sh` and
/// `bin/compile`, which makes a new folder for downloads of each package manager.
const CLASSIC_NPM: &str = "export NPM_CONFIG_LOGLEVEL=error NODE_ENV=${NODE_ENV:-production} \
    NPM_CONFIG_CACHE=$(mktemp -d) YARN_CACHE_FOLDER=$(mktemp -d) PNPM_CONFIG_CACHE=$(mktemp -d)\n\
    npm ci --production=false --userconfig \"$APP/.npmrc\" --unsafe-perm 2>&1\nAFTER\n\
    npm prune --userconfig \"$APP/.npmrc\" 2>&1";
/// heroku/buildpacks-nodejs f56d560, `src/package_managers/npm.rs`.
const NATIVE_NPM: &str = "npm ci\nAFTER\nnpm prune";

/// A shop with a package that has an install script, one with a program, and one for development.
fn shop(folder: &Path) -> PathBuf {
    let app = folder.join("shop");
    fs_err::create_dir_all(&app).unwrap();
    archive(
        &app,
        "till-1.0.0",
        &[
            (
                "package.json",
                r#"{"name":"till","version":"1.0.0","scripts":{"install":"node make.js"}}"#,
            ),
            (
                "make.js",
                "require('fs').writeFileSync('made.txt', `${process.env.NODE_ENV} ${process.env.npm_config_till}`)",
            ),
        ],
    );
    archive(
        &app,
        "scan-1.0.0",
        &[
            (
                "package.json",
                r#"{"name":"scan","version":"1.0.0","bin":{"scan":"scan.js"}}"#,
            ),
            ("scan.js", "#!/usr/bin/env node\nconsole.log('scan')\n"),
        ],
    );
    archive(
        &app,
        "spec-1.0.0",
        &[("package.json", r#"{"name":"spec","version":"1.0.0"}"#)],
    );
    manifest(&app, "", "1.0.0");
    fs_err::write(app.join("index.js"), "require('till/package.json')\n").unwrap();
    fs_err::write(app.join("Procfile"), "web: node index.js\n").unwrap();
    app
}

/// Writes package.json with more fields, and a lockfile that fits.
fn manifest(app: &Path, more: &str, scan: &str) {
    let text = format!(
        r#"{{"name":"shop","version":"1.0.0","private":true,{more}
        "dependencies":{{"till":"file:packages/till-1.0.0.tgz","scan":"file:packages/scan-{scan}.tgz"}},
        "devDependencies":{{"spec":"file:packages/spec-1.0.0.tgz"}}}}"#
    );
    fs_err::write(app.join("package.json"), text).unwrap();
    let _ = fs_err::remove_file(app.join("package-lock.json"));
    run(
        app,
        &[
            "npm",
            "install",
            "--package-lock-only",
            "--offline",
            "--no-audit",
        ],
    );
}

fn npm(world: World) -> Bed {
    Bed::new(
        world,
        match world {
            World::Classic => CLASSIC_NPM,
            World::CloudNative => NATIVE_NPM,
        },
    )
}

#[test]
#[ignore = "real package managers"]
fn an_unchanged_npm_install_is_answered_and_equals_a_clean_one() {
    for world in WORLDS.iter().copied() {
        let folder = tempfile::tempdir().unwrap();
        let app = shop(folder.path());
        let clean = npm(world).build(&app, WITHOUT, &[]);
        assert!(clean.is_good && !clean.made.is_empty(), "{}", clean.log);
        let mut bed = npm(world);
        let first = bed.build(&app, WITH, &[]);
        assert!(first.is_good, "{}", first.log);
        assert!(
            first.log.contains("runs: MISS, first build"),
            "{}",
            first.log
        );
        assert!(
            first.log.contains("kept for the next build"),
            "{}",
            first.log
        );
        for number in 2..=3 {
            let again = bed.build(&app, WITH, &[]);
            assert!(again.is_good, "{}", again.log);
            assert!(
                again.is_answered(),
                "{world:?}, build {number}: {}",
                again.log
            );
            assert!(
                again.log.contains("whose call slugsmith/restore answered"),
                "{}",
                again.log
            );
            assert_eq!(again.made, clean.made, "{world:?}, build {number}");
            assert_eq!(again.pruned, clean.pruned, "{world:?}, build {number}");
        }
    }
}

/// One thing about an app or its build that changes.
struct Mutation {
    name: &'static str,
    change: fn(&Path),
    variables: &'static [(&'static str, &'static str)],
}

const MUTATIONS: &[Mutation] = &[
    Mutation {
        name: "a dependency is another version",
        change: |app| {
            archive(
                app,
                "scan-1.1.0",
                &[
                    (
                        "package.json",
                        r#"{"name":"scan","version":"1.1.0","bin":{"scan":"scan.js"}}"#,
                    ),
                    ("scan.js", "#!/usr/bin/env node\nconsole.log('scan 1.1')\n"),
                ],
            );
            manifest(app, "", "1.1.0");
        },
        variables: &[],
    },
    Mutation {
        name: "an archive of the same name has other contents",
        change: |app| {
            archive(
                app,
                "spec-1.0.0",
                &[("package.json", r#"{"name":"spec","version":"1.0.0","x":1}"#)],
            );
            manifest(app, "", "1.0.0");
        },
        variables: &[],
    },
    Mutation {
        name: ".npmrc leaves out dev dependencies",
        change: |app| fs_err::write(app.join(".npmrc"), "omit=dev\n").unwrap(),
        variables: &[],
    },
    Mutation {
        name: ".npmrc runs no scripts",
        change: |app| fs_err::write(app.join(".npmrc"), "ignore-scripts=true\n").unwrap(),
        variables: &[],
    },
    Mutation {
        name: "a setting that an install script reads",
        change: |app| fs_err::write(app.join(".npmrc"), "till=open\n").unwrap(),
        variables: &[],
    },
    Mutation {
        name: "NODE_ENV",
        change: |_| {},
        variables: &[("NODE_ENV", "development")],
    },
    Mutation {
        name: "a variable of npm",
        change: |_| {},
        variables: &[("NPM_CONFIG_OMIT", "dev")],
    },
    Mutation {
        name: "a postinstall script",
        change: |app| {
            manifest(
                app,
                r#""scripts":{"postinstall":"echo $RANDOM > node_modules/till/post.txt; exit 0"},"#,
                "1.0.0",
            );
        },
        variables: &[],
    },
    Mutation {
        name: "a workspace",
        change: |app| {
            write_app(
                &app.join("lib"),
                &[("package.json", r#"{"name":"lib","version":"1.0.0"}"#)],
            );
            manifest(app, r#""workspaces":["lib"],"#, "1.0.0");
        },
        variables: &[],
    },
    Mutation {
        name: "a lockfile that does not fit",
        change: |app| {
            let text = fs_err::read_to_string(app.join("package.json")).unwrap();
            fs_err::write(
                app.join("package.json"),
                text.replace("\"devDep", "\"optionalDep"),
            )
            .unwrap();
        },
        variables: &[],
    },
];

/// The store as the first build left it is the start of each.
fn mutate(world: World, original: &Path, mutations: &[&Mutation]) {
    let mut bed = npm(world);
    assert!(
        bed.build(original, WITH, &[])
            .log
            .contains("kept for the next build")
    );
    for name in ["cache", "layers"] {
        copy(&bed.path(name), &bed.path(&format!("{name}.first")));
    }
    for mutation in mutations {
        let name = format!("{world:?}, {}", mutation.name);
        for name in ["cache", "layers"] {
            fs_err::remove_dir_all(bed.path(name)).unwrap();
            copy(&bed.path(&format!("{name}.first")), &bed.path(name));
        }
        let app = bed.path("changed");
        let _ = fs_err::remove_dir_all(&app);
        copy(original, &app);
        (mutation.change)(&app);
        let clean = npm(world).build(&app, WITHOUT, mutation.variables);
        let with = bed.build(&app, &WITH[..2], mutation.variables);
        assert_eq!(with.is_good, clean.is_good, "{name}: {}", with.log);
        assert!(!with.is_answered(), "{name}: {}", with.log);
        if mutation.name != "a postinstall script" {
            assert_eq!(with.made, clean.made, "{name}: {}", with.log);
            assert_eq!(with.pruned, clean.pruned, "{name}: {}", with.log);
        }
    }
}

#[test]
#[ignore = "real package managers"]
fn what_changes_an_npm_install_is_never_answered_with_the_old_tree() {
    let folder = tempfile::tempdir().unwrap();
    let original = shop(folder.path());
    let all: Vec<_> = MUTATIONS.iter().collect();
    mutate(World::CloudNative, &original, &all);
    let of_the_build = ["NODE_ENV", ".npmrc leaves out dev dependencies"];
    let some: Vec<_> = MUTATIONS
        .iter()
        .filter(|one| of_the_build.contains(&one.name))
        .collect();
    mutate(World::Classic, &original, &some);
}

#[test]
#[ignore = "real package managers"]
fn what_changes_no_install_is_answered() {
    for world in WORLDS.iter().copied() {
        let folder = tempfile::tempdir().unwrap();
        let app = shop(folder.path());
        let mut bed = npm(world);
        bed.build(&app, WITH, &[]);
        fs_err::write(app.join("index.js"), "// changed\n").unwrap();
        fs_err::write(app.join(".npmrc"), "loglevel=warn\n").unwrap();
        let text = fs_err::read_to_string(app.join("package.json")).unwrap();
        fs_err::write(
            app.join("package.json"),
            text.replace("\"1.0.0\",\"private", "\"2.0.0\",\"private"),
        )
        .unwrap();
        let again = bed.build(&app, WITH, &[]);
        assert!(again.is_answered(), "{world:?}: {}", again.log);
    }
}

#[test]
#[ignore = "real package managers"]
fn it_can_be_switched_off() {
    for world in WORLDS.iter().copied() {
        let folder = tempfile::tempdir().unwrap();
        let app = shop(folder.path());
        let mut bed = npm(world);
        bed.build(&app, WITH, &[]);
        let off = bed.build(&app, WITH, &[("SLUGSMITH_INTERCEPT", "off")]);
        assert!(
            off.is_good && !off.log.lines().any(|line| line.starts_with("slugsmith: ")),
            "{}",
            off.log
        );
        fs_err::write(
            app.join("project.toml"),
            "[_]\nschema-version = \"0.2\"\n[[com.slugsmith.cache]]\nintercept = false\n",
        )
        .unwrap();
        let off = bed.build(&app, WITH, &[]);
        assert!(
            off.is_good && !off.log.lines().any(|line| line.starts_with("slugsmith: ")),
            "{}",
            off.log
        );
        assert!(!off.log.contains("Answers unchanged"), "{}", off.log);
    }
}

#[test]
#[ignore = "real package managers"]
fn a_call_of_another_form_runs_as_it_is() {
    for (call, why) in [
        (
            "npm ci --no-bin-links",
            "its option --no-bin-links is not known",
        ),
        ("npm ci --prefix .", "its option --prefix is not known"),
        ("npm ci && npm ci", "was called before in this build"),
        (
            "mkdir -p node_modules/x && npm install",
            "node_modules is there already",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let app = shop(folder.path());
        let mut bed = Bed::new(World::CloudNative, call);
        let ran = bed.build(&app, WITH, &[("SLUGSMITH_LOG", "verbose")]);
        assert!(ran.is_good && ran.log.contains(why), "{call}: {}", ran.log);
        let ran = bed.build(&app, WITH, &[]);
        assert!(ran.is_good, "{call}: {}", ran.log);
        if !call.contains("&& npm ci") {
            assert!(!ran.is_answered(), "{call}: {}", ran.log);
        }
    }
}

#[test]
#[ignore = "real package managers"]
fn an_install_that_writes_elsewhere_is_not_kept() {
    for (place, why) in [
        (
            "process.env.HOME + '/.cache/browser'",
            "wrote outside of the app: ~/.cache/browser",
        ),
        (
            "process.env.INIT_CWD + '/made.js'",
            "changed files of the app: made.js is new",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let app = shop(folder.path());
        let make = format!(
            "const fs=require('fs');const to={place};fs.mkdirSync(require('path').dirname(to),{{recursive:true}});\
             fs.writeFileSync(to,'x')"
        );
        archive(
            &app,
            "till-1.0.0",
            &[
                (
                    "package.json",
                    r#"{"name":"till","version":"1.0.0","scripts":{"install":"node make.js"}}"#,
                ),
                ("make.js", &make),
            ],
        );
        manifest(&app, "", "1.0.0");
        let mut bed = npm(World::CloudNative);
        let ran = bed.build(&app, WITH, &[]);
        assert!(ran.is_good && ran.log.contains(why), "{}", ran.log);
        assert!(!bed.build(&app, WITH, &[]).is_answered());
    }
}
