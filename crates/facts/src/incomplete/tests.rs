//! Packages whose install scripts did not run, by shape.

use super::*;

/// Writes a file with the folders above it.
pub(super) fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, text).unwrap();
}

#[test]
fn packages_are_told_by_their_paths() {
    assert_eq!(
        package_of("node_modules/a/node_modules/@s/b/lib/x.node"),
        Some(("node_modules/a/node_modules/@s/b", "@s/b", "lib/x.node"))
    );
    assert_eq!(package_of("src/binding.gyp"), None);
}

fn root() -> BTreeSet<String> {
    BTreeSet::from([String::new()])
}

#[test]
fn before_an_install_scripts_that_nobody_approved_leave_it_open() {
    let lock = r#"{"packages":{"node_modules/bcrypt":{"hasInstallScript":true}}}"#;
    for (manifest, name, text, is_open) in [
        ("{}", "package-lock.json", lock, true),
        (
            "{}",
            "package-lock.json",
            r#"{"packages":{"node_modules/ms":{}}}"#,
            false,
        ),
        (
            r#"{"allowScripts":{"bcrypt@5":true}}"#,
            "package-lock.json",
            lock,
            false,
        ),
        // Decided: these will be left out.
        (
            r#"{"packageManager":"npm@12.0.0"}"#,
            "package-lock.json",
            lock,
            false,
        ),
        (
            "{}",
            "pnpm-lock.yaml",
            "packages:\n  bindings@1.5.0: {}\n",
            true,
        ),
        ("{}", "pnpm-lock.yaml", "packages:\n  ms@2.1.3: {}\n", false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(folder.path().join("package.json"), manifest).unwrap();
        fs_err::write(folder.path().join(name), text).unwrap();
        let (app, tree) = (app::read(folder.path()), Tree::read(folder.path()));
        assert_eq!(
            super::is_open(&app, &tree, &root()),
            is_open,
            "{manifest} {text}"
        );
        fs_err::create_dir(folder.path().join("node_modules")).unwrap();
        assert!(!super::is_open(&app, &Tree::read(folder.path()), &root()));
    }
}

#[test]
fn a_recipe_without_a_compiled_file_is_no_native_part() {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| put(folder.path(), path, text);
    put(
        "package.json",
        r#"{"dependencies":{"bcrypt":"5","sharp":"1"}}"#,
    );
    let before = app::read(folder.path());
    put("node_modules/bcrypt/binding.gyp", "{}");
    put("node_modules/sharp/binding.gyp", "{}");
    put(
        "node_modules/sharp/package.json",
        r#"{"optionalDependencies":{"@img/linux":"1"}}"#,
    );
    put("node_modules/@img/linux/lib/sharp.node", "");
    put(
        "node_modules/.modules.yaml",
        r#"{"ignoredBuilds":["esbuild@0.25.0"]}"#,
    );
    let found = read(&before, &Tree::read(folder.path()), &root());
    let found: Vec<_> = found
        .iter()
        .map(|one| (one.name.as_str(), one.lacks))
        .collect();
    assert_eq!(
        found,
        [("bcrypt", Lacks::Native), ("esbuild", Lacks::Script)]
    );
    put("node_modules/bcrypt/lib/binding/bcrypt.node", "");
    assert_eq!(read(&before, &Tree::read(folder.path()), &root()).len(), 1);
}

#[test]
fn the_npm_that_blocks_is_known_by_the_manifest() {
    let blocks = |text: &str| blocks_scripts(&serde_json::from_str(text).unwrap());
    assert!(blocks(r#"{"packageManager":"npm@12.2.2"}"#));
    assert!(blocks(r#"{"engines":{"npm":">=12"}}"#));
    assert!(!blocks(r#"{"engines":{"npm":"<12"}}"#));
    assert!(!blocks(r#"{"packageManager":"npm@11.8.0"}"#));
    assert!(!blocks("{}"));
}
