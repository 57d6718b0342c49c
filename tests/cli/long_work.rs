//! Long work shows itself: on a terminal something moves, in a log lines appear, and a
//! carriage return never gets there.

use crate::support::{BINARY, Ran, Sandbox};

const NPM: &str = r#"#!/bin/sh
case "$*" in *version*) echo 10.9.3; exit;; esac
printf 'idealTree: 10%%\r\033[K\033[32midealTree: 50%%\033[0m\ridealTree: done\n\n\n\nadded 1 package\r\n'
/bin/mkdir -p node_modules/a && echo 1 > node_modules/a/index.js
"#;

fn app() -> Sandbox {
    Sandbox::new()
        .program("npm", NPM)
        .program("node", "#!/bin/sh\necho 20.1.0 115\n")
        .file("package.json", r#"{"name":"a","dependencies":{"a":"1"}}"#)
        .file(
            "package-lock.json",
            r#"{"lockfileVersion":3,"packages":{"":{},"node_modules/a":{"version":"1.0.0"}}}"#,
        )
        .file("Procfile", "web: node a.js\n")
        .file("a\rb\u{1b}[31m.md", "")
}

#[test]
fn a_log_has_no_carriage_return_and_no_colours() {
    let sandbox = app();
    for arguments in [
        &["build", "app"][..],
        &["check", "app"],
        &["strip", "app", "--dry-run"],
        &["inspect", "app"],
    ] {
        let mut command = sandbox.command(BINARY);
        command.args(arguments).env("SLUGSMITH_LOG", "verbose");
        let ran = Ran::from(command.output().unwrap());
        for text in [&ran.stdout, &ran.stderr] {
            assert!(!text.contains(['\r', '\u{1b}']), "{arguments:?}: {text:?}");
        }
    }
    let log = sandbox
        .slugsmith(&["build", "app", "--cache", "fresh"])
        .stdout;
    assert!(
        log.contains("idealTree: done\n\n        added 1 package\n"),
        "{log}"
    );
}

/// `script` gives the command a terminal.
#[test]
fn on_a_terminal_phases_are_shown_while_they_run() {
    let sandbox = app();
    let line = format!("{BINARY} check app");
    let mut command = sandbox.command("script");
    command
        .args(["-qec", &line, "/dev/null"])
        .env("TERM", "xterm");
    let ran = Ran::from(command.output().unwrap());
    for phase in ["Stripping", "Weighing", "Auditing"] {
        assert!(ran.stdout.contains(phase), "{phase}: {:?}", ran.stdout);
    }
    assert!(
        !sandbox
            .slugsmith(&["check", "app"])
            .stdout
            .contains("Weighing")
    );
}

/// What stays on a screen: `\r` and "erase to the end of the line" take a line back.
fn screen(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n");
    let lines = text.lines().map(|line| {
        let line = line.rsplit("\r\u{1b}[K").next().unwrap_or_default();
        anstream::adapter::strip_str(line).to_string()
    });
    lines.collect()
}

#[test]
fn what_a_terminal_shows_in_the_end_is_the_log_alone_however_narrow_it_is() {
    let sandbox = app();
    for columns in [20, 40, 200] {
        let line = format!("stty cols {columns}; {BINARY} check app; {BINARY} strip app --dry-run");
        let mut command = sandbox.command("script");
        command
            .args(["-qec", &line, "/dev/null"])
            .env("TERM", "xterm")
            .env("NO_COLOR", "1");
        let drawn = Ran::from(command.output().unwrap()).stdout;
        let rows: Vec<_> = drawn.split("\r\u{1b}[K").skip(1).collect();
        let bars = rows.iter().filter(|row| !row.contains('\n'));
        for row in bars {
            assert!(row.chars().count() < columns, "{columns}: {row:?}");
        }
        let plain = |arguments: &[&str]| sandbox.slugsmith(arguments).stdout;
        let expected = plain(&["check", "app"]) + &plain(&["strip", "app", "--dry-run"]);
        let timeless = |line: &String| !line.contains("Done in");
        let shown: Vec<_> = screen(&drawn).into_iter().filter(timeless).collect();
        let expected: Vec<_> = expected
            .lines()
            .map(str::to_owned)
            .filter(timeless)
            .collect();
        assert_eq!(shown, expected, "{columns}");
    }
}

#[test]
fn a_profile_says_where_the_time_went() {
    let sandbox = app();
    assert!(
        !sandbox
            .slugsmith(&["build", "app"])
            .stdout
            .contains("- Profile")
    );
    let mut command = sandbox.command(BINARY);
    command.args(["build", "app"]).env("SLUGSMITH_PROFILE", "1");
    let log = Ran::from(command.output().unwrap()).stdout;
    let (_, profile) = log.split_once("- Profile\n").unwrap();
    for phase in [
        "Reading the app",
        "Dependencies",
        "Strip",
        "Budget",
        "Audit",
    ] {
        assert!(profile.contains(phase), "{profile}");
    }
    assert!(
        profile.lines().last().unwrap().starts_with("- Done in"),
        "{profile}"
    );
    let mut command = sandbox.command(BINARY);
    command
        .args(["check", "app"])
        .env("SLUGSMITH_PROFILE", "perhaps");
    let ran = Ran::from(command.output().unwrap()).expect(3);
    assert!(
        ran.stderr.contains("SLUGSMITH_PROFILE is \"perhaps\""),
        "{}",
        ran.stderr
    );
}

#[test]
fn verbose_tells_every_decision() {
    let sandbox = app();
    let mut command = sandbox.command(BINARY);
    command
        .args(["check", "app"])
        .env("SLUGSMITH_LOG", "verbose");
    let log = Ran::from(command.output().unwrap()).stdout;
    assert!(log.contains("- Passed\n"), "{log}");
    assert!(log.contains("- Not applicable\n"), "{log}");
    // The others judge the configuration, and only where there is one.
    let all = slugsmith::audit::rules::RULES.iter();
    for rule in all.filter(|rule| rule.code.starts_with("SF")) {
        assert!(log.contains(rule.id), "{}: {log}", rule.id);
    }
}
