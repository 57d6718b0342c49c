//! Java's properties (`java.util.Properties`, "load"), with the documents that Spring Boot adds to them.

use slugsmith_finding::LineSpan;

use super::{Entry, numbered};

/// The entries of a file; a key may stand in it twice, and the last one wins for Java.
#[must_use]
pub fn read(text: &str) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut document = 0;
    let mut lines = numbered(text);
    while let Some((number, _, first)) = lines.next() {
        let plain = first.trim_start();
        if plain.starts_with(['#', '!']) {
            document += usize::from(matches!(plain.trim_end(), "#---" | "!---"));
            continue;
        }
        let mut whole = plain.to_owned();
        while goes_on(&whole) {
            whole.pop();
            match lines.next() {
                Some((_, _, next)) => whole.push_str(next.trim_start()),
                None => break,
            }
        }
        let (key, value) = split(&whole);
        if !key.is_empty() {
            found.push(Entry {
                key: unescaped(key),
                value: unescaped(value).trim_end().to_owned(),
                line: LineSpan::on(number, first, first.trim()),
                document,
            });
        }
    }
    found
}

/// An odd number of backslashes at the end.
fn goes_on(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// The key ends at the first `=`, `:` or blank that has no backslash before it.
fn split(line: &str) -> (&str, &str) {
    let mut escaped = false;
    let end = line.find(|c: char| {
        let ends = !escaped && (matches!(c, '=' | ':') || c.is_whitespace());
        escaped = c == '\\' && !escaped;
        ends
    });
    let (key, rest) = line.split_at(end.unwrap_or(line.len()));
    let rest = rest.trim_start();
    (
        key,
        rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start(),
    )
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('t') => out.push('\t'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('u') => {
                let code: String = letters.by_ref().take(4).collect();
                let code = u32::from_str_radix(&code, 16).ok();
                out.extend(code.and_then(char::from_u32));
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_separators_continuations_and_comments_are_read() {
        let text = "# a=1\r\nb = 2\r\nc:3\nd 4\n  e\\:f = x\\\n    y\\u00fc\n! g=5\nh\n#---\ni=\n";
        let found = read(text);
        let shown: Vec<_> = found
            .iter()
            .map(|entry| {
                (
                    entry.key.as_str(),
                    entry.value.as_str(),
                    entry.line.number(),
                    entry.document,
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("b", "2", 2, 0),
                ("c", "3", 3, 0),
                ("d", "4", 4, 0),
                ("e:f", "xyü", 5, 0),
                ("h", "", 8, 0),
                ("i", "", 10, 1),
            ]
        );
    }
}
