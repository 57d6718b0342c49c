//! Which files of lower layers can nobody see any more?

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::tar::{Layer, Member};
use slugsmith_facts::tree::EntryKind;

/// How a file was hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hiding {
    /// A later layer has the same path.
    Replaced,
    /// A later layer says that it is gone.
    Removed,
}

/// A file that travels with the image and that nobody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    pub path: PathBuf,
    /// Raw bytes.
    pub bytes: u64,
    pub layer: String,
    /// The layer that hides it.
    pub by: String,
    pub how: Hiding,
}

/// Content that is stored once, however many names it has.
struct Content {
    layer: usize,
    bytes: u64,
    names: usize,
}

/// The names that are seen so far, each with the place of its content.
#[derive(Default)]
struct Seen {
    /// Those of lower layers: what is taken away is looked at once, however often a layer says so.
    below: BTreeMap<PathBuf, usize>,
    /// Those of the layer that is being laid over them.
    here: HashMap<PathBuf, usize>,
    contents: Vec<Content>,
    hidden: Vec<Gone>,
}

/// Content of which no name is left.
struct Gone {
    path: PathBuf,
    from: usize,
    by: usize,
    bytes: u64,
    how: Hiding,
}

impl Seen {
    fn add(&mut self, member: &Member, layer: usize) {
        let linked = member.link.as_ref();
        let linked =
            linked.and_then(|to| self.here.get(to).or_else(|| self.below.get(to)).copied());
        let content = linked.unwrap_or_else(|| {
            self.contents.push(Content {
                layer,
                bytes: member.size,
                names: 0,
            });
            self.contents.len() - 1
        });
        // First, so that a name that links to itself keeps its content.
        if let Some(content) = self.contents.get_mut(content) {
            content.names += 1;
        }
        self.hide(&member.path, layer, Hiding::Replaced);
        self.here.insert(member.path.clone(), content);
    }

    /// Takes one name away.
    fn hide(&mut self, path: &Path, by: usize, how: Hiding) {
        let found = [self.here.remove(path), self.below.remove(path)];
        for content in found.into_iter().flatten() {
            self.forget(path, content, by, how);
        }
    }

    /// A content has one name less; with the last one it is out of sight.
    fn forget(&mut self, path: &Path, content: usize, by: usize, how: Hiding) {
        let Some(content) = self.contents.get_mut(content) else {
            return;
        };
        content.names -= 1;
        // Twice in one layer is the archive's own matter.
        if content.names == 0 && content.bytes > 0 && content.layer != by {
            self.hidden.push(Gone {
                path: path.to_owned(),
                from: content.layer,
                by,
                bytes: content.bytes,
                how,
            });
        }
    }

    /// Takes away what lower layers have in a folder, and the name itself.
    fn hide_below(&mut self, top: &Path, by: usize, how: Hiding) {
        let below = self.below.range(top.to_owned()..);
        let below = below.take_while(|(path, _)| path.starts_with(top));
        let below: Vec<_> = below.map(|(path, _)| path.clone()).collect();
        for path in below {
            if let Some(content) = self.below.remove(&path) {
                self.forget(&path, content, by, how);
            }
        }
    }
}

/// Lays the layers over each other; largest hidden file first.
pub(super) fn hidden(layers: &[Layer], labels: &[String]) -> Vec<Hidden> {
    let mut seen = Seen::default();
    for (number, layer) in layers.iter().enumerate() {
        for member in &layer.members {
            if let Some(top) = whiteout(&member.path) {
                seen.hide_below(&top, number, Hiding::Removed);
            } else if member.kind == EntryKind::Directory {
                // A folder takes the place of a file, and keeps what is in a folder.
                seen.hide(&member.path, number, Hiding::Replaced);
            } else {
                seen.hide_below(&member.path, number, Hiding::Replaced);
                seen.add(member, number);
            }
        }
        let here = std::mem::take(&mut seen.here);
        seen.below.extend(here);
    }
    let label = |number: usize| labels.get(number).cloned().unwrap_or_default();
    let removed = seen.hidden.into_iter();
    let mut hidden: Vec<_> = removed
        .map(|removed| Hidden {
            path: removed.path,
            bytes: removed.bytes,
            layer: label(removed.from),
            by: label(removed.by),
            how: removed.how,
        })
        .collect();
    hidden.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.path.cmp(&b.path)));
    hidden
}

/// What a marker file hides (OCI image spec, layer.md, "Whiteouts"): `.wh.NAME` a path and
/// everything below, `.wh..wh..opq` everything that lower layers have in its folder.
fn whiteout(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let folder = path.parent().unwrap_or(Path::new(""));
    if name == ".wh..wh..opq" {
        return Some(folder.to_owned());
    }
    Some(folder.join(name.strip_prefix(".wh.")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names end with `/` for folders; `a=b` is a hard link to `b`.
    fn layer(members: &[(&str, u64)]) -> Layer {
        let mut layer = Layer::default();
        for (name, size) in members {
            let (path, link) = match name.split_once('=') {
                Some((path, target)) => (path, Some(PathBuf::from(target))),
                None => (*name, None),
            };
            layer.members.push(Member {
                path: PathBuf::from(path.trim_end_matches('/')),
                kind: if path.ends_with('/') {
                    EntryKind::Directory
                } else {
                    EntryKind::File
                },
                size: *size,
                mode: 0o644,
                link,
            });
        }
        layer
    }

    /// `PATH BYTES LAYER>LAYER` of what is hidden.
    fn hides(layers: &[&[(&str, u64)]]) -> Vec<String> {
        let layers: Vec<_> = layers.iter().map(|members| layer(members)).collect();
        let labels: Vec<_> = (0..layers.len()).map(|number| number.to_string()).collect();
        let hidden = hidden(&layers, &labels);
        let line = |one: &Hidden| {
            let path = one.path.display();
            format!("{path} {} {}>{}", one.bytes, one.layer, one.by)
        };
        hidden.iter().map(line).collect()
    }

    #[test]
    fn an_opaque_folder_hides_what_lower_layers_put_there_and_no_more() {
        let lower: &[_] = &[("a/", 0), ("a/one", 10), ("a/b/two", 20), ("ab", 5)];
        let upper: &[_] = &[("a/", 0), ("a/new", 7), ("a/.wh..wh..opq", 0)];
        assert_eq!(hides(&[lower, upper]), ["a/b/two 20 0>1", "a/one 10 0>1"]);
    }

    #[test]
    fn a_file_in_place_of_a_folder_hides_all_of_it_and_the_reverse() {
        let folder: &[_] = &[("a/", 0), ("a/one", 10)];
        let file: &[_] = &[("a", 3)];
        assert_eq!(hides(&[folder, file]), ["a/one 10 0>1"]);
        assert_eq!(hides(&[file, folder]), ["a 3 0>1"]);
        assert_eq!(
            hides(&[folder, folder, file]),
            ["a/one 10 0>1", "a/one 10 1>2"]
        );
    }

    #[test]
    fn a_file_is_hidden_when_its_last_name_is_gone() {
        let lower: &[_] = &[("one", 10)];
        let link: &[_] = &[("two=one", 0)];
        let first: &[_] = &[(".wh.one", 0)];
        let second: &[_] = &[(".wh.two", 0)];
        assert_eq!(hides(&[lower, link, first]), <[&str; 0]>::default());
        assert_eq!(hides(&[lower, link, first, second]), ["two 10 0>3"]);
        // A link to what is not there weighs nothing and hides nothing.
        assert_eq!(
            hides(&[&[("x=nowhere", 0)], &[(".wh.x", 0)]]),
            <[&str; 0]>::default()
        );
        assert_eq!(hides(&[&[("x=x", 4)], &[(".wh.x", 0)]]), ["x 4 0>1"]);
    }
}
