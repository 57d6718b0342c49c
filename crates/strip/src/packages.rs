//! Paths below `node_modules`.

use memchr::memrchr;

/// The folder of the package that a path is in: what follows the last `node_modules`.
/// `None` for the app's own files and for hidden folders of package managers.
#[must_use]
pub fn package_folder(path: &str) -> Option<&str> {
    let start = inside_last_modules(path.as_bytes())?;
    let rest = path.get(start..)?;
    let name_end = |text: &str| text.find('/').unwrap_or(text.len());
    let mut end = name_end(rest);
    if rest.starts_with('@') {
        let after = rest.get(end + 1..)?;
        end += 1 + name_end(after);
    }
    let inside = rest.len() > end;
    (inside && !rest.starts_with('.')).then(|| &path[..start + end])
}

/// Where a path goes on behind its last `node_modules`, which is asked of every path many times.
fn inside_last_modules(path: &[u8]) -> Option<usize> {
    let mut before = path;
    loop {
        let slash = memrchr(b'/', before)?;
        before = before.get(..slash)?;
        let above = before.strip_suffix(b"node_modules");
        if above.is_some_and(|above| above.is_empty() || above.ends_with(b"/")) {
            return Some(slash + 1);
        }
    }
}

/// Whether a path is below some `node_modules`.
#[must_use]
pub fn in_packages(path: &str) -> bool {
    path.starts_with("node_modules/") || path.contains("/node_modules/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_own_what_is_below_them() {
        for (path, expected) in [
            ("node_modules/a/index.js", Some("node_modules/a")),
            ("node_modules/@s/a/lib/x.js", Some("node_modules/@s/a")),
            (
                "node_modules/.pnpm/a@1/node_modules/a/x.js",
                Some("node_modules/.pnpm/a@1/node_modules/a"),
            ),
            (
                "a/node_modules/b/my_node_modules/x/node_modules",
                Some("a/node_modules/b"),
            ),
            ("my_node_modules/a/x.js", None),
            ("node_modules/.cache/x", None),
            ("node_modules/.bin/x", None),
            ("node_modules/a", None),
            ("node_modules/@s/a", None),
            ("src/a.js", None),
        ] {
            assert_eq!(package_folder(path), expected, "{path}");
        }
    }
}
