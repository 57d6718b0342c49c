use super::*;

pub(super) fn put(app: &Path, path: &str, text: &str) {
    let path = app.join(path);
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, text).unwrap();
}

pub(super) fn link(app: &Path, target: &str, path: &str) {
    fs_err::create_dir_all(app.join(path).parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(target, app.join(path)).unwrap();
}

fn run(app: &Path, projects: &[&str], more: &[(&str, &str)]) -> (u64, Vec<String>) {
    let more = more
        .iter()
        .map(|(name, needs)| ((*name).to_owned(), [(*needs).to_owned()].into()))
        .collect();
    let prune = Prune::Modules {
        projects: projects.iter().map(PathBuf::from).collect(),
        more,
    };
    let pruned = super::prune(app, &prune).unwrap().unwrap();
    let left = Tree::read(app);
    let left = left.entries().iter().filter_map(|entry| {
        let path = entry.path().to_str()?;
        let is_leaf = entry.kind() != slugsmith_facts::tree::EntryKind::Directory;
        (is_leaf && path.contains("node_modules")).then(|| path.to_owned())
    });
    (pruned.packages, left.collect())
}

#[test]
fn a_hoisted_tree_keeps_what_is_reached() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path();
    put(
        app,
        "package.json",
        r#"{"dependencies":{"a":"1"},"devDependencies":{"t":"1"}}"#,
    );
    put(
        app,
        "w/package.json",
        r#"{"name":"w","dependencies":{"@s/x":"1"}}"#,
    );
    link(app, "../w", "node_modules/w");
    put(
        app,
        "node_modules/a/package.json",
        r#"{"name":"a","dependencies":{"b":"1"},"peerDependencies":{"t":"1","p":"1"},"peerDependenciesMeta":{"t":{
"optional":true}}}"#,
    );
    put(app, "node_modules/a/node_modules/b/package.json", "{}");
    put(app, "node_modules/a/node_modules/left/package.json", "{}");
    put(
        app,
        "node_modules/b/package.json",
        r#"{"name":"b","bin":"b.js"}"#,
    );
    put(
        app,
        "node_modules/p/package.json",
        r#"{"name":"p","bin":{"pp":"p.js"}}"#,
    );
    put(
        app,
        "node_modules/t/package.json",
        r#"{"name":"t","dependencies":{"b":"1"}}"#,
    );
    put(app, "node_modules/@s/x/package.json", r#"{"name":"@s/x"}"#);
    put(app, "node_modules/@s/y/package.json", "{}");
    put(app, "node_modules/@dev/z/package.json", "{}");
    put(app, "node_modules/extra/package.json", "{}");
    put(app, "node_modules/.cache/x", "");
    for name in ["b", "pp", "t"] {
        link(app, "../x", &format!("node_modules/.bin/{name}"));
    }
    let (packages, left) = run(app, &["", "w"], &[("@s/x", "extra")]);
    assert_eq!(
        left,
        [
            "node_modules/.bin/pp",
            "node_modules/.cache/x",
            "node_modules/@s/x/package.json",
            "node_modules/a/node_modules/b/package.json",
            "node_modules/a/package.json",
            "node_modules/extra/package.json",
            "node_modules/p/package.json",
            "node_modules/w",
        ]
    );
    assert_eq!(packages, 5);
    assert!(!app.join("node_modules/@dev").exists());
    assert_eq!(run(app, &["", "w"], &[("@s/x", "extra")]).0, 0);
}

#[test]
fn a_virtual_store_keeps_what_lies_beside_a_package() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path();
    put(
        app,
        "package.json",
        r#"{"dependencies":{"a":"1"},"devDependencies":{"t":"1","c":"1"}}"#,
    );
    for name in ["a", "b", "c", "t"] {
        put(
            app,
            &format!("node_modules/.pnpm/{name}@1/node_modules/{name}/package.json"),
            "{}",
        );
        link(
            app,
            &format!("../{name}@1/node_modules/{name}"),
            &format!("node_modules/.pnpm/node_modules/{name}"),
        );
    }
    // Its own package.json doesn't name it: an extension of the workspace does.
    link(
        app,
        "../../b@1/node_modules/b",
        "node_modules/.pnpm/a@1/node_modules/b",
    );
    link(
        app,
        "../../c@1/node_modules/c",
        "node_modules/.pnpm/b@1/node_modules/c",
    );
    for name in ["a", "t", "c"] {
        link(
            app,
            &format!(".pnpm/{name}@1/node_modules/{name}"),
            &format!("node_modules/{name}"),
        );
    }
    let (packages, left) = run(app, &[""], &[]);
    assert_eq!(packages, 1);
    assert_eq!(
        left,
        [
            "node_modules/.pnpm/a@1/node_modules/a/package.json",
            "node_modules/.pnpm/a@1/node_modules/b",
            "node_modules/.pnpm/b@1/node_modules/b/package.json",
            "node_modules/.pnpm/b@1/node_modules/c",
            "node_modules/.pnpm/c@1/node_modules/c/package.json",
            "node_modules/.pnpm/node_modules/a",
            "node_modules/.pnpm/node_modules/b",
            "node_modules/.pnpm/node_modules/c",
            "node_modules/a",
        ]
    );
}

#[test]
fn archives_that_the_map_does_not_name_go() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path();
    put(app, ".pnp.cjs", "cache/ms-1.zip/ unplugged/own-file-1/");
    put(app, "unplugged/own-file-1/x", "1");
    put(app, "unplugged/dev-file-2/x", "1");
    for name in [
        "ms-1.zip",
        "left-pad-1.zip",
        "own-file-1-abc.zip",
        "dev-file-2-abc.zip",
        ".gitignore",
    ] {
        put(app, &format!("cache/{name}"), "12345");
    }
    let prune = Prune::Archives {
        map: ".pnp.cjs".into(),
        archives: "cache".into(),
    };
    let pruned = super::prune(app, &prune).unwrap().unwrap();
    assert_eq!((pruned.packages, pruned.bytes), (2, 16));
    assert!(
        app.join("unplugged/own-file-1").exists() && !app.join("unplugged/dev-file-2").exists()
    );
    assert!(app.join("cache/ms-1.zip").exists() && app.join("cache/.gitignore").exists());
}
