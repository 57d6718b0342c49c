//! What does the text of a source file refer to?
//!
//! Finds every string literal that could be a path or a module name, in JavaScript,
//! TypeScript, JSON and most other languages alike. It deliberately does not parse:
//! each quote is taken as a possible beginning, also inside comments, regular expressions
//! and templates, so that nothing can be missed by misjudging what a slash means. What
//! is found too much keeps a file that could have gone, never the other way round.

mod beside;
mod lines;
mod scans;

pub use beside::{Beside, beside};
pub use lines::Lines;
pub use scans::scans;

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr2, memmem};

/// Longer literals are not paths: file names end at 255 bytes (`NAME_MAX`).
const MAX_LITERAL: usize = 300;

/// How a literal stands in the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// `require("x")`, `import "x"`, `import("x")`, `from "x"`, `require.resolve("x")`.
    Module,
    /// The first or a further argument of some call, or an element of a list.
    Argument,
    /// Anywhere else.
    Other,
}

/// One literal that may name a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Literal<'a> {
    pub text: &'a str,
    pub form: Form,
    /// The text goes on with something computed: everything that begins so is meant.
    pub open: bool,
    /// Where it stands, in bytes.
    pub at: usize,
}

impl Literal<'_> {
    /// Dots and slashes alone, as in `path.startsWith('..' + sep)`: punctuation far more often than a folder.
    /// What a file's own folder is joined with is read elsewhere ([`beside()`]).
    #[must_use]
    pub fn is_punctuation(&self) -> bool {
        self.text.bytes().all(|byte| matches!(byte, b'.' | b'/'))
    }
}

/// Calls `found` for each literal of `text`.
pub fn literals<'a>(text: &'a [u8], mut found: impl FnMut(Literal<'a>)) {
    let text = Checked::of(text);
    for quote in [b'"', b'\'', b'`'] {
        for open in memchr_iter(quote, text.bytes) {
            let start = open + 1;
            let end = text.bytes.len().min(start + MAX_LITERAL);
            let length = text
                .bytes
                .get(start..end)
                .and_then(|rest| memchr(quote, rest));
            let Some(content) = length.map(|length| start..start + length) else {
                continue;
            };
            // Ruby and PHP put values into texts: `"tests/#{name}"`, `"tests/$name.php"`.
            if let Some((part, open_end)) = interpolated(&text, &content, quote)
                && let Some((content, _)) = path_like(&text, part, quote)
            {
                found(Literal {
                    text: content,
                    form: form(text.bytes.get(..open).unwrap_or_default()),
                    open: open_end,
                    at: open,
                });
            }
            let end = content.end;
            if let Some((content, cut)) = path_like(&text, content, quote) {
                let before = text.bytes.get(..open).unwrap_or_default();
                let after = text.bytes.get(end + 1..).unwrap_or_default();
                found(Literal {
                    text: content,
                    form: form(before),
                    open: cut || followed_by_plus(after),
                    at: open,
                });
            }
        }
    }
}

/// A text that was looked at once, whether it is UTF-8.
struct Checked<'a> {
    bytes: &'a [u8],
    text: Option<&'a str>,
}

impl<'a> Checked<'a> {
    fn of(bytes: &'a [u8]) -> Self {
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

/// Bytes that no path has in it as code writes it. A `?` ends one: what follows is a query.
const ODD: [bool; 256] = {
    let odd = b"?\n\r\t;=<>|\"'`&^!\\{";
    let mut table = [false; 256];
    let mut at = 0;
    while at < odd.len() {
        table[odd[at] as usize] = true;
        at += 1;
    }
    table
};

/// The part of a literal that can be a path, and whether a template cuts it off.
fn path_like<'a>(text: &Checked<'a>, content: Range<usize>, quote: u8) -> Option<(&'a str, bool)> {
    let bytes = text.bytes.get(content.clone())?;
    let template = (quote == b'`')
        .then(|| memmem::find(bytes, b"${"))
        .flatten();
    let bytes = template.map_or(bytes, |at| &bytes[..at]);
    let odd = bytes.iter().position(|byte| ODD[usize::from(*byte)]);
    let length = match odd {
        Some(at) if bytes[at] != b'?' => return None,
        Some(at) => at,
        None => bytes.len(),
    };
    if length == 0 {
        return None;
    }
    let text = text.text(content.start..content.start + length)?;
    let text = text.strip_prefix("file://").unwrap_or(text);
    let elsewhere = ["http:", "https:", "node:", "data:"];
    let elsewhere = elsewhere.iter().any(|scheme| text.starts_with(scheme));
    (!elsewhere).then_some((text, template.is_some()))
}

fn form(before: &[u8]) -> Form {
    let before = before.trim_ascii_end();
    if before.ends_with(b"from") || before.ends_with(b"import") {
        return Form::Module;
    }
    match before.split_last() {
        Some((b'(', callee)) => {
            let callee = callee.trim_ascii_end();
            let names: [&[u8]; 4] = [b"require", b"import", b"resolve", b"__importStar"];
            if names.iter().any(|name| callee.ends_with(name)) {
                Form::Module
            } else {
                Form::Argument
            }
        }
        // The last is PHP's way of joining texts.
        Some((b',' | b'[' | b'+' | b'.', _)) => Form::Argument,
        _ => Form::Other,
    }
}

fn followed_by_plus(after: &[u8]) -> bool {
    let after = after.trim_ascii_start();
    // PHP joins texts with a dot.
    let dot = after.first() == Some(&b'.') && matches!(after.get(1), Some(b' ' | b'$'));
    dot || after.first() == Some(&b'+') || after.starts_with(b".concat(")
}

/// The path before a value that a double-quoted text takes in, which goes on with anything;
/// or what follows a value at its very beginning.
fn interpolated(
    text: &Checked<'_>,
    content: &Range<usize>,
    quote: u8,
) -> Option<(Range<usize>, bool)> {
    let bytes = text.bytes.get(content.clone())?;
    if quote != b'"' || memchr2(b'$', b'#', bytes).is_none() {
        return None;
    }
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

/// Whether modules are loaded whose names are computed: `require(name)`, `import(name)`.
/// What they can reach is then everything below the file's folder.
#[must_use]
pub fn computed_load(text: &[u8]) -> bool {
    let calls: [&[u8]; 2] = [b"require(", b"import("];
    calls.iter().any(|call| {
        memmem::find_iter(text, call).any(|at| {
            let whole_word = at
                .checked_sub(1)
                .and_then(|before| text.get(before))
                .is_none_or(|byte| {
                    !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.'))
                });
            let argument = text
                .get(at + call.len()..)
                .unwrap_or_default()
                .trim_ascii_start();
            whole_word
                && argument.first().is_some_and(|byte| {
                    !matches!(byte, b'"' | b'\'' | b')') && !literal_template(argument)
                })
        })
    })
}

/// Whether the argument is a template without a computed part, or one that says where
/// it begins: [`literals`] reports that as an open literal.
fn literal_template(argument: &[u8]) -> bool {
    argument.first() == Some(&b'`') && !argument.starts_with(b"`${")
}

/// The 1-based line of a byte offset.
#[must_use]
pub fn line_of(text: &[u8], at: usize) -> u32 {
    let newlines = memchr_iter(b'\n', text.get(..at).unwrap_or_default()).count();
    u32::try_from(newlines + 1).unwrap_or(u32::MAX)
}

/// The byte offset of a 1-based line.
#[must_use]
pub fn start_of_line(text: &[u8], line: u32) -> usize {
    let before = (line as usize).checked_sub(2);
    let newline = before.and_then(|before| memchr_iter(b'\n', text).nth(before));
    newline.map_or(0, |newline| newline + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<(String, Form, bool)> {
        let mut found = Vec::new();
        literals(source.as_bytes(), |literal| {
            found.push((literal.text.to_owned(), literal.form, literal.open));
        });
        found
    }

    #[test]
    fn literals_say_how_they_stand() {
        let module = |text: &str| (text.to_owned(), Form::Module, false);
        assert_eq!(texts("require('http-errors')"), [module("http-errors")]);
        assert_eq!(texts("import a from \"b/c\""), [module("b/c")]);
        assert_eq!(
            texts("require(`./x/${name}`)"),
            [("./x/".to_owned(), Form::Module, true)]
        );
        assert_eq!(
            texts("require('./x/' + name)"),
            [("./x/".to_owned(), Form::Module, true)]
        );
        assert!(texts("'https://example.com/a'").is_empty());
        assert!(texts("'node:fs'").is_empty());
    }

    #[test]
    fn literals_in_comments_and_after_odd_quotes_are_found_too() {
        let source = "// don't\nconst r = /'/; require('./a'); // require('./b')";
        let found = texts(source);
        for wanted in ["./a", "./b"] {
            assert!(found.iter().any(|(text, ..)| text == wanted), "{found:?}");
        }
    }

    #[test]
    fn computed_loads_are_told_from_literal_ones() {
        assert!(computed_load(b"require(name)"));
        assert!(computed_load(b"await import(`${a}/b`)"));
        assert!(!computed_load(
            b"require('a'); import('b'); __webpack_require__(5)"
        ));
    }
}
