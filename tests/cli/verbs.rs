//! Each verb's first form, text and JSON.

use crate::support::Sandbox;

fn storefront() -> Sandbox {
    Sandbox::new()
        .file(
            "package.json",
            r#"{"name":"shop","version":"1.0.0","scripts":{"start":"node src/server.js"}}"#,
        )
        .file(
            "package-lock.json",
            r#"{"name":"shop","version":"1.0.0","lockfileVersion":3,"packages":{"":{
"name":"shop","version":"1.0.0"}}}"#,
        )
        .file("Procfile", "web: node src/server.js\n")
        .file(
            "src/server.js",
            "require('http').createServer(() => {}).listen(3000);\n",
        )
}

#[test]
fn check_gives_findings_and_an_exit_code() {
    let sandbox = storefront();
    let ran = sandbox
        .slugsmith(&["check", "app", "--format", "json"])
        .expect(1);
    let report = ran.json();
    assert_eq!(report["schema"], "slugsmith.report/1");
    let finding = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["code"] == "SF801")
        .unwrap_or_else(|| panic!("{report:#}"));
    assert_eq!(finding["path"], "src/server.js");
    assert_eq!(finding["line"], 1);
    assert_eq!(finding["level"], "error");
    for part in ["budget", "strip"] {
        assert!(report[part].is_object(), "{part}");
    }
}

#[test]
fn check_passes_when_the_configuration_says_never() {
    let sandbox = storefront().file(
        "project.toml",
        "[com.slugsmith.audit]\nfail_on = \"never\"\n",
    );
    sandbox.slugsmith(&["check", "app"]).expect(0);
}

#[test]
fn an_empty_plan_says_so_beside_the_patch() {
    let sandbox = Sandbox::new().file("notes.txt", "nothing\n");
    let ran = sandbox.slugsmith(&["check", "app", "--fix-plan"]).expect(0);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("Nothing to patch"), "{}", ran.stderr);
}

#[test]
fn check_weighs_what_a_push_would_take() {
    let plain = storefront();
    let size = |sandbox: &Sandbox| {
        let report = sandbox
            .slugsmith(&["check", "app", "--format", "json"])
            .json();
        report["budget"]["bytes"].as_u64().unwrap()
    };
    let before = size(&plain);
    let cloned = plain.file(".git/objects/pack/a.pack", "x".repeat(100_000));
    assert_eq!(size(&cloned), before);
    let file = storefront().file(".git", "gitdir: elsewhere\n");
    assert_eq!(size(&file), before);
}

#[test]
fn inspect_gives_size_and_parts() {
    let sandbox = storefront();
    let ran = sandbox
        .slugsmith(&["inspect", "app", "--format", "json"])
        .expect(0);
    let report = ran.json();
    assert_eq!(report["schema"], "slugsmith.report/1");
    assert_eq!(report["size"]["files"], 4);
    assert_eq!(report["size"]["compressed"]["exact"], true);
    let parts = report["parts"].as_array().unwrap();
    let total: u64 = parts
        .iter()
        .map(|part| part["bytes"].as_u64().unwrap())
        .sum();
    assert_eq!(Some(total), report["size"]["bytes"].as_u64(), "{report:#}");
}

#[test]
fn strip_removes_and_says_what() {
    let sandbox = storefront()
        .file(
            "node_modules/a/package.json",
            r#"{"name":"a","version":"1.0.0","main":"index.js"}"#,
        )
        .file("node_modules/a/index.js", "module.exports = 1\n")
        .file("node_modules/a/index.js.map", "{\"version\":3}")
        .file("src/use.js", "require('a')");
    let dry = sandbox
        .slugsmith(&["strip", "app", "--dry-run", "--format", "json"])
        .expect(0);
    assert!(sandbox.app().join("node_modules/a/index.js.map").exists());
    let ran = sandbox
        .slugsmith(&["strip", "app", "--format", "json"])
        .expect(0);
    assert!(!sandbox.app().join("node_modules/a/index.js.map").exists());
    assert!(sandbox.app().join("node_modules/a/index.js").exists());
    let strip = &ran.json()["strip"];
    assert_eq!(strip["files"], dry.json()["strip"]["files"]);
    assert!(
        strip["by_reason"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["reason"] == "source maps"),
        "{strip:#}"
    );
}

#[test]
fn a_report_in_a_file_is_plain_text() {
    let sandbox = storefront();
    let strip = ["strip", "app", "--dry-run", "--output", "report.txt"];
    sandbox.slugsmith(&strip).expect(0);
    let report = fs_err::read_to_string(sandbox.path("report.txt")).unwrap();
    assert!(report.starts_with("- Strip (safe)\n"), "{report}");
}

#[test]
fn a_build_keeps_the_list_of_what_it_removed() {
    let sandbox = Sandbox::new()
        .file("package.json", r#"{"scripts":{"start":"node server.js"}}"#)
        .file("server.js", "require('a')")
        .file("node_modules/a/package.json", "{}")
        .file("node_modules/a/index.js", "")
        .file("node_modules/a/index.js.map", "{}");
    sandbox.slugsmith(&["build", "app"]).expect(0);
    let mut pending = vec![sandbox.path("cache")];
    let mut lists = Vec::new();
    while let Some(folder) = pending.pop() {
        for entry in fs_err::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.ends_with("history/strip.tsv") {
                lists.push(fs_err::read_to_string(path).unwrap());
            }
        }
    }
    let [list] = lists.as_slice() else {
        panic!("one list: {lists:?}");
    };
    assert!(
        list.contains("source-maps\t2\tnode_modules/a/index.js.map\n"),
        "{list}"
    );
}

#[test]
fn explain_knows_every_id_and_suggests_the_nearest() {
    let sandbox = Sandbox::new();
    let list = sandbox.slugsmith(&["explain"]).expect(0);
    for line in list.stdout.lines() {
        let (id, title) = line.split_once("  ").unwrap();
        assert!(!title.trim().is_empty(), "{line}");
        let page = sandbox.slugsmith(&["explain", id]).expect(0);
        assert!(
            page.stdout.starts_with(&format!("# {id}\n")),
            "{}",
            page.stdout
        );
    }
    let ran = sandbox.slugsmith(&["explain", "budget-exceded"]).expect(2);
    assert!(ran.stderr.contains("budget-exceeded"), "{}", ran.stderr);
}

#[test]
fn init_writes_only_when_asked_and_never_over_a_file() {
    let sandbox = storefront();
    let shown = sandbox.slugsmith(&["init", "app"]).expect(0);
    assert!(
        shown.stdout.contains("[com.slugsmith.budget]"),
        "{}",
        shown.stdout
    );
    assert!(!sandbox.app().join("project.toml").exists());
    sandbox.slugsmith(&["init", "app", "--write"]).expect(0);
    let written = fs_err::read_to_string(sandbox.app().join("project.toml")).unwrap();
    // What it writes is valid configuration without unknown keys.
    let ran = sandbox.slugsmith(&["check", "app", "--format", "json"]);
    assert!(!ran.stdout.contains("unknown-config-key"), "{}", ran.stdout);
    let sandbox = sandbox.file("project.toml", "# mine\n");
    sandbox.slugsmith(&["init", "app", "--write"]).expect(0);
    let kept = fs_err::read_to_string(sandbox.app().join("project.toml")).unwrap();
    assert_eq!(kept, "# mine\n");
    assert!(written.contains("schema-version = \"0.2\""));
}

#[test]
fn init_says_what_each_line_would_save() {
    let sandbox = storefront()
        .file(
            "node_modules/a/package.json",
            r#"{"name":"a","main":"index.js"}"#,
        )
        .file("node_modules/a/index.js", "")
        .file("node_modules/a/index.js.map", "x".repeat(2000))
        .file("node_modules/a/never.js", "y".repeat(1000));
    let shown = sandbox.slugsmith(&["init", "app"]).expect(0).stdout;
    for part in [
        "# Processes: web (Procfile).",
        "\"safe\" saves 2.0 kB",
        "source maps 2.0 kB",
        "\"trace\" saves another",
        "warn = \"10 MB\"     # room to grow",
        "1 error",
        "Nothing was written",
    ] {
        assert!(shown.contains(part), "no {part:?} in\n{shown}");
    }
    let empty = Sandbox::new();
    empty.slugsmith(&["init", "app"]).expect(3);
}

#[test]
fn completions_and_man_know_every_verb() {
    let sandbox = Sandbox::new();
    let help = sandbox.slugsmith(&["--help"]).expect(0).stdout;
    let verbs: Vec<_> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .filter_map(|line| line.strip_prefix("  "))
        // Longer indents continue the line before.
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_whitespace().next())
        .take_while(|verb| *verb != "help")
        .collect();
    assert!(verbs.len() > 10, "{help}");
    for shell in ["bash", "zsh", "fish"] {
        let script = sandbox.slugsmith(&["completions", shell]).expect(0).stdout;
        for verb in &verbs {
            assert!(script.contains(verb), "{shell}: {verb}");
        }
        // Ids of rules, errors and conflicts, which nobody types from memory.
        assert!(script.contains("no-log-drain"), "{shell}");
        // clap's script for fish completes options alone.
        for id in ["budget-exceeded", "shadowed-command"] {
            assert!(shell == "fish" || script.contains(id), "{shell}: {id}");
        }
    }
    sandbox.slugsmith(&["explain", "No-Log-Drain"]).expect(0);
    let page = sandbox.slugsmith(&["man"]).expect(0).stdout;
    for verb in &verbs {
        assert!(page.contains(&format!("slugsmith\\-{verb}")), "{verb}");
        let own = sandbox.slugsmith(&["man", verb]).expect(0).stdout;
        assert!(own.contains(".SH OPTIONS"), "{verb}");
    }
    sandbox.slugsmith(&["man", "nothing"]).expect(2);
}

#[test]
fn without_npm_the_rest_still_runs_and_the_build_fails() {
    let sandbox = storefront();
    let mut command = sandbox.command(crate::support::BINARY);
    command
        .env("PATH", sandbox.path("bin"))
        .args(["build", "app"]);
    let ran = crate::support::Ran::from(command.output().unwrap()).expect(1);
    assert!(ran.stderr.contains("add heroku/nodejs"), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("The package manager isn't on PATH"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("- Budget"), "{}", ran.stdout);
    assert!(ran.stdout.contains("- Audit"), "{}", ran.stdout);
}

#[test]
fn help_and_version_are_fine_and_nonsense_is_wrong_use() {
    let sandbox = Sandbox::new();
    sandbox.slugsmith(&["--help"]).expect(0);
    sandbox.slugsmith(&["--version"]).expect(0);
    sandbox.slugsmith(&["frobnicate"]).expect(2);
    sandbox
        .slugsmith(&["check", "--format", "interpretive-dance"])
        .expect(2);
}

#[test]
fn explain_cache_gives_every_input_old_and_new() {
    let sandbox = storefront()
        .file(
            "package.json",
            r#"{"name":"shop","version":"1.0.0","dependencies":{"ms":"2.0.0"}}"#,
        )
        .program("node", "#!/bin/sh\necho 22.20.0 127\n")
        .program(
            "npm",
            "#!/bin/sh\ncase \"$1\" in --version) echo 10.9.3;; *) mkdir -p node_modules/ms; echo 1 > \
             node_modules/ms/index.js;; esac\n",
        );
    let first = sandbox.slugsmith(&["explain", "cache", "app"]).expect(0);
    assert!(
        first.stdout.contains("MISS, first build"),
        "{}",
        first.stdout
    );
    sandbox.slugsmith(&["build", "app"]).expect(0);
    let sandbox = sandbox.program("node", "#!/bin/sh\necho 22.21.0 127\n");
    let text = sandbox
        .slugsmith(&["explain", "cache", "app"])
        .expect(0)
        .stdout;
    for said in [
        "MISS, node 22.20.0 → 22.21.0",
        "! node: 22.20.0 → 22.21.0",
        "  npm: 10.9.3",
        "its install took",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let ran = sandbox.slugsmith(&["explain", "cache", "app", "--format", "json"]);
    let json = ran.expect(0).json();
    assert_eq!(json["old"]["node"], "22.20.0");
    assert_eq!(json["new"]["node"], "22.21.0");
    assert_eq!(json["verdict"], "miss");
}
