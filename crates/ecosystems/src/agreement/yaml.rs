//! Lockfiles in YAML, read by their indentation alone: they are written by tools, in one form.

/// Calls `tell` with the keys that lead to each line, and the value behind the last one.
pub(super) fn each(text: &str, mut tell: impl FnMut(&[String], &str)) {
    let mut keys: Vec<(usize, String)> = Vec::new();
    for line in text.lines() {
        let rest = line.trim_start();
        if rest.is_empty() || rest.starts_with('#') || rest.starts_with("- ") {
            continue;
        }
        let indent = line.len() - rest.len();
        while keys.last().is_some_and(|(at, _)| *at >= indent) {
            keys.pop();
        }
        let Some((key, value)) = split(rest) else {
            continue;
        };
        keys.push((indent, key));
        let path: Vec<String> = keys.iter().map(|(_, key)| key.clone()).collect();
        tell(&path, unquoted(value));
    }
}

/// The key, which may stand in quotes and hold colons, and the value.
fn split(line: &str) -> Option<(String, &str)> {
    for quote in ['"', '\''] {
        if let Some(rest) = line.strip_prefix(quote) {
            let (key, rest) = rest.split_once(quote)?;
            return Some((key.to_owned(), rest.strip_prefix(':')?.trim()));
        }
    }
    let (key, value) = line
        .split_once(": ")
        .or_else(|| Some((line.strip_suffix(':')?, "")))?;
    Some((key.to_owned(), value.trim()))
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(value)
}
