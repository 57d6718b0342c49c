//! Can the processes start at all?

use crate::audit::rules::prelude::*;
use crate::facts::app;
use crate::facts::process::{Command, script, source_of};

pub(in crate::audit::rules) static RULE: Rule = Rule {
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
            that does not exist; a Procfile with Windows line ends or without a web process; Laravel
            or Symfony without a Procfile, which then serves the repository's root instead of
            `public/`.
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
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence = Vec::new();
    for process in &facts.processes {
        evidence.extend(
            process
                .commands
                .iter()
                .filter(|command| command.path == "Procfile" || command.path == "package.json")
                .filter_map(|command| missing(facts, command)),
        );
    }
    if facts
        .sources
        .text("Procfile")
        .is_some_and(|text| text.contains("\r\n"))
    {
        evidence.push(
            Evidence::line(
                "Procfile",
                1,
                "The Procfile has Windows line ends: each \
            command gets a carriage return at its end.",
            )
            .level(Level::Warn)
            .help(
                "sed -i \
                's/\\r$//' Procfile",
            ),
        );
    }
    let bare = facts
        .sources
        .text("Procfile")
        .unwrap_or_default()
        .lines()
        .zip(1..)
        .find(|(line, _)| app::lacks_colon(line));
    if let Some((line, number)) = bare {
        let (name, command) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        evidence.push(
            Evidence::line(
                "Procfile",
                number,
                format!(
                    "`{name}` has no colon behind it: Cloud \
                Native builds refuse the Procfile, and the process may not be there."
                ),
            )
            .level(Level::Warn)
            .help(format!("{name}: {}", command.trim())),
        );
    }
    evidence.extend(php_root(facts));
    let applies = !facts.processes.is_empty();
    Outcome::when(applies, evidence)
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
    let words = command.words();
    let (program, rest) = words.split_first()?;
    let program = program.rsplit('/').next().unwrap_or(program);
    let first = rest.iter().find(|word| !word.starts_with('-'));
    let gone = match program {
        "node" | "nodejs" => {
            let file = first.filter(|file| file.contains('.') || file.contains('/'))?;
            let path = file.trim_start_matches("./");
            (is_plain(path) && !is_built(path) && source_of(&facts.sources, path).is_none())
                .then(|| format!("the file {file}"))
        }
        "npm" | "yarn" | "pnpm" => {
            let name = match rest {
                ["run", name, ..] => name,
                ["start", ..] => "start",
                _ => return None,
            };
            (facts.app.package_json.good().is_some()
                && script(facts.app, name).is_none()
                && !(name == "start" && facts.sources.has("server.js")))
            .then(|| format!("the script `{name}` of package.json"))
        }
        "python" | "python3" => {
            let file = first.filter(|file| {
                file.rsplit_once('.')
                    .is_some_and(|(_, ending)| ending == "py")
                    && !rest.contains(&"-m")
            })?;
            (is_plain(file) && !facts.sources.has(file.trim_start_matches("./")))
                .then(|| format!("the file {file}"))
        }
        "ruby" => {
            let file = first.filter(|file| {
                file.rsplit_once('.')
                    .is_some_and(|(_, ending)| ending == "rb")
            })?;
            (is_plain(file) && !facts.sources.has(file.trim_start_matches("./")))
                .then(|| format!("the file {file}"))
        }
        "java" => archive(facts, rest),
        "gunicorn" | "uvicorn" | "hypercorn" | "daphne" => module(facts, rest),
        "puma" | "unicorn" => {
            let at = rest
                .iter()
                .position(|word| *word == "-C" || *word == "-c")?;
            let file = rest.get(at + 1)?;
            (is_plain(file) && !facts.sources.has(file.trim_start_matches("./")))
                .then(|| format!("the file {file}"))
        }
        _ => None,
    }?;
    Some(
        Evidence::line(
            &command.path,
            command.line,
            format!("`{}` needs {gone}, which does not exist.", command.text),
        )
        .help("Correct the line, or commit what it names."),
    )
}

fn is_plain(path: &str) -> bool {
    !path.contains(['$', '*', '~', '{', '(']) && !path.starts_with('/')
}

fn is_built(path: &str) -> bool {
    BUILT
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

/// `package.module:app` must be a file of the app, or a package that is installed.
fn module(facts: &Facts<'_>, words: &[&str]) -> Option<String> {
    // A dotted first operand is the module, with or without a callable behind it.
    let leading = words.first().filter(|word| {
        !word.starts_with('-')
            && word.contains('.')
            && word
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
            && word
                .rsplit_once('.')
                .is_none_or(|(_, ending)| ending != "py")
    });
    // `-c python:shop.gunicorn` and `-b localhost:8000` are no modules to run.
    let values = [
        "-b",
        "--bind",
        "-c",
        "--config",
        "-e",
        "--env",
        "-n",
        "--name",
        "--host",
        "--log-config",
    ];
    let after = std::iter::once(&"").chain(words);
    let operands = words
        .iter()
        .zip(after)
        .filter(|(_, before)| !values.contains(before))
        .map(|(word, _)| word);
    let target = leading.or_else(|| {
        operands.into_iter().find(|word| {
            !word.starts_with('-')
                && (word.contains(':') || matches!(word.rsplit('.').next(), Some("wsgi" | "asgi")))
                && !word.contains(['/', '$', '=', '('])
                && !word.starts_with("0.0.0.0")
                && !word.starts_with("unix")
        })
    })?;
    let module = target.split(':').next().unwrap_or(target);
    if module.is_empty()
        || !module
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
        || module.chars().next()?.is_ascii_digit()
    {
        return None;
    }
    let path = module.replace('.', "/");
    let top = module.split('.').next().unwrap_or(module);
    // With another folder as the place to start from, the path is not known.
    if words.iter().any(|word| {
        word.starts_with("--chdir")
            || word.starts_with("--pythonpath")
            || word.starts_with("--app-dir")
    }) {
        return None;
    }
    let roots = ["", "src/"];
    let exists = roots.iter().any(|root| {
        facts.sources.has(&format!("{root}{path}.py"))
            || facts.sources.has(&format!("{root}{path}/__init__.py"))
    });
    let ours = roots.iter().any(|root| {
        facts
            .sources
            .below(&format!("{root}{top}/"))
            .next()
            .is_some()
            || facts.sources.has(&format!("{root}{top}.py"))
    });
    let installed = facts.packages.has(Ecosystem::Pypi, &top.replace('_', "-"));
    (!exists && (ours || !installed && facts.speaks(Language::Python)))
        .then(|| format!("the module {module}"))
}
