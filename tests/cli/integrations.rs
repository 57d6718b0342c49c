//! What users put into their CI: the scripts run for real in a made-up workflow, the YAML
//! is read as YAML, and no action is taken by a name that may move.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::workflow::yaml;
use crate::support::{BINARY, Ran, Sandbox, repository};

const FILES: &[&str] = &[
    "action.yml",
    ".pre-commit-hooks.yaml",
    ".github/workflows/test.yml",
    ".github/workflows/release.yml",
    ".github/workflows/platform.yml",
    "integrations/gitlab.yml",
];

/// Every value of a key, however deep.
fn values(value: &serde_yaml_ng::Value, key: &str, found: &mut Vec<String>) {
    match value {
        serde_yaml_ng::Value::Mapping(map) => {
            for (name, value) in map {
                if name.as_str() == Some(key) {
                    found.extend(value.as_str().map(str::to_owned));
                }
                values(value, key, found);
            }
        }
        serde_yaml_ng::Value::Sequence(list) => {
            for value in list {
                values(value, key, found);
            }
        }
        _ => {}
    }
}

#[test]
fn actions_are_pinned_and_scripts_take_no_input_as_code() {
    for path in FILES {
        let file = yaml(path);
        let (mut uses, mut runs) = (Vec::new(), Vec::new());
        values(&file, "uses", &mut uses);
        values(&file, "run", &mut runs);
        for action in uses {
            let commit = action.split_once('@').map(|(_, commit)| commit);
            let pinned = commit.is_some_and(|commit| {
                commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit())
            });
            assert!(pinned, "{path}: {action}");
        }
        for run in runs {
            assert!(
                !run.contains("${{"),
                "{path}: an expression becomes code in {run}"
            );
        }
    }
}

#[test]
fn every_script_that_is_named_exists() {
    use std::os::unix::fs::PermissionsExt;
    for path in FILES {
        let text = fs_err::read_to_string(repository(path)).unwrap();
        for (at, _) in text.match_indices("integrations/") {
            let is_end = |c: char| !c.is_ascii_alphanumeric() && !"/-.".contains(c);
            let name = text[at..].split(is_end).next().unwrap();
            let file = repository(name);
            assert!(file.is_file(), "{path} names {name}");
            let mode = file.metadata().unwrap().permissions().mode();
            let is_template = file.extension().is_some_and(|ending| ending == "yml");
            assert!(is_template || mode & 0o111 != 0, "{name}");
        }
    }
}

pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(arguments)
        .current_dir(folder)
        .env_remove("GIT_DIR")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A repository whose pull request adds a megabyte and a fault; the app is in `folder`.
fn pull_request(folder: &str) -> (Sandbox, String) {
    let at = |name: &str| format!("{folder}{name}");
    let sandbox = Sandbox::new()
        .file(
            &at("package.json"),
            r#"{"name":"a","engines":{"node":"20.x"}}"#,
        )
        .file(&at("Procfile"), "web: node a.js\n")
        .file(
            &at("a.js"),
            "require('http').createServer(require('./b')).listen(3000);\n",
        )
        .file(&at("b.js"), "module.exports = () => 1;\n");
    let app = sandbox.app();
    git(&app, &["init", "--quiet"]);
    git(&app, &["add", "."]);
    git(&app, &["commit", "--quiet", "--message", "before"]);
    let base = git(&app, &["rev-parse", "HEAD"]);
    // A megabyte that can't be compressed.
    let mut noise = vec![0; 1_000_000];
    blake3::Hasher::new().finalize_xof().fill(&mut noise);
    let sandbox = sandbox.file(&at("model.bin"), noise).file(
        &at("b.js"),
        "module.exports = () => 1;\nrequire('http').createServer().listen(4000);\n",
    );
    git(&app, &["add", "."]);
    git(&app, &["commit", "--quiet", "--message", "after"]);
    (sandbox, base)
}

fn check(sandbox: &Sandbox, variables: &[(&str, &str)]) -> Ran {
    let mut command = sandbox.command(repository("integrations/check"));
    command
        .current_dir(sandbox.app())
        .env("SLUGSMITH", BINARY)
        .env("SLUGSMITH_REPORTS", sandbox.path("reports"))
        .envs(variables.iter().copied());
    Ran::from(command.output().unwrap())
}

fn report(sandbox: &Sandbox, name: &str) -> String {
    fs_err::read_to_string(sandbox.path("reports").join(name)).unwrap()
}

#[test]
fn a_pull_request_gets_annotations_sizes_and_outputs() {
    let (sandbox, base) = pull_request("");
    let (outputs, summary) = (sandbox.path("outputs"), sandbox.path("summary"));
    let ran = check(
        &sandbox,
        &[
            ("SLUGSMITH_BASE", &base),
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_OUTPUT", outputs.to_str().unwrap()),
            ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
        ],
    )
    .expect(1);
    assert!(
        ran.stdout.contains("::error file=b.js,line=2,"),
        "{}",
        ran.stdout
    );
    assert!(
        !ran.stdout.contains("file=a.js"),
        "the base has it too: {}",
        ran.stdout
    );
    let comment = report(&sandbox, "comment.md");
    assert!(
        comment.starts_with("<!-- slugsmith -->\n### slugsmith\n"),
        "{comment}"
    );
    assert!(comment.contains("**Slug +1.0 MB**"), "{comment}");
    assert!(
        comment.contains("| error | port-not-from-environment | b.js:2 |"),
        "{comment}"
    );
    assert!(comment.contains("Findings that the base has"), "{comment}");
    assert_eq!(fs_err::read_to_string(summary).unwrap(), comment);
    let outputs = fs_err::read_to_string(outputs).unwrap();
    assert!(
        outputs.contains("exit-code=1\n") && outputs.contains("sarif="),
        "{outputs}"
    );
    let sarif: Value = serde_json::from_str(&report(&sandbox, "slugsmith.sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let quality: Value = serde_json::from_str(&report(&sandbox, "code-quality.json")).unwrap();
    assert!(
        quality
            .as_array()
            .unwrap()
            .iter()
            .any(|issue| issue["location"]["path"] == "b.js")
    );
    // The worktree of the base is gone again.
    assert_eq!(
        git(&sandbox.app(), &["worktree", "list"]).lines().count(),
        1
    );
}

#[test]
fn paths_are_those_of_the_repository_and_no_base_is_no_comparison() {
    let (sandbox, _) = pull_request("services/shop/");
    let ran = check(
        &sandbox,
        &[
            ("SLUGSMITH_APP", "services/shop"),
            ("GITHUB_ACTIONS", "true"),
            ("SLUGSMITH_BASE", "0123456789abcdef0123456789abcdef01234567"),
        ],
    )
    .expect(1);
    assert!(
        ran.stdout
            .contains("::error file=services/shop/a.js,line=1,"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stderr.contains("no comparison with 0123"),
        "{}",
        ran.stderr
    );
    assert!(!report(&sandbox, "comment.md").contains("**Slug +"));
    let sarif = report(&sandbox, "slugsmith.sarif");
    assert!(sarif.contains("services/shop/a.js"), "{sarif}");
}

#[test]
fn a_check_that_can_not_run_says_so_with_its_own_code() {
    let (sandbox, _) = pull_request("");
    let ran = check(&sandbox, &[("SLUGSMITH_APP", "nowhere")]).expect(2);
    assert!(ran.stderr.contains("nowhere"), "{}", ran.stderr);
    assert!(!sandbox.path("reports/comment.md").exists());
}

/// A release in a folder, with a list of what it must be.
fn release(sandbox: &Sandbox, sum: Option<&str>) -> Ran {
    let folder = sandbox.path("release");
    fs_err::create_dir_all(folder.join("bin")).unwrap();
    fs_err::write(folder.join("bin/build"), "#!/bin/sh\necho released\n").unwrap();
    let arch = std::env::consts::ARCH;
    let name = format!("slugsmith-1.2.3-{arch}.tgz");
    let tar = Command::new("tar")
        .args(["-czf", &name, "./bin"])
        .current_dir(&folder)
        .status();
    assert!(tar.unwrap().success());
    let real = Command::new("sha256sum")
        .arg(&name)
        .current_dir(&folder)
        .output()
        .unwrap();
    let real = String::from_utf8(real.stdout).unwrap();
    let sum = sum.unwrap_or(real.split(' ').next().unwrap());
    let pinned = folder.join("pinned");
    let url = format!("file://{}", folder.display());
    fs_err::write(
        &pinned,
        format!("version=1.2.3\nurl={url}\nsha256_{arch}={sum}\n"),
    )
    .unwrap();
    let mut command = sandbox.command(repository("integrations/install"));
    command
        .arg(sandbox.path("installed"))
        .env("SLUGSMITH_PINNED", pinned);
    Ran::from(command.output().unwrap())
}

#[test]
fn only_the_pinned_release_is_installed() {
    let sandbox = Sandbox::new();
    let ran = release(&sandbox, Some("00")).expect(3);
    assert!(
        ran.stderr.contains("Nothing of it was run"),
        "{}",
        ran.stderr
    );
    assert!(!sandbox.path("installed/slugsmith").exists());
    release(&sandbox, None).expect(0);
    let program = sandbox.path("installed/slugsmith");
    let output = sandbox.command(program).output().unwrap();
    assert_eq!(output.stdout, b"released\n");
    let mut command = sandbox.command(repository("integrations/install"));
    command
        .arg(sandbox.path("x"))
        .env("SLUGSMITH_PINNED", "/nowhere");
    let ran = Ran::from(command.output().unwrap()).expect(3);
    assert!(ran.stderr.contains("names no release"), "{}", ran.stderr);
}

#[test]
fn another_system_gets_no_linux_program() {
    let uname = "#!/bin/sh\ncase $1 in -s) echo Darwin;; *) echo arm64;; esac\n";
    let sandbox = Sandbox::new().program("uname", uname);
    let ran = release(&sandbox, None).expect(3);
    assert!(ran.stderr.contains("this is Darwin"), "{}", ran.stderr);
    assert!(!sandbox.path("installed/slugsmith").exists());
}

/// Notes how it was called; lists the comment that `COMMENT` names.
const GH: &str = "#!/bin/sh\necho \"$*\" >> \"$HOME/calls\"\n\
    case \"$*\" in *--paginate*) echo \"$COMMENT\"; exit \"${READ:-0}\";; esac\nexit \"${WRITE:-0}\"\n";

fn comment(variables: &[(&str, &str)]) -> (Ran, String) {
    let sandbox = Sandbox::new().program("gh", GH);
    let file = sandbox.path("comment.md");
    fs_err::write(&file, "<!-- slugsmith -->\nhello\n").unwrap();
    let mut command = sandbox.command(repository("integrations/comment"));
    command
        .arg(file)
        .args(["acme/shop", "7"])
        .envs(variables.iter().copied());
    let ran = Ran::from(command.output().unwrap());
    let calls = fs_err::read_to_string(sandbox.path("home/calls")).unwrap();
    (ran, calls)
}

#[test]
fn one_comment_is_kept_up_to_date() {
    let (ran, calls) = comment(&[]);
    ran.expect(0);
    assert!(
        calls.contains("--method POST repos/acme/shop/issues/7/comments"),
        "{calls}"
    );
    let (ran, calls) = comment(&[("COMMENT", "42")]);
    ran.expect(0);
    assert!(
        calls.contains("--method PATCH repos/acme/shop/issues/comments/42"),
        "{calls}"
    );
    let (ran, _) = comment(&[("WRITE", "1")]);
    assert!(ran.expect(0).stderr.contains("may not write"));
}

#[test]
fn the_hook_is_quiet_when_all_is_well() {
    let sandbox = Sandbox::new().file("notes.txt", "hello");
    std::os::unix::fs::symlink(BINARY, sandbox.path("bin/slugsmith")).unwrap();
    let hook = |sandbox: &Sandbox| {
        let mut command = sandbox.command(repository("integrations/pre-commit"));
        Ran::from(command.current_dir(sandbox.app()).output().unwrap())
    };
    let ran = hook(&sandbox).expect(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    let (faulty, _) = pull_request("");
    std::os::unix::fs::symlink(BINARY, faulty.path("bin/slugsmith")).unwrap();
    let ran = hook(&faulty).expect(1);
    assert!(
        ran.stdout.contains("port-not-from-environment"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_pull_request_without_news_is_green_for_what_the_base_has_too() {
    let (sandbox, _) = pull_request("");
    let app = sandbox.app();
    let base = git(&app, &["rev-parse", "HEAD"]);
    let sandbox = sandbox.file("README.md", "# A\n");
    git(&app, &["add", "."]);
    git(&app, &["commit", "--quiet", "--message", "a readme"]);
    let ran = check(
        &sandbox,
        &[("SLUGSMITH_BASE", &base), ("GITHUB_ACTIONS", "true")],
    )
    .expect(0);
    assert!(!ran.stdout.contains("::error"), "{}", ran.stdout);
    let comment = report(&sandbox, "comment.md");
    assert!(comment.contains("Nothing new to mend"), "{comment}");
    // Whole, for whoever compares with it next.
    assert!(report(&sandbox, "report.json").contains("port-not-from-environment"));
}
