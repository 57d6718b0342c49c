//! Which program runs, and with which library.

use crate::scripted::{Scripted, compile};

#[test]
#[ignore = "needs the test bed"]
fn the_later_command_runs() {
    let stack = Scripted::build(&[
        (
            "a/one",
            "layer x bl; bin convert 'echo one'; bin node 'echo 22'",
        ),
        (
            "b/two",
            "layer x bl; bin convert 'echo two'; process web 'convert; node'",
        ),
        ("c/three", "layer x bl; bin node 'echo 18'"),
    ]);
    stack.assert_told("shadowed-command", "`convert` of b/two hides that of a/one");
    stack.assert_told(
        "second-runtime",
        "from c/three wins over the one from a/one",
    );
    let report = stack.inspect();
    // One list for both: c before a, b before a.
    let list: Vec<&str> = report
        .corrected
        .iter()
        .filter_map(|line| line.split('"').nth(1))
        .collect();
    assert_eq!(list, ["b/two", "c/three", "a/one"]);
    assert_eq!(stack.export().web(), "two\n18");
    // What the list says is what then happens.
    let stack = Scripted::build(&[
        (
            "b/two",
            "layer x bl; bin convert 'echo two'; process web 'convert; node'",
        ),
        ("c/three", "layer x bl; bin node 'echo 18'"),
        (
            "a/one",
            "layer x bl; bin convert 'echo one'; bin node 'echo 22'",
        ),
    ]);
    assert_eq!(stack.export().web(), "one\n22");
}

#[test]
#[ignore = "needs the test bed"]
fn the_build_runs_another_one_than_the_dyno() {
    let stack = Scripted::build(&[
        (
            "a/one",
            "layer n bl; bin tool 'echo short'; layer n-2 bl; bin tool 'echo long'; process web tool",
        ),
        ("b/two", "tool >tool.txt"),
    ]);
    stack.assert_told("build-and-launch-differ", "`tool`");
    stack.assert_told("layer-order-flips", "Layers n and n-2 of a/one");
    assert_eq!(stack.app_file("tool.txt"), "short");
    assert_eq!(stack.export().web(), "long");
}

/// Two versions of one library, and a program that was linked with the first.
fn libraries(folder: &std::path::Path) {
    for (name, version) in [("one", "1"), ("two", "2")] {
        let source = format!("int version(void) {{ return {version}; }}");
        let arguments = [
            "-shared",
            "-fPIC",
            "-Wl,-soname,libver.so.1",
            "-o",
            "libver.so.1.0",
        ];
        compile(&folder.join(name), &source, &arguments);
        std::os::unix::fs::symlink("libver.so.1.0", folder.join(name).join("libver.so.1")).unwrap();
    }
    let source =
        "#include <stdio.h>\nint version(void); int main(void) { printf(\"%d\\n\", version()); }";
    compile(folder, source, &["-o", "program", "one/libver.so.1.0"]);
    // Built for a machine that this one is not: e_machine, System V ABI.
    let mut bytes = fs_err::read(folder.join("program")).unwrap();
    bytes[18] = if cfg!(target_arch = "x86_64") {
        183
    } else {
        62
    };
    fs_err::write(folder.join("foreign"), bytes).unwrap();
    let everybody = std::process::Command::new("chmod")
        .args(["-R", "a+rX"])
        .arg(folder)
        .status();
    assert!(everybody.unwrap().success());
}

#[test]
#[ignore = "needs the test bed"]
fn the_later_library_is_loaded_and_a_hidden_one_is_not() {
    let folder = tempfile::Builder::new()
        .prefix("slugsmith-lib-")
        .tempdir()
        .unwrap();
    let made = folder.path();
    libraries(made);
    let take = |which: &str, to: &str| {
        format!(
            "mkdir -p $L/{to}; cp -P {0}/{which}/libver.so* $L/{to}/; ",
            made.display()
        )
    };
    let program = format!(
        "mkdir -p $L/bin; cp {0}/program {0}/foreign $L/bin/; chmod +x $L/bin/*; process web program; ",
        made.display()
    );
    let first = format!("layer x bl; {}{program}", take("one", "lib"));
    let second = format!("layer x l; {}", take("two", "lib"));
    let stack = Scripted::build(&[("a/one", &first), ("b/two", &second)]);
    stack.assert_told(
        "library-shadowed",
        "libver.so.1 of b/two hides that of a/one",
    );
    assert_eq!(stack.export().web(), "2");
    // The same library twice is no conflict.
    let same = format!("layer x l; {}", take("one", "lib"));
    let stack = Scripted::build(&[("a/one", &first), ("b/two", &same)]);
    assert!(
        stack
            .inspect()
            .findings
            .iter()
            .all(|one| one.rule != "library-shadowed")
    );
    assert_eq!(stack.export().web(), "1");
    // Where Debian's packages put it, no variable leads.
    let hidden = format!(
        "layer x bl; {}{program}",
        take("one", "lib/x86_64-linux-gnu")
    );
    let stack = Scripted::build(&[("a/one", &hidden), ("slugsmith", "")]);
    let found = stack.inspect_as("slugsmith");
    let told = found
        .iter()
        .find(|one| one.rule == "library-missing")
        .unwrap();
    assert!(
        told.message
            .starts_with("bin/foreign, bin/program of a/one need libver.so.1: it lies in "),
        "{}",
        told.message
    );
    let stack = stack.export();
    assert!(
        stack
            .web()
            .contains("error while loading shared libraries: libver.so.1"),
        "{}",
        stack.web()
    );
    let mended = format!(
        "{hidden}var env.launch/LD_LIBRARY_PATH.prepend $L/lib/x86_64-linux-gnu; var env.launch/LD_LIBRARY_PATH.delim :"
    );
    let stack = Scripted::build(&[("a/one", &mended), ("slugsmith", "")]);
    assert!(
        stack
            .inspect_as("slugsmith")
            .iter()
            .all(|one| one.rule != "library-missing")
    );
    assert_eq!(stack.export().web(), "1");
}

#[test]
#[ignore = "needs the test bed"]
fn a_program_for_another_machine_does_not_run() {
    let folder = tempfile::Builder::new()
        .prefix("slugsmith-elf-")
        .tempdir()
        .unwrap();
    let made = folder.path();
    libraries(made);
    let script = format!(
        "layer x bl; mkdir -p $L/bin; cp {}/foreign $L/bin/; chmod +x $L/bin/foreign; process web foreign",
        made.display()
    );
    let stack = Scripted::build(&[("a/one", &script)]);
    let arch = if cfg!(target_arch = "x86_64") {
        "amd64"
    } else {
        "arm64"
    };
    let analyzed = format!(
        "[run-image]\nreference = \"x\"\n[run-image.target]\nos = \"linux\"\narch = \"{arch}\"\n"
    );
    fs_err::write(stack.layers().join("analyzed.toml"), analyzed).unwrap();
    stack.assert_told("wrong-platform", "`foreign` of a/one is built for ");
    let (fine, text) = stack.export().run(Some("web"), &[]);
    assert!(!fine && text.contains("Exec format error"), "{text}");
}

#[test]
#[ignore = "needs the test bed"]
fn large_files_are_shipped_twice() {
    let data = "layer x l; head -c 1500000 /dev/zero >$L/data; ";
    let second = format!("{data}process web \"cat $CNB_LAYERS_DIR/../*/x/data | wc -c\"");
    let stack = Scripted::build(&[("a/one", data), ("b/two", &second)]);
    stack.assert_told("same-files-twice", "1.5 MB twice");
    assert_eq!(stack.export().web(), "3000000");
}
