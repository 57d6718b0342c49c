//! What does the text of a source file refer to?
//!
//! Finds every string literal that could be a path or a module name, in JavaScript,
//! TypeScript, JSON and most other languages alike. It deliberately does not parse:
//! each quote is taken as a possible beginning, also inside comments, regular expressions
//! and templates, so that nothing can be missed by misjudging what a slash means. What
//! is found too much keeps a file that could have gone, never the other way round.

use memchr::{memchr, memchr_iter, memmem, memrchr};

/// Longer literals are not paths: file names end at 255 bytes (`NAME_MAX`).
const MAX_LITERAL: usize = 300;

/// How a literal stands in the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// What a file's own folder is joined with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beside {
    /// `path.join(__dirname, "a", "b")`: that path.
    Path(String),
    /// `path.join(__dirname, "a", name)`: everything below.
    Below(String),
}

/// Calls `found` for each literal of `text`.
pub fn literals<'a>(text: &'a [u8], mut found: impl FnMut(Literal<'a>)) {
    for quote in [b'"', b'\'', b'`'] {
        for open in memchr_iter(quote, text) {
            let start = open + 1;
            let end = text.len().min(start + MAX_LITERAL);
            let Some(length) = text.get(start..end).and_then(|rest| memchr(quote, rest)) else {
                continue;
            };
            let Some(content) = text.get(start..start + length) else {
                continue;
            };
            if let Some((content, cut)) = path_like(content, quote) {
                let before = text.get(..open).unwrap_or_default();
                let after = text.get(start + length + 1..).unwrap_or_default();
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

/// The part of a literal that can be a path, and whether a template cuts it off.
fn path_like(content: &[u8], quote: u8) -> Option<(&str, bool)> {
    let (content, cut) = match memmem::find(content, b"${") {
        Some(at) if quote == b'`' => (content.get(..at)?, true),
        _ => (content, false),
    };
    let content = content
        .iter()
        .position(|byte| matches!(byte, b'?'))
        .map_or(content, |at| &content[..at]);
    let odd = |byte: &u8| {
        matches!(
            byte,
            b'\n'
                | b'\r'
                | b'\t'
                | b';'
                | b'='
                | b'<'
                | b'>'
                | b'|'
                | b'"'
                | b'\''
                | b'`'
                | b'&'
                | b'^'
                | b'!'
                | b'\\'
                | b'{'
        )
    };
    if content.is_empty() || content.iter().any(odd) {
        return None;
    }
    let text = std::str::from_utf8(content).ok()?;
    let text = text.strip_prefix("file://").unwrap_or(text);
    let elsewhere = ["http:", "https:", "node:", "data:"];
    let elsewhere = elsewhere.iter().any(|scheme| text.starts_with(scheme));
    (!elsewhere).then_some((text, cut))
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
        Some((b',' | b'[' | b'+', _)) => Form::Argument,
        _ => Form::Other,
    }
}

fn followed_by_plus(after: &[u8]) -> bool {
    let after = after.trim_ascii_start();
    after.first() == Some(&b'+') || after.starts_with(b".concat(")
}

/// Calls `found` with what the file's own folder is joined with, for each place that
/// takes that folder: `__dirname`, `__filename`, `import.meta`, Python's `__file__`.
pub fn beside(text: &[u8], mut found: impl FnMut(Beside, usize)) {
    let marks: [&[u8]; 6] = [
        b"__dirname",
        b"__filename",
        b"import.meta.url",
        b"import.meta.dirname",
        b"import.meta.filename",
        b"__file__",
    ];
    for mark in marks {
        for at in memmem::find_iter(text, mark) {
            let after = text.get(at + mark.len()..).unwrap_or_default();
            let before = text.get(..at).unwrap_or_default();
            if let Some(target) = target(before, after) {
                let names_file = !matches!(mark, b"__dirname" | b"import.meta.dirname");
                found(upwards(target, before, names_file), at);
            }
        }
    }
}

/// Goes up one folder for each `dirname(` around the mention, the one that turns a file
/// into its folder left out.
fn upwards(target: Beside, before: &[u8], names_file: bool) -> Beside {
    let tail = before
        .get(before.len().saturating_sub(80)..)
        .unwrap_or_default();
    let start = tail
        .iter()
        .rposition(|byte| matches!(byte, b';' | b'\n' | b'=' | b',' | b'{'))
        .map_or(0, |at| at + 1);
    let calls = memmem::find_iter(tail.get(start..).unwrap_or_default(), b"dirname(").count();
    let up = "../".repeat(calls.saturating_sub(usize::from(names_file)));
    match target {
        // A file's name joined with `..` leads to its folder.
        Beside::Path(path) if names_file && calls == 0 => {
            let path = path.trim_start_matches('/');
            Beside::Path(path.strip_prefix("../").unwrap_or(path).to_owned())
        }
        Beside::Path(path) => Beside::Path(format!("{up}{path}")),
        Beside::Below(path) => Beside::Below(format!("{up}{path}")),
    }
}

/// What stands around one mention of the own folder. `None` where it only defines the
/// mark itself, compares it, or hands it to a loader that is told a literal elsewhere.
fn target(before: &[u8], after: &[u8]) -> Option<Beside> {
    let head = before.trim_ascii_end();
    let rest = after.trim_ascii_start();
    let defines = |name: &[u8]| head.ends_with(name);
    if rest.starts_with(b"=") && !rest.starts_with(b"==") {
        return None;
    }
    // `createRequire(import.meta.url)`: what it loads are literals like any other.
    if defines(b"createRequire(")
        || defines(b"typeof")
        || defines(b"function(exports,require,module,")
    {
        return None;
    }
    // `new URL("x", import.meta.url)`
    if let Some((b',', url)) = head.split_last()
        && let Some(path) = last_literal(url.trim_ascii_end())
    {
        return Some(Beside::Path(path));
    }
    // `dirname(fileURLToPath(import.meta.url))` and `os.path.dirname(__file__)`: what
    // follows the closing parentheses counts.
    let mut rest = rest;
    while let Some(inner) = rest.strip_prefix(b")") {
        rest = inner.trim_ascii_start();
    }
    Some(joined(rest))
}

/// The last string literal of `text`, if it ends with one.
fn last_literal(text: &[u8]) -> Option<String> {
    let (quote, inner) = text.split_last()?;
    if !matches!(quote, b'"' | b'\'' | b'`') {
        return None;
    }
    let start = memrchr(*quote, inner)?;
    let path = std::str::from_utf8(inner.get(start + 1..)?).ok()?;
    (!path.contains("${")).then(|| path.to_owned())
}

/// Reads `, "a", "b")` or `+ "/a"` or `/ "a"` or `}/a` (inside a template).
fn joined(mut rest: &[u8]) -> Beside {
    let mut path = String::new();
    loop {
        rest = rest.trim_ascii_start();
        let Some((&mark, after)) = rest.split_first() else {
            break;
        };
        match mark {
            b',' | b'+' | b'/' => {
                let after = after.trim_ascii_start();
                let Some((quote @ (b'"' | b'\'' | b'`'), inner)) = after.split_first() else {
                    return Beside::Below(path);
                };
                let Some(end) = memchr(*quote, inner) else {
                    return Beside::Below(path);
                };
                let Ok(part) = std::str::from_utf8(&inner[..end]) else {
                    return Beside::Below(path);
                };
                if let Some(computed) = part.find("${") {
                    return Beside::Below(folder_of(&path, &part[..computed]));
                }
                path.push('/');
                path.push_str(part.trim_start_matches('/'));
                rest = &inner[end + 1..];
            }
            b'}' => {
                let end = after
                    .iter()
                    .position(|byte| matches!(byte, b'`' | b'$' | b'\n'))
                    .unwrap_or(after.len());
                let part = std::str::from_utf8(&after[..end]).unwrap_or_default();
                return match after.get(end) {
                    Some(b'`') => Beside::Path(format!("{path}{part}")),
                    _ => Beside::Below(folder_of(&path, part)),
                };
            }
            _ => break,
        }
    }
    if path.is_empty() {
        Beside::Below(path)
    } else {
        Beside::Path(path)
    }
}

/// The folder that a path with an unknown end surely begins with.
fn folder_of(path: &str, part: &str) -> String {
    let whole = format!("{path}/{}", part.trim_start_matches('/'));
    whole
        .rfind('/')
        .map_or(String::new(), |slash| whole[..slash].to_owned())
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

    fn joins(source: &str) -> Vec<Beside> {
        let mut found = Vec::new();
        beside(source.as_bytes(), |target, _| found.push(target));
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
    fn the_own_folder_is_joined_exactly_or_kept_whole() {
        let path = |text: &str| Beside::Path(text.to_owned());
        let below = |text: &str| Beside::Below(text.to_owned());
        assert_eq!(joins("path.join(__dirname, 'a', 'b')"), [path("/a/b")]);
        assert_eq!(joins("path.join(__dirname, 'a', b)"), [below("/a")]);
        assert_eq!(joins("__dirname + '/a'"), [path("/a")]);
        assert_eq!(joins("`${__dirname}/a/b`"), [path("/a/b")]);
        assert_eq!(joins("`${__dirname}/a/${b}`"), [below("/a")]);
        assert_eq!(
            joins("new URL('./w.js', import.meta.url)"),
            [path("./w.js")]
        );
        assert_eq!(joins("load(__dirname)"), [below("")]);
        assert_eq!(
            joins("path.join(path.dirname(__dirname), 'a')"),
            [path("..//a")]
        );
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
