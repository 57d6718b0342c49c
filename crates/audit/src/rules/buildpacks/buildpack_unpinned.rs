//! Are third-party buildpacks pinned?

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "buildpack-unpinned",
    code: "SF004",
    title: "A third-party buildpack is taken from a branch",
    level: Severity::Warn,
    group: Group::Buildpacks,
    ecosystems: &["all"],
    target: Target::Classic,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A git address in app.json's `buildpacks` without `#tag` or `#sha`, where the owner is
            not Heroku.
            The same in `.buildpacks`.
        "},
        why: indoc! {"
            Its default branch is fetched at every build: a push by somebody else changes what runs
            with all your config vars, and can break a deploy that changed nothing.
        "},
        fix: indoc! {r#"
            Append the tag or commit that you tested:
            ```json
            "buildpacks": [{ "url": "https://github.com/acme/buildpack-x#v1.2.0" }]
            ```
        "#},
        silent: indoc! {"
            Buildpacks of Heroku, ids of the registry (`heroku/nodejs`, `jontewks/puppeteer`),
            addresses with a `#ref`.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let buildpacks = facts.buildpacks();
    let listed = facts.sources.text(".buildpacks");
    if buildpacks.is_empty() && listed.is_none() {
        return Outcome::not_applicable();
    }
    let mut evidence: Vec<_> = buildpacks
        .iter()
        .filter(|url| is_loose(url))
        .map(|url| {
            Evidence::line(
                "app.json",
                facts.line("app.json", url).unwrap_or_default(),
                format!("{url} is taken from its default branch at every build."),
            )
            .help(format!("Pin it: \"url\": \"{url}#<tag or commit>\""))
        })
        .collect();
    // What heroku-buildpack-multi and its successors read: one finding for the file.
    let loose = || {
        let lines = listed.unwrap_or_default().lines().zip(1..);
        lines.filter(|(line, _)| is_loose(line.trim()))
    };
    if let Some((first, number)) = loose().next() {
        let more = match loose().count() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!(
            "{}{more} are taken from their default branch at every build.",
            first.trim()
        );
        let found = Evidence::line(
            ".buildpacks",
            number,
            message.replace(
                " are taken from their",
                if more.is_empty() {
                    " is taken from its"
                } else {
                    " are taken from their"
                },
            ),
        );
        evidence.push(found.help(format!("Pin each: {}#<tag or commit>", first.trim())));
    }
    Outcome::of(evidence)
}

fn is_loose(url: &str) -> bool {
    let git = url.contains("://") || url.starts_with("git@");
    let ours = [
        "github.com/heroku/",
        "github.com:heroku/",
        "buildpack-registry.s3",
        "codon-buildpacks.s3",
    ]
    .iter()
    .any(|owner| url.contains(owner));
    // Archives usually carry the version in their name.
    let archive = [".tgz", ".tar.gz", ".zip"]
        .iter()
        .any(|ending| url.ends_with(ending));
    git && !ours && !url.contains('#') && !archive
}
