//! The whole action and the GitLab template, step by step as their runners take them, on a
//! repository with three pull requests: a README, a dependency more, a finding more.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::integrations::git;
use crate::support::workflow::{action_steps, gitlab_job};
use crate::support::{BINARY, Ran, Sandbox, repository};

/// Installs what the lockfile names, 300 kB that can't be compressed each.
const NPM: &str = "#!/bin/sh\ncase $1 in --version|-v) echo 10.9.0; exit 0;; ci) ;; *) exit 0;; esac\n\
    rm -rf node_modules\n\
    for name in $(sed -n 's|.*\"node_modules/\\([a-z]*\\)\".*|\\1|p' package-lock.json); do\n\
    mkdir -p node_modules/$name\n\
    printf '{\"name\":\"%s\",\"version\":\"1.0.0\",\"main\":\"index.js\"}' $name > node_modules/$name/package.json\n\
    echo 'module.exports = 1;' > node_modules/$name/index.js\n\
    head -c 300000 /dev/urandom > node_modules/$name/data.bin\ndone\necho added\n";
const NODE: &str = "#!/bin/sh\necho 22.11.0 127\n";
/// Lists no comment and notes what it is asked to write.
const GH: &str = "#!/bin/sh\necho \"$*\" >> \"$HOME/calls\"\n";

fn lockfile(names: &[&str]) -> [String; 2] {
    let wanted: Vec<_> = names
        .iter()
        .map(|name| format!("\"{name}\":\"1.0.0\""))
        .collect();
    let wanted = wanted.join(",");
    let packages: Vec<_> = names
        .iter()
        .map(|name| {
            format!(
                "\"node_modules/{name}\":{{\"version\":\"1.0.0\",\"integrity\":\"sha512-{name}\"}}"
            )
        })
        .collect();
    let root = format!("\"\":{{\"name\":\"a\",\"dependencies\":{{{wanted}}}}}");
    [
        format!(
            "{{\"name\":\"a\",\"engines\":{{\"node\":\"22.x\"}},\"dependencies\":{{{wanted}}}}}"
        ),
        format!(
            "{{\"name\":\"a\",\"lockfileVersion\":3,\"packages\":{{\n{root},\n{}\n}}}}",
            packages.join(",\n")
        ),
    ]
}

/// The repository with its base commit, and a release of this binary in a folder.
fn base() -> (Sandbox, String) {
    let [manifest, lock] = lockfile(&["one"]);
    let sandbox = Sandbox::new()
        .program("npm", NPM)
        .program("node", NODE)
        .program("gh", GH)
        .file("package.json", manifest)
        .file("package-lock.json", lock)
        .file("Procfile", "web: node a.js\n")
        .file(
            "a.js",
            "require('one');\nrequire('http').createServer().listen(3000);\n",
        )
        .file(".gitignore", "node_modules\n");
    let app = sandbox.app();
    git(&app, &["init", "--quiet"]);
    git(&app, &["add", "."]);
    git(&app, &["commit", "--quiet", "--message", "before"]);
    let commit = git(&app, &["rev-parse", "HEAD"]);
    release(&sandbox);
    (sandbox, commit)
}

fn release(sandbox: &Sandbox) {
    let arch = std::env::consts::ARCH;
    let script = format!(
        "mkdir -p release/bin && cp '{BINARY}' release/bin/build && cd release && \
         tar --create --file - ./bin | gzip -1 > slugsmith-0.1.0-{arch}.tgz && \
         sum=$(sha256sum slugsmith-0.1.0-{arch}.tgz | cut -d ' ' -f 1) && \
         printf 'version=0.1.0\\nurl=file://%s\\nsha256_{arch}=%s\\n' \"$PWD\" \"$sum\" > pinned"
    );
    let made = sandbox
        .command("bash")
        .args(["-ec", &script])
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
}

/// Runs every `run` step of action.yml, as a runner does; the last exit code of `check`.
fn action(sandbox: &Sandbox, base: &str) -> (Ran, String) {
    let temp = sandbox.path("runner");
    let _ = fs_err::remove_dir_all(&temp);
    fs_err::create_dir_all(&temp).unwrap();
    let values = BTreeMap::from([
        ("inputs.app", ".".to_owned()),
        ("inputs.base", base.to_owned()),
        ("inputs.build", "true".to_owned()),
        ("inputs.token", "secret".to_owned()),
        ("runner.temp", temp.display().to_string()),
        (
            "steps.check.outputs.comment",
            temp.join("slugsmith/reports/comment.md")
                .display()
                .to_string(),
        ),
        ("github.event.pull_request.number", "7".to_owned()),
    ]);
    let mut check = None;
    for step in action_steps(&values) {
        let mut command = sandbox.command("bash");
        command
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &step.run])
            .current_dir(sandbox.app())
            .env("GITHUB_ACTION_PATH", repository(""))
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_REPOSITORY", "acme/shop")
            .env("GITHUB_OUTPUT", temp.join("outputs"))
            .env("GITHUB_STEP_SUMMARY", temp.join("summary"))
            .env("RUNNER_TEMP", &temp)
            .env("SLUGSMITH_PINNED", sandbox.path("release/pinned"))
            .envs(&step.env);
        let ran = Ran::from(command.output().unwrap());
        match step.id.as_str() {
            "check" => check = Some(ran),
            _ => drop(ran.expect(0)),
        }
    }
    let comment = fs_err::read_to_string(temp.join("slugsmith/reports/comment.md")).unwrap();
    (check.unwrap(), comment)
}

/// The `script` of the template, in the folder where its `before_script` puts this repository.
fn gitlab(sandbox: &Sandbox, base: &str) -> (i32, String) {
    let mut code = 0;
    for line in gitlab_job().script {
        let line = line.replace(
            "/opt/slugsmith",
            repository("").to_str().unwrap().trim_end_matches('/'),
        );
        std::os::unix::fs::symlink(BINARY, sandbox.path("bin/slugsmith")).ok();
        let ran = sandbox
            .command("sh")
            .args(["-c", &line])
            .current_dir(sandbox.app())
            .env("CI_MERGE_REQUEST_DIFF_BASE_SHA", base)
            .env("SLUGSMITH_REPORTS", sandbox.path("gitlab"))
            .output()
            .unwrap();
        code = ran.status.code().unwrap();
    }
    let quality = fs_err::read_to_string(sandbox.path("gitlab/code-quality.json")).unwrap();
    assert!(
        serde_json::from_str::<serde_json::Value>(&quality)
            .unwrap()
            .is_array()
    );
    (
        code,
        fs_err::read_to_string(sandbox.path("gitlab/comment.md")).unwrap(),
    )
}

fn commit(app: &Path, message: &str) {
    git(app, &["add", "."]);
    git(app, &["commit", "--quiet", "--message", message]);
}

fn tools_are_there() -> bool {
    Command::new("curl").arg("--version").output().is_ok()
}

#[test]
fn three_pull_requests_are_told_the_truth() {
    assert!(tools_are_there(), "the action fetches by curl");
    let (sandbox, before) = base();
    let app = sandbox.app();

    // A README: nothing grows, nothing is new, and the old finding stops nobody.
    let sandbox = sandbox.file("README.md", "# A\n");
    commit(&app, "readme");
    let (ran, comment) = action(&sandbox, &before);
    let ran = ran.expect(0);
    assert!(!ran.stdout.contains("::error"), "{}", ran.stdout);
    assert!(comment.contains("Nothing new to mend"), "{comment}");
    assert!(
        !comment.contains("+300"),
        "sizes are like with like: {comment}"
    );
    assert_eq!(gitlab(&sandbox, &before).0, 0);
    let calls = fs_err::read_to_string(sandbox.path("home/calls")).unwrap();
    assert!(calls.contains("acme/shop/issues/7/comments"), "{calls}");

    // One dependency more: it grows by that, and is named.
    git(&app, &["reset", "--quiet", "--hard", &before]);
    let [manifest, lock] = lockfile(&["one", "two"]);
    let sandbox = sandbox
        .file("package.json", manifest)
        .file("package-lock.json", lock);
    commit(&app, "dependency");
    let (ran, comment) = action(&sandbox, &before);
    ran.expect(0);
    assert!(
        comment.contains("+300") && comment.contains("two"),
        "{comment}"
    );

    // One finding more: that one, and no other.
    git(&app, &["reset", "--quiet", "--hard", &before]);
    let sandbox = sandbox.file("b.js", "require('http').createServer().listen(4000);\n");
    let sandbox = sandbox.file(
        "a.js",
        "require('one');\nrequire('./b');\nrequire('http').createServer().listen(3000);\n",
    );
    commit(&app, "finding");
    let (ran, comment) = action(&sandbox, &before);
    let ran = ran.expect(1);
    assert!(
        ran.stdout.contains("::error file=b.js,line=1"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("file=a.js"), "{}", ran.stdout);
    assert!(
        comment.contains("port-not-from-environment | b.js:1"),
        "{comment}"
    );
    let (code, merge_request) = gitlab(&sandbox, &before);
    assert_eq!(code, 1);
    assert!(
        merge_request.contains("b.js:1") && !merge_request.contains("a.js:"),
        "{merge_request}"
    );
}
