//! What stays of packages and of builds because a script, or a name from elsewhere, leads there?

use super::{app, left, strip_with};

const LEVELS: [&str; 2] = ["", "[com.slugsmith.strip]\nlevel = \"trace\"\n"];

/// What is left of these files at each level.
fn left_of(files: &[(&str, &str)]) -> [Vec<String>; 2] {
    LEVELS.map(|level| {
        let folder = app(files);
        strip_with(folder.path(), level);
        left(folder.path())
    })
}

/// What is left of the documentation and the examples of package `kit` where these are its code, the app's and that
/// of a script.
fn left_of_kit(kit: &str, main: &str, script: &str) -> [Vec<String>; 2] {
    let files = [
        ("package.json", r#"{"dependencies":{"kit":"1"}}"#),
        ("Procfile", "web: node main.js\n"),
        ("main.js", main),
        ("show.sh", script),
        (
            "node_modules/kit/package.json",
            r#"{"main":"lib/index.js"}"#,
        ),
        ("node_modules/kit/lib/index.js", kit),
        ("node_modules/kit/LICENSE", ""),
        ("node_modules/kit/README.md", ""),
        ("node_modules/kit/docs/a.md", ""),
        ("node_modules/kit/examples/e.txt", ""),
    ];
    left_of(&files).map(|left| {
        let inside = left.into_iter();
        let inside =
            inside.filter_map(|path| Some(path.strip_prefix("node_modules/kit/")?.to_owned()));
        inside
            .filter(|path| path.ends_with(".md") || path.ends_with(".txt"))
            .collect()
    })
}

#[test]
fn documentation_stays_and_goes_with_its_folder() {
    let load =
        "const p = require('path')\nexports.load = (k, n) => read(p.join(__dirname, '..', k, n))";
    let [safe, traced] = left_of_kit(load, "require('kit').load('docs', 'a.md')", "");
    for left in [safe, traced] {
        assert_eq!(left, ["docs/a.md", "examples/e.txt"]);
    }
    for left in left_of_kit("exports.load = 1", "require('kit')", "") {
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn what_variables_and_loops_of_a_script_lead_to_stays() {
    let main = "require('kit'); require('child_process').execFileSync('sh', ['show.sh'])";
    for script in [
        "D=node_modules; K=kit; cat $D/$K/docs/a.md",
        "cd node_modules/kit && for d in docs; do cat $d/*; done",
        "K=node_modules/kit\ncd \"$K\"\ncat docs/a.md",
    ] {
        for left in left_of_kit("", main, script) {
            assert!(left.contains(&"docs/a.md".to_owned()), "{script}: {left:?}");
        }
    }
    for script in [
        "D=docs; cat $D/a.md",
        "# K=kit; cat $D/$K/docs/a.md",
        "cat $1/docs/a.md",
    ] {
        for left in left_of_kit("", main, script) {
            assert!(left.is_empty(), "{script}: {left:?}");
        }
    }
}

#[test]
fn classes_stay_that_a_script_has_on_its_path() {
    let files = |script: &'static str| {
        let maven = [
            ("pom.xml", "<project/>"),
            ("Procfile", "web: sh run\n"),
            ("target/app.jar", ""),
            ("target/classes/A.class", ""),
            ("target/test-classes/r.txt", ""),
            ("run", script),
        ];
        left_of(&maven).map(|left| left.contains(&"target/test-classes/r.txt".to_owned()))
    };
    let named = "#!/bin/sh\nT=target\nexec java -cp $T/classes:$T/test-classes A\n";
    assert_eq!(files(named), [true, true]);
    let other = "#!/bin/sh\nT=target\nexec java -jar $T/app.jar\n";
    assert_eq!(files(other), [false, false]);
}

#[test]
fn configuration_that_is_extended_stays_with_a_package_for_development() {
    let lock = r#"{"lockfileVersion":3,"packages":{"node_modules/tsx":{"version":"4.0.0"},
        "node_modules/@tsconfig/node20":{"version":"1.0.0","dev":true},
        "node_modules/other":{"version":"1.0.0","dev":true}}}"#;
    let files = [
        (
            "package.json",
            r#"{"scripts":{"start":"tsx src/a.ts"},"dependencies":{"tsx":"4"},
            "devDependencies":{"@tsconfig/node20":"1","other":"1"}}"#,
        ),
        ("package-lock.json", lock),
        (
            "tsconfig.json",
            r#"{"extends":"@tsconfig/node20/tsconfig.json"}"#,
        ),
        ("src/a.ts", ""),
        ("node_modules/tsx/package.json", r#"{"name":"tsx"}"#),
        (
            "node_modules/@tsconfig/node20/package.json",
            r#"{"name":"@tsconfig/node20"}"#,
        ),
        ("node_modules/@tsconfig/node20/tsconfig.json", "{}"),
        ("node_modules/other/package.json", r#"{"name":"other"}"#),
        ("node_modules/other/tsconfig.json", "{}"),
    ];
    for left in left_of(&files) {
        let has = |path: &str| left.contains(&path.to_owned());
        assert!(
            has("node_modules/@tsconfig/node20/tsconfig.json"),
            "{left:?}"
        );
        assert!(!has("node_modules/other/tsconfig.json"), "{left:?}");
    }
}
