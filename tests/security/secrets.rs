//! No secret in anything that is printed or written, in any form.

use std::path::Path;

use slugsmith::facts::tree::{EntryKind, Tree};

use crate::apps::{CANARY, VARIABLES, with_secrets};
use crate::builds::{cnb, compile};
use crate::support::{BINARY, Ran, Sandbox, listing};

/// Runs the command with all config vars set, as on a developer's machine.
fn run(sandbox: &Sandbox, arguments: &[&str]) -> Ran {
    let mut command = sandbox.command(BINARY);
    command.args(arguments).envs(VARIABLES.iter().copied());
    command.env("SLUGSMITH_LOG", "verbose");
    command.env("SLUGSMITH_CACHE_EXPLAIN", "json");
    let ran = Ran::from(command.output().unwrap());
    assert!(
        ran.code == 0 || ran.code == 1,
        "{arguments:?}: {}",
        ran.stderr
    );
    clean(&format!("{arguments:?}"), &ran.stdout);
    clean(&format!("{arguments:?}"), &ran.stderr);
    ran
}

#[track_caller]
pub(crate) fn clean(what: &str, text: &str) {
    let line = text.lines().find(|line| line.contains(CANARY));
    let line = line.map(|line| line.chars().take(200).collect::<String>());
    assert!(line.is_none(), "{what} shows {line:?}");
}

/// No file below has the canary, also not one that is compressed.
pub(crate) fn clean_files(root: &Path, but: &dyn Fn(&Path) -> bool) {
    for entry in Tree::read(root).entries() {
        if entry.kind() != EntryKind::File || but(entry.path()) {
            continue;
        }
        let content = fs_err::read(root.join(entry.path())).unwrap();
        let name = entry.path().display().to_string();
        clean(&name, &String::from_utf8_lossy(&content));
        let magic = [0x28, 0xb5, 0x2f, 0xfd];
        for (at, _) in content
            .windows(4)
            .enumerate()
            .filter(|(_, four)| *four == magic)
        {
            if let Ok(text) = zstd::stream::decode_all(&content[at..]) {
                clean(&name, &String::from_utf8_lossy(&text));
            }
        }
    }
}

/// Whatever a verb starts has the app's own variables, and none that only a shared store needs.
#[test]
fn nothing_that_is_started_gets_the_credentials_of_a_store() {
    let tells = "#!/bin/sh\nenv > \"$HOME/given-$$\"\ncase $1 in --version) echo 10.9.3;; *) echo 20.1.0 115;; esac\n";
    let sandbox = Sandbox::new()
        .program("npm", tells)
        .program("node", tells)
        .file(
            "package.json",
            r#"{"name":"shop","scripts":{"start":"node index.js"}}"#,
        )
        .file(
            "package-lock.json",
            r#"{"lockfileVersion":3,"packages":{}}"#,
        )
        .file("index.js", "")
        .file("Procfile", "web: node index.js\n");
    for arguments in [
        &["build", "app", "--cache", "cache"][..],
        &["check", "app"],
        &["check", "app", "--build"],
        &["init", "app"],
        &["boot", "app"],
        &["inspect", "app"],
        &["explain", "npm", "app"],
        &["strip", "app", "--prove"],
        &["strip", "record", "--", "node", "index.js"],
        &["strip", "app"],
        &["fleet", "reports"],
    ] {
        let mut command = sandbox.command(BINARY);
        command.args(arguments).env("SLUGSMITH_STORE_URL", "store");
        command.envs(slugsmith::store::PRIVATE.iter().map(|name| (name, CANARY)));
        let ran = Ran::from(command.output().unwrap());
        clean(
            &format!("{arguments:?}"),
            &format!("{}{}", ran.stdout, ran.stderr),
        );
    }
    let home = sandbox.path("home");
    assert!(Tree::read(&home).totals().files > 0, "nothing was started");
    clean_files(&home, &|_| false);
}

#[test]
fn every_verb_and_every_form_keeps_secrets() {
    let sandbox = with_secrets();
    let before = sandbox.path("before.json");
    let before = before.to_str().unwrap();
    run(
        &sandbox,
        &["check", "app", "--format", "json", "--output", before],
    );
    for arguments in [
        &["check", "app"][..],
        &["check", "app", "--format", "json"],
        &["check", "app", "--format", "sarif"],
        &["check", "app", "--format", "github"],
        &["check", "app", "--format", "gitlab"],
        &["check", "app", "--format", "markdown"],
        &["check", "app", "--config"],
        &["check", "app", "--config", "--format", "json"],
        &["check", "app", "--fix-plan"],
        &["check", "app", "--baseline", before],
        &["inspect", "app"],
        &["inspect", "app", "--format", "json"],
        &["inspect", "app", "--format", "markdown"],
        &["inspect", "app", "--format", "html"],
        &["diff", before, before],
        &["diff", before, before, "--format", "markdown"],
        &["strip", "app", "--dry-run"],
        &["strip", "app", "--dry-run", "--format", "json"],
        &["env", "--app", "app"],
        &["env", "--app", "app", "--format", "json"],
        &["env", "--app", "app", "--why", "API_TOKEN"],
        &["env", "--app", "app", "--why", "DATABASE_URL"],
        &["env", "--app", "app", "--process", "web", "--exports"],
        &["which", "node", "--app", "app"],
        &["explain", "cache", "app"],
        &["explain", "cache", "app", "--format", "json"],
        &["init", "app"],
    ] {
        run(&sandbox, arguments);
    }
    for form in ["text", "json", "html", "mermaid", "dot"] {
        run(&sandbox, &["stack", "--app", "app", "--format", form]);
        run(
            &sandbox,
            &["stack", "--app", "app", "--verbose", "--format", form],
        );
    }
    clean_files(&sandbox.path(""), &|path| !path.starts_with("before.json"));
}

/// A patch has lines of the file in it; one with a secret needs to be asked for.
#[test]
fn a_patch_shows_secrets_only_where_it_is_asked_to() {
    let sandbox = Sandbox::new()
        .file("Procfile", "web: node server.js\n")
        .file("package.json", r#"{"name":"shop","dependencies":{}}"#)
        .file("server.js", "const key = process.env.NEEDED.trim();\n")
        .file(
            "app.json",
            "{\n  \"env\": {\n    \"API_TOKEN\": {\n      \"description\": \"x\",\n      \"value\": \
             \"TELLTALE0123456789abcdef\"\n    },\n    \"SESSION_SECRET\": \"TELLTALE0123456789abcdef\"\n  }\n}\n",
        );
    let left_out = run(&sandbox, &["check", "app", "--fix-plan"]).stdout;
    assert!(
        left_out.contains("app.json: secret-committed"),
        "{left_out}"
    );
    assert!(left_out.contains("--show-secrets"), "{left_out}");
    let mut command = sandbox.command(BINARY);
    command.args(["check", "app", "--fix-plan", "--show-secrets"]);
    let shown = Ran::from(command.output().unwrap()).expect(0).stdout;
    assert!(
        shown.contains("+++ b/app.json") && shown.contains(CANARY),
        "{shown}"
    );
}

/// Lockfiles that name packages by the place they come from, user name and password included.
#[test]
fn no_lockfile_gives_its_credentials_away() {
    let address = "git+https://user:TELLTALE@git.example/left-pad.git";
    let manifest = format!(r#"{{"name":"shop","dependencies":{{"left-pad":"{address}"}}}}"#);
    let lock = |commit: &str| {
        [
            (
                "package-lock.json",
                format!(
                    r#"{{"lockfileVersion":1,"dependencies":{{
                        "left-pad":{{"version":"{address}#{commit}","from":"{address}"}}}}}}"#
                ),
            ),
            (
                "pnpm-lock.yaml",
                format!(
                    "lockfileVersion: '9.0'\n\nimporters:\n  .:\n    dependencies:\n      left-pad:\n        \
                        specifier: {address}\n        version: {address}#{commit}\n\npackages:\n\n  \
                        left-pad@{address}#{commit}:\n    resolution: {{commit: {commit}, repo: \
                        https://user:TELLTALE@git.example/left-pad.git, type: git}}\n    version: 1.3.0\n"
                ),
            ),
            (
                "requirements.txt",
                format!("{address}@{commit}\nhttps://user:TELLTALE@h.example/a-{commit}.whl\n"),
            ),
            (
                "bun.lock",
                format!(
                    r#"{{"lockfileVersion":1,"workspaces":{{"":{{"dependencies":{{"left-pad":"{address}"}}}}}},
                        "packages":{{"left-pad":["left-pad@{address}#{commit}",{{}},"{commit}"]}}}}"#
                ),
            ),
        ]
    };
    let one = "a".repeat(40);
    for (number, (name, text)) in lock(&one).into_iter().enumerate() {
        let tool = "#!/bin/sh\ncase \"$*\" in *version*|-v) echo 10.9.3; exit;; -c*) echo 3.11.2 cpython-311 /usr; \
            exit;; -p*) echo 20.1.0 115; exit;; esac\nmkdir -p node_modules/left-pad; echo 1 > \
            node_modules/left-pad/index.js\n";
        let mut sandbox = Sandbox::new()
            .file("Procfile", "web: node server.js\n")
            .file("server.js", "1");
        for program in ["node", "npm", "pnpm", "bun", "python3", "pip"] {
            sandbox = sandbox.program(program, tool);
        }
        if name != "requirements.txt" {
            sandbox = sandbox.file("package.json", &manifest);
        }
        let sandbox = sandbox.file(name, text);
        for form in ["text", "json", "sarif", "github", "gitlab", "markdown"] {
            run(&sandbox, &["check", "app", "--format", form]);
        }
        for commit in [&one, &"b".repeat(40)] {
            let (_, text) = lock(commit).into_iter().nth(number).unwrap();
            fs_err::write(sandbox.app().join(name), text).unwrap();
            let mut command = sandbox.command(BINARY);
            let ran = Ran::from(command.args(["build", "app"]).output().unwrap());
            clean(name, &ran.stdout);
            clean(name, &ran.stderr);
            compile(&sandbox);
            let _ = fs_err::remove_dir_all(sandbox.app().join("node_modules"));
        }
        clean_files(&sandbox.path("cache"), &is_packed_tree);
    }
}

/// Whatever a variable is called: the user says that it counts, and its value is no secret's twin.
#[test]
fn every_variable_that_is_an_input_counts() {
    let names = [
        "NEXT_PUBLIC_API_KEY",
        "AUTH_DOMAIN",
        "PUBLIC_EMAIL",
        "SITE",
        "DEPLOY_PIN",
    ];
    let sandbox = Sandbox::new()
        .program("make", "#!/bin/sh\nmkdir -p out; echo $SITE > out/made\n")
        .file("Procfile", "web: x\n")
        .file(
            "project.toml",
            format!(
                "[[com.slugsmith.cache]]\nname = \"m\"\npaths = [\"out\"]\nrun = \"make\"\nenv \
            = {names:?}\n"
            ),
        );
    for name in names {
        fs_err::write(sandbox.path("env").join(name), "1234").unwrap();
    }
    let build = || {
        let ran = compile(&sandbox).expect(0);
        fs_err::remove_dir_all(sandbox.app().join("out")).unwrap();
        ran.stdout
    };
    assert!(build().contains("MISS"));
    assert!(build().contains("HIT"));
    for name in names {
        fs_err::write(sandbox.path("env").join(name), "4321").unwrap();
        let log = build();
        assert!(log.contains(&format!("MISS, {name} changed")), "{log}");
        assert!(build().contains("HIT"));
    }
    let digest = format!("{:.32}", blake3::hash(b"4321").to_hex().as_str());
    let toml = fs_err::read_to_string(sandbox.path("cache/slugsmith/cache-m.toml")).unwrap();
    assert!(!toml.contains(&digest), "{toml}");
}

/// What is not stored: the packed tree is the app's own, and says what npm wrote into it.
fn is_packed_tree(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "frames")
}

#[test]
fn the_embedded_build_keeps_secrets() {
    let sandbox = with_secrets();
    let report = sandbox.path("report.json");
    for _ in 0..2 {
        run(
            &sandbox,
            &["build", "app", "--json", report.to_str().unwrap()],
        );
    }
    clean_files(&sandbox.path("cache"), &is_packed_tree);
    clean("report.json", &fs_err::read_to_string(report).unwrap());
}

#[test]
fn a_classic_build_keeps_secrets() {
    let sandbox = with_secrets();
    let own = listing(&sandbox.app());
    for _ in 0..2 {
        let ran = compile(&sandbox);
        clean("compile", &ran.stdout);
        clean("compile", &ran.stderr);
    }
    clean_files(&sandbox.path("cache"), &is_packed_tree);
    clean_files(&sandbox.app(), &|path| {
        path.starts_with("node_modules") || own.iter().any(|(known, _)| known == path)
    });
}

#[test]
fn a_cloud_native_build_keeps_secrets() {
    let sandbox = with_secrets();
    for _ in 0..2 {
        let (ran, layers) = cnb(&sandbox);
        clean("build", &ran.stdout);
        clean("build", &ran.stderr);
        clean_files(&layers, &is_packed_tree);
    }
}
