//! The audit on an app with one damaged file: it never points outside of that file.
//!
//! Damage that breaks every file at its first line would test nothing but the error path.
//! So each target says how many inputs still parse whole and which rules they reach, and a
//! longer run fails where that is next to none.

use std::collections::BTreeSet;

use slugsmith::audit::triage;
use slugsmith::facts::code::{self, Language};
use slugsmith::finding::Location;

use crate::engine::{corpus, run};
use crate::support::{Sandbox, audit, repository};

/// Puts mutations of `endings` at `path` of the clean app and audits it.
fn fuzz(name: &str, app: &str, path: &str, endings: &[&str]) {
    let sandbox = Sandbox::of(&repository("tests/fixtures/pairs/apps").join(app));
    let file = sandbox.app().join(path);
    fs_err::create_dir_all(file.parent().unwrap()).unwrap();
    let mut depth = Depth::default();
    run(name, &corpus(endings), |data| {
        fs_err::write(&file, data).unwrap();
        let lines = data.split(|byte| *byte == b'\n').count();
        let findings = audit(&sandbox.app()).findings;
        depth.take(path, data, findings.iter().map(|finding| finding.rule));
        for finding in findings {
            let location = finding
                .location
                .as_ref()
                .filter(|location| location.path == path);
            let line = location.and_then(Location::number);
            let inside = line.is_none_or(|line| line as usize <= lines);
            assert!(
                inside,
                "{} points at line {line:?} of {lines}",
                finding.rule
            );
        }
    });
    depth.tell(name);
}

/// How far the inputs of a target came.
#[derive(Default)]
struct Depth {
    inputs: u32,
    /// Inputs of a format with a parser of ours to ask, and those of them without an error.
    asked: u32,
    whole: u32,
    findings: u64,
    rules: BTreeSet<&'static str>,
}

/// From so many inputs on the share of whole ones tells something.
const ENOUGH: u32 = 300;
/// From so many on even a file that few rules look at must have led to a finding.
const INPUTS_AT_MOST: u32 = 20_000;

impl Depth {
    fn take(&mut self, path: &str, data: &[u8], rules: impl Iterator<Item = &'static str>) {
        self.inputs += 1;
        if let Some(whole) = is_whole(path, data) {
            self.asked += 1;
            self.whole += u32::from(whole);
        }
        for rule in rules {
            self.findings += 1;
            self.rules.insert(rule);
        }
    }

    fn tell(&self, name: &str) {
        let (inputs, asked, whole) = (self.inputs, self.asked, self.whole);
        #[allow(clippy::print_stdout)] // the figure is the point of the long form
        {
            println!(
                "{name}: {whole} of {asked} inputs parse whole; {} findings of {} rules",
                self.findings,
                self.rules.len()
            );
        }
        if inputs >= ENOUGH {
            assert!(
                asked == 0 || whole * 200 > asked,
                "{name}: nearly all broken"
            );
        }
        if inputs >= INPUTS_AT_MOST {
            assert!(!self.rules.is_empty(), "{name}: reaches no rule");
        }
    }
}

/// Whether a file of this name parses without an error; `None` if no parser tells.
fn is_whole(path: &str, data: &[u8]) -> Option<bool> {
    let text = String::from_utf8_lossy(data);
    if let Some(language) = Language::of(path) {
        return Some(!code::parse(path, language, &text).broken);
    }
    match path.rsplit('.').next() {
        Some("json") => Some(serde_json::from_str::<serde_json::Value>(&text).is_ok()),
        Some("toml") => Some(toml::from_str::<toml::Table>(&text).is_ok()),
        Some("yml") => Some(serde_yaml_ng::from_str::<serde_yaml_ng::Value>(&text).is_ok()),
        _ => None,
    }
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
    let line = b"2026-11-23T10:00:00+00:00 heroku[router]: at=error code=H12 desc=\"Request timeout\" method=GET \
        path=\"/\" dyno=web.1 service=30000ms status=503\n".to_vec();
    run(
        "fuzz_triage",
        &[
            line.repeat(3),
            b"app[web.1]: Error R14 (Memory quota exceeded)\n".to_vec(),
        ],
        |data| {
            let _ = triage::count(&mut &*data);
        },
    );
}
