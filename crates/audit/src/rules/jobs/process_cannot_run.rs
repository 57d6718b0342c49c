//! Can the processes start at all?

mod env_file;
mod procfile;

use crate::rules::prelude::*;
use slugsmith_facts::command::Need;
use slugsmith_facts::process::{Command, Runs, source_of};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "process-cannot-run",
    code: "SF708",
    title: "A process type names something that is not there",
    level: Level::Error,
    group: Group::Jobs,
    ecosystems: &["all"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A Procfile line that runs a file, npm script, Python module or configuration of the app
            that does not exist; a Procfile with Windows line ends, in UTF-16 or behind a byte order
            mark, with lines in quotes, or without a web process; Laravel
            or Symfony without a Procfile, which then serves the repository's root instead of
            `public/`.
            `bin/NAME` of a Go app that is none of its main packages.
            A file of variables without which the process ends and that the repository does not
            have: `process.loadEnvFile()`, `node --env-file`, `godotenv.Load` with `log.Fatal`,
            phpdotenv's `load()`, `Dotenv.load!`.
            A Python app with a web framework and without a Procfile (a warning): its buildpack
            starts nothing by itself.
        "},
        why: indoc! {"
            The build succeeds, and the dyno crashes at start (H10, R10) or answers with a directory
            listing.
        "},
        fix: indoc! {"
            Name what exists:
            ```
            web: node src/server.js
            web: gunicorn shop.wsgi
            web: heroku-php-apache2 public/
            ```
        "},
        silent: indoc! {"
            Files that a build makes (`dist/`, `build/`, `bin/` of Go, jars); commands of installed
            packages; `Procfile.dev` and `Procfile.windows`; a `start` script or a framework default
            in place of a Procfile.
            Outputs that the build's commands, tsconfig.json or a bundler name, and paths that
            git ignores.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence = Vec::new();
    let told = |process: &&Runs| facts.starts_told.contains(&process.name);
    for process in facts.processes.iter().filter(|process| !told(process)) {
        evidence.extend(
            process
                .commands
                .iter()
                .filter(|command| {
                    command.path == "Procfile" || command.path.ends_with("package.json")
                })
                .filter(|command| !command.conditional && !command.prepared)
                .filter_map(|command| missing(facts, command)),
        );
    }
    evidence.extend(procfile::check(facts));
    evidence.extend(php_root(facts));
    evidence.extend(waits_forever(facts));
    evidence.extend(env_file::check(facts));
    evidence.extend(no_process(facts));
    let applies = !facts.processes.is_empty();
    Outcome::when(applies, evidence)
}

/// A Python app that says nowhere what to start: its buildpack has no default
/// (heroku-buildpack-python, `bin/release`). The web process may be of another tool's making.
fn no_process(facts: &Facts<'_>) -> Option<Evidence> {
    const FRAMEWORKS: &[&str] = &[
        "flask",
        "fastapi",
        "django",
        "starlette",
        "aiohttp",
        "tornado",
        "bottle",
        "sanic",
        "falcon",
        "quart",
        "litestar",
    ];
    let sources = &facts.sources;
    let elsewhere = [
        "Procfile",
        "heroku.yml",
        "Dockerfile",
        "project.toml",
        "app.yaml",
        "fly.toml",
        "render.yaml",
        "railway.json",
        "vercel.json",
    ];
    let manifest = facts.packages.manifest(Ecosystem::Pypi)?;
    let others = [
        Ecosystem::Gem,
        Ecosystem::Npm,
        Ecosystem::Composer,
        Ecosystem::Maven,
        Ecosystem::Go,
    ];
    if !facts.processes.is_empty()
        || elsewhere.iter().any(|name| sources.has(name))
        || others
            .iter()
            .any(|other| facts.packages.manifest(*other).is_some())
        || !facts.buildpacks().iter().all(|one| one.contains("python"))
    {
        return None;
    }
    let framework = facts.packages.wants_any(Ecosystem::Pypi, FRAMEWORKS)?;
    // A library asks for a framework as well, but has no file that starts one.
    let starts = [
        "app.py",
        "main.py",
        "wsgi.py",
        "asgi.py",
        "manage.py",
        "server.py",
        "run.py",
    ];
    starts.iter().find(|name| sources.has(name))?;
    let message = format!(
        "{} is here, and no Procfile: the Python buildpack has no default process, so nothing serves.",
        framework.name
    );
    let server = match framework.name.as_str() {
        "fastapi" | "starlette" | "litestar" | "quart" => {
            "web: uvicorn MODULE:app --host 0.0.0.0 --port $PORT"
        }
        "django" => "web: gunicorn PROJECT.wsgi",
        "aiohttp" | "tornado" | "sanic" => "web: python MODULE.py",
        _ => "web: gunicorn MODULE:app",
    };
    Some(
        Evidence::line(manifest, 0, message)
            .level(Level::Warn)
            .help(format!("Procfile: {server}")),
    )
}

/// `bin/start-nginx` of the nginx buildpack starts nginx when the app has made a file
/// (heroku-buildpack-nginx, README, "Requirements").
fn waits_forever(facts: &Facts<'_>) -> Option<Evidence> {
    const SIGN: &str = "app-initialized";
    let commands = facts.processes.iter().flat_map(|one| &one.commands);
    let command = commands.into_iter().find(|command| {
        let names = command.wrappers.iter();
        names
            .map(|name| name.rsplit('/').next().unwrap_or(name))
            .any(|name| matches!(name, "start-nginx" | "start-nginx-debug"))
    })?;
    // A start program of the app's own may wait for something else.
    let own = facts.sources.text("bin/start-nginx");
    if own.is_some_and(|text| !text.contains(SIGN)) {
        return None;
    }
    let names =
        |value: &Expr| value.any(|part| part.text().is_some_and(|text| text.contains(SIGN)));
    let in_code = facts.sources.files.iter().any(|code| {
        let mut arguments = code.calls.iter().flat_map(|call| &call.arguments);
        arguments.any(|argument| names(&argument.value))
            || code.assignments.iter().any(|one| names(&one.value))
    });
    let in_text = facts
        .sources
        .texts
        .iter()
        .any(|(path, text)| path != "bin/start-nginx" && text.contains(SIGN));
    if in_code || in_text {
        return None;
    }
    let message = "`bin/start-nginx` waits for the file /tmp/app-initialized, which nothing in the app makes: nginx \
                   never listens, and the dyno ends with R10.";
    Some(Evidence::line(&command.path, command.line, message).help(
        "Make /tmp/app-initialized when the server listens on /tmp/nginx.socket, \
                   or start bin/start-nginx-solo.",
    ))
}

fn php_root(facts: &Facts<'_>) -> Option<Evidence> {
    let framework = facts.packages.wants_any(
        Ecosystem::Composer,
        &["laravel/framework", "symfony/framework-bundle"],
    )?;
    let public = facts.sources.has("public/index.php");
    if !public {
        return None;
    }
    let web = facts.app.process("web");
    match web {
        None => Some(
            Evidence::line(
                "composer.json",
                framework.line,
                format!(
                    "{} needs public/ as its \
                document root, but without a web line in the Procfile the repository's root is \
                served.",
                    framework.name
                ),
            )
            .help("Procfile: web: heroku-php-apache2 public/"),
        ),
        Some(web)
            if web.command.starts_with("heroku-php-")
                || web.command.contains("vendor/bin/heroku-php-") =>
        {
            let last = web.command.split_whitespace().last().unwrap_or_default();
            (!last.contains("public") && !last.contains('/') || last.contains("vendor/bin")).then(
                || {
                    Evidence::line(
                        "Procfile",
                        web.line,
                        "The repository's root is served instead of \
                    public/: every file of the app can be read.",
                    )
                    .help(format!("web: {} public/", web.command))
                },
            )
        }
        Some(_) => None,
    }
}

/// Folders that a build fills.
const BUILT: &[&str] = &[
    "dist/",
    "build/",
    "out/",
    "lib/",
    "target/",
    "bin/",
    ".next/",
    ".output/",
    "node_modules/",
    "vendor/",
    "tmp/",
    "release/",
    "app/",
    "cmd/",
    "generated/",
    ".bin/",
];

fn missing(facts: &Facts<'_>, command: &Command) -> Option<Evidence> {
    if let Some(package) = not_required(facts, command) {
        let message = format!(
            "`{}` needs the package {package}, which requirements.txt does not ask for.",
            command.text
        );
        let fix = format!("Add {package} to requirements.txt.");
        return Some(Evidence::line(&command.path, command.line, message).help(fix));
    }
    let needed = match &command.missing_script {
        Some((name, manifest)) => format!("the script `{name}` of {manifest}"),
        None if command.program() == "java" => archive(facts, &command.words())?,
        None if binary_of_go(facts, command).is_some() => binary_of_go(facts, command)?,
        None => command
            .needs()
            .iter()
            .find_map(|need| lacking(facts, command, need))?,
    };
    let message = format!("`{}` needs {needed}, which does not exist.", command.text);
    let fix = "Correct the line, or commit what it names.";
    Some(Evidence::line(&command.path, command.line, message).help(fix))
}

/// A program of a Python package that requirements.txt does not ask for. Only a whole list tells,
/// as `pip freeze` writes it: other packages may bring the program along.
fn not_required(facts: &Facts<'_>, command: &Command) -> Option<&'static str> {
    const PACKAGES: &[(&str, &str)] = &[
        ("gunicorn", "gunicorn"),
        ("uvicorn", "uvicorn"),
        ("daphne", "daphne"),
        ("hypercorn", "hypercorn"),
        ("waitress-serve", "waitress"),
        ("celery", "celery"),
        ("streamlit", "streamlit"),
    ];
    let program = command.program();
    let (_, package) = PACKAGES.iter().find(|(name, _)| *name == program)?;
    let packages = &facts.packages;
    let path = packages.manifest(Ecosystem::Pypi)?;
    let text = facts
        .sources
        .text(path)
        .filter(|_| path.ends_with(".txt"))?;
    let whole = text.lines().map(str::trim).all(|line| {
        line.is_empty() || line.starts_with('#') || line.contains("==") && !line.starts_with('-')
    });
    let other = [Ecosystem::Npm, Ecosystem::Gem]
        .iter()
        .any(|other| packages.manifest(*other).is_some());
    let missing = whole && text.lines().count() >= 5 && !packages.has(Ecosystem::Pypi, package);
    (missing && !other).then_some(package)
}

/// What a command needs and the app does not have.
fn lacking(facts: &Facts<'_>, command: &Command, need: &Need) -> Option<String> {
    let sources = &facts.sources;
    let (path, found) = match need {
        Need::Script {
            path,
            language: "Node",
        } => {
            let named = path.contains('.') || path.contains('/');
            let inside = command.in_app(path).filter(|_| named)?;
            (
                path,
                is_built(facts, &inside) || source_of(sources, &inside).is_some(),
            )
        }
        Need::Script { path, language } => {
            let ending = match *language {
                "Python" => ".py",
                "Ruby" => ".rb",
                _ => return None,
            };
            let inside = command.in_app(path).filter(|_| path.ends_with(ending))?;
            (path, sources.has(&inside))
        }
        Need::File(path) => {
            let inside = command.in_app(path)?;
            (path, is_built(facts, &inside) || sources.has(&inside))
        }
        Need::Module(module) => return lacks_module(facts, command, module),
        Need::Preload(path) if path.starts_with('.') => {
            let inside = command.in_app(path)?;
            (
                path,
                is_built(facts, &inside) || source_of(sources, &inside).is_some(),
            )
        }
        Need::Preload(_) | Need::PackageScript(_) => return None,
    };
    (is_plain(path) && !found).then(|| format!("the file {path}"))
}

/// `bin/NAME` of an app in Go must be one of its main packages, unless something else of the
/// app may make it.
fn binary_of_go(facts: &Facts<'_>, command: &Command) -> Option<String> {
    let path = command.words.first()?.trim_start_matches("./");
    let name = path
        .strip_prefix("bin/")
        .filter(|name| !name.contains('/') && is_plain(name))?;
    let sources = &facts.sources;
    let programs = &sources.go_programs;
    let other = programs.is_empty()
        || programs.iter().any(|program| program == name)
        || sources.has(path)
        || sources.has("Makefile")
        || facts.packages.manifests.len() > 1
        || sources.texts.iter().any(|(file, text)| {
            !file.starts_with("Procfile") && text.contains(&format!("bin/{name}"))
        })
        || facts.declared("GO_INSTALL_PACKAGE_SPEC") != Declared::No;
    let made: Vec<_> = programs
        .iter()
        .map(|program| format!("bin/{program}"))
        .collect();
    (!other).then(|| format!("the program {path} (the build makes {})", made.join(", ")))
}

fn is_plain(path: &str) -> bool {
    !path.contains(['$', '*', '~', '{', '(']) && !path.starts_with('/')
}

fn is_built(facts: &Facts<'_>, path: &str) -> bool {
    facts.sources.outputs.makes(path)
        || BUILT
            .iter()
            .any(|folder| path.starts_with(folder) || path.contains(&format!("/{folder}")))
}

/// `-jar target/NAME.jar` must be what Maven builds from a pom.xml of one module.
fn archive(facts: &Facts<'_>, words: &[&str]) -> Option<String> {
    let at = words.iter().position(|word| *word == "-jar")?;
    let name = words
        .get(at + 1)?
        .strip_prefix("target/")?
        .strip_suffix(".jar")?;
    let pom = facts
        .sources
        .text("pom.xml")
        .filter(|pom| !pom.contains("<modules>"))?;
    // The project's own tags: those of the parent and of dependencies stand in blocks.
    let mut own = pom.to_owned();
    for block in [
        "parent",
        "dependencies",
        "dependencyManagement",
        "plugins",
        "profiles",
        "properties",
    ] {
        while let Some((before, rest)) = own.split_once(&format!("<{block}>")) {
            let after = rest
                .split_once(&format!("</{block}>"))
                .map_or("", |(_, after)| after);
            own = format!("{before}{after}");
        }
    }
    let tag = |tag: &str| {
        Some(
            own.split_once(&format!("<{tag}>"))?
                .1
                .split_once('<')?
                .0
                .trim()
                .to_owned(),
        )
    };
    let built = match tag("finalName") {
        Some(name) => name,
        None => format!("{}-{}", tag("artifactId")?, tag("version")?),
    };
    let known = is_plain(name)
        && !built.contains("${")
        && !name.contains("-jar-with-dependencies")
        && !name.ends_with("-exec")
        && !pom.contains("<classifier>")
        && !pom.contains("<shadedArtifactAttached>")
        && !pom.contains("dependency:copy")
        && !pom.contains("<goal>copy</goal>");
    (known && name != built).then(|| format!("target/{name}.jar (Maven builds target/{built}.jar)"))
}

/// A module must be a file of the app, or of a package that is installed.
fn lacks_module(facts: &Facts<'_>, command: &Command, module: &str) -> Option<String> {
    // With another folder as the place to start from, the path is not known.
    let moves = ["--chdir", "--pythonpath", "--app-dir", "--workdir"];
    let moved = command
        .words
        .iter()
        .any(|word| moves.iter().any(|option| word.starts_with(option)));
    let folder = command.folder.as_deref().filter(|_| !moved)?;
    if command
        .environment
        .iter()
        .any(|(name, _)| name == "PYTHONPATH")
    {
        return None;
    }
    // `celery -A app.celery` also means the object `celery` of the module `app`.
    let object = (command.program() == "celery")
        .then(|| module.rsplit_once('.'))
        .flatten();
    if let Some((holder, _)) = object
        && lacks_module(facts, command, holder).is_none()
    {
        return None;
    }
    let path = module.replace('.', "/");
    let top = module.split('.').next().unwrap_or(module);
    let base = if folder.is_empty() {
        String::new()
    } else {
        format!("{folder}/")
    };
    let roots = [base.clone(), format!("{base}src/")];
    let has = |path: &str| facts.sources.has(path);
    let below = |folder: &str| facts.sources.below(folder).next().is_some();
    let exists = roots.iter().any(|root| {
        has(&format!("{root}{path}.py"))
            || has(&format!("{root}{path}/__init__.py"))
            // A folder without that file is a package as well.
            || command.program() == "celery" && below(&format!("{root}{path}/"))
    });
    let ours = roots
        .iter()
        .any(|root| below(&format!("{root}{top}/")) || has(&format!("{root}{top}.py")));
    let installed = facts.packages.has(Ecosystem::Pypi, &top.replace('_', "-"));
    // `python -m http.server` is of Python itself.
    let serves = !command.program().starts_with("python") && command.program() != "celery";
    (!exists && (ours || serves && !installed && facts.speaks(Language::Python)))
        .then(|| format!("the module {module}"))
}
