//! `slugsmith check`: options, what counts beside a baseline, and sizes without dependencies.

use serde_json::Value;

use crate::support::{BINARY, Ran, Sandbox};

/// An app with one error and one package that is not installed.
fn app() -> Sandbox {
    Sandbox::new()
        .file(
            "package.json",
            r#"{"name":"a","version":"1.0.0","engines":{"node":"24.x"},"dependencies":{"ms":"2.1.3"}}"#,
        )
        .file(
            "package-lock.json",
            r#"{"name":"a","version":"1.0.0","lockfileVersion":3,"packages":{
                "":{"name":"a","version":"1.0.0","dependencies":{"ms":"2.1.3"}},
                "node_modules/ms":{"version":"2.1.3"}}}"#,
        )
        .file("Procfile", "web: node a.js\n")
        .file("a.js", "require('http').createServer(require('ms')).listen(3000);\n")
}

fn rules(sandbox: &Sandbox, options: &[&str], code: i32) -> Vec<String> {
    let mut arguments = vec!["check", "app", "--format", "json"];
    arguments.extend(options);
    let report: Value =
        serde_json::from_str(&sandbox.slugsmith(&arguments).expect(code).stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["level"] != "info")
        .map(|finding| finding["rule"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn options_choose_rules_and_what_counts() {
    let sandbox = app();
    let port = "port-not-from-environment";
    assert_eq!(rules(&sandbox, &["--rule", port], 1), [port]);
    assert!(!rules(&sandbox, &["--ignore", port], 0).contains(&port.to_owned()));
    assert!(rules(&sandbox, &["--fail-on", "never"], 0).contains(&port.to_owned()));
    let wrong = sandbox
        .slugsmith(&["check", "app", "--rule", "ports"])
        .expect(2);
    assert!(
        wrong.stderr.contains("no rule of the audit"),
        "{}",
        wrong.stderr
    );
    let listed = sandbox.slugsmith(&["check", "--list-rules"]).expect(0);
    assert!(listed.stdout.contains(port), "{}", listed.stdout);
}

#[test]
fn sources_without_their_dependencies_are_not_within() {
    let sandbox = app();
    let log = sandbox.slugsmith(&["check", "app"]).expect(1).stdout;
    assert!(
        log.contains("Sources only:") && !log.contains("within"),
        "{log}"
    );
    let json = sandbox
        .slugsmith(&["check", "app", "--format", "json"])
        .expect(1)
        .stdout;
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["budget"]["verdict"], "sources-only");
    let sandbox = sandbox.file("node_modules/ms/index.js", "module.exports = () => {};\n");
    let log = sandbox.slugsmith(&["check", "app"]).expect(1).stdout;
    assert!(log.contains("within 300 MB"), "{log}");
}

/// The command on a machine that has no package manager.
fn without_tools(sandbox: &Sandbox, arguments: &[&str]) -> Ran {
    let mut command = sandbox.command(BINARY);
    command.env("PATH", sandbox.path("bin")).args(arguments);
    Ran::from(command.output().unwrap())
}

/// Apps whose dependencies nobody installs here, or that can't be installed: by name, with files.
const BARE: &[(&str, &[(&str, &str)])] = &[
    (
        "deno",
        &[
            ("deno.json", "{\"imports\":{\"oak\":\"jsr:@oak/oak@17\"}}"),
            ("main.ts", "import 'oak';"),
        ],
    ),
    (
        "dotnet",
        &[(
            "shop.csproj",
            "<Project Sdk=\"Microsoft.NET.Sdk.Web\"></Project>",
        )],
    ),
    ("elixir", &[("mix.exs", "defmodule Demo do\nend\n")]),
    (
        "npm without its tool",
        &[("package.json", "{\"dependencies\":{\"ms\":\"2\"}}")],
    ),
    (
        "pip without its tool",
        &[("requirements.txt", "flask==3.0.0\n")],
    ),
    (
        "go without its tool",
        &[
            ("go.mod", "module x\ngo 1.26\n"),
            ("main.go", "package main\nfunc main() {}\n"),
        ],
    ),
    ("a manifest that can't be read", &[("package.json", "{")]),
    (
        "the root of a monorepo",
        &[("web/package.json", "{\"dependencies\":{\"ms\":\"2\"}}")],
    ),
];

#[test]
fn what_nobody_installed_is_never_within() {
    for (name, files) in BARE {
        let sandbox = files.iter().fold(Sandbox::new(), |sandbox, (path, text)| {
            sandbox.file(path, *text)
        });
        for verb in [
            &["build", "app", "--json", "r.json"][..],
            &["check", "app"],
            &["check", "app", "--build"],
        ] {
            let ran = without_tools(&sandbox, verb);
            let log = &ran.stdout;
            assert!(log.contains("Sources only:"), "{name} {verb:?}: {log}");
            assert!(!log.contains("within"), "{name} {verb:?}: {log}");
            assert!(
                !log.contains("Nothing here needs you"),
                "{name} {verb:?}: {log}"
            );
            let tail = log.split("- Verdict").nth(1).unwrap();
            assert!(tail.lines().count() > 2, "{name} {verb:?}: {log}");
        }
    }
}

#[test]
fn an_app_that_wants_nothing_installed_is_within() {
    for files in [
        &[
            (
                "package.json",
                "{\"name\":\"x\",\"engines\":{\"node\":\"24.x\"}}",
            ),
            ("a.js", "1"),
        ][..],
        &[("index.html", "hello")],
        &[
            ("index.html", "hello"),
            ("tools/package.json", "{\"dependencies\":{\"ms\":\"2\"}}"),
        ],
    ] {
        let sandbox = files.iter().fold(Sandbox::new(), |sandbox, (path, text)| {
            sandbox.file(path, *text)
        });
        for verb in ["build", "check"] {
            let log = without_tools(&sandbox, &[verb, "app"]).stdout;
            assert!(
                log.contains("within 300 MB") && !log.contains("recognised"),
                "{log}"
            );
        }
    }
}

#[test]
fn sources_and_a_build_are_not_compared() {
    let installed = app().file("node_modules/ms/index.js", "module.exports = () => {};\n");
    let bare = app();
    for (sandbox, name) in [(&bare, "bare.json"), (&installed, "whole.json")] {
        let arguments = ["check", "app", "--format", "json", "--output", name];
        sandbox.slugsmith(&arguments).expect(1);
    }
    fs_err::copy(bare.path("bare.json"), installed.path("bare.json")).unwrap();
    let diff = ["diff", "bare.json", "whole.json"];
    let log = installed.slugsmith(&diff).expect(0).stdout;
    assert!(
        log.contains("don't compare") && !log.contains("(new)"),
        "{log}"
    );
    let against = ["check", "app", "--baseline", "bare.json"];
    let log = installed.slugsmith(&against).stdout;
    assert!(
        !log.contains("Since the") && log.contains("within"),
        "{log}"
    );
}

#[test]
fn growth_is_judged_against_the_baseline() {
    let limit = "[com.slugsmith.budget]\ngrowth = \"10%\"\n";
    let sandbox = app().file("project.toml", limit);
    let before = [
        "check",
        "app",
        "--format",
        "json",
        "--output",
        "before.json",
    ];
    sandbox.slugsmith(&before).expect(1);
    // Half a megabyte that can't be compressed.
    let mut noise = vec![0; 500_000];
    blake3::Hasher::new().finalize_xof().fill(&mut noise);
    let sandbox = sandbox.file("model.bin", noise);
    let ran = sandbox
        .slugsmith(&["check", "app", "--baseline", "before.json"])
        .expect(1);
    assert!(
        ran.stderr.contains("Growth since the baseline"),
        "{}",
        ran.stderr
    );
}
