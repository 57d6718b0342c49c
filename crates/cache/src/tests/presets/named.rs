//! Files and variables that no list has, since settings, manifests and variables name them.

use super::super::support::Bed;
use super::{TOOL, inputs};

struct Row {
    what: &'static str,
    cache: &'static str,
    files: &'static [(&'static str, &'static str)],
    variables: &'static [(&'static str, &'static str)],
    /// A file, or a variable, and what it holds then.
    change: (&'static str, &'static str),
    /// Part of the input's name; empty where nothing may change.
    named: &'static str,
}

const NPM: &[(&str, &str)] = &[
    (
        "package.json",
        r#"{"name":"a","dependencies":{"b":"file:./b"}}"#,
    ),
    ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n"),
    (
        ".npmrc",
        "registry=https://${HOST}/\npnpmfile=tools/hooks.cjs\n_authToken=${TOKEN}\n",
    ),
    ("tools/hooks.cjs", "1"),
    ("src/a.js", "1"),
];
const INJECTED: &[(&str, &str)] = &[
    (
        "package.json",
        r#"{"name":"a","dependencies":{"b":"workspace:*"}}"#,
    ),
    ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n"),
    (
        "pnpm-workspace.yaml",
        "packages: ['b']\ninjectWorkspacePackages: true\n",
    ),
    ("b/index.js", "1"),
];
const EXEC: &[(&str, &str)] = &[
    (
        "package.json",
        r#"{"name":"a","dependencies":{"b":"exec:./make.js"}}"#,
    ),
    ("yarn.lock", "__metadata:\n  version: 8\n"),
    ("words.txt", "1"),
];
const PIP: &[(&str, &str)] = &[
    ("requirements.txt", "-r sub/base.txt\nsix==${SIX}\n"),
    ("sub/base.txt", "-f wheels\n"),
    ("sub/wheels/a.whl", "1"),
    ("limits.txt", "1"),
    ("app.py", "1"),
];
/// A package of the app whose build only reads declarations, and links to a file of another one.
const COPIED: &[(&str, &str)] = &[
    ("requirements.txt", "./lib\n"),
    (
        "lib/pyproject.toml",
        "[project]\nname = \"lib\"\nversion = \"1\"\n[build-system]\n\
         build-backend = \"hatchling.build\"\n",
    ),
    ("lib/lib/__init__.py", "1"),
    ("other/app.py", "1"),
];
const CODE: &[(&str, &str)] = &[
    ("requirements.txt", "./lib\n"),
    ("lib/setup.py", "open('../other/version.txt')"),
    ("other/version.txt", "1"),
];
const BUNDLER: &[(&str, &str)] = &[
    (
        "Gemfile.lock",
        "PATH\n  remote: .\n  specs:\n    a (1.0)\n\nGEM\n  specs:\n",
    ),
    (
        "Gemfile",
        "gemspec\neval_gemfile 'gems/Gemfile.more'\ngem 'b' if ENV['WITH_B'] && ENV['B_TOKEN']\n",
    ),
    ("gems/Gemfile.more", "ruby file: \"version.txt\"\n"),
    ("gems/version.txt", "1"),
    (
        "a.gemspec",
        "require_relative 'lib/a/version'\ns.files = ['lib/a.rb']\n",
    ),
    ("lib/a/version.rb", "1"),
    ("exe/a", "1"),
    ("lib/a.rb", "1"),
];
const COMPOSER: &[(&str, &str)] = &[
    ("composer.lock", r#"{"packages":[]}"#),
    (
        "composer.json",
        r#"{"extra":{"patches-file":"fixes.json"}}"#,
    ),
    ("fixes.json", r#"{"patches":{"a/b":{"x":"fixes/a.diff"}}}"#),
    ("fixes/a.diff", "1"),
    ("src/a.php", "1"),
];
const GRADLE: &[(&str, &str)] = &[("build.gradle", ""), ("gradlew", "#!/bin/sh\n")];

const ROWS: &[Row] = &[
    Row {
        what: "a host",
        cache: "pnpm",
        files: NPM,
        variables: &[("HOST", "a")],
        change: ("HOST", "b"),
        named: "config var HOST",
    },
    Row {
        what: "a token",
        cache: "pnpm",
        files: NPM,
        variables: &[("TOKEN", "a")],
        change: ("TOKEN", "b"),
        named: "",
    },
    Row {
        what: "hooks elsewhere",
        cache: "pnpm",
        files: NPM,
        variables: &[],
        change: ("tools/hooks.cjs", "2"),
        named: "tools/hooks.cjs",
    },
    Row {
        what: "a source",
        cache: "pnpm",
        files: NPM,
        variables: &[],
        change: ("src/a.js", "2"),
        named: "",
    },
    Row {
        what: "an injected workspace",
        cache: "pnpm",
        files: INJECTED,
        variables: &[],
        change: ("b/index.js", "2"),
        named: "files of the app",
    },
    Row {
        what: "a made package",
        cache: "yarn",
        files: EXEC,
        variables: &[],
        change: ("words.txt", "2"),
        named: "files of the app",
    },
    Row {
        what: "a version by variable",
        cache: "pip",
        files: PIP,
        variables: &[("SIX", "1")],
        change: ("SIX", "2"),
        named: "config var SIX",
    },
    Row {
        what: "constraints by variable",
        cache: "pip",
        files: PIP,
        variables: &[("PIP_CONSTRAINT", "limits.txt")],
        change: ("limits.txt", "2"),
        named: "limits.txt",
    },
    Row {
        what: "archives beside the file that names them",
        cache: "pip",
        files: PIP,
        variables: &[],
        change: ("sub/wheels/a.whl", "2"),
        named: "packages of the app",
    },
    Row {
        what: "a source",
        cache: "pip",
        files: PIP,
        variables: &[("PIP_CONSTRAINT", "limits.txt")],
        change: ("app.py", "2"),
        named: "",
    },
    Row {
        what: "a copied package",
        cache: "pip",
        files: COPIED,
        variables: &[],
        change: ("lib/lib/__init__.py", "2"),
        named: "packages of the app",
    },
    Row {
        what: "a file beside a copied package",
        cache: "pip",
        files: COPIED,
        variables: &[],
        change: ("other/app.py", "2"),
        named: "",
    },
    Row {
        what: "what a package's own build reads",
        cache: "pip",
        files: CODE,
        variables: &[],
        change: ("other/version.txt", "2"),
        named: "files of the app",
    },
    Row {
        what: "a variable of the Gemfile",
        cache: "bundler",
        files: BUNDLER,
        variables: &[],
        change: ("WITH_B", "1"),
        named: "config var WITH_B",
    },
    Row {
        what: "a token of the Gemfile",
        cache: "bundler",
        files: BUNDLER,
        variables: &[],
        change: ("B_TOKEN", "1"),
        named: "",
    },
    Row {
        what: "an included Gemfile",
        cache: "bundler",
        files: BUNDLER,
        variables: &[],
        change: ("gems/Gemfile.more", ""),
        named: "gems/Gemfile.more",
    },
    Row {
        what: "a file that it names",
        cache: "bundler",
        files: BUNDLER,
        variables: &[],
        change: ("gems/version.txt", "2"),
        named: "gems/version.txt",
    },
    Row {
        what: "the version of the root",
        cache: "bundler",
        files: BUNDLER,
        variables: &[],
        change: ("lib/a/version.rb", "2"),
        named: "lib/a/version.rb",
    },
    Row {
        what: "a program of the root",
        cache: "bundler",
        files: BUNDLER,
        variables: &[],
        change: ("exe/b", "2"),
        named: "names in exe",
    },
    Row {
        what: "a source",
        cache: "bundler",
        files: BUNDLER,
        variables: &[],
        change: ("lib/a.rb", "2"),
        named: "",
    },
    Row {
        what: "a patch of a file that composer.json names",
        cache: "composer",
        files: COMPOSER,
        variables: &[],
        change: ("fixes/a.diff", "2"),
        named: "fixes/a.diff",
    },
    Row {
        what: "a source",
        cache: "composer",
        files: COMPOSER,
        variables: &[],
        change: ("src/a.php", "2"),
        named: "",
    },
    Row {
        what: "the Java of a wrapper",
        cache: "gradle",
        files: GRADLE,
        variables: &[],
        change: ("bin/java", "#!/bin/sh\necho 21\n"),
        named: "java",
    },
];

fn bed(row: &Row) -> Bed {
    let mut bed = Bed::new();
    for tool in [
        "pnpm", "yarn", "python3", "ruby", "bundle", "php", "composer",
    ] {
        bed.tool(tool, TOOL);
    }
    bed.tool("java", "#!/bin/sh\necho 17\n");
    for (path, text) in row.files {
        bed.put(path, text);
    }
    for (name, value) in row.variables {
        bed.set(name, value);
    }
    bed
}

#[test]
fn what_settings_and_variables_name_is_noticed_and_the_rest_is_not() {
    for row in ROWS {
        let before = inputs(&bed(row), row.cache);
        let mut bed = bed(row);
        let (name, value) = row.change;
        if name == "bin/java" {
            bed.tool("java", value);
        } else if name.contains(['/', '.']) {
            bed.put(name, value);
        } else {
            bed.set(name, value);
        }
        let changes = before.changes(&inputs(&bed, row.cache));
        let (what, cache) = (row.what, row.cache);
        if row.named.is_empty() {
            assert!(changes.is_empty(), "{cache}: {what}: {changes:?}");
        } else {
            let mut names = changes.iter().map(|change| change.name.as_str());
            assert!(
                names.any(|name| name.contains(row.named)),
                "{cache}: {what}: {changes:?}"
            );
        }
    }
}
