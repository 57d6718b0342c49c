use super::support::Bed;
use slugsmith::cache::Verdict;
use slugsmith::cache::{Context, companion, store::Store};
use slugsmith::facts::before::Before;
use slugsmith::facts::environment::World;

/// An app whose build script leaves a framework cache, made by the fake npm's `run`.
fn next_app() -> Bed {
    next_app_with("entry")
}

/// The same, with this name in `node_modules/.cache`.
fn next_app_with(entry: &str) -> Bed {
    let bed = Bed::npm_app();
    bed.put(
        "package.json",
        r#"{"dependencies":{"ms":"^2.0.0"},"scripts":{"build":"next build"}}"#,
    );
    let npm = r#"#!/bin/sh
case "$1" in
--version) echo 10.9.3;;
ci) rm -rf node_modules; mkdir -p node_modules/ms node_modules/.cache; echo x > node_modules/ms/index.js;;
run) mkdir -p .next/cache node_modules/.cache
  if [ -e .next/cache/entry ]; then echo warm > built; else echo cold > built; fi
  if [ -e node_modules/.cache/entry ]; then echo warm >> built; else echo cold >> built; fi
  cat source > .next/cache/entry; echo b > node_modules/.cache/entry;;
esac
"#;
    bed.tool(
        "npm",
        &npm.replace(
            "node_modules/.cache/entry",
            &format!("node_modules/.cache/{entry}"),
        ),
    );
    bed.put("source", "1");
    bed
}

fn built(bed: &Bed) -> String {
    fs_err::read_to_string(bed.app().join("built")).unwrap()
}

fn next(bed: &Bed) {
    bed.next();
    slugsmith::cache::pack::remove(&bed.app().join(".next")).unwrap();
}

fn verdict_of(outcomes: &[slugsmith::cache::Outcome], name: &str) -> Option<Verdict> {
    let mut found = outcomes
        .iter()
        .filter(|outcome| outcome.decision.name == name);
    found.next().map(|outcome| outcome.decision.verdict.clone())
}

#[test]
fn framework_caches_are_back_before_the_build_script() {
    let bed = next_app();
    let (first, _) = bed.build();
    assert_eq!(built(&bed), "cold\ncold\n");
    assert!(matches!(
        verdict_of(&first, ".next/cache"),
        Some(Verdict::Miss { .. })
    ));
    let frames = bed.store().folder(".next/cache").join("data/frames");
    let before = fs_err::read(&frames).unwrap();
    next(&bed);
    let (second, _) = bed.build();
    assert_eq!(built(&bed), "warm\nwarm\n");
    assert_eq!(verdict_of(&second, ".next/cache"), Some(Verdict::Hit));
    assert_eq!(
        verdict_of(&second, "node_modules/.cache"),
        Some(Verdict::Hit)
    );
    assert_eq!(
        before,
        fs_err::read(&frames).unwrap(),
        "unchanged contents are not written again"
    );
    next(&bed);
    bed.put("source", "2");
    bed.build();
    assert_ne!(before, fs_err::read(&frames).unwrap());
    next(&bed);
    bed.build();
    assert_eq!(
        fs_err::read_to_string(bed.app().join(".next/cache/entry")).unwrap(),
        "2"
    );
}

#[test]
fn the_companion_gives_caches_back_to_earlier_buildpacks() {
    let mut bed = next_app();
    bed.environment.world = World::CloudNative;
    // An earlier buildpack installs and builds; we only keep.
    let earlier = |bed: &Bed| {
        bed.put("node_modules/ms/index.js", "x");
        let seen = bed.app().join(".next/cache/entry").exists();
        bed.put(".next/cache/entry", "1");
        seen
    };
    assert!(!earlier(&bed));
    bed.build();
    next(&bed);
    assert!(!earlier(&bed), "nobody gave it back");
    bed.put(".next/cache/more", "2");
    let (_, log) = bed.build();
    assert!(
        log.lines
            .iter()
            .any(|line| line.contains("put slugsmith/restore first")),
        "{:?}",
        log.lines
    );
    next(&bed);
    bed.put("kept-by-nobody", "1");
    let notes = bed.root().join("slugsmith_restore/before");
    fs_err::create_dir_all(&notes).unwrap();
    let restored = run_companion(&bed, &notes);
    assert_eq!(restored.len(), 1);
    assert!(earlier(&bed));
    fs_err::remove_file(bed.app().join("kept-by-nobody")).unwrap();
    let before = Before::find(bed.store().root(), &bed.app()).unwrap();
    assert_eq!(before.restored, [".next/cache"]);
    assert_eq!(before.changes(&bed.app()).deleted, ["kept-by-nobody"]);
    let (_, log) = bed.build();
    assert!(
        !log.lines
            .iter()
            .any(|line| line.contains("slugsmith/restore")),
        "{:?}",
        log.lines
    );
}

fn run_companion(bed: &Bed, notes: &std::path::Path) -> Vec<slugsmith::cache::Outcome> {
    let context = Context {
        app: &slugsmith::facts::app::read(&bed.app()),
        config: &bed.config(),
        environment: &bed.environment,
        store: &Store::of_another(bed.store().root().to_owned()),
        neighbours: slugsmith::facts::neighbours::Neighbours::none(),
        finish: &slugsmith::flow::layer::Finished,
    };
    let companion = companion::run(&context, notes, &mut slugsmith::cache::event::Silent);
    companion.unwrap().restored
}

#[test]
fn the_companion_writes_nothing_into_the_other_buildpacks_layers() {
    let bed = next_app();
    let notes = bed.root().join("notes");
    fs_err::create_dir_all(&notes).unwrap();
    bed.put(".next/cache/entry", "1");
    bed.put("node_modules/ms/index.js", "x");
    bed.build();
    let index = bed.store().folder(".next/cache").join("data/index");
    for damage in ["", "junk"] {
        fs_err::write(&index, damage).unwrap();
        next(&bed);
        let shape = |bed: &Bed| {
            let tree = slugsmith::facts::tree::Tree::read(bed.store().root());
            let entries = tree.entries().iter();
            entries
                .map(|entry| (entry.path().to_owned(), entry.size(), entry.modified()))
                .collect::<Vec<_>>()
        };
        let before = shape(&bed);
        assert!(run_companion(&bed, &notes).is_empty());
        assert_eq!(shape(&bed), before);
    }
}

#[test]
fn what_nothing_will_use_is_not_put_into_the_slug() {
    let bed = Bed::npm_app();
    bed.put(".next/cache/entry", "1");
    bed.build();
    next(&bed);
    bed.build();
    assert!(!bed.app().join(".next").exists());
    next(&bed);
    assert!(
        bed.store().folder(".next/cache").exists(),
        "but it stays for later"
    );
}

#[test]
fn custom_caches_run_only_when_an_input_changed() {
    let mut bed = Bed::new();
    bed.put(
        "project.toml",
        "[[com.slugsmith.cache]]\nname = \"models\"\npaths = [\"models/\", \"index.bin\"]\n\
         key = [\"models.lock\", \"conf/*.json\"]\nenv = [\"MODEL_SIZE\"]\n\
         run = \"sh -c 'mkdir -p models; date +%N > models/a; echo i > index.bin'\"\n",
    );
    bed.put("models.lock", "1");
    bed.put("conf/a.json", "1");
    bed.build();
    let content = || fs_err::read_to_string(bed.app().join("models/a")).unwrap();
    let first = content();
    let forget = |bed: &Bed| {
        for path in ["models", "index.bin"] {
            slugsmith::cache::pack::remove(&bed.app().join(path)).unwrap();
        }
    };
    forget(&bed);
    bed.put("README.md", "changed");
    let (outcomes, log) = bed.rebuild();
    assert_eq!(
        verdict_of(&outcomes, "models"),
        Some(Verdict::Hit),
        "{:?}",
        log.lines
    );
    assert_eq!(content(), first);
    assert!(bed.app().join("index.bin").is_file());
    for change in ["models.lock", "conf/a.json"] {
        forget(&bed);
        bed.put(change, "2");
        let (_, log) = bed.rebuild();
        assert!(
            log.lines[0].ends_with(&format!("MISS, {change} changed")),
            "{:?}",
            log.lines
        );
    }
    forget(&bed);
    bed.set("MODEL_SIZE", "large");
    let (_, log) = bed.rebuild();
    assert!(
        log.lines[0].ends_with("MISS, MODEL_SIZE is new"),
        "{:?}",
        log.lines
    );
}

#[test]
fn a_custom_cache_with_a_command_has_its_limit_and_leaves_where_the_app_does_not_need_it() {
    let bed = Bed::new();
    let config = |more: &str| {
        bed.put(
            "project.toml",
            &format!(
                "[[com.slugsmith.cache]]\nname = \"models\"\npaths = [\"models\"]\n\
                {more}run = \"sh -c 'mkdir models; head -c 3000 /dev/zero > models/a'\"\n"
            ),
        );
    };
    config("max_size = \"2 kB\"\n");
    let (_, log) = bed.build();
    let [(id, why)] = log.warnings.as_slice() else {
        panic!("{log:?}");
    };
    assert!(
        id == "cache-not-stored" && why.contains("max_size"),
        "{why}"
    );
    assert!(bed.app().join("models/a").is_file());
    slugsmith::cache::pack::remove(&bed.app().join("models")).unwrap();
    config("launch = false\n");
    for verdict in ["MISS, first build", "HIT"] {
        let (_, log) = bed.rebuild();
        assert!(log.lines[0].contains(verdict), "{log:?}");
        assert!(!bed.app().join("models").exists());
    }
}

#[test]
fn a_failing_custom_command_ends_the_build() {
    let bed = Bed::new();
    bed.put(
        "project.toml",
        "[[com.slugsmith.cache]]\nname = \"x\"\npaths = [\"out\"]\nrun = \"sh -c 'echo no >&2; exit 4'\"\n",
    );
    let problem = bed.try_build().0.unwrap_err();
    assert_eq!(problem.kind.id, "build-script-failed");
    // Its last lines were printed as they came.
    assert!(problem.details.is_empty(), "{:?}", problem.details);
}

#[test]
fn listed_folders_are_kept_and_limits_hold() {
    let bed = Bed::npm_app();
    bed.put(
        "package.json",
        r#"{"cacheDirectories":["node_modules",".mycache","../x"],"scripts":{"build":"x"},
"dependencies":{"ms":"1"}}"#,
    );
    bed.put(".buildcache", "# comment\n./other/\n");
    bed.put(
        "project.toml",
        "[[com.slugsmith.cache]]\nname = \"big\"\npaths = [\"big\"]\nmax_size = \"1 kB\"\nlaunch = false\n",
    );
    for path in [".mycache/a", "other/b"] {
        bed.put(path, "1");
    }
    bed.put("big/file", &"x".repeat(2_000));
    let (_, log) = bed.build();
    assert!(
        log.warnings
            .iter()
            .any(|(id, why)| id == "cache-not-stored" && why.contains("max_size"))
    );
    assert!(
        !bed.app().join("big").exists(),
        "launch = false takes it out of the slug"
    );
    for path in [".mycache", "other"] {
        slugsmith::cache::pack::remove(&bed.app().join(path)).unwrap();
    }
    bed.rebuild();
    assert!(bed.app().join(".mycache/a").exists() && bed.app().join("other/b").exists());
    assert!(!bed.app().join("big").exists());
}

#[test]
fn a_sub_project_is_installed_in_its_folder() {
    let bed = Bed::npm_app();
    bed.put(
        "project.toml",
        "[[com.slugsmith.cache]]\npath = \"frontend\"\n",
    );
    for name in ["package.json", "package-lock.json", "want"] {
        let text = fs_err::read_to_string(bed.app().join(name)).unwrap();
        bed.put(&format!("frontend/{name}"), &text);
    }
    let (outcomes, log) = bed.build();
    assert_eq!(log.commands.len(), 2);
    assert_eq!(outcomes[1].decision.name, "frontend/npm");
    assert_eq!(outcomes[1].folders, ["frontend/node_modules"]);
    slugsmith::cache::pack::remove(&bed.app().join("frontend/node_modules")).unwrap();
    let (outcomes, log) = bed.rebuild();
    assert!(log.commands.is_empty());
    assert_eq!(outcomes[1].decision.verdict, Verdict::Hit);
    assert!(bed.app().join("frontend/node_modules/ms/index.js").exists());
}

#[test]
fn every_input_can_be_had_as_json() {
    let mut bed = Bed::npm_app();
    let file = bed.root().join("explain.jsonl");
    bed.set("SLUGSMITH_CACHE_EXPLAIN", "json");
    bed.set("SLUGSMITH_CACHE_EXPLAIN_FILE", file.to_str().unwrap());
    bed.build();
    bed.lock("2.1.3");
    bed.rebuild();
    let text = fs_err::read_to_string(&file).unwrap();
    let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(last["verdict"], "partial");
    assert_eq!(last["new"]["node"], "20.1.0");
    assert_ne!(
        last["old"]["package-lock.json"],
        last["new"]["package-lock.json"]
    );
}

#[test]
fn a_build_that_can_not_bear_what_it_wrote_before_runs_without_it() {
    let bed = next_app();
    bed.put(
        "tsconfig.json",
        r#"{"compilerOptions":{"incremental":true,"outDir":"dist"}}"#,
    );
    bed.tool(
        "npm",
        r#"#!/bin/sh
case "$1" in
--version) echo 10.9.3;;
ci) rm -rf node_modules; mkdir -p node_modules/ms; echo x > node_modules/ms/index.js;;
run) echo x >> words; mkdir build && mkdir dist || exit 1; echo a > dist/a.js; echo '{}' > tsconfig.tsbuildinfo;;
esac
"#,
    );
    let fresh = || {
        for path in ["build", "dist", "tsconfig.tsbuildinfo"] {
            slugsmith::cache::pack::remove(&bed.app().join(path)).unwrap();
        }
        bed.put("words", "");
    };
    fresh();
    bed.build();
    for build in 0..3 {
        bed.next();
        fresh();
        let (_, log) = bed.build();
        let again = "it runs once more without it";
        assert_eq!(
            log.notes.iter().any(|line| line.contains(again)),
            build == 0
        );
        assert!(bed.app().join("dist/a.js").is_file());
        // The run that failed has left nothing.
        assert_eq!(
            fs_err::read_to_string(bed.app().join("words")).unwrap(),
            "x\n"
        );
    }
    // One that fails of itself fails as it does without a cache.
    bed.next();
    bed.tool(
        "npm",
        "#!/bin/sh\n[ $1 = --version ] && echo 10.9.3 && exit\nexit 3\n",
    );
    bed.try_build().0.unwrap_err();
}

#[test]
fn what_no_known_tool_checks_comes_back_to_an_unchanged_app_only() {
    let mut bed = next_app();
    let cached = "node_modules/.cache";
    let is_kept = |bed: &Bed| {
        next(bed);
        bed.build();
        built(bed).ends_with("warm\n")
    };
    bed.build();
    assert!(is_kept(&bed) && is_kept(&bed));
    bed.put("source", "2");
    assert!(!is_kept(&bed) && is_kept(&bed));
    // A config var that the code names.
    bed.put("source", "process.env.THEME");
    bed.set("THEME", "dark");
    assert!(!is_kept(&bed) && is_kept(&bed));
    bed.set("THEME", "light");
    assert!(!is_kept(&bed));
    next(&bed);
    bed.put("source", "3");
    let (outcomes, _) = bed.build();
    let Some(Verdict::Miss { reasons }) = verdict_of(&outcomes, cached) else {
        panic!();
    };
    assert_eq!(reasons, ["source changed"]);
}

#[test]
fn what_its_tool_checks_comes_back_whatever_changed() {
    let bed = next_app_with("babel-loader");
    bed.build();
    next(&bed);
    bed.put("source", "2");
    bed.build();
    assert_eq!(built(&bed), "warm\nwarm\n");
}

#[test]
fn what_a_tool_adds_in_every_build_and_never_finds_is_bounded() {
    // babel-loader, whose names follow the place of the app, and terser, whose names do not.
    let (moving, staying) = ("babel-loader", "terser-webpack-plugin");
    let bed = next_app();
    let npm = r#"#!/bin/sh
case "$1" in
--version) echo 10.9.3;;
ci) rm -rf node_modules; mkdir -p node_modules/ms; echo x > node_modules/ms/index.js;;
run) cd node_modules; for at in moving/$(cat ../source) staying/1; do
  mkdir -p .cache/${at%/*}; head -c 2000 /dev/zero > .cache/$at; done;;
esac
"#;
    let npm = npm.replace("moving", moving).replace("staying", staying);
    bed.tool("npm", &npm);
    let count = |tool: &str| {
        let folder = bed.app().join("node_modules/.cache").join(tool);
        fs_err::read_dir(folder).unwrap().count()
    };
    let mut largest = 0;
    for number in 0..12 {
        next(&bed);
        bed.put("source", &number.to_string());
        let (outcomes, log) = bed.build();
        largest = largest.max(count(moving));
        assert_eq!(count(staying), 1);
        let verdict = verdict_of(&outcomes, "node_modules/.cache");
        assert_eq!(verdict == Some(Verdict::Hit), number > 0);
        let said = log
            .lines
            .iter()
            .any(|line| line.contains("babel-loader: discarded"));
        assert_eq!(
            said,
            number > 0 && number % 2 == 0,
            "{number}: {:?}",
            log.lines
        );
    }
    assert_eq!(largest, 2);
}

#[test]
fn a_folder_of_one_tool_that_grows_begins_anew_as_a_whole() {
    let bed = next_app();
    let npm = "#!/bin/sh\ncase \"$1\" in --version) echo 10.9.3;; ci) mkdir -p node_modules/ms;;\n\
        run) mkdir -p .next/cache; head -c 2000 /dev/zero > .next/cache/$(cat source);; esac\n";
    bed.tool("npm", npm);
    let mut reasons = Vec::new();
    for number in 0..5 {
        next(&bed);
        bed.put("source", &number.to_string());
        let (outcomes, _) = bed.build();
        reasons.push(match verdict_of(&outcomes, ".next/cache") {
            Some(Verdict::Miss { reasons }) => reasons.join(", "),
            other => format!("{other:?}"),
        });
    }
    let anew = "it has 4.0 kB where a build from nothing leaves 2.0 kB";
    assert_eq!(
        reasons,
        ["first build", "Some(Hit)", anew, "Some(Hit)", anew]
    );
}

#[test]
fn results_of_scripts_come_back_to_an_unchanged_app_only() {
    for (folder, tool) in [
        (".turbo/cache", "turbo"),
        (".nx/cache", "nx"),
        ("node_modules/.cache/turbo", "turbo"),
    ] {
        let bed = next_app();
        // The tool hashes the package that it runs a script of, and the script reads a file above it.
        let npm = r#"#!/bin/sh
case "$1" in
--version) echo 10.9.3;;
ci) rm -rf node_modules; mkdir -p node_modules/ms; echo x > node_modules/ms/index.js;;
run) mkdir -p cached; [ -e cached/made ] || cat source > cached/made; cat cached/made > built;;
esac
"#;
        bed.tool("npm", &npm.replace("cached", folder));
        for source in ["1", "1", "2"] {
            next(&bed);
            for path in [".turbo", ".nx", "built"] {
                slugsmith::cache::pack::remove(&bed.app().join(path)).unwrap();
            }
            bed.put("source", source);
            let (outcomes, _) = bed.build();
            assert_eq!(built(&bed), source, "{tool} in {folder}");
            let name = folder.rsplit_once('/').unwrap().0;
            if source == "2" {
                let reasons = vec!["source changed".to_owned()];
                assert_eq!(verdict_of(&outcomes, name), Some(Verdict::Miss { reasons }));
            }
        }
    }
}
