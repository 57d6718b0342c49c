use std::path::Path;

use super::*;

fn app(files: &[(&str, &str)]) -> (tempfile::TempDir, AppFolder) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs_err::create_dir_all(path.parent().unwrap_or(Path::new(""))).unwrap();
        fs_err::write(path, text).unwrap();
    }
    let root = AppFolder(folder.path().to_owned());
    (folder, root)
}

/// `folder> words` of every command but the shell's own.
fn runs(files: &[(&str, &str)], text: &str) -> Vec<String> {
    let (_folder, files) = app(files);
    follow(&files, &Start::at_root(text, "Procfile", 1))
        .iter()
        .filter(|one| !matches!(one.program(), "cd" | "export" | "set" | "pushd"))
        .map(|one| {
            let mark = if one.conditional { "? " } else { "" };
            let folder = one.folder.as_deref().unwrap_or("unknown");
            format!("{mark}{folder}> {}", one.words.join(" "))
        })
        .collect()
}

const API: &[(&str, &str)] = &[
    ("backend/index.js", ""),
    (
        "backend/package.json",
        r#"{"name":"api","scripts":{"start":"node index.js","serve":"NODE_ENV=x node -r ./a.js index.js"}}"#,
    ),
    (
        "package.json",
        r#"{"workspaces":["backend"],"scripts":{"web":"cd backend && npm start"}}"#,
    ),
];

#[test]
fn commands_know_their_folder() {
    for text in [
        "cd backend && node index.js",
        "cd backend; node index.js",
        "(cd backend && node index.js)",
        "bash -c \"cd backend && exec node index.js\"",
        "sh -c 'cd ./backend; node index.js'",
        "cd backend && exec env A=b node index.js",
        "cd /app/backend && node index.js",
        "cd $HOME/backend && node index.js",
        "pushd backend && node index.js",
        "APP=backend; cd $APP && node index.js",
        "cd backend || exit 1; node index.js",
        "test -d backend && cd backend && node index.js",
    ] {
        let found = runs(API, text);
        let last = found.iter().rfind(|one| one.contains("node")).unwrap();
        assert_eq!(last, "backend> node index.js", "{text}: {found:?}");
    }
    for text in [
        "cd backend && npm start",
        "npm start --prefix backend",
        "npm --prefix=backend run start",
        "npm start -w api",
        "npm run start --workspace=backend",
        "yarn --cwd backend start",
        "yarn workspace api start",
        "pnpm -C backend start",
        "pnpm --filter api start",
        "npm run web",
        "turbo run start --filter=api",
        "concurrently \"npm:web\"",
    ] {
        let found = runs(API, text);
        assert!(
            found.contains(&"backend> node index.js".to_owned()),
            "{text}: {found:?}"
        );
    }
    assert_eq!(
        runs(API, "(cd backend && ls); node a.js"),
        ["backend> ls", "> node a.js"]
    );
    assert_eq!(runs(API, "cd $DIR && node a.js"), ["unknown> node a.js"]);
}

#[test]
fn what_a_process_can_do_without_is_marked() {
    let marked = |text: &str| -> Vec<bool> {
        let found = runs(API, text);
        let programs = found.iter().filter(|one| one.contains("> node"));
        programs.map(|one| one.starts_with('?')).collect()
    };
    for (text, marks) in [
        ("node a.js || node b.js", [true, true]),
        ("node a.js 2>/dev/null || exec node b.js", [true, true]),
        ("[ -n \"$X\" ] && node a.js || node b.js", [true, true]),
        ("test -f a.js && node a.js; node b.js", [true, false]),
        (
            "[[ $X == 1 ]] && exec node a.js; exec node b.js",
            [true, false],
        ),
        ("command -v node && node a.js\nnode b.js", [true, false]),
        ("node a.js || exit 1; node b.js", [false, false]),
        (
            "node a.js || { echo no; exit 1; }; node b.js",
            [false, false],
        ),
        ("node a.js && node b.js", [false, false]),
        // The test decides on all there is: what it asks for is what shall run.
        ("test -d backend && node a.js && node b.js", [false, false]),
        ("node a.js || true; node b.js", [true, false]),
    ] {
        assert_eq!(marked(text), marks, "{text}");
    }
}

#[test]
fn wrappers_are_taken_off() {
    for text in [
        "bundle exec puma -C a.rb",
        "env A=b bundle exec puma -C a.rb",
        "newrelic-admin run-program puma -C a.rb",
        "dumb-init -- puma -C a.rb",
        "bin/start-pgbouncer bin/start-nginx puma -C a.rb",
        "env-cmd -f .env puma -C a.rb",
        "env-cmd .env puma -C a.rb",
        "dotenv -e .env -- puma -C a.rb",
        "cross-env A=b C=d puma -C a.rb",
        "npx --no-install puma -C a.rb",
        "pnpm exec puma -C a.rb",
        "poetry run puma -C a.rb",
        "uv run --no-dev --env-file .env puma -C a.rb",
        "ddtrace-run puma -C a.rb",
        "doppler run --config prd -- puma -C a.rb",
        "exec nice -n 5 timeout 30 puma -C a.rb",
        "A=b C=\"d e\" puma -C a.rb",
        "wait-for-it db:5432 -t 30 -- puma -C a.rb",
    ] {
        assert_eq!(runs(&[], text), ["> puma -C a.rb"], "{text}");
    }
    let command = Command::written("bin/start-nginx env A=b bundle exec puma", "Procfile", 1);
    assert_eq!(command.wrappers, ["bin/start-nginx", "env", "bundle"]);
    assert_eq!(command.environment, [("A".to_owned(), "b".to_owned())]);
    assert_eq!(runs(&[], "uv run -m shop.web"), ["> python -m shop.web"]);
    assert_eq!(
        runs(&[], "poetry run -C api python a.py"),
        ["api> python a.py"]
    );
}

#[test]
fn files_are_followed() {
    let files = &[
        (
            "bin/start",
            "#!/usr/bin/env bash\nset -e\ncd \"$(dirname \"$0\")/../api\"\nif [ \"$APP_ENV\" = development ]; then\n  \
                nodemon a.js\nelse\n  exec node a.js\nfi\n",
        ),
        ("bin/wrap", "#!/bin/sh\n(\"$@\") &\nexec nginx -c x\n"),
        (
            "Makefile",
            "start: setup\n\t@cd api && \\\n\t  node m.js\nsetup:\n\t./bin/start\n",
        ),
        ("api/a.js", ""),
        ("Procfile.prod", "web: node p.js\nworker: node w.js\n"),
        (
            "ecosystem.config.js",
            "module.exports = { apps: [{ name: 'a', cwd: './api', script: './b.ts', interpreter_args: '-r tsx', args: \
                ['x'] }] };\n",
        ),
        (
            "conf/supervisord.conf",
            "[supervisord]\nnodaemon=true\n[program:web]\ncommand=node s.js\ndirectory=/app/api\n",
        ),
        (
            "composer.json",
            r#"{"scripts":{"serve":["@php artisan config:cache","@web"],"web":"php -S 0.0.0.0:80"}}"#,
        ),
        ("deno.json", r#"{"tasks":{"go":"deno run main.ts"}}"#),
        ("lib.sh", "serve() {\n  node \"$1\"\n}\n"),
        ("run.sh", ". ./lib.sh\nserve f.js\n"),
    ];
    let last = |text| runs(files, text).pop().unwrap();
    assert_eq!(last("bin/start"), "? api> node a.js");
    assert_eq!(
        runs(files, "bin/wrap node n.js"),
        ["> bin/wrap node n.js", "> node n.js", "> nginx -c x"]
    );
    assert!(runs(files, "make start").contains(&"api> node m.js".to_owned()));
    assert_eq!(last("make setup"), "? api> node a.js");
    assert_eq!(last("foreman start worker -f Procfile.prod"), "> node w.js");
    assert_eq!(
        last("pm2-runtime start ecosystem.config.js"),
        "api> node -r tsx ./b.ts x"
    );
    assert_eq!(
        last("supervisord -c conf/supervisord.conf"),
        "api> node s.js"
    );
    assert_eq!(last("composer serve"), "> php -S 0.0.0.0:80");
    assert_eq!(last("deno task go"), "> deno run main.ts");
    assert_eq!(last("bash run.sh"), "> node f.js");
}

#[test]
fn needs_are_files_modules_and_preloads() {
    let needs = |text: &str| Command::written(text, "", 0).needs();
    let script = |path: &str, language| Need::Script {
        path: path.to_owned(),
        language,
    };
    assert_eq!(
        needs("node --max-old-space-size=300 -r ./a.js --import=b dist/c.js x"),
        [
            Need::Preload("./a.js".to_owned()),
            Need::Preload("b".to_owned()),
            script("dist/c.js", "Node")
        ]
    );
    assert_eq!(needs("node -e 'a.js'"), []);
    assert_eq!(
        needs("python3.12 -u manage.py runserver"),
        [script("manage.py", "Python")]
    );
    assert_eq!(
        needs("gunicorn -b 0.0.0.0:$PORT shop.wsgi:app"),
        [
            Need::Module("shop.wsgi".to_owned()),
            Need::Object {
                module: "shop.wsgi".to_owned(),
                name: "app".to_owned()
            }
        ]
    );
    assert_eq!(
        needs("bundle exec puma -C config/puma.rb"),
        [Need::File("config/puma.rb".to_owned())]
    );
    assert_eq!(
        needs("npm --prefix api run serve"),
        [Need::PackageScript("serve".to_owned())]
    );
    assert_eq!(
        needs("java -Xmx1g -jar target/a.jar"),
        [
            Need::File("target/a.jar".to_owned()),
            Need::MainClass("target/a.jar".to_owned())
        ]
    );
}

/// Programs with what their process does where they fail: `!` ends, `-` goes on, `?` is asked for its status.
#[test]
fn a_shell_goes_on_behind_what_fails() {
    let marks = |files: &[(&str, &str)], text: &str| -> String {
        let (_folder, files) = app(files);
        follow(&files, &Start::at_root(text, "Procfile", 1))
            .iter()
            .filter(|one| one.program() == "node")
            .map(|one| match (one.conditional, one.survived) {
                (true, _) => '?',
                (false, true) => '-',
                (false, false) => '!',
            })
            .collect()
    };
    for (text, wanted) in [
        ("node a.js", "!"),
        ("! node a.js", "?"),
        ("node a.js; node b.js", "-!"),
        ("node a.js && node b.js; node c.js", "--!"),
        ("set -e; node a.js; node b.js", "!!"),
        ("set -e; node a.js && node b.js; node c.js", "-!!"),
        ("set -e; node a.js; set +e; node b.js; node c.js", "!-!"),
        ("set -o errexit; { node a.js; node b.js; }", "!!"),
        ("node a.js & node b.js", "-!"),
        ("node a.js & wait $!", "!"),
        ("node a.js & wait -n", "!"),
        ("node a.js | node b.js", "-!"),
        ("set -o pipefail; node a.js | node b.js", "!!"),
        ("exec node a.js; node b.js", "!!"),
        ("trap 'exit 0' EXIT; node a.js", "-"),
        ("node a.js || exit 0", "?"),
        ("node a.js || exit 1", "!"),
        ("sh -c 'node a.js; node b.js'", "-!"),
        ("sh -ec 'node a.js; node b.js'", "!!"),
        ("bash -o errexit -c 'node a.js; node b.js'", "!!"),
        ("bin/strict", "!!"),
        ("bash bin/strict", "-!"),
        ("bin/strict; node c.js", "--!"),
        ("make web", "-!"),
        ("make -i web", "--"),
        ("make -n web", ""),
    ] {
        let files = [
            ("bin/strict", "#!/bin/sh -e\nnode a.js\nnode b.js\n"),
            ("Makefile", "web:\n\t-node a.js\n\tnode b.js\n"),
        ];
        assert_eq!(marks(&files, text), wanted, "{text}");
    }
}

#[test]
fn words_are_those_that_the_shell_makes() {
    let words = |text: &str| runs(&[], text).pop().unwrap_or_default();
    for (text, wanted) in [
        ("sh -c 'node \"$0\" $1' a.js b", "> node a.js b"),
        ("node {a,b}.js", "> node a.js b.js"),
        ("echo '{a,b}'", "> echo {a,b}"),
        ("A=(node a.js); \"${A[@]}\"", "> node a.js"),
        ("time -p node a.js", "> node a.js"),
        ("env - PATH=/bin node a.js", "> node a.js"),
        ("env -vS 'A=1 node' a.js", "> node a.js"),
        ("xargs -I % node %", "> node $ARGUMENT $ARGUMENTS"),
        ("setarch x86_64 -R node a.js", "> node a.js"),
        (
            "setpriv --reuid root --clear-groups node a.js",
            "> node a.js",
        ),
        ("flock -n lock -c 'node a.js'", "> node a.js"),
        ("script -qec 'node a.js' /dev/null", "> node a.js"),
    ] {
        assert_eq!(words(text), wanted, "{text}");
    }
    assert_eq!(
        runs(&[("Procfile", "web: node a.js\n")], "honcho -e .env run x").len(),
        1
    );
}

#[test]
fn interpreters_read_their_own_options() {
    let paths = |text: &str| -> Vec<String> {
        let needs = Command::written(text, "", 0).needs();
        let path = |need: &Need| match need {
            Need::Script { path, .. } | Need::File(path) | Need::Module(path) => path.clone(),
            Need::Import(path) => format!("import {path}"),
            Need::Folder(path) => format!("{path}/"),
            Need::Class { name, .. } => format!("class {name}"),
            other => format!("{other:?}"),
        };
        needs.iter().map(path).collect()
    };
    for (text, wanted) in [
        ("python -um shop.web", vec!["shop.web"]),
        (
            "python -c 'import flask, shop.web; run()'",
            vec!["flask", "shop.web"],
        ),
        ("python -c 'print(1); import x'", vec![]),
        ("ruby -ne 'puts 1' a.txt", vec![]),
        ("ruby -r ./lib/x -w run.rb", vec!["./lib/x.rb", "run.rb"]),
        ("php -f index.php", vec!["index.php"]),
        ("php -S 0.0.0.0:80 -t public router.php", vec!["public/"]),
        ("php -- index.php", vec![]),
        ("dotnet exec a.dll", vec!["a.dll"]),
        ("deno run -A main.ts", vec!["main.ts"]),
        ("deno run -A jsr:@x/y.ts", vec![]),
        ("node --import ./a.mjs b.js", vec!["import ./a.mjs", "b.js"]),
        (
            "node a.js < in.txt > log/out.txt",
            vec!["a.js", "in.txt", "log/"],
        ),
        (
            "java $JAVA_OPTS -cp a:b/* com.x.Main $PORT",
            vec!["class com.x.Main"],
        ),
        ("java -cp a $OPTS com.x.Main", vec![]),
        ("java -javaagent:x.jar=y Main", vec!["x.jar"]),
        ("java Main.java", vec!["Main.java"]),
        (
            "hypercorn 'asgi:shop.web:app'",
            vec!["shop.web", "Object { module: \"shop.web\", name: \"app\" }"],
        ),
        (
            "gunicorn -k gevent --chdir src web:app",
            vec![
                "src/",
                "gevent",
                "web",
                "Object { module: \"web\", name: \"app\" }",
            ],
        ),
    ] {
        assert_eq!(paths(text), wanted, "{text}");
    }
    let options = Command::written("NODE_OPTIONS='-r ./x' npm start", "", 0).needs();
    assert!(options.contains(&Need::Preload("./x".to_owned())));
}

#[test]
fn endless_chains_end() {
    let files = &[
        ("a.sh", "bash b.sh\n"),
        ("b.sh", "bash a.sh\n"),
        ("package.json", r#"{"scripts":{"start":"npm start"}}"#),
        ("f.sh", "f() { f; f; }\nf\n"),
        ("Procfile", "web: foreman start\n"),
    ];
    for text in ["bash a.sh", "npm start", "bash f.sh", "foreman start"] {
        assert!(runs(files, text).len() < 700, "{text}");
    }
}
