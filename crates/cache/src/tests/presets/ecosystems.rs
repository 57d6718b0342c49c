//! An app of each ecosystem, and what changes of it mean.

/// File, old text, new text, and a part of the input's name that the miss must give; an
/// empty name means that nothing may be noticed.
pub(crate) type Edit = (&'static str, &'static str, &'static str, &'static str);

pub(crate) struct Ecosystem {
    pub(crate) name: &'static str,
    pub(crate) files: &'static [(&'static str, &'static str)],
    pub(crate) edits: &'static [Edit],
}

/// A package whose build runs no code of the app.
const DECLARED: &str = "[project]\nname = \"a\"\nversion = \"1.0\"\n[build-system]\n\
     build-backend = \"hatchling.build\"\n";

pub(crate) const ECOSYSTEMS: &[Ecosystem] = &[
    Ecosystem {
        name: "pnpm",
        files: &[
            (
                "package.json",
                r#"{"name":"s","version":"1.0.0","dependencies":{"ms":"2"}}"#,
            ),
            (
                "pnpm-lock.yaml",
                "lockfileVersion: '9.0'\nimporters:\n  .: {}\n  p/a: {}\npackages:\n  ms@2.0.0:\n    resolution: {}\n",
            ),
            ("pnpm-workspace.yaml", "packages: [p/*]\n"),
            (
                "p/a/package.json",
                r#"{"name":"a","dependencies":{"ms":"2"}}"#,
            ),
            (".pnpmfile.cjs", "1"),
            ("src/a.js", "1"),
        ],
        edits: &[
            ("pnpm-lock.yaml", "2.0.0", "2.1.0", "pnpm-lock.yaml"),
            ("pnpm-workspace.yaml", "p/*", "p/**", "pnpm-workspace.yaml"),
            (
                "p/a/package.json",
                "\"2\"",
                "\"3\"",
                "p/a/package.json dependencies",
            ),
            (".pnpmfile.cjs", "1", "2", ".pnpmfile.cjs"),
            ("package.json", "1.0.0", "1.0.1", ""),
            ("src/a.js", "1", "2", ""),
        ],
    },
    Ecosystem {
        name: "yarn",
        files: &[
            (
                "package.json",
                r#"{"name":"s","version":"1.0.0","packageManager":"yarn@4.0.0","workspaces":["p/*"],
"dependencies":{"ms":"2"}}"#,
            ),
            (
                "yarn.lock",
                "__metadata:\n  version: 8\n\n\"ms@npm:2\":\n  version: 2.0.0\n",
            ),
            (
                ".yarnrc.yml",
                "nodeLinker: node-modules\nnpmAuthToken: one\n",
            ),
            (".yarn/releases/yarn-4.0.0.cjs", "1"),
            ("p/a/package.json", r#"{"name":"a"}"#),
        ],
        edits: &[
            ("yarn.lock", "2.0.0", "2.1.0", "yarn.lock"),
            (".yarnrc.yml", "node-modules", "pnpm", ".yarnrc.yml"),
            (".yarn/releases/yarn-4.0.0.cjs", "1", "2", ".yarn/releases"),
            (
                "p/a/package.json",
                "\"a\"",
                "\"b\"",
                "p/a/package.json name",
            ),
            ("package.json", "1.0.0", "1.0.1", ""),
        ],
    },
    Ecosystem {
        name: "bun",
        files: &[
            (
                "package.json",
                r#"{"name":"s","version":"1.0.0","dependencies":{"ms":"2"}}"#,
            ),
            (
                "bun.lock",
                "{\n  \"packages\": {\n    \"ms\": [\"ms@2.0.0\", \"\", {}, \"\"],\n  }\n}\n",
            ),
            ("bunfig.toml", "[install]\n"),
        ],
        edits: &[
            ("bun.lock", "2.0.0", "2.1.0", "bun.lock"),
            ("bunfig.toml", "[install]", "[test]", "bunfig.toml"),
            (
                "package.json",
                "\"2\"",
                "\"3\"",
                "package.json dependencies",
            ),
            ("package.json", "1.0.0", "1.0.1", ""),
        ],
    },
    Ecosystem {
        name: "pip",
        files: &[
            (
                "requirements.txt",
                "--index-url https://u:one@h/simple\n-r more.txt\nidna==3.7\n./lib\n-e ./ed\n",
            ),
            ("more.txt", "six==1.16.0\n"),
            ("lib/lib.py", "1"),
            ("ed/ed.py", "1"),
            ("ed/pyproject.toml", DECLARED),
            ("lib/pyproject.toml", DECLARED),
            ("pyproject.toml", "[tool.uv]\na = 1\n[tool.ruff]\nb = 1\n"),
        ],
        edits: &[
            ("requirements.txt", "3.7", "3.10", "requirements.txt"),
            ("requirements.txt", "@h/", "@g/", "requirements.txt"),
            ("more.txt", "1.16.0", "1.17.0", "more.txt"),
            ("lib/lib.py", "1", "2", "packages of the app"),
            ("ed/pyproject.toml", "1.0", "2.0", "ed/pyproject.toml"),
            ("pyproject.toml", "a = 1", "a = 2", "pyproject.toml tool.uv"),
            ("requirements.txt", "u:one", "u:two", ""),
            ("requirements.txt", "idna", "# ours\n\nidna", ""),
            ("ed/ed.py", "1", "2", ""),
            ("pyproject.toml", "b = 1", "b = 2", ""),
        ],
    },
    Ecosystem {
        name: "uv",
        files: &[
            (
                "uv.lock",
                "version = 1\n[[package]]\nname = \"lib\"\nversion = \"1\"\nsource = { directory = \"lib\" }\n",
            ),
            ("pyproject.toml", "[project]\nname = \"s\"\n"),
            ("lib/lib.py", "1"),
            ("lib/pyproject.toml", DECLARED),
            ("app.py", "1"),
        ],
        edits: &[
            ("uv.lock", "\"1\"", "\"2\"", "uv.lock"),
            ("pyproject.toml", "\"s\"", "\"t\"", "pyproject.toml project"),
            ("lib/lib.py", "1", "2", "packages of the app"),
            ("app.py", "1", "2", ""),
        ],
    },
    Ecosystem {
        name: "poetry",
        files: &[
            (
                "poetry.lock",
                "[[package]]\nname = \"a\"\nversion = \"1\"\n",
            ),
            ("pyproject.toml", "[tool.poetry]\nname = \"s\"\n"),
            ("poetry.toml", "[virtualenvs]\n"),
        ],
        edits: &[
            ("poetry.lock", "\"1\"", "\"2\"", "poetry.lock"),
            (
                "pyproject.toml",
                "\"s\"",
                "\"t\"",
                "pyproject.toml tool.poetry",
            ),
            ("poetry.toml", "[virtualenvs]", "[installer]", "poetry.toml"),
        ],
    },
    Ecosystem {
        name: "pipenv",
        files: &[
            ("Pipfile.lock", r#"{"default":{"a":{"version":"==1"}}}"#),
            ("Pipfile", "[packages]\n"),
        ],
        edits: &[
            ("Pipfile.lock", "==1", "==2", "Pipfile.lock"),
            ("Pipfile", "[packages]", "[requires]", "Pipfile"),
        ],
    },
    Ecosystem {
        name: "bundler",
        files: &[
            (
                "Gemfile.lock",
                "GEM\n  remote: https://u:one@h/\n  specs:\n    rack (3.0.0)\n",
            ),
            ("Gemfile", "gem 'rack'\n"),
            (".bundle/config", "x"),
            ("shop.gemspec", "1"),
            ("app.rb", "1"),
        ],
        edits: &[
            ("Gemfile.lock", "3.0.0", "3.1.0", "Gemfile.lock"),
            ("Gemfile", "rack", "puma", "Gemfile"),
            (".bundle/config", "x", "y", ".bundle/config"),
            ("shop.gemspec", "1", "2", "shop.gemspec"),
            ("Gemfile.lock", "u:one", "u:two", ""),
            ("app.rb", "1", "2", ""),
        ],
    },
    Ecosystem {
        name: "composer",
        files: &[
            (
                "composer.lock",
                r#"{"packages":[{"name":"a/b","version":"1.0.0"}]}"#,
            ),
            (
                "composer.json",
                r#"{"require":{"a/b":"1"},"description":"x","scripts":{"test":"x"}}"#,
            ),
            ("symfony.lock", "{}"),
            ("patches/a.patch", "1"),
        ],
        edits: &[
            ("composer.lock", "1.0.0", "1.1.0", "composer.lock"),
            ("composer.json", "\"1\"", "\"2\"", "composer.json require"),
            ("symfony.lock", "{}", "[]", "symfony.lock"),
            ("patches/a.patch", "1", "2", "patches/a.patch"),
            (
                "composer.json",
                "\"description\":\"x\"",
                "\"description\":\"y\"",
                "",
            ),
        ],
    },
    Ecosystem {
        name: "go",
        files: &[
            ("go.mod", "module e.com/s\n"),
            ("go.sum", "a.b/c v1.0.0 h1:x=\n"),
            ("main.go", "package main\n"),
            ("views/a.html", "1"),
            ("README.md", "1"),
        ],
        edits: &[
            ("go.mod", "e.com/s", "e.com/t", "files of the app"),
            ("go.sum", "1.0.0", "1.1.0", "go.sum"),
            (
                "main.go",
                "main\n",
                "main\n\nfunc main() {}\n",
                "files of the app",
            ),
            ("views/a.html", "1", "2", "files of the app"),
            ("README.md", "1", "2", "files of the app"),
        ],
    },
    Ecosystem {
        name: "cargo",
        files: &[
            ("Cargo.toml", "[package]\nname = \"s\"\n"),
            (
                "Cargo.lock",
                "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"r\"\n",
            ),
            ("src/main.rs", "1"),
            ("target/x", "1"),
        ],
        edits: &[
            (
                "Cargo.toml",
                "[package]",
                "# x\n[package]",
                "files of the app",
            ),
            ("Cargo.lock", "1.0.0", "1.1.0", "Cargo.lock"),
            ("src/main.rs", "1", "2", "files of the app"),
            ("target/x", "1", "2", "files of the app"),
        ],
    },
    Ecosystem {
        name: "maven",
        files: &[
            ("pom.xml", "<project><artifactId>s</artifactId></project>"),
            ("src/main/java/A.java", "1"),
        ],
        edits: &[
            ("pom.xml", ">s<", ">t<", "pom.xml"),
            ("src/main/java/A.java", "1", "2", "files of the app"),
        ],
    },
    Ecosystem {
        name: "gradle",
        files: &[
            ("build.gradle", "apply plugin: 'java'\n"),
            ("gradle.properties", "a=1\n"),
            ("src/main/java/A.java", "1"),
        ],
        edits: &[
            ("build.gradle", "java", "war", "build.gradle"),
            ("gradle.properties", "1", "2", "files of the app"),
            ("src/main/java/A.java", "1", "2", "files of the app"),
        ],
    },
];
