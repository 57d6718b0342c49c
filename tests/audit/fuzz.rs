//! Random damage to every kind of file that a parser reads: the audit never crashes, never
//! hangs, and never points outside of a file.
//!
//! Each target takes files of one kind from the fixtures, mutates one (bits, tokens, ranges,
//! splices of others, repetition, truncation), puts it into a clean app and audits that. Runs
//! are seeded, so a failure comes again; its input is kept beside the message.
//!
//! The normal run takes a fraction of a second per target. The long form takes ten minutes
//! per target: `SLUGSMITH_LONG=1 cargo test --release --test audit fuzz -- --test-threads 1`,
//! or `SLUGSMITH_FUZZ_SECONDS=60` for another time.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use slugsmith::audit::triage;

use super::fixtures::audit;

/// An input that takes longer than this hangs (debug builds on a busy machine included).
const HANG: Duration = Duration::from_secs(20);
/// Larger inputs are cut.
const LARGEST: usize = 60_000;

/// A small, fast, seeded generator (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap()
    }

    fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }
}

/// Pieces that grammars and readers stumble over.
const TOKENS: &[&[u8]] = &[
    b"(",
    b")",
    b"[",
    b"]",
    b"{",
    b"}",
    b"<",
    b">",
    b"\"",
    b"'",
    b"`",
    b"${",
    b"#{",
    b"<%=",
    b"%>",
    b"<<~X\n",
    b"\"\"\"",
    b"/*",
    b"*/",
    b"//",
    b"#",
    b"=>",
    b"->",
    b"::",
    b"?.",
    b"??",
    b"||",
    b"&&",
    b"\\",
    b"\0",
    b"\xff",
    b"\xc3\xa9",
    b"\xe2\x80\xae",
    b"\r\n",
    b"\t",
    b"\n",
    b":",
    b",",
    b";",
    b"=",
    b"-",
    b"|",
    b"&x",
    b"*x",
    b"<<<<<<< HEAD\n",
    b"import ",
    b"require(",
    b"process.env.",
    b"ENV[",
    b"os.environ[",
    b"env(",
    b"99999999999999999999",
    b"-1",
    b"1e999",
    b"null",
    b"true",
    b"[[package]]\n",
    b"resource \"heroku_app\" \"a\" {",
    b"web:",
    b"release: ",
    b"- ",
    b"{{",
    b"}}",
    b"<dependency>",
    b"</dependency>",
    b"==",
    b"@",
    b"...",
    b"async ",
    b"class ",
    b"def ",
    b"func ",
    b"function ",
];

fn mutate(random: &mut Random, seed: &[u8], others: &[Vec<u8>]) -> Vec<u8> {
    let mut data = seed.to_vec();
    for _ in 0..=random.below(8) {
        let at = random.below(data.len() + 1);
        let end = (at + random.below(64)).min(data.len());
        match random.below(9) {
            0 if at < data.len() => data[at] ^= 1 << random.below(8),
            1 | 2 => {
                let token = random.pick(TOKENS);
                data.splice(at..at, token.iter().copied());
            }
            3 => drop(data.drain(at..end)),
            4 => {
                let part = data[at..end].to_vec();
                data.splice(at..at, part);
            }
            5 => {
                let other = &others[random.below(others.len())];
                let from = random.below(other.len() + 1);
                let to = (from + random.below(400)).min(other.len());
                data.splice(at..end, other[from..to].iter().copied());
            }
            6 => data.truncate(at),
            7 => {
                // Depth: the same piece many times.
                let token = random.pick(TOKENS).repeat(1 + random.below(300));
                data.splice(at..at, token);
            }
            _ => {
                let token = random.pick(TOKENS);
                data.splice(at..end, token.iter().copied());
            }
        }
    }
    data.truncate(LARGEST);
    data
}

/// All files below the fixtures whose path ends like one of these, in a fixed order.
fn corpus(endings: &[&str]) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut pending: Vec<PathBuf> = ["audit", "pairs/apps"]
        .map(|folder| root.join(folder))
        .into();
    let mut found = Vec::new();
    while let Some(folder) = pending.pop() {
        for entry in fs_err::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if endings
                .iter()
                .any(|ending| path.to_str().unwrap().ends_with(ending))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    let mut texts: Vec<_> = found
        .iter()
        .map(|path| fs_err::read(path).unwrap())
        .collect();
    texts.dedup();
    texts
}

fn seconds() -> f64 {
    if let Ok(seconds) = std::env::var("SLUGSMITH_FUZZ_SECONDS") {
        return seconds.parse().unwrap();
    }
    if std::env::var_os("SLUGSMITH_LONG").is_some() {
        600.0
    } else {
        0.3
    }
}

/// Puts mutations of `endings` at `path` of the clean app and audits it.
fn fuzz(name: &str, app: &str, path: &str, endings: &[&str]) {
    let seeds = corpus(endings);
    assert!(!seeds.is_empty(), "{name}: no files end like {endings:?}");
    let folder = super::pairs::clean(app);
    let file = folder.path().join(path);
    fs_err::create_dir_all(file.parent().unwrap()).unwrap();
    run(name, &seeds, |data| {
        fs_err::write(&file, data).unwrap();
        let lines = data.split(|byte| *byte == b'\n').count();
        for finding in audit(folder.path()).findings {
            let line = finding
                .place
                .as_ref()
                .filter(|place| place.path == path)
                .and_then(|place| place.line);
            let inside = line.is_none_or(|line| line as usize <= lines);
            assert!(
                inside,
                "{} points at line {line:?} of {lines}",
                finding.rule
            );
        }
    });
}

fn run(name: &str, seeds: &[Vec<u8>], target: impl Fn(&[u8])) {
    let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ name.len() as u64);
    let begun = Instant::now();
    let limit = Duration::from_secs_f64(seconds());
    let mut count = 0_u64;
    while begun.elapsed() < limit || count < 3 {
        let seed = &seeds[random.below(seeds.len())];
        let data = mutate(&mut random, seed, seeds);
        let one = Instant::now();
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| target(&data)));
        let took = one.elapsed();
        if result.is_err() || took > HANG {
            let kept = std::env::temp_dir().join(format!("slugsmith-fuzz-{name}-{count}"));
            fs_err::write(&kept, &data).unwrap();
            panic!(
                "{name}: input {count} fails after {took:?}; it is in {}",
                kept.display()
            );
        }
        count += 1;
    }
    #[allow(clippy::print_stdout)] // the figure is the point of the long form
    {
        println!(
            "{name}: {count} inputs in {:.0} s, no fault",
            begun.elapsed().as_secs_f64()
        );
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
