//! What a template computes, replaced by letters, so that a parser of YAML reads the file.

/// The text with what a template computes replaced by letters, and the rest of its code by blanks, so that each letter
/// stays where it is. Values that only a filter of the build understands (`@project.version@`, `%env(X)%`) are words
/// as well.
pub(super) fn without_templates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("<%") {
        out.push_str(&rest[..at]);
        let length = rest[at..].find("%>").map_or(rest.len() - at, |end| end + 2);
        let (code, after) = rest[at..].split_at(length);
        let before = out
            .rfind('\n')
            .map_or(out.as_str(), |begin| &out[begin + 1..]);
        let behind = after.find('\n').map_or(after, |end| &after[..end]);
        let is_alone = before.trim().is_empty() && behind.trim().is_empty();
        let is_value = code.starts_with("<%=") && !is_alone;
        replace(code, if is_value { "x" } else { " " }, &mut out);
        rest = after;
    }
    out.push_str(rest);
    words(&out)
}

/// A letter for a letter, so that places stay.
pub(in super::super) fn replace(code: &str, with: &str, out: &mut String) {
    let mut with = with;
    for letter in code.chars() {
        if letter == '\n' {
            with = " ";
            out.push('\n');
        } else {
            out.push_str(with);
        }
    }
}

pub(in super::super) fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ['\n', '\n'];
    for letter in text.chars() {
        let is_first = matches!(before, [':' | '-', ' ']);
        out.push(if is_first && matches!(letter, '@' | '%' | '`') {
            'x'
        } else {
            letter
        });
        before = [before[1], letter];
    }
    out
}
