//! The documentation as a site: its table of contents has every page, and every link in
//! this repository's Markdown leads to a file and a heading that exist.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use slugsmith::facts::tree::Tree;

use crate::support::repository;

/// Pages in the order in which somebody reads them; the others follow, sorted.
const CHAPTERS: &[(&str, &str)] = &[
    ("tasks/add-it.md", "Add it to an app"),
    ("tasks/cut-my-slug.md", "Cut my slug"),
    ("tasks/speed-up-deploys.md", "Speed up my deploys"),
    ("tasks/cache-miss.md", "Why did my cache miss?"),
    ("tasks/review-apps.md", "Warm review apps, CI and laptops"),
    ("tasks/buildpacks-conflict.md", "My buildpacks conflict"),
    ("tasks/files-vanish.md", "My files vanish"),
    ("tasks/migrations.md", "Migrations"),
    ("tasks/workers.md", "Workers"),
    ("tasks/config.md", "Config vars"),
    ("tasks/ci.md", "In CI"),
    ("tasks/fleet.md", "All apps at a glance"),
    ("tasks/other-platforms.md", "On other platforms"),
];
/// Folder, heading, and whether its pages stand below its README.
const FOLDERS: &[(&str, &str, bool)] = &[
    ("rules", "Rules of the audit", true),
    ("stack", "Conflicts of buildpacks", true),
    ("errors", "Errors", false),
    ("decisions", "Decisions", false),
];

/// Every Markdown file below a folder, relative to it.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let tree = Tree::read(folder);
    let mut pages: Vec<_> = tree
        .entries()
        .iter()
        .map(|entry| entry.path().to_owned())
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect();
    pages.sort();
    pages
}

fn title(path: &Path) -> String {
    let text = fs_err::read_to_string(path).unwrap();
    let first = text.lines().next().unwrap_or_default();
    first.trim_start_matches("# ").to_owned()
}

fn summary() -> String {
    let docs = repository("docs");
    let mut text = String::from("# Summary\n\n[slugsmith](README.md)\n\n# Tasks\n\n");
    for (path, name) in CHAPTERS {
        let _ = writeln!(text, "- [{name}]({path})");
    }
    text.push_str("\n# Reference\n\n");
    let all = pages(&docs);
    let no_chapter =
        |page: &&PathBuf| !page.ends_with("README.md") && !page.ends_with("SUMMARY.md");
    let on_top = all.iter().filter(|page| page.components().count() == 1);
    for page in on_top.filter(no_chapter) {
        let name = title(&docs.join(page));
        let _ = writeln!(text, "- [{name}]({})", page.display());
    }
    for (folder, heading, has_index) in FOLDERS {
        let _ = write!(text, "\n# {heading}\n\n");
        let mut indent = "";
        if *has_index {
            let _ = writeln!(text, "- [{heading}]({folder}/README.md)");
            indent = "  ";
        }
        for page in all.iter().filter(|page| page.starts_with(folder)) {
            if !page.ends_with("README.md") {
                let name = title(&docs.join(page));
                let _ = writeln!(text, "{indent}- [{name}]({})", page.display());
            }
        }
    }
    text
}

#[test]
fn the_table_of_contents_has_every_page() {
    let file = repository("docs/SUMMARY.md");
    let wanted = summary();
    if std::env::var_os("SLUGSMITH_BLESS").is_some() {
        fs_err::write(&file, &wanted).unwrap();
    }
    let there = fs_err::read_to_string(&file).unwrap_or_default();
    assert_eq!(
        there, wanted,
        "write it anew: SLUGSMITH_BLESS=1 cargo test --test cli the_table"
    );
    for page in pages(&repository("docs")) {
        let page = page.display().to_string();
        let listed = wanted.matches(&format!("]({page})")).count();
        assert_eq!(listed, usize::from(page != "SUMMARY.md"), "{page}");
    }
    let book = fs_err::read_to_string(repository("book.toml")).unwrap();
    assert_eq!(
        book.parse::<toml::Table>().unwrap()["book"]["src"].as_str(),
        Some("docs")
    );
}

/// Text without code, in which brackets are no links.
fn prose(text: &str) -> String {
    let mut out = String::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            let plain = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
            out.push_str(&plain);
            out.push('\n');
        }
    }
    out
}

/// A heading as hosts and mdBook name it.
fn anchors(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            let heading = line.trim_start_matches('#').trim().to_lowercase();
            let kept = heading
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.collect::<String>().replace(' ', "-")
        })
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    let root = repository("");
    let mut files = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
        .into_iter()
        .map(PathBuf::from)
        .collect::<Vec<_>>();
    for folder in ["docs", "examples", "tests/bed"] {
        let below = pages(&root.join(folder)).into_iter();
        files.extend(
            below
                .filter(|path| !path.starts_with(".cache"))
                .map(|path| Path::new(folder).join(path)),
        );
    }
    let texts: BTreeMap<_, _> = files
        .iter()
        .map(|file| {
            (
                file.clone(),
                fs_err::read_to_string(root.join(file)).unwrap(),
            )
        })
        .collect();
    let mut broken = Vec::new();
    let mut count = 0;
    for (file, text) in &texts {
        for part in prose(text).split("](").skip(1) {
            let link = part.split(')').next().unwrap_or_default();
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            count += 1;
            // mdBook writes index.html for README.md, so that a page links to the folder.
            let in_book = file.starts_with("docs") && !file.ends_with("SUMMARY.md");
            if in_book
                && link
                    .split('#')
                    .next()
                    .unwrap_or_default()
                    .ends_with("/README.md")
            {
                broken.push(format!("{}: {link} is no page of the book", file.display()));
            }
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() {
                root.join(file)
            } else {
                root.join(file).parent().unwrap().join(path)
            };
            let has_anchor = || {
                let text = fs_err::read_to_string(&target).unwrap_or_default();
                anchors(&text).iter().any(|known| known == anchor)
            };
            if !target.exists() || !(anchor.is_empty() || has_anchor()) {
                broken.push(format!("{}: {link}", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(count > 100, "only {count} links were seen");
}
