//! `slugsmith check`: options, what counts beside a baseline, and sizes without dependencies.

use serde_json::Value;

use crate::support::Sandbox;

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
        ran.stderr.contains("Growth since the last build"),
        "{}",
        ran.stderr
    );
}
