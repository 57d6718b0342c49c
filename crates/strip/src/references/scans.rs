//! Which folders of other packages does code look into?
//!
//! `path.join(moduleDir, "examples")`, `dir + "/locales"`, `` `${dir}/icons` ``: a framework
//! that looks for a folder of this name in the packages that are made for it.

use memchr::{memchr, memchr_iter, memmem};

/// Calls `found` with each path that is joined to a folder which is not the file's own, and
/// where it is.
pub fn scans<'t>(text: &'t [u8], mut found: impl FnMut(&'t str, usize)) {
    for call in [b"join".as_slice(), b"resolve"] {
        for at in memmem::find_iter(text, call) {
            let rest = text.get(at + call.len()..).unwrap_or_default();
            let arguments = rest.strip_prefix(b"(").or_else(|| rest.strip_prefix(b")("));
            if let Some(path) = arguments.and_then(second_argument) {
                found(path, at);
            }
        }
    }
    for at in memchr_iter(b'+', text) {
        let rest = text.get(at + 1..).unwrap_or_default();
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        if let [quote @ (b'"' | b'\''), b'/', path @ ..] = rest
            && !is_own(text, at)
            && let Some(path) = literal(path, *quote)
        {
            found(path, at);
        }
    }
    for at in memmem::find_iter(text, b"}/") {
        let rest = text.get(at + 2..).unwrap_or_default();
        let end = rest
            .iter()
            .take(80)
            .position(|byte| matches!(byte, b'`' | b'$' | b'/'));
        let path = end.and_then(|end| std::str::from_utf8(rest.get(..end)?).ok());
        if !is_own(text, at)
            && let Some(path) = path.filter(|path| is_path(path))
        {
            found(path, at);
        }
    }
}

/// Whether the file's own folder stands before this place.
fn is_own(text: &[u8], at: usize) -> bool {
    let before = text.get(at.saturating_sub(14)..at).unwrap_or_default();
    memmem::find(before, b"__dirname").is_some()
}

/// The text after a first argument that is neither a text nor the file's own folder.
fn second_argument(rest: &[u8]) -> Option<&str> {
    let comma = rest
        .iter()
        .take(80)
        .position(|byte| matches!(byte, b',' | b'\n' | b';'))?;
    let first = rest.get(..comma)?;
    let own = [b"__dirname".as_slice(), b"import.meta", b"\"", b"'", b"`"];
    if rest.get(comma) != Some(&b',') || own.iter().any(|mark| memmem::find(first, mark).is_some())
    {
        return None;
    }
    let (quote, rest) = rest.get(comma + 1..)?.trim_ascii_start().split_first()?;
    literal(rest, *quote)
}

fn literal(rest: &[u8], quote: u8) -> Option<&str> {
    if !matches!(quote, b'"' | b'\'' | b'`') {
        return None;
    }
    let end = memchr(quote, rest.get(..rest.len().min(80))?)?;
    let path = std::str::from_utf8(rest.get(..end)?).ok()?;
    is_path(path).then_some(path)
}

fn is_path(path: &str) -> bool {
    path.len() > 1
        && !path.starts_with('.')
        && path
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_joined_to_other_folders_are_found() {
        let all = |text: &'static str| {
            let mut paths = Vec::new();
            scans(text.as_bytes(), |path, _| paths.push(path));
            paths
        };
        assert_eq!(all("path.join(moduleDir,\"examples\")"), ["examples"]);
        assert_eq!(all("(0, path_1.join)(dir, 'dist/static')"), ["dist/static"]);
        assert_eq!(all("dir + '/locales'"), ["locales"]);
        assert_eq!(all("`${dir}/icons`"), ["icons"]);
        for own in [
            "path.join(__dirname, 'a1')",
            "`${__dirname}/a1`",
            "join('x', 'a1')",
            "x.join(',')",
        ] {
            assert!(all(own).is_empty(), "{own}");
        }
    }
}
