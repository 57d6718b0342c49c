//! What does the text of a source file refer to?
//!
//! Finds every string literal that could be a path or a module name, in JavaScript,
//! TypeScript, JSON and most other languages alike. It deliberately does not parse:
//! each quote is taken as a possible beginning, also inside comments, regular expressions
//! and templates, so that nothing can be missed by misjudging what a slash means. What
//! is found too much keeps a file that could have gone, never the other way round.

mod beside;
mod lines;
mod quoted;
mod scans;

pub use beside::{Beside, beside};
pub use lines::Lines;
pub use quoted::Quoted;
pub use scans::scans;

use memchr::{memchr_iter, memmem};
use quoted::{Checked, Contents, Values, interpolated};

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
pub fn literals<'a>(text: &'a [u8], found: impl FnMut(Literal<'a>)) {
    literals_that(text, |_| true, found);
}

/// As [`literals`], for those alone that are wanted: how the others stand in the code is not looked at.
pub fn literals_that<'a>(
    text: &'a [u8],
    wanted: impl Fn(Quoted<'a>) -> bool,
    mut found: impl FnMut(Literal<'a>),
) {
    let text = Checked::of(text);
    let mut add = |quoted: Quoted<'a>| {
        let Quoted {
            text: content,
            open,
            at,
            ..
        } = quoted;
        if wanted(quoted) {
            found(Literal {
                text: content,
                form: form(text.bytes.get(..at).unwrap_or_default()),
                open,
                at,
            });
        }
    };
    for quote in [b'"', b'\'', b'`'] {
        let mut values = Values::of(&text, quote);
        for (content, quoted) in Contents::of(&text, quote) {
            // Ruby and PHP put values into texts: `"tests/#{name}"`, `"tests/$name.php"`.
            if values.are_in(&content)
                && let Some((inside, open)) = interpolated(&text, &content)
                && let Some(quoted) = quoted::part(&text, inside)
            {
                let at = content.start - 1;
                add(Quoted { open, at, ..quoted });
            }
            if let Some(quoted) = quoted {
                let after = text.bytes.get(content.end + 1..).unwrap_or_default();
                let open = quoted.open || followed_by_plus(after);
                add(Quoted { open, ..quoted });
            }
        }
    }
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
    match after.trim_ascii_start() {
        // PHP joins texts with a dot.
        [b'+', ..] | [b'.', b' ' | b'$', ..] => true,
        [b'.', method @ ..] => method.starts_with(b"concat("),
        _ => false,
    }
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
