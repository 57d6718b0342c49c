//! Which folders of the app itself stay, because nothing proves that they are idle?

use super::{app, left, strip};

/// An app whose only process is Node on server.js, with what is added.
fn node(server: &str, more: &[(&str, &str)]) -> tempfile::TempDir {
    let mut files = vec![
        ("package.json", r#"{"dependencies":{"a":"1"}}"#),
        ("Procfile", "web: node server.js\n"),
        ("server.js", server),
        ("docs/guide.html", ""),
        ("node_modules/a/package.json", "{}"),
    ];
    files.extend(more);
    let names: Vec<&str> = more.iter().map(|(name, _)| *name).collect();
    files.retain(|file| more.contains(file) || !names.contains(&file.0));
    app(&files)
}

fn stays(folder: &tempfile::TempDir, path: &str) -> bool {
    strip(folder.path());
    left(folder.path()).contains(&path.to_owned())
}

#[test]
fn an_idle_folder_of_a_node_app_goes() {
    for server in [
        "",
        "require('a'); if (process.env.NODE_ENV === 'docs') {}",
        "fs.readFileSync(path.join(__dirname, 'views', name)); app.use(express.static('public'))",
        "import(`./lib/${name}.js`)",
        "listen(process.env.PORT || 5000); connect(process.env.DATABASE_URL)",
        "if (process.env.FEATURE) { start() }; const many = Number(process.env.WEB_MANY)",
        "const { PORT, NODE_ENV } = process.env; const on = !process.env.QUIET && 1",
    ] {
        assert!(!stays(&node(server, &[]), "docs/guide.html"), "{server}");
    }
}

#[test]
fn a_path_that_may_lead_there_keeps_a_folder() {
    for server in [
        "fs.readFileSync(name)",
        "fs.readdirSync(path.join(__dirname, dir))",
        "app.use(express.static('.'))",
        "app.use(express.static(process.cwd()))",
        "serve({ root: __dirname })",
        "const dir = 'docs'; open(dir)",
        "send(`${base}/index.html`); res.sendFile(`${base}/index.html`)",
        "names.map(fs.readFileSync)",
        "require(name)",
        "eval(text)",
        "child_process.exec(command)",
        "const config = { docs: true }",
        "app.use(serve(process.env.WWW || 'public'))",
        "const { ROOT = 'x' } = process.env; a(ROOT)",
        "const set = (o) => a(o.root); set({ root: process.env.SITE })",
        "a(process.env[name])",
        "a(parse(process.env).folder)",
        "a(config.get('DOCS_DIR'))",
        "import { env } from 'node:process'; export const site = env.SITE",
        "process.chdir(process.env.FOLDER); a('.')",
    ] {
        assert!(stays(&node(server, &[]), "docs/guide.html"), "{server}");
    }
}

#[test]
fn what_is_not_read_keeps_every_folder() {
    for file in [
        ("index.php", "<?php require __DIR__.'/design/x.php';"),
        ("main.go", "package main"),
        ("app.py", "from docs.core import x"),
        ("config.ru", "run App"),
        ("config/nginx.conf.erb", "root /app/docs;"),
        ("lib/App.java", ""),
        ("views/a.twig", ""),
        ("Procfile", "web: bin/start\n"),
        ("Procfile", "web: node -e 'serve()'\n"),
        ("Procfile", "web: node server.js $FOLDER\n"),
        ("Procfile", "web: node server.js\nclock: npx mocha\n"),
        ("Procfile", "web: npm start --prefix api\n"),
        ("Procfile", "web: cd docs && node server.js\n"),
        ("config.yml", "root: docs\n"),
        ("settings.json", r#"{"pages":"docs"}"#),
        ("views/a.ejs", "<%- include('docs/a') %>"),
        ("node_modules/a/index.js", "options = { path: 'docs' }"),
        (
            "node_modules/a/index.js",
            "fs.readdirSync(join(process.cwd(), x))",
        ),
    ] {
        assert!(
            stays(&node("require('a')", &[file]), "docs/guide.html"),
            "{file:?}"
        );
    }
}

#[test]
fn what_stays_for_want_of_evidence_is_offered() {
    let folder = node("", &[("index.php", "")]);
    let report = strip(folder.path());
    let offers: Vec<_> = report
        .offers
        .iter()
        .map(|one| (one.path.as_str(), one.because.as_str()))
        .collect();
    assert_eq!(
        offers,
        [("docs/", "slugsmith can't follow what index.php reads")]
    );
}

#[test]
fn an_app_without_a_known_process_loses_nothing_of_its_own() {
    let folder = app(&[
        ("package.json", "{}"),
        ("test/a.js", ""),
        ("coverage/lcov.info", ""),
    ]);
    strip(folder.path());
    assert_eq!(left(folder.path()).len(), 3);
}

#[test]
fn a_tool_that_runs_keeps_its_configuration() {
    let files =
        |manifest: &'static str| node("", &[("package.json", manifest), (".prettierrc", "{}")]);
    assert!(stays(
        &files(r#"{"dependencies":{"prettier":"3"}}"#),
        ".prettierrc"
    ));
    assert!(!stays(
        &files(r#"{"devDependencies":{"prettier":"3"}}"#),
        ".prettierrc"
    ));
}

#[test]
fn a_folder_is_explained_by_what_happens_to_its_files() {
    let explained = |server: &str, path: &str| {
        let folder = node(server, &[]);
        let config = super::config("");
        crate::explain(
            folder.path(),
            &config,
            &super::environment(),
            std::path::Path::new(path),
        )
    };
    let crate::Explanation::Folder { removed, stays, .. } = explained("", "./docs/") else {
        unreachable!("docs is a folder");
    };
    assert_eq!((removed.len(), stays.files), (1, 0));
    let crate::Explanation::Folder { removed, kept, .. } = explained("eval(x)", "docs") else {
        unreachable!("docs is a folder");
    };
    assert!(removed.is_empty() && kept.is_some());
}

#[test]
fn code_that_is_too_large_to_read_may_name_every_folder() {
    let list = "a,".repeat(16_000_100);
    let list: &'static str = Box::leak(list.into_boxed_str());
    assert!(stays(&node(list, &[]), "docs/guide.html"));
}
