//! What a process finds in its variables.

use crate::scripted::Scripted;

#[test]
#[ignore = "needs the test bed"]
fn a_replaced_path_leaves_no_shell() {
    let stack = Scripted::build(&[
        (
            "a/one",
            "layer x bl; bin tool 'echo tool'; process web 'tool; env'",
        ),
        ("b/two", "layer x l; var env.launch/PATH /over"),
    ]);
    stack.assert_told("list-variable-clobbered", "Not even `sh` is found any more");
    let (_, text) = stack.export().run(Some("web"), &[]);
    assert_eq!(text.matches("not found").count(), 2, "{text}");
}

#[test]
#[ignore = "needs the test bed"]
fn values_are_glued_replaced_and_ignored() {
    let stack = Scripted::build(&[
        ("a/one", "layer x l; var env.launch/NODE_PATH /a; var env.launch/MODE one; var env.launch/B.APPEND x
                   process web 'echo $NODE_PATH $MODE ${B:-no B} $WORKERS'"),
        ("b/two", "layer x l; var env.launch/NODE_PATH.prepend /b; var env.launch/MODE two; var env.launch/WORKERS 4"),
    ]);
    stack.assert_told("glued-variable", "`/a` becomes `/b/a`");
    stack.assert_told("variable-set-twice", "b/two sets MODE to `two`");
    stack.assert_told("config-var-has-no-effect", "WORKERS");
    stack.assert_told("useless-layer-file", "env.launch/B.APPEND");
    let (_, text) = stack
        .export()
        .run(Some("web"), &[("WORKERS", "8"), ("MODE", "mine")]);
    assert_eq!(text, "/b/a two no B 4");
}

#[test]
#[ignore = "needs the test bed"]
fn a_runtime_with_the_home_of_another_one_does_not_start() {
    let home = "layer python bl; bin python3 'exec /usr/bin/python3 $*'; var env/PYTHONHOME $L";
    let other = "layer sdk bl; bin python3 'exec /usr/bin/python3 $*'
                 process web 'python3 -c 1 || echo stopped'";
    let stack = Scripted::build(&[("a/one", home), ("b/two", other)]);
    stack.assert_told(
        "runtime-variable-of-another",
        "`python3` at launch is b/two's",
    );
    let (_, text) = stack.export().run(Some("web"), &[]);
    assert!(
        text.contains("encodings") && text.contains("stopped"),
        "{text}"
    );
    // The fix that is printed.
    let fixed = other.replace("python3 -c 1", "env -u PYTHONHOME python3 -c 1");
    let stack = Scripted::build(&[("a/one", home), ("b/two", &fixed)]);
    assert_eq!(stack.export().run(Some("web"), &[]), (true, String::new()));
}

#[test]
#[ignore = "needs the test bed"]
fn a_dollar_in_an_environment_file_stays_a_dollar() {
    let stack = Scripted::build(&[(
        "a/one",
        "layer tools l; var env.launch/TOOLS_HOME '$HOME/tools'
         process web 'ls $TOOLS_HOME || echo $TOOLS_HOME'",
    )]);
    stack.assert_told("text-not-expanded", "TOOLS_HOME holds the text `$HOME`");
    let (_, text) = stack.export().run(Some("web"), &[]);
    assert!(text.contains("$HOME/tools"), "{text}");
}

#[test]
#[ignore = "needs the test bed"]
fn an_edit_of_anothers_layer_reaches_the_dyno_but_not_the_build() {
    let stack = Scripted::build(&[
        (
            "a/one",
            "layer x bl; var env/A original; process web 'echo $A'",
        ),
        ("b/two", "printf edited >$CNB_LAYERS_DIR/../a_one/x/env/A"),
        ("slugsmith", "env -0 >environment; echo $A >a.txt"),
    ]);
    let found = stack.inspect_as("slugsmith");
    let told = found
        .iter()
        .find(|one| one.rule == "environment-changed")
        .unwrap();
    assert_eq!(
        told.message,
        "A is `original` in this build, and `edited` by the layers on disk."
    );
    assert_eq!(stack.app_file("a.txt"), "original");
    assert_eq!(stack.export().web(), "edited");
}

#[test]
#[ignore = "needs the test bed"]
fn profile_scripts_reach_shells_only_and_may_lose_what_was_there() {
    let script = "layer profile l; var profile.d/1.sh 'export GEM_HOME=/gems; export PATH=/only'
                  printf '[[processes]]\\ntype = \"web\"\\ncommand = \"echo $GEM_HOME $PATH\"\\n\
                   direct = false\\n' >$CNB_LAYERS_DIR/launch.toml";
    let direct = "process clock 'echo ${GEM_HOME:-no GEM_HOME}'";
    let stack = Scripted::build(&[("old/shim", script), ("b/two", direct)]);
    stack.assert_told(
        "profile-script-clobbers",
        "profile.d/1.sh of old/shim (profile) replaces PATH",
    );
    stack.assert_told("profile-script-ignored", "old/shim");
    stack.assert_told("classic-export-ignored", "GEM_HOME");
    let stack = stack.export();
    assert_eq!(stack.run(Some("clock"), &[]).1, "no GEM_HOME");
    let (fine, text) = stack.run(Some("web"), &[]);
    // The launcher's own second shell is not found any more.
    assert!(!fine && text.contains("bash: not found"), "{text}");
}
