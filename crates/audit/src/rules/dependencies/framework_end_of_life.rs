//! Is the framework's release line still maintained?

use crate::guards::numbers;
use crate::platform::months_between;
use crate::rules::prelude::*;
use crate::spring;
use slugsmith_finding::LineSpan;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "framework-end-of-life",
    code: "SF407",
    title: "The web framework's release line gets no security fixes any more",
    level: Severity::Warn,
    group: Group::Dependencies,
    ecosystems: &["node", "python", "ruby", "java", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            The version of Rails, Django, Flask, Laravel, Symfony, Spring Boot, Next, Nuxt, Express or
            Angular that the lockfile (for Spring Boot the build file) resolves, in a release line
            that has ended by the dated table of the platform's facts (endoflife.date). The finding stands in
            the manifest that asks for it (Gemfile, package.json, requirements.txt, pom.xml), not in the lockfile.
        "},
        why: indoc! {"
            The framework answers requests of strangers. A hole that is found in it now stays open,
            and each line that is skipped makes the next move larger.
        "},
        fix: indoc! {"
            Move to a line that is maintained, one at a time, with the framework's own guide:
            ```
            bundle update rails --conservative
            npm install next@latest
            ```
        "},
        silent: indoc! {"
            Versions that no lockfile resolves; lines that the table does not have; support that
            was bought after the end of life.
        "},
    },
    check,
};

/// A framework: its name in the table and for people, its package.
const FRAMEWORKS: &[(&str, &str, Ecosystem, &str)] = &[
    ("rails", "Rails", Ecosystem::Gem, "rails"),
    ("django", "Django", Ecosystem::Pypi, "django"),
    ("flask", "Flask", Ecosystem::Pypi, "flask"),
    (
        "laravel",
        "Laravel",
        Ecosystem::Composer,
        "laravel/framework",
    ),
    (
        "symfony",
        "Symfony",
        Ecosystem::Composer,
        "symfony/framework-bundle",
    ),
    ("next", "Next.js", Ecosystem::Npm, "next"),
    ("nuxt", "Nuxt", Ecosystem::Npm, "nuxt"),
    ("express", "Express", Ecosystem::Npm, "express"),
    ("angular", "Angular", Ecosystem::Npm, "@angular/core"),
];

/// A framework of this app, in the version that is installed.
struct Used {
    key: &'static str,
    name: &'static str,
    version: String,
    path: String,
    line: LineSpan,
}

fn check(facts: &Facts<'_>) -> Outcome {
    let used = used(facts);
    let evidence = used.iter().filter_map(|one| ended(facts, one)).collect();
    Outcome::when(!used.is_empty(), evidence)
}

fn used(facts: &Facts<'_>) -> Vec<Used> {
    let mut found: Vec<Used> = FRAMEWORKS
        .iter()
        .filter_map(|(key, name, ecosystem, package)| {
            let asked = facts.packages.wants(*ecosystem, package)?;
            let version = facts.packages.version(*ecosystem, package).or_else(|| {
                let exact = asked.wanted.trim_start_matches('=');
                exact
                    .starts_with(|one: char| one.is_ascii_digit())
                    .then_some(exact)
            })?;
            Some(Used {
                key,
                name,
                version: version.to_owned(),
                path: asked.path.clone(),
                line: asked.line,
            })
        })
        .collect();
    found.extend(spring::version(facts).map(|(path, line, version)| Used {
        key: "spring-boot",
        name: "Spring Boot",
        version,
        path: path.to_owned(),
        line,
    }));
    found
}

fn ended(facts: &Facts<'_>, used: &Used) -> Option<Evidence> {
    let framework = facts.platform.frameworks.get(used.key)?;
    let numbers = numbers(&used.version);
    let major = numbers.first()?;
    let minor = numbers.get(1).copied().unwrap_or_default();
    let listed = [format!("{major}.{minor}"), major.to_string()]
        .into_iter()
        .find_map(|line| framework.lines.get_key_value(&line));
    let (line, ended) = listed.or_else(|| framework.after(&[*major, minor]))?;
    if *ended > facts.today {
        return None;
    }
    let since = months_between(ended, &facts.today);
    let fact = if listed.is_some() {
        format!(
            "{} {line} ({}) reached its end of life on {ended}",
            used.name, used.version
        )
    } else {
        format!(
            "{} {} is older than {line}, which reached its end of life on {ended}",
            used.name, used.version
        )
    };
    let message = format!(
        "{fact}: no more security fixes (table of {}).",
        facts.platform.as_of
    );
    let found = Evidence::line(&used.path, used.line, message).help(format!(
        "Upgrade to {} {}, one release line at a time.",
        used.name, framework.next
    ));
    // The first half year after it is time to plan.
    Some(if since < 6 {
        found.level(Severity::Info)
    } else {
        found
    })
}
