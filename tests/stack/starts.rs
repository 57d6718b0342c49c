//! Start commands of processes without a shell, against the layers of a build.

use crate::tree::Stack;

const NODE: &[(&str, &str)] = &[("node.toml", "b"), ("node/bin/shopnode", "#!/bin/sh\n")];

fn missing(launch: &str) -> Vec<String> {
    let stack = Stack::new(&[
        ("acme/node", NODE),
        ("acme/start", &[("launch.toml", launch)]),
        ("slugsmith/slugsmith", &[]),
    ])
    .app("server.js", "")
    .app("clock.sh", "echo tick\n")
    .app("worker.js", "");
    let own = stack.layers().join("slugsmith_slugsmith");
    let surroundings = stack.surroundings(&[("CNB_LAYERS_DIR", own.to_str().unwrap())]);
    let report = slugsmith::stack::StackReport {
        findings: slugsmith::stack::starts(&slugsmith::stack::Inputs {
            layers: &slugsmith::facts::layers::read(&stack.layers()),
            surroundings: &surroundings,
            app: Some(&slugsmith::facts::app::read(&stack.path("app"))),
            remembered: None,
            audit: None,
        }),
        ..slugsmith::stack::StackReport::default()
    };
    let mut found = stack.told(&report);
    found.retain(|line| line.contains("start-command-missing"));
    found
}

fn process(kind: &str, command: &str) -> String {
    format!("[[processes]]\ntype = \"{kind}\"\ncommand = {command}\n")
}

#[test]
fn what_can_not_start_is_an_error() {
    let launch = process("web", "[\"shopnode\", \"server.js\"]")
        + &process("worker", "[\"sh\", \"-c\", \"shopnode worker.js\"]")
        + &process("clock", "[\"sh\", \"clock.sh\"]")
        + "working-dir = \"/workspace/dist/clock\"\n"
        + &process("joined", "[\"sh clock.sh --every $INTERVAL\"]")
        + &process(
            "unexpanded",
            "[\"sh\", \"clock.sh\", \"--port\", \"$PORT\"]",
        )
        + &process("gone", "[\"sh\", \"bin/gone\"]")
        + &process("other", "[\"./bin/other\"]");
    let found = missing(&launch);
    for wanted in [
        "error start-command-missing: `web`, `worker`: no folder of PATH at launch has `shopnode`: it is in the layer \
            node \
         of acme/node, which is not `launch = true`.",
        "error start-command-missing: `clock`: its working folder /workspace/dist/clock does not exist.",
        "error start-command-missing: `joined`: the whole command line is one word, and there is no program named `sh \
         clock.sh --every $INTERVAL`: without a shell it is not taken apart.",
        "warn start-command-missing: `unexpanded`: `$PORT` reaches sh as this text: a process without a shell expands \
            no \
         variables.",
        "error start-command-missing: `other`: `./bin/other` does not exist.",
    ] {
        assert!(
            found.iter().any(|line| line == wanted),
            "{wanted}\n{found:#?}"
        );
    }
}

#[test]
fn what_starts_is_silent() {
    let launch = process("web", "[\"sh\", \"-c\", \"exec sh clock.sh $PORT\"]")
        + &process("a", "[\"env\", \"A=b\", \"sh\", \"clock.sh\"]")
        + &process("b", "[\"sh\", \"-c\", \"cd /workspace && sh ./clock.sh\"]")
        + "working-dir = \"/workspace\"\n"
        + &process("c", "[\"/usr/bin/unknown-of-the-image\", \"x\"]");
    assert_eq!(missing(&launch), [""; 0]);
}
