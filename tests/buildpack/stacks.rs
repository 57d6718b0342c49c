//! Eleven buildpacks in two orders and both flows of the lifecycle, built again with absent
//! layers: the log and the JSON, and the environment of each process as a container has it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use slugsmith::stack::env_report;
use slugsmith::stack::environment::Raw;

use crate::pack::{Flow, Image};
use crate::runner::{RESTORE, SLUGSMITH};
use crate::support::Sandbox;

const GROUP: &[&str] = &[
    RESTORE,
    "runtime-node",
    "tools-acme",
    "agent-metrics",
    "reuser",
    "configured",
    "first-slicer",
    "second-slicer",
    "cleaner",
    "procfile",
    SLUGSMITH,
];

/// The same with runtimes and slices in the corrected order, and the Procfile in the middle.
const OTHER: &[&str] = &[
    RESTORE,
    "cleaner",
    "second-slicer",
    "tools-acme",
    "agent-metrics",
    "procfile",
    "configured",
    "reuser",
    "runtime-node",
    "first-slicer",
    SLUGSMITH,
];

fn app() -> Sandbox {
    Sandbox::new()
        .file("Procfile", "web: env -0\n")
        .file(
            "worker.js",
            "for (const [k, v] of Object.entries(process.env)) process.stdout.write(`${k}=${v}\\0`);\n",
        )
        .file("package.json", "{\"name\": \"tiny\", \"version\": \"1.0.0\", \"private\": true}\n")
        .file("public/css/site.css", "a {}\n")
        .file("docs/old.md", "old\n")
        .file("settings.txt", "as pushed\n")
        .file("project.toml", "[_]\nschema-version = \"0.2\"\n[com.slugsmith.strip]\nlevel = \"off\"\n")
}

/// The stack's part of our own log, without pack's prefixes.
fn section(all: &str) -> String {
    let lines: Vec<&str> = all
        .lines()
        .map(|line| line.strip_prefix("[builder] ").unwrap_or(line))
        .skip_while(|line| !line.starts_with("- Stack"))
        .collect();
    let end = lines.iter().skip(1).position(|line| line.starts_with("- "));
    let section = &lines[..end.map_or(lines.len(), |end| end + 1)];
    // What the operator of the bed's builder sets differs between machines, proxies as well.
    let of_machine = |line: &str| {
        line.trim_start().starts_with("operator ")
            || line.contains("_proxy")
            || line.contains("_PROXY")
    };
    let kept = section.iter().enumerate().filter(|(at, line)| {
        let next = section.get(at + 1).copied().unwrap_or_default();
        !of_machine(line) && !of_machine(next)
    });
    let section: Vec<String> = kept.map(|(_, line)| steady(line)).collect();
    section.join("\n")
}

/// Sizes, and versions of node and of ourselves, differ between machines.
fn steady(line: &str) -> String {
    // Sizes stand right-aligned, so that the blanks before them change with them.
    let bare = line.trim_start();
    let is_row = bare.starts_with(|c: char| c.is_ascii_digit());
    let line = if is_row { bare } else { line };
    let mut words: Vec<String> = Vec::new();
    let number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    for word in line.split(' ') {
        let last = words.last().cloned().unwrap_or_default();
        match word {
            "B" | "kB" | "MB" if number(&last) => {
                words.pop();
                words.push("<size>".to_owned());
            }
            "command" | "commands" if number(&last) => {
                words.pop();
                words.push("<some> commands".to_owned());
            }
            word if number(word)
                && ["node", "over", "slugsmith/slugsmith", "slugsmith/restore"]
                    .contains(&last.as_str()) =>
            {
                words.push("<version>".to_owned());
            }
            word => words.push(word.to_owned()),
        }
    }
    words.join(" ")
}

/// What `slugsmith stack --format json` says of the layers in an image.
fn json(app: &Sandbox, image: &Image) -> String {
    let folder = tempfile::tempdir().unwrap();
    let layers = folder.path().join("layers");
    image.copy("/layers", &layers);
    let layers = layers.display().to_string();
    let ran = app.slugsmith(&[
        "stack", "--layers", &layers, "--app", "app", "--format", "json",
    ]);
    let mut value = ran.expect(0).json();
    without_sizes(&mut value);
    let text = serde_json::to_string_pretty(&value).unwrap();
    let root = app.path("").display().to_string();
    let text = text
        .replace(&layers, "/layers")
        .replace(root.trim_end_matches('/'), "/sandbox")
        .replace(env!("CARGO_PKG_VERSION"), "<version>");
    let lines: Vec<String> = text.lines().map(steady).collect();
    lines.join("\n")
}

/// Sizes, versions and numbers of what machine and builder bring differ between machines.
fn without_sizes(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            let of_image = fields.get("owner").is_some_and(|owner| owner == "image");
            fields.retain(|name, _| {
                let differs = [
                    "bytes",
                    "launch_bytes",
                    "files",
                    "size",
                    "version",
                    "versions",
                    "executables",
                ]
                .contains(&name.as_str());
                !(differs || of_image && name == "commands")
            });
            fields.values_mut().for_each(without_sizes);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(without_sizes),
        _ => {}
    }
}

fn records(bytes: &[u8]) -> Raw {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let pairs = text.split('\0').filter_map(|record| record.split_once('='));
    pairs
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
}

/// Each process's environment, as the layers of the image predict it and as containers have it.
fn environments_agree(image: &Image) {
    let folder = tempfile::tempdir().unwrap();
    let layers = folder.path().join("layers");
    image.copy("/layers", &layers);
    let base = records(&image.run("/usr/bin/env", &["-0"], &["WORKERS=7"]).0);
    let report = env_report(&layers, Path::new("/nonexistent"), &base, None);
    assert_eq!(report.processes.len(), 3);
    assert_eq!(
        image.inspect("{{index .Config.Entrypoint 0}}"),
        format!("/cnb/process/{}", report.default.unwrap())
    );
    for process in &report.processes {
        let arguments: &[&str] = if process.kind == "clock" {
            &["environment"]
        } else {
            &[]
        };
        let env = ["WORKERS=7", "SLUGSMITH_LAUNCH_CHECK=1"];
        let (printed, said) = image.run(&process.kind, arguments, &env);
        let mut real = records(&printed);
        // What shells add, and what the agent's start program sets: neither can be predicted.
        for name in [
            "PWD",
            "OLDPWD",
            "SHLVL",
            "_",
            "METRICS_ENDPOINT",
            "SLUGSMITH_LAUNCH_CHECK",
        ] {
            real.remove(&OsString::from(name));
        }
        let root = layers.display().to_string();
        let predicted: BTreeMap<OsString, OsString> = process
            .environment
            .raw()
            .into_iter()
            .map(|(name, value)| {
                (
                    name,
                    value.to_string_lossy().replace(&root, "/layers").into(),
                )
            })
            .collect();
        assert_eq!(predicted, real, "{}", process.kind);
        // The build itself predicted the same, and the start of the container says so.
        let as_predicted = said.contains(&format!("slugsmith: {}: ", process.kind))
            && said.contains("variables are as the build predicted");
        assert!(as_predicted, "{said}");
    }
}

#[test]
#[ignore = "container test"]
fn eleven_buildpacks_in_both_flows() {
    let app = app();
    let image = Image::new("eleven");
    let (fine, first) = image.build(&app.app(), GROUP, Flow::Phases, &["MODE=fast"]);
    assert!(fine, "{first}");
    insta::assert_snapshot!("first_build_in_phases", section(&first));
    assert!(first.contains("MODE is not set"));
    assert_eq!(
        image.inspect("{{index .Config.Labels \"fixture.team\"}}"),
        "platform"
    );
    assert_eq!(
        String::from_utf8_lossy(
            &image
                .run("/bin/sh", &["-c", "ls docs; cat settings.txt"], &[])
                .0
        ),
        "changed\n"
    );

    // Again, by the creator: the kept layer's contents are not there, and yet known.
    let (fine, second) = image.build(
        &app.app(),
        GROUP,
        Flow::Trusted,
        &["MODE=fast", "BP_LOG_LEVEL=DEBUG"],
    );
    assert!(fine, "{second}");
    assert!(second.contains("Kept from the previous image"));
    let text = section(&second);
    assert!(text.contains("as an earlier build saw it"), "{text}");
    insta::assert_snapshot!("second_build_by_the_creator", text);
    environments_agree(&image);

    insta::assert_snapshot!("as_json", json(&app, &image));

    // Everything as the findings wanted it.
    let (fine, third) = image.build(&app.app(), OTHER, Flow::Trusted, &[]);
    assert!(fine, "{third}");
    insta::assert_snapshot!("another_order", section(&third));
    environments_agree(&image);
}

#[test]
#[ignore = "container test"]
fn an_export_that_must_fail_is_foretold() {
    let image = Image::new("broken");
    let (fine, said) = image.build(
        &app().app(),
        &["broken-export", SLUGSMITH],
        Flow::Trusted,
        &[],
    );
    assert!(!fine);
    let told = said.find(
        "error: The process type `a:b` of fixture/broken-export has a character that image \
        export refuses",
    );
    let failed = said.find("ERROR: failed to export");
    assert!(
        told.is_some() && failed.is_some() && told < failed,
        "{said}"
    );
}
