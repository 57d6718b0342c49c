//! Large and hostile stacks: quick, under the line limit, and never a crash.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::Instant;

use slugsmith::config::LogLevel;
use slugsmith::facts::layers;
use slugsmith::print;
use slugsmith::stack::env_report;
use slugsmith::stack::environment::Raw;

use crate::tree::{Stack, copy_program};

/// 60 buildpacks with 40 layers each and 50,000 files are told in few lines. `scripts/bench-stack` times the same tree
/// with a release build; the time here is printed, no more.
#[test]
#[ignore = "writes 50,000 files"]
fn sixty_buildpacks_of_forty_layers() {
    use std::fmt::Write as _;
    let stack = Stack::new(&[]);
    let mut group = String::new();
    for buildpack in 0..60 {
        let _ = write!(
            group,
            "[[group]]\nid = \"x/{buildpack}\"\nversion = \"1\"\napi = \"0.10\"\n"
        );
        for layer in 0..40 {
            wide_layer(&stack.layers(), buildpack, layer);
        }
        let launch = stack.layers().join(format!("x_{buildpack}/launch.toml"));
        fs_err::write(launch, "[[processes]]\ntype = \"web\"\ncommand = [\"x\"]\n").unwrap();
    }
    fs_err::write(stack.layers().join("group.toml"), group).unwrap();
    if let Some(folder) = std::env::var_os("SLUGSMITH_BENCH_KEEP") {
        let mut copy = std::process::Command::new("cp");
        let copied = copy.arg("-r").arg(stack.layers()).arg(folder).status();
        assert!(copied.unwrap().success());
    }
    let begun = Instant::now();
    let report = stack.inspect();
    let took = begun.elapsed();
    let lines = print::stack::lines(&report, LogLevel::Normal);
    println!(
        "60 x 40 layers, 50,400 files: {took:?}, {} lines",
        lines.len()
    );
    assert!(lines.len() <= 200, "{}", lines.len());
}

/// A layer that takes part in everything: a command that all have, variables of each kind.
fn wide_layer(layers: &Path, buildpack: usize, layer: usize) {
    let path = layers.join(format!("x_{buildpack}/l{layer}"));
    for folder in ["bin", "env", "env.launch/web", "data"] {
        fs_err::create_dir_all(path.join(folder)).unwrap();
    }
    for file in 0..14 {
        fs_err::write(path.join(format!("data/{file}")), "x").unwrap();
    }
    for command in ["tool".to_owned(), format!("t{buildpack}-{layer}")] {
        let command = path.join("bin").join(command);
        fs_err::write(&command, format!("{buildpack} {layer}")).unwrap();
        fs_err::set_permissions(command, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    for (file, value) in [
        ("FOO.append", "a"),
        ("FOO.delim", ":"),
        ("BAR", "b"),
        ("BAZ.default", "c"),
    ] {
        fs_err::write(path.join("env").join(file), value).unwrap();
    }
    fs_err::write(path.join("env.launch/web/ONLY.append"), "w").unwrap();
    let toml = layers.join(format!("x_{buildpack}/l{layer}.toml"));
    fs_err::write(toml, "[types]\nbuild = true\nlaunch = true\n").unwrap();
}

fn hostile(stack: &Stack) {
    let layer = stack.layers().join("a_one/x");
    fs_err::create_dir_all(layer.join("env.launch")).unwrap();
    fs_err::create_dir_all(layer.join("bin")).unwrap();
    // Links in a circle, to themselves, to the whole machine.
    symlink("b", layer.join("a")).unwrap();
    symlink("a", layer.join("b")).unwrap();
    symlink(".", layer.join("bin/self")).unwrap();
    symlink("/", layer.join("root")).unwrap();
    symlink("/", stack.layers().join("a_one/whole")).unwrap();
    fs_err::write(
        stack.layers().join("a_one/whole.toml"),
        "[types]\nbuild = true\nlaunch = true\n",
    )
    .unwrap();
    // 100 MB of one variable, sparse.
    let huge = fs_err::File::create(layer.join("env.launch/HUGE")).unwrap();
    huge.set_len(100_000_000).unwrap();
    // What would block or never end when opened.
    let status = std::process::Command::new("mkfifo")
        .args([layer.join("env.launch/PIPE"), layer.join("bin/pipe")])
        .status()
        .unwrap();
    assert!(status.success());
    symlink("/dev/zero", layer.join("env.launch/ZERO")).unwrap();
    symlink("/dev/zero", layer.join("bin/zero")).unwrap();
    fs_err::create_dir_all(layer.join("exec.d")).unwrap();
    symlink("/dev/zero", layer.join("exec.d/zero")).unwrap();
    for (name, text) in [
        (
            "a_one/launch.toml",
            "[[processes]]\ntype = 7\ncommand = { a = 1 }\nargs = [1, 2]\n",
        ),
        ("a_one/build.toml", "not toml ["),
        ("a_one/y.toml", "[types]\nlaunch = \"yes\"\n"),
        ("plan.toml", "entries = 3\n"),
        ("analyzed.toml", "[metadata]\nbuildpacks = \"x\"\n"),
    ] {
        fs_err::write(stack.layers().join(name), text).unwrap();
    }
    fs_err::write(
        layer.join("bin/elf"),
        b"\x7fELF\x02\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    )
    .unwrap();
}

#[test]
fn hostile_layers_end_in_findings() {
    let stack = Stack::new(&[("a/one", &[("x.toml", "bl")])]);
    hostile(&stack);
    let begun = Instant::now();
    let report = stack.inspect();
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    let told = stack.told(&report).join("\n");
    assert!(
        told.contains("error process-cannot-start: No process starts: env.launch/PIPE"),
        "{told}"
    );
    assert!(told.contains("its .toml"), "{told}");
    assert!(told.contains("exec.d/zero"), "{told}");
    assert!(!report.unknown.is_empty());
    for level in [LogLevel::Quiet, LogLevel::Normal, LogLevel::Verbose] {
        let lines = print::stack::lines(&report, level);
        assert!(lines.iter().all(|line| line.text.len() < 5_000));
    }
    let env = env_report(
        &stack.layers(),
        Path::new("/nonexistent"),
        &Raw::new(),
        Some("web"),
    );
    assert!(env.processes[0].environment.failure.is_some());
}

#[test]
fn broken_and_missing_roots_are_unknown() {
    let folder = tempfile::tempdir().unwrap();
    for root in ["missing", "file", "empty"] {
        let root = folder.path().join(root);
        if root.ends_with("file") {
            fs_err::write(&root, "x").unwrap();
        } else if root.ends_with("empty") {
            fs_err::create_dir(&root).unwrap();
        }
        assert!(layers::read(&root).group.is_empty());
    }
    let empty = folder.path().join("empty");
    fs_err::write(empty.join("group.toml"), "[[group]\nid=").unwrap();
    fs_err::create_dir_all(empty.join("a_b/layer/bin")).unwrap();
    let read = layers::read(&empty);
    assert_eq!(read.order, layers::Order::Unknown);
    assert_eq!(read.group[0].id, "a_b");
    assert!(read.unread[0].path.ends_with("group.toml"));
}

#[test]
fn a_layer_may_vanish_while_it_is_read() {
    let stack = Stack::new(&[("a/one", &[("x.toml", "bl"), ("x/bin/tool", "1")])]);
    let layer = stack.layers().join("a_one/x");
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let done = stop.clone();
    let at = layer.clone();
    let worker = std::thread::spawn(move || {
        while !done.load(std::sync::atomic::Ordering::Relaxed) {
            let _ = fs_err::remove_dir_all(&at);
            let _ = fs_err::create_dir_all(at.join("env/deep/er"));
            let _ = fs_err::write(at.join("env/FOO"), "x");
        }
    });
    for _ in 0..200 {
        let _ = stack.inspect();
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    worker.join().unwrap();
}

/// Root reads everything, so this runs the command as somebody else.
#[test]
fn what_may_not_be_read_is_named() {
    let stack = Stack::new(&[(
        "a/one",
        &[
            ("x.toml", "bl"),
            ("x/bin/tool", "1"),
            ("x/env/CLOSED", "x"),
            ("y.toml", "l"),
            ("y/env.launch/A", "1"),
        ],
    )]);
    let mode = |path: &str, mode: u32| {
        let path = stack.layers().join(path);
        fs_err::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let closed = ["a_one/x/env/CLOSED", "a_one/y/env.launch", "a_one/x/bin"];
    for path in closed {
        mode(path, 0);
    }
    let program = env!("CARGO_BIN_EXE_slugsmith");
    let mut command = if rustix::process::geteuid().is_root() {
        let copy = stack.path("slugsmith");
        copy_program(program, &copy);
        mode("..", 0o755);
        let mut command = std::process::Command::new("setpriv");
        let nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
        command.args(nobody).arg(copy);
        command
    } else {
        std::process::Command::new(program)
    };
    let output = command
        .args(["stack", "--verbose", "--layers"])
        .arg(stack.layers())
        .args(["--app", "/usr"])
        .current_dir("/")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("process-cannot-start") && said.contains("CLOSED"),
        "{said}"
    );
    for path in closed {
        mode(path, 0o755);
    }
}

#[test]
fn invalid_toml_everywhere_is_told_and_no_crash() {
    for broken in [
        "",
        "[",
        "= 1",
        "[[group]]\nid = 3\n",
        "\u{feff}x",
        "group = \"no\"\n",
        "[[processes]]\ntype = []\n",
    ] {
        let stack = Stack::new(&[("a/one", &[("x.toml", "bl"), ("x/bin/tool", "1")])]);
        for name in [
            "a_one/x.toml",
            "a_one/launch.toml",
            "a_one/build.toml",
            "a_one/store.toml",
            "plan.toml",
            "analyzed.toml",
            "config/metadata.toml",
            "group.toml",
        ] {
            let path = stack.layers().join(name);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(&path, broken).unwrap();
            let report = stack.inspect();
            let _ = print::stack::lines(&report, LogLevel::Verbose);
        }
        let report = stack.inspect();
        let is_toml = broken.parse::<toml::Table>().is_ok();
        let told = report
            .unknown
            .iter()
            .any(|line| line.contains("group.toml"));
        assert_eq!(told, !is_toml, "{broken:?}: {:?}", report.unknown);
    }
}
