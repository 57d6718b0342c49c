//! What is said of apps in languages that slugsmith does not install, and when that ends
//! a build.

use std::collections::BTreeMap;
use std::time::Duration;

use slugsmith::cache::survey::{Survey, Surveyed, survey};
use slugsmith::cache::{Decision, Outcome, Verdict};
use slugsmith::config;
use slugsmith::facts::app;
use slugsmith::facts::environment::{Environment, World, this_machine};

struct Bed {
    folder: tempfile::TempDir,
    group: Vec<String>,
    world: World,
    outcomes: Vec<Outcome>,
}

fn bed(files: &[(&str, &str)]) -> Bed {
    let bed = Bed {
        folder: tempfile::tempdir().unwrap(),
        group: Vec::new(),
        world: World::Classic,
        outcomes: Vec::new(),
    };
    files
        .iter()
        .fold(bed, |bed, (path, text)| bed.file(path, text))
}

impl Bed {
    fn file(self, path: &str, text: &str) -> Self {
        let path = self.folder.path().join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
        self
    }

    fn group(mut self, ids: &[&str]) -> Self {
        self.world = World::CloudNative;
        self.group = ids.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    /// Slugsmith tried to install it and had no tool.
    fn tried(self, cache: &str) -> Self {
        let why = "no tool".to_owned();
        self.with(cache, Verdict::Skipped { why })
    }

    fn with(mut self, cache: &str, verdict: Verdict) -> Self {
        self.outcomes.push(Outcome {
            decision: Decision {
                name: cache.to_owned(),
                what: String::new(),
                verdict,
            },
            took: Duration::ZERO,
            saved: None,
            tree_bytes: 0,
            stored_bytes: 0,
            folders: Vec::new(),
            exposes: Vec::new(),
            packed: None,
            left_out_bytes: 0,
            stays_in_image: false,
            digest: String::new(),
        });
        self
    }

    fn survey(&self) -> Survey {
        let environment = Environment {
            world: self.world,
            target: this_machine(None),
            variables: BTreeMap::from([("PATH".to_owned(), "/nowhere".into())]),
        };
        let config = config::read(self.folder.path(), &environment).unwrap();
        let surveyed = Surveyed {
            app: &app::read(self.folder.path()),
            config: &config,
            environment: &environment,
            group: &self.group,
        };
        survey(&surveyed, Some(&self.outcomes))
    }

    fn is_fatal(&self) -> bool {
        self.survey().fatal().is_some()
    }

    fn text(&self) -> String {
        let lines = slugsmith::print::survey::lines(&self.survey());
        let lines: Vec<_> = lines.into_iter().map(|line| line.text).collect();
        lines.join("\n")
    }
}

const PHOENIX: &[(&str, &str)] = &[
    ("mix.exs", "defmodule Demo do\nend\n"),
    (
        "mix.lock",
        "%{\"plug\": {:hex, :plug, \"1.15.3\", \"a\", [:mix], [], \"hexpm\"}}",
    ),
    ("Procfile", "web: MIX_ENV=prod mix phx.server\n"),
];

#[test]
fn a_lockfile_that_a_process_needs_ends_the_build_and_names_the_buildpack() {
    let survey = bed(PHOENIX).survey();
    let problem = survey.fatal().unwrap().problem();
    let steps: Vec<_> = problem.all_steps().collect();
    assert!(steps[0].ends_with("--index 1 hashnuke/elixir"), "{steps:?}");
    assert_eq!(
        problem.saw[1],
        "process web runs `MIX_ENV=prod mix phx.server`"
    );
    let survey = bed(PHOENIX)
        .file(
            "project.toml",
            "[com.slugsmith]
uninstalled = \"warn\"
",
        )
        .survey();
    assert!(survey.fatal().is_none());
    assert_eq!(slugsmith::print::survey::last_lines(&survey).len(), 2);
}

#[test]
fn whoever_may_have_installed_it_keeps_the_build_alive() {
    // Trees of the buildpack, scripts of one that is not known, a program of that name.
    for (path, text) in [
        (".platform_tools/elixir/bin/mix", ""),
        ("_build/prod/lib/plug/ebin/plug.app", ""),
        (".profile.d/beam.sh", "export PATH=/app/beam:$PATH"),
        (".heroku/beam/bin/mix", ""),
    ] {
        let bed = bed(PHOENIX).file(path, text);
        assert!(!bed.is_fatal() || path.ends_with("bin/mix"), "{path}");
    }
    for ids in [
        &["acme/beam"][..],
        &["heroku/nodejs", "acme/beam", "slugsmith"],
    ] {
        assert!(!bed(PHOENIX).group(ids).is_fatal(), "{ids:?}");
    }
    // Buildpacks of other languages install no Elixir.
    assert!(
        bed(PHOENIX)
            .group(&["heroku/nodejs", "slugsmith"])
            .is_fatal()
    );
    assert!(bed(PHOENIX).file(".profile.d/nodejs.sh", "").is_fatal());
    // A runtime at launch only.
    let node = bed(&[
        ("package.json", r#"{"dependencies":{"ms":"2"}}"#),
        ("package-lock.json", "{}"),
        ("Procfile", "web: node a.js\n"),
    ])
    .tried("npm");
    assert!(node.is_fatal());
    assert!(
        !node
            .group(&["paketo-buildpacks/node-engine", "slugsmith"])
            .is_fatal()
    );
}

#[test]
fn a_project_below_the_root_that_a_process_starts_is_needed_too() {
    let app = |server: &str| {
        bed(&[
            ("package.json", r#"{"dependencies":{"express":"5"}}"#),
            ("node_modules/express/package.json", "{}"),
            ("api/package.json", r#"{"dependencies":{"koa":"3"}}"#),
            ("api/package-lock.json", "{}"),
            ("api/server.js", server),
            ("Procfile", "web: node api/server.js\n"),
        ])
    };
    let loads = app("const Koa = require('koa')\n");
    assert!(loads.is_fatal());
    let survey = loads.survey();
    let problem = survey.fatal().unwrap().problem();
    let text = [problem.saw.join(" "), problem.steps.join(" ")].join(" ");
    assert!(
        text.contains("api/package-lock.json") && text.contains("path = \"api\""),
        "{text}"
    );
    // Beside it, or above it.
    for tree in ["api/node_modules", "node_modules"] {
        let there = app("const Koa = require('koa')\n");
        let there = there.file(&format!("{tree}/koa/package.json"), "{}");
        assert!(there.survey().uninstalled.is_empty(), "{tree}");
    }
    // Not known to be loaded: told, and nothing more.
    let may = app("start()\n");
    assert!(!may.is_fatal() && may.survey().uninstalled.len() == 1);
    for procfile in [
        "web: node server.js\n",
        "web: cd api && npm ci && node server.js\n",
    ] {
        let other = app("const Koa = require('koa')\n").file("Procfile", procfile);
        assert!(other.survey().uninstalled.is_empty(), "{procfile}");
    }
}

#[test]
fn no_process_no_failure() {
    let bed = bed(&PHOENIX[..2])
        .file("Procfile", "web: ./serve --port $PORT\n")
        .file("serve", "");
    assert!(!bed.is_fatal());
    let survey = bed.survey();
    assert_eq!(slugsmith::print::survey::last_lines(&survey).len(), 2);
    let tools_only = self::bed(&[
        ("package.json", r#"{"devDependencies":{"prettier":"3"}}"#),
        ("package-lock.json", "{}"),
        ("Procfile", "web: php -S 0.0.0.0:$PORT\n"),
    ]);
    assert!(!tools_only.tried("npm").is_fatal());
}

#[test]
fn each_language_is_named_with_who_installs_it() {
    for (file, text, says) in [
        (
            "shop.csproj",
            "<Project/>",
            ".NET (shop.csproj): not installed",
        ),
        ("build.sbt", "", "Scala (build.sbt): not installed"),
        ("project.clj", "", "heroku/clojure"),
        ("deps.edn", "{}", "Clojure (deps.edn)"),
        ("deno.jsonc", "{}", "heroku-buildpack-deno"),
        ("shard.yml", "", "Crystal (shard.yml)"),
        ("pubspec.yaml", "", "Dart (pubspec.yaml)"),
        ("Package.swift", "", "vapor/vapor"),
        (
            "environment.yml",
            "dependencies:\n  - flask\n",
            "Conda (environment.yml)",
        ),
        (
            "requirements/base.txt",
            "six",
            "Python (requirements/base.txt)",
        ),
        ("gems.rb", "", "bundle lock"),
        ("setup.py", "", "Python (setup.py)"),
        ("pyproject.toml", "[project]\nname = \"a\"\n", "uv lock"),
        (
            "pyproject.toml",
            "[project]\nname = \"a\"\n[tool.poetry]\n",
            "poetry lock",
        ),
        // heroku/python installs from none of these.
        ("pyproject.toml", "[tool.pdm]\n", "pdm export"),
        ("pdm.lock", "[metadata]\n", "pdm export"),
        (
            "pylock.toml",
            "lock-version = \"1.0\"\n",
            "requirements.txt",
        ),
        ("setup.py", "", "requirements.txt with the line `.`"),
        ("go.work", "go 1.24", "Go (go.work)"),
        ("Cargo.toml", "[workspace]\n", "Rust (Cargo.toml)"),
        (
            "composer.json",
            r#"{"require":{"a/b":"1"}}"#,
            "composer update --no-install",
        ),
        ("mix.lock", "%{}", "Elixir (mix.lock): not installed"),
    ] {
        let bed = bed(&[(file, text)]);
        let advice = bed.survey().uninstalled[0].advice();
        let said = format!("{}\n{advice}", bed.text());
        assert!(said.contains(says), "{file}: {said}");
    }
    for (file, text) in [
        ("pyproject.toml", "[tool.ruff]\n"),
        ("package.json", r#"{"scripts":{"a":"b"}}"#),
        ("composer.json", r#"{"require":{"php":"8"}}"#),
        ("environment.yml", "services:\n"),
    ] {
        let said = bed(&[(file, text), ("go.mod", "")]).tried("go").text();
        assert_eq!(said, "", "{file}");
    }
}

#[test]
fn what_a_buildpack_built_is_adopted_by_name() {
    let dotnet = bed(&[
        ("web/shop.csproj", "<Project/>"),
        ("shop.sln", ""),
        ("web/bin/publish/shop.dll", ""),
        (".heroku/cnb/dotnet/layers/runtime.toml", ""),
        ("Procfile", "web: cd web/bin/publish && ./shop\n"),
    ]);
    assert_eq!(
        dotnet.text(),
        ".NET (shop.sln) · installed by heroku/dotnet, adopted"
    );
    assert!(dotnet.survey().uninstalled.is_empty());
    let listed = bed(&[
        ("shop.csproj", "<Project/>"),
        (
            "bin/publish/shop.deps.json",
            r#"{"targets":{},"libraries":{"shop/1.0.0":{"type":"project"},"Npgsql/8.0.3":{"type":"package"}}}"#,
        ),
    ]);
    let names = |bed: &Bed| -> Vec<String> {
        let adopted = bed.survey().adopted;
        let packages = adopted.iter().flat_map(|one| &one.packages);
        packages
            .map(|one| format!("{}/{}@{}", one.kind, one.name, one.version))
            .collect()
    };
    assert_eq!(names(&listed), ["nuget/Npgsql@8.0.3"]);
    let elixir = bed(PHOENIX).file("_build/prod/lib/a/b", "");
    assert_eq!(names(&elixir), ["hex/plug@1.15.3"]);
    let scala = bed(&[("build.sbt", "")]).group(&["heroku/jvm", "heroku/sbt", "slugsmith"]);
    assert_eq!(
        scala.text(),
        "Scala (build.sbt) · installed by heroku/sbt, adopted"
    );
    let elixir = bed(PHOENIX).file("_build/prod/lib/a/b", "");
    assert!(
        elixir
            .text()
            .starts_with("Elixir (mix.lock, 1 package) · installed by an earlier")
    );
}

#[test]
fn a_root_without_a_project_says_where_one_may_be() {
    let below = bed(&[
        ("web/package.json", r#"{"dependencies":{"a":"1"}}"#),
        ("web/Procfile", "web: a\n"),
    ]);
    let said = below.text();
    assert!(said.contains("web/package.json is below it"), "{said}");
    assert!(said.contains("web/Procfile starts nothing"), "{said}");
    // A buildpack that works in that folder has installed there; a laptop says nothing of it.
    let mut ready = bed(&[
        ("web/package.json", r#"{"dependencies":{"a":"1"}}"#),
        (
            "web/package-lock.json",
            r#"{"lockfileVersion":3,"packages":{}}"#,
        ),
        ("web/node_modules/.package-lock.json", "{}"),
        ("web/node_modules/a/package.json", "{}"),
        ("Procfile", "web: cd web && node a.js\n"),
    ]);
    let said = ready.text();
    assert!(
        said.contains("web/package-lock.json · installed by an earlier buildpack, adopted"),
        "{said}"
    );
    // What the configuration names has been installed by ourselves.
    let named = ready.file("project.toml", "[[com.slugsmith.cache]]\npath = \"web\"\n");
    let mut named = named.with("web/npm", Verdict::Hit);
    assert_eq!(named.text(), "");
    named.outcomes.clear();
    fs_err::remove_file(named.folder.path().join("project.toml")).unwrap();
    ready = named;
    ready.world = World::Embedded;
    assert!(ready.text().contains("is below it"), "{}", ready.text());
    let two = bed(&[("a/go.mod", ""), ("services/b/mix.exs", "")]).text();
    assert!(
        two.contains("a/go.mod, services/b/mix.exs are below it"),
        "{two}"
    );
    let page = bed(&[("index.html", "")]).text();
    assert!(page.contains("static files"), "{page}");
    // A manifest that wants nothing is a language all the same.
    let scripts = bed(&[
        ("package.json", r#"{"scripts":{"start":"node a.js"}}"#),
        ("a.js", ""),
    ]);
    assert_eq!(scripts.text(), "");
    let zig = bed(&[("src/main.zig", ""), ("build.zig", "")]).text();
    assert!(zig.contains("*.zig"), "{zig}");
    assert!(
        bed(&[("README.md", "")])
            .text()
            .contains("looked for package.json")
    );
}

#[test]
fn packages_are_counted_as_a_cache_counts_them() {
    let survey = bed(&[
        ("package.json", r#"{"dependencies":{"a":"1"}}"#),
        ("yarn.lock", "a@1:\n  version \"1.0.0\"\n\nms@2:\n  version \"2.1.3\"\n\nms@0:\n  version \"0.7.0\"\n"),
        ("Procfile", "web: node a.js\n"),
        ("a.js", "require('a');\n"),
    ])
    .tried("yarn")
    .survey();
    let problem = survey.fatal().unwrap().problem();
    let saw = problem.saw.join("\n");
    assert!(saw.contains("yarn.lock, 3 packages"), "{saw}");
}
