//! Stand-ins for Cloud Native buildpacks, and apps behind them.
//!
//! Facts are from `build.go` or `src/` of the repository named at each.

/// A buildpack and what its `bin/build` does in the app.
pub(crate) struct StandIn {
    pub(crate) id: &'static str,
    pub(crate) build: &'static str,
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

/// paketo-buildpacks/node-engine: a runtime in a layer of its own.
const NODE: &StandIn = &StandIn {
    id: "paketo-buildpacks/node-engine",
    build: "mkdir -p $L/node/bin $L/node/env; printf '#!/bin/sh\\ncat \"$@\"\\n' > $L/node/bin/node; chmod +x \
        $L/node/bin/node; printf production > $L/node/env/NODE_ENV.default; layer node build launch cache",
};
/// paketo-buildpacks/npm-install, yarn-install: modules in a launch-only layer that is kept by
/// its checksum, a link in the app, and `exec.d/0-setup-symlinks`, which wants that link.
macro_rules! modules {
    ($id:literal) => {
        StandIn {
            id: $id,
            build: "if ! kept launch-modules; then\n\
                      rm -rf $L/launch-modules; m=$L/launch-modules/node_modules/ms; mkdir -p $m \
                      $L/launch-modules/exec.d $L/launch-modules/env\n\
                      echo '{}' > $m/package.json; echo ms > $m/index.js; printf error > \
                      $L/launch-modules/env/NPM_CONFIG_LOGLEVEL.default\n\
                      printf '#!/bin/sh\\n[ -L node_modules ]\\n' > $L/launch-modules/exec.d/0-setup-symlinks; chmod \
                      +x $L/launch-modules/exec.d/0-setup-symlinks\n\
                    fi\n\
                    layer launch-modules launch; ln -sfn $L/launch-modules/node_modules node_modules; web cat \
                    node_modules/ms/index.js",
        }
    };
}
const NPM_INSTALL: &StandIn = &modules!("paketo-buildpacks/npm-install");
const YARN_INSTALL: &StandIn = &modules!("paketo-buildpacks/yarn-install");
const UNKNOWN_MODULES: &StandIn = &modules!("acme/modules");
/// heroku/buildpacks-nodejs, npm: `npm ci` in the app, on every build.
const HEROKU_NPM: &StandIn = &StandIn {
    id: "heroku/nodejs",
    build: "mkdir -p $L/dist/bin node_modules/ms; printf '#!/bin/sh\\ncat \"$@\"\\n' > $L/dist/bin/node; chmod +x \
        $L/dist/bin/node; layer dist build launch cache\n\
            echo '{}' > node_modules/ms/package.json; echo ms > node_modules/ms/index.js; echo '{}' > \
            node_modules/.package-lock.json; web node node_modules/ms/index.js",
};
/// The same with pnpm: `node_modules` of the app links into the virtual store, a launch layer.
const HEROKU_PNPM: &StandIn = &StandIn {
    id: "heroku/nodejs",
    build: "s=$L/virtual/store/ms@2.1.3/node_modules/ms; mkdir -p $s node_modules packages/api/node_modules; echo \
        '{}' > $s/package.json; echo ms > $s/index.js; layer virtual build launch\n\
            echo \"virtualStoreDir: $L/virtual/store\" > node_modules/.modules.yaml; ln -s $s \
            packages/api/node_modules/ms; ln -sfn $PWD/node_modules $L/virtual/node_modules; web cat \
            packages/api/node_modules/ms/index.js",
};
/// heroku/buildpacks-python: a virtual environment in a launch and build layer.
const HEROKU_PYTHON: &StandIn = &StandIn {
    id: "heroku/python",
    build: "v=$L/venv; mkdir -p $v/bin $v/env $v/lib/python3.13/site-packages/flask-3.0.0.dist-info; printf \
        '#!/bin/sh\\necho python\\n' > $v/bin/python; chmod +x $v/bin/python; printf %s $v > $v/env/VIRTUAL_ENV; \
        layer venv build launch; web python",
};
/// paketo-buildpacks/pip-install: `PYTHONUSERBASE` and `PYTHONPATH` lead to the layer `packages`.
macro_rules! packages {
    ($id:literal, $variable:literal) => {
        StandIn {
            id: $id,
            build: concat!(
                "if ! kept packages; then s=$L/packages/lib/python3.13/site-packages; rm -rf $L/packages; mkdir -p \
                    $s/flask-3.0.0.dist-info $L/packages/bin $L/packages/env.launch\n",
                "printf '#!/bin/sh\\necho gunicorn\\n' > $L/packages/bin/gunicorn; chmod +x \
                    $L/packages/bin/gunicorn\n", $variable,
                "\nfi; layer packages launch; web gunicorn"
            ),
        }
    };
}
const PIP_INSTALL: &StandIn = &packages!(
    "paketo-buildpacks/pip-install",
    "printf %s $L/packages > $L/packages/env.launch/PYTHONUSERBASE; printf %s $s > \
        $L/packages/env.launch/PYTHONPATH.prepend; printf : > $L/packages/env.launch/PYTHONPATH.delim"
);
const UNKNOWN_PIP: &StandIn = &packages!(
    "acme/wheels",
    "printf %s $s > $L/packages/env.launch/PYTHONPATH.prepend; printf : > $L/packages/env.launch/PYTHONPATH.delim"
);
/// paketo-buildpacks/poetry-install: an environment on PATH, `PYTHONPATH` beside it.
const POETRY_INSTALL: &StandIn = &StandIn {
    id: "acme/poetry",
    build: "v=$L/poetry-venv; s=$v/lib/python3.13/site-packages; mkdir -p $v/bin $v/env $s/flask-3.0.0.dist-info; \
        printf '#!/bin/sh\\necho python\\n' > $v/bin/python; chmod +x $v/bin/python; printf %s $s > \
        $v/env/PYTHONPATH.prepend; printf : > $v/env/PYTHONPATH.delim; layer poetry-venv build launch cache; web \
        python",
};
/// paketo-buildpacks/bundle-install: gems in a launch layer, `BUNDLE_USER_CONFIG` names them.
const BUNDLE_INSTALL: &StandIn = &StandIn {
    id: "acme/gems",
    build: "if ! kept launch-gems; then g=$L/launch-gems; rm -rf $g; mkdir -p $g/env $g/ruby/3.3.0/specifications; \
        echo spec > $g/ruby/3.3.0/specifications/rack-3.1.7.gemspec; printf -- '---\\nBUNDLE_PATH: \"%s\"\\n' $g > \
        $g/config; printf %s $g/config > $g/env/BUNDLE_USER_CONFIG.default; fi; layer launch-gems launch; web echo \
        ruby",
};
/// heroku/buildpacks-ruby: `GEM_PATH`, `GEM_HOME` lead to the layer `gems`.
const HEROKU_RUBY: &StandIn = &StandIn {
    id: "heroku/ruby",
    build: "g=$L/gems; mkdir -p $g/env $g/ruby/3.3.0/specifications; echo spec > \
        $g/ruby/3.3.0/specifications/rack-3.1.7.gemspec; printf %s $g/ruby/3.3.0 > $g/env/GEM_PATH.prepend; printf : \
        > $g/env/GEM_PATH.delim; layer gems build launch cache; web echo ruby",
};
/// paketo-buildpacks/composer-install: `vendor` links into a launch layer.
const COMPOSER_INSTALL: &StandIn = &StandIn {
    id: "acme/composer",
    build: "if ! kept packages; then rm -rf $L/packages; mkdir -p $L/packages/vendor; echo '<?php' > \
        $L/packages/vendor/autoload.php; fi; layer packages launch; ln -sfn $L/packages/vendor vendor; web cat \
        vendor/autoload.php",
};
/// paketo-buildpacks/go-build: programs in the launch layer `targets`; the sources leave the app.
const GO_BUILD: &StandIn = &StandIn {
    id: "paketo-buildpacks/go-build",
    build: "if ! kept targets; then mkdir -p $L/targets/bin; printf '#!/bin/sh\\necho go\\n' > $L/targets/bin/shop; \
        chmod +x $L/targets/bin/shop; fi; layer targets launch; web shop",
};
const UNKNOWN_GO: &StandIn = &StandIn {
    id: "acme/compile",
    build: "mkdir -p $L/out/bin; printf '#!/bin/sh\\necho go\\n' > $L/out/bin/shop; chmod +x $L/out/bin/shop; layer \
        out launch cache; web shop",
};
/// paketo-buildpacks/maven: the jar is taken apart in the app.
const MAVEN: &StandIn = &StandIn {
    id: "paketo-buildpacks/maven",
    build: "mkdir -p META-INF BOOT-INF; rm -rf src pom.xml; echo 'Main-Class: Shop' > META-INF/MANIFEST.MF; web cat \
        META-INF/MANIFEST.MF",
};
/// heroku/buildpacks-procfile.
const PROCFILE: &StandIn = &StandIn {
    id: "heroku/procfile",
    build: "web $(sed -n 's/^web: //p' Procfile)",
};

const PACKAGE: (&str, &str) = (
    "package.json",
    "{\"name\":\"shop\",\"version\":\"1.0.0\",\"dependencies\":{\"ms\":\"2.1.3\"},\"scripts\":{\"build\":\"touch \
        built\"}}",
);
const LOCK: (&str, &str) = (
    "package-lock.json",
    "{\"lockfileVersion\":3,\"packages\":{\"\":{\"dependencies\":{\"ms\":\"2.1.3\"}},\
        \"node_modules/ms\":{\"version\":\"2.1.3\"}}}",
);
const YARN_LOCK: (&str, &str) = (
    "yarn.lock",
    "# yarn lockfile v1\nms@2.1.3:\n  version \"2.1.3\"\n",
);
const FLASK: (&str, &str) = ("requirements.txt", "flask==3.0.0\n");
const GEMFILE: (&str, &str) = (
    "Gemfile.lock",
    "GEM\n  specs:\n    rack (3.1.7)\n\nDEPENDENCIES\n  rack\n",
);
const GO: &[(&str, &str)] = &[
    ("go.mod", "module example.com/shop\n"),
    ("main.go", "package main\n"),
];
const PNPM: &[(&str, &str)] = &[
    (
        "package.json",
        "{\"name\":\"root\",\"scripts\":{\"build\":\"touch built\"}}",
    ),
    (
        "pnpm-lock.yaml",
        "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n\n  packages/api:\n    dependencies:\n      ms: \
            {}\n\npackages:\n\n  ms@2.1.3: {}\n",
    ),
    (
        "packages/api/package.json",
        "{\"name\":\"api\",\"dependencies\":{\"ms\":\"2.1.3\"}}",
    ),
];

pub(crate) const ROWS: &[Row] = &[
    Row {
        name: "Paketo npm-install",
        list: &[NODE, NPM_INSTALL],
        app: &[PACKAGE, LOCK],
        change: CHANGE,
    },
    Row {
        name: "Paketo npm-install, another lockfile",
        list: &[NODE, NPM_INSTALL],
        app: &[PACKAGE, LOCK],
        change: (
            "package-lock.json",
            "{\"lockfileVersion\":3,\"packages\":{\"\":{},\"node_modules/ms\":{\"version\":\"2.1.2\"}}}",
        ),
    },
    Row {
        name: "Paketo npm-install, over HTTP",
        list: &[NODE, NPM_INSTALL, PROCFILE],
        app: &[PACKAGE, LOCK, PAGE, ("Procfile", SERVES)],
        change: CHANGE,
    },
    Row {
        name: "Heroku nodejs, over HTTP",
        list: &[HEROKU_NPM, PROCFILE],
        app: &[PACKAGE, LOCK, PAGE, ("Procfile", SERVES)],
        change: CHANGE,
    },
    Row {
        name: "Paketo yarn-install",
        list: &[NODE, YARN_INSTALL],
        app: &[PACKAGE, YARN_LOCK],
        change: CHANGE,
    },
    Row {
        name: "modules of an unknown buildpack",
        list: &[NODE, UNKNOWN_MODULES],
        app: &[PACKAGE, LOCK],
        change: CHANGE,
    },
    Row {
        name: "Heroku nodejs, npm",
        list: &[HEROKU_NPM],
        app: &[PACKAGE, LOCK],
        change: CHANGE,
    },
    Row {
        name: "Heroku nodejs, pnpm workspace",
        list: &[HEROKU_PNPM],
        app: PNPM,
        change: CHANGE,
    },
    Row {
        name: "Heroku nodejs, procfile",
        list: &[HEROKU_NPM, PROCFILE],
        app: &[PACKAGE, LOCK, ("Procfile", "web: node package.json\n")],
        change: CHANGE,
    },
    Row {
        name: "Heroku python",
        list: &[HEROKU_PYTHON],
        app: &[FLASK],
        change: CHANGE,
    },
    Row {
        name: "Heroku nodejs, python",
        list: &[HEROKU_NPM, HEROKU_PYTHON],
        app: &[FLASK, PACKAGE, LOCK],
        change: CHANGE,
    },
    Row {
        name: "Paketo pip-install",
        list: &[PIP_INSTALL],
        app: &[FLASK],
        change: CHANGE,
    },
    Row {
        name: "wheels of an unknown buildpack",
        list: &[UNKNOWN_PIP],
        app: &[FLASK],
        change: CHANGE,
    },
    Row {
        name: "Paketo poetry-install",
        list: &[POETRY_INSTALL],
        app: &[
            (
                "poetry.lock",
                "[[package]]\nname = \"flask\"\nversion = \"3.0.0\"\n",
            ),
            ("pyproject.toml", "[tool.poetry]\n"),
        ],
        change: CHANGE,
    },
    Row {
        name: "Paketo bundle-install",
        list: &[BUNDLE_INSTALL],
        app: &[GEMFILE],
        change: CHANGE,
    },
    Row {
        name: "Heroku ruby",
        list: &[HEROKU_RUBY],
        app: &[GEMFILE],
        change: CHANGE,
    },
    Row {
        name: "Paketo composer-install",
        list: &[COMPOSER_INSTALL],
        app: &[
            ("composer.lock", "{\"packages\":[]}"),
            ("composer.json", "{}"),
        ],
        change: CHANGE,
    },
    Row {
        name: "Paketo go-build",
        list: &[GO_BUILD],
        app: GO,
        change: ("main.go", "package main\n// more\n"),
    },
    Row {
        name: "programs of an unknown buildpack",
        list: &[UNKNOWN_GO],
        app: GO,
        change: CHANGE,
    },
    Row {
        name: "Paketo maven",
        list: &[MAVEN],
        app: &[
            ("pom.xml", "<project/>"),
            ("src/main/java/Shop.java", "class Shop {}\n"),
        ],
        change: CHANGE,
    },
];
