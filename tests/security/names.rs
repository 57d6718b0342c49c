//! What is printed is data: no name or value of an app steers a terminal, a runner or a page.

use crate::support::Sandbox;

/// In a name: an escape, a carriage return, a line of its own for a runner, letters that
/// reorder, and HTML.
const ODD: &str = "x\u{1b}]0;t\u{7}\u{1b}[2J\r\n::error::forged\n::stop-commands::k\n##[error]v\u{202e}\u{2028}\
    \u{9b}31m\u{85}<img src=x onerror=alert(1)>";

fn app() -> Sandbox {
    let json = serde_json::to_string(ODD).unwrap();
    // TOML's basic strings have JSON's escapes, but for what is above them.
    let toml = json.clone();
    Sandbox::new()
        .file(
            "Procfile",
            format!("web: node server.js {}\n", ODD.replace(['\r', '\n'], " ")),
        )
        .file(
            "package.json",
            format!(r#"{{"name":{json},"version":{json},"dependencies":{{{json}:{json}}}}}"#),
        )
        .file(
            "app.json",
            format!(
                r#"{{"name":{json},"env":{{{json}:{{"value":{json}}}}},
            "buildpacks":[{{"url":"https://git.example/{}"}}]}}"#,
                json.trim_matches('"')
            ),
        )
        .file(
            "server.js",
            format!("process.env[{json}]; fetch({json}); require({json});\n"),
        )
        .file(&format!("{ODD}/f.js"), "1")
        .file(&format!("node_modules/{ODD}/index.js"), "1")
        .file(&format!("node_modules/{ODD}/README.md"), "1")
        .file(
            ".profile.d/a.sh",
            "export A=\"a\u{1b}[2J\r::error::forged\u{202e}\"\nexport B='x\n::error::forged'\n",
        )
        .file(
            "project.toml",
            format!(
                "[com.slugsmith]\nunknown = {toml}\n[com.slugsmith.budget.part]\n{toml} = \"1 B\"\n\
             [com.slugsmith.strip]\nkeep = [{toml}]\nremove = [{toml}]\n\
             [[com.slugsmith.cache]]\nname = {toml}\npaths = [\"made\"]\n\
             [[com.slugsmith.cache]]\nname = \"odd\"\npaths = [{toml}]\n"
            ),
        )
}

#[test]
fn no_name_steers_a_terminal_or_a_runner() {
    let sandbox = app();
    let before = sandbox.path("before.json");
    let before = before.to_str().unwrap();
    sandbox.slugsmith(&["check", "app", "--format", "json", "--output", before]);
    let mut all: Vec<Vec<&str>> = vec![
        vec!["check", "app", "--config"],
        vec!["check", "app", "--config", "--format", "json"],
        vec!["check", "app", "--baseline", before],
        vec!["strip", "app", "--dry-run"],
        vec!["strip", "app", "--dry-run", "--format", "json"],
        vec!["strip", "app", "--explain", ODD],
        vec!["env", "--app", "app"],
        vec!["env", "--app", "app", "--format", "json"],
        vec!["env", "--app", "app", "--why", "A"],
        vec!["env", "--app", "app", "--why", ODD],
        vec!["env", "--app", "app", "--process", "web", "--exports"],
        vec!["which", ODD, "--app", "app"],
        vec!["diff", before, before],
        vec!["diff", before, before, "--format", "markdown"],
        vec!["explain", ODD],
        vec!["explain", "cache", "app"],
        vec!["init", "app"],
        vec!["build", "app"],
        // What the command line itself says of words that it does not know.
        vec![ODD],
        vec!["check", "app", ODD],
        vec!["check", "app", "--format", ODD],
        vec!["inspect", "app", "--", "a", ODD],
    ];
    let option = format!("--{ODD}");
    all.push(vec!["check", "app", &option]);
    for form in ["text", "json", "sarif", "github", "gitlab", "markdown"] {
        all.push(vec!["check", "app", "--format", form]);
    }
    for form in ["text", "json", "markdown", "html"] {
        all.push(vec!["inspect", "app", "--format", form]);
    }
    for form in ["text", "json", "html", "mermaid", "dot"] {
        all.push(vec!["stack", "--app", "app", "--verbose", "--format", form]);
    }
    for arguments in all {
        let mut command = sandbox.command(crate::support::BINARY);
        command.args(&arguments).env("SLUGSMITH_LOG", "verbose");
        let ran = crate::support::Ran::from(command.output().unwrap());
        for text in [&ran.stdout, &ran.stderr] {
            let odd = text.chars().find(|c| {
                c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{202e}' | '\u{2028}')
            });
            assert_eq!(odd, None, "{arguments:?}: {text}");
            let is_github = arguments.contains(&"github");
            let forged = text.lines().find(|line| {
                let line = line.trim_start();
                line.starts_with("::")
                    && (!is_github || line.starts_with("::stop") || line.starts_with("::error::"))
                    || line.contains("##[")
            });
            assert_eq!(forged, None, "{arguments:?}");
        }
        let is_page = arguments.contains(&"markdown") || arguments.contains(&"html");
        let page = ran.stdout.replace("\\<", "");
        assert!(
            !is_page || !page.contains("<img src=x"),
            "{arguments:?}: {page}"
        );
    }
}

/// A script passes on what it was given, and a log keeps what the command line says about that.
#[test]
fn words_that_are_not_known_are_quoted_without_their_secrets() {
    let sandbox = Sandbox::new();
    for arguments in [
        &["https://user:TELLTALE@host.example/x.git"][..],
        &["check", "app", "https://user:TELLTALE@host.example/x.git"],
        &[
            "check",
            "--format",
            "https://hooks.slack.com/services/T0/B0/TELLTALE",
        ],
        &["store", "ghp_TELLTALE0123456789abcdef"],
    ] {
        let ran = sandbox.slugsmith(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}");
        assert!(
            ran.stderr.contains("[masked]") || ran.stderr.contains("***@"),
            "{}",
            ran.stderr
        );
        assert!(!ran.stderr.contains("TELLTALE"), "{}", ran.stderr);
    }
}
