//! Which package, folder, layer and kind of file do the bytes belong to?
//!
//! Every entry belongs to exactly one part and one kind, so raw bytes add up to the total
//! to the byte. Compressed bytes: a measured window is shared among its members, which
//! gives each file type and each part a ratio; a part with few windows leans on the ratio
//! of its file types, one with many on its own. A window counts for a member as far as it
//! consists of it: what stands in it beside others says little. All parts together are
//! scaled to the total, and each has an interval, from how much its windows differ.

mod detail;
mod groups;
mod kinds;
mod packages;

use super::estimate::Estimate;
use super::stream::{ArchivedTree, Stream};
use super::{Compressed, Part, PartKind};
pub use detail::Node;
use groups::{Groups, PRIOR, Share, Sum, parts_in_order, parts_of, scaled};
pub use kinds::names as kind_names;
pub(super) use kinds::{is_name as is_kind, of as kind_of};
pub(super) use packages::Packages;
use slugsmith_facts::classic;
use slugsmith_facts::tree::{Entry, EntryKind};

/// A file beyond all packages is named on its own from this share of the total.
const BIG_FILE: u64 = 100;
/// And from this many bytes.
const BIG_FILE_BYTES: u64 = 1_000_000;

/// What the trees are made of.
#[derive(Debug, Default)]
pub(super) struct Attribution {
    /// By package, folder, layer or big file; largest compressed first.
    pub(super) parts: Vec<Part>,
    /// By kind of file; largest compressed first.
    pub(super) kinds: Vec<Part>,
    /// By source, in their order.
    pub(super) sources: Vec<Part>,
    /// Bytes of names beyond the first of hard-linked files.
    pub(super) repeated_links: u64,
    /// By folder; only when asked for.
    pub(super) detail: Option<Node>,
}

/// What a source of the archive is called in reports.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) source: &'a ArchivedTree<'a>,
    /// `None` for the app; `node (heroku/nodejs)` for a layer.
    pub(super) layer: Option<&'a str>,
}

/// Attributes all bytes of `stream`.
pub(super) fn attribute(
    stream: &Stream<'_>,
    estimate: &Estimate,
    named: &[Named<'_>],
    detail: bool,
) -> Attribution {
    let total: u64 = named
        .iter()
        .map(|named| named.source.tree.totals().bytes)
        .sum();
    let big = big(total);
    let mut parts = Groups::<(PartKind, String)>::new();
    let mut kinds = Groups::<&'static str>::new();
    let mut types = Groups::<Vec<u8>>::new();
    let mut sources = Groups::<usize>::new();
    let mut memberships = Vec::with_capacity(named.len());
    for (number, named) in named.iter().enumerate() {
        let source = sources.number(number);
        let packages = Packages::read(named.source.tree);
        let entries = named.source.tree.entries();
        let mut numbers = Vec::with_capacity(entries.len());
        for entry in entries {
            let part = parts.number(part_of(entry, &packages, named.layer, big));
            let kind = kinds.number(kind_of(entry));
            let file_type = types.number(type_of(entry));
            let groups = [part, kind, file_type, source];
            numbers.push(groups.map(|number| u32::try_from(number).unwrap_or(0)));
        }
        memberships.push(numbers);
    }
    let mut count = Counting {
        parts,
        kinds,
        types,
        sources,
        memberships,
        ratios: Vec::new(),
        all: Sum::default(),
    };
    count.totals(stream, named);
    count.windows(stream, estimate);
    count.expect(stream, named);
    let by_part = scaled(&count.parts, &count.all, &estimate.compressed);
    let by_kind = scaled(&count.kinds, &count.all, &estimate.compressed);
    let mut attribution = Attribution {
        parts: parts_of(&count.parts, &by_part, |(kind, name)| (*kind, name.clone())),
        kinds: parts_of(&count.kinds, &by_kind, |name| {
            (PartKind::Kind, (*name).to_owned())
        }),
        sources: sources_of(&count, named, &estimate.compressed),
        repeated_links: repeated_links(named),
        detail: detail.then(|| detail::tree(&count, &by_part, stream, named)),
    };
    attribution.parts.retain(|part| part.totals.files > 0);
    attribution.kinds.retain(|part| part.totals.files > 0);
    attribution
}

struct Counting {
    parts: Groups<(PartKind, String)>,
    kinds: Groups<&'static str>,
    types: Groups<Vec<u8>>,
    sources: Groups<usize>,
    /// By source and entry: numbers of part, kind, file type and source.
    memberships: Vec<Vec<[u32; 4]>>,
    /// By file type: compressed bytes per byte in the archive.
    ratios: Vec<f64>,
    /// All windows together.
    all: Sum,
}

impl Counting {
    /// The groups of an entry.
    fn groups(&mut self, source: usize, entry: usize, mut each: impl FnMut(&mut Sum)) {
        let Some([part, kind, file_type, place]) = self.numbers(source, entry) else {
            return;
        };
        let sums = [
            self.parts.sum(part),
            self.kinds.sum(kind),
            self.types.sum(file_type),
            self.sources.sum(place),
        ];
        sums.into_iter().flatten().for_each(&mut each);
    }

    /// Totals, raw and in the archive.
    fn totals(&mut self, stream: &Stream<'_>, named: &[Named<'_>]) {
        for (number, named) in named.iter().enumerate() {
            for (place, entry) in named.source.tree.entries().iter().enumerate() {
                let archive = stream.member_length(number, entry);
                self.groups(number, place, |sum| {
                    sum.totals += entry;
                    sum.archive += archive;
                });
            }
        }
    }

    /// What windows say about the members in them.
    #[allow(clippy::cast_precision_loss)]
    fn windows(&mut self, stream: &Stream<'_>, estimate: &Estimate) {
        let mut members = Vec::new();
        for window in &estimate.windows {
            let length = window.length.max(1) as f64;
            let ratio = window.compressed / length;
            self.all.see(length, length, ratio);
            members.clear();
            let end = window.start + window.length;
            stream.shares(window.start, end, |source, place, bytes| {
                let place = place.and_then(|place| self.memberships.get(source)?.get(place));
                members.extend(place.map(|numbers| (*numbers, bytes)));
            });
            let groups = [
                &mut self.parts.sums,
                &mut self.kinds.sums,
                &mut self.types.sums,
                &mut self.sources.sums,
            ];
            for (number, sums) in groups.into_iter().enumerate() {
                let key = |member: &([u32; 4], u64)| member.0.get(number).copied();
                members.sort_unstable_by_key(key);
                for group in members.chunk_by(|a, b| key(a) == key(b)) {
                    let bytes: u64 = group.iter().map(|(_, bytes)| bytes).sum();
                    let place = group.first().and_then(key);
                    let sum = place.and_then(|place| sums.get_mut(place as usize));
                    if let Some(sum) = sum {
                        sum.see(bytes as f64, length, ratio);
                    }
                }
            }
        }
    }

    /// What each part and kind would compress to by its file types alone.
    #[allow(clippy::cast_precision_loss)]
    fn expect(&mut self, stream: &Stream<'_>, named: &[Named<'_>]) {
        let overall = if self.all.seen > 0.0 {
            self.all.seen_compressed / self.all.seen
        } else {
            1.0
        };
        self.ratios = self
            .types
            .sums
            .iter()
            .map(|sum| (sum.seen_compressed + PRIOR * overall) / (sum.seen + PRIOR))
            .collect();
        for (number, named) in named.iter().enumerate() {
            for (place, entry) in named.source.tree.entries().iter().enumerate() {
                let archive = stream.member_length(number, entry) as f64;
                let ratio = self.ratio(number, place);
                self.groups(number, place, |sum| sum.expected += archive * ratio);
            }
        }
    }

    /// Compressed bytes per byte of an entry, by its file type.
    fn ratio(&self, source: usize, entry: usize) -> f64 {
        self.numbers(source, entry)
            .and_then(|[_, _, file_type, _]| self.ratios.get(file_type))
            .copied()
            .unwrap_or(1.0)
    }

    /// Numbers of the groups of an entry: part, kind, file type, source.
    fn numbers(&self, source: usize, entry: usize) -> Option<[usize; 4]> {
        let numbers = self.memberships.get(source)?.get(entry)?;
        Some(numbers.map(|number| number as usize))
    }
}

/// The sources in their order, however much they weigh.
fn sources_of(count: &Counting, named: &[Named<'_>], total: &Compressed) -> Vec<Part> {
    let shares = scaled(&count.sources, &count.all, total);
    let name = |number: &usize| {
        let layer = named.get(*number).and_then(|named| named.layer);
        (PartKind::Layer, layer.unwrap_or_default().to_owned())
    };
    let mut parts: Vec<_> = count
        .sources
        .keys
        .iter()
        .copied()
        .zip(parts_in_order(&count.sources, &shares, name))
        .collect();
    parts.sort_by_key(|(number, _)| *number);
    parts.into_iter().map(|(_, part)| part).collect()
}

/// From how many bytes on a file beyond all packages is named, where all have `total`.
pub(super) fn big(total: u64) -> u64 {
    (total / BIG_FILE).max(BIG_FILE_BYTES)
}

/// The part that an entry belongs to.
pub(super) fn part_of(
    entry: &Entry,
    packages: &Packages,
    layer: Option<&str>,
    big: u64,
) -> (PartKind, String) {
    if let Some(package) = packages.of(entry.path_bytes()) {
        return (PartKind::Package, printable(&package));
    }
    let path = printable(&String::from_utf8_lossy(entry.path_bytes()));
    if let (None, Some(installed)) = (layer, classic::installed_in(&path)) {
        return (PartKind::Layer, installed);
    }
    if entry.kind() == EntryKind::File && entry.size() >= big {
        let name = layer.map_or_else(|| path.clone(), |layer| format!("{path} in {layer}"));
        return (PartKind::File, name);
    }
    if let Some(layer) = layer {
        return (PartKind::Layer, layer.to_owned());
    }
    match path.split_once('/') {
        Some((folder, _)) => (PartKind::Folder, format!("{folder}/")),
        None if entry.kind() == EntryKind::Directory => (PartKind::Folder, format!("{path}/")),
        None => (PartKind::Folder, "files at the root".to_owned()),
    }
}

/// A name on one line: a file's name may hold line ends and escape sequences.
pub(super) fn printable(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for character in name.chars() {
        if character.is_control() {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    out
}

/// The lower-case extension, or what stands for it.
fn type_of(entry: &Entry) -> Vec<u8> {
    if entry.kind() != EntryKind::File {
        return b"/".to_vec();
    }
    let path = entry.path_bytes();
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let mut parts = name.rsplitn(2, |byte| *byte == b'.');
    match (parts.next(), parts.next()) {
        (Some(extension), Some(stem)) if !stem.is_empty() && extension.len() <= 8 => {
            extension.to_ascii_lowercase()
        }
        _ => Vec::new(),
    }
}

/// Bytes that hard links repeat in the archive.
fn repeated_links(named: &[Named<'_>]) -> u64 {
    let mut seen = std::collections::HashSet::new();
    let entries = named.iter().flat_map(|named| named.source.tree.entries());
    entries
        .filter(|entry| entry.kind() == EntryKind::File && entry.links() > 1)
        .filter(|entry| !seen.insert(entry.inode()))
        .map(Entry::size)
        .sum()
}
