//! Is the language's version pinned, once?

use crate::rules::prelude::*;
use crate::runtimes::{Wanted, is_open, manifest_path, title, wanted};
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::process::script;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "runtime-version-loose",
    code: "SF403",
    title: "The language's version is missing, open-ended, or said twice differently",
    level: Severity::Warn,
    group: Group::Dependencies,
    ecosystems: &["node", "python", "ruby", "java", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            No version where the buildpack looks for it (`engines.node`, `.python-version`, `ruby`
            in the Gemfile, `system.properties`, `php` in composer.json); a range without an upper
            bound (`>=18`, `*`); two files that disagree (`engines` and `.nvmrc`, `.python-version`
            and `runtime.txt`).
            `runtime.txt`, which is deprecated and an error in Cloud Native builds.
            The finding stands where the version is said, or in the manifest where it is missing.
            A front end beside Python, PHP or Go that a script of Node's buildpack bundles.
            A Ruby app that builds its assets with Node (Webpacker, jsbundling, Vite) and neither lists Node's buildpack
            nor says a version.
        "},
        why: indoc! {"
            The next deploy can run on another major version than the one that was tested, on the
            day it comes out, and native addons are built anew. Developers and dynos run different
            versions.
        "},
        fix: indoc! {r#"
            ```
            npm pkg set engines.node=24.x
            echo 3.14 > .python-version
            echo 'ruby "3.4.7"' >> Gemfile && bundle lock
            echo 'java.runtime.version=21' > system.properties
            composer require php:^8.4
            ```
        "#},
        silent: indoc! {"
            A lockfile pins the version (Ruby, whose buildpack does not take it from `.ruby-version`);
            `3.14` and `24.x`, the forms that Heroku recommends;
            Go, where go.mod always has one; a package.json that only holds tools beside another
            language; PHP, where a locked package asks for a range with an end.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let wishes = wanted(facts);
    let of = |runtime: &str| {
        wishes
            .iter()
            .filter(move |wish| wish.runtime == runtime)
            .collect::<Vec<_>>()
    };
    let mut evidence = Vec::new();
    evidence.extend(node(facts, &of("node")));
    let python = disagreement("python", &of("python"));
    evidence.extend(python.is_none().then(|| runtime_txt(facts)).flatten());
    evidence.extend(python);
    evidence.extend(missing(
        facts,
        "python",
        of("python").is_empty() && !python_project(facts),
    ));
    evidence.extend(missing(facts, "ruby", !ruby_is_asked_for(facts)));
    evidence.extend(missing(facts, "java", of("java").is_empty()));
    evidence.extend(missing(
        facts,
        "php",
        of("php").is_empty() && !php_by_packages(facts),
    ));
    evidence.extend(
        of("php")
            .first()
            .filter(|wish| is_open(&wish.range) && !php_by_packages(facts))
            .map(|wish| open(wish, &pin(facts, "php"))),
    );
    Outcome::when(!wishes.is_empty(), evidence)
}

/// What the app is deployed as: the first of these that its root has a manifest for.
fn primary(facts: &Facts<'_>) -> Option<Ecosystem> {
    [
        Ecosystem::Gem,
        Ecosystem::Pypi,
        Ecosystem::Composer,
        Ecosystem::Maven,
        Ecosystem::Go,
        Ecosystem::Npm,
    ]
    .into_iter()
    .find(|ecosystem| facts.packages.manifest(*ecosystem).is_some())
}

fn missing(facts: &Facts<'_>, runtime: &str, none: bool) -> Option<Evidence> {
    let ecosystem = match runtime {
        "python" => Ecosystem::Pypi,
        "ruby" => Ecosystem::Gem,
        "php" => Ecosystem::Composer,
        _ => Ecosystem::Maven,
    };
    let manifest = facts.packages.manifest(ecosystem)?;
    // A manifest without a process is a library's.
    // The Java buildpack starts a Spring Boot app by itself, PHP's whatever has a page.
    let boot = ["spring-boot-starter-web", "spring-boot-starter-webflux"];
    let starts = !facts.processes.is_empty()
        || facts.packages.wants_any(Ecosystem::Maven, &boot).is_some()
        || runtime == "php"
            && (facts.sources.has("index.php") || facts.sources.has("public/index.php"));
    (none && primary(facts) == Some(ecosystem) && starts).then(|| {
        // A file that is there for the version and says none: a mistyped key.
        let file = (runtime == "java").then(|| facts.sources.text(SYSTEM_PROPERTIES));
        let (path, why) = match file.flatten() {
            Some(_) => (SYSTEM_PROPERTIES, " (java.runtime.version is missing here)"),
            None if runtime == "ruby" && facts.sources.has(RUBY_VERSION) => (
                manifest,
                " where the buildpack looks (Gemfile.lock, not .ruby-version)",
            ),
            None => (manifest, ""),
        };
        let message = format!(
            "No {} version is given{why}: {}, which changes.",
            title(runtime),
            by_default(facts, runtime)
        );
        Evidence::line(path, u32::from(path == SYSTEM_PROPERTIES), message)
            .help(pin_default(facts, runtime))
    })
}

/// The file of Ruby's version managers.
const RUBY_VERSION: &str = ".ruby-version";

/// Whether Ruby's buildpack gets a version: it takes the one of Gemfile.lock, which Bundler writes there for a Gemfile
/// that asks for one, and reads `.ruby-version` for its reports alone (heroku-buildpack-ruby
/// `lib/language_pack/ruby.rb`, `get_ruby_version`).
fn ruby_is_asked_for(facts: &Facts<'_>) -> bool {
    let gemfile = facts.sources.text(ecosystems::ruby::GEMFILE);
    gemfile.is_some_and(ecosystems::ruby::asks_for_version)
        || facts.packages.version(Ecosystem::Gem, "ruby").is_some()
}

/// Beside the app's own wish, PHP's buildpack follows what the locked packages ask for
/// (heroku-buildpack-php `bin/util/platform.php`).
fn php_by_packages(facts: &Facts<'_>) -> bool {
    let lock = facts.sources.text(ecosystems::php::COMPOSER_LOCK);
    let ranges = lock.map_or_else(Vec::new, ecosystems::php::wanted_by_packages);
    ranges.iter().any(|range| !is_open(range))
}

/// What happens without a version, with the default of Heroku's own buildpack.
fn by_default(facts: &Facts<'_>, runtime: &str) -> String {
    let taken = "the buildpack takes its default";
    let stack = facts.app_json(&["stack"]).and_then(|stack| stack.as_str());
    // Heroku-22 has another one for Java.
    let is_other = runtime == "java" && stack == Some("heroku-22");
    match facts.platform.defaults.get(runtime) {
        Some(known) if !is_other => format!(
            "{taken} (heroku/{}: {} on {})",
            if runtime == "node" { "nodejs" } else { runtime },
            known.version,
            known.read
        ),
        _ => taken.to_owned(),
    }
}

/// What the Java buildpack reads its version from.
const SYSTEM_PROPERTIES: &str = "system.properties";

/// How a runtime's version is pinned, to the line that the dated table moves to.
fn pin(facts: &Facts<'_>, runtime: &str) -> String {
    let lines = facts.platform.runtimes.get(runtime);
    pinned(runtime, lines.map_or("", |lines| lines.next.as_str()))
}

/// How a runtime that has no version is pinned: to what it gets today, which was deployed and tested, while that is
/// supported.
fn pin_default(facts: &Facts<'_>, runtime: &str) -> String {
    let parts = if matches!(runtime, "node" | "java") {
        1
    } else {
        2
    };
    let known = facts.platform.defaults.get(runtime);
    let line = known.map(|known| {
        let parts = known.version.split('.').take(parts);
        parts.collect::<Vec<_>>().join(".")
    });
    let lines = facts.platform.runtimes.get(runtime);
    let ends = |line: &String| lines.and_then(|lines| lines.lines.get(line));
    match line.filter(|line| ends(line).is_none_or(|end| *end > facts.today)) {
        Some(line) => pinned(runtime, &line),
        None => pin(facts, runtime),
    }
}

fn pinned(runtime: &str, line: &str) -> String {
    match runtime {
        "node" => format!("npm pkg set engines.node={line}.x"),
        "python" => format!("echo {line} > .python-version"),
        "ruby" => format!("Gemfile: ruby \"~> {line}.0\"   then: bundle lock"),
        "php" => format!("composer require php:^{line}"),
        _ => format!("echo 'java.runtime.version={line}' > system.properties"),
    }
}

/// `runtime.txt` is deprecated on Cedar, and an error in Cloud Native builds.
fn runtime_txt(facts: &Facts<'_>) -> Option<Evidence> {
    let text = facts.sources.text("runtime.txt")?;
    let version = text.trim().strip_prefix("python-")?;
    facts.packages.manifest(Ecosystem::Pypi)?;
    let line = guards::numbers(version);
    let short: Vec<_> = line.iter().take(2).map(u64::to_string).collect();
    let message = "runtime.txt is deprecated: Cloud Native builds fail on it.";
    let fix = if facts.sources.has(".python-version") {
        "git rm runtime.txt".to_owned()
    } else {
        format!(
            "echo {} > .python-version && git rm runtime.txt",
            short.join(".")
        )
    };
    Some(Evidence::line("runtime.txt", 1, message).help(fix))
}

/// poetry, uv and Pipenv have the version in their own files.
fn python_project(facts: &Facts<'_>) -> bool {
    facts
        .sources
        .text(ecosystems::python::PYPROJECT)
        .is_some_and(|text| text.contains("requires-python") || text.contains("python = "))
        || facts
            .sources
            .text(ecosystems::python::PIPFILE)
            .is_some_and(|text| {
                text.contains("python_version") || text.contains("python_full_version")
            })
}

fn node(facts: &Facts<'_>, wishes: &[&Wanted]) -> Option<Evidence> {
    let path = manifest_path(facts, ecosystems::javascript::MANIFEST);
    let says = wishes.iter().any(|wish| wish.path == path);
    if let Some(gem) = assets_of_ruby(facts).filter(|_| !says) {
        let message = format!(
            "`{gem}` builds assets with Node.js, of which Ruby's buildpack installs the version that is its default on \
             the day."
        );
        return Some(Evidence::line(&path, 0, message).help(format!(
            "heroku buildpacks:add --index 1 heroku/nodejs, and: {}",
            pin(facts, "node")
        )));
    }
    // A front end's manifest beside another language, which no buildpack reads.
    let beside = primary(facts) != Some(Ecosystem::Npm)
        && facts.sources.has(ecosystems::javascript::MANIFEST);
    if path == ecosystems::javascript::MANIFEST && beside && !may_install(facts) {
        return None;
    }
    let engines = wishes.iter().find(|wish| wish.path == path);
    let Some(engines) = engines else {
        let moved = path != ecosystems::javascript::MANIFEST && facts.sources.text(&path).is_some();
        let deployed = moved
            || beside && builds_assets(facts)
            || facts
                .buildpacks()
                .iter()
                .any(|buildpack| buildpack.contains("nodejs"))
                && facts.sources.has(ecosystems::javascript::MANIFEST)
            || primary(facts) == Some(Ecosystem::Npm)
                && (script(facts.app, "start").is_some() || facts.process("web").is_some());
        return deployed.then(|| {
            let message = format!(
                "No Node.js version is given: {}, which changes with every new LTS line.",
                by_default(facts, "node")
            );
            Evidence::line(&path, 0, message).help(pin_default(facts, "node"))
        });
    };
    if is_open(&engines.range) {
        let mut found = open(engines, &pin(facts, "node"));
        if let Some(other) = wishes.iter().find(|wish| wish.path != path) {
            found.message = format!(
                "{} {} says {}, which the buildpack does not read.",
                found.message, other.path, other.range
            );
        }
        return Some(found);
    }
    disagreement("node", wishes)
}

/// The gem that builds a Ruby app's assets with Node, where no buildpack of Node is listed
/// (heroku-buildpack-ruby `lib/language_pack/ruby.rb`, `add_node_js_binary`).
fn assets_of_ruby<'a>(facts: &'a Facts<'_>) -> Option<&'a str> {
    let is_ruby = primary(facts) == Some(Ecosystem::Gem)
        && facts.sources.has(ecosystems::javascript::MANIFEST);
    let by_node = facts
        .buildpacks()
        .iter()
        .any(|buildpack| buildpack.contains("node"));
    let gem = facts
        .packages
        .wants_any(Ecosystem::Gem, ecosystems::ruby::NODE_ASSETS)?;
    (is_ruby && !by_node).then_some(gem.name.as_str())
}

/// Whether Node, which classic takes before Python, PHP and Go, builds a front end for another language: a script that
/// its buildpack runs calls a bundler, and the result is not in the repository.
fn builds_assets(facts: &Facts<'_>) -> bool {
    const BUNDLERS: &[&str] = &["webpack", "mix", "esbuild", "rollup", "tailwindcss"];
    let runs = |name: &str| {
        let text = script(facts.app, name)?;
        let bundles = |text: &str| {
            let builds = ["vite build", "parcel build"];
            text.split_whitespace().any(|word| BUNDLERS.contains(&word))
                || builds.iter().any(|command| text.contains(command))
        };
        let inner = || {
            let (_, named) = text.split_once("npm run ")?;
            script(facts.app, named.split_whitespace().next()?)
        };
        (bundles(text) || inner().is_some_and(bundles)).then_some(())
    };
    let other = matches!(
        primary(facts),
        Some(Ecosystem::Pypi | Ecosystem::Composer | Ecosystem::Go)
    );
    let hooks = ["build", "heroku-postbuild", "postinstall"];
    let is_built = [
        "public/build/",
        "public/dist/",
        "static/dist/",
        "static/bundles/",
    ]
    .iter()
    .any(|folder| facts.sources.below(folder).next().is_some());
    other
        && !is_built
        && facts.buildpacks().is_empty()
        && facts.process("web").is_some()
        && hooks.iter().any(|name| runs(name).is_some())
}

/// Whether the platform may run Node for another language's build: classic takes a package.json
/// first, and Ruby's buildpack installs Node beside itself.
fn may_install(facts: &Facts<'_>) -> bool {
    if !facts.buildpacks().is_empty() {
        return facts.installs("node");
    }
    let first = facts.packages.manifest(Ecosystem::Maven).is_none();
    first || script(facts.app, "heroku-postbuild").is_some()
}

fn open(wish: &Wanted, fix: &str) -> Evidence {
    Evidence::line(
        &wish.path,
        wish.line,
        format!(
            "{} \"{}\" has no upper bound: a deploy can move to a new major version by itself.",
            title(wish.runtime),
            wish.range
        ),
    )
    .help(fix)
}

fn disagreement(runtime: &str, wishes: &[&Wanted]) -> Option<Evidence> {
    let (first, rest) = wishes.split_first()?;
    let parts = if runtime == "node" { 1 } else { 2 };
    let of = |wish: &Wanted| {
        guards::numbers(&wish.range)
            .into_iter()
            .take(parts)
            .collect::<Vec<_>>()
    };
    let other = rest.iter().find(|other| {
        let (ours, theirs) = (of(first), of(other));
        // An alternative range may name several; compare only plain versions.
        !ours.is_empty()
            && !theirs.is_empty()
            && ours.len() == theirs.len()
            && ours != theirs
            && !first.range.contains('|')
            && !first.range.contains('<')
    })?;
    // The buildpack reads runtime.txt first, but it is deprecated: that one has to change.
    let (first, other) = if first.path == "runtime.txt" {
        (other, first)
    } else {
        (first, other)
    };
    Some(
        Evidence::line(
            &other.path,
            other.line,
            format!(
                "{} asks for {} {}, {} for {}: the dyno and the developer run \
                different versions.",
                first.path,
                title(runtime),
                first.range,
                other.path,
                other.range
            ),
        )
        .help(format!(
            "Keep one, or make {} say {} too.",
            other.path, first.range
        )),
    )
}
