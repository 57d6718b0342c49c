//! Readers of single formats, called on their own: thousands of inputs where a whole build
//! takes one.

use std::collections::BTreeMap;

use slugsmith::budget::history::History;
use slugsmith::config;
use slugsmith::config::baseline;
use slugsmith::ecosystems;
use slugsmith::facts::before::Before;
use slugsmith::facts::environment::{self, Environment, World};
use slugsmith::facts::formats::{self, procfile};
use slugsmith::facts::layers::elf;
use slugsmith::facts::{app, bash, classic, command as commands, process, shell};
use slugsmith::stack::classic::{dyno_base, env_report};
use slugsmith::strip::lists::List;
use slugsmith::strip::memory::Memory;
use slugsmith::strip::{native, python, references};
use slugsmith::{stack, units};

use crate::engine::{corpus, run, texts};

fn nobody() -> Environment {
    Environment {
        world: World::Embedded,
        target: environment::this_machine(Some("heroku-24")),
        variables: BTreeMap::new(),
    }
}

#[test]
fn format_project_toml() {
    let environment = nobody();
    run("format_project_toml", &corpus(&["project.toml"]), |data| {
        if let Ok(text) = str::from_utf8(data)
            && let Ok(config) = config::parse(text, &environment)
        {
            let keep = List::new(&config.strip.keep);
            let _ = keep.names("node_modules/ms/readme.md", false);
        }
    });
}

/// The value of a variable, which is a list, a size, a duration or a word.
#[test]
fn format_variables() {
    let seeds = texts(&[
        "400 MB",
        "1.5 GB",
        "design/**:docs/*",
        "a, b",
        "off",
        "25%",
        "-1",
    ]);
    let names = [
        "SLUGSMITH_BUDGET_FAIL",
        "SLUGSMITH_BUDGET_GROWTH",
        "SLUGSMITH_STRIP_KEEP",
        "SLUGSMITH_STRIP_LEVEL",
        "SLUGSMITH_CACHE_RESET",
        "SLUGSMITH_LOG",
    ];
    run("format_variables", &seeds, |data| {
        let text = String::from_utf8_lossy(data).into_owned();
        let _ = units::parse_size(&text);
        for name in names {
            let mut environment = nobody();
            let value = std::ffi::OsString::from(&text);
            environment.variables.insert(name.to_owned(), value);
            let _ = config::parse("", &environment);
        }
    });
}

#[test]
fn format_keep_list() {
    let seeds = corpus(&["slugsmith.keep", ".slugignore", ".gitignore", "buildcache"]);
    run("format_keep_list", &seeds, |data| {
        let text = String::from_utf8_lossy(data);
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let list = List::of(&lines);
        for path in ["node_modules/ms/test/a.js", "docs", "a b/\u{e9}", ""] {
            let _ = list.names(path, false);
        }
    });
}

#[test]
fn format_procfile() {
    run("format_procfile", &corpus(&["Procfile"]), |data| {
        let text = String::from_utf8_lossy(data);
        for process in procfile::read(&text) {
            let _ = commands::words(&process.command);
            let _ = process::shell_lines("Procfile", &process.command);
        }
    });
}

/// The readers of configuration that rules ask; values are found again where their places say.
#[test]
fn format_settings() {
    let endings = [
        ".yml",
        ".properties",
        ".ini",
        ".toml",
        ".prisma",
        "Dockerfile",
        ".env",
        "requirements.txt",
    ];
    let mut seeds = corpus(&endings);
    seeds.extend(texts(&[
        "a: &a\n  b: 1\nc:\n  <<: *a\n  d: [<%= e %>, 'f']\n",
    ]));
    run("format_settings", &seeds, |data| {
        let text = String::from_utf8_lossy(data);
        for path in ["a.yml", "a.properties", "a.ini", "a.toml"] {
            for entry in formats::entries(path, &text) {
                assert!(entry.line > 0, "{path}: {}", entry.key);
            }
        }
        let _ = formats::prisma::read(&text);
        let _ = formats::dockerfile::stages(&formats::dockerfile::read(&text));
        let _ = formats::env_file::read(&text);
        let _ = formats::slugignore::read(&text);
        let _ = ecosystems::python::requirements::lines(&text);
        let _ = ecosystems::java::parent_version(&text, "a");
        let _ = ecosystems::java::plugin_version(&text, "a");
        let _ = ecosystems::ruby::wanted_version(&text);
        let _ = ecosystems::go::wanted_version(&text);
        let _ = ecosystems::php::wanted_by_packages(&text);
    });
}

#[test]
fn format_shell() {
    let seeds = corpus(&["profile.sh", ".sh", "post_compile", "Procfile"]);
    run("format_shell", &seeds, |data| {
        let text = String::from_utf8_lossy(data);
        let _ = shell::parse(&text);
        let _ = process::shell_lines("bin/run", &text);
        let _ = bash::parse(&text);
    });
}

/// The environment that scripts of `.profile.d` make.
#[test]
fn format_profile_d() {
    let folder = tempfile::tempdir().unwrap();
    fs_err::create_dir(folder.path().join(".profile.d")).unwrap();
    fs_err::write(folder.path().join("Procfile"), "web: node a.js\n").unwrap();
    run("format_profile_d", &corpus(&["profile.sh"]), |data| {
        fs_err::write(folder.path().join(".profile.d/a.sh"), data).unwrap();
        let app = app::read(folder.path());
        let _ = env_report(&classic::read(&app, None), &app, &dyno_base(), None);
    });
}

/// ELF files of this machine, the smallest ones first.
fn programs() -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for folder in [
        "/usr/bin",
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
    ] {
        let Ok(entries) = fs_err::read_dir(folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let is_small = entry
                .metadata()
                .is_ok_and(|metadata| metadata.is_file() && metadata.len() < 24_000);
            let path = entry.path();
            if is_small && fs_err::read(&path).is_ok_and(|data| data.starts_with(b"\x7fELF")) {
                found.push(path);
            }
        }
    }
    found.sort();
    found.truncate(12);
    let read = |path: &std::path::PathBuf| fs_err::read(path).unwrap();
    let found: Vec<_> = found.iter().map(read).collect();
    assert!(!found.is_empty(), "no small ELF file on this machine");
    found
}

#[test]
fn format_elf() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.so");
    run("format_elf", &programs(), |data| {
        fs_err::write(&file, data).unwrap();
        let _ = elf::read(&file);
    });
}

/// A shared object with symbols: what is written has every mapped byte of the original.
#[test]
fn format_shared_object() {
    let mut seeds = programs();
    // Debian's libraries have lost their symbols; bytes at the end stand for them, and the
    // header's fields are what matters.
    for seed in &mut seeds {
        seed.extend([b'x'; 9000]);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.so");
    run("format_shared_object", &seeds, |data| {
        let plan = native::plan(data);
        fs_err::write(&file, data).unwrap();
        let of_file = native::plan_of(std::fs::File::open(&file).unwrap());
        let saved = plan.as_ref().map(native::Plan::saved);
        assert_eq!(saved, of_file.map(|plan| plan.saved()));
        if let Some(smaller) = plan.and_then(|plan| plan.write(data)) {
            assert!(smaller.len() < data.len());
        }
    });
}

#[test]
fn format_sources() {
    run("format_sources", &corpus(&[".js", ".py", ".ts"]), |data| {
        let _ = references::computed_load(data);
        let _ = references::line_of(data, data.len() / 2);
        references::beside(data, |_, at| assert!(at <= data.len()));
        python::imports(&String::from_utf8_lossy(data), |_| {});
    });
}

#[test]
fn format_reports() {
    let seeds = texts(&[
        r#"{"schema":"slugsmith.report/1","findings":[{"rule":"slow-boot","code":"SF1","level":"warn",
"path":"a.js","line":3,"message":"m"}],
          "size":{"files":3,"bytes":300,"compressed":{"bytes":100,"low":90,"high":110,"exact":false}},
          "parts":[{"name":"node_modules","kind":"folder","files":3,"bytes":300,"compressed":100}]}"#,
        r#"{"schema":"slugsmith.report/1","processes":[{"type":"web","env":{"PATH":"/a:/b"},"set_by":{"PATH":[{
"buildpack":"x/y","layer":"l","how":"prepend"}]}}]}"#,
    ]);
    run("format_reports", &seeds, |data| {
        let text = String::from_utf8_lossy(data);
        let _ = baseline::read("old.json", &text);
        let _ = History::from_report(&text);
        let _ = History::from_json(&text);
        if let Ok(value) = serde_json::from_str(&text) {
            let _ = stack::diff::of_json(&value);
        }
    });
}

/// What a stored strip report decodes to, and what is no such thing.
#[test]
fn format_memory() {
    let seeds = texts(&[
        r#"{"basis":"aaaa","report":{"level":"safe","dry_run":false,"removed":{"files":1,"bytes":2},"manifest":[{
"path":"../x"}]}}"#,
    ]);
    run("format_memory", &seeds, |data| {
        let packed = zstd::bulk::compress(data, 1).unwrap();
        let mut stored = blake3::hash(&packed).to_hex().as_bytes().to_vec();
        stored.extend(packed);
        let _ = Memory::decode(&stored);
        let _ = Memory::decode(data);
    });
}

/// The companion's note of the app's files, which names paths.
#[test]
fn format_before() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("app");
    let notes = folder.path().join("store/before");
    for place in [&app, &notes] {
        fs_err::create_dir_all(place).unwrap();
    }
    fs_err::write(app.join("a.js"), "1").unwrap();
    Before::read(&app).save(&notes).unwrap();
    let note = notes.join("before.json");
    let seed = fs_err::read(&note).unwrap();
    run("format_before", &[seed], |data| {
        fs_err::write(&note, data).unwrap();
        if let Some(before) = Before::find(&folder.path().join("store"), &app) {
            let _ = before.changes(&app);
        }
    });
}

/// A masked text has no part of a password.
#[test]
fn format_masked() {
    let seeds = texts(&[
        "fetching https://user:CANARY@host.example/a?b=c",
        "postgres://u:CANARY@h/d and git+ssh://CANARY@h/x.git",
    ]);
    run("format_masked", &seeds, |data| {
        let _ = slugsmith::facts::secrets::mask(&String::from_utf8_lossy(data));
    });
}
