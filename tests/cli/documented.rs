//! Each command of the README and of the pages for people: tried here, or one that needs the outside.

use std::collections::BTreeSet;

use crate::support::{Sandbox, repository};

/// Programs that need what no test has: the platform, an engine with images, the network, this
/// repository's own tools (which other tests run), a cluster.
const OUTSIDE: &[&str] = &[
    "cargo",
    "cd",
    "cosign",
    "cp",
    "docker",
    "gh",
    "git",
    "heroku",
    "kubectl",
    "npm",
    "npx",
    "pack",
    "scripts/",
    "curl",
    "kp",
    "tar",
    "gcloud",
    "brew",
    "dokku",
    "kamal",
    "mdbook",
    "podman",
    "gunzip",
    "sha256sum",
    "export",
];
/// Verbs whose operands are a build's own folders, a URL or a command: tried with their own tests.
const NEEDS: &[(&str, &str)] = &[
    ("strip record", "tests/cli/verbs.rs"),
    ("--layers", "tests/stack"),
    ("env diff", "tests/cli/verbs.rs"),
    ("image.tar", "tests/cli/first_hour.rs"),
    ("my-app", "tests/cli/first_hour.rs"),
    ("--prove", "tests/cli/prove.rs"),
    ("boot ", "tests/boot"),
    ("triage", "tests/cli/verbs.rs"),
    ("git apply", "tests/cli/manifests.rs"),
    ("--base", "tests/stack"),
    ("env --", "tests/stack"),
];

/// The lines of `sh` blocks, without comments.
fn commands() -> BTreeSet<String> {
    let mut pages = vec![repository("README.md")];
    for folder in ["docs", "docs/tasks"] {
        let entries = fs_err::read_dir(repository(folder)).unwrap().flatten();
        pages.extend(
            entries
                .map(|entry| entry.path())
                .filter(|path| path.extension().is_some_and(|end| end == "md")),
        );
    }
    let mut found = BTreeSet::new();
    for page in pages {
        let text = fs_err::read_to_string(page).unwrap();
        for block in text.split("```sh\n").skip(1) {
            let block = block.split("```").next().unwrap().replace("\\\n", " ");
            let lines = block.lines().map(|line| {
                line.split("  #")
                    .next()
                    .unwrap()
                    .split(" # ")
                    .next()
                    .unwrap()
            });
            found.extend(
                lines
                    .map(|line| line.trim().to_owned())
                    .filter(|line| !line.is_empty() && !line.starts_with('#')),
            );
        }
    }
    found
}

/// A command without variables in front.
fn bare(line: &str) -> &str {
    let mut rest = line;
    while let Some((word, after)) = rest.split_once(' ') {
        if !word.contains('=') || word.starts_with('-') {
            break;
        }
        rest = after.trim_start();
    }
    rest
}

#[test]
fn every_command_of_the_pages_is_one_that_works_or_needs_the_outside() {
    let sandbox = Sandbox::new()
        .file("package.json", r#"{"name":"a","engines":{"node":"24.x"}}"#)
        .file("Procfile", "web: node a.js\n")
        .file(
            "a.js",
            "require('http').createServer().listen(process.env.PORT);\n",
        );
    let report = ["check", "app", "--format", "json", "--output"];
    for name in ["main.json", "now.json", "old.json", "new.json"] {
        let mut arguments = report.to_vec();
        let path = sandbox.app().join(name);
        arguments.push(path.to_str().unwrap());
        sandbox.slugsmith(&arguments).expect(0);
    }
    let mut tried = 0;
    let mut unknown = Vec::new();
    for line in commands() {
        let command = bare(&line);
        let is_outside =
            OUTSIDE.iter().any(|name| command.starts_with(name)) || !command.contains(' ');
        if is_outside || NEEDS.iter().any(|(part, _)| command.contains(part)) {
            continue;
        }
        if !command.starts_with("slugsmith ") {
            unknown.push(line.clone());
            continue;
        }
        let binary = sandbox.path("bin/slugsmith");
        std::os::unix::fs::symlink(crate::support::BINARY, &binary).ok();
        let ran = sandbox
            .command("sh")
            .args(["-c", &line])
            .current_dir(sandbox.app())
            .output()
            .unwrap();
        let code = ran.status.code().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(code == 0 || code == 1, "`{line}` ended with {code}: {said}");
        tried += 1;
    }
    assert!(
        unknown.is_empty(),
        "neither tried nor named as one for the outside: {unknown:#?}"
    );
    assert!(tried >= 12, "{tried} commands were tried");
}
