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
        "!".repeat(200_000).into_bytes(),
        "a=>".repeat(60_000).into_bytes(),
        "a?b:".repeat(60_000).into_bytes(),
        "a+".repeat(60_000).into_bytes(),
        "a.b(".repeat(60_000).into_bytes(),
        "-\n".repeat(200_000).into_bytes(),
        "if x:\n ".repeat(2_000).into_bytes(),
        format!("x = \"{}\"", "y".repeat(2_000_000)).into_bytes(),
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
