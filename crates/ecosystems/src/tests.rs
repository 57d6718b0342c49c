//! What holds for every model.

use std::collections::BTreeSet;

use super::{ALL, lockfiles, of_program};

#[test]
fn ids_and_lockfiles_are_unique() {
    let ids: BTreeSet<_> = ALL.iter().map(|one| one.id).collect();
    assert_eq!(ids.len(), ALL.len());
    let names: Vec<_> = lockfiles().map(|(_, one)| one.name).collect();
    let unique: BTreeSet<_> = names.iter().collect();
    assert_eq!(unique.len(), names.len());
}

#[test]
fn every_ecosystem_says_who_installs_it() {
    for one in ALL {
        assert!(!one.buildpacks.is_empty(), "{}", one.id);
        assert!(!one.manifests.is_empty(), "{}", one.id);
        assert!(!one.trees.is_empty(), "{}", one.id);
    }
}

#[test]
fn programs_belong_to_one_ecosystem() {
    assert_eq!(of_program("mix").map(|one| one.id), Some("elixir"));
    assert_eq!(
        of_program("./node_modules/.bin/tsx").map(|one| one.id),
        Some("node")
    );
    // A conda environment has a Python of its own.
    let all = ALL.iter().filter(|one| one.id != "conda");
    let all: Vec<_> = all.flat_map(|one| one.starters()).collect();
    let unique: BTreeSet<_> = all.iter().collect();
    assert_eq!(unique.len(), all.len());
}

#[test]
fn lockfiles_are_read_into_one_type() {
    let read = |name: &str, text: &str| {
        let (_, lockfile) = super::lockfile(name).unwrap();
        let graph = (lockfile.read)(text).unwrap();
        let packages = graph.packages.iter();
        packages
            .map(|one| format!("{} {} {:?}", one.name, one.version, one.scope))
            .collect::<Vec<_>>()
    };
    let mix = r#"%{
  "plug": {:hex, :plug, "1.15.3", "712", [:mix], [{:mime, "~> 1.0", [hex: :mime]}], "hexpm", "cc"},
  "mine": {:git, "https://example.com/a.git", "abc123", [branch: "main"]},
}"#;
    assert_eq!(
        read("mix.lock", mix),
        ["plug 1.15.3 Production", "mine abc123 Production"]
    );
    assert_eq!(read("mix.lock", "%{}"), [""; 0]);
    let deno = r#"{"version":"4","specifiers":{"jsr:@oak/oak@17":"17.1.4"},
        "jsr":{"@oak/oak@17.1.4":{"integrity":"a"}},
        "npm":{"chalk@5.3.0":{"integrity":"b"},"vite@5.0.0_esbuild@0.19.0":{"dependencies":["esbuild"]}}}"#;
    assert_eq!(
        read("deno.lock", deno),
        [
            "jsr:@oak/oak 17.1.4 Production",
            "npm:chalk 5.3.0 Production",
            "npm:vite 5.0.0 Production"
        ]
    );
    let third = r#"{"version":"3","packages":{"npm":{"ms@2.1.3":{}},"jsr":{"@a/b@1.0.0":{}}}}"#;
    assert_eq!(
        read("deno.lock", third),
        ["jsr:@a/b 1.0.0 Production", "npm:ms 2.1.3 Production"]
    );
    let nuget = r#"{"version":1,"dependencies":{"net8.0":{
        "Npgsql":{"type":"Direct","resolved":"8.0.3","contentHash":"x"},
        "core":{"type":"Project"}}}}"#;
    assert_eq!(
        read("packages.lock.json", nuget),
        ["Npgsql 8.0.3 Production", "core  Production"]
    );
    let gradle = "# comment\na:b:1.0=runtimeClasspath\nc:d:2=testRuntimeClasspath\nempty=x\n";
    assert_eq!(
        read("gradle.lockfile", gradle),
        ["a:b 1.0 Production", "c:d 2 Development"]
    );
    let pipfile = r#"{"default":{"six":{"version":"==1.16.0"}},"develop":{"x":{"version":"==2"}}}"#;
    assert_eq!(
        read("Pipfile.lock", pipfile),
        ["six 1.16.0 Production", "x 2 Development"]
    );
    let poetry = "[[package]]\nname = \"a\"\nversion = \"1\"\ngroups = [\"dev\"]\n";
    assert_eq!(read("poetry.lock", poetry), ["a 1 Development"]);
}

#[test]
fn damaged_lockfiles_say_where() {
    for (_, lockfile) in lockfiles() {
        for text in [
            "",
            "{",
            "<<<<<<< HEAD\n",
            "[[package",
            "%{\"a\": {:hex, ",
            "\u{0}",
            "%{{{{{{",
        ] {
            let _ = (lockfile.read)(text);
        }
    }
    let (_, lock) = super::lockfile("composer.lock").unwrap();
    assert_eq!((lock.read)("{\n<<<<").unwrap_err().line, 2);
    let deep = format!("%{{\"a\": {}", "[".repeat(100_000));
    let (_, lock) = super::lockfile("mix.lock").unwrap();
    assert!((lock.read)(&deep).unwrap_err().reason.contains("deep"));
}
