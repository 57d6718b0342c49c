//! `exec.d/launch-check` under the real launcher: what it says, and whom it stops.

use std::process::Command;

use slugsmith::stack::expected::{self, Read};

use crate::lifecycle::{self, Raw};
use crate::tree::{Stack, copy_program};

/// Two buildpacks and ours, as they lie in an image.
fn image(required: &[&str]) -> Stack {
    let metadata = "[[buildpacks]]\nid = \"a/one\"\napi = \"0.10\"\n[[buildpacks]]\nid = \"slugsmith\"\n\
        api = \"0.10\"\n[[processes]]\ntype = \"web\"\ncommand = [\"/usr/bin/env\", \"-0\"]\ndirect = true\n\
        buildpack-id = \"a/one\"\n[[processes]]\ntype = \"worker\"\ncommand = [\"/usr/bin/env\", \"-0\"]\n\
        direct = true\nbuildpack-id = \"a/one\"\n";
    let stack = Stack::new(&[
        (
            "a/one",
            &[
                ("x.toml", "l"),
                ("x/bin/tool", "1"),
                ("x/env.launch/MODE", "fast"),
                ("x/env.launch/API_TOKEN", "hunter2"),
                ("x/env.launch/PORT.default", "8080"),
                ("x/env.launch/worker/MODE", "slow"),
            ],
        ),
        ("slugsmith", &[("launch-check.toml", "l")]),
    ]);
    let stack = stack.file("config/metadata.toml", metadata);
    let layer = stack.layers().join("slugsmith/launch-check");
    fs_err::create_dir_all(layer.join("exec.d")).unwrap();
    copy_program(
        env!("CARGO_BIN_EXE_launch-check"),
        &layer.join("exec.d/launch-check"),
    );
    let mut expected = expected::read(&stack.layers(), None, "slugsmith");
    expected.required = required.iter().map(|name| (*name).to_owned()).collect();
    expected.read = vec![Read {
        name: "QUEUE_URL".to_owned(),
        place: "src/jobs.js:3".to_owned(),
    }];
    let text = serde_json::to_string(&expected).unwrap();
    fs_err::write(layer.join("expected.json"), text).unwrap();
    stack
}

/// What the start prints on standard error, and whether the process started.
fn start(stack: &Stack, process: &str, variables: &[(&str, &str)]) -> (bool, String) {
    let mut base: Raw = Raw::from([("PATH".into(), "/usr/bin:/bin".into())]);
    base.extend(
        variables
            .iter()
            .map(|(name, value)| (name.into(), value.into())),
    );
    let root = stack.path("");
    let base = lifecycle::TODAY.launch_base(&root, &base);
    let output = lifecycle::TODAY.start(&root, &base, Some(process));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), text)
}

#[test]
#[ignore = "needs the test bed"]
fn asked_it_compares_every_variable_of_the_process() {
    let stack = image(&[]);
    let fine = [("SLUGSMITH_LAUNCH_CHECK", "1"), ("QUEUE_URL", "x")];
    for process in ["web", "worker"] {
        let (started, text) = start(&stack, process, &fine);
        assert!(started, "{text}");
        assert_eq!(
            text,
            format!("slugsmith: {process}: 4 variables are as the build predicted\n")
        );
    }
    // Somebody edits a layer of the image.
    fs_err::write(stack.layers().join("a_one/x/env.launch/MODE"), "other").unwrap();
    fs_err::write(
        stack.layers().join("a_one/x/env.launch/API_TOKEN"),
        "hunter3",
    )
    .unwrap();
    fs_err::remove_dir_all(stack.layers().join("a_one/x/bin")).unwrap();
    let (started, text) = start(&stack, "web", &fine);
    assert!(started);
    assert!(
        text.starts_with(
            "slugsmith: web: 2 of 4 variables are not as the build predicted\n  MODE is `other`, \
            predicted `fast`\n  PATH is `/usr/bin:/bin`, predicted `"
        ),
        "{text}"
    );
    assert!(!text.contains("hunter"), "{text}");
}

#[test]
#[ignore = "needs the test bed"]
fn unasked_it_only_warns_of_what_the_code_reads() {
    let stack = image(&[]);
    let (started, text) = start(&stack, "web", &[]);
    assert!(started);
    assert_eq!(
        text,
        "slugsmith: not set, but read by the app without a default: QUEUE_URL (src/jobs.js:3)\n"
    );
    let (_, text) = start(&stack, "web", &[("QUEUE_URL", "redis://")]);
    assert_eq!(text, "");
    let (_, text) = start(&stack, "web", &[("SLUGSMITH_LAUNCH_CHECK", "0")]);
    assert_eq!(text, "");
}

#[test]
#[ignore = "needs the test bed"]
fn without_a_required_variable_nothing_starts() {
    let stack = image(&["DATABASE_URL", "MODE"]);
    let (started, text) = start(&stack, "web", &[("DATABASE_URL", "")]);
    assert!(!started);
    assert!(
        text.contains(
            "slugsmith: this process does not start without DATABASE_URL, required in project.toml"
        ),
        "{text}"
    );
    let (started, _) = start(&stack, "web", &[("DATABASE_URL", "postgres://")]);
    assert!(started);
    let (started, _) = start(&stack, "web", &[("SLUGSMITH_LAUNCH_CHECK", "0")]);
    assert!(started, "the way in for repairs");
}

#[test]
fn whatever_is_wrong_with_the_prediction_the_app_starts() {
    let folder = tempfile::tempdir().unwrap();
    let layer = folder.path().join("layer");
    fs_err::create_dir_all(layer.join("exec.d")).unwrap();
    let program = layer.join("exec.d/launch-check");
    copy_program(env!("CARGO_BIN_EXE_launch-check"), &program);
    for text in [
        None,
        Some(""),
        Some("{"),
        Some("[]"),
        Some("{\"processes\": 3}"),
    ] {
        if let Some(text) = text {
            fs_err::write(layer.join("expected.json"), text).unwrap();
        }
        let output = Command::new(&program)
            .env_clear()
            .env("SLUGSMITH_LAUNCH_CHECK", "1")
            .output()
            .unwrap();
        assert!(output.status.success());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            said.starts_with("slugsmith: no prediction to compare with"),
            "{said}"
        );
        assert!(output.stdout.is_empty());
    }
}
