//! What of packages stays because it is served by something else than their own code?

use super::{app, left, strip_with};

const LEVELS: [&str; 2] = ["", "[com.slugsmith.strip]\nlevel = \"trace\"\n"];

/// What is left of the package `alp` beside these files, its package.json aside, at each level.
fn left_of_package(files: &[(&str, &str)]) -> [Vec<String>; 2] {
    const PACKAGE: &[(&str, &str)] = &[
        ("package.json", r#"{"dependencies":{"alp":"1"}}"#),
        (
            "node_modules/alp/package.json",
            r#"{"main":"dist/module.cjs.js","module":"dist/module.esm.js","unpkg":"dist/cdn.min.js"}"#,
        ),
        (
            "node_modules/alp/dist/module.cjs.js",
            "//# sourceMappingURL=module.cjs.js.map",
        ),
        ("node_modules/alp/dist/module.cjs.js.map", "{}"),
        ("node_modules/alp/dist/module.esm.js", ""),
        ("node_modules/alp/dist/cdn.min.js", ""),
        ("node_modules/alp/README.md", ""),
        ("node_modules/alp/LICENSE", ""),
    ];
    LEVELS.map(|level| {
        let all: Vec<(&str, &str)> = PACKAGE.iter().chain(files).copied().collect();
        let folder = app(&all);
        strip_with(folder.path(), level);
        let left = left(folder.path()).into_iter();
        left.filter_map(|path| Some(path.strip_prefix("node_modules/alp/")?.to_owned()))
            .filter(|path| !matches!(path.as_str(), "package.json" | "LICENSE"))
            .collect()
    })
}

const BUILDS: [&str; 3] = [
    "dist/cdn.min.js",
    "dist/module.cjs.js",
    "dist/module.esm.js",
];

#[test]
fn packages_that_another_language_serves_stay() {
    for (path, text) in [
        (
            "main.go",
            "func main() { http.Handle(\"/\", http.FileServer(http.Dir(\"node_modules\"))) }",
        ),
        (
            "main.go",
            "var dir = http.Dir(filepath.Join(\"node_modules\", \"alp\"))",
        ),
        (
            "src/S.java",
            "class S { Path p(String u) { return Path.of(\"./node_modules\").resolve(u); } }",
        ),
        (
            "src/main.rs",
            "let files = ServeDir::new(\"node_modules/alp/dist\");",
        ),
        (
            "lib/web.ex",
            "plug Plug.Static, at: \"/nm\", from: \"node_modules\"",
        ),
        (
            "server.rb",
            "s.mount('/nm', WEBrick::HTTPServlet::FileHandler, File.join(__dir__, 'node_modules'))",
        ),
        (
            "config.ru",
            "map('/nm') { run Rack::Files.new(File.expand_path('node_modules', __dir__)) }",
        ),
        (
            "app.py",
            "def nm(p): return send_from_directory('node_modules', p)",
        ),
        (
            "web/app.py",
            "app.mount('/nm', StaticFiles(directory=ROOT / 'node_modules'))",
        ),
        (
            "settings.py",
            "STATICFILES_DIRS = [\n    BASE / 'static',\n    BASE / 'node_modules',\n]",
        ),
        (
            "settings.py",
            "STATICFILES_FINDERS = ['npm.finders.NpmFinder']",
        ),
    ] {
        for left in left_of_package(&[("Procfile", "web: run\n"), (path, text)]) {
            assert_eq!(left, BUILDS, "{path}: {text}");
        }
    }
}

#[test]
fn packages_go_that_another_language_only_leaves_out() {
    for (path, text) in [
        (
            "main.go",
            "if info.Name() == \"node_modules\" { return filepath.SkipDir }",
        ),
        (
            "main.go",
            "if strings.Contains(path, \"node_modules\") { return nil }",
        ),
        (
            "main.go",
            "switch name {\ncase \"node_modules\", \".git\":\n}",
        ),
        (
            "S.java",
            "Set<String> ignored = Set.of(\"node_modules\", \"target\");",
        ),
        ("S.java", "if (path.startsWith(\"node_modules\")) continue;"),
        ("main_test.go", "http.Dir(\"node_modules\")"),
        (
            "main.rs",
            "const NAMES: &[&str] = &[\n    \".git\",\n    \"node_modules\",\n];",
        ),
    ] {
        let [_, traced] = left_of_package(&[("Procfile", "web: bin/web\n"), (path, text)]);
        assert!(traced.is_empty(), "{path}: {text}: {traced:?}");
    }
}

#[test]
fn maps_stay_that_are_collected_with_their_packages() {
    let settings = ("settings.py", "STATICFILES_DIRS = [BASE / 'node_modules']");
    let with_map = [
        "dist/cdn.min.js",
        "dist/module.cjs.js",
        "dist/module.cjs.js.map",
        "dist/module.esm.js",
    ];
    for process in [
        "web: python manage.py collectstatic --noinput && gunicorn proj.wsgi\n",
        "release: flask digest compile\nweb: gunicorn app:app\n",
    ] {
        for left in left_of_package(&[settings, ("Procfile", process)]) {
            assert_eq!(left, with_map, "{process}");
        }
    }
    let rails = (
        "config/initializers/assets.rb",
        "Rails.application.config.assets.paths << Rails.root.join('node_modules')",
    );
    let release = (
        "Procfile",
        "release: bin/rails assets:precompile\nweb: bin/rails s\n",
    );
    for left in left_of_package(&[rails, release]) {
        assert_eq!(left, with_map);
    }
    let code = (
        "proj/wsgi.py",
        "call_command('collectstatic', interactive=False)",
    );
    let web = ("Procfile", "web: gunicorn proj.wsgi\n");
    for left in left_of_package(&[settings, code, web]) {
        assert_eq!(left, with_map);
    }
    // Collected during the build, or without the packages.
    for files in [
        [settings, ("Procfile", "web: gunicorn proj.wsgi\n")],
        [
            ("settings.py", "X = 1"),
            ("Procfile", "web: python manage.py collectstatic\n"),
        ],
    ] {
        for left in left_of_package(&files) {
            assert!(
                !left.contains(&"dist/module.cjs.js.map".to_owned()),
                "{left:?}"
            );
        }
    }
}

#[test]
fn files_that_a_page_names_by_the_address_of_their_folder_stay() {
    let express = "const e = require('express'), a = e()\na.use('/npm', e.static('node_modules'))";
    let rack = "s.mount('/npm/', FileHandler, File.join(__dir__, 'node_modules'))";
    let flask =
        "@app.get('/npm/<path:p>')\ndef nm(p): return send_from_directory('node_modules', p)";
    let narrow = "a.use('/alp', e.static(path.join(__dirname, 'node_modules', 'alp')))";
    let nginx = "http { location /npm/ { alias /app/node_modules/; } }";
    for (path, server, link) in [
        ("server.js", express, "/npm/alp/README.md"),
        ("server.rb", rack, "/npm/alp/README.md"),
        ("app.py", flask, "/npm/alp/README.md"),
        ("server.js", narrow, "/alp/README.md"),
        (
            "server.js",
            "a.use(e.static('node_modules'))",
            "/alp/README.md",
        ),
        ("config/nginx.conf", nginx, "/npm/alp/README.md"),
    ] {
        for (page, text) in [
            ("public/index.html", format!("<a href=\"{link}\">about</a>")),
            ("public/x.js", format!("fetch('{link}')")),
        ] {
            let files = [
                ("Procfile", "web: run\n"),
                (path, server),
                (page, text.as_str()),
            ];
            for left in left_of_package(&files) {
                assert!(
                    left.contains(&"README.md".to_owned()),
                    "{path}, {page}: {left:?}"
                );
            }
        }
    }
    let page = (
        "public/index.html",
        "<a href=\"/other/alp/README.md\">about</a>",
    );
    for left in left_of_package(&[("server.js", express), page]) {
        assert!(!left.contains(&"README.md".to_owned()), "{left:?}");
    }
}

#[test]
fn a_file_that_code_names_is_no_folder_that_is_served() {
    let client = (
        "client.js",
        "const page = '/build/node_modules/alp/dist/cdn.min.js';",
    );
    let here = ("public/a.js", "fetch('/./')");
    let [_, traced] = left_of_package(&[client, here]);
    let alone = left_of_package(&[client])[1].clone();
    assert_eq!(traced, alone);
}
