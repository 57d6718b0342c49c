//! Can the worker open the file that it is told of?

use crate::rules::prelude::*;
use crate::{jobs, paths};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "local-path-handed-to-job",
    code: "SF104",
    title: "A path on this dyno's disk is handed to a job on another",
    level: Severity::Error,
    group: Group::Storage,
    ecosystems: &["node", "python", "ruby", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            A path of an upload or a temporary file (`getRealPath()`, `tempfile.path`,
            `req.file.path`, `temporary_file_path()`, a path made with `tempfile`) as an argument of
            a call that enqueues a job.
        "},
        why: indoc! {"
            The worker runs on another dyno with another disk: the file does not exist there. It
            works on a laptop, where both share one disk.
        "},
        fix: indoc! {r#"
            Store the file first, and enqueue its key:
            ```js
            await s3.send(new PutObjectCommand({ Bucket, Key, Body }))
            await queue.add("resize", { key: Key })
            ```
            `heroku addons:create bucketeer` makes a bucket.
        "#},
        silent: indoc! {"
            A queue that runs jobs at once in the same process; a path that is used in the same job
            only.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut applies = false;
    let mut evidence = Vec::new();
    for site in facts.calls() {
        if !enqueues(site) || branch(site.code, site.call.scope) == Branch::Development {
            continue;
        }
        applies = true;
        if site
            .call
            .arguments
            .iter()
            .any(|argument| is_local(site, &argument.value, 0))
        {
            evidence.push(
                Evidence::line(
                    &site.code.path,
                    site.call.line,
                    format!(
                        "`{}` hands a path on \
                    this dyno's disk to a job: the worker is another dyno and can't open it.",
                        site.call.callee
                    ),
                )
                .help(
                    "Store the file in a bucket first (heroku addons:create bucketeer), and \
                        enqueue its key.",
                ),
            );
        }
    }
    Outcome::when(applies, evidence)
}

fn enqueues(site: Site<'_>) -> bool {
    let call = site.call;
    match site.code.language {
        Language::Ruby => matches!(
            call.method(),
            "perform_async" | "perform_later" | "perform_in"
        ),
        Language::Python => {
            matches!(call.method(), "delay" | "apply_async") || call.method() == "enqueue"
        }
        Language::Php => {
            let job = call.arguments.first().is_some_and(|first| {
                first
                    .value
                    .callee()
                    .is_some_and(|callee| callee.ends_with("Job"))
            });
            call.method() == "dispatch" && (job || call.receiver().ends_with("Job"))
        }
        Language::JavaScript => matches!(call.method(), "add" | "addBulk") && jobs::is_queue(site),
        Language::Go | Language::Java => false,
    }
}

const LOCAL: &[&str] = &[
    "getRealPath",
    "temporary_file_path",
    "tempfile",
    "NamedTemporaryFile",
    "mkstemp",
    "mkdtemp",
    "tempnam",
    "artifact_path",
    "getPathname",
    "tmpdir",
];

/// Whether a value is a path on this disk; names are followed through this file.
fn is_local(site: Site<'_>, value: &Expr, depth: usize) -> bool {
    let uploaded = |name: &str| {
        name.ends_with("file.path")
            || name.ends_with("file.filepath")
            || name.ends_with("file.tempFilePath")
            || name.ends_with("tempfile.path")
    };
    let own = value.any(|value| match value {
        Expr::Name(name) => {
            LOCAL.iter().any(|local| {
                name.split('.')
                    .any(|part| part.trim_end_matches("()") == *local)
            }) || uploaded(name)
        }
        Expr::Call { callee, .. } => {
            LOCAL.iter().any(|local| {
                callee
                    .split('.')
                    .any(|part| part.trim_end_matches("()") == *local)
            }) || uploaded(callee)
        }
        _ => false,
    });
    // A name that holds a path among the uploads, as `req.saved` does.
    let among = value.any(|value| {
        let found = site.code.resolve(value);
        matches!(value, Expr::Name(_))
            && (is_path_maker(found) && matches!(found, Expr::Call { .. })
                || matches!(found, Expr::Join(_)))
            && paths::among_uploads(site, found)
    });
    own || among
        || depth < 2
            && value.any(|value| {
                matches!(value, Expr::Name(_)) && {
                    let found = site.code.resolve(value);
                    // Only the path itself, not what was made from the file's content.
                    found != value
                        && matches!(found, Expr::Name(_) | Expr::Call { .. } | Expr::Join(_))
                        && is_path_maker(found)
                        && is_local(site, found, depth + 1)
                }
            })
}

fn is_path_maker(value: &Expr) -> bool {
    match value {
        Expr::Call { callee, .. } => {
            LOCAL.iter().any(|local| callee.contains(local)) || callee.ends_with("join")
        }
        _ => true,
    }
}
