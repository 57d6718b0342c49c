//! Small files that cost much, odd files, and programs that stay: every verb ends, soon, with an
//! exit code of its own.

use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::builds::compile;
use crate::support::long::is_long;
use crate::support::{BINARY, Ran, Sandbox};

/// Verbs that look at an app.
const VERBS: &[&[&str]] = &[
    &["check", "app"],
    &["check", "app", "--config"],
    &["strip", "app", "--dry-run"],
    &["stack", "--app", "app"],
    &["env", "--app", "app"],
    &["inspect", "app"],
    &["init", "app"],
    &["explain", "cache", "app"],
];

/// Ends as its program does, and writes the most memory that it or a program of its own had at a time, in kB.
const MEASURE: &str = "import resource, subprocess, sys
code = subprocess.run(['timeout', '240', *sys.argv[2:]]).returncode
open(sys.argv[1], 'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)";
/// No hostile input takes more, in kB.
const MOST_MEMORY: u64 = 500_000;

/// Runs it for minutes at most (other tests run beside it) and looks at what it took.
fn run(sandbox: &Sandbox, arguments: &[&str]) -> Ran {
    let peak = sandbox.path("peak");
    let mut command = sandbox.command("python3");
    command.args(["-c", MEASURE]).arg(&peak).arg(BINARY);
    command.args(arguments);
    let ran = Ran::from(command.output().unwrap());
    let is_fine = matches!(ran.code, 0..=3);
    assert!(is_fine, "{arguments:?}: {} {}", ran.code, ran.stderr);
    let peak: u64 = fs_err::read_to_string(peak).unwrap().parse().unwrap();
    assert!(peak < MOST_MEMORY, "{arguments:?}: {peak} kB");
    ran
}

/// Names that are read by more than strip and the audit.
const NAMES: &[&str] = &[
    "Procfile",
    "package.json",
    "app.json",
    "project.toml",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "Gemfile",
    "Gemfile.lock",
    "poetry.lock",
    "uv.lock",
    "Pipfile.lock",
    "requirements.txt",
    "composer.lock",
    "go.mod",
    "Cargo.toml",
    ".gitignore",
    ".slugignore",
    ".buildcache",
    "slugsmith.keep",
];

#[test]
fn links_to_devices_and_pipes_hold_nobody() {
    for odd in ["/dev/zero", "fifo", "/etc/passwd"] {
        let sandbox = Sandbox::new().file("server.js", "1");
        for name in NAMES {
            let path = sandbox.app().join(name);
            if odd == "fifo" {
                Command::new("mkfifo").arg(path).status().unwrap();
            } else {
                symlink(odd, path).unwrap();
            }
        }
        for arguments in VERBS {
            let ran = run(&sandbox, arguments);
            assert!(
                !ran.stdout.contains("root:"),
                "{arguments:?}: {}",
                ran.stdout
            );
        }
        // project.toml alone may end a run; without it the others are reached.
        fs_err::remove_file(sandbox.app().join("project.toml")).unwrap();
        for arguments in VERBS {
            run(&sandbox, arguments);
        }
    }
}

#[test]
fn trees_of_any_depth_are_no_crash() {
    const LONG: usize = 200_000;
    let chain = |begin: &str, part: &str, end: &str| format!("{begin}{}{end}", part.repeat(LONG));
    let sandbox = Sandbox::new()
        .file(
            "package.json",
            r#"{"name":"x","main":"a.js","dependencies":{"p":"1"}}"#,
        )
        .file("Procfile", "web: node a.js\nworker: python w.py\n")
        .file(
            "node_modules/p/package.json",
            r#"{"name":"p","main":"index.js"}"#,
        )
        .file(
            "node_modules/p/index.js",
            chain("module.exports = require('x')", ".b()", ";"),
        )
        .file("requirements.txt", "x==1\n")
        .file("project.toml", "[com.slugsmith.strip]\nlevel = \"trace\"\n")
        // What fits is read: a font as generators write it.
        .file(
            "a.js",
            format!(
                "module.exports = require('p') + {}'b';",
                format!("'{}' +\n", "A".repeat(60)).repeat(8_000)
            ),
        )
        .file("b.js", chain("x = ", "!", "1;"))
        .file("c.ts", chain("x = ", "a ? b : ", "1;"))
        .file("w.py", chain("import x\nx = ", "not ", "1\n"))
        .file("v.py", chain("x = ", "a + ", "1\n"))
        .file("a.rb", chain("x = ", "a + ", "1\n"))
        .file("a.go", chain("package a\nvar x = ", "a + ", "1\n"))
        .file("A.java", chain("class A { int x = ", "a + ", "1; }\n"))
        .file("a.php", chain("<?php $x = ", "$a . ", "1;\n"))
        .file("if.js", chain("if (a) {b()} ", "else if (a) {b()} ", "\n"));
    for arguments in [
        &["check", "app"][..],
        &["strip", "app", "--dry-run"],
        &["init", "app"],
    ] {
        run(&sandbox, arguments);
    }
}

/// What is larger than anything people or tools write is "not read", not gigabytes of memory.
#[test]
fn files_of_a_million_values_are_not_read_into_memory() {
    let lists = format!("[{}1]", "[],".repeat(2_700_000));
    let packages = "[[package]]\nname = \"p\"\nversion = \"1\"\n".repeat(300_000);
    let patterns = "docs/page\n".repeat(500_000);
    for (name, text) in [
        ("package.json", &lists),
        ("package-lock.json", &lists),
        ("composer.lock", &lists),
        ("app.json", &lists),
        ("poetry.lock", &packages),
        ("uv.lock", &packages),
        (".gitignore", &patterns),
        ("slugsmith.keep", &patterns),
        ("project.toml", &packages),
    ] {
        let sandbox = Sandbox::new()
            .file("Procfile", "web: node server.js\n")
            .file("server.js", "1")
            .file(name, text);
        run(&sandbox, &["check", "app"]);
        // It reads as `check` does, which has the bounds.
        if is_long() || name == "package.json" {
            run(&sandbox, &["init", "app"]);
        }
    }
}

/// As in a container that allows a few processes: the kernel gives a few threads and then no more.
#[test]
fn threads_that_cannot_be_had_are_done_without() {
    let sandbox = Sandbox::new()
        .file("Procfile", "web: node server.js\n")
        .file("server.js", "1");
    for arguments in [
        "check app",
        "inspect app",
        "strip app --dry-run",
        "build app",
    ] {
        let script = format!("ulimit -v 3000000; exec {BINARY} {arguments}");
        let mut command = sandbox.command("bash");
        command
            .args(["-c", &script])
            .env("RAYON_NUM_THREADS", "5000");
        let ran = Ran::from(command.output().unwrap());
        assert!(ran.code <= 1, "{arguments}: {} {}", ran.code, ran.stderr);
    }
}

#[test]
fn small_bombs_are_no_crash() {
    let braces = format!("{}b{}\n", "{a,".repeat(100_000), "}".repeat(100_000));
    let doubled: String = (0..28).map(|_| "export A=\"$A$A\"\n").collect();
    let sandbox = Sandbox::new()
        .file("Procfile", "web: node server.js\n")
        .file("server.js", "process.env.A")
        .file("Gemfile", "gem 'rails'\n")
        .file("Gemfile.lock", "GEM\n  specs:\n    rails (7.0.0)\n")
        .file("config/database.yml", "{a: ".repeat(100_000))
        .file(".gitignore", &braces)
        .file(".slugignore", &braces)
        .file(".slugcleanup", format!("{}\n", "{a,b}".repeat(5000)))
        .file(
            "slugsmith.keep",
            format!("{braces}{}", "docs/x\n".repeat(200_000)),
        )
        .file(
            ".profile.d/a.sh",
            format!("export A=0123456789012345678901234567890123456789\n{doubled}export B=$A\n"),
        );
    for arguments in VERBS {
        let ran = run(&sandbox, arguments);
        assert!(ran.stdout.len() < 3_000_000, "{arguments:?}");
    }
    for name in ["Gemfile", "Gemfile.lock"] {
        fs_err::remove_file(sandbox.app().join(name)).unwrap();
    }
    // A build on a laptop copies what git would push, so it reads `.gitignore` as git does.
    fs_err::create_dir(sandbox.app().join(".git")).unwrap();
    run(&sandbox, &["build", "app"]);
    fs_err::remove_dir(sandbox.app().join(".git")).unwrap();
    compile(&sandbox).expect(0);
    let check = sandbox
        .app()
        .join(".profile.d/zz-slugsmith-launch-check.sh");
    let length = fs_err::metadata(check).map_or(0, |metadata| metadata.len());
    assert!(length < 1_000_000, "{length}");
}

/// Reports, lists and archives that the user names: a device, a pipe, a stranger's file.
#[test]
fn what_is_named_without_an_end_fills_no_memory_and_no_disk() {
    let sandbox = Sandbox::new()
        .file("Procfile", "web: node server.js\n")
        .file("server.js", "1");
    let values = sandbox.path("values.json");
    let report = format!(
        r#"{{"schema":"slugsmith.report/1","parts":[{}1]}}"#,
        "[],".repeat(9_000_000)
    );
    fs_err::write(&values, report).unwrap();
    for named in ["/dev/zero", values.to_str().unwrap()] {
        for arguments in [
            &["diff", named, named][..],
            &["check", "app", "--baseline", named],
            &["env", "diff", named, named],
            &["env", "--app", "app", "--base", named],
            &["triage", named],
            &["inspect", named],
        ] {
            run(&sandbox, arguments);
        }
    }
    fs_err::create_dir_all(sandbox.path("tmp")).unwrap();
    for arguments in [["triage", "-"], ["inspect", "-"]] {
        let zeros = fs_err::File::open("/dev/zero").unwrap();
        let mut command = sandbox.command(BINARY);
        command.args(arguments).stdin(zeros.into_parts().0);
        command.env("TMPDIR", sandbox.path("tmp"));
        Ran::from(command.output().unwrap()).expect(2);
    }
    // A log of any length, in a line of any length.
    let begin = "head -c 1500000000 /dev/zero | tr '\\0' x; echo; echo heroku[web.1]: Error R14";
    let script = format!("({begin}) | {BINARY} triage - --format json");
    let mut command = sandbox.command("python3");
    let peak = sandbox.path("peak");
    command
        .args(["-c", MEASURE])
        .arg(&peak)
        .args(["sh", "-c", &script]);
    let ran = Ran::from(command.output().unwrap()).expect(1);
    assert!(ran.stdout.contains("R14"), "{}", ran.stdout);
    let peak: u64 = fs_err::read_to_string(peak).unwrap().parse().unwrap();
    assert!(peak < MOST_MEMORY, "{peak} kB");
}

/// What came on standard input is a copy, too.
#[test]
fn a_signal_removes_an_archive_that_is_still_read() {
    let sandbox = Sandbox::new();
    let tmp = sandbox.path("tmp");
    fs_err::create_dir_all(&tmp).unwrap();
    let mut command = sandbox.command(BINARY);
    command
        .args(["inspect", "-"])
        .env("TMPDIR", &tmp)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut run = command.spawn().unwrap();
    let mut input = run.stdin.take().unwrap();
    std::io::Write::write_all(&mut input, &[0x1f, 0x8b].repeat(256)).unwrap();
    let count = || fs_err::read_dir(&tmp).unwrap().count();
    let mut tries = 0;
    while count() == 0 {
        std::thread::sleep(Duration::from_millis(50));
        tries += 1;
        assert!(tries < 1000, "nothing is read");
    }
    Command::new("kill")
        .arg(run.id().to_string())
        .status()
        .unwrap();
    assert!(!run.wait().unwrap().success());
    assert_eq!(count(), 0);
}

/// The first letter that a signal writes into a shell's prompt is not ours; what we started goes.
#[test]
fn a_signal_ends_the_package_manager_and_removes_the_copy() {
    for signal in ["INT", "TERM", "HUP"] {
        let sandbox = Sandbox::new()
            .program("node", "#!/bin/sh\necho 20.1.0 115\n")
            .program("npm", "#!/bin/sh\ncase \"$*\" in *version*) echo 10.9.3; exit;; esac\necho $$ > \"$HOME/npm\"; \
                trap '' INT; sleep 61 & wait; sleep 61\n")
            .file("package.json", r#"{"name":"shop","dependencies":{"ms":"1"}}"#)
            .file("package-lock.json", r#"{"lockfileVersion":3,"packages":{"":{"dependencies":{"ms":"1"}},
                "node_modules/ms":{"version":"1.0.0"}}}"#);
        fs_err::create_dir_all(sandbox.path("tmp")).unwrap();
        let mut command = sandbox.command(BINARY);
        command
            .args(["build", "app"])
            .env("TMPDIR", sandbox.path("tmp"))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut run = command.spawn().unwrap();
        let npm = sandbox.path("home/npm");
        let mut tries = 0;
        while fs_err::read_to_string(&npm).is_ok_and(|text| text.is_empty()) || !npm.exists() {
            std::thread::sleep(Duration::from_millis(50));
            tries += 1;
            assert!(tries < 1000, "npm never began");
        }
        let process = fs_err::read_to_string(&npm).unwrap();
        Command::new("kill")
            .args([format!("-{signal}"), run.id().to_string()])
            .status()
            .unwrap();
        let status = run.wait().unwrap();
        assert!(!status.success());
        let is_there = Command::new("kill")
            .args(["-0", process.trim()])
            .stderr(Stdio::null())
            .status();
        assert!(!is_there.unwrap().success(), "{signal}: npm is still there");
        let left = fs_err::read_dir(sandbox.path("tmp")).unwrap().count();
        assert_eq!(left, 0, "{signal}");
    }
}

#[test]
fn a_report_that_could_not_be_written_is_no_success() {
    let sandbox = Sandbox::new()
        .file("Procfile", "web: node server.js\n")
        .file("server.js", "1");
    for arguments in [
        &["check", "app"][..],
        &["build", "app"],
        &["check", "app", "--format", "json"],
        &["strip", "app", "--dry-run"],
    ] {
        let full = fs_err::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut command = sandbox.command(BINARY);
        command.args(arguments).stdout(full.into_parts().0);
        let ran = Ran::from(command.output().unwrap());
        assert_eq!(ran.code, 3, "{arguments:?}");
        assert!(ran.stderr.contains("standard output"), "{}", ran.stderr);
    }
}
