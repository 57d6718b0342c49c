//! Is the language that serves last in the list of buildpacks?

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "buildpack-order",
    code: "SF001",
    title: "The buildpacks stand in an order that does not work",
    level: Severity::Error,
    group: Group::Buildpacks,
    ecosystems: &["all"],
    target: Target::Classic,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            In app.json's `buildpacks`: a helper of packages (apt) after the language that compiles
            against them; Node after Ruby, Python or PHP, so that the primary language is not last
            and its build runs before Node exists.
        "},
        why: indoc! {"
            The last buildpack decides the default process types and the environment that wins. What
            an earlier one needs during its build must stand before it.
        "},
        fix: indoc! {"
            ```
            heroku buildpacks:clear
            heroku buildpacks:add heroku-community/apt
            heroku buildpacks:add heroku/nodejs
            heroku buildpacks:add heroku/python
            ```
        "},
        silent: indoc! {"
            Helpers that may stand anywhere (jemalloc, metrics, ssh); procfile and slugsmith last; a
            web process that really runs Node.
        "},
    },
    check,
};

/// Larger stands later; `None` may stand anywhere.
fn place(buildpack: &str) -> Option<u8> {
    let name = buildpack
        .split('#')
        .next()
        .unwrap_or(buildpack)
        .trim_end_matches(".git")
        .to_ascii_lowercase();
    let ends = |words: &[&str]| words.iter().any(|word| name.ends_with(word));
    if ends(&["apt", "buildpack-apt", "buildpack-deb", "deb-packages"]) {
        Some(0)
    } else if ends(&["heroku/nodejs", "buildpack-nodejs", "heroku/node"]) {
        Some(1)
    } else if ends(&[
        "/ruby",
        "/python",
        "/php",
        "/go",
        "/java",
        "/gradle",
        "/scala",
        "/clojure",
        "buildpack-ruby",
        "buildpack-python",
        "buildpack-php",
        "buildpack-go",
        "buildpack-java",
    ]) {
        Some(2)
    } else {
        None
    }
}

fn check(facts: &Facts<'_>) -> Outcome {
    let buildpacks = facts.buildpacks();
    if buildpacks.len() < 2 {
        return Outcome::not_applicable();
    }
    let node_serves = facts.process("web").is_some_and(|web| {
        web.mentions(&["node ", "npm start", "yarn start", "next "]) && web.command.line > 0
    });
    let mut highest: Option<(u8, &str)> = None;
    let mut evidence = Vec::new();
    for buildpack in &buildpacks {
        let Some(rank) = place(buildpack) else {
            continue;
        };
        if let Some((before, name)) = highest
            && rank < before
            && !(rank == 1 && node_serves)
        {
            let why = if rank == 0 {
                "installs packages that it needs"
            } else {
                "its build needs the former, and the last buildpack decides what runs"
            };
            evidence.push(
                Evidence::line(
                    "app.json",
                    facts.line("app.json", buildpack).unwrap_or_default(),
                    format!("{buildpack} comes after {name}, but {why}."),
                )
                .help(corrected(&buildpacks)),
            );
        }
        if highest.is_none_or(|(before, _)| rank > before) {
            highest = Some((rank, buildpack));
        }
    }
    Outcome::of(evidence)
}

fn corrected(buildpacks: &[&str]) -> String {
    let mut order: Vec<_> = buildpacks.to_vec();
    // What may stand anywhere keeps its place relative to the end.
    order.sort_by_key(|buildpack| place(buildpack).unwrap_or(3));
    let list: Vec<_> = order
        .iter()
        .map(|buildpack| format!("{{ \"url\": \"{buildpack}\" }}"))
        .collect();
    format!("\"buildpacks\": [{}]", list.join(", "))
}
