//! A command of a process names a program, a script, a module or an archive that is not there.

use crate::rules::prelude::*;
use slugsmith_ecosystems::{go, java, python, ruby};
use slugsmith_facts::command::{Missing, Need};
use slugsmith_facts::process::{Command, shell_lines, source_of};

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

pub(super) fn missing(facts: &Facts<'_>, command: &Command) -> Option<Evidence> {
    let needs = |what: String, fix: String| {
        let message = format!("`{}` needs {what}", command.text);
        Some(Evidence::line(&command.path, command.line, message).help(fix))
    };
    if let Some(package) = not_required(facts, command) {
        let what = format!("the package {package}, which requirements.txt does not ask for.");
        return needs(what, format!("Add {package} to requirements.txt."));
    }
    if let Some(gem) = not_bundled(facts, command) {
        let what = format!("the gem {gem}, which Gemfile.lock does not have.");
        let fix = format!("bundle add {gem}, or start a server that the bundle has.");
        return needs(what, fix);
    }
    if let Some((name, package)) = super::brought::lacking(facts, command) {
        let what = format!("the command {name}, which is of {package}: the app has neither.");
        return needs(what, format!("Add {package}, or start what the app has."));
    }
    // A build may make a Makefile that is not committed.
    let is_here = |one: &&Missing| one.kind == "script" || facts.sources.has(&one.file);
    let needed = match command.missing.as_ref().filter(is_here) {
        Some(one) => format!("the {} `{}` of {}", one.kind, one.name, one.file),
        None if command.program() == "java" => {
            if names_nothing(&command.words()) {
                let what =
                    "a jar or a class: `java` alone prints how it is used, and ends.".to_owned();
                return needs(what, "web: java $JAVA_OPTS -jar target/NAME.jar".to_owned());
            }
            archive(facts, command)?
        }
        None if binary_of_go(facts, command).is_some() => binary_of_go(facts, command)?,
        None => command
            .needs()
            .iter()
            .find_map(|need| lacking(facts, command, need))?,
    };
    let fix = "Correct the line, or commit what it names.".to_owned();
    needs(format!("{needed}, which does not exist."), fix)
}

/// Whether `java` gets options alone. What other variables than the buildpack's hold is not known.
fn names_nothing(words: &[&str]) -> bool {
    const OF_BUILDPACK: &[&str] = &["$JAVA_OPTS", "${JAVA_OPTS}", "$JAVA_TOOL_OPTIONS"];
    words.len() > 1
        && words.iter().skip(1).all(|word| {
            let is_option =
                word.starts_with("-D") || word.starts_with("-X") || word.starts_with("-ea");
            is_option || OF_BUILDPACK.contains(&word.trim_matches('"'))
        })
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
    let lines = python::requirements::lines(text);
    let whole = lines
        .iter()
        .all(|line| line.text.contains("==") && !line.is_option());
    let other = [Ecosystem::Npm, Ecosystem::Gem]
        .iter()
        .any(|other| packages.manifest(*other).is_some());
    let missing = whole && lines.len() >= 5 && !packages.has(Ecosystem::Pypi, package);
    (missing && !other).then_some(package)
}

/// A program that only its gem brings, which the lockfile does not list.
fn not_bundled(facts: &Facts<'_>, command: &Command) -> Option<&'static str> {
    let program = command.words.first()?;
    let gem = ruby::gem_of_program(program)?;
    let locked = |name: &str| {
        let key = (Ecosystem::Gem, name.to_owned());
        facts.packages.locked.contains_key(&key)
    };
    let by_bundler = command.wrappers.iter().any(|one| one == "bundle");
    // A lockfile that could not be read lists nothing.
    let is_read = facts
        .packages
        .locked
        .keys()
        .any(|(ecosystem, _)| *ecosystem == Ecosystem::Gem);
    (by_bundler && is_read && !locked(gem)).then_some(gem)
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
        Need::Preload(path) | Need::Import(path) if path.starts_with('.') => {
            let inside = command.in_app(path)?;
            (
                path,
                is_built(facts, &inside) || source_of(sources, &inside).is_some(),
            )
        }
        _ => return None,
    };
    let found = found
        || command
            .in_app(path)
            .is_some_and(|inside| is_moved(facts, &inside));
    (is_plain(path) && !found).then(|| format!("the file {path}"))
}

/// Whether a script of the app moves or copies a folder that has the file to where it is asked for
/// (`mv src/backend/* .`).
fn is_moved(facts: &Facts<'_>, path: &str) -> bool {
    let is_script = |file: &str| file.starts_with("bin/") || file.ends_with(".sh");
    let mut scripts = facts
        .sources
        .texts
        .iter()
        .filter(|(file, _)| is_script(file));
    scripts.any(|(file, text)| {
        let commands = shell_lines(file, text);
        let mut moves = commands
            .iter()
            .filter(|one| matches!(one.program(), "mv" | "cp" | "rsync"));
        moves.any(|one| {
            one.words().iter().any(|word| {
                let folder = word
                    .trim_start_matches("./")
                    .trim_end_matches(['*', '.', '/']);
                !folder.is_empty() && facts.sources.has(&format!("{folder}/{path}"))
            })
        })
    })
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
        || sources.has(go::PRE_COMPILE)
        || sources.has(go::POST_COMPILE)
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

/// `-jar target/NAME.jar` must be what Maven builds of the pom.xml beside that folder, `-jar build/libs/NAME.jar` what
/// Gradle does.
fn archive(facts: &Facts<'_>, command: &Command) -> Option<String> {
    let words = command.words();
    let at = words.iter().position(|word| *word == "-jar")?;
    // Options may stand behind it: the first other word is the archive (the `java` command's reference).
    let path = words
        .iter()
        .skip(at + 1)
        .find(|word| !word.starts_with(['-', '$', '"']))?;
    let path = command.in_app(path).filter(|path| is_plain(path))?;
    let (folder, file) = path.rsplit_once('/')?;
    let (name, ending) = file.rsplit_once('.')?;
    let read = |path: String| facts.sources.text(&path);
    let (tool, project, built) = if let Some(project) = folder.strip_suffix("target") {
        let pom = read(format!("{project}{}", java::POM))?;
        ("Maven", project, java::archive::maven(pom)?)
    } else {
        let project = folder
            .strip_suffix("build/libs")
            .filter(|it| it.is_empty())?;
        let of = |names: &[&str]| names.iter().find_map(|name| read((*name).to_owned()));
        let settings = of(java::GRADLE_SETTINGS)?;
        let script = of(&[java::BUILD_GRADLE, java::BUILD_GRADLE_KTS])?;
        let properties = of(&[java::GRADLE_PROPERTIES]);
        (
            "Gradle",
            project,
            java::archive::gradle(settings, script, properties)?,
        )
    };
    // Plugins add to the name: `-exec`, `-all`, `-jar-with-dependencies`.
    let is_other = matches!(ending, "jar" | "war")
        && (project.is_empty() || project.ends_with('/'))
        && !name.starts_with(&built)
        && !facts.sources.has(&path);
    is_other.then(|| format!("{path} ({tool} builds {folder}/{built}.{ending})"))
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
        python::modules::files(&format!("{root}{path}")).iter().any(|file| has(file))
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
