//! The whole action and the GitLab template in containers: the release that was packaged, real npm, and a repository
//! with three pull requests: a README only, one dependency more, one new finding.

use std::collections::BTreeMap;
use std::process::{Command, Output};

use crate::pack::said;
use crate::runner::{released, variable};
use crate::support::repository;
use crate::support::workflow::{action_steps, gitlab_job};

/// What a runner's host answers for comments of a pull request: one file per comment below `/comments`.
const GH: &str = r#"#!/bin/sh
for last; do :; done
case "$*" in
*--paginate*) ls /comments ;;
*"--method POST"*) cp "${last#body=@}" "/comments/$(($(ls /comments | wc -l) + 1))" ;;
*"--method PATCH"*) cp "${last#body=@}" "/comments/$(echo "$*" | sed -E 's|.*/comments/([0-9]+) .*|\1|')" ;;
esac
"#;

/// An app with one dependency and an old finding; its pull requests are branches.
const PULL_REQUESTS: &str = r#"
git config --global user.name t && git config --global user.email t@example.com
git config --global --add safe.directory '*'
git init --quiet --initial-branch main /shop && cd /shop
echo '{"name":"shop","version":"1.0.0","engines":{"node":"18.x"},"dependencies":{"ms":"2.1.3"}}' > package.json
npm install --package-lock-only --no-audit --no-fund >/dev/null
echo 'web: node a.js' > Procfile
echo node_modules > .gitignore
printf "require('ms');\nrequire('http').createServer().listen(3000);\n" > a.js
commit() { git add . && git commit --quiet --message "$1"; }
commit before
git switch --quiet --create readme && echo '# Shop' > README.md && commit readme
git switch --quiet --create dependency main
npm install --package-lock-only --no-audit --no-fund lodash@4.17.21 >/dev/null
printf "require('lodash');\n" >> a.js && commit dependency
git switch --quiet --create finding main
printf "require('http').createServer().listen(4000);\n" > b.js
sed -i "1a require('./b');" a.js && commit finding
"#;

/// A container of the bed's build image, with a release of ours below `/release`.
struct Machine {
    id: String,
    _release: tempfile::TempDir,
}

impl Machine {
    fn new() -> Self {
        let folder = release();
        let output = Command::new("docker")
            .args(["run", "--detach", "--user", "root", "--env", "HOME=/root"])
            .arg(format!("--volume={}:/release", folder.path().display()))
            .args(["--entrypoint", "sleep"])
            .arg(variable("SLUGSMITH_BED_BUILDER"))
            .arg("infinity")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", said(&output));
        let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let machine = Self {
            id,
            _release: folder,
        };
        let made = machine.run("/", PULL_REQUESTS, &BTreeMap::new());
        assert!(made.status.success(), "{}", said(&made));
        machine
    }

    /// Runs a script as a CI's runner does.
    fn run(&self, folder: &str, script: &str, env: &BTreeMap<String, String>) -> Output {
        let mut command = Command::new("docker");
        command.args(["exec", "--workdir", folder]);
        for (name, value) in env {
            command.arg("--env").arg(format!("{name}={value}"));
        }
        command.arg(&self.id);
        command.args(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]);
        command.arg(script).output().unwrap()
    }

    fn read(&self, script: &str) -> String {
        let output = self.run("/shop", script, &BTreeMap::new());
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = Command::new("docker")
            .args(["rm", "--force", &self.id])
            .output();
    }
}

/// What the tag of a release holds for CI, and the release's archive.
fn release() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let archive = released("slugsmith", "tgz");
    let name = archive.file_name().unwrap().to_str().unwrap().to_owned();
    fs_err::copy(&archive, folder.path().join(&name)).unwrap();
    let script = "mkdir -p repository comments bin
        cp -r \"$1/action.yml\" \"$1/bin\" \"$1/integrations\" repository/
        sum=$(sha256sum \"$2\" | cut -d ' ' -f 1)
        printf 'version=%s\\nurl=file:///release\\n' \"$3\" > repository/bin/pinned
        printf 'sha256_%s=%s\\n' \"$(uname -m)\" \"$sum\" >> repository/bin/pinned
        cd repository && git init --quiet && git add --force .
        git -c user.name=t -c user.email=t@example.com -c commit.gpgsign=false commit --quiet --message release
        git tag \"v$3\"";
    let made = Command::new("bash")
        .args(["-ec", script, "bash"])
        .arg(repository(""))
        .args([&name, env!("CARGO_PKG_VERSION")])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", said(&made));
    let gh = folder.path().join("bin/gh");
    fs_err::write(&gh, GH).unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs_err::set_permissions(gh, executable).unwrap();
    folder
}

fn owned(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

/// The action on a pull request: the exit code of its check, what it printed, and all comments.
fn action(machine: &Machine, branch: &str) -> (i32, String, String) {
    machine.read(&format!(
        "mkdir -p /comments /runner && rm -rf /runner/* && git switch --quiet {branch}"
    ));
    let base = machine.read("git rev-parse main");
    let values = BTreeMap::from([
        ("inputs.app", ".".to_owned()),
        ("inputs.base", base),
        ("inputs.build", "true".to_owned()),
        ("inputs.token", "secret".to_owned()),
        ("runner.temp", "/cached".to_owned()),
        (
            "steps.check.outputs.comment",
            "/runner/slugsmith/reports/comment.md".to_owned(),
        ),
        ("github.event.pull_request.number", "7".to_owned()),
    ]);
    let runner = owned(&[
        ("GITHUB_ACTION_PATH", "/release/repository"),
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_REPOSITORY", "acme/shop"),
        ("GITHUB_OUTPUT", "/runner/outputs"),
        ("GITHUB_STEP_SUMMARY", "/runner/summary"),
        ("RUNNER_TEMP", "/runner"),
        ("PATH", "/release/bin:/usr/local/bin:/usr/bin:/bin"),
    ]);
    let mut checked = None;
    for mut step in action_steps(&values) {
        step.env.extend(runner.clone());
        let output = machine.run("/shop", &step.run, &step.env);
        let code = output.status.code().unwrap();
        match step.id.as_str() {
            "check" => checked = Some((code, said(&output))),
            _ => assert_eq!(code, 0, "{}", said(&output)),
        }
    }
    let (code, said) = checked.expect("the action checks");
    (code, said, machine.read("cat /comments/*"))
}

/// The GitLab template on a merge request: the exit code of its script, and what it printed at the end.
fn gitlab(machine: &Machine, branch: &str) -> (i32, String) {
    let job = gitlab_job();
    machine.read(&format!(
        "rm -rf /opt/slugsmith /usr/local/bin/slugsmith /build && git clone --quiet --branch {branch} /shop /build"
    ));
    let mut env = job.variables;
    env.extend(owned(&[
        ("SLUGSMITH_REPOSITORY", "/release/repository"),
        ("SLUGSMITH_REF", concat!("v", env!("CARGO_PKG_VERSION"))),
    ]));
    let base = machine.read("git rev-parse main");
    env.insert("CI_MERGE_REQUEST_DIFF_BASE_SHA".to_owned(), base);
    // What these lines install the image has.
    let is_install = |line: &&String| line.starts_with("apt-get ");
    assert_eq!(job.before.iter().filter(is_install).count(), 2);
    let before: Vec<_> = job
        .before
        .iter()
        .filter(|line| !is_install(line))
        .cloned()
        .collect();
    let script = [before, job.script].concat().join("\n");
    let output = machine.run("/build", &script, &env);
    let code = output.status.code().unwrap();
    assert!(code <= 1, "{}", said(&output));
    let after = machine.run("/build", &job.after.join("\n"), &env);
    assert!(after.status.success(), "{}", said(&after));
    let quality = machine.read("cat /build/slugsmith-reports/code-quality.json");
    assert!(
        serde_json::from_str::<serde_json::Value>(&quality)
            .unwrap()
            .is_array()
    );
    (code, said(&after))
}

#[test]
#[ignore = "container test"]
fn the_action_and_the_gitlab_template_tell_three_pull_requests_the_truth() {
    // A builder of somebody else has neither git nor npm.
    if variable("SLUGSMITH_BED_RUN_IMAGE").is_empty() {
        return;
    }
    let machine = Machine::new();

    let (code, printed, comments) = action(&machine, "readme");
    assert_eq!(code, 0, "{printed}");
    assert!(!printed.contains("::error"), "{printed}");
    assert!(comments.contains("Nothing new to mend"), "{comments}");
    // Both sides are builds: a README is no megabyte, and the dependency that both have did not move.
    assert!(
        comments.contains("**Slug +") && !comments.contains(" MB"),
        "{comments}"
    );
    let moved = comments.split("**Slug").nth(1).unwrap();
    assert!(!moved.contains("| ms |"), "{comments}");
    let (code, sources) = gitlab(&machine, "readme");
    assert_eq!(code, 0, "{sources}");
    assert!(sources.contains("Nothing new to mend"), "{sources}");

    let (code, printed, comments) = action(&machine, "dependency");
    assert_eq!(code, 0, "{printed}");
    assert!(comments.contains("| lodash | – | 30"), "{comments}");
    // The files that grew are not told to have shrunk because they pack better beside it.
    assert!(!comments.contains("| -"), "{comments}");
    // The comment of before is edited: there is one.
    assert_eq!(
        comments.matches("<!-- slugsmith -->").count(),
        1,
        "{comments}"
    );
    let (code, sources) = gitlab(&machine, "dependency");
    assert_eq!(code, 0, "{sources}");
    assert!(
        sources.contains("**Sources only, without dependencies"),
        "{sources}"
    );

    let (code, printed, comments) = action(&machine, "finding");
    assert_eq!(code, 1, "{printed}");
    assert!(printed.contains("::error file=b.js,line=1"), "{printed}");
    assert!(!printed.contains("file=a.js"), "{printed}");
    assert!(
        comments.contains("port-not-from-environment | b.js:1"),
        "{comments}"
    );
    let (code, sources) = gitlab(&machine, "finding");
    assert_eq!(code, 1, "{sources}");
    assert!(
        sources.contains("b.js:1") && !sources.contains("a.js:"),
        "{sources}"
    );
}
