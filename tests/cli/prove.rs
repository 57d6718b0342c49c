//! `slugsmith strip --prove` on an app that reads what a list removes.

use crate::support::Sandbox;

/// A server of Node that answers with a page, and with a file that no reader of its code sees.
fn app() -> Sandbox {
    Sandbox::new()
        .file("Procfile", "web: node server.js\nworker: node worker.js\n")
        .file("package.json", r#"{"name":"a","scripts":{"start":"node server.js"}}"#)
        .file("worker.js", "setInterval(() => {}, 1000);")
        .file("data/a.txt", "hello")
        .file("data/unused.txt", "nobody reads this")
        .file("notes/b.txt", "nor this")
        .file(
            "server.js",
            "const http = require('http'), fs = require('fs');\n\
             http.createServer((request, response) => {\n\
               if (request.url === '/') { response.setHeader('content-type', 'text/html');\n\
                 return response.end('<a href=\"/file\">x</a>'); }\n\
               try { response.end(fs.readFileSync(process.env.FOLDER + '/a.txt')); } catch {\n\
                 response.statusCode = 404; response.end(); }\n\
             }).listen(process.env.PORT);\n",
        )
        .file(".env", "")
        .file(
            "project.toml",
            "[_]\nschema-version = \"0.2\"\n[com.slugsmith.strip]\nremove = [\"data/**\", \"notes/**\"]\n",
        )
}

fn prove(sandbox: &Sandbox, more: &[&str]) -> std::process::Output {
    let app = sandbox.app();
    let mut command = sandbox.command(crate::support::BINARY);
    let path = std::env::var_os("PATH").unwrap_or_default();
    command
        .args(["strip", app.to_str().unwrap(), "--prove"])
        .args(more);
    command
        .env("PATH", path)
        .env("FOLDER", "data")
        .output()
        .unwrap()
}

#[test]
fn what_an_answer_needs_is_put_back_and_listed() {
    let sandbox = app();
    let done = prove(&sandbox, &["--ask", "/", "--ask", "/file?x"]);
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(
        done.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&done.stderr)
    );
    assert!(
        text.contains("web: GET /file: 200 before, 404 after"),
        "{text}"
    );
    assert!(text.contains("listed"), "{text}");
    assert!(
        text.contains("web: 3 answers the same before and after"),
        "{text}"
    );
    assert!(
        text.contains("worker behaves the same before and after"),
        "{text}"
    );
    assert!(sandbox.app().join("data/a.txt").exists());
    assert!(!sandbox.app().join("notes/b.txt").exists());
    let keep = std::fs::read_to_string(sandbox.app().join("slugsmith.keep")).unwrap();
    assert!(keep.contains("/data/a.txt"), "{keep}");
}

/// A page with a token is another text each time, and still a page or an error.
#[test]
fn a_page_with_a_token_is_compared_by_what_is_steady() {
    let server = "const http = require('http'), fs = require('fs');\n\
        http.createServer((request, response) => {\n\
          response.setHeader('content-type', 'text/html');\n\
          try { response.end(fs.readFileSync(process.env.FOLDER + '/a.txt') + Math.random()); } catch {\n\
            response.statusCode = 500; response.end(String(Math.random())); }\n\
        }).listen(process.env.PORT);\n";
    let sandbox = app().file("server.js", server);
    let done = prove(&sandbox, &["--ask", "/"]);
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(text.contains("web: GET /: 200 before, 500 after"), "{text}");
    assert!(sandbox.app().join("data/a.txt").exists());
    assert!(!sandbox.app().join("notes/b.txt").exists());
}

#[test]
fn a_dry_run_writes_nothing() {
    let sandbox = app().file("Procfile", "worker: node worker.js\n");
    let dry = prove(&sandbox, &["--dry-run"]);
    assert!(
        dry.status.success(),
        "{}",
        String::from_utf8_lossy(&dry.stderr)
    );
    assert!(sandbox.app().join("notes/b.txt").exists());
    assert!(!sandbox.app().join("slugsmith.keep").exists());
}

#[test]
fn an_app_that_does_not_start_proves_nothing() {
    let sandbox = app().file("server.js", "console.error('no database'); process.exit(3)");
    let ended = prove(&sandbox, &[]);
    let text = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(3), "{text}");
    assert!(
        text.contains("ended (exit code 3)") && text.contains("no database"),
        "{text}"
    );
    assert!(sandbox.app().join("notes/b.txt").exists());
}
