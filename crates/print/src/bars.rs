//! The sizes as a tree with bars, for a terminal.

use super::line::Line;
use slugsmith_budget::{BudgetReport, Node};
use slugsmith_finding::units;

/// Columns of a full bar.
const WIDTH: usize = 20;
/// Folders and files below this share of the whole are left out.
const SMALLEST: f64 = 0.02;
/// How deep the tree is shown.
const DEEPEST: usize = 5;

/// Folders and files that make up the size, each with a bar for its share.
#[must_use]
pub fn lines(report: &BudgetReport) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(root) = &report.detail {
        below(root, root.compressed, 0, &mut lines);
    }
    if !lines.is_empty() {
        lines.insert(0, Line::item(1, "By folder, compressed"));
    }
    lines
}

fn below(node: &Node, total: f64, depth: usize, lines: &mut Vec<Line>) {
    if depth == DEEPEST {
        return;
    }
    for child in &node.children {
        let share = if total > 0.0 {
            child.compressed / total
        } else {
            0.0
        };
        if share < SMALLEST {
            continue;
        }
        // A folder with one child says no more than the child.
        let (mut shown, mut name) = (child, child.name.clone());
        while let [only] = shown.children.as_slice() {
            name = format!("{name}/{}", only.name);
            shown = only;
        }
        let slash = if shown.children.is_empty() { "" } else { "/" };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let size = units::size(child.compressed.round() as u64);
        lines.push(Line::row(
            1,
            format!(
                "{size:>10} {:>3.0}% {} {}{}{slash}",
                share * 100.0,
                bar(share),
                "  ".repeat(depth),
                name.escape_debug()
            ),
        ));
        below(shown, total, depth + 1, lines);
    }
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
fn bar(share: f64) -> String {
    let eighths = (share.clamp(0.0, 1.0) * 8.0 * WIDTH as f64).round() as usize;
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        .get(eighths % 8)
        .unwrap_or(&"");
    let full = eighths / 8;
    let rest = WIDTH - full - usize::from(!part.is_empty());
    format!("{}{part}{}", "█".repeat(full), "░".repeat(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, compressed: f64, children: Vec<Node>) -> Node {
        Node {
            name: name.to_owned(),
            compressed,
            children,
            ..Node::default()
        }
    }

    #[test]
    fn small_things_are_left_out_and_lone_folders_joined() {
        let leaf = node("big.js", 600.0, Vec::new());
        let lone = node("lib", 600.0, vec![leaf]);
        let root = node(
            "",
            1000.0,
            vec![
                node("pkg", 600.0, vec![lone]),
                node("b\n", 395.0, Vec::new()),
                node("tiny", 5.0, Vec::new()),
            ],
        );
        let report = BudgetReport {
            detail: Some(root),
            ..BudgetReport::default()
        };
        let texts: Vec<_> = lines(&report).into_iter().map(|line| line.text).collect();
        assert_eq!(texts.len(), 3);
        assert_eq!(
            texts[1],
            "     600 B  60% ████████████░░░░░░░░ pkg/lib/big.js"
        );
        assert!(texts[2].ends_with("b\\n"));
    }
}
