//! Text that apps, packages and tools choose, made fit for a terminal, a log and a document:
//! the one place that masks and escapes what is printed.

use std::borrow::Cow;

use slugsmith_facts::secrets;

/// One line of a log: without secrets, and with everything that would end, rewrite, reorder
/// or colour it shown as what it is. No runner takes it for a command of its own.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    let masked = secrets::mask(text);
    if !masked.contains(|c: char| is_odd(c) || c == '#' || c == ':') {
        return masked;
    }
    let mut out = String::with_capacity(masked.len());
    for c in masked.chars() {
        if is_odd(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(without_commands(&out))
}

/// A name or value in a line that is written as it is: as [`line()`], but for secrets, which the
/// caller decides about.
#[must_use]
pub(super) fn word(text: &str) -> String {
    let odd = text.chars().map(|c| match c {
        '\n' => "\\n".to_owned(),
        c if is_odd(c) => c.escape_default().to_string(),
        c => c.to_string(),
    });
    without_commands(&odd.collect::<String>())
}

/// A finished document: without secrets and without letters that reorder or end a line
/// unseen. The escape is the one of JSON, which reads the same elsewhere.
#[must_use]
pub fn document(text: &str) -> Cow<'_, str> {
    let masked = secrets::mask(text);
    let is_hidden = |c: char| c == '\r' || is_hidden(c);
    if !masked.contains(is_hidden) && !masked.contains("##[") {
        return masked;
    }
    let escaped = masked.chars().map(|c| {
        if is_hidden(c) {
            format!("\\u{:04x}", u32::from(c))
        } else {
            c.to_string()
        }
    });
    let escaped: String = escaped.collect();
    Cow::Owned(escaped.replace("##[", "#\\u0023["))
}

/// `::error::` at the begin of a line, whatever is before it but spaces, and `##[command]`
/// anywhere are commands to the runners of GitHub and Azure.
fn without_commands(text: &str) -> String {
    let text = text.replace("##[", "#\\#[").replace("##vso[", "#\\#vso[");
    let rest = text.trim_start();
    if rest.starts_with("::") {
        let begin = text.len() - rest.len();
        return format!("{}\\{rest}", &text[..begin]);
    }
    text
}

fn is_odd(c: char) -> bool {
    c.is_control() && c != '\t' || is_hidden(c)
}

/// Letters that nobody sees: they reorder text (Unicode, "Bidirectional Algorithm"), end a line for
/// some readers, or steer a terminal as an escape does (C1 controls: U+009B is `ESC [`).
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{7f}'..='\u{9f}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_a_command_to_a_runner_or_a_terminal() {
        for (text, shown) in [
            (
                "a\r\n::error::b\u{1b}[31m\tc",
                "a\\r\\n::error::b\\u{1b}[31m\tc",
            ),
            ("::stop-commands::k", "\\::stop-commands::k"),
            ("  ::error::x", "  \\::error::x"),
            ("x ##[error]y", "x #\\#[error]y"),
            ("a\u{202e}b\u{2028}c", "a\\u{202e}b\\u{2028}c"),
            ("std::fs", "std::fs"),
        ] {
            assert_eq!(line(text), shown);
        }
        assert_eq!(word("a\nb"), "a\\nb");
        assert_eq!(document("a\u{9b}31m\u{85}b"), "a\\u009b31m\\u0085b");
        assert_eq!(document("{\"a\":\"\u{202e}\"}"), "{\"a\":\"\\u202e\"}");
    }
}
