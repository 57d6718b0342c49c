//! Apps for real package managers, each with what makes installs differ. Each prints `one` as
//! long as no file of it changes.

/// An app before its first build.
pub(super) struct Shape {
    pub name: &'static str,
    /// From `tests/bed/ecosystems`.
    pub tools: &'static [&'static str],
    pub files: &'static [(&'static str, &'static str)],
    /// Shell lines that write the lockfile.
    pub prepare: &'static [&'static str],
    pub start: &'static str,
    /// Ends of paths that two clean builds don't have in common.
    pub left_out: &'static [&'static str],
}

type Files = &'static [(&'static str, &'static str)];

/// A package that is copied, and names another one that is copied as well.
const NESTED: Files = &[
    (
        "package.json",
        r#"{"name":"a","version":"1.0.0","dependencies":{"outer":"file:./libs/a"}}"#,
    ),
    (
        "libs/a/package.json",
        r#"{"name":"outer","version":"1.0.0","dependencies":{"inner":"file:../b"}}"#,
    ),
    ("libs/a/index.js", "module.exports = require('inner')\n"),
    (
        "libs/b/package.json",
        r#"{"name":"inner","version":"1.0.0"}"#,
    ),
    ("libs/b/index.js", "module.exports = 'one'\n"),
    (".npmrc", "install-links=true\n"),
    (
        ".yarnrc.yml",
        "nodeLinker: node-modules\nenableTelemetry: false\n",
    ),
    ("server.js", "console.log(require('outer'))\n"),
];

/// A workspace that generates code from files elsewhere in the app, into places outside of it.
const GENERATED: Files = &[
    (
        "package.json",
        r#"{"name":"a","private":true,"workspaces":["packages/*"],"dependencies":{"ms":"2.1.3"}}"#,
    ),
    (
        "packages/client/package.json",
        r#"{"name":"client","version":"1.0.0","main":"dist/index.js","scripts":{"postinstall":"node generate.js"}}"#,
    ),
    (
        "packages/client/generate.js",
        "const fs = require('fs')\nfs.mkdirSync('dist', { recursive: true })\n\
         const text = fs.readFileSync('../../schema/models.txt', 'utf8').trim()\n\
         fs.writeFileSync('dist/index.js', `module.exports = '${text}'`)\n\
         fs.writeFileSync('../../generated.js', `module.exports = '${text}'`)\n",
    ),
    ("schema/models.txt", "one\n"),
    (
        "server.js",
        "console.log(require('client'), require('./generated'), require('ms')(1000))\n",
    ),
    (
        ".yarnrc.yml",
        "nodeLinker: node-modules\nenableTelemetry: false\n",
    ),
];

const LIBRARY: Files = &[
    (
        "libs/money/pyproject.toml",
        "[project]\nname = \"money\"\nversion = \"1.0\"\n[build-system]\nrequires = [\"setuptools\"]\n\
         build-backend = \"setuptools.build_meta\"\n[tool.setuptools]\npackages = [\"money\"]\n",
    ),
    (
        "libs/money/money/__init__.py",
        "\"\"\"Money.\"\"\"\nfrom .deep import V\n__version__ = '1.0'\n",
    ),
    ("libs/money/money/deep.py", "V = 'one'\n"),
];

const APP: (&str, &str) = ("app.py", "import money, six\nprint(money.V)\n");

/// Every shape. Files are joined where two parts make an app.
pub(super) const ALL: &[Shape] = &[
    Shape {
        name: "npm, generated code",
        tools: &[],
        files: GENERATED,
        prepare: &["npm install --package-lock-only --ignore-scripts"],
        start: "node server.js",
        left_out: &[],
    },
    Shape {
        name: "npm, copied packages",
        tools: &[],
        files: NESTED,
        prepare: &["npm install --package-lock-only"],
        start: "node server.js",
        left_out: &[],
    },
    Shape {
        name: "npm, script of the root on the tree",
        tools: &[],
        files: &[
            (
                "package.json",
                r#"{"name":"a","version":"1.0.0","dependencies":{"ms":"2.1.3"},
"scripts":{"postinstall":"node tools/patch.js","build":"mkdir -p dist && cp src/*.txt dist/"}}"#,
            ),
            (
                "tools/patch.js",
                "require('fs').appendFileSync('node_modules/ms/index.js', require('./word'))\n",
            ),
            (
                "tools/word.js",
                "module.exports = '\\nmodule.exports = () => \"one\"'\n",
            ),
            ("src/a.txt", "one\n"),
            (
                "server.js",
                "console.log(require('ms')(), require('fs').readFileSync('dist/a.txt', 'utf8').trim())\n",
            ),
        ],
        prepare: &["npm install --package-lock-only --ignore-scripts"],
        start: "node server.js",
        left_out: &[],
    },
    Shape {
        name: "npm, script of a workspace that lists folders and modes",
        tools: &[],
        files: &[
            (
                "package.json",
                r#"{"name":"a","private":true,"workspaces":["packages/*"],"dependencies":{"ms":"2.1.3"}}"#,
            ),
            (
                "packages/lister/package.json",
                r#"{"name":"lister","version":"1.0.0","scripts":{"postinstall":"node list.js"}}"#,
            ),
            (
                "packages/lister/list.js",
                "const fs = require('fs'), list = fs.readdirSync('../../pages').sort()\n\
                 const modes = list.map(name => fs.statSync('../../pages/' + name).mode)\n\
                 fs.writeFileSync('list.json', JSON.stringify([list, modes]))\n",
            ),
            ("pages/one.md", "one\n"),
            (
                "server.js",
                "console.log(require('fs').readFileSync('packages/lister/list.json', 'utf8'))\n",
            ),
        ],
        prepare: &["npm install --package-lock-only --ignore-scripts"],
        start: "node server.js",
        left_out: &[],
    },
    Shape {
        name: "yarn 1, copied packages",
        tools: &["yarn-classic"],
        files: NESTED,
        prepare: &["yarn install && rm -rf node_modules"],
        start: "node server.js",
        left_out: &[],
    },
    Shape {
        name: "yarn 4, copied packages",
        tools: &["yarn-berry"],
        files: NESTED,
        prepare: &["yarn install && rm -rf node_modules .yarn"],
        start: "node server.js",
        left_out: &[],
    },
    Shape {
        name: "yarn 4, generated code",
        tools: &["yarn-berry"],
        files: GENERATED,
        prepare: &[
            "yarn install --mode=skip-build && rm -rf node_modules .yarn packages/*/node_modules",
        ],
        start: "node server.js",
        left_out: &[],
    },
    Shape {
        name: "pnpm, copied packages",
        tools: &["pnpm"],
        files: NESTED,
        prepare: &["pnpm install --lockfile-only"],
        start: "node server.js",
        left_out: &[],
    },
    Shape {
        name: "bun, copied package",
        tools: &["bun"],
        files: &[
            (
                "package.json",
                r#"{"name":"a","version":"1.0.0","dependencies":{"inner":"file:./libs/b"}}"#,
            ),
            NESTED[3],
            NESTED[4],
            ("server.js", "console.log(require('inner'))\n"),
        ],
        prepare: &["bun install && rm -rf node_modules"],
        start: "node server.js",
        left_out: &[],
    },
    Shape {
        name: "pip, package of the app and included files",
        tools: &[],
        files: &[
            (
                "requirements.txt",
                "-r requirements/base.txt\n./libs/money\n",
            ),
            ("requirements/base.txt", "-c constraints.txt\nsix\n"),
            ("requirements/constraints.txt", "six==1.16.0\n"),
            LIBRARY[0],
            LIBRARY[1],
            LIBRARY[2],
            APP,
        ],
        prepare: &[],
        start: "python app.py",
        left_out: &[],
    },
    Shape {
        name: "pip, package that is only declared and links to a file elsewhere",
        tools: &[],
        files: &[
            ("requirements.txt", "./libs/money\nsix==1.16.0\n"),
            (
                "libs/money/pyproject.toml",
                "[project]\nname = \"money\"\nversion = \"1.0\"\n[build-system]\n\
                 requires = [\"setuptools\"]\nbuild-backend = \"setuptools.build_meta\"\n\
                 [tool.setuptools]\npackages = [\"money\"]\n",
            ),
            LIBRARY[1],
            ("shared/deep.py", "V = 'one'\n"),
            APP,
        ],
        prepare: &["ln -s ../../../shared/deep.py libs/money/money/deep.py"],
        start: "python app.py",
        left_out: &[],
    },
    Shape {
        name: "bundler, gem of the app and files that a Gemfile reads",
        tools: &["ruby", "bundle"],
        files: &[
            ("Gemfile", "eval_gemfile 'gems/Gemfile.own'\n"),
            (
                "gems/Gemfile.own",
                "gem 'hello', path: '../hello', glob: File.read(File.join(__dir__, 'glob.txt')).strip\n",
            ),
            ("gems/glob.txt", "*.gemspec\n"),
            (
                "hello/hello.gemspec",
                "require_relative 'lib/hello/version'\nGem::Specification.new do |s|\n\
                 s.name = 'hello'; s.version = Hello::VERSION; s.summary = s.author = 'x'\n\
                 s.files = ['lib/hello.rb']\nend\n",
            ),
            (
                "hello/lib/hello/version.rb",
                "module Hello; VERSION = '1.0.0'; end\n",
            ),
            ("hello/lib/hello.rb", "WORD = 'one'\n"),
            ("app.rb", "require 'hello'\nputs WORD\n"),
        ],
        prepare: &["bundle lock --local"],
        start: "bundle exec ruby app.rb",
        left_out: &[],
    },
    Shape {
        name: "uv, workspace",
        tools: &["uv"],
        files: &[
            (
                "pyproject.toml",
                "[project]\nname = \"root\"\nversion = \"1.0\"\nrequires-python = \">=3.9\"\n\
                 dependencies = [\"money\", \"six==1.16.0\"]\n[tool.uv]\npackage = false\n\
                 [tool.uv.workspace]\nmembers = [\"libs/*\"]\n[tool.uv.sources]\nmoney = { workspace = true }\n",
            ),
            LIBRARY[0],
            LIBRARY[1],
            LIBRARY[2],
            APP,
        ],
        prepare: &["uv lock"],
        start: "python app.py",
        left_out: &[],
    },
    Shape {
        name: "go, embedded file of a replaced module",
        tools: &[],
        files: &[
            (
                "go.mod",
                "module example.com/a\n\ngo 1.21\n\nrequire example.com/lib v0.0.0\n\n\
                 replace example.com/lib => ./lib\n",
            ),
            (
                "cmd/web/main.go",
                "package main\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/lib\"\n)\n\n\
                 func main() { fmt.Println(lib.Word) }\n",
            ),
            ("lib/go.mod", "module example.com/lib\n\ngo 1.21\n"),
            (
                "lib/lib.go",
                "package lib\n\nimport _ \"embed\"\n\n//go:embed data/word.txt\nvar Word string\n",
            ),
            ("lib/data/word.txt", "one\n"),
        ],
        prepare: &[],
        start: "bin/web",
        left_out: &[],
    },
    Shape {
        name: "cargo, build script that reads a file elsewhere",
        tools: &[],
        files: &[
            (
                "Cargo.toml",
                "[package]\nname = \"web\"\nversion = \"1.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n\
                 [dependencies]\ncore_ = { path = \"core\" }\n",
            ),
            (
                "src/main.rs",
                "fn main() {\n    println!(\"{} {}\", core_::WORD, include_str!(\"../page.txt\"))\n}\n",
            ),
            ("page.txt", "one\n"),
            (
                "core/Cargo.toml",
                "[package]\nname = \"core_\"\nversion = \"1.0.0\"\nedition = \"2021\"\n",
            ),
            (
                "core/build.rs",
                "fn main() {\n    let word = std::fs::read_to_string(\"../proto/word.txt\").unwrap();\n    \
                 println!(\"cargo:rustc-env=WORD={}\", word.trim());\n}\n",
            ),
            (
                "core/src/lib.rs",
                "pub const WORD: &str = env!(\"WORD\");\n",
            ),
            ("proto/word.txt", "one\n"),
        ],
        prepare: &["cargo generate-lockfile"],
        start: "bin/web",
        left_out: &[],
    },
    Shape {
        name: "composer, copied package and plugins elsewhere",
        tools: &["composer", "php"],
        files: &[
            (
                "composer.json",
                r#"{"require":{"acme/hello":"*"},"config":{"vendor-dir":"lib/vendor","bin-dir":"tools"},
"repositories":[{"type":"path","url":"packages/hello","options":{"symlink":false}},{"packagist.org":false}],
"scripts":{"post-install-cmd":"@php generate.php"}}"#,
            ),
            (
                "packages/hello/composer.json",
                r#"{"name":"acme/hello","version":"1.0.0","bin":["hello"],"autoload":{"files":["hello.php"]}}"#,
            ),
            ("packages/hello/hello.php", "<?php const HELLO = 'one';\n"),
            (
                "packages/hello/hello",
                "#!/usr/bin/env php\n<?php echo 'one';\n",
            ),
            (
                "generate.php",
                "<?php file_put_contents('made.txt', file_get_contents('conf.txt'));\n",
            ),
            ("conf.txt", "one\n"),
            (
                "index.php",
                "<?php require 'lib/vendor/autoload.php'; echo HELLO, file_get_contents('made.txt');\n",
            ),
        ],
        prepare: &["composer update --no-scripts && rm -rf lib tools"],
        start: "php index.php && tools/hello",
        left_out: &["hello"],
    },
];
