//! The shapes of apps: each ecosystem and manager, alone and with what makes installs differ.

/// An app before its first build.
pub(super) struct Shape {
    pub name: String,
    pub files: Vec<(String, String)>,
    pub variables: Vec<(&'static str, &'static str)>,
}

type Files = &'static [(&'static str, &'static str)];

fn shape(name: impl Into<String>, files: Files) -> Shape {
    let owned = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    Shape {
        name: name.into(),
        files: owned.collect(),
        variables: Vec::new(),
    }
}

impl Shape {
    fn with(mut self, files: Files) -> Self {
        self.files.extend(shape("", files).files);
        self
    }

    fn named(mut self, name: &str) -> Self {
        self.name = format!("{}, {name}", self.name);
        self
    }

    fn set(mut self, name: &'static str, value: &'static str) -> Self {
        self.variables.push((name, value));
        self
    }

    /// The same app in a folder of another one.
    fn below(mut self, folder: &str) -> Self {
        for (path, _) in &mut self.files {
            *path = format!("{folder}/{path}");
        }
        let project = format!("[[com.slugsmith.cache]]\npath = \"{folder}\"\n");
        self.files.push(("project.toml".to_owned(), project));
        self.files.push(("README.txt".to_owned(), "1\n".to_owned()));
        self.named("below the root")
    }

    /// With a package beside the project's folder instead of below it.
    fn beside(mut self, from: &str, to: &str) -> Self {
        let up = format!("../{to}");
        for (path, text) in &mut self.files {
            if let Some(rest) = path.strip_prefix(&format!("api/{from}/")) {
                *path = format!("{to}/{rest}");
            }
            *text = text.replace(&format!("./{from}"), &up);
            *text = text.replace(&format!("\"url\":\"{from}\""), &format!("\"url\":\"{up}\""));
            *text = text.replace(&format!("\"{from}\""), &format!("\"{up}\""));
        }
        self.named("package beside it")
    }
}

/// Every shape.
pub(super) fn all() -> Vec<Shape> {
    let mut all = Vec::new();
    for manager in ["npm", "yarn", "pnpm", "bun"] {
        all.extend(javascript(manager));
        all.push(script(manager, "build", BUILD).below("web"));
        let copied = shape(manager, lock(manager)).with(COPIED).below("api");
        all.push(copied.beside("libs/money", "shared"));
    }
    all.push(
        generated("yarn", "ms")
            .with(PLUGIN)
            .named("plugin with a hook"),
    );
    all.extend(python());
    all.extend(others());
    all.extend(compiled());
    all
}

const LOCKS: &[(&str, Files)] = &[
    (
        "npm",
        &[(
            "package-lock.json",
            r#"{"name":"s","lockfileVersion":3,"packages":{"":{"dependencies":{"ms":"1"}},
    "node_modules/ms":{"version":"1.0.0"},"packages/lib":{"name":"lib"},
    "node_modules/lib":{"resolved":"packages/lib","link":true}}}"#,
        )],
    ),
    ("yarn", &[("yarn.lock", "# yarn lockfile v1\n")]),
    (
        "pnpm",
        &[(
            "pnpm-lock.yaml",
            "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n\n  packages/lib: {}\n",
        )],
    ),
    ("bun", &[("bun.lock", "{\n  \"lockfileVersion\": 1\n}\n")]),
];

fn lock(manager: &str) -> Files {
    LOCKS
        .iter()
        .find(|(name, _)| *name == manager)
        .map_or(&[], |(_, lock)| *lock)
}

fn script(manager: &str, name: &str, files: Files) -> Shape {
    let mut shape = shape(format!("{manager}, {name}"), lock(manager));
    let manifest = format!(r#"{{"dependencies":{{"ms":"1"}},"scripts":{{"{name}":"x"}}}}"#);
    shape.files.push(("package.json".to_owned(), manifest));
    shape.with(files)
}

const BUILD: Files = &[
    (
        "build.sh",
        "mkdir -p dist; cat src/* > dist/out 2>/dev/null; true",
    ),
    ("src/a.js", "1"),
    ("src/b.js", "1"),
];
const CLEANUP: Files = &[
    ("heroku-cleanup.sh", "rm -rf assets"),
    ("assets/a.psd", "1"),
    ("server.js", "1"),
];
const PREBUILD: Files = &[
    ("heroku-prebuild.sh", "cat template > generated.js"),
    ("template", "1"),
];
const PATCH: Files = &[
    (
        "postinstall.sh",
        "cat config/*.patch >> node_modules/ms/index.js 2>/dev/null; true",
    ),
    ("config/a.patch", "one\n"),
];
const MEMBER: Files = &[
    ("package.json", r#"{"workspaces":["packages/*"]}"#),
    (
        "packages/lib/package.json",
        r#"{"name":"lib","scripts":{"prepare":"x"}}"#,
    ),
    (
        "packages/lib/prepare.sh",
        "mkdir -p dist; cat src/* ../../shared/* > dist/index.js 2>/dev/null; rm -f old; \
         ln -sfn ../../shared/b.js latest.js; true",
    ),
    ("packages/lib/src/a.js", "1"),
    ("packages/lib/old", "removed by the script"),
    ("shared/b.js", "1"),
];
const COPIED: Files = &[
    (
        "package.json",
        r#"{"dependencies":{"money":"file:./libs/money"}}"#,
    ),
    ("libs/money/package.json", r#"{"name":"money"}"#),
    ("libs/money/index.js", "one"),
    ("libs/money/lib/deep.js", "one"),
    (".npmrc", "install-links=true\n"),
    ("server.js", "1"),
];

const PLUGIN: Files = &[
    (".yarnrc.yml", "plugins:\n  - path: .yarn/plugins/x.cjs\n"),
    (".yarn/plugins/x.cjs", "hooks: { afterAllInstalled() {} }\n"),
];

/// A dependency of which a script makes code from files of the app.
fn generated(manager: &str, package: &str) -> Shape {
    let mut shape = shape(manager, lock(manager)).with(&[("db/a.gen", "1"), ("server.js", "1")]);
    let manifest = format!(r#"{{"dependencies":{{"{package}":"1"}}}}"#);
    shape.files.push(("package.json".to_owned(), manifest));
    shape
}

fn javascript(manager: &str) -> Vec<Shape> {
    vec![
        shape(manager, lock(manager)).with(&[
            ("package.json", r#"{"dependencies":{"ms":"1"}}"#),
            ("server.js", "1"),
        ]),
        script(manager, "postinstall", PATCH),
        script(manager, "build", BUILD),
        script(
            manager,
            "heroku-postbuild",
            &[
                ("heroku-postbuild.sh", "cat src/* > out 2>/dev/null; true"),
                ("src/a", "1"),
            ],
        ),
        script(manager, "heroku-prebuild", PREBUILD),
        script(manager, "heroku-cleanup", CLEANUP),
        generated(manager, "gen").named("package that generates code beside it"),
        generated(manager, "own").named("package that generates code in itself"),
        shape(manager, lock(manager))
            .with(MEMBER)
            .named("script of a workspace"),
        shape(manager, lock(manager))
            .with(COPIED)
            .named("copied package"),
    ]
}

const PROJECT: &str = "[project]\nname = \"s\"\nversion = \"1\"\ndependencies = []\n";
const LIBRARY: Files = &[
    (
        "copied/pyproject.toml",
        "[project]\nname = \"copied\"\nversion = \"1\"\n",
    ),
    ("copied/copied/__init__.py", "V = 1\n"),
    ("copied/README.md", "1\n"),
];
const SETTINGS: Files = &[
    ("etc/pip.conf", "[install]\nconstraint =\n  etc/pins.txt\n"),
    ("etc/pins.txt", "-c more/deep.txt\n"),
    ("etc/more/deep.txt", "idna==3.7\n"),
];
const LINKED: Files = &[
    (
        "linked/pyproject.toml",
        "[project]\nname = \"linked\"\nversion = \"1\"\n[build-system]\nbuild-backend = \"hatchling.build\"\n",
    ),
    ("linked/linked/__init__.py", "V = 1\n"),
];

fn python() -> Vec<Shape> {
    let pip = |text: &'static str| {
        let mut shape = shape("pip", &[("app.py", "1\n")]);
        shape
            .files
            .push(("requirements.txt".to_owned(), text.to_owned()));
        shape
    };
    let uv = |extra: &str| {
        let mut shape = shape("uv", &[("pyproject.toml", PROJECT), ("app.py", "1\n")]);
        let lock = format!(
            "version = 1\n[[package]]\nname = \"s\"\nsource = {{ virtual = \".\" }}\n{extra}"
        );
        shape.files.push(("uv.lock".to_owned(), lock));
        shape
    };
    let poetry = |extra: &str| {
        const MANIFEST: &str = "[tool.poetry]\npackage-mode = false\n";
        let mut shape = shape("poetry", &[("pyproject.toml", MANIFEST), ("app.py", "1\n")]);
        shape
            .files
            .push(("poetry.lock".to_owned(), extra.to_owned()));
        shape
    };
    let pipenv = |lock: &'static str| {
        let mut shape = shape("pipenv", &[("Pipfile", "[packages]\n"), ("app.py", "1\n")]);
        shape
            .files
            .push(("Pipfile.lock".to_owned(), lock.to_owned()));
        shape
    };
    let package = |source: &str| format!("[[package]]\nname = \"x\"\nversion = \"1\"\n{source}\n");
    let of_poetry = |develop: bool, url: &str| {
        package(&format!(
            "develop = {develop}\n[package.source]\ntype = \"directory\"\nurl = \"{url}\""
        ))
    };
    vec![
        pip("six==1.16.0\n"),
        pip("six==1.16.0\n")
            .with(SETTINGS)
            .set("PIP_CONFIG_FILE", "etc/pip.conf")
            .named("constraints in pip's settings"),
        pip("six==1.16.0\n")
            .with(SETTINGS)
            .set("PIP_CONSTRAINT", "etc/pins.txt")
            .named("constraints in a variable"),
        pip("six==1.16.0\n")
            .set("PIP_EXTRA_INDEX_URL", "file:///wheels")
            .named("another index"),
        pip("six==1.16.0\n-r requirements-more.txt\n")
            .with(&[("requirements-more.txt", "idna==3.7\n")])
            .named("included file"),
        pip("./copied\n").with(LIBRARY).named("copied package"),
        pip("-e ./linked\n").with(LINKED).named("editable package"),
        pip("--find-links ./wheels\nmoney==1.0\n")
            .with(&[("wheels/money-1.0.whl", "1\n")])
            .named("wheels of the app"),
        uv(""),
        uv(&package("source = { directory = \"copied\" }"))
            .with(LIBRARY)
            .named("copied package"),
        uv(&package("source = { editable = \"linked\" }"))
            .with(LINKED)
            .named("editable package"),
        poetry(""),
        poetry(&of_poetry(false, "copied"))
            .with(LIBRARY)
            .named("copied package"),
        poetry(&of_poetry(true, "linked"))
            .with(LINKED)
            .named("editable package"),
        pipenv(r#"{"default":{}}"#),
        pipenv(r#"{"default":{"x":{"path":"./copied"}}}"#)
            .with(LIBRARY)
            .named("copied package"),
        pip("six==1.16.0\n").below("api"),
    ]
}

fn others() -> Vec<Shape> {
    let gems: Files = &[
        ("Gemfile", "gem 'rack'\n"),
        (
            "Gemfile.lock",
            "GEM\n  specs:\n    rack (3.1)\n\nDEPENDENCIES\n  rack\n",
        ),
        ("config.ru", "1\n"),
    ];
    let engine: Files = &[
        ("Gemfile", "gem 'engine', path: 'engine'\n"),
        (
            "Gemfile.lock",
            "PATH\n  remote: engine\n  specs:\n    engine (0.1)\n\nDEPENDENCIES\n  engine!\n",
        ),
        (
            "engine/engine.gemspec",
            "Gem::Specification.new { |s| s.version = '0.1' }\n",
        ),
        ("engine/lib/engine/version.rb", "V = '0.1'\n"),
        ("engine/lib/engine.rb", "1\n"),
    ];
    let php: Files = &[
        (
            "composer.json",
            r#"{"require":{"a/hello":"1","a/local":"1"}}"#,
        ),
        (
            "composer.lock",
            r#"{"packages":[{"name":"a/local","version":"1","dist":{"type":"path","url":"local"},
                "transport-options":{"symlink":false}}]}"#,
        ),
        ("local/local.php", "one"),
        ("web/index.php", "1"),
    ];
    vec![
        shape("bundler", gems),
        shape("bundler", gems)
            .with(&[("vendor/cache/rack-3.1.gem", "1\n")])
            .named("gems as archives"),
        shape("bundler", engine).named("gem of the app"),
        shape("composer", php).named("packages elsewhere"),
        shape("composer", php).below("site"),
        shape("composer", php)
            .below("api")
            .beside("local", "shared"),
        shape(
            "custom",
            &[
                (
                    "project.toml",
                    "[[com.slugsmith.cache]]\nname = \"m\"\npaths = [\"models\"]\n\
                 key = [\"models.lock\"]\nrun = \"sh fetch.sh\"\n",
                ),
                ("models.lock", "1\n"),
                ("fetch.sh", "mkdir -p models; cat models.lock > models/m"),
            ],
        )
        .named("command with a key"),
    ]
}

fn compiled() -> Vec<Shape> {
    let go: Files = &[
        ("go.mod", "module e.com/s\n"),
        ("go.sum", ""),
        ("main.go", "package main\n"),
        ("generated.tmp", "removed by the compiler"),
    ];
    let work: Files = &[
        ("go.work", "go 1.22\n\nuse (\n\t./s\n\t./lib\n)\n"),
        ("s/go.mod", "module e.com/s\n"),
        ("s/main.go", "package main\n"),
        ("lib/go.mod", "module e.com/lib\n"),
        ("lib/lib.go", "package lib\n"),
    ];
    let cargo: Files = &[
        (
            "Cargo.toml",
            "[package]\nname = \"s\"\nversion = \"1.0.0\"\n",
        ),
        ("Cargo.lock", "version = 4\n"),
        ("src/main.rs", "fn main() {}\n"),
        ("src/other.rs", "1\n"),
    ];
    let members: Files = &[
        ("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\n"),
        ("Cargo.lock", "version = 4\n"),
        ("Procfile", "web: target/release/server\n"),
        (
            "crates/server/Cargo.toml",
            "[package]\nname = \"server\"\nversion = \"1.0.0\"\n",
        ),
        ("crates/server/src/main.rs", "fn main() {}\n"),
        (
            "crates/lib/Cargo.toml",
            "[package]\nname = \"lib\"\nversion = \"1.0.0\"\n",
        ),
        ("crates/lib/src/lib.rs", "1\n"),
    ];
    let gradle: Files = &[
        ("build.gradle", "task stage"),
        ("settings.gradle", ""),
        ("src/main/java/A.java", "1"),
        ("README.txt", "1"),
    ];
    let maven: Files = &[
        ("pom.xml", "<project><artifactId>s</artifactId></project>"),
        ("src/main/java/A.java", "1"),
        ("web/index.html", "1"),
    ];
    let mut all = vec![
        shape("go workspace", work),
        shape("cargo workspace", members),
    ];
    for (name, files) in [
        ("go", go),
        ("cargo", cargo),
        ("gradle", gradle),
        ("maven", maven),
    ] {
        all.push(shape(name, files));
        all.push(shape(name, files).below("server"));
        let embeds = script(
            "npm",
            "build",
            &[
                (
                    "build.sh",
                    "mkdir -p web/dist; cat frontend/* > web/dist/index.html 2>/dev/null; true",
                ),
                ("frontend/a.html", "1"),
            ],
        );
        all.push(embeds.with(files).named(&format!("embedded by {name}")));
    }
    all
}
