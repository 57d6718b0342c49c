//! Which language will the app be taken for?

use crate::rules::prelude::*;
use crate::runtimes;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::formats::list;
use slugsmith_facts::process::script;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "ambiguous-detection",
    code: "SF002",
    title: "Several languages are detected, and the one that wins is not the one that serves",
    level: Severity::Error,
    group: Group::Buildpacks,
    ecosystems: &["all"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            Manifests of several languages at the root (package.json beside requirements.txt,
            composer.json …) and no list of buildpacks in app.json or project.toml, where the order
            of detection picks a language that does not serve the app, or leaves out the build of
            its assets. Classic tries Ruby, Node, Clojure, Python, Java, …, PHP, Go; Cloud Native
            has Python and PHP groups without Node.
            A `.buildpacks` file that nothing reads, since no list names heroku-buildpack-multi.
        "},
        why: indoc! {"
            The deploy succeeds with the wrong runtime: no PHP or Python on the dyno, or pages
            without their scripts and styles. It also changes silently when somebody adds a
            package.json.
        "},
        fix: indoc! {r#"
            Say the order, the language that serves last:
            ```
            heroku buildpacks:set heroku/php
            heroku buildpacks:add --index 1 heroku/nodejs
            ```
            app.json:
            ```json
            "buildpacks": [{ "url": "heroku/nodejs" }, { "url": "heroku/php" }]
            ```
            project.toml, for Cloud Native:
            ```toml
            [[io.buildpacks.group]]
            id = "heroku/nodejs"

            [[io.buildpacks.group]]
            id = "heroku/php"
            ```
        "#},
        silent: indoc! {"
            Buildpacks are listed; Ruby with Node, which both worlds handle; a package.json without
            a build script and without production dependencies is only a warning, on classic; so is
            an app without app.json, whose buildpacks may be set on the platform.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let has = |name: &str| facts.sources.has(name);
    let node = has(ecosystems::javascript::MANIFEST);
    let other = if has(ecosystems::ruby::GEMFILE) {
        None
    } else if has("manage.py")
        || [
            ecosystems::python::REQUIREMENTS,
            ecosystems::python::PIPFILE,
            ecosystems::python::POETRY_LOCK,
            ecosystems::python::UV_LOCK,
        ]
        .iter()
        .any(|name| has(name))
    {
        Some(("python", "heroku/python"))
    } else if has(ecosystems::php::MANIFEST) {
        Some(("php", "heroku/php"))
    } else if has(ecosystems::go::MANIFEST)
        || ecosystems::go::LEGACY.iter().any(|(path, _)| has(path))
    {
        Some(("go", "heroku/go"))
    } else if has(ecosystems::java::POM) {
        Some(("java", "heroku/java"))
    } else {
        None
    };
    let (true, Some((language, buildpack))) = (node, other) else {
        let applies = has(DOT_BUILDPACKS);
        return Outcome::when(applies, unread(facts).into_iter().collect());
    };
    let listed = !facts.buildpacks().is_empty()
        || facts
            .sources
            .text("project.toml")
            .is_some_and(|text| text.contains("buildpacks.group"))
        || has(DOT_BUILDPACKS);
    if listed {
        return Outcome::of(unread(facts).into_iter().collect());
    }
    // A root package.json may serve by itself, with the other language only for tools.
    let web = facts.process("web");
    if web.is_some_and(|web| web.mentions(&["node ", "npm ", "yarn ", "next "]))
        && web.is_some_and(|web| web.command.line > 0 || language != "php")
    {
        return Outcome::of(Vec::new());
    }
    let named = runtimes::title(language);
    // An app made from app.json has no other buildpacks; one made by hand may have been given some.
    let button = facts.app.app_json.good().is_some();
    let builds = ["build", "heroku-postbuild"]
        .iter()
        .any(|name| script(facts.app, name).is_some());
    let production = facts
        .packages
        .wanted
        .iter()
        .any(|package| package.ecosystem == Ecosystem::Npm && !package.dev);
    let (level, effect) = if builds || production {
        (
            Severity::Error,
            format!(
                "classic takes the app for Node, without {named}; Cloud Native for {named}, \
                 without the build of package.json"
            ),
        )
    } else {
        (
            Severity::Warn,
            format!("classic takes the app for Node, without {named}"),
        )
    };
    Outcome::of(vec![
        Evidence::line(
            ecosystems::javascript::MANIFEST,
            0,
            format!(
                "package.json and a manifest of {named} are both at the root, and no buildpacks are listed: \
                 {effect}{}.",
                if button {
                    ""
                } else {
                    ", unless `heroku buildpacks` lists them"
                }
            ),
        )
        .level(level)
        .conditional(!button)
        .help(format!(
            "heroku buildpacks:set {buildpack}; heroku buildpacks:add --index 1 \
                heroku/nodejs"
        ))
        .help(format!(
            "app.json: \"buildpacks\": [{{ \"url\": \"heroku/nodejs\" }}, {{ \
                \"url\": \"{buildpack}\" }}]"
        )),
    ])
}

/// What heroku-buildpack-multi reads; Dokku's default builder does as well.
const DOT_BUILDPACKS: &str = ".buildpacks";

/// A `.buildpacks` that nothing reads: only heroku-buildpack-multi does, which the platform's own
/// list replaced, and app.json lists no buildpacks or others.
fn unread(facts: &Facts<'_>) -> Option<Evidence> {
    let text = facts.sources.text(DOT_BUILDPACKS)?;
    let named = list::read(text);
    let reads = facts
        .buildpacks()
        .iter()
        .any(|one| one.contains("multi") || one.contains("compose"));
    // A variable that names the old buildpack has a finding of its own.
    if named.is_empty() || reads || facts.declared("BUILDPACK_URL") != Declared::No {
        return None;
    }
    let button = facts.app.app_json.good().is_some();
    let message = format!(
        "{DOT_BUILDPACKS} names {}, and only heroku-buildpack-multi reads it, which {}: the platform \
         takes what `heroku buildpacks` lists.",
        match named.len() {
            1 => "a buildpack".to_owned(),
            more => format!("{more} buildpacks"),
        },
        if button {
            "app.json does not list"
        } else {
            "nothing here names"
        },
    );
    let list: Vec<String> = named
        .iter()
        .map(|item| format!("{{ \"url\": \"{}\" }}", item.text))
        .collect();
    let found = Evidence::line(DOT_BUILDPACKS, 1, message)
        .level(Severity::Warn)
        .conditional(true)
        // herokuish, which Dokku builds with, reads the file (herokuish `include/buildpack.bash`).
        .only_on_heroku();
    Some(found.help(format!(
        "app.json: \"buildpacks\": [{}]   and git rm {DOT_BUILDPACKS}",
        list.join(", ")
    )))
}
