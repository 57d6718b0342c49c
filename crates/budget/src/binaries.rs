//! What are the bytes of a program made of: code, data, tables or debug symbols?
//!
//! Go and Rust link everything into one file, so that no package shows. Its sections do:
//! each is named in plain words, and a sample of it is compressed on its own.

use std::collections::BTreeMap;

use object::read::{Object, ObjectSection, ReadCache, ReadRef};
use rayon::prelude::*;

use super::attribute::{Named, printable};
use super::codec::Census;
use slugsmith_facts::beneath::open_itself;
use slugsmith_facts::tree::{Entry, EntryKind};
use slugsmith_finding::work;

/// Programs below this are not taken apart, in bytes.
const SMALLEST: u64 = 1_000_000;
/// Programs that are taken apart, the largest.
const LARGEST: usize = 20;
/// Bytes of a section that are compressed at once, and how often.
const CHUNK: u64 = 256 * 1024;
const CHUNKS: u64 = 16;

/// A program or shared library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    pub path: String,
    /// Raw bytes.
    pub bytes: u64,
    /// Largest first; with what stands between them they add up to the file.
    pub sections: Vec<Section>,
}

/// Sections of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub name: &'static str,
    /// Raw bytes.
    pub bytes: u64,
    /// Compressed bytes, from a sample.
    pub compressed: u64,
}

/// Takes the largest programs apart.
pub(super) fn find(named: &[Named<'_>]) -> Vec<Binary> {
    let mut candidates: Vec<_> = named
        .iter()
        .flat_map(|named| {
            let entries = named.source.tree.entries().iter();
            entries
                .filter(|entry| is_candidate(entry))
                .map(move |entry| (named, entry))
        })
        .collect();
    candidates.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.size()));
    let step = work::files("reading programs", candidates.len());
    candidates
        .par_iter()
        .inspect(|_| step.done(1))
        .filter_map(|(named, entry)| take_apart(named, entry))
        .collect::<Vec<_>>()
        .into_iter()
        .take(LARGEST)
        .collect()
}

fn is_candidate(entry: &Entry) -> bool {
    let name = entry.path().extension().and_then(|name| name.to_str());
    // A program has no extension and may be run; a library says what it is.
    let looks_so = match name {
        None => entry.mode() & 0o111 != 0,
        Some(extension) => matches!(extension, "so" | "node"),
    };
    entry.kind() == EntryKind::File && entry.size() >= SMALLEST && looks_so
}

/// `None` for what is no ELF file.
fn take_apart(named: &Named<'_>, entry: &Entry) -> Option<Binary> {
    let path = named.source.tree.root().join(entry.path());
    let file = std::fs::File::from(open_itself(&path).ok()?);
    let cache = ReadCache::new(file);
    let parsed = object::File::parse(&cache).ok()?;
    let mut sums = BTreeMap::<&'static str, (u64, f64)>::new();
    let mut coder = Census::new();
    for section in parsed.sections() {
        let Some((start, length)) = section.file_range() else {
            continue;
        };
        let name = kind(section.name_bytes().unwrap_or_default());
        let sum = sums.entry(name).or_default();
        sum.0 += length;
        sum.1 += compressed(&cache, start, length, &mut coder);
    }
    let known: u64 = sums.values().map(|(bytes, _)| bytes).sum();
    if let Some(rest) = entry.size().checked_sub(known) {
        let sum = sums.entry("other").or_default();
        sum.0 += rest;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let mut sections: Vec<_> = sums
        .into_iter()
        .filter(|(_, (bytes, _))| *bytes > 0)
        .map(|(name, (bytes, compressed))| Section {
            name,
            bytes,
            compressed: compressed as u64,
        })
        .collect();
    sections.sort_by_key(|section| std::cmp::Reverse(section.bytes));
    let shown = printable(&entry.path().to_string_lossy());
    Some(Binary {
        path: match named.layer {
            Some(layer) => format!("{shown} in {layer}"),
            None => shown,
        },
        bytes: entry.size(),
        sections,
    })
}

/// What a section holds.
fn kind(name: &[u8]) -> &'static str {
    match name {
        b".text" | b".plt" | b".init" | b".fini" => "code",
        b".gopclntab" | b".go.pclntab" => "Go line table",
        b".symtab" | b".strtab" => "symbol names",
        b".dynsym" | b".dynstr" | b".gnu.hash" | b".hash" | b".gnu.version" => "dynamic symbols",
        b".eh_frame" | b".eh_frame_hdr" | b".gcc_except_table" => "unwind tables",
        b".rela.dyn" | b".rela.plt" | b".relr.dyn" => "relocations",
        b".typelink" | b".itablink" => "Go types",
        _ if name.starts_with(b".debug_") || name.starts_with(b".zdebug_") => "debug symbols",
        _ if name.starts_with(b".rodata") => "constants",
        _ if name.starts_with(b".data") => "data",
        _ => "other",
    }
}

/// Compressed bytes of a range, from up to [`CHUNKS`] pieces at equal distances.
#[allow(clippy::cast_precision_loss)]
fn compressed<'a>(file: impl ReadRef<'a>, start: u64, length: u64, coder: &mut Census) -> f64 {
    let pieces = length.div_ceil(CHUNK).clamp(1, CHUNKS);
    let (mut raw, mut packed) = (0_u64, 0_u64);
    for piece in 0..pieces {
        let from = start + length / pieces * piece;
        let size = CHUNK.min(length / pieces).max(1).min(length);
        let Ok(bytes) = file.read_bytes_at(from, size) else {
            continue;
        };
        raw += size;
        packed += coder.measure(bytes);
    }
    if raw == 0 {
        return 0.0;
    }
    length as f64 * packed as f64 / raw as f64
}

#[cfg(test)]
mod tests {
    use crate::inspect;
    use slugsmith_facts::tree::Tree;

    #[test]
    fn this_very_program_is_taken_apart_to_the_byte() {
        let folder = tempfile::tempdir().unwrap();
        let program = std::env::current_exe().unwrap();
        fs_err::copy(program, folder.path().join("server")).unwrap();
        fs_err::write(folder.path().join("data.so"), vec![7; 2_000_000]).unwrap();
        let found = inspect(&Tree::read(folder.path())).binaries;
        assert_eq!(
            found.len(),
            1,
            "what only looks like a library is left alone"
        );
        let binary = &found[0];
        assert_eq!(binary.path, "server");
        let sum: u64 = binary.sections.iter().map(|section| section.bytes).sum();
        assert_eq!(sum, binary.bytes);
        let code = binary
            .sections
            .iter()
            .find(|section| section.name == "code");
        let code = code.unwrap();
        assert!(code.bytes > 1_000_000 && code.compressed < code.bytes);
    }
}
