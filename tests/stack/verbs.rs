//! The verbs that speak of stacks: `which`, `env`, `env diff`, `stack`.

use std::path::Path;
use std::process::Command;

use crate::tree::Stack;

fn slugsmith(stack: &Stack, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_slugsmith"))
        .args(arguments)
        .current_dir(stack.path("."))
        .env_clear()
        .env("PATH", stack.path("image/bin"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let root = stack.path("").display().to_string();
    (
        output.status.code().unwrap(),
        (text + &errors).replace(root.trim_end_matches('/'), ""),
    )
}

fn two(mode: &str) -> Stack {
    Stack::new(&[
        (
            "a/one",
            &[
                ("x.toml", "bl"),
                ("x/bin/node", "1"),
                ("x/env.launch/API_TOKEN", "hunter2"),
            ],
        ),
        (
            "b/two",
            &[
                ("y.toml", "l"),
                ("y/bin/node", "2"),
                ("y/env.launch/MODE", mode),
                (
                    "launch.toml",
                    "[[processes]]\ntype = \"web\"\ncommand = [\"node\"]\ndefault = true\n",
                ),
            ],
        ),
    ])
}

#[test]
fn which_names_winner_and_loser_in_both_phases() {
    let stack = two("fast");
    let (code, text) = slugsmith(&stack, &["which", "node", "--layers", "layers"]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(
        text,
        "build: /layers/a_one/x/bin/node (a/one)\n\
         launch: /layers/b_two/y/bin/node (b/two)\n    \
         hides /layers/a_one/x/bin/node (a/one)\n    \
         because b/two comes later and prepends its bin\n"
    );
    let (code, text) = slugsmith(&stack, &["which", "nothing", "--layers", "layers"]);
    assert_eq!(
        (code, text.as_str()),
        (1, "build: no `nothing`\nlaunch: no `nothing`\n")
    );
}

#[test]
fn env_says_why_and_masks_secrets() {
    let stack = two("fast");
    let (code, text) = slugsmith(
        &stack,
        &[
            "env",
            "--layers",
            "layers",
            "--process",
            "web",
            "--why",
            "MODE",
        ],
    );
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("1. b/two layer y env.launch/MODE: override\n   `` -> `fast`"),
        "{text}"
    );
    let (_, text) = slugsmith(
        &stack,
        &["env", "--layers", "layers", "--process", "web", "--exports"],
    );
    assert!(
        text.contains("export MODE='fast'\n") && !text.contains("hunter2"),
        "{text}"
    );
    let (_, text) = slugsmith(&stack, &["env", "--layers", "layers", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["processes"][0]["env"]["MODE"], "fast");
    assert_eq!(
        json["processes"][0]["set_by"]["MODE"][0]["buildpack"],
        "b/two"
    );
    assert_eq!(json["processes"][0]["env"]["API_TOKEN"], "[masked]");
}

#[test]
fn env_diff_compares_trees_and_kept_reports() {
    let (old, new) = (two("slow"), two("fast"));
    let after = new.layers().display().to_string();
    let (code, text) = slugsmith(&old, &["env", "diff", "layers", &after]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("~ MODE: slow -> fast\n"), "{text}");
    // Where the two folders lie is no difference.
    assert!(!text.contains("PATH"), "{text}");
    let (code, text) = slugsmith(&old, &["env", "diff", "layers", "layers"]);
    assert_eq!((code, text.as_str()), (0, ""));
    let (_, report) = slugsmith(&old, &["env", "--layers", "layers", "--format", "json"]);
    fs_err::write(old.path("report.json"), report).unwrap();
    let (code, text) = slugsmith(&old, &["env", "diff", "report.json", "layers"]);
    assert!(!text.contains("MODE"), "{code} {text}");
    let (code, _) = slugsmith(&old, &["env", "diff", "missing", "layers"]);
    assert_eq!(code, 2);
}

#[test]
fn the_stack_is_drawn() {
    let stack = two("fast");
    let arguments = |format| {
        [
            "stack", "--layers", "layers", "--app", "app", "--format", format,
        ]
    };
    let (_, mermaid) = slugsmith(&stack, &arguments("mermaid"));
    assert!(
        mermaid.contains("  b1_y -->|\"hides node\"| b0_x\n"),
        "{mermaid}"
    );
    let (_, dot) = slugsmith(&stack, &arguments("dot"));
    assert!(
        dot.contains("  b1_y -> b0_x [label=\"hides node\"];\n"),
        "{dot}"
    );
    let (_, html) = slugsmith(&stack, &arguments("html"));
    assert!(
        html.contains("<b>2. b/two</b>")
            && html.contains("const arrows = [[\"b1_y\",\"b0_x\",\"hides node\"]];")
            && !html.contains("hunter2"),
        "{html}"
    );
    let (_, json) = slugsmith(&stack, &arguments("json"));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["stack"]["shadowed"][0]["winner"]["owner"], "b/two");
    let (code, text) = slugsmith(&stack, &arguments("text"));
    assert_eq!(code, 0);
    assert!(text.starts_with("- Stack (2 buildpacks)\n"), "{text}");
    assert!(Path::new(&stack.layers()).is_dir());
}

/// A folder taken out of an image is looked at on a machine that has nothing to do with it.
#[test]
fn nothing_of_this_machine_is_shown_as_the_images() {
    let stack = two("fast").file("b_two/y/env.launch/TOOLS", "/layers/a_one/x");
    let (_, text) = slugsmith(&stack, &["env", "--layers", "layers", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let names: Vec<&String> = json["processes"][0]["env"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(names, ["API_TOKEN", "MODE", "PATH", "TOOLS"]);
    let path = json["processes"][0]["env"]["PATH"].as_str().unwrap();
    assert!(
        path.starts_with("/layers/b_two/y/bin:/layers/a_one/x/bin:/usr/local/sbin:"),
        "{path}"
    );
    let (_, text) = slugsmith(&stack, &["which", "sh", "--layers", "layers"]);
    assert_eq!(text, "build: no `sh`\nlaunch: no `sh`\n");
    let arguments = ["stack", "--verbose", "--layers", "layers", "--app", "app"];
    let (_, text) = slugsmith(&stack, &arguments);
    assert!(
        text.contains("/usr/bin  the image, nothing seen\n"),
        "{text}"
    );
    assert!(!text.contains("/image/bin"), "{text}");
    assert!(
        text.contains("The image's programs and variables are not here"),
        "{text}"
    );
    // The same for a slug.
    let (_, text) = slugsmith(&stack, &["which", "sh", "--app", "app"]);
    assert_eq!(text, "launch: no `sh`\n");
}

#[test]
fn which_follows_the_path_of_a_slug() {
    let programs = [
        "bin/tool",
        "bin/only",
        ".a/bin/tool",
        ".heroku/c/bin/tool",
        "tools/own",
        "vendor/b/bin/far",
    ];
    let mut stack = two("fast")
        .file("../app/Procfile", "web: tool\n")
        .file(
            "../app/.profile.d/p.sh",
            "export PATH=$HOME/.a/bin:$HOME/.heroku/c/bin:$HOME/bin:$PATH\n\
             put() { export \"$1=$2:${!1}\"; }\nput PATH ./tools\n",
        )
        .file("../app/.profile", "export PATH=\"$PATH:vendor/b/bin\"\n");
    for program in programs {
        stack = stack.file(&format!("../app/{program}"), program);
        let file = stack.path(&format!("app/{program}"));
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs_err::set_permissions(&file, mode).unwrap();
    }
    let which = |name: &str| slugsmith(&stack, &["which", name, "--app", "app"]);
    let (code, text) = which("tool");
    let wanted = "launch: /app/.a/bin/tool (the app)\n    \
                  hides /app/.heroku/c/bin/tool (an earlier buildpack (.heroku/c))\n    \
                  hides /app/bin/tool (the app)\n";
    assert!(code == 0 && text.starts_with(wanted), "{text}");
    for (name, path) in [
        ("only", "/app/bin/only"),
        ("own", "/app/tools/own"),
        ("far", "/app/vendor/b/bin/far"),
    ] {
        assert_eq!(which(name), (0, format!("launch: {path} (the app)\n")));
    }
    // What the app puts in front of a buildpack's is meant.
    let (_, text) = slugsmith(&stack, &["stack", "--app", "app"]);
    assert!(!text.contains("shadowed-command"), "{text}");
}

/// The files with the flags of layers are no part of an image.
#[test]
fn layers_of_an_image_have_no_flags() {
    let stack = two("fast");
    let show = || {
        let arguments = ["stack", "--verbose", "--layers", "layers", "--app", "app"];
        slugsmith(&stack, &arguments).1
    };
    let text = show();
    assert!(text.contains("  x  build+launch  "), "{text}");
    for file in ["layers/a_one/x.toml", "layers/b_two/y.toml"] {
        fs_err::remove_file(stack.path(file)).unwrap();
    }
    let text = show();
    assert!(text.contains("  x  2 files\n"), "{text}");
    assert!(!text.contains("no flags"), "{text}");
}

#[test]
fn programs_of_an_unpacked_image_are_its_own() {
    let stack = two("fast").file("../usr/bin/convert", "of the image");
    let file = stack.path("usr/bin/convert");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs_err::set_permissions(&file, mode).unwrap();
    let (_, text) = slugsmith(&stack, &["which", "convert", "--layers", "layers"]);
    assert!(
        text.ends_with("launch: /usr/bin/convert (the image)\n"),
        "{text}"
    );
}
