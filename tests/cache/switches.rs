//! Switches of Heroku's own buildpacks.

use std::collections::BTreeSet;

use super::cache::Verdict;
use super::cache::pack::remove;
use super::cache::switches::SWITCHES;
use super::support::{Bed, Log};

fn is_hit(outcome: &super::cache::Outcome) -> bool {
    outcome.decision.verdict == Verdict::Hit
}

#[test]
fn node_modules_cache_false_keeps_nothing() {
    let mut bed = Bed::npm_app();
    bed.set("NODE_MODULES_CACHE", "false");
    bed.build();
    let (outcomes, log) = bed.rebuild();
    let named = log
        .lines
        .iter()
        .any(|line| line.contains("NODE_MODULES_CACHE=false"));
    assert!(!is_hit(&outcomes[0]) && named, "{:?}", log.lines);
    bed.set("NODE_MODULES_CACHE", "true");
    assert!(!is_hit(&bed.rebuild().0[0]));
    assert!(is_hit(&bed.rebuild().0[0]));
}

#[test]
fn heroku_cleanup_runs_last_on_every_build() {
    let bed = Bed::npm_app();
    let manifest =
        r#"{"dependencies":{"ms":"^2.0.0"},"scripts":{"build":"x","heroku-cleanup":"x"}}"#;
    bed.put("package.json", manifest);
    for (built, log) in [bed.build(), bed.rebuild()] {
        let runs = log
            .commands
            .iter()
            .filter(|command| command.starts_with("npm run"));
        let runs: Vec<_> = runs.map(String::as_str).collect();
        assert_eq!(
            runs,
            ["npm run build", "npm run heroku-cleanup"],
            "{built:?}"
        );
    }
}

#[test]
fn a_committed_node_modules_stays() {
    let mut bed = Bed::npm_app();
    bed.set("SKIP_NODE_MODULES_CHECK", "true");
    bed.put(
        "node_modules/ms/package.json",
        r#"{"name":"ms","version":"2.0.0"}"#,
    );
    let (outcomes, log) = bed.build();
    let is_adopted = matches!(outcomes[0].decision.verdict, Verdict::Adopted { .. });
    assert!(is_adopted && log.commands.is_empty(), "{:?}", log.lines);
}

#[test]
fn a_token_for_github_reaches_composer_and_nothing_that_is_kept() {
    let given = |auth: Option<&str>, token: &str| {
        let mut bed = app(PHP);
        bed.tool(
            "composer",
            "#!/bin/sh\ncase \"$1\" in --version) echo 2.8;; install) echo \"$COMPOSER_AUTH\" > got; \
             mkdir vendor; echo 1 > vendor/autoload.php;; esac\n",
        );
        bed.set("COMPOSER_GITHUB_OAUTH_TOKEN", token);
        if let Some(auth) = auth {
            bed.set("COMPOSER_AUTH", auth);
        }
        bed.build();
        let got = fs_err::read_to_string(bed.app().join("got")).unwrap();
        (bed, got.trim().to_owned())
    };
    let (mut bed, got) = given(None, "one");
    assert_eq!(got, r#"{"github-oauth":{"github.com":"one"}}"#);
    let other = r#"{"github-oauth":{"github.com":"mine"},"http-basic":{}}"#;
    assert_eq!(given(Some(other), "one").1, other);
    assert_eq!(given(Some("{"), "one").1, "{");
    // A new token is the same packages.
    bed.set("COMPOSER_GITHUB_OAUTH_TOKEN", "two");
    for made in ["vendor", "got"] {
        remove(&bed.app().join(made)).unwrap();
    }
    assert!(is_hit(&bed.rebuild().0[0]));
}

/// How a switch shows.
enum Seen {
    /// In a command that is run.
    Runs(&'static str),
    /// In a command that is not.
    Never(&'static str),
    /// Another value is a miss that names it.
    Key,
    /// As a line that says that it is not followed.
    Told,
}

use Seen::{Key, Never, Runs, Told};

/// The switch, the app, the config var or file that sets it, and what is to be seen.
type Row = (&'static str, Files, (&'static str, &'static str), Seen);
type Files = &'static [(&'static str, &'static str)];

const NPM: Files = &[
    (
        "package.json",
        r#"{"dependencies":{"ms":"2"},"scripts":{"build":"x"}}"#,
    ),
    (
        "package-lock.json",
        r#"{"lockfileVersion":3,"packages":{"":{"dependencies":{"ms":"2"}},
"node_modules/ms":{"version":"2.0.0"},"node_modules/dev":{"version":"1.0.0","dev":true}}}"#,
    ),
    ("want", "ms\ndev\n"),
];
/// Without a script that would need dev dependencies.
const PLAIN: Files = &[
    ("package.json", r#"{"dependencies":{"ms":"2"}}"#),
    NPM[1],
    NPM[2],
];
const PIP: Files = &[("requirements.txt", "six==1.16.0\n")];
const UV: Files = &[
    (
        "pyproject.toml",
        "[project]\nname = \"s\"\nversion = \"1\"\ndependencies = []\n",
    ),
    ("uv.lock", "version = 1\n"),
];
const GEMS: Files = &[
    ("Gemfile", "gem 'rack'\n"),
    (
        "Gemfile.lock",
        "GEM\n  specs:\n    rack (3.1)\n\nDEPENDENCIES\n  rack\n",
    ),
];
const PHP: Files = &[
    (
        "composer.json",
        r#"{"require":{"a/b":"1"},"scripts":{"compile":"x"}}"#,
    ),
    (
        "composer.lock",
        r#"{"packages":[{"name":"a/b","version":"1"}]}"#,
    ),
];
const GO: Files = &[
    (
        "go.mod",
        "module e.com/s\n\n// +heroku goVersion go1.26\n// +heroku install ./cmd/web\n",
    ),
    ("cmd/web/main.go", "package main\n"),
];
const MAVEN: Files = &[("pom.xml", "<project><artifactId>s</artifactId></project>")];
const GRADLE: Files = &[("build.gradle", "task stage")];

const ROWS: &[Row] = &[
    (
        "NODE_BUILD_FLAGS",
        NPM,
        ("NODE_BUILD_FLAGS", "--fast yes"),
        Runs("npm run build -- --fast yes"),
    ),
    (
        "NPM_CONFIG_PRODUCTION=false",
        PLAIN,
        ("NPM_CONFIG_PRODUCTION", "false"),
        Runs("npm ci --include=dev"),
    ),
    (
        "YARN_PRODUCTION=false",
        PLAIN,
        ("YARN_PRODUCTION", "false"),
        Runs("npm ci --include=dev"),
    ),
    (
        "YARN2_SKIP_PRUNING=true",
        PLAIN,
        ("YARN2_SKIP_PRUNING", "true"),
        Runs("npm ci --include=dev"),
    ),
    (
        "PNPM_SKIP_PRUNING=true",
        PLAIN,
        ("PNPM_SKIP_PRUNING", "true"),
        Runs("npm ci --include=dev"),
    ),
    (
        "SKIP_NODE_PRUNING=true",
        PLAIN,
        ("SKIP_NODE_PRUNING", "true"),
        Runs("npm ci --include=dev"),
    ),
    (
        "USE_NPM_INSTALL=true",
        NPM,
        ("USE_NPM_INSTALL", "true"),
        Told,
    ),
    (
        "NPM_CONFIG_*, YARN_*",
        NPM,
        ("NPM_CONFIG_LEGACY_PEER_DEPS", "true"),
        Key,
    ),
    (
        "PIP_INDEX_URL, PIP_EXTRA_INDEX_URL, PIP_*",
        PIP,
        ("PIP_EXTRA_INDEX_URL", "https://pypi.example/simple"),
        Key,
    ),
    ("UV_*, POETRY_*, PIPENV_*", UV, ("UV_NO_BINARY", "1"), Key),
    ("bin/pre_compile", PIP, ("bin/pre_compile", "true\n"), Told),
    (
        "bin/post_compile",
        PIP,
        ("bin/post_compile", "true\n"),
        Told,
    ),
    (
        "DISABLE_COLLECTSTATIC",
        PIP,
        ("manage.py", "import django\n"),
        Never("collectstatic"),
    ),
    ("BUNDLE_WITHOUT", GEMS, ("BUNDLE_WITHOUT", "assets"), Key),
    ("BUNDLE_*", GEMS, ("BUNDLE_FORCE_RUBY_PLATFORM", "1"), Key),
    (
        "HEROKU_DEBUG_RAILS_RUNNER",
        GEMS,
        ("HEROKU_DEBUG_RAILS_RUNNER", "1"),
        Told,
    ),
    ("compile", PHP, ("x", "1\n"), Runs(" compile")),
    ("COMPOSER_*", PHP, ("COMPOSER_PREFER_STABLE", "1"), Key),
    ("// +heroku install", GO, ("x", "1\n"), Runs("./cmd/web")),
    ("// +heroku goVersion", GO, ("x", "1\n"), Told),
    (
        "GO_INSTALL_PACKAGE_SPEC",
        GO,
        ("GO_INSTALL_PACKAGE_SPEC", "./cmd/other"),
        Runs("./cmd/other"),
    ),
    (
        "GO_LINKER_SYMBOL, GO_LINKER_VALUE",
        GO,
        ("GO_LINKER_SYMBOL", "main.version"),
        Runs("-X main.version=seven"),
    ),
    (
        "GO_GIT_CRED__*",
        GO,
        ("GO_GIT_CRED__HTTPS__GIT__E__EXAMPLE", "secret"),
        Told,
    ),
    (
        "GO_INSTALL_TOOLS_IN_IMAGE=true",
        GO,
        ("GO_INSTALL_TOOLS_IN_IMAGE", "true"),
        Told,
    ),
    (
        "GO_TEST_SKIP_BENCHMARK",
        GO,
        ("GO_TEST_SKIP_BENCHMARK", "nil"),
        Told,
    ),
    (
        "bin/go-pre-compile",
        GO,
        ("bin/go-pre-compile", "true\n"),
        Told,
    ),
    (
        "bin/go-post-compile",
        GO,
        ("bin/go-post-compile", "true\n"),
        Told,
    ),
    (
        "MAVEN_CUSTOM_GOALS",
        MAVEN,
        ("MAVEN_CUSTOM_GOALS", "clean verify"),
        Runs("clean verify"),
    ),
    (
        "MAVEN_CUSTOM_OPTS",
        MAVEN,
        ("MAVEN_CUSTOM_OPTS", "-Pheroku"),
        Runs("-Pheroku"),
    ),
    (
        "MAVEN_SETTINGS_PATH",
        MAVEN,
        ("MAVEN_SETTINGS_PATH", "support/settings.xml"),
        Runs("--settings support/settings.xml"),
    ),
    (
        "MAVEN_JAVA_OPTS",
        MAVEN,
        ("MAVEN_JAVA_OPTS", "-Xmx1g"),
        Told,
    ),
    (
        "MAVEN_SETTINGS_URL",
        MAVEN,
        ("MAVEN_SETTINGS_URL", "https://e.example/settings.xml"),
        Told,
    ),
    (
        "GRADLE_TASK",
        GRADLE,
        ("GRADLE_TASK", "shadowJar"),
        Runs("shadowJar"),
    ),
];

/// Switches with a test of their own: here, in `npm.rs` and in `folders.rs`.
const ELSEWHERE: &[&str] = &[
    "NODE_MODULES_CACHE=false",
    "cacheDirectories",
    "heroku-prebuild",
    "heroku-postbuild",
    "build",
    "heroku-cleanup",
    "SKIP_NODE_MODULES_CHECK=true",
    "COMPOSER_GITHUB_OAUTH_TOKEN",
];

fn app(files: Files) -> Bed {
    let mut bed = Bed::new();
    for tool in ["go", "gradle", "mvn", "composer", "bundle"] {
        bed.tool(
            tool,
            "#!/bin/sh\ncase \"$1\" in --version|env) echo 2.5; exit;; esac\nmkdir -p bin vendor build target; \
             echo 1 > bin/s; echo 1 > vendor/autoload.php; echo 1 > build/a; echo 1 > target/a\n",
        );
    }
    for tool in ["python3", "python", "uv"] {
        bed.tool(
            tool,
            "#!/bin/sh\ncase \"$*\" in --version*) echo 3.12; exit;; *-c*) echo 3.12.1 cpython-312 /usr; exit;; \
             *venv*) for last; do :; done; mkdir -p \"$last/bin\"; echo 1 > \"$last/pyvenv.cfg\";; esac\n",
        );
    }
    bed.tool("php", "#!/bin/sh\necho 8.3\n");
    bed.tool("ruby", "#!/bin/sh\necho 3.4.1 ABI 3.4.0\n");
    bed.set("GO_LINKER_VALUE", "seven");
    for (path, text) in files {
        bed.put(path, text);
    }
    bed
}

#[test]
fn each_switch_is_followed_or_told() {
    let tested = ROWS
        .iter()
        .map(|row| row.0)
        .chain(ELSEWHERE.iter().copied());
    let tested: BTreeSet<_> = tested.collect();
    let known: BTreeSet<_> = SWITCHES.iter().map(|one| one.name).collect();
    assert_eq!(tested, known);
    let mut wrong = Vec::new();
    for (switch, files, (name, value), seen) in ROWS {
        let mut bed = app(files);
        let is_file = name.contains('/') || !name.chars().any(char::is_uppercase);
        let set = |bed: &mut Bed| {
            if is_file {
                bed.put(name, value);
            } else {
                bed.set(name, value);
            }
        };
        let runs = |log: &Log, words: &str| log.commands.iter().any(|one| one.contains(words));
        let told = format!("{switch} is not followed here");
        let is_told = |log: &Log| log.notes.iter().any(|note| note.starts_with(&told));
        let is_right = if matches!(seen, Key) {
            bed.build();
            for tree in [".venv", "vendor"] {
                remove(&bed.app().join(tree)).unwrap();
            }
            set(&mut bed);
            let (outcomes, log) = bed.rebuild();
            let is_named = log.lines.iter().any(|line| line.contains(name));
            (!is_hit(&outcomes[0]) && is_named, log)
        } else {
            set(&mut bed);
            let (outcomes, log) = bed.build();
            let is_right = match seen {
                Runs(words) => runs(&log, words) && !is_told(&log),
                Never(words) => outcomes[0].is_ours() && !runs(&log, words) && !is_told(&log),
                Told => is_told(&log),
                Key => false,
            };
            (is_right, log)
        };
        if !is_right.0 {
            wrong.push(format!("{switch}: {:#?}", is_right.1));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
