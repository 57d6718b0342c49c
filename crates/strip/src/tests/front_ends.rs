//! What goes of a front end that is built?

use super::{app, config, environment, left, run, strip};

const PAGES: &str = "const path = require('path');\nconst express = require('express');\nconst app = express();\n\
    app.use(express.static(path.join(__dirname, 'client', 'build')));\n\
    app.get('*', (q, r) => r.sendFile(path.resolve(__dirname, './client/build/index.html')));\n";

/// A server with a front end below it.
fn files(server: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![
        ("Procfile", "web: node server.js\n"),
        (
            "package.json",
            r#"{"scripts":{"start":"node server.js","heroku-postbuild":"cd client && npm i && npm run build"},
"dependencies":{"express":"4"}}"#,
        ),
        ("server.js", server),
        (
            "node_modules/express/package.json",
            r#"{"name":"express","main":"index.js"}"#,
        ),
        ("node_modules/express/index.js", ""),
        (
            "client/package.json",
            r#"{"name":"shop","scripts":{"build":"vite build","start":"vite"},"dependencies":{"react":"1"}}"#,
        ),
        (
            "client/src/main.jsx",
            "import React from 'react'; import 'vite'",
        ),
        (
            "client/node_modules/react/package.json",
            r#"{"name":"react","main":"index.js","dependencies":{"loose":"1"}}"#,
        ),
        ("client/node_modules/react/index.js", "require('loose')"),
        (
            "client/node_modules/loose/package.json",
            r#"{"name":"loose","main":"index.js"}"#,
        ),
        ("client/node_modules/loose/index.js", ""),
        (
            "client/node_modules/vite/package.json",
            r#"{"name":"vite","main":"index.js","bin":"cli.js"}"#,
        ),
        ("client/node_modules/vite/index.js", ""),
        ("client/node_modules/vite/cli.js", ""),
        ("client/build/index.html", "<script src=/main.js></script>"),
        ("client/build/main.js", "console.log(1)"),
    ]
}

fn packages_left(files: &[(&str, &str)], level: &str) -> Vec<String> {
    let folder = app(files);
    std::os::unix::fs::symlink("../vite/cli.js", {
        let bin = folder.path().join("client/node_modules/.bin");
        fs_err::create_dir_all(&bin).unwrap();
        bin.join("vite")
    })
    .unwrap();
    let config = config(&format!("[com.slugsmith.strip]\nlevel = \"{level}\"\n"));
    run(folder.path(), &config, &environment(), false).unwrap();
    let mut left = left(folder.path());
    left.retain(|path| path.starts_with("client/node_modules") && !path.contains(".bin/"));
    left
}

/// What is done to the app before, and whether the packages go.
#[test]
fn packages_of_a_front_end_go_where_its_output_alone_is_used() {
    let with = |path: &'static str, content: &'static str| {
        let mut files = files(PAGES);
        files.retain(|(other, _)| *other != path);
        files.push((path, content));
        files
    };
    let all = ["loose/index.js", "react/index.js", "vite/index.js"];
    let kept: &[(&str, Vec<(&str, &str)>)] = &[
        (
            "a process in it",
            with(
                "Procfile",
                "web: node server.js\nadmin: npm start --prefix client\n",
            ),
        ),
        (
            "a process by its package's name",
            with(
                "Procfile",
                "web: node server.js\nadmin: yarn workspace shop start\n",
            ),
        ),
        (
            "all projects",
            with(
                "Procfile",
                "web: node server.js\nadmin: npx turbo run start\n",
            ),
        ),
        (
            "a script that goes there",
            with("bin/start", "#!/bin/sh\ncd client && npm start\n"),
        ),
        (
            "the whole folder served",
            files("require('express').static('client')"),
        ),
        (
            "the app served",
            files("require('express').static(__dirname)"),
        ),
        ("its source loaded", files("require('./client/src/routes')")),
        (
            "its folder in a variable",
            files("const web = 'client'; require('./' + web + '/src/x')"),
        ),
        (
            "a command in code",
            files("require('child_process').exec('cd client && npm start')"),
        ),
        (
            "its packages named",
            with("settings.py", "DIRS = [BASE / 'client' / 'node_modules']\n"),
        ),
        (
            "a server of its own",
            with(
                "client/package.json",
                r#"{"scripts":{"build":"vite build"},"dependencies":{"express":"4"}}"#,
            ),
        ),
        (
            "a page that is rendered on the server",
            with("client/build/main.js", "module.exports = require('react')"),
        ),
        (
            "no bundler",
            with(
                "client/package.json",
                r#"{"scripts":{"build":"tsc"},"dependencies":{"react":"1"}}"#,
            ),
        ),
    ];
    for level in ["safe", "trace"] {
        assert!(
            packages_left(&files(PAGES), level).is_empty(),
            "{level}: {:?}",
            packages_left(&files(PAGES), level)
        );
        for (what, files) in kept.iter().filter(|_| level == "safe") {
            let left = packages_left(files, level);
            for file in all {
                assert!(
                    left.contains(&format!("client/node_modules/{file}")),
                    "{level}, {what}: {left:?}"
                );
            }
        }
    }
}

#[test]
fn other_servers_than_node_may_serve_what_was_built() {
    let mut files = files("");
    files.retain(|(path, _)| {
        !path.starts_with("server")
            && *path != "Procfile"
            && *path != "package.json"
            && !path.starts_with("node_modules")
    });
    files.push(("Procfile", "web: gunicorn rates:app\n"));
    files.push((
        "rates.py",
        "app = Flask(__name__, static_folder='client/build')\nclient = Client()\n",
    ));
    let folder = app(&files);
    strip(folder.path());
    let left = left(folder.path());
    assert!(
        !left
            .iter()
            .any(|path| path.starts_with("client/node_modules")),
        "{left:?}"
    );
}

#[test]
fn a_bundler_may_write_outside_of_its_project() {
    let moved = |text: &'static str| {
        let server = "require('express').static(require('path').join(__dirname, 'public'))";
        let mut files = files(server);
        files.retain(|(path, _)| !path.starts_with("client/build"));
        files.push(("public/index.html", "<p>"));
        files.push(("client/vite.config.js", text));
        files
    };
    let outside = moved("export default { build: { outDir: '../public' } }");
    assert!(packages_left(&outside, "safe").is_empty());
    let not_built = moved("export default { build: { outDir: '../elsewhere' } }");
    assert!(!packages_left(&not_built, "safe").is_empty());
}

#[test]
fn packages_behind_a_link_are_the_servers_too() {
    let mut files = files(PAGES);
    files.retain(|(path, _)| !path.starts_with("client/node_modules"));
    let folder = app(&files);
    let before: Vec<String> = left(folder.path());
    std::os::unix::fs::symlink("../node_modules", folder.path().join("client/node_modules"))
        .unwrap();
    strip(folder.path());
    let left = left(folder.path());
    let packages = before
        .iter()
        .filter(|path| path.starts_with("node_modules/"));
    for path in packages {
        assert!(left.contains(path), "{path}: {left:?}");
    }
    assert!(before.iter().any(|path| path.starts_with("node_modules/")));
}
