//! How long do bytes get when they are compressed, and how dearly is that known?
//!
//! Three coders: *reference* is zlib level 6, the algorithm of `gzip`, which compresses
//! slugs; *proxy* is zstd level 1, ten times cheaper and strongly correlated; *census* is
//! libdeflate level 4, three to four times cheaper than zlib, whose different size is measured
//! and taken out. Image layers are compressed by another algorithm, which [`BestSpeed`]
//! follows. None keeps its output.

mod best_speed;
mod huffman;

pub(super) use best_speed::{BLOCK as SPEED_BLOCK, BestSpeed};
use flate2::{Compress, Compression, FlushCompress, Status};
use zstd::zstd_safe::{CCtx, CParameter};

/// Bytes that deflate looks back: what stands before a window is its dictionary.
pub(super) const DICTIONARY: usize = 32 * 1024;

/// Some bytes of an archive with those that stand before them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'a> {
    /// At most [`DICTIONARY`] bytes; empty at the archive's start.
    pub(super) before: &'a [u8],
    pub(super) content: &'a [u8],
}

/// zlib at one level, used for one piece after another.
pub(super) struct Reference {
    coder: Compress,
    out: Vec<u8>,
}

impl Reference {
    pub(super) fn new(level: u32) -> Self {
        Self {
            coder: Compress::new(Compression::new(level), false),
            out: vec![0; 64 * 1024],
        }
    }

    /// Compressed bytes of a piece that continues what stands before it.
    pub(super) fn measure(&mut self, piece: Piece<'_>) -> u64 {
        self.coder.reset();
        if !piece.before.is_empty() && self.coder.set_dictionary(piece.before).is_err() {
            return piece.content.len() as u64;
        }
        let mut rest = piece.content;
        loop {
            let read = self.coder.total_in();
            match self
                .coder
                .compress(rest, &mut self.out, FlushCompress::Finish)
            {
                Ok(Status::StreamEnd) => return self.coder.total_out(),
                Ok(_) => {
                    let taken = usize::try_from(self.coder.total_in() - read).unwrap_or(0);
                    rest = rest.get(taken..).unwrap_or_default();
                }
                // zlib only fails on broken state; stored blocks are the upper bound.
                Err(_) => return piece.content.len() as u64,
            }
        }
    }
}

/// Proxy sizes of several pieces.
pub(super) fn proxy(pieces: &[Piece<'_>]) -> Vec<u64> {
    let Some(mut coder) = CCtx::try_create() else {
        // Out of memory: lengths are a proxy too, a poor one, and the interval says so.
        return pieces
            .iter()
            .map(|piece| piece.content.len() as u64)
            .collect();
    };
    let mut out = Vec::new();
    pieces
        .iter()
        .map(|piece| {
            let bound = zstd::zstd_safe::compress_bound(piece.content.len());
            out.clear();
            out.reserve(bound);
            let measured = coder
                .set_parameter(CParameter::CompressionLevel(1))
                .and_then(|_| coder.ref_prefix(piece.before))
                .and_then(|_| coder.compress2(&mut out, piece.content));
            measured.map_or(piece.content.len() as u64, |bytes| bytes as u64)
        })
        .collect()
}

/// libdeflate, used for one chunk after another.
pub(super) struct Census {
    coder: libdeflater::Compressor,
    out: Vec<u8>,
}

impl Census {
    pub(super) fn new() -> Self {
        let level = libdeflater::CompressionLvl::new(4).unwrap_or_default();
        Self {
            coder: libdeflater::Compressor::new(level),
            out: Vec::new(),
        }
    }

    /// Compressed bytes of a chunk on its own.
    pub(super) fn measure(&mut self, chunk: &[u8]) -> u64 {
        let bound = self.coder.deflate_compress_bound(chunk.len());
        self.out.resize(bound, 0);
        let measured = self.coder.deflate_compress(chunk, &mut self.out);
        measured.map_or(chunk.len() as u64, |bytes| bytes as u64)
    }
}
