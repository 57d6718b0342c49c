//! Nothing of an app runs unless the app is being built, whatever folder one is in.

use std::os::unix::fs::PermissionsExt;

use crate::support::{BINARY, Sandbox};

/// What looks at an app, from within it. `boot`, `build` and `strip` without `--dry-run` are asked to do something.
const LOOKING: &[&[&str]] = &[
    &["init", "."],
    &["explain", "cache", "."],
    &["check", "."],
    &["check", ".", "--config"],
    &["check", ".", "--format", "sarif"],
    &["check", ".", "--fix-plan"],
    &["stack", "--format", "json"],
    &["env", "--process", "web"],
    &["env", "--why", "PATH"],
    &["which", "node"],
    &["inspect", "."],
    &["inspect", ".", "--format", "html"],
    &["strip", ".", "--dry-run"],
    &["strip", ".", "--explain", "app.py"],
    &["diff", "before.json", "before.json"],
    &["triage", "log"],
    &["fleet", "."],
    &["completions", "bash"],
    &["man"],
];

/// An app with code, of any language, where tools look for their settings, and programs with the names of tools.
fn app() -> Sandbox {
    let python =
        "open(__import__('os').path.join(__import__('os').path.dirname(__file__), 'RAN'), 'w')\n";
    let ruby = "File.write(File.join(__dir__, 'RAN'), '')\n";
    let node = "require('fs').writeFileSync(__dirname + '/RAN', '')\n";
    let mut sandbox = Sandbox::new()
        .file("go.mod", "module x\n\ngo 1.20\n\ntoolchain go1.20.99\n")
        .file(".yarnrc.yml", "yarnPath: ./evil.js\n")
        .file(".pnpmfile.cjs", node)
        .file(
            ".npmrc",
            "script-shell=./evil\nnode-options=--require ./evil.js\n",
        )
        .file("evil.js", node)
        .file("yarn.lock", "")
        .file("requirements.txt", "flask==1.0\n")
        .file("Gemfile", ruby)
        .file("Gemfile.lock", "GEM\n  specs:\n\nDEPENDENCIES\n")
        .file("config/application.rb", ruby)
        .file(
            "composer.json",
            r#"{"scripts":{"post-install-cmd":"touch RAN"}}"#,
        )
        .file("build.gradle", "new File('RAN').createNewFile()\n")
        .file(
            "build.sbt",
            "val x = { new java.io.File(\"RAN\").createNewFile() }\n",
        )
        .file("mix.exs", "File.touch(\"RAN\")\n")
        .file(
            "build.rs",
            "fn main() { std::fs::write(\"RAN\", \"\").unwrap() }\n",
        )
        .file(
            "Cargo.toml",
            "[package]\nname = \"x\"\nversion = \"0.1.0\"\n",
        )
        .file(
            "package.json",
            r#"{"name":"x","packageManager":"yarn@4.0.0","scripts":{"preinstall":"touch RAN"}}"#,
        )
        .file("app.py", "import flask\n")
        .file(
            ".profile.d/a.sh",
            "touch RAN; export A=$(touch RAN; echo a)\n",
        )
        .file("Procfile", "web: python app.py\nrelease: touch RAN\n")
        .file("before.json", r#"{"schema":"slugsmith.report/1"}"#)
        .file("log", "at=error code=R14 desc=\"Memory quota exceeded\"\n");
    for module in [
        "platform",
        "sys",
        "site",
        "os",
        "setup",
        "sitecustomize",
        "conftest",
    ] {
        sandbox = sandbox.file(&format!("{module}.py"), python);
    }
    for tool in [
        "evil", "git", "node", "npm", "python3", "ruby", "gradlew", "mvnw", "docker",
    ] {
        sandbox = sandbox.file(tool, "#!/bin/sh\ntouch \"$(dirname \"$0\")/RAN\"\n");
        let mode = std::fs::Permissions::from_mode(0o755);
        fs_err::set_permissions(sandbox.app().join(tool), mode).unwrap();
    }
    sandbox
}

#[test]
fn looking_at_an_app_runs_nothing_of_it() {
    let sandbox = app();
    for arguments in LOOKING {
        let mut command = sandbox.command(BINARY);
        command.current_dir(sandbox.app()).args(*arguments);
        command.env("PYTHONPATH", sandbox.app());
        command.env("NODE_OPTIONS", "--require ./evil.js");
        command.output().unwrap();
        assert!(!sandbox.app().join("RAN").exists(), "{arguments:?}");
    }
}

/// The same by the kernel's word: what is started is a tool on PATH, outside of the app, and no network is asked.
#[test]
#[ignore = "needs strace; scripts/test runs it"]
fn system_calls_of_looking_start_no_program_of_the_app() {
    let sandbox = app();
    let log = sandbox.path("calls");
    for arguments in LOOKING {
        let mut command = sandbox.command("strace");
        command
            .args(["-f", "-e", "trace=execve,execveat,chdir,socket", "-o"])
            .arg(&log)
            .arg(BINARY)
            .args(*arguments)
            .current_dir(sandbox.app());
        assert!(command.output().is_ok(), "strace is needed");
        let calls = fs_err::read_to_string(&log).unwrap();
        let app = sandbox.app().display().to_string();
        let started = calls.lines().filter(|line| line.contains("execve"));
        let started: Vec<_> = started.skip(1).collect();
        let asks = matches!(arguments[0], "init" | "explain");
        assert!(asks || started.is_empty(), "{arguments:?}: {started:?}");
        let is_of_app = |call: &&&str| call.contains(&app) || !call.contains("(\"/");
        assert_eq!(started.iter().find(is_of_app), None, "{arguments:?}");
        let outside = calls.lines().filter(|line| line.contains("chdir(\"/\""));
        let first = started.iter().filter(|call| call.contains(") = 0")).count();
        assert!(outside.count() >= usize::from(first > 0), "{arguments:?}");
        assert!(!calls.contains("AF_INET"), "{arguments:?}");
    }
}
