//! Does the slug carry folders that no process needs?

use crate::rules::prelude::*;
use crate::shipped::Shipped;
use slugsmith_finding::units::{MB, size};

pub(in crate::rules) static RULE: Rule = Rule {
    id: "excludable-weight",
    code: "SF302",
    title: "The slug carries documentation, tests or media that no process reads",
    level: Severity::Info,
    group: Group::Slug,
    ecosystems: &["all"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            More than 5 MB in folders that processes don't read (`docs`, `test`, `spec`, `design`,
            `examples` …), in design sources and archives (`.psd`, `.sketch`, `.mov`, `.zip` …), or
            in a virtual environment or `node_modules` that was committed. A warning from 50 MB.
        "},
        why: indoc! {"
            Each dyno downloads the slug before it starts: what is never read makes deploys,
            restarts and scaling slower, and counts against the size limit.
        "},
        fix: indoc! {r#"
            Classic: a `.slugignore`, read before the buildpacks run:
            ```
            /docs
            /spec
            *.psd
            ```
            Cloud Native, in project.toml:
            ```toml
            [_]
            schema-version = "0.2"
            [io.buildpacks]
            exclude = ["docs/", "spec/", "*.psd"]
            ```
            A committed environment: `git rm -r --cached node_modules venv`, and add it to
            .gitignore.
        "#},
        silent: indoc! {"
            Folders that a build or start command, a hook or reachable code names; what
            `.slugignore` or project.toml already leaves out; ignored by git; less than 5 MB in all.
        "},
    },
    check,
};

/// Bytes below which it is not worth a line.
const NOTE: u64 = 5 * MB;
const WARN: u64 = 50 * MB;

const FOLDERS: &[&str] = &[
    "doc",
    "docs",
    "documentation",
    "test",
    "tests",
    "spec",
    "specs",
    "__tests__",
    "e2e",
    "cypress",
    "design",
    "designs",
    "mockups",
    "screenshots",
    "examples",
    "example",
    "samples",
    "benchmarks",
    ".github",
    "media-src",
    "artwork",
    "wiki",
];
const ENDINGS: &[&str] = &[
    "psd", "ai", "sketch", "fig", "xd", "mov", "avi", "blend", "indd", "zip", "rar", "7z", "dmg",
    "iso",
];

fn check(facts: &Facts<'_>) -> Outcome {
    let shipped = Shipped::of(facts);
    let mut parts: Vec<(String, u64)> = Vec::new();
    for folder in FOLDERS {
        let prefix = format!("{folder}/");
        let start = facts
            .sources
            .paths
            .partition_point(|path| path.as_str() < prefix.as_str());
        let bytes: u64 = facts
            .sources
            .paths
            .iter()
            .zip(&facts.sources.sizes)
            .skip(start)
            .take_while(|(path, _)| path.starts_with(&prefix))
            .filter(|(path, _)| shipped.has(path))
            .map(|(_, size)| size)
            .sum();
        if bytes > 0 && !is_needed(facts, folder) {
            parts.push((prefix, bytes));
        }
    }
    for ending in ENDINGS {
        let bytes: u64 = facts
            .sources
            .paths
            .iter()
            .zip(&facts.sources.sizes)
            .filter(|(path, _)| {
                path.rsplit_once('.')
                    .is_some_and(|(_, found)| found.eq_ignore_ascii_case(ending))
            })
            .filter(|(path, _)| {
                !is_served(path)
                    && shipped.has(path)
                    && !path
                        .split_once('/')
                        .is_some_and(|(top, _)| FOLDERS.contains(&top))
                    && !parts
                        .iter()
                        .any(|(folder, _)| path.starts_with(folder.as_str()))
            })
            .map(|(_, size)| size)
            .sum();
        let pattern = format!("*.{ending}");
        if bytes > 0 {
            parts.push((pattern, bytes));
        }
    }
    parts.extend(committed(facts));
    parts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let total: u64 = parts.iter().map(|(_, bytes)| bytes).sum();
    if total < NOTE {
        return Outcome::when(!facts.sources.paths.is_empty(), Vec::new());
    }
    let named: Vec<_> = parts
        .iter()
        .take(4)
        .map(|(part, bytes)| format!("{part} {}", size(*bytes)))
        .collect();
    let lines: Vec<_> = parts
        .iter()
        .take(6)
        .map(|(part, _)| {
            if part.starts_with('*') {
                part.clone()
            } else {
                format!("/{}", part.trim_end_matches('/'))
            }
        })
        .collect();
    let place = slugsmith_finding::Location::file(
        parts
            .first()
            .map_or("", |(part, _)| part.trim_end_matches('/')),
    );
    Outcome::of(vec![
        Evidence::at(
            place,
            format!(
                "{} that no process reads are shipped: {}.",
                size(total),
                named.join(", ")
            ),
        )
        .level(if total >= WARN {
            Severity::Warn
        } else {
            Severity::Info
        })
        .help(format!(
            ".slugignore: {}   (Cloud Native: exclude in project.toml)",
            lines.join(" then ")
        )),
    ])
}

/// Folders whose files a browser may ask for.
fn is_served(path: &str) -> bool {
    [
        "public/",
        "static/",
        "assets/",
        "media/",
        "app/",
        "src/",
        "resources/",
        "priv/",
    ]
    .iter()
    .any(|folder| path.starts_with(folder) || path.contains(&format!("/{folder}")))
}

/// Whether a build, a hook, a start command or reachable code names the folder.
fn is_needed(facts: &Facts<'_>, folder: &str) -> bool {
    let names = |text: &str| {
        text.match_indices(folder).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + folder.len()..].chars().next();
            let starts = before
                .is_none_or(|c| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '=' | '('));
            let ends = after
                .is_none_or(|c| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | ')' | ';'));
            // `npm test` and `rake spec` name a task, not the folder: only a path counts.
            starts
                && ends
                && (after == Some('/') || before == Some('/') || matches!(before, Some('"' | '\'')))
        })
    };
    let scripts = [
        "build",
        "heroku-prebuild",
        "heroku-postbuild",
        "postinstall",
        "prestart",
        "start",
    ];
    let by_script = scripts
        .iter()
        .filter_map(|name| slugsmith_facts::process::script(facts.app, name))
        .any(names);
    let by_hook = facts
        .sources
        .texts
        .iter()
        .filter(|(path, _)| {
            matches!(
                path.as_str(),
                "bin/pre_compile" | "bin/post_compile" | "Procfile" | "MANIFEST.in" | "mkdocs.yml"
            )
        })
        .any(|(_, text)| names(text) || text.contains(&format!(" {folder}")));
    let by_process = facts
        .processes
        .iter()
        .flat_map(|process| &process.commands)
        .any(|command| names(&command.text));
    let in_code = facts.sources.files.iter().any(|code| {
        let says = |value: &Expr| {
            value.any(|value| {
                value.text().is_some_and(|text| {
                    text == folder
                        || text.starts_with(&format!("{folder}/"))
                        || text.contains(&format!("/{folder}/"))
                })
            })
        };
        code.assignments
            .iter()
            .any(|assignment| says(&assignment.value))
            || code
                .calls
                .iter()
                .any(|call| call.arguments.iter().any(|argument| says(&argument.value)))
    });
    by_script || by_hook || by_process || in_code
}

/// A virtual environment or `node_modules` under version control. In a build both are there
/// by right, so only a checkout is judged.
fn committed(facts: &Facts<'_>) -> Vec<(String, u64)> {
    if !facts.app.has(".git") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (folder, mark) in [
        ("node_modules", ""),
        ("venv", "pyvenv.cfg"),
        (".venv", "pyvenv.cfg"),
        ("env", "pyvenv.cfg"),
    ] {
        let prefix = std::path::Path::new(folder);
        let has_mark = mark.is_empty()
            || facts
                .tree
                .entries()
                .iter()
                .any(|entry| entry.path() == prefix.join(mark));
        if !has_mark || facts.sources.is_ignored(folder) {
            continue;
        }
        let bytes: u64 = facts
            .tree
            .entries()
            .iter()
            .filter(|entry| entry.path().starts_with(prefix))
            .map(slugsmith_facts::tree::Entry::size)
            .sum();
        if bytes > 0 {
            found.push((format!("{folder}/"), bytes));
        }
    }
    found
}
