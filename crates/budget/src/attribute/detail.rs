//! What does the whole tree look like, folder by folder, in few enough pieces to draw?

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Counting, Named, Share};
use crate::stream::Stream;
use slugsmith_facts::tree::{EntryKind, Totals};

/// Files below this share of the total are summed up in their folder.
const SMALLEST: f64 = 1.0 / 4000.0;

/// A folder or file and what is in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Node {
    pub name: String,
    /// Files and links below it.
    pub files: u64,
    /// Raw bytes.
    pub bytes: u64,
    /// Compressed bytes, estimated.
    pub compressed: f64,
    /// The kind of file that most of the compressed bytes are.
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Node>,
    /// Compressed bytes by kind of everything inside, until the folder is finished.
    #[serde(skip)]
    pub kinds: BTreeMap<&'static str, f64>,
}

/// The sources as a tree: the app's folders at the top, layers beside them.
pub(super) fn tree(
    count: &Counting,
    by_part: &[Share],
    stream: &Stream<'_>,
    named: &[Named<'_>],
) -> Node {
    let smallest = by_part.iter().map(|share| share.compressed).sum::<f64>() * SMALLEST;
    let mut root = Node::default();
    for (number, named) in named.iter().enumerate() {
        let mut node = source(count, by_part, stream, (number, *named), smallest);
        match named.layer {
            Some(layer) => {
                layer.clone_into(&mut node.name);
                root.take_in(node, 0.0);
            }
            None => root = node,
        }
    }
    root.finish();
    root
}

#[allow(clippy::cast_precision_loss)]
fn source(
    count: &Counting,
    by_part: &[Share],
    stream: &Stream<'_>,
    (number, named): (usize, Named<'_>),
    smallest: f64,
) -> Node {
    // Folders that are open, outermost first; entries come parents before children.
    let mut open = vec![Node::default()];
    for (place, entry) in named.source.tree.entries().iter().enumerate() {
        let depth = entry.path().components().count();
        close(&mut open, depth, smallest);
        let mut totals = Totals::default();
        totals += entry;
        let factor = count.numbers(number, place).map_or(1.0, |[part, _, _, _]| {
            let expected = count.parts.sums.get(part).map_or(0.0, |sum| sum.expected);
            let known = by_part.get(part).map_or(expected, |share| share.compressed);
            if expected > 0.0 {
                known / expected
            } else {
                1.0
            }
        });
        let archive = stream.member_length(number, entry) as f64;
        let compressed = archive * count.ratio(number, place) * factor;
        let node = Node {
            name: entry
                .path()
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            files: totals.files,
            bytes: totals.bytes,
            compressed,
            kind: super::kind_of(entry),
            ..Node::default()
        };
        if entry.kind() == EntryKind::Directory {
            open.push(node);
        } else if let Some(folder) = open.last_mut() {
            folder.take_in(node, smallest);
        }
    }
    close(&mut open, 1, smallest);
    open.pop().unwrap_or_default()
}

/// Closes folders until an entry at `depth` (1 at the top) belongs to the last open one.
fn close(open: &mut Vec<Node>, depth: usize, smallest: f64) {
    while open.len() > depth.max(1) {
        let (Some(mut done), Some(parent)) = (open.pop(), open.last_mut()) else {
            return;
        };
        done.finish();
        parent.take_in(done, smallest);
    }
}

impl Node {
    /// Adds a child; a small one only as a number.
    fn take_in(&mut self, mut child: Node, smallest: f64) {
        let kinds = std::mem::take(&mut child.kinds);
        if kinds.is_empty() {
            *self.kinds.entry(child.kind).or_default() += child.compressed;
        }
        for (kind, compressed) in kinds {
            *self.kinds.entry(kind).or_default() += compressed;
        }
        self.files += child.files;
        self.bytes += child.bytes;
        self.compressed += child.compressed;
        if child.compressed >= smallest {
            self.children.push(child);
        }
    }

    /// Sorts, sums up what was too small, and names the main kind.
    fn finish(&mut self) {
        let main = self.kinds.iter().max_by(|a, b| a.1.total_cmp(b.1));
        self.kind = main.map_or(self.kind, |(kind, _)| kind);
        if self.children.is_empty() {
            return;
        }
        self.children
            .sort_by(|a, b| b.compressed.total_cmp(&a.compressed));
        let mut rest = (self.files, self.bytes, self.compressed);
        for child in &self.children {
            rest.0 = rest.0.saturating_sub(child.files);
            rest.1 = rest.1.saturating_sub(child.bytes);
            rest.2 -= child.compressed;
        }
        if rest.0 > 0 {
            self.children.push(Node {
                name: format!(
                    "{} more",
                    slugsmith_finding::units::counted(rest.0, "small file")
                ),
                files: rest.0,
                bytes: rest.1,
                compressed: rest.2.max(0.0),
                kind: "other",
                ..Node::default()
            });
        }
    }
}
