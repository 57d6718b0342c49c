//! Rules split no lines: a format has one reader, in `crates/facts/src/formats` or `crates/ecosystems`, and rules ask
//! that for values with their places.

use crate::source::{tokens, without_tests};
use crate::{packages, read, root, sources};

/// Crates that judge what the readers below them have read.
const JUDGES: &[&str] = &["audit", "budget", "config", "fleet", "stack"];

/// Files that split text which is in no format.
const PROSE: &[(&str, &str)] = &[];

/// Whether a source splits a text into its lines, its tests left out.
fn splits_lines(source: &str) -> bool {
    let tokens = without_tests(&tokens(source));
    let words: Vec<&str> = tokens.iter().map(crate::source::Token::text).collect();
    words.windows(3).any(|three| match three {
        [".", "lines", "("] | ["::", "lines", ")"] => true,
        [".", name, "("] => matches!(*name, "split_inclusive"),
        _ => false,
    }) || source.contains(r"split('\n')") && words.contains(&"split")
}

#[test]
fn rules_split_no_lines() {
    let mut found = Vec::new();
    for package in packages() {
        let name = package.file_name().and_then(|name| name.to_str());
        if !name.is_some_and(|name| JUDGES.contains(&name)) {
            continue;
        }
        for path in sources(&package) {
            let shown = path.strip_prefix(root()).unwrap().display().to_string();
            let is_test = shown.contains("/tests");
            let is_prose = PROSE.iter().any(|(file, _)| *file == shown);
            if !is_test && !is_prose && splits_lines(&read(&path)) {
                found.push(shown);
            }
        }
    }
    assert!(
        found.is_empty(),
        "give the format a reader in crates/facts/src/formats: {found:#?}"
    );
}

#[test]
fn a_call_that_splits_lines_is_seen_and_a_name_is_not() {
    for source in [
        "fn a(t: &str) { for l in t.lines() {} }",
        "fn a(t: &str) { t.split_inclusive('x'); }",
        "fn a(t: Option<&str>) { t.map(str::lines); }",
        r"fn a(t: &str) { t.split('\n'); }",
    ] {
        assert!(splits_lines(source), "{source}");
    }
    for source in [
        "struct A { lines: u32 } fn a(a: &A) -> u32 { a.lines.max(1) }",
        "#[cfg(test)] mod tests { fn a(t: &str) { t.lines(); } }",
        "// t.lines()\nfn a() { print(\"t.lines()\"); }",
    ] {
        assert!(!splits_lines(source), "{source}");
    }
}
