//! The sizes as one self-contained page: a treemap, a table and a search, without network.
//!
//! The page works with a keyboard and a screen reader (every box is a button with a label,
//! the table says the same in words), in light and in dark.

use serde_json::json;

use slugsmith_budget::limits::measured;
use slugsmith_budget::{BudgetReport, kind_names};

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");

/// The page; `title` is what was weighed, `after` the same as stripping would leave it.
#[must_use]
pub fn page(title: &str, report: &BudgetReport, after: Option<&BudgetReport>) -> String {
    let data = json!({
        "title": title,
        "colours": kind_names(),
        "before": view(report),
        "after": after.map(view),
    });
    // Inside a script element only `</` and `<!--` could end the data early.
    let data = data.to_string().replace('<', "\\u003c");
    PAGE.replace("{{title}}", &escaped(title))
        .replace("{{style}}", STYLE)
        .replace("{{script}}", SCRIPT)
        .replace("{{data}}", &data)
}

/// What one state of the tree weighs.
fn view(report: &BudgetReport) -> serde_json::Value {
    json!({
        "size": {
            "files": report.size.totals.files,
            "bytes": report.size.totals.bytes,
            "compressed": report.size.compressed.bytes,
            "measured": measured(&report.size.compressed),
            "image": measured(&report.size.image),
        },
        "tree": report.detail,
        "parts": report.parts.iter().map(row).collect::<Vec<_>>(),
        "kinds": report.kinds.iter().map(row).collect::<Vec<_>>(),
        "copies": {
            "bytes": report.duplicates.bytes,
            "groups": report.duplicates.largest.iter().map(|copies| json!({
                "name": copies.paths.join(", "), "kind": "copies", "files": copies.paths.len(),
                "bytes": copies.repeated(),
            })).collect::<Vec<_>>(),
        },
        "unread": report.unread.iter().map(|unread| unread.path.display().to_string()).collect::<Vec<_>>(),
    })
}

fn row(part: &slugsmith_budget::Part) -> serde_json::Value {
    json!({
        "name": part.name, "kind": part.kind, "files": part.totals.files,
        "bytes": part.totals.bytes, "compressed": part.compressed,
        "plus_minus": part.plus_minus,
    })
}

/// Text of a page: one line, nothing odd, no markup.
pub(crate) fn escaped(text: &str) -> String {
    super::safe::line(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_facts::tree::Tree;

    #[test]
    fn names_of_files_can_not_leave_the_data() {
        let folder = tempfile::tempdir().unwrap();
        let name = "<script>alert(1)<";
        fs_err::write(folder.path().join(name), "x".repeat(9000)).unwrap();
        let report = slugsmith_budget::inspect(&Tree::read(folder.path()));
        let page = page("</title><b>", &report, None);
        assert!(!page.contains("<script>alert"));
        assert!(!page.contains("</title><b>"));
        assert!(page.contains("\\u003cscript>alert(1)\\u003c"));
        assert!(!page.contains("{{"), "a placeholder is left");
        assert!(
            !page.contains("http://") && !page.contains("https://"),
            "works offline"
        );
    }
}
