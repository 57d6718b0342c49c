//! The audit on an app with one damaged file: it never points outside of that file.

use slugsmith::audit::triage;

use crate::engine::{corpus, run};
use crate::support::{Sandbox, audit, repository};

/// Puts mutations of `endings` at `path` of the clean app and audits it.
fn fuzz(name: &str, app: &str, path: &str, endings: &[&str]) {
    let sandbox = Sandbox::of(&repository("tests/fixtures/pairs/apps").join(app));
    let file = sandbox.app().join(path);
    fs_err::create_dir_all(file.parent().unwrap()).unwrap();
    run(name, &corpus(endings), |data| {
        fs_err::write(&file, data).unwrap();
        let lines = data.split(|byte| *byte == b'\n').count();
        for finding in audit(&sandbox.app()).findings {
            let place = finding.place.as_ref().filter(|place| place.path == path);
            let line = place.and_then(|place| place.line);
            let inside = line.is_none_or(|line| line as usize <= lines);
            assert!(
                inside,
                "{} points at line {line:?} of {lines}",
                finding.rule
            );
        }
    });
}

macro_rules! targets {
    ($($name:ident: $app:literal, $path:literal, [$($ending:literal),+];)*) => {
        $(#[test]
        fn $name() {
            fuzz(stringify!($name), $app, $path, &[$($ending),+]);
        })*
    };
}

targets! {
    fuzz_javascript: "node", "src/orders.js", [".js", ".mjs", ".cjs"];
    fuzz_typescript: "node", "src/orders.ts", [".ts", ".js"];
    fuzz_python: "django", "catalog/views.py", [".py"];
    fuzz_ruby: "rails", "app/models/member.rb", [".rb", "Rakefile"];
    fuzz_go: "go", "routes.go", [".go"];
    fuzz_java: "spring", "src/main/java/com/example/desk/TicketController.java", [".java"];
    fuzz_php: "laravel", "app/Http/Controllers/TopicController.php", [".php"];
    fuzz_package_json: "node", "package.json", ["package.json"];
    fuzz_package_lock: "node", "package-lock.json", ["package-lock.json", "yarn.lock"];
    fuzz_yarn_lock: "node", "yarn.lock", ["yarn.lock", "package-lock.json", "Gemfile.lock"];
    fuzz_gemfile: "rails", "Gemfile", ["Gemfile"];
    fuzz_gemfile_lock: "rails", "Gemfile.lock", ["Gemfile.lock"];
    fuzz_requirements: "flask", "requirements.txt", ["requirements.txt"];
    fuzz_pyproject: "flask", "pyproject.toml", ["pyproject.toml", "Pipfile"];
    fuzz_go_mod: "go", "go.mod", ["go.mod"];
    fuzz_pom: "spring", "pom.xml", ["pom.xml"];
    fuzz_composer: "laravel", "composer.json", ["composer.json", "composer.lock"];
    fuzz_app_json: "node", "app.json", ["app.json"];
    fuzz_procfile: "node", "Procfile", ["Procfile"];
    fuzz_yaml: "rails", "config/database.yml", [".yml", ".yaml"];
    fuzz_cable: "rails", "config/cable.yml", [".yml", ".yaml"];
    fuzz_terraform: "go", "infra/main.tf", [".tf", "app.json"];
    fuzz_env_file: "laravel", ".env", [".env", ".env.example", "Procfile", ".properties"];
    fuzz_slugignore: "rails", ".slugignore", [".slugignore", "Gemfile"];
    fuzz_shell: "node", "bin/post_compile", ["post_compile", "pre_compile", ".sh", "Procfile"];
    fuzz_properties: "spring", "src/main/resources/application.properties", [".properties"];
}

#[test]
fn fuzz_triage() {
    let line = b"2026-11-23T10:00:00+00:00 heroku[router]: at=error code=H12 desc=\"Request timeout\" method=GET path=\"/\" dyno=web.1 service=30000ms status=503\n".to_vec();
    run(
        "fuzz_triage",
        &[
            line.repeat(3),
            b"app[web.1]: Error R14 (Memory quota exceeded)\n".to_vec(),
        ],
        |data| {
            let _ = triage::count(&String::from_utf8_lossy(data));
        },
    );
}
