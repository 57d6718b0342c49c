//! Files that are no code, broken or built to break parsers: a finding at most, no crash.

use std::path::Path;

use super::fixtures::audit;

fn write(root: &Path, path: &str, content: impl AsRef<[u8]>) {
    let file = root.join(path);
    fs_err::create_dir_all(file.parent().unwrap()).unwrap();
    fs_err::write(file, content).unwrap();
}

const NAMES: &[&str] = &[
    "a.js",
    "a.ts",
    "a.tsx",
    "a.py",
    "a.rb",
    "a.go",
    "A.java",
    "a.php",
    "package-lock.json",
    "yarn.lock",
    "Gemfile",
    "Gemfile.lock",
    "requirements.txt",
    "pyproject.toml",
    "composer.json",
    "go.mod",
    "pom.xml",
    "app.json",
    "package.json",
    "Procfile",
    "config/database.yml",
    "config/cable.yml",
    "config/sidekiq.yml",
    "infra/main.tf",
    ".env.example",
    ".slugignore",
    ".gitignore",
    ".profile",
    "poetry.lock",
    "uv.lock",
    "Pipfile",
    "Pipfile.lock",
    "pnpm-lock.yaml",
    "composer.lock",
    "build.gradle",
    "system.properties",
    "bin/post_compile",
    "src/main/resources/application.properties",
    "key.pem",
];

#[test]
fn broken_content_never_crashes() {
    let contents: Vec<Vec<u8>> = vec![
        Vec::new(),
        vec![0; 4096],
        vec![0xff, 0xfe, 0x41],
        b"\xef\xbb\xbf{".to_vec(),
        b"<<<<<<< HEAD\n=======\n>>>>>>> x\n".to_vec(),
        "\u{1F600} é \u{202e} ' \" ` ${ #{ <<~X".into(),
        "({[".repeat(20_000).into_bytes(),
        "!".repeat(100_000).into_bytes(),
        "a=>".repeat(30_000).into_bytes(),
        "a?b:".repeat(30_000).into_bytes(),
        "a+".repeat(30_000).into_bytes(),
        "a.b(".repeat(30_000).into_bytes(),
        "-\n".repeat(50_000).into_bytes(),
        "if x:\n ".repeat(2_000).into_bytes(),
        format!("x = \"{}\"", "y".repeat(600_000)).into_bytes(),
        b"- - - - a: &x [*x, *x]\n? {".to_vec(),
    ];
    for content in contents {
        let folder = tempfile::tempdir().unwrap();
        for name in NAMES {
            write(folder.path(), name, &content);
        }
        let report = audit(folder.path());
        assert!(!report.statuses.is_empty());
    }
}

#[test]
fn what_is_too_big_is_named_and_not_parsed() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!("app.listen(3000);{}", "var a=1;".repeat(200_000));
    write(folder.path(), "bundle.js", &long);
    write(folder.path(), "minified.js", &long[..100_000]);
    let report = audit(folder.path());
    let skipped: Vec<_> = report
        .skipped
        .iter()
        .map(|(path, _)| path.as_str())
        .collect();
    assert_eq!(skipped, ["bundle.js", "minified.js"]);
}

/// 10 MB on one line: named as too big, and read no further.
#[test]
fn ten_megabytes_of_minified_code_cost_nothing() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "Procfile", "web: node server.js\n");
    write(folder.path(), "server.js", "require('http');\n");
    write(
        folder.path(),
        "vendor.bundle.js",
        "var a=b(1);".repeat(1_000_000),
    );
    let begun = std::time::Instant::now();
    let report = audit(folder.path());
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    assert_eq!(report.skipped.len(), 1, "{:?}", report.skipped);
}

/// What sits at the guard's limit is parsed on a deep stack; what goes beyond is named.
#[test]
fn deep_nesting_is_parsed_or_named() {
    for (name, open, close) in [
        ("a.js", "f(", ")"),
        ("b.py", "f(", ")"),
        ("c.rb", "f(", ")"),
        ("d.go", "f(", ")"),
        ("E.java", "f(", ")"),
        ("f.php", "f(", ")"),
        ("g.ts", "[", "]"),
        ("h.js", "{", "}"),
        ("i.js", "(()=>", ")"),
    ] {
        for depth in [200, 240, 260, 5_000] {
            let folder = tempfile::tempdir().unwrap();
            let text = format!("{}{}\n", open.repeat(depth), close.repeat(depth));
            let text = if name.ends_with("php") {
                format!("<?php {text}")
            } else {
                text
            };
            write(folder.path(), name, text);
            let report = audit(folder.path());
            assert_eq!(report.skipped.is_empty(), depth <= 250, "{name} at {depth}");
        }
    }
}

/// A broken manifest is a finding or a status, and the others are still read.
#[test]
fn broken_manifests_do_not_hide_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "app.json", "{ \"name\": \"a\", }");
    write(folder.path(), "package.json", "{ \"name\" }");
    write(folder.path(), "pyproject.toml", "[project\nname=");
    write(folder.path(), "config/database.yml", "production: [\n  - {");
    write(
        folder.path(),
        "Procfile",
        "web: sleep 30 && gunicorn a:app\n",
    );
    write(folder.path(), "a.py", "app = None\n");
    let rules: Vec<_> = audit(folder.path())
        .findings
        .into_iter()
        .map(|finding| finding.rule)
        .collect();
    assert!(rules.contains(&"slow-boot"), "{rules:?}");
    assert!(rules.contains(&"app-json-invalid"), "{rules:?}");
}
