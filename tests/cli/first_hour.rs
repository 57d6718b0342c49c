//! The first hour with the command: flags that people try, images by their names, addresses of
//! pages, and what is said where something can't be read or written.

use std::process::Stdio;

use crate::support::{BINARY, Ran, Sandbox, repository};

fn faulty() -> Sandbox {
    Sandbox::new()
        .file("package.json", r#"{"name":"a","engines":{"node":"22.x"}}"#)
        .file("Procfile", "web: node a.js\n")
        .file("a.js", "require('http').createServer().listen(3000);\n")
}

#[test]
fn quiet_still_names_what_counts() {
    let ran = faulty().slugsmith(&["check", "app", "-q"]).expect(1);
    assert!(
        ran.stdout
            .contains("error port-not-from-environment a.js:1"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.lines().count() < 20, "{}", ran.stdout);
}

#[test]
fn colours_are_a_choice() {
    let sandbox = faulty();
    for (flag, coloured) in [("always", true), ("never", false), ("auto", false)] {
        let ran = sandbox.slugsmith(&["check", "app", "--color", flag]);
        assert_eq!(ran.stdout.contains('\u{1b}'), coloured, "{flag}");
    }
    sandbox
        .slugsmith(&["--color", "sometimes", "check", "app"])
        .expect(2);
}

#[test]
fn every_id_has_the_address_of_its_page() {
    let base = "[com.slugsmith]\npages = \"https://docs.example.com/s/\"\n";
    let sandbox = faulty().file("project.toml", base);
    let ran = sandbox.slugsmith(&["check", "app"]).expect(1);
    let page = "https://docs.example.com/s/rules/port-not-from-environment.html";
    assert!(ran.stdout.contains(page), "{}", ran.stdout);
    let json = sandbox
        .slugsmith(&["check", "app", "--format", "json"])
        .expect(1);
    assert!(json.stdout.contains(page), "{}", json.stdout);
    let ran = sandbox
        .slugsmith(&["check", "app", "--output", "/nowhere/x"])
        .expect(3);
    assert!(
        ran.stderr
            .contains("https://docs.example.com/s/errors/not-written.html"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_report_that_is_not_written_is_said_in_its_own_words() {
    let sandbox = faulty();
    for arguments in [
        ["check", "app", "--output", "/nowhere/x"],
        ["inspect", "app", "--output", "/nowhere/x"],
        ["build", "app", "--json", "/nowhere/x"],
    ] {
        let ran = sandbox.slugsmith(&arguments).expect(3);
        assert!(
            ran.stderr.contains("The report could not be written"),
            "{}",
            ran.stderr
        );
        assert!(
            !ran.stderr.contains("report it with this log"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn a_file_that_is_no_image_is_called_so() {
    let ran = faulty()
        .slugsmith(&["inspect", "app/package.json"])
        .expect(3);
    assert!(
        ran.stderr.contains("a file that is no archive"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("header"), "{}", ran.stderr);
}

/// A program that answers as an engine with one image does.
const ENGINE: &str = "#!/bin/sh\ncase \"$1 $2 $3\" in\n\
    'image inspect shop:1') exit 0;;\n'image inspect '*) exit 1;;\n'image ls --quiet') exit 0;;\n\
    'image save shop:1') exec cat \"$HOME/image.tar\";;\nesac\nexit 9\n";

/// An archive as `docker save` writes it.
fn archive(sandbox: &Sandbox) -> Vec<u8> {
    let script = "mkdir -p files/opt l && printf 'hello world %.0s' $(seq 9000) > files/opt/text && \
        tar -cf l/layer.tar -C files . && \
        printf '{\"rootfs\":{\"diff_ids\":[\"sha256:aa\"]}}' > config.json && \
        printf '[{\"Config\":\"config.json\",\"Layers\":[\"l/layer.tar\"]}]' > manifest.json && \
        tar -cf image.tar manifest.json config.json l && gzip -6 < l/layer.tar | wc -c";
    let home = sandbox.path("home");
    let made = sandbox
        .command("sh")
        .args(["-c", script])
        .current_dir(home)
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    made.stdout
}

#[test]
fn an_image_is_found_by_its_name_and_weighs_what_gzip_says() {
    for engine in ["docker", "podman"] {
        let sandbox = Sandbox::new().program(engine, ENGINE);
        let gzip = archive(&sandbox);
        let gzip: f64 = String::from_utf8(gzip).unwrap().trim().parse().unwrap();
        let ran = sandbox
            .slugsmith(&["inspect", "shop:1", "--format", "json"])
            .expect(0);
        let bytes = ran.json()["size"]["compressed"]["bytes"].as_f64().unwrap();
        assert!((bytes / gzip - 1.0).abs() < 0.01, "{bytes} of {gzip}");
        let missing = sandbox.slugsmith(&["inspect", "shop:2"]).expect(2);
        assert!(
            missing.stderr.contains(&format!("{engine} has no image")),
            "{}",
            missing.stderr
        );
    }
}

#[test]
fn an_archive_can_be_piped_in() {
    let sandbox = Sandbox::new();
    archive(&sandbox);
    let image = fs_err::File::open(sandbox.path("home/image.tar")).unwrap();
    let mut command = sandbox.command(BINARY);
    command
        .args(["inspect", "-"])
        .stdin(Stdio::from(image.into_parts().0));
    let ran = Ran::from(command.output().unwrap()).expect(0);
    assert!(
        ran.stdout.contains("108.0 kB unpacked, 1 file"),
        "{}",
        ran.stdout
    );
    let mut command = sandbox.command(BINARY);
    command.args(["inspect", "-"]).stdin(Stdio::null());
    let ran = Ran::from(command.output().unwrap()).expect(2);
    assert!(
        ran.stderr.contains("standard input: empty"),
        "{}",
        ran.stderr
    );
}

#[test]
fn one_place_names_who_publishes_this() {
    let manifest = fs_err::read_to_string(repository("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let set = manifest["workspace"]["package"]["repository"]
        .as_str()
        .unwrap();
    let (_, path) = set.split_once("://").unwrap();
    if set.contains("/OWNER/") {
        eprintln!(
            "The repository is unset: scripts/repository https://HOST/NAME/slugsmith sets it everywhere."
        );
    }
    for file in [
        "README.md",
        "docs/tasks/add-it.md",
        "docs/tasks/ci.md",
        "integrations/formula",
    ] {
        let text = fs_err::read_to_string(repository(file)).unwrap();
        let host = path.split('/').next().unwrap();
        for (at, _) in text.match_indices(&format!("{host}/")) {
            let rest = &text[at..];
            let is_ours = rest
                .split(|c: char| c.is_whitespace() || c == '"')
                .next()
                .unwrap()
                .contains("/slugsmith");
            assert!(
                !is_ours || rest.starts_with(path),
                "{file}: {}",
                &rest[..rest.len().min(60)]
            );
        }
    }
}

#[test]
fn a_release_has_a_formula_for_what_it_holds() {
    let sandbox = Sandbox::new();
    let sums = sandbox.path("SHA256SUMS");
    let (intel, arm) = ("1".repeat(64), "2".repeat(64));
    let listed =
        format!("{intel}  slugsmith-1.2.3-x86_64\n{arm}  slugsmith-1.2.3-aarch64-apple-darwin\n");
    fs_err::write(&sums, listed).unwrap();
    let mut command = sandbox.command(repository("integrations/formula"));
    command
        .args(["https://github.com/acme/slugsmith", "1.2.3"])
        .arg(sums);
    let ran = Ran::from(command.output().unwrap()).expect(0);
    let url = "https://github.com/acme/slugsmith/releases/download/v1.2.3/slugsmith-1.2.3-aarch64-apple-darwin";
    assert!(
        ran.stdout.contains(url) && ran.stdout.contains(&arm),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.stdout.matches("sha256 \"").count(), 2, "{}", ran.stdout);
}

#[test]
fn a_full_disk_is_told_by_every_verb_that_prints() {
    let sandbox = faulty();
    let wrong = [
        "check app",
        "check app --list-rules",
        "check app --config",
        "inspect app",
        "build app",
        "strip app --dry-run",
        "explain",
        "explain no-log-drain",
        "init app",
        "completions bash",
        "man",
        "--help",
        "--version",
        "check --help",
    ];
    for line in wrong {
        let mut command = sandbox.command(BINARY);
        let full = fs_err::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        command
            .args(line.split(' '))
            .stdout(Stdio::from(full.into_file()));
        let ran = Ran::from(command.output().unwrap());
        assert_eq!(ran.code, 3, "{line}: {}", ran.stderr);
    }
}

#[test]
fn recording_needs_a_command_that_is_there_and_strips_nothing_without_the_word() {
    let sandbox = faulty().file("node_modules/a/index.js.map", "{}");
    for (arguments, said) in [
        (&["strip", "record"][..], "record needs a command"),
        (
            &["strip", "record", "--", "no-such-program"],
            "no command \"no-such-program\"",
        ),
        (
            &["strip", "app", "--", "sh", "-c", "true"],
            "nothing was stripped",
        ),
    ] {
        let ran = sandbox.slugsmith(arguments).expect(2);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    assert!(sandbox.app().join("node_modules/a/index.js.map").exists());
}
