//! What is the folder of a source file itself joined with?

use memchr::{memchr, memmem, memrchr};

/// What a file's own folder is joined with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beside {
    /// `path.join(__dirname, "a", "b")`: that path.
    Path(String),
    /// `path.join(__dirname, "a", name)`: everything below.
    Below(String),
}

/// Calls `found` with what the file's own folder is joined with, for each place that
/// takes that folder: `__dirname`, `__filename`, `import.meta`, Python's `__file__`.
pub fn beside(text: &[u8], mut found: impl FnMut(Beside, usize)) {
    // What they begin with is looked for once, and for each the ends, and whether it is the file.
    type Ends = [(&'static [u8], bool)];
    let marks: [(&[u8], &Ends); 2] = [
        (
            b"__",
            &[(b"dirname", false), (b"filename", true), (b"file__", true)],
        ),
        (
            b"import.meta.",
            &[(b"url", true), (b"dirname", false), (b"filename", true)],
        ),
    ];
    for (begin, ends) in marks {
        for at in memmem::find_iter(text, begin) {
            let rest = text.get(at + begin.len()..).unwrap_or_default();
            let end = ends
                .iter()
                .find_map(|(end, names_file)| Some((rest.strip_prefix(*end)?, *names_file)));
            let Some((after, names_file)) = end else {
                continue;
            };
            let before = text.get(..at).unwrap_or_default();
            if let Some(target) = target(before, after) {
                found(upwards(target, before, names_file), at);
            }
            if let Some(path) = word(after) {
                found(Beside::Path(path.to_owned()), at);
            }
        }
    }
}

/// The first word of a command in a template: `cp -r ${__dirname}/templates ${out}`.
fn word(after: &[u8]) -> Option<&str> {
    let rest = after.strip_prefix(b"}")?;
    let end = rest
        .iter()
        .position(|byte| matches!(byte, b'`' | b'$' | b'\n' | b' '))?;
    let word = rest.get(..end).filter(|_| rest.get(end) == Some(&b' '))?;
    std::str::from_utf8(word).ok()
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
    let (up, rest) = pathlib(rest);
    let prefixed = |path: String| format!("{up}{path}");
    Some(match joined(rest) {
        Beside::Path(path) => Beside::Path(prefixed(path)),
        Beside::Below(path) => Beside::Below(prefixed(path)),
    })
}

/// `Path(__file__).resolve().parent.parent / "x"`: how far that leads up from the file's own
/// folder, and what follows.
fn pathlib(mut rest: &[u8]) -> (String, &[u8]) {
    let mut parents = 0_usize;
    loop {
        let calls: [&[u8]; 4] = [b".resolve()", b".absolute()", b".expanduser()", b")"];
        if let Some(inner) = calls.iter().find_map(|call| rest.strip_prefix(*call)) {
            rest = inner;
        } else if let Some(inner) = rest.strip_prefix(b".parents[") {
            let digit = inner.first().filter(|byte| byte.is_ascii_digit());
            parents += digit.map_or(0, |byte| usize::from(byte - b'0')) + 1;
            rest = inner.get(2..).unwrap_or_default();
        } else if let Some(inner) = rest.strip_prefix(b".parent") {
            parents += 1;
            rest = inner;
        } else {
            break;
        }
    }
    if let Some(inner) = rest.strip_prefix(b".joinpath(") {
        // As if it were joined by a comma.
        return ("../".repeat(parents.saturating_sub(1)), inner);
    }
    ("../".repeat(parents.saturating_sub(1)), rest)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn joins(source: &str) -> Vec<Beside> {
        let mut found = Vec::new();
        beside(source.as_bytes(), |target, _| found.push(target));
        found
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
        let command = "`cp -r ${__dirname}/a/b ${c}`";
        assert_eq!(joins(command), [below("/a"), path("/a/b")]);
        assert_eq!(joins("load(__dirname)"), [below("")]);
        assert_eq!(
            joins("path.join(path.dirname(__dirname), 'a')"),
            [path("..//a")]
        );
    }
}
