//! Stand-ins for classic buildpacks, and apps behind lists of them.
//!
//! Facts are from `bin/compile` (and `lib/`, `bin/release`) of the repository named at each.

/// A buildpack: what its `bin/compile` does in the build folder, and its `bin/release`.
pub(crate) struct StandIn {
    pub(crate) compile: &'static str,
    pub(crate) release: Option<&'static str>,
}

/// One list, one app, and the file that the third build changes.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) list: &'static [&'static StandIn],
    pub(crate) app: &'static [(&'static str, &'static str)],
    pub(crate) change: (&'static str, &'static str),
}

const CHANGE: (&str, &str) = ("src/changed.txt", "another line\n");
const PAGE: (&str, &str) = ("index.html", "<h1>Shop</h1>\n");
/// A real server, in the environment that the buildpacks make.
const SERVES: &str =
    "web: env -u PYTHONHOME -u PYTHONPATH /usr/bin/python3 -m http.server $PORT --bind 127.0.0.1\n";

/// heroku/heroku-buildpack-nodejs: `.heroku/node`, `.profile.d/nodejs.sh`, `export`; npm, yarn
/// and pnpm leave `node_modules` in the app; `bin/release` gives `npm start` without a Procfile.
macro_rules! nodejs {
    ($install:literal) => {
        StandIn {
            compile: concat!(
                "mkdir -p .heroku/node/bin .profile.d; printf '#!/bin/sh\\necho v22.20.0\\n' > .heroku/node/bin/node; \
                    chmod +x .heroku/node/bin/node\n",
                "echo 'export PATH=\"$HOME/.heroku/node/bin:$PATH:$HOME/bin:$HOME/node_modules/.bin\"' > \
                    .profile.d/nodejs.sh\n",
                "echo 'export NODE_ENV=${NODE_ENV:-production}' >> .profile.d/nodejs.sh\n",
                "echo 'export WEB_CONCURRENCY=${WEB_CONCURRENCY:-2}' > .profile.d/WEB_CONCURRENCY.sh\n",
                "echo \"export PATH=\\\"$1/.heroku/node/bin:\\$PATH\\\"\" > \"$(cd \"$(dirname \"$0\")/..\"; \
                    pwd)/export\"\n",
                $install
            ),
            release: Some("[ -f Procfile ] && echo '--- {}' || printf -- '---\\ndefault_process_types:\\n  web: cat \
                node_modules/ms/index.js server.js\\n'"),
        }
    };
}
const NPM: &StandIn = &nodejs!(
    "mkdir -p node_modules/ms; echo '{\"name\":\"ms\"}' > node_modules/ms/package.json; echo ms > \
        node_modules/ms/index.js; echo '{}' > node_modules/.package-lock.json"
);
/// `npm prune` of an app without production dependencies leaves npm's own list alone.
const NPM_PRUNED: &StandIn =
    &nodejs!("mkdir -p node_modules; echo '{}' > node_modules/.package-lock.json");
/// npm removes `node_modules` where nothing is left.
const NPM_BARE: &StandIn = &nodejs!("");
const YARN: &StandIn = &nodejs!(
    "mkdir -p node_modules/ms; echo '{\"name\":\"ms\"}' > node_modules/ms/package.json; echo ms > \
        node_modules/ms/index.js; echo 1 > node_modules/.yarn-integrity"
);
const YARN_PNP: &StandIn = &nodejs!(
    "mkdir -p .yarn/cache; echo pnp > .pnp.cjs; echo zip > .yarn/cache/ms-npm-2.1.3.zip; echo state > \
        .yarn/install-state.gz"
);
/// pnpm puts only what the root asks for into the root's `node_modules`.
const PNPM_WORKSPACE: &StandIn = &nodejs!(
    "mkdir -p node_modules/.pnpm/ms@2.1.3/node_modules/ms packages/api/node_modules; echo ms > \
        node_modules/.pnpm/ms@2.1.3/node_modules/ms/index.js; echo 1 > node_modules/.modules.yaml; ln -s \
        ../../../node_modules/.pnpm/ms@2.1.3/node_modules/ms packages/api/node_modules/ms"
);

/// heroku/heroku-buildpack-python: `bin/compile`, `bin/steps/pip-install`: packages in
/// `.heroku/python`, PYTHONHOME and PYTHONPATH in `.profile.d/python.sh`.
macro_rules! python {
    ($packages:literal, $install:literal) => {
        StandIn {
            compile: concat!(
                "s=.heroku/python/lib/python3.13/site-packages; mkdir -p .heroku/python/bin .profile.d \
                    $s/pip-25.0.dist-info\n",
                "printf '#!/bin/sh\\necho Python 3.13.1\\n' > .heroku/python/bin/python3.13; chmod +x \
                    .heroku/python/bin/python3.13; ln -s python3.13 .heroku/python/bin/python3; ln -s python3.13 \
                    .heroku/python/bin/python\n",
                "for p in ", $packages, "; do mkdir -p $s/$p.dist-info $s/${p%-*}; echo \"Name: ${p%-*}\" > \
                    $s/$p.dist-info/METADATA; echo 1 > $s/${p%-*}/__init__.py; done\n",
                "printf 'export PATH=\"$HOME/.heroku/python/bin:$PATH\"\\nexport PYTHONUNBUFFERED=true \
                    PYTHONHOME=\"$HOME/.heroku/python\"\\nexport PYTHONPATH=\"${PYTHONPATH-\"$HOME\"}\"\\n' > \
                    .profile.d/python.sh\n",
                "echo \"export PATH=\\\"/app/.heroku/python/bin:\\$PATH\\\"\" > \"$(cd \"$(dirname \"$0\")/..\"; \
                    pwd)/export\"\n",
                $install
            ),
            release: None,
        }
    };
}
const PIP: &StandIn = &python!("flask-3.0.0 gunicorn-23.0.0", "");
const PIP_EDITABLE: &StandIn = &python!(
    "six-1.16.0 shop-1.0",
    "echo /app/src > $s/__editable__.shop.pth"
);
const PIP_ODD_NAMES: &StandIn = &python!("Zope.Interface-7.0", "");

/// heroku/heroku-buildpack-ruby: `lib/language_pack/ruby.rb`: gems in `vendor/bundle`, Ruby in
/// `vendor/ruby-*`, `.profile.d/ruby.sh`; release from `tmp/heroku-buildpack-release-step.yml`.
const RUBY: &StandIn = &StandIn {
    compile: "mkdir -p vendor/ruby-3.3.6/bin vendor/bundle/ruby/3.3.0/specifications .profile.d tmp\n\
              echo spec > vendor/bundle/ruby/3.3.0/specifications/rack-3.1.7.gemspec; printf '#!/bin/sh\\necho \
              ruby\\n' > vendor/ruby-3.3.6/bin/ruby; chmod +x vendor/ruby-3.3.6/bin/ruby\n\
              printf 'export GEM_PATH=\"$HOME/vendor/bundle/ruby/3.3.0:$GEM_PATH\"\\nexport \
              PATH=\"$HOME/vendor/ruby-3.3.6/bin:$PATH\"\\nexport RAILS_ENV=${RAILS_ENV:-production}\\n' > \
              .profile.d/ruby.sh\n\
              printf -- '---\\naddons: []\\ndefault_process_types:\\n  console: echo console\\n  web: ruby\\n' > \
              tmp/heroku-buildpack-release-step.yml\n",
    release: Some("cat tmp/heroku-buildpack-release-step.yml"),
};
/// The same with `BUNDLE_PATH` in the app's own configuration.
const RUBY_ELSEWHERE: &StandIn = &StandIn {
    compile: "mkdir -p gems/ruby/3.3.0/specifications .bundle; echo spec > \
        gems/ruby/3.3.0/specifications/rack-3.1.7-x86_64-linux.gemspec; printf -- '---\\nBUNDLE_PATH: \"gems\"\\n' > \
        .bundle/config\n",
    release: None,
};
/// heroku/heroku-buildpack-go: `lib/common.sh`, `bin/compile`: programs by `+heroku install` in `bin/`.
const GO: &StandIn = &StandIn {
    compile: "mkdir -p bin .profile.d; printf '#!/bin/sh\\necho serving\\n' > bin/server; chmod +x bin/server; echo \
        'PATH=$PATH:$HOME/bin' > .profile.d/go.sh\n",
    release: Some("printf -- '---\\ndefault_process_types:\\n  web: server\\n'"),
};
/// heroku/heroku-buildpack-php: `bin/compile`: `.heroku/php`, `vendor` by Composer, Procfile made.
const PHP: &StandIn = &StandIn {
    compile: "mkdir -p .heroku/php/bin vendor/composer .profile.d; echo '<?php' > vendor/autoload.php; echo '{}' > \
        vendor/composer/installed.json; printf 'export PATH=\"$HOME/.heroku/php/bin:$PATH\"\\n' > \
        .profile.d/100-composer.sh\n",
    release: Some("printf -- '---\\ndefault_process_types:\\n  web: cat vendor/autoload.php\\n'"),
};
/// heroku/heroku-buildpack-java: `mvn clean install` in place, `.jdk` by jvm-common.
const MAVEN: &StandIn = &StandIn {
    compile: "mkdir -p target .jdk/bin .profile.d; echo jar > target/shop-1.0.jar; echo jdk > .jdk/bin/java; printf \
        'export JAVA_HOME=\"$HOME/.jdk\"\\n' > .profile.d/jvmcommon.sh\n",
    release: Some("printf -- '---\\ndefault_process_types:\\n  web: cat target/shop-1.0.jar\\n'"),
};
/// heroku/heroku-buildpack-gradle: the task `stage`.
const GRADLE: &StandIn = &StandIn {
    compile: "mkdir -p build/libs .jdk .profile.d; echo jar > build/libs/shop.jar; printf 'export \
        JAVA_HOME=\"$HOME/.jdk\"\\n' > .profile.d/jvmcommon.sh\n",
    release: Some("printf -- '---\\ndefault_process_types:\\n  web: cat build/libs/shop.jar\\n'"),
};
/// emk/heroku-buildpack-rust: `cargo build --release` in place.
const RUST: &StandIn = &StandIn {
    compile: "mkdir -p target/release .profile.d; printf '#!/bin/sh\\necho rust\\n' > target/release/shop; chmod +x \
        target/release/shop; echo 'export PATH=\"$HOME/target/release:$PATH\"' > .profile.d/rust.sh\n",
    release: None,
};
/// heroku/heroku-buildpack-dotnet: `dotnet publish` into `bin/publish`.
const DOTNET: &StandIn = &StandIn {
    compile: "mkdir -p .heroku/dotnet Shop/bin/publish .profile.d; echo dll > Shop/bin/publish/Shop.dll; echo 'export \
        DOTNET_ROOT=\"$HOME/.heroku/dotnet\"' > .profile.d/dotnet.sh\n",
    release: Some(
        "printf -- '---\\ndefault_process_types:\\n  web: cat Shop/bin/publish/Shop.dll\\n'",
    ),
};
/// HashNuke/heroku-buildpack-elixir: `_build/prod`, `.platform_tools`.
const ELIXIR: &StandIn = &StandIn {
    compile: "mkdir -p _build/prod/lib/shop/ebin deps/plug .profile.d; echo beam > \
        _build/prod/lib/shop/ebin/shop.beam; echo plug > deps/plug/mix.exs; echo 'export MIX_ENV=${MIX_ENV:-prod}' > \
        .profile.d/elixir_buildpack_paths.sh\n",
    release: Some(
        "printf -- '---\\ndefault_process_types:\\n  web: cat _build/prod/lib/shop/ebin/shop.beam\\n'",
    ),
};
/// heroku/heroku-buildpack-apt: `.apt`, `.profile.d/000_apt.sh`.
const APT: &StandIn = &StandIn {
    compile: "mkdir -p .apt/usr/bin .apt/usr/lib/x86_64-linux-gnu .profile.d; echo lib > \
        .apt/usr/lib/x86_64-linux-gnu/libvips.so.42; printf 'export PATH=\"$HOME/.apt/usr/bin:$PATH\"\\nexport \
        LD_LIBRARY_PATH=\"$HOME/.apt/usr/lib/x86_64-linux-gnu:$LD_LIBRARY_PATH\"\\n' > .profile.d/000_apt.sh\n",
    release: None,
};
/// heroku/heroku-buildpack-nginx and -pgbouncer: start wrappers in `bin/`.
const NGINX: &StandIn = &StandIn {
    compile: "mkdir -p bin config; printf '#!/bin/sh\\nexec \"$@\"\\n' > bin/start-nginx; chmod +x bin/start-nginx; \
        echo 'worker_processes 2;' > config/nginx.conf.erb\n",
    release: None,
};
const PGBOUNCER: &StandIn = &StandIn {
    compile: "mkdir -p bin vendor/pgbouncer/bin; printf '#!/bin/sh\\nexec \"$@\"\\n' > bin/start-pgbouncer; chmod +x \
        bin/start-pgbouncer; echo elf > vendor/pgbouncer/bin/pgbouncer\n",
    release: Some("echo '--- {}'"),
};
/// Pagedraw/heroku-buildpack-select-subdir, lstoll/heroku-buildpack-monorepo: the folder of one app is the app.
const SUBDIR: &StandIn = &StandIn {
    compile: "cp -a services/shop/. .; rm -rf services\n",
    release: None,
};
/// heroku/heroku-buildpack-chrome-for-testing, jonathanong/heroku-buildpack-ffmpeg-latest,
/// DataDog/heroku-buildpack-datadog, gaffneyc/heroku-buildpack-jemalloc: tools in a folder, PATH.
const CHROME: &StandIn = &StandIn {
    compile: "mkdir -p .chrome-for-testing/chrome-linux64 .profile.d; echo elf > \
        .chrome-for-testing/chrome-linux64/chrome; echo 'export \
        PATH=\"$HOME/.chrome-for-testing/chrome-linux64:$PATH\"' > .profile.d/chrome-for-testing.sh\n",
    release: None,
};
const FFMPEG: &StandIn = &StandIn {
    compile: "mkdir -p vendor/ffmpeg .profile.d; echo elf > vendor/ffmpeg/ffmpeg; echo 'export \
        PATH=\"$PATH:$HOME/vendor/ffmpeg\"' > .profile.d/ffmpeg.sh\n",
    release: None,
};
const DATADOG: &StandIn = &StandIn {
    compile: "mkdir -p .apt/opt/datadog-agent/embedded/lib/python3.11/site-packages/requests-2.31.dist-info datadog \
        .profile.d; echo 'export DD_CONF_DIR=\"$HOME/.apt/etc/datadog-agent\"' > .profile.d/datadog.sh\n",
    release: None,
};
const JEMALLOC: &StandIn = &StandIn {
    compile: "mkdir -p vendor/jemalloc/lib .profile.d; echo elf > vendor/jemalloc/lib/libjemalloc.so.2; echo 'export \
        JEMALLOC_VERSION=5' > .profile.d/jemalloc.sh\n",
    release: None,
};
/// pl31/heroku-buildpack-conda and its forks: Miniconda in `.heroku/miniconda`.
const CONDA: &StandIn = &StandIn {
    compile: "mkdir -p .heroku/miniconda/lib/python3.12/site-packages/numpy-2.0.dist-info .heroku/miniconda/bin \
        .profile.d; echo 'export PATH=\"$HOME/.heroku/miniconda/bin:$PATH\"' > .profile.d/conda.sh\n",
    release: None,
};

const PACKAGE: (&str, &str) = (
    "package.json",
    "{\"name\":\"shop\",\"version\":\"1.0.0\",\"dependencies\":{\"ms\":\"2.1.3\"},\
        \"scripts\":{\"build\":\"touch built\",\"start\":\"node server.js\"}}",
);
const LOCK: (&str, &str) = (
    "package-lock.json",
    "{\"lockfileVersion\":3,\"packages\":{\"\":{\"dependencies\":{\"ms\":\"2.1.3\"}},\
        \"node_modules/ms\":{\"version\":\"2.1.3\"}}}",
);
const SERVER: (&str, &str) = ("server.js", "require('ms')\n");
const NODE_APP: &[(&str, &str)] = &[PACKAGE, LOCK, SERVER];
const PYTHON_APP: &[(&str, &str)] = &[
    ("requirements.txt", "flask==3.0.0\ngunicorn==23.0.0\n"),
    ("app.py", "import flask\n"),
    (
        "Procfile",
        "web: python --version\nworker: command -v python\n",
    ),
];
const GEMFILE: (&str, &str) = (
    "Gemfile.lock",
    "GEM\n  specs:\n    rack (3.1.7)\n\nDEPENDENCIES\n  rack\n",
);
const GO_APP: &[(&str, &str)] = &[
    (
        "go.mod",
        "module example.com/shop\n\n// +heroku install ./cmd/server\ngo 1.22\n",
    ),
    ("cmd/server/main.go", "package main\n"),
    ("cmd/admin/main.go", "package main\n"),
];
const POM: (&str, &str) = (
    "pom.xml",
    "<project><artifactId>shop</artifactId></project>\n",
);

pub(crate) const ROWS: &[Row] = &[
    Row {
        name: "nodejs, npm, nothing at all for production",
        list: &[NPM_BARE],
        app: &[
            (
                "package.json",
                "{\"devDependencies\":{\"vite\":\"5.0.0\"},\"scripts\":{\"build\":\"vite build\"}}",
            ),
            (
                "package-lock.json",
                "{\"lockfileVersion\":3,\"packages\":{\"\":{},\"node_modules/vite\":{\"version\":\"5.0.0\",\
                    \"dev\":true}}}",
            ),
            ("Procfile", "web: echo ok\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "python, by URL",
        list: &[PIP],
        app: &[
            ("requirements.txt", "git+https://git.example/flask@3.0.0\n"),
            ("Procfile", "web: command -v python\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "nodejs, npm",
        list: &[NPM],
        app: NODE_APP,
        change: CHANGE,
    },
    Row {
        name: "nodejs, npm, over HTTP",
        list: &[NPM],
        app: &[PACKAGE, LOCK, PAGE, ("Procfile", SERVES)],
        change: CHANGE,
    },
    Row {
        name: "nodejs, python, over HTTP",
        list: &[NPM, PIP],
        app: &[PACKAGE, LOCK, PYTHON_APP[0], PAGE, ("Procfile", SERVES)],
        change: CHANGE,
    },
    Row {
        name: "nodejs, npm, Procfile",
        list: &[NPM],
        app: &[PACKAGE, LOCK, SERVER, ("Procfile", "web: node server.js\n")],
        change: ("server.js", "require('ms'); 1\n"),
    },
    Row {
        name: "nodejs, npm, nothing for production",
        list: &[NPM_PRUNED],
        app: &[
            (
                "package.json",
                "{\"devDependencies\":{\"vite\":\"5.0.0\"},\"scripts\":{\"build\":\"vite build\"}}",
            ),
            (
                "package-lock.json",
                "{\"lockfileVersion\":3,\"packages\":{\"\":{},\"node_modules/vite\":{\"version\":\"5.0.0\",\
                    \"dev\":true}}}",
            ),
            ("Procfile", "web: echo ok\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "nodejs, yarn",
        list: &[YARN],
        app: &[
            PACKAGE,
            (
                "yarn.lock",
                "# yarn lockfile v1\nms@2.1.3:\n  version \"2.1.3\"\n",
            ),
            SERVER,
        ],
        change: CHANGE,
    },
    Row {
        name: "nodejs, yarn Plug'n'Play",
        list: &[YARN_PNP],
        app: &[
            PACKAGE,
            (
                "yarn.lock",
                "__metadata:\n  version: 8\n\n\"ms@npm:2.1.3\":\n  version: 2.1.3\n",
            ),
            ("Procfile", "web: cat .pnp.cjs\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "nodejs, pnpm workspace",
        list: &[PNPM_WORKSPACE],
        app: &[
            (
                "package.json",
                "{\"name\":\"root\",\"scripts\":{\"build\":\"touch built\"}}",
            ),
            (
                "pnpm-lock.yaml",
                "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n\n  packages/api:\n    dependencies:\n      ms: \
                    {}\n\npackages:\n\n  ms@2.1.3: {}\n",
            ),
            ("pnpm-workspace.yaml", "packages: [packages/*]\n"),
            (
                "packages/api/package.json",
                "{\"name\":\"api\",\"dependencies\":{\"ms\":\"2.1.3\"}}",
            ),
            (
                "Procfile",
                "web: cat packages/api/node_modules/ms/index.js\n",
            ),
        ],
        change: CHANGE,
    },
    Row {
        name: "python, pip",
        list: &[PIP],
        app: PYTHON_APP,
        change: ("app.py", "import flask, os\n"),
    },
    Row {
        name: "python, editable",
        list: &[PIP_EDITABLE],
        app: &[
            ("requirements.txt", "-e .\nsix==1.16.0\n"),
            (
                "pyproject.toml",
                "[project]\nname = \"shop\"\nversion = \"1.0\"\n",
            ),
            ("src/shop/__init__.py", ""),
            ("Procfile", "web: command -v python\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "python, odd names",
        list: &[PIP_ODD_NAMES],
        app: &[
            ("requirements.txt", "zope_interface==7.0\n"),
            ("Procfile", "web: command -v python\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "python, poetry",
        list: &[PIP],
        app: &[
            (
                "poetry.lock",
                "[[package]]\nname = \"flask\"\nversion = \"3.0.0\"\n",
            ),
            ("pyproject.toml", "[tool.poetry]\nname = \"shop\"\n"),
            ("Procfile", "web: command -v python\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "python, uv",
        list: &[PIP],
        app: &[
            (
                "uv.lock",
                "version = 1\n[[package]]\nname = \"flask\"\nversion = \"3.0.0\"\n",
            ),
            ("pyproject.toml", "[project]\nname = \"shop\"\n"),
            ("Procfile", "web: command -v python\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "python, pipenv",
        list: &[PIP],
        app: &[
            (
                "Pipfile.lock",
                "{\"default\":{\"flask\":{\"version\":\"==3.0.0\"}}}",
            ),
            ("Procfile", "web: command -v python\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "python, conda",
        list: &[CONDA],
        app: &[
            ("requirements.txt", "numpy==2.0\n"),
            ("Procfile", "web: echo ok\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "apt, python",
        list: &[APT, PIP],
        app: PYTHON_APP,
        change: CHANGE,
    },
    Row {
        name: "ffmpeg, python, pgbouncer",
        list: &[FFMPEG, PIP, PGBOUNCER],
        app: &[
            ("requirements.txt", "flask==3.0.0\n"),
            ("Procfile", "web: bin/start-pgbouncer python --version\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "nodejs, python",
        list: &[NPM, PIP],
        app: &[
            PACKAGE,
            LOCK,
            SERVER,
            ("requirements.txt", "flask==3.0.0\n"),
            ("Procfile", "web: python --version\nassets: node\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "ruby",
        list: &[RUBY],
        app: &[GEMFILE, ("Gemfile", "gem 'rack'\n")],
        change: CHANGE,
    },
    Row {
        name: "ruby, gems elsewhere",
        list: &[RUBY_ELSEWHERE],
        app: &[GEMFILE, ("Procfile", "web: ls gems\n")],
        change: CHANGE,
    },
    Row {
        name: "nodejs, ruby",
        list: &[NPM, RUBY],
        app: &[GEMFILE, PACKAGE, LOCK, SERVER],
        change: CHANGE,
    },
    Row {
        name: "apt, nodejs, ruby, jemalloc",
        list: &[APT, NPM, RUBY, JEMALLOC],
        app: &[GEMFILE, PACKAGE, LOCK, SERVER],
        change: CHANGE,
    },
    Row {
        name: "go, directive",
        list: &[GO],
        app: GO_APP,
        change: ("cmd/admin/main.go", "package main\n// more\n"),
    },
    Row {
        name: "nodejs, go",
        list: &[NPM, GO],
        app: &[
            PACKAGE,
            LOCK,
            SERVER,
            ("go.mod", "module example.com/shop\n"),
            ("main.go", "package main\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "php",
        list: &[PHP],
        app: &[
            ("composer.json", "{}"),
            (
                "composer.lock",
                "{\"packages\":[{\"name\":\"a/b\",\"version\":\"1.0\"}]}",
            ),
            ("index.php", "<?php\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "jvm, maven",
        list: &[MAVEN],
        app: &[POM, ("src/main/java/Shop.java", "class Shop {}\n")],
        change: CHANGE,
    },
    Row {
        name: "jvm, gradle",
        list: &[GRADLE],
        app: &[
            ("build.gradle", "plugins { id 'java' }\n"),
            ("src/main/java/Shop.java", "class Shop {}\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "rust",
        list: &[RUST],
        app: &[
            (
                "Cargo.toml",
                "[package]\nname = \"shop\"\nversion = \"1.0.0\"\n",
            ),
            ("Cargo.lock", ""),
            ("src/main.rs", "fn main() {}\n"),
            ("Procfile", "web: shop\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "dotnet",
        list: &[DOTNET],
        app: &[("Shop/Shop.csproj", "<Project/>\n")],
        change: CHANGE,
    },
    Row {
        name: "elixir",
        list: &[ELIXIR],
        app: &[
            ("mix.exs", "defmodule Shop do\nend\n"),
            ("mix.lock", "%{}\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "nginx, nodejs",
        list: &[NGINX, NPM],
        app: &[
            PACKAGE,
            LOCK,
            SERVER,
            ("Procfile", "web: bin/start-nginx node\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "subdir, nodejs",
        list: &[SUBDIR, NPM],
        app: &[
            ("services/shop/package.json", PACKAGE.1),
            ("services/shop/package-lock.json", LOCK.1),
            ("services/shop/server.js", "1\n"),
            ("README.md", "a monorepo\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "chrome, nodejs",
        list: &[CHROME, NPM],
        app: NODE_APP,
        change: CHANGE,
    },
    Row {
        name: "nodejs, datadog",
        list: &[NPM, DATADOG],
        app: NODE_APP,
        change: CHANGE,
    },
    Row {
        name: "python, datadog",
        list: &[PIP, DATADOG],
        app: PYTHON_APP,
        change: CHANGE,
    },
    Row {
        name: "nothing but tools",
        list: &[APT, FFMPEG],
        app: &[
            ("run.sh", "#!/bin/sh\necho ok\n"),
            ("Procfile", "web: sh run.sh\n"),
        ],
        change: CHANGE,
    },
];
