//! Is the slug small enough to deploy, and to deploy fast?

use crate::Status;
use crate::rules::prelude::*;
use slugsmith_finding::verdict::Verdict;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "slug-over-budget",
    code: "SF301",
    title: "The slug is larger than its budget",
    level: Severity::Error,
    group: Group::Slug,
    ecosystems: &["all"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A slug whose compressed size is above `fail` (the platform's 1 GB unless configured: an
            error), above `warn` (300 MB: a warning), or above a budget of a part, of files or of
            growth. The finding itself is the budget's, `budget-exceeded` or `budget-warning`, with
            the largest parts and what would bring the slug under.
        "},
        why: indoc! {"
            Each dyno downloads and unpacks the slug before it starts, so a large one makes deploys,
            restarts, scaling and rollbacks slow, and leads to R10 when the dyno has to listen
            within 60 seconds. Above its own limit the platform refuses the release.
        "},
        fix: indoc! {r#"
            ```
            slugsmith inspect . --format html --output slug.html   # what the bytes are
            slugsmith strip . --dry-run                             # what would never run
            ```
            or, where the size is meant, in project.toml:
            ```toml
            [com.slugsmith.budget]
            warn = "400 MB"
            fail = "600 MB"
            ```
        "#},
        silent: indoc! {"
            Nothing was weighed. A size too close to a limit to call, or one of which parts could
            not be read, has the status unknown. Base images and caches don't count.
        "},
    },
    check,
};

/// The budget has measured and told; this only says how it went.
fn check(facts: &Facts<'_>) -> Outcome {
    let status = match facts.slug {
        None => Status::NotApplicable,
        Some(Verdict::Within) => Status::Pass,
        Some(Verdict::Warn | Verdict::Over) => Status::Fail,
        Some(Verdict::TooClose | Verdict::Unknown | Verdict::SourcesOnly) => Status::Unknown,
    };
    Outcome {
        status,
        evidence: Vec::new(),
    }
}
