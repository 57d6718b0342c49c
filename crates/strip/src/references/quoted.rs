//! What between two quotes can be a path, and what says so at once?

use std::ops::Range;

use memchr::{memchr, memchr2_iter, memmem};

use super::MAX_LITERAL;

/// What may be a literal, before anybody knows how it stands in the code.
#[derive(Debug, Clone, Copy)]
pub struct Quoted<'a> {
    pub text: &'a str,
    /// As [`super::Literal::open`].
    pub open: bool,
    /// As [`super::Literal::at`].
    pub at: usize,
    /// Bits of [`KINDS`]: nothing is in the text whose bit is not there.
    pub(super) kinds: u8,
}

impl Quoted<'_> {
    /// Whether the text can have this byte in it: a dot, a slash or a star.
    #[must_use]
    pub fn may_have(&self, byte: u8) -> bool {
        self.kinds & KINDS[usize::from(byte)] != 0
    }
}

/// Where values may be put into the texts of a file, asked for one literal after the other.
pub(super) struct Values<'a> {
    marks: memchr::Memchr2<'a>,
    next: Option<usize>,
}

impl<'a> Values<'a> {
    pub(super) fn of(text: &Checked<'a>, quote: u8) -> Self {
        // Only what is in double quotes takes in values.
        let bytes = if quote == b'"' { text.bytes } else { &[] };
        let mut marks = memchr2_iter(b'$', b'#', bytes);
        let next = marks.next();
        Self { marks, next }
    }

    pub(super) fn are_in(&mut self, content: &Range<usize>) -> bool {
        while self.next.is_some_and(|at| at < content.start) {
            self.next = self.marks.next();
        }
        self.next.is_some_and(|at| at < content.end)
    }
}

/// A text that was looked at once, whether it is UTF-8.
pub(super) struct Checked<'a> {
    pub(super) bytes: &'a [u8],
    text: Option<&'a str>,
}

impl<'a> Checked<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        let text = std::str::from_utf8(bytes).ok();
        Self { bytes, text }
    }

    /// A part that begins and ends at characters of ASCII.
    fn text(&self, range: Range<usize>) -> Option<&'a str> {
        match self.text {
            Some(text) => text.get(range),
            None => std::str::from_utf8(self.bytes.get(range)?).ok(),
        }
    }
}

/// The bit of bytes that no path has in it as code writes it. A `?` ends one: what follows is a query.
const ODD: u8 = 1;
/// The bit of each byte that says something about a path.
const KINDS: [u8; 256] = {
    let kinds: [&[u8]; 5] = [b"?\n\r\t;=<>|\"'`&^!\\{", b".", b"/", b"*", b":"];
    let mut table = [0; 256];
    let mut kind = 0;
    while kind < kinds.len() {
        let mut at = 0;
        while at < kinds[kind].len() {
            table[kinds[kind][at] as usize] = ODD << kind;
            at += 1;
        }
        kind += 1;
    }
    table
};

/// What stands between each quote and the next one of its kind: where, and what of it can be a path.
pub(super) struct Contents<'t, 'a> {
    text: &'t Checked<'a>,
    quote: u8,
    open: Option<usize>,
}

impl<'t, 'a> Contents<'t, 'a> {
    pub(super) fn of(text: &'t Checked<'a>, quote: u8) -> Self {
        let open = memchr(quote, text.bytes);
        Self { text, quote, open }
    }

    /// The path that begins at `start`, where the first odd byte is at `stop` and the next quote at `end`.
    fn path(&self, start: usize, stop: usize, end: usize, kinds: u8) -> Option<Quoted<'a>> {
        let bytes = self.text.bytes;
        let is_template = self.quote == b'`';
        let (stop, open) = match bytes.get(stop) {
            _ if stop == end => (stop, false),
            Some(b'?') => {
                let content = bytes.get(start..end).filter(|_| is_template);
                (
                    stop,
                    content.is_some_and(|content| memmem::find(content, b"${").is_some()),
                )
            }
            Some(b'{') if is_template && bytes.get(start..stop)?.ends_with(b"$") => {
                (stop - 1, true)
            }
            _ => return None,
        };
        path_like(self.text, start..stop, kinds, open)
    }
}

impl<'a> Iterator for Contents<'_, 'a> {
    type Item = (Range<usize>, Option<Quoted<'a>>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let start = self.open.take()? + 1;
            let (stop, kinds) = first_odd(self.text.bytes, start..start + MAX_LITERAL);
            let rest = self.text.bytes.get(stop..)?;
            // Most of what can be a path ends with its quote.
            let end = match rest.first() {
                Some(byte) if *byte == self.quote => stop,
                _ => stop + memchr(self.quote, rest)?,
            };
            self.open = Some(end);
            if end - start < MAX_LITERAL {
                return Some((start..end, self.path(start, stop, end, kinds)));
            }
        }
    }
}

/// Where the first odd byte of a part of a text is, or its end, and the kinds of the bytes up to there.
fn first_odd(bytes: &[u8], part: Range<usize>) -> (usize, u8) {
    let end = part.end.min(bytes.len());
    let inside = bytes.get(part.start..end).unwrap_or_default();
    let mut kinds = 0;
    let odd = inside.iter().position(|byte| {
        let kind = KINDS[usize::from(*byte)];
        kinds |= kind;
        kind == ODD
    });
    (odd.map_or(end, |at| part.start + at), kinds)
}

/// The path that a part of a double-quoted text can be.
pub(super) fn part<'a>(text: &Checked<'a>, part: Range<usize>) -> Option<Quoted<'a>> {
    let (stop, kinds) = first_odd(text.bytes, part.clone());
    let is_odd = stop < part.end && text.bytes.get(stop) != Some(&b'?');
    path_like(text, part.start..stop, kinds, false).filter(|_| !is_odd)
}

/// A text of no odd bytes that can be a path.
fn path_like<'a>(
    text: &Checked<'a>,
    content: Range<usize>,
    kinds: u8,
    open: bool,
) -> Option<Quoted<'a>> {
    if content.is_empty() {
        return None;
    }
    let at = content.start.saturating_sub(1);
    let mut quoted = Quoted {
        text: text.text(content)?,
        open,
        at,
        kinds,
    };
    if quoted.may_have(b':') {
        let text = quoted.text;
        quoted.text = text.strip_prefix("file://").unwrap_or(text);
        let elsewhere = ["http:", "https:", "node:", "data:"];
        let mut elsewhere = elsewhere.iter();
        if elsewhere.any(|scheme| quoted.text.starts_with(scheme)) {
            return None;
        }
    }
    Some(quoted)
}

/// The path before a value that a double-quoted text takes in, which goes on with anything;
/// or what follows a value at its very beginning.
pub(super) fn interpolated(
    text: &Checked<'_>,
    content: &Range<usize>,
) -> Option<(Range<usize>, bool)> {
    let bytes = text.bytes.get(content.clone())?;
    let at = bytes.windows(2).position(|two| {
        matches!(two, b"#{" | b"{$" | b"${") || two[0] == b'$' && two[1].is_ascii_alphabetic()
    })?;
    if bytes.get(..at)?.contains(&b'/') {
        return Some((content.start..content.start + at, true));
    }
    let slash = memchr(b'/', bytes)?;
    let rest = bytes.get(slash..)?;
    let more = rest
        .windows(2)
        .position(|two| matches!(two, b"#{" | b"{$") || two[0] == b'$');
    let end = more.map_or(content.end, |more| content.start + slash + more);
    Some((content.start + slash..end, more.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As slowly as it can be said.
    fn plainly(text: &str, quote: char) -> Vec<(usize, String, bool)> {
        let places: Vec<usize> = text.match_indices(quote).map(|(at, _)| at).collect();
        let mut found = Vec::new();
        for pair in places.windows(2) {
            let content = &text[pair[0] + 1..pair[1]];
            let cut = content.find("${").filter(|_| quote == '`');
            let path = cut.map_or(content, |at| &content[..at]);
            let path = path
                .find(|c: char| c.is_ascii() && KINDS[c as usize] == ODD)
                .map_or(Some(path), |at| {
                    path[at..].starts_with('?').then_some(&path[..at])
                });
            let path = path.filter(|path| !path.is_empty() && content.len() < MAX_LITERAL);
            let path = path.map(|path| path.strip_prefix("file://").unwrap_or(path));
            if let Some(path) = path.filter(|path| !path.starts_with("node:")) {
                found.push((pair[0], path.to_owned(), cut.is_some()));
            }
        }
        found
    }

    #[test]
    fn contents_are_what_stands_between_each_quote_and_the_next() {
        const PARTS: &[&str] = &[
            "\"", "'", "`", "a", "./b", "$", "{", "${", "?", "node:", "file://", "\n", "é", "x.js",
        ];
        let long = "y".repeat(MAX_LITERAL - 1);
        let mut seed = 7_usize;
        for round in 0..20_000 {
            let mut text = String::new();
            for _ in 0..round % 24 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let part = PARTS.get((seed >> 33) % (PARTS.len() + 1));
                text.push_str(part.map_or(long.as_str(), |part| *part));
            }
            let checked = Checked::of(text.as_bytes());
            for quote in ['"', '\'', '`'] {
                let contents = Contents::of(&checked, quote as u8);
                let found = contents.filter_map(|(_, quoted)| quoted);
                let found = found.map(|one| (one.at, one.text.to_owned(), one.open));
                assert_eq!(found.collect::<Vec<_>>(), plainly(&text, quote), "{text:?}");
            }
        }
    }
}
