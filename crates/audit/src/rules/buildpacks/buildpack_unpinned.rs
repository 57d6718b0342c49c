//! Are third-party buildpacks pinned?

use crate::rules::prelude::*;
use slugsmith_facts::formats::list;

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
    let items = list::read(listed.unwrap_or_default());
    let loose: Vec<_> = items.iter().filter(|item| is_loose(item.text)).collect();
    if let [first, more @ ..] = loose.as_slice() {
        let (more, verb) = match more.len() {
            0 => (String::new(), "is taken from its"),
            more => (format!(" and {more} more"), "are taken from their"),
        };
        let message = format!("{}{more} {verb} default branch at every build.", first.text);
        let found = Evidence::line(".buildpacks", first.line, message);
        evidence.push(found.help(format!("Pin each: {}#<tag or commit>", first.text)));
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
