//! A shared store in Cloud Native builds: the main branch's app fills it, and the first build of a
//! review app, on a builder that has never seen the app, is warm.

use std::path::Path;
use std::process::Command;

use crate::pack::{Flow, Image};
use crate::runner::{SLUGSMITH, path_of, variable};
use crate::servers::{self, SECRET, USER};
use crate::support::{Ran, Sandbox, repository};

const KEY: &str = "hmac:the key of a team of tests";

/// One app of a pipeline, on a builder of its own: its volumes, its image, its variables.
fn build(image: &Image, port: u16, machine: &str, app: &Path, flow: Flow, more: &[&str]) -> String {
    let mut command = image.command(app, &variable("SLUGSMITH_BED_BUILDER"), flow);
    command.env("PACK_VOLUME_KEY", format!("slugsmith-store-{machine}"));
    command.args(["--network", "host"]);
    for name in ["runtime-node", "procfile", SLUGSMITH] {
        command.arg("--buildpack").arg(path_of(name));
    }
    let endpoint = format!("SLUGSMITH_STORE_ENDPOINT=http://127.0.0.1:{port}");
    let user = format!("SLUGSMITH_STORE_ACCESS_KEY_ID={USER}");
    let secret = format!("SLUGSMITH_STORE_SECRET_ACCESS_KEY={SECRET}");
    let key = format!("SLUGSMITH_STORE_KEY={KEY}");
    let ours = [
        "SLUGSMITH_STORE_URL=s3://caches/team",
        &endpoint,
        &user,
        &secret,
        &key,
    ];
    for variable in ours.iter().chain(more) {
        command.args(["--env", variable]);
    }
    image.built(command)
}

/// All that the image holds: its files, its variables, its labels.
fn holds(image: &Image, text: &str) -> bool {
    let script = "docker image inspect \"$1\" | grep -qF -- \"$2\" && exit 0
        docker run --rm --entrypoint grep \"$1\" -rqsF -- \"$2\" /workspace /layers";
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh", image.name(), text]);
    command.status().unwrap().success()
}

#[test]
#[ignore = "container test"]
fn the_first_build_of_a_review_app_is_warm() {
    let server = servers::s3();
    let app = Sandbox::of(&repository("tests/bed/apps/tiny"));
    let main = Image::new("store-main");
    let log = build(
        &main,
        server.port,
        "main",
        &app.app(),
        Flow::Trusted,
        &["SLUGSMITH_STORE_BRANCH=main"],
    );
    assert!(
        log.contains("MISS, first build") && log.contains("npm: written"),
        "{log}"
    );
    for (machine, flow) in [("one", Flow::Trusted), ("two", Flow::Phases)] {
        let review = Image::new(&format!("store-{machine}"));
        let of_review = ["HEROKU_BRANCH=feature", "HEROKU_PR_NUMBER=7"];
        let first = build(&review, server.port, machine, &app.app(), flow, &of_review);
        assert!(first.contains("taken from s3://caches/team"), "{first}");
        assert!(
            first.contains("HIT, restored") && !first.contains("Running `npm"),
            "{first}"
        );
        assert!(
            !first.contains("npm: written"),
            "a review app wrote: {first}"
        );
        // From then on its own cache is warm, and nobody is asked.
        let second = build(&review, server.port, machine, &app.app(), flow, &of_review);
        assert!(second.contains("HIT"), "{second}");
        assert!(!second.contains("taken from"), "{second}");
        for text in [SECRET, "the key of a team"] {
            assert!(
                !first.contains(text) && !second.contains(text),
                "{text} in the log"
            );
            assert!(!holds(&review, text), "{text} in the image");
        }
        let modules = |image: &Image| {
            let list = "cd /workspace && find -L node_modules -type f | sort | xargs sha256sum";
            let mut command = Command::new("docker");
            command.args([
                "run",
                "--rm",
                "--entrypoint",
                "sh",
                image.name(),
                "-c",
                list,
            ]);
            Ran::from(command.output().unwrap()).expect(0).stdout
        };
        assert_eq!(modules(&review), modules(&main));
    }
}
