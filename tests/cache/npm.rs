use super::support::Bed;
use slugsmith::cache::Verdict;

pub(super) fn installed(bed: &Bed) -> bool {
    fs_err::read_to_string(bed.app().join("node_modules/ms/index.js"))
        .is_ok_and(|text| text == "module ms\n")
}

#[test]
fn an_unchanged_app_runs_no_command() {
    let bed = Bed::npm_app();
    let (first, log) = bed.build();
    assert_eq!(log.commands, ["npm ci --omit=dev"]);
    assert_eq!(
        first[0].decision.verdict,
        Verdict::Miss {
            reasons: vec!["first build".to_owned()]
        }
    );
    assert!(first[0].stored_bytes > 0);
    let frames = fs_err::read(bed.store().folder("npm").join("data/frames")).unwrap();
    let (second, log) = bed.rebuild();
    assert_eq!(log.commands, Vec::<String>::new());
    assert_eq!(second[0].decision.verdict, Verdict::Hit);
    assert!(second[0].saved.is_some());
    assert!(installed(&bed));
    assert_eq!(
        frames,
        fs_err::read(bed.store().folder("npm").join("data/frames")).unwrap()
    );
    let toml = fs_err::read_to_string(bed.root().join("layers/cache-npm.toml")).unwrap();
    assert!(
        toml.contains("cache = true"),
        "types must be written again: {toml}"
    );
    assert_eq!(
        fs_err::read_dir(bed.app()).unwrap().count(),
        4,
        "nothing else stays in the app"
    );
}

/// Apps without dependencies: the install makes no tree, which is no fault of the cache.
#[test]
fn an_install_that_makes_nothing_is_known_to_the_next_build() {
    let manifest = ("package.json", r#"{"name":"shop","version":"1.0.0"}"#);
    let shapes: [(&str, &[(&str, &str)]); 7] = [
        (
            "npm",
            &[
                manifest,
                (
                    "package-lock.json",
                    r#"{"lockfileVersion":3,"packages":{"":{"name":"shop","version":"1.0.0"}}}"#,
                ),
            ],
        ),
        ("yarn", &[manifest, ("yarn.lock", "# yarn lockfile v1\n")]),
        (
            "pnpm",
            &[
                manifest,
                (
                    "pnpm-lock.yaml",
                    "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n",
                ),
            ],
        ),
        (
            "bun",
            &[manifest, ("bun.lock", "{\n  \"lockfileVersion\": 1\n}\n")],
        ),
        (
            "composer",
            &[
                ("composer.json", "{}"),
                ("composer.lock", r#"{"packages":[]}"#),
            ],
        ),
        (
            "bundle",
            &[
                ("Gemfile", "source 'https://rubygems.org'\n"),
                ("Gemfile.lock", "GEM\n  specs:\n\nDEPENDENCIES\n"),
            ],
        ),
        (
            "mvn",
            &[(
                "pom.xml",
                "<project><artifactId>s</artifactId><packaging>pom</packaging></project>",
            )],
        ),
    ];
    for (tool, files) in shapes {
        let bed = Bed::new();
        let version = "#!/bin/sh\ncase \"$1\" in --version) echo 10.9.3;; esac\n";
        bed.tool("php", "#!/bin/sh\necho 8.3\n");
        bed.tool("ruby", "#!/bin/sh\necho 3.4.1 ABI 3.4.0\n");
        bed.tool(tool, version);
        for (path, text) in files {
            bed.put(path, text);
        }
        let (_, log) = bed.build();
        assert!(log.warnings.is_empty(), "{tool}: {log:?}");
        assert!(!log.commands.is_empty(), "{tool}: {log:?}");
        let last = log.lines.last().unwrap();
        assert!(last.ends_with("; nothing to keep"), "{tool}: {log:?}");
        let (outcomes, log) = bed.rebuild();
        assert_eq!(outcomes[0].decision.verdict, Verdict::Hit, "{tool}");
        assert!(
            log.lines[0].contains("HIT, nothing to restore"),
            "{tool}: {log:?}"
        );
    }
}

/// A custom cache names what its command makes, so that nothing made is worth a word.
#[test]
fn a_command_that_makes_none_of_its_paths_is_told() {
    let bed = Bed::new();
    bed.put(
        "project.toml",
        "[[com.slugsmith.cache]]\nname = \"m\"\npaths = [\"models\", \"data\"]\nrun = \"true\"\n",
    );
    let (_, log) = bed.build();
    let [(id, saw)] = log.warnings.as_slice() else {
        panic!("{log:?}");
    };
    assert_eq!(id, "cache-not-stored");
    assert!(saw.ends_with("none of its paths: models, data"), "{saw}");
}

#[test]
fn a_miss_names_the_package() {
    let bed = Bed::npm_app();
    bed.build();
    bed.lock("2.1.3");
    let (_, log) = bed.rebuild();
    assert_eq!(
        log.lines[0],
        "npm (package-lock.json, 1 package): PARTIAL, package-lock.json: ms 2.0.0 → 2.1.3; old tree taken as the base"
    );
    assert_eq!(
        log.commands,
        ["npm install --save --package-lock --omit=dev"]
    );
    assert_eq!(bed.rebuild().0[0].decision.verdict, Verdict::Hit);
}

/// `npm install` resolves what the lockfile lacks, where `npm ci` refuses.
#[test]
fn a_release_of_the_app_is_no_change() {
    let bed = Bed::npm_app();
    bed.build();
    for name in ["package.json", "package-lock.json"] {
        let text = fs_err::read_to_string(bed.app().join(name)).unwrap();
        bed.put(
            name,
            &text.replace("\"version\":\"1.0.0\"", "\"version\":\"1.0.1\""),
        );
    }
    let (outcomes, log) = bed.rebuild();
    assert_eq!(
        outcomes[0].decision.verdict,
        Verdict::Hit,
        "{:?}",
        log.lines
    );
}

#[test]
fn another_node_is_a_miss() {
    let bed = Bed::npm_app();
    bed.build();
    bed.tool("node", "#!/bin/sh\necho 22.2.0 127\n");
    let (_, log) = bed.rebuild();
    assert!(
        log.lines[0].ends_with("MISS, node 20.1.0 → 22.2.0; node ABI 115 → 127"),
        "{:?}",
        log.lines
    );
}

#[test]
fn what_is_there_is_adopted() {
    let mut bed = Bed::npm_app();
    bed.environment.world = crate::facts::environment::World::CloudNative;
    bed.put("node_modules/ms/index.js", "mine");
    fs_err::write(
        bed.root().join("group.toml"),
        "[[group]]\nid = \"heroku/nodejs\"\nversion = \"5\"\n",
    )
    .unwrap();
    let (outcomes, log) = bed.build();
    assert_eq!(
        outcomes[0].decision.verdict,
        Verdict::Adopted {
            by: "heroku/nodejs".to_owned()
        }
    );
    assert!(log.commands.is_empty());
    assert_eq!(
        fs_err::read_to_string(bed.app().join("node_modules/ms/index.js")).unwrap(),
        "mine"
    );
}

#[test]
fn a_restored_cache_folder_is_no_install() {
    let bed = Bed::npm_app();
    bed.put("node_modules/.cache/x", "1");
    let (outcomes, _) = bed.build();
    assert!(matches!(outcomes[0].decision.verdict, Verdict::Miss { .. }));
}

#[test]
fn build_scripts_run_on_every_build_and_dev_dependencies_go() {
    let bed = Bed::npm_app();
    bed.put(
        "package.json",
        r#"{"dependencies":{"ms":"1"},"scripts":{"build":"tsc","heroku-postbuild":"vite build","postinstall":"x",
"test":"jest"}}"#,
    );
    bed.put(
        "package-lock.json",
        r#"{"lockfileVersion":3,"packages":{"node_modules/ms":{"version":"2.0.0"},"node_modules/dev":{
"version":"1.0.0","dev":true}}}"#,
    );
    let (_, log) = bed.build();
    assert_eq!(
        log.commands,
        [
            "npm ci --include=dev",
            "npm run postinstall",
            "npm run heroku-postbuild",
            "npm prune --omit=dev --ignore-scripts"
        ]
    );
    let (outcomes, log) = bed.rebuild();
    assert_eq!(outcomes[0].decision.verdict, Verdict::Hit);
    assert_eq!(
        log.commands,
        [
            "npm run postinstall",
            "npm run heroku-postbuild",
            "npm prune --omit=dev --ignore-scripts"
        ]
    );
    assert!(installed(&bed) && !bed.app().join("node_modules/dev").exists());
    // Without dev packages in the lockfile there is nothing to remove.
    bed.lock("2.0.0");
    let (_, log) = bed.rebuild();
    assert!(
        !log.commands.iter().any(|command| command.contains("prune")),
        "{:?}",
        log.commands
    );
}

/// A root whose build script builds the frontend needs the frontend's packages for that,
/// dev dependencies included.
#[test]
fn build_scripts_run_when_all_projects_are_installed_and_before_any_is_pruned() {
    let bed = Bed::npm_app();
    bed.put(
        "project.toml",
        "[[com.slugsmith.cache]]\npath = \"frontend\"\n",
    );
    let package = r#"{"dependencies":{"ms":"1"},"scripts":{"prepare":"x","build":"x"}}"#;
    let lock = r#"{"lockfileVersion":3,"packages":{"node_modules/ms":{"version":"2.0.0"},"node_modules/dev":{
"version":"1.0.0","dev":true}}}"#;
    for folder in ["", "frontend/"] {
        bed.put(&format!("{folder}package.json"), package);
        bed.put(&format!("{folder}package-lock.json"), lock);
        bed.put(&format!("{folder}want"), "ms\ndev\n");
    }
    let needs = "run) [ ! -d frontend ] || ls frontend/node_modules/dev/index.js || exit 1;;\nrun)";
    bed.tool("npm", &super::support::NPM.replacen("run)", needs, 1));
    for build in [Bed::build, Bed::rebuild] {
        let (_, log) = build(&bed);
        let runs = log
            .commands
            .iter()
            .filter(|command| !command.contains(" ci"));
        let runs: Vec<_> = runs.map(String::as_str).collect();
        let prune = "npm prune --omit=dev --ignore-scripts";
        let (prepare, build) = ("npm run prepare", "npm run build");
        assert_eq!(runs, [prepare, prepare, build, build, prune, prune]);
        let all = ["npm", "frontend/npm", "npm", "frontend/npm"];
        let said = all.map(|name| format!("{name}: scripts, now that all is installed"));
        let resumed: Vec<_> = log
            .lines
            .iter()
            .filter(|line| line.contains("now that"))
            .collect();
        let gone =
            [all[0], all[1]].map(|name| format!("{name}: dev dependencies, now that all is built"));
        assert_eq!(resumed, said.iter().chain(&gone).collect::<Vec<_>>());
    }
}

/// Anyone can commit such a file; it takes nothing away.
#[test]
fn the_switches_work() {
    let mut bed = Bed::npm_app();
    bed.build();
    bed.set("SLUGSMITH_CACHE_RESET", "next,npm");
    let (_, log) = bed.rebuild();
    assert!(log.lines[0].ends_with("MISS, SLUGSMITH_CACHE_RESET"));
    assert!(log.warnings.is_empty(), "{log:?}");
    bed.set("SLUGSMITH_CACHE_RESET", "next");
    assert_eq!(bed.rebuild().0[0].decision.verdict, Verdict::Hit);
    bed.set("SLUGSMITH_CACHE_RESET", "nmp");
    let (outcomes, log) = bed.rebuild();
    assert_eq!(outcomes[0].decision.verdict, Verdict::Hit);
    let [(id, saw)] = log.warnings.as_slice() else {
        panic!("{log:?}");
    };
    assert_eq!(id, "cache-unknown");
    assert!(saw.contains("RESET=nmp") && saw.contains(" npm"), "{saw}");
    bed.environment.variables.remove("SLUGSMITH_CACHE_RESET");
    bed.set("SLUGSMITH_CACHE", "off");
    let (outcomes, log) = bed.rebuild();
    assert!(matches!(outcomes[0].decision.verdict, Verdict::Miss { .. }));
    assert!(
        log.lines
            .last()
            .unwrap()
            .ends_with("not kept for the next build")
    );
}

#[test]
fn the_time_saved_is_what_the_install_took() {
    let bed = Bed::npm_app();
    let npm = |seconds: &str| {
        format!(
            "#!/bin/sh\ncase \"$1\" in --version) echo 10.9.3; exit;; esac\n\
             sleep {seconds}; mkdir -p node_modules/ms; echo 1 > node_modules/ms/index.js\n"
        )
    };
    bed.tool("npm", &npm("0.4"));
    bed.build();
    let saved = |bed: &Bed| {
        let (outcomes, _) = bed.rebuild();
        assert_eq!(outcomes[0].decision.verdict, Verdict::Hit);
        outcomes[0].saved.unwrap().as_secs_f64()
    };
    let full = saved(&bed);
    assert!((0.4..5.0).contains(&full), "{full}");
    // A sync of one package is quick; a hit after it still saves a whole install.
    bed.tool("npm", &npm("0"));
    bed.lock("2.1.3");
    let (outcomes, _) = bed.rebuild();
    assert!(matches!(
        outcomes[0].decision.verdict,
        Verdict::Partial { .. }
    ));
    assert!((saved(&bed) - full).abs() < 0.01);
}
