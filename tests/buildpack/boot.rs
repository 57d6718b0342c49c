//! What is prepared for a start, in an image: byte code that nothing of the app ran for, and the
//! same answers as an image without it.

use libcnb_test::{ContainerConfig, TestContext, TestRunner, assert_contains, assert_not_contains};

use crate::runner::{SLUGSMITH, config, get, log};
use crate::support::Sandbox;

const GROUP: &[&str] = &["tool-uv", "procfile", SLUGSMITH];

fn app(level: &str) -> Sandbox {
    let config =
        format!("[_]\nschema-version = \"0.2\"\n\n[com.slugsmith.boot]\nlevel = \"{level}\"\n");
    let app = Sandbox::new()
        .file("project.toml", config)
        .file("Procfile", "web: python server.py\n")
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
        );
    crate::caches::run(&app, "", "uv", "uv lock");
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

#[test]
#[ignore = "container test"]
fn a_start_has_what_was_prepared_and_answers_as_without() {
    let plain = app("off");
    let mut wanted = None;
    TestRunner::default().build(config(&plain.app(), GROUP), |context| {
        assert_not_contains!(log(&context), "Boot (");
        wanted = Some(answer(&context, "web"));
    });
    let prepared = app("safe");
    TestRunner::default().build(config(&prepared.app(), GROUP), |context| {
        assert_contains!(log(&context), "Python byte code for ");
        assert_eq!(Some(answer(&context, "web")), wanted);
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
        context.rebuild(config(&prepared.app(), GROUP), |again| {
            assert_not_contains!(log(&again), "Running `");
        });
    });
}
