//! Does a process write files into the app's own folder?

use crate::paths::{Rooted, is_scratch, rooted, tidies};
use crate::rules::prelude::*;
use crate::written::written;
use crate::{received, start};
use slugsmith_facts::code::ScopeKind;
use slugsmith_facts::sources::served_folder;
use slugsmith_finding::LineSpan;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "runtime-write-to-app-tree",
    code: "SF103",
    title: "A process keeps data in files below the app's own folder",
    level: Severity::Warn,
    group: Group::Storage,
    ecosystems: &["node", "python", "ruby", "go", "java", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {r#"
            A call that writes a file (`fs.writeFile`, `open(…, "w")`, `File.write`, `os.WriteFile`,
            `new FileWriter`, `file_put_contents`, and what libraries save: pandas' `to_csv`,
            `joblib.dump`, `torch.save`, images, spreadsheets, PDFs) inside a function that a process reaches, where
            the path starts at the app itself: `__dirname`, `process.cwd()`, `BASE_DIR`,
            `Rails.root`, `storage_path()`, or a relative path. The finding stands at the call, one for each file.
            Pages below PHP's document root that write when they are asked for (`__DIR__ . '/../.env'`): one finding,
            with the other pages in it.
        "#},
        why: indoc! {"
            The app's folder is part of the slug. What a dyno writes there is gone at its next
            restart, at least once a day, and no other dyno sees it.
        "},
        fix: indoc! {"
            Keep what must last in a database or object storage; use the system's temporary folder
            for the rest:
            ```
            heroku addons:create bucketeer
            ```
            ```js
            const file = path.join(os.tmpdir(), name)
            ```
            ```py
            with tempfile.NamedTemporaryFile() as file: …
            ```
        "},
        silent: indoc! {"
            Temporary, cache and log folders (`logs-to-file` looks at logs); the file is removed
            again in the same function or block; a write behind a switch that is off
            (`if self.save_to_file:`); code that runs once when the process boots; scripts, tests,
            management commands and tasks that no process names; functions of Python that only
            `bin/pre_compile` or `bin/post_compile` calls; uploads, which
            `uploads-on-local-disk` looks at.
            A file that the same function reads again further down, and no other function reads.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut writes = false;
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut pages: Vec<Page> = Vec::new();
    let served = served_folder(&facts.processes).map(|folder| format!("{folder}/"));
    for site in facts.calls() {
        let Some(path) = written(site) else { continue };
        writes = true;
        let in_function = site.code.function(site.call.scope).is_some();
        // A page of PHP runs anew for each request.
        let is_page = !in_function
            && site.code.language == Language::Php
            && served
                .as_ref()
                .is_some_and(|folder| site.code.path.starts_with(folder.as_str()));
        let development = branch(site.code, site.call.scope) == Branch::Development;
        if !in_function && !is_page || development || guards::is_maintenance(facts, &site.code.path)
        {
            continue;
        }
        let Rooted::App(shown) = rooted(site, path) else {
            continue;
        };
        // One place per file tells the story.
        let told = evidence.iter().any(|other| {
            other
                .location
                .as_ref()
                .is_some_and(|location| location.path == site.code.path)
        });
        if told
            || received::is_from_client(facts, site, path)
            || tidies(site)
            || is_scratch(site, path)
            || is_switched_on(site)
            || start::prepares(&facts.processes, &site.code.path)
            || guards::is_of_build(facts, site)
        {
            continue;
        }
        if is_page {
            pages.push(Page {
                path: site.code.path.clone(),
                line: site.call.line,
                shown,
            });
            continue;
        }
        let optional = match branch(site.code, site.call.scope) {
            Branch::Conditional(variable) => !variable.is_empty(),
            _ => false,
        };
        evidence.push(
            Evidence::line(
                &site.code.path,
                site.call.line,
                format!(
                    "`{}` writes {shown}, which is on the dyno's own disk: it is gone at the \
                    next restart, and other dynos never see it.",
                    site.call.callee
                ),
            )
            .conditional(optional)
            .help(
                "Keep it in the database or in object storage (heroku addons:create bucketeer); \
                use the system's temporary folder for scratch files.",
            ),
        );
    }
    evidence.extend(of_pages(pages));
    Outcome::when(writes, evidence)
}

/// A page below the document root that writes when it is asked for.
struct Page {
    path: String,
    line: LineSpan,
    /// How a message shows the file that it writes.
    shown: String,
}

/// One finding for all pages: at the one that writes the app's settings, if one does.
fn of_pages(mut pages: Vec<Page>) -> Option<Evidence> {
    pages.sort_by_key(|page| {
        !page
            .shown
            .trim_end_matches(['`', '"', '\''])
            .ends_with(".env")
    });
    let (first, rest) = pages.split_first()?;
    let mut others: Vec<String> = rest
        .iter()
        .filter(|page| page.path != first.path)
        .map(|page| format!("{}:{}", page.path, page.line))
        .collect();
    others.dedup();
    let message = format!(
        "This page, which everybody can ask for, writes {} on the dyno's own disk: it is gone at the next restart, and \
         other dynos never see it.",
        first.shown
    );
    let found = Evidence::line(&first.path, first.line, message).also(&others);
    Some(found.help(
        "Take the page out of the document root; what must last belongs into config vars, the database or object \
         storage.",
    ))
}

/// Whether the write stands behind a switch (`if self.save_to_file:`): a field or option
/// alone, without a call or a comparison, which somebody has to turn on.
fn is_switched_on(site: Site<'_>) -> bool {
    site.code
        .around(site.call.scope)
        .any(|scope| match &scope.kind {
            ScopeKind::Branch {
                condition,
                holds: true,
            } => {
                let plain = condition.trim_matches(['(', ')', ' ']);
                let field = plain.contains('.')
                    && plain
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '@' | '$'));
                let words = [
                    "save", "write", "record", "dump", "debug", "enable", "persist", "export",
                    "cache", "store",
                ];
                let last = plain
                    .rsplit('.')
                    .next()
                    .unwrap_or(plain)
                    .to_ascii_lowercase();
                field && words.iter().any(|word| last.contains(word))
            }
            _ => false,
        })
}
