//! How long does a layer get on its way to a registry? For images whose archive holds their
//! layers uncompressed, and to share a layer's bytes out among its files.
//!
//! Everything that is read is compressed as `gzip -6` does it, and only counted. `docker push`
//! and `pack` use Go's coder, which comes within a hundredth of it.

use std::io::{self, Read};

use flate2::{Compress, Compression, FlushCompress, Status};

/// Header and trailer of a gzip file without a name (RFC 1952).
const GZIP: u64 = 18;

/// A reader that compresses on the way.
pub(super) struct Pressed<R> {
    inner: R,
    coder: Compress,
    out: Vec<u8>,
}

impl<R: Read> Pressed<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            coder: Compress::new(Compression::new(6), false),
            out: vec![0; 64 * 1024],
        }
    }

    /// Compressed bytes of what was read; some are still held back.
    pub(super) fn so_far(&self) -> u64 {
        self.coder.total_out()
    }

    /// Compressed bytes of everything.
    pub(super) fn finish(mut self) -> u64 {
        while matches!(
            self.coder
                .compress(&[], &mut self.out, FlushCompress::Finish),
            Ok(Status::Ok)
        ) {}
        self.coder.total_out() + GZIP
    }

    fn press(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let before = self.coder.total_in();
            let pressed = self
                .coder
                .compress(bytes, &mut self.out, FlushCompress::None);
            let taken = usize::try_from(self.coder.total_in() - before).unwrap_or(bytes.len());
            // zlib fails on broken state only.
            if pressed.is_err() {
                return;
            }
            bytes = bytes.get(taken..).unwrap_or_default();
        }
    }
}

impl<R: Read> Read for Pressed<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(room)?;
        let bytes = room.get(..read).unwrap_or_default();
        self.press(bytes);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_as_long_as_a_gzip_file_of_it() {
        let text: Vec<u8> = (0..200_000_u32)
            .flat_map(|n| {
                (n.wrapping_mul(2_654_435_761) >> 20)
                    .to_string()
                    .into_bytes()
            })
            .collect();
        let mut pressed = Pressed::new(&text[..]);
        io::copy(&mut pressed, &mut io::sink()).unwrap();
        let mut file = flate2::write::GzEncoder::new(Vec::new(), Compression::new(6));
        io::Write::write_all(&mut file, &text).unwrap();
        assert_eq!(pressed.finish(), file.finish().unwrap().len() as u64);
    }
}
