//! One app on every kind of platform: phases in containers of their own and one creator,
//! without a network, as a `post` group of a descriptor elsewhere, with the caches cleared,
//! from the released archives, in a builder, and as a user that the image does not know.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::pack::{Flow, Image, said};
use crate::runner::{RESTORE, SLUGSMITH, path_of, released, variable};
use crate::support::{Sandbox, repository};

const GROUP: &[&str] = &["runtime-node", "procfile", SLUGSMITH];

fn app() -> Sandbox {
    let app = Sandbox::of(&repository("tests/bed/apps/tiny"));
    app.file("public/site.css", "a {}\n")
}

#[track_caller]
fn says(log: &str, line: &str) {
    assert!(log.contains(line), "{line}\n{log}");
}

#[track_caller]
fn installs_nothing(log: &str) {
    says(log, "npm (package-lock.json, 1 package): HIT");
    assert!(!log.contains("Running `npm"), "{log}");
}

/// The digests of the app's own layers: a slice each, the rest last.
fn app_layers(image: &Image) -> Vec<String> {
    let label = "io.buildpacks.lifecycle.metadata";
    let text = image.inspect(&format!("{{{{index .Config.Labels {label:?}}}}}"));
    let metadata: Value = serde_json::from_str(&text).unwrap();
    let layers = metadata["app"].as_array().unwrap().iter();
    layers.map(|layer| layer["sha"].to_string()).collect()
}

fn builder() -> String {
    variable("SLUGSMITH_BED_BUILDER")
}

#[test]
#[ignore = "container test"]
fn one_app_in_every_flow() {
    let app = app();
    let image = Image::new("platforms");
    let (built, log) = image.build(&app.app(), GROUP, Flow::Phases, &[]);
    assert!(built, "{log}");
    says(&log, "MISS, first build");
    the_image_tells_what_it_is(&image);
    the_bill_names_what_was_installed(&image);
    let before = app_layers(&image);

    // Another flow, no network, changed code: the slice of node_modules stays as it is.
    fs_err::write(app.app().join("public/site.css"), "b {}\n").unwrap();
    let mut command = with_group(&image, &app, Flow::Trusted, &path_of(SLUGSMITH));
    command.args(["--network", "none"]);
    installs_nothing(&image.built(command));
    let after = app_layers(&image);
    assert_eq!((before.len(), after.len()), (2, 2), "a slice and the rest");
    assert!(
        before[0] == after[0] && before[1] != after[1],
        "{before:?} {after:?}"
    );

    // The list from a descriptor that is not in the app, with the released tarball.
    let mut command = image.command(&app.app(), &builder(), Flow::Phases);
    let group = [
        path_of("runtime-node"),
        path_of("procfile"),
        released("slugsmith", "tgz"),
    ];
    command.args(["--network", "none", "--descriptor"]);
    command.arg(descriptor(&app, "group", &group));
    let log = image.built(command);
    installs_nothing(&log);
    says(&log, "- Stack (3 buildpacks, this one last)");

    let mut command = with_group(&image, &app, Flow::Trusted, &released("slugsmith", "cnb"));
    command.arg("--clear-cache");
    says(&image.built(command), "MISS, first build");
}

/// A build with the usual list and our buildpack from a folder or archive.
fn with_group(image: &Image, app: &Sandbox, flow: Flow, ours: &Path) -> Command {
    let mut command = image.command(&app.app(), &builder(), flow);
    for name in ["runtime-node", "procfile"] {
        command.arg("--buildpack").arg(path_of(name));
    }
    command.arg("--buildpack").arg(ours);
    command
}

/// A project descriptor outside of the app.
fn descriptor(app: &Sandbox, list: &str, buildpacks: &[PathBuf]) -> PathBuf {
    let path = app.path("elsewhere.toml");
    let mut text = String::from("[_]\nschema-version = \"0.2\"\n");
    for buildpack in buildpacks {
        let uri = buildpack.display().to_string();
        let _ = write!(text, "[[io.buildpacks.{list}]]\nuri = {uri:?}\n");
    }
    fs_err::write(&path, text).unwrap();
    path
}

fn the_image_tells_what_it_is(image: &Image) {
    let label = |name: &str| image.inspect(&format!("{{{{index .Config.Labels {name:?}}}}}"));
    assert_eq!(label("com.slugsmith.version"), env!("CARGO_PKG_VERSION"));
    assert_eq!(label("com.slugsmith.budget.verdict"), "within");
    let bytes = |name: &str| label(name).parse::<u64>().unwrap();
    assert!(bytes("com.slugsmith.size.bytes") > bytes("com.slugsmith.size.image"));
    assert!(bytes("com.slugsmith.size.slug") > 0);
}

/// The production dependency with its version and licence, and nothing that was pruned.
fn the_bill_names_what_was_installed(image: &Image) {
    let folder = tempfile::tempdir().unwrap();
    image.bills(folder.path());
    let bill = folder
        .path()
        .join("layers/sbom/launch/slugsmith_slugsmith/sbom.cdx.json");
    let bill: Value = serde_json::from_slice(&fs_err::read(bill).unwrap()).unwrap();
    let components = bill["components"].as_array().unwrap();
    assert_eq!(components.len(), 1, "{components:?}");
    assert_eq!(components[0]["purl"], "pkg:npm/ms@2.1.3");
    assert_eq!(components[0]["licenses"][0]["license"]["name"], "MIT");
}

/// A binary for one machine under a descriptor for two would fail in the middle of a build.
#[test]
#[ignore = "container test"]
fn a_package_declares_the_one_target_that_it_runs_on() {
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        _ => "arm64",
    };
    for (source, packaged) in [
        ("buildpack.toml", SLUGSMITH),
        ("companion/buildpack.toml", RESTORE),
    ] {
        let targets = |path: PathBuf| {
            let table: toml::Table = fs_err::read_to_string(path).unwrap().parse().unwrap();
            let targets = table["targets"].as_array().unwrap().iter();
            let arches = targets.map(|target| target["arch"].as_str().unwrap().to_owned());
            arches.collect::<Vec<_>>()
        };
        assert_eq!(targets(repository(source)), ["amd64", "arm64"]);
        assert_eq!(targets(path_of(packaged).join("buildpack.toml")), [arch]);
    }
}

/// A builder with an order of its own, as a cluster's: the companion first, from its OCI
/// archive, and slugsmith after everything as the `post` group of a descriptor.
#[test]
#[ignore = "container test"]
fn around_the_order_of_a_builder() {
    let bed = variable("SLUGSMITH_BED_BUILDER_CONFIG");
    if bed.is_empty() {
        eprintln!("skipped: there is no builder.toml of a builder of your own");
        return;
    }
    let app = app();
    let order = [
        ("slugsmith/restore", released("slugsmith-restore", "cnb")),
        ("fixture/runtime-node", path_of("runtime-node")),
        ("fixture/procfile", path_of("procfile")),
    ];
    let mut text = String::new();
    for (_, path) in &order {
        let _ = write!(
            text,
            "[[buildpacks]]\nuri = {:?}\n",
            path.display().to_string()
        );
    }
    text += "[[order]]\n";
    for (id, _) in &order {
        let _ = write!(text, "[[order.group]]\nid = {id:?}\n");
    }
    // The bed's own builder brings the lifecycle and the build image.
    text += &fs_err::read_to_string(bed).unwrap();
    fs_err::write(app.path("builder.toml"), text).unwrap();
    let builder = Image::new("builder");
    let mut command = Command::new(variable("SLUGSMITH_BED_PACK"));
    command.args([
        "builder",
        "create",
        builder.name(),
        "--pull-policy",
        "never",
    ]);
    command.arg("--config").arg(app.path("builder.toml"));
    builder.built(command);

    let image = Image::new("in-builder");
    let mut command = image.command(&app.app(), builder.name(), Flow::Phases);
    command.arg("--descriptor");
    command.arg(descriptor(&app, "post.group", &[path_of(SLUGSMITH)]));
    let log = image.built(command);
    says(&log, "## slugsmith/restore");
    says(&log, "- Stack (4 buildpacks, this one last)");
    says(&log, "Running `npm ci");
}

/// As on clusters that choose the user: an unknown uid without a home, a read-only file
/// system with the buildpack in it, and nothing writable but what the lifecycle needs.
#[test]
#[ignore = "container test"]
fn as_any_user_on_a_read_only_system() {
    let app = app();
    let user = "4321:4321";
    let layers = app.path("layers");
    fs_err::create_dir(&layers).unwrap();
    let order = "[[order]]\n[[order.group]]\nid = \"slugsmith/slugsmith\"\nversion = \"0.1.0\"\n";
    fs_err::write(
        app.path("order.toml"),
        order.replace("0.1.0", env!("CARGO_PKG_VERSION")),
    )
    .unwrap();
    let own = Command::new("chown")
        .args(["-R", user])
        .arg(app.app())
        .arg(&layers)
        .status();
    assert!(own.unwrap().success());
    let buildpack = format!(
        "/cnb/buildpacks/slugsmith_slugsmith/{}",
        env!("CARGO_PKG_VERSION")
    );
    let phases = "/cnb/lifecycle/detector -app /workspace -layers /layers -order /order.toml -platform /platform \
                  && /cnb/lifecycle/builder -app /workspace -layers /layers -platform /platform";
    let run = || {
        let mut command = Command::new("docker");
        command.args([
            "run",
            "--rm",
            "--user",
            user,
            "--read-only",
            "--tmpfs",
            "/tmp",
        ]);
        command.args([
            "--tmpfs",
            "/platform",
            "--env",
            "CNB_PLATFORM_API=0.12",
            "--volume",
        ]);
        command
            .arg(format!("{}:/workspace", app.app().display()))
            .arg("--volume");
        command
            .arg(format!("{}:/layers", layers.display()))
            .arg("--volume");
        command.arg(format!(
            "{}:/order.toml:ro",
            app.path("order.toml").display()
        ));
        command.arg("--volume");
        command.arg(format!("{}:{buildpack}:ro", path_of(SLUGSMITH).display()));
        command.args(["--entrypoint", "/bin/sh", &builder(), "-c", phases]);
        let output = command.output().unwrap();
        let said = said(&output);
        assert!(output.status.success(), "{said}");
        said
    };
    let log = run();
    says(&log, "MISS, first build");
    says(&log, "kept for the next build");
    fs_err::remove_dir_all(app.app().join("node_modules")).unwrap();
    installs_nothing(&run());
}
