//! Does a process load a package that is pruned?

use std::collections::BTreeSet;

use crate::migrations;
use crate::rules::prelude::*;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::code::ScopeKind;
use slugsmith_facts::process;
use slugsmith_facts::sources::reach;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "development-dependency-at-runtime",
    code: "SF406",
    title: "A process loads a package that only development installs",
    level: Level::Error,
    group: Group::Dependencies,
    ecosystems: &["node", "ruby", "python"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {r#"
            A `require` or `import` in code that a process reaches, of a package that package.json
            only has under `devDependencies` (and the lockfile marks as such); a start command that
            runs such a tool (`nodemon`, `ts-node`, `dotenv`). Code of a Rails or Rack app that
            requires or names a gem of the groups development and test only (`Faker::Name`,
            `require "pry"`). A Python import of a package that only a development group has (uv,
            poetry, Pipfile, requirements-dev.txt).
        "#},
        why: indoc! {r#"
            Builds leave development dependencies out or prune them (`npm prune`,
            `BUNDLE_WITHOUT=development:test`, `uv sync --no-default-groups`): the process crashes
            at start, or later, when the code first gets there ("Cannot find module", `LoadError`,
            `ModuleNotFoundError`).
        "#},
        fix: indoc! {"
            Move what a process loads to the dependencies of production:
            ```
            npm install --save-prod axios
            bundle add faker                     # outside of group :development
            uv add httpx && uv remove --dev httpx
            ```
        "},
        silent: indoc! {"
            Build scripts, tests, tasks and seeds; inside try/catch, `defined?`, a branch for
            development or for watching files; type-only imports; a package that another production
            dependency brings along; `NPM_CONFIG_PRODUCTION=false`, skipped pruning, or another
            `BUNDLE_WITHOUT`.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let found: Vec<_> = [node(facts), gems(facts), python(facts)]
        .into_iter()
        .flatten()
        .collect();
    Outcome::when(!found.is_empty(), found.into_iter().flatten().collect())
}

/// `None`: there is nothing of Node in a process.
fn node(facts: &Facts<'_>) -> Option<Vec<Evidence>> {
    if facts.app.package_json.good().is_none() || !process::runs_node(facts.app, &facts.sources) {
        return None;
    }
    let kept = [
        ("NPM_CONFIG_PRODUCTION", "false"),
        ("YARN_PRODUCTION", "false"),
        ("PNPM_SKIP_PRUNING", "true"),
        ("YARN2_SKIP_PRUNING", "true"),
        ("NODE_ENV", "development"),
    ]
    .iter()
    .any(|(name, value)| facts.declared(name) == Declared::Value((*value).to_owned()));
    if kept || is_bundled(facts) {
        return Some(Vec::new());
    }
    let development: Vec<_> = facts
        .packages
        .wanted
        .iter()
        .filter(|package| package.ecosystem == Ecosystem::Npm && package.dev)
        .map(|package| package.name.as_str())
        .collect();
    let mut evidence: Vec<Evidence> = Vec::new();
    let (built_with, on_demand) = (build_files(facts), loaded_on_demand(facts));
    let loaded = |code: &&Code| {
        is_of_root(facts, &code.path)
            && !built_with.contains(&code.path)
            && !on_demand.contains(code.path.as_str())
    };
    for code in facts.code(Language::JavaScript).filter(loaded) {
        for import in &code.imports {
            let name = package_of(&import.module);
            let only_development = development.contains(&name) && is_pruned(facts, name);
            let told = evidence
                .iter()
                .any(|other| other.message.contains(&format!("`{name}`")));
            if only_development
                && !told
                && !is_guarded(code, import.scope)
                && !loads_types_only(code, name)
            {
                evidence.push(missing(&code.path, import.line, name));
            }
        }
    }
    for process in &facts.processes {
        evidence.extend(
            process
                .commands
                .iter()
                .filter_map(|command| tool(facts, &development, command)),
        );
    }
    Some(evidence)
}

/// Files that the scripts of the build start and no process does: dev dependencies are still
/// there when they run.
fn build_files(facts: &Facts<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for name in [
        "build",
        "prebuild",
        "postbuild",
        "heroku-prebuild",
        "heroku-postbuild",
        "postinstall",
        "prepare",
    ] {
        let Some(text) = process::script(facts.app, name) else {
            continue;
        };
        let start = process::Command::written(text, "package.json", 0);
        for command in process::follow(facts.app, &start) {
            let paths = command.words.iter().filter_map(|word| command.in_app(word));
            let files = paths.filter_map(|path| process::source_of(&facts.sources, &path));
            found.extend(files);
        }
    }
    found.retain(|path| {
        !facts
            .processes
            .iter()
            .any(|process| process.mentions(&[path.as_str()]))
    });
    found
}

/// Whether production has no copy of the npm package at the top of `node_modules`.
fn is_pruned(facts: &Facts<'_>, name: &str) -> bool {
    let key = (Ecosystem::Npm, name.to_owned());
    let by_lock = facts
        .packages
        .locked
        .get(&key)
        .is_none_or(|locked| locked.dev || !marks_development(facts));
    facts.packages.wants(Ecosystem::Npm, name).is_none()
        && by_lock
        && !facts.packages.needed.contains(&key)
}

/// Inside try, or only in development, or where somebody asked to watch files.
fn is_guarded(code: &Code, scope: usize) -> bool {
    let watches = |condition: &str| {
        ["watch", "reload"]
            .iter()
            .any(|word| condition.to_ascii_lowercase().contains(word))
    };
    branch(code, scope) == Branch::Development
        || code.around(scope).any(|scope| match &scope.kind {
            ScopeKind::Try => true,
            ScopeKind::Branch { condition, holds } => *holds && watches(condition),
            _ => false,
        })
}

/// Files that others load behind such a check only (`if (watch) require("./reload")`).
fn loaded_on_demand<'a>(facts: &'a Facts<'_>) -> BTreeSet<&'a str> {
    let (mut guarded, mut always) = (BTreeSet::new(), BTreeSet::new());
    for code in facts.code(Language::JavaScript) {
        for import in &code.imports {
            if let Some(loaded) = reach::resolve(&facts.sources, &code.path, &import.module) {
                let set = if is_guarded(code, import.scope) {
                    &mut guarded
                } else {
                    &mut always
                };
                set.insert(loaded.path.as_str());
            }
        }
    }
    guarded.difference(&always).copied().collect()
}

/// Packages that only development has, and that no other locked package needs.
fn only_development<'a>(facts: &'a Facts<'_>, ecosystem: Ecosystem) -> Vec<&'a str> {
    facts
        .packages
        .wanted
        .iter()
        .filter(|package| package.ecosystem == ecosystem && package.dev)
        .map(|package| package.name.as_str())
        .filter(|name| {
            facts.packages.wants(ecosystem, name).is_none()
                && !facts
                    .packages
                    .needed
                    .contains(&(ecosystem, (*name).to_owned()))
        })
        .collect()
}

/// Gems of development that code of production requires or names.
fn gems(facts: &Facts<'_>) -> Option<Vec<Evidence>> {
    facts.packages.manifest(Ecosystem::Gem)?;
    let other_groups = ["BUNDLE_WITHOUT", "BUNDLE_WITH"]
        .iter()
        .any(|name| facts.app_json(&["env", name]).is_some());
    if other_groups {
        return Some(Vec::new());
    }
    let development = only_development(facts, Ecosystem::Gem);
    let mut evidence: Vec<Evidence> = Vec::new();
    for code in facts
        .code(Language::Ruby)
        .filter(|code| !guards::is_maintenance(facts, &code.path))
    {
        let required = code.imports.iter().map(|import| {
            (
                import
                    .module
                    .split('/')
                    .next()
                    .unwrap_or(&import.module)
                    .to_owned(),
                import.line,
                import.scope,
            )
        });
        let named = code
            .calls
            .iter()
            .map(|call| (gem_of(&call.callee), call.line, call.scope));
        for (name, line, scope) in required.chain(named) {
            let Some(gem) = development
                .iter()
                .find(|gem| gem.replace('-', "_") == name || **gem == name)
            else {
                continue;
            };
            // `Rswag` is also of `rswag-api`, which production has.
            let family = format!("{gem}-");
            let sibling = facts.packages.wanted.iter().any(|package| {
                package.ecosystem == Ecosystem::Gem
                    && !package.dev
                    && package.name.starts_with(&family)
            });
            // `config/spring.rb` is only loaded by the gem itself.
            let its_own = code
                .path
                .rsplit('/')
                .next()
                .and_then(|name| name.strip_suffix(".rb"))
                == Some(name.as_str());
            let checked = sibling
                || its_own
                || branch(code, scope) != Branch::Always
                || code
                    .around(scope)
                    .any(|scope| matches!(scope.kind, ScopeKind::Try));
            let told = evidence
                .iter()
                .any(|other| other.message.contains(&format!("`{gem}`")));
            if !checked && !told && !mentions_check(code, line) {
                evidence.push(
                    Evidence::line(
                        &code.path,
                        line,
                        format!(
                            "`{gem}` is used here, but the \
                        Gemfile only has it for development and test: it is not installed on the \
                        platform, and this line fails."
                        ),
                    )
                    .help(format!(
                        "Move `gem \"{gem}\"` out of the group, then: bundle install"
                    )),
                );
            }
        }
    }
    Some(evidence)
}

/// `Faker::Name.name` is of the gem `faker`, `LetterOpenerWeb::Engine` of `letter_opener_web`.
fn gem_of(callee: &str) -> String {
    let first = callee.split('.').next().unwrap_or(callee);
    if matches!(callee, "binding.pry" | "byebug" | "debugger") {
        return callee.rsplit('.').next().unwrap_or(callee).to_owned();
    }
    let mut name = String::new();
    for character in first.chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    if first.starts_with(|first: char| first.is_ascii_uppercase()) {
        name
    } else {
        String::new()
    }
}

/// `defined?(Bullet)` on the same line asks first.
fn mentions_check(code: &Code, line: u32) -> bool {
    code.calls
        .iter()
        .any(|call| call.line == line && call.callee.starts_with("defined?"))
}

/// Python packages of development groups that code of production imports.
fn python(facts: &Facts<'_>) -> Option<Vec<Evidence>> {
    facts.packages.manifest(Ecosystem::Pypi)?;
    // What only tests are written with: a file that imports it is there for them.
    let for_tests = [
        "factory-boy",
        "pytest",
        "pytest-django",
        "model-bakery",
        "hypothesis",
    ];
    let development: Vec<_> = only_development(facts, Ecosystem::Pypi)
        .into_iter()
        .filter(|name| !for_tests.contains(name))
        .collect();
    let mut evidence: Vec<Evidence> = Vec::new();
    for code in facts
        .code(Language::Python)
        .filter(|code| !guards::is_maintenance(facts, &code.path))
    {
        for import in &code.imports {
            let top = import.module.split('.').next().unwrap_or_default();
            let Some(name) = development.iter().find(|name| is_module_of(top, name)) else {
                continue;
            };
            let checked = branch(code, import.scope) != Branch::Always
                || code
                    .around(import.scope)
                    .any(|scope| matches!(scope.kind, ScopeKind::Try));
            // The file asks elsewhere whether the package is there.
            let asked = code.imports.iter().any(|other| {
                other.module == import.module
                    && code
                        .around(other.scope)
                        .any(|scope| matches!(scope.kind, ScopeKind::Try))
            });
            let own = asked
                || facts.sources.has(&format!("{top}.py"))
                || facts.sources.below(&format!("{top}/")).next().is_some();
            let told = evidence
                .iter()
                .any(|other| other.message.contains(&format!("`{name}`")));
            if !checked && !own && !told {
                evidence.push(
                    Evidence::line(
                        &code.path,
                        import.line,
                        format!(
                            "`{name}` is imported here, \
                        but only a development group has it: it is not installed on the platform, \
                        and this line fails."
                        ),
                    )
                    .help(format!(
                        "uv add {name}   (or: poetry add {name}; requirements.txt)"
                    )),
                );
            }
        }
    }
    Some(evidence)
}

/// Whether a top-level module comes from the package; a few have another name.
fn is_module_of(module: &str, package: &str) -> bool {
    let known = match package {
        "django-debug-toolbar" => "debug_toolbar",
        "python-dotenv" => "dotenv",
        "pyyaml" => "yaml",
        "beautifulsoup4" => "bs4",
        "pillow" => "PIL",
        "factory-boy" => "factory",
        "python-dateutil" => "dateutil",
        "psycopg2-binary" => "psycopg2",
        "django-silk" => "silk",
        "scikit-learn" => "sklearn",
        _ => return module == package.replace('-', "_"),
    };
    module == known
}

/// Whether the root's package.json is the nearest one.
fn is_of_root(facts: &Facts<'_>, path: &str) -> bool {
    let mut folder = path;
    while let Some((parent, _)) = folder.rsplit_once('/') {
        if facts.sources.has(&format!("{parent}/package.json")) {
            return false;
        }
        folder = parent;
    }
    true
}

fn missing(path: &str, line: u32, name: &str) -> Evidence {
    Evidence::line(
        path,
        line,
        format!(
            "`{name}` is loaded at run time, but it is only a dev \
        dependency: it is pruned from the slug, and this line fails."
        ),
    )
    .help(format!("npm install --save-prod {name}"))
}

/// Bundlers put dev dependencies into the output: then imports say nothing.
fn is_bundled(facts: &Facts<'_>) -> bool {
    let bundlers = [
        "next",
        "nuxt",
        "@sveltejs/kit",
        "astro",
        "@remix-run/dev",
        "gatsby",
        "vite",
        "webpack",
        "esbuild",
        "rollup",
        "tsup",
        "@vercel/ncc",
        "parcel",
        "@nestjs/cli",
        "react-scripts",
        "@angular/cli",
    ];
    let built = ["build", "heroku-postbuild", "postinstall"]
        .iter()
        .any(|name| {
            process::script(facts.app, name).is_some_and(|text| {
                [
                    "webpack",
                    "esbuild",
                    "rollup",
                    "ncc ",
                    "tsup",
                    "next build",
                    "nuxt build",
                    "vite build",
                    "parcel",
                    "astro build",
                ]
                .iter()
                .any(|tool| text.contains(tool))
            })
        });
    // A bundle for browsers leaves the server as it is: only where the server's entry is built.
    let entry_is_built = facts.process("web").is_some_and(|web| {
        web.mentions(&["dist/", "build/", ".next", ".output", "next start", "nuxt"])
    });
    built
        && entry_is_built
        && facts
            .packages
            .wanted
            .iter()
            .any(|package| bundlers.contains(&package.name.as_str()))
}

fn marks_development(facts: &Facts<'_>) -> bool {
    facts.packages.locks_of(Ecosystem::Npm).any(|lock| {
        matches!(
            lock,
            ecosystems::javascript::PACKAGE_LOCK | ecosystems::javascript::SHRINKWRAP
        )
    })
}

fn package_of(module: &str) -> &str {
    let parts = if module.starts_with('@') { 2 } else { 1 };
    let end = module
        .match_indices('/')
        .nth(parts - 1)
        .map_or(module.len(), |(at, _)| at);
    &module[..end]
}

/// TypeScript drops imports of which only types are used; `express` of `@types` alone.
fn loads_types_only(code: &Code, name: &str) -> bool {
    let typescript = code
        .path
        .rsplit_once('.')
        .is_some_and(|(_, ending)| matches!(ending, "ts" | "tsx" | "mts" | "cts"));
    if !typescript {
        return false;
    }
    let names: Vec<_> = code
        .imports
        .iter()
        .filter(|import| package_of(&import.module) == name)
        .flat_map(|import| &import.names)
        .collect();
    let used = names.iter().any(|local| {
        code.calls.iter().any(|call| {
            call.callee
                .split('.')
                .next()
                .map(|first| first.trim_end_matches("()"))
                == Some(local.as_str())
        })
    });
    !names.is_empty() && !used
}

/// Programs of npm packages that have another name.
const PROGRAMS: &[(&str, &[&str])] = &[
    ("babel-node", &["@babel/node", "@babel/core"]),
    ("babel", &["@babel/cli", "@babel/core"]),
    ("ts-node", &["ts-node", "typescript"]),
    ("ts-node-esm", &["ts-node", "typescript"]),
    ("ts-node-script", &["ts-node", "typescript"]),
    ("ts-node-transpile-only", &["ts-node", "typescript"]),
    ("ts-node-dev", &["ts-node-dev", "typescript"]),
    ("tsnd", &["ts-node-dev", "typescript"]),
    ("tsc", &["typescript"]),
    ("sequelize", &["sequelize-cli"]),
    (
        "typeorm-ts-node-commonjs",
        &["typeorm", "ts-node", "typescript"],
    ),
    ("typeorm-ts-node-esm", &["typeorm", "ts-node", "typescript"]),
    ("dotenv", &["dotenv-cli"]),
    ("run-s", &["npm-run-all", "npm-run-all2"]),
    ("run-p", &["npm-run-all", "npm-run-all2"]),
    ("npm-run-all", &["npm-run-all", "npm-run-all2"]),
    ("cross-env-shell", &["cross-env"]),
    ("nest", &["@nestjs/cli"]),
    ("swc-node", &["@swc-node/cli"]),
    ("sucrase-node", &["sucrase"]),
    ("coffee", &["coffeescript", "coffee-script"]),
    ("mikro-orm", &["@mikro-orm/cli"]),
    ("webpack-dev-server", &["webpack-dev-server", "webpack"]),
    ("vue-cli-service", &["@vue/cli-service"]),
    ("esno", &["esno"]),
    ("gulp", &["gulp", "gulp-cli"]),
    ("grunt", &["grunt", "grunt-cli"]),
];

/// Tools of development that a command starts: its program, what wraps it, and the modules
/// that it loads first (`-r tsconfig-paths/register`). One finding for all of a command.
fn tool(facts: &Facts<'_>, development: &[&str], command: &process::Command) -> Option<Evidence> {
    if command.path.contains("package.json") && command.missing_script.is_some() {
        return None;
    }
    let mut packages: Vec<String> = Vec::new();
    let wrappers = command.wrappers.iter().map(String::as_str);
    for program in wrappers.chain([command.program()]) {
        match PROGRAMS.iter().find(|(name, _)| *name == program) {
            Some((_, known)) => packages.extend(known.iter().map(|name| (*name).to_owned())),
            None => packages.push(program.to_owned()),
        }
    }
    for need in command.needs() {
        if let process::Need::Preload(module) = need
            && !module.starts_with(['.', '/'])
        {
            packages.push(package_of(&module).to_owned());
            // These load the compiler that they are made for.
            if matches!(
                package_of(&module),
                "ts-node" | "tsx" | "@swc-node/register"
            ) {
                packages.push("typescript".to_owned());
            }
        }
    }
    packages.extend(migrations::pruned(facts, &command.text));
    let mut missing: Vec<String> = Vec::new();
    for package in packages {
        let only = development.contains(&package.as_str()) && is_pruned(facts, &package);
        if only && !missing.contains(&package) {
            missing.push(package);
        }
    }
    let (last, rest) = missing.split_last()?;
    let (names, verb) = match rest {
        [] => (format!("`{last}`"), "it is only a dev dependency: it is"),
        rest => {
            let rest: Vec<_> = rest.iter().map(|name| format!("`{name}`")).collect();
            let names = format!("{} and `{last}`", rest.join(", "));
            (names, "they are only dev dependencies: they are")
        }
    };
    let runs = if rest.is_empty() { "runs" } else { "run" };
    let message = format!(
        "{names} {runs} in a process, but {verb} pruned from the slug, and the process can't start."
    );
    let fix = format!("npm install --save-prod {}", missing.join(" "));
    Some(Evidence::line(&command.path, command.line, message).help(fix))
}
