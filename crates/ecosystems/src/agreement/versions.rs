//! Does a version fit a range, as npm, Composer and Cargo write it?

use semver::{Version, VersionReq};

/// `None` where the range, or the version, is of a form that this does not know.
pub(super) fn fits(range: &str, version: &str) -> Option<bool> {
    let version = Version::parse(version.trim_start_matches('v')).ok()?;
    if !version.pre.is_empty() || range.contains(" - ") {
        return None;
    }
    let mut any = false;
    for part in range.split("||") {
        any |= requirement(part)?.matches(&version);
    }
    Some(any)
}

fn requirement(part: &str) -> Option<VersionReq> {
    let mut comparators: Vec<String> = Vec::new();
    let mut operator = "";
    for word in part.split([' ', ',']).filter(|word| !word.is_empty()) {
        if ["<", ">", "<=", ">=", "=", "^", "~"].contains(&word) {
            operator = word;
            continue;
        }
        let word = word.replace(['x', 'X'], "*");
        let word = word.trim_start_matches('v');
        let is_bare = operator.is_empty() && word.starts_with(|c: char| c.is_ascii_digit());
        let sign = if is_bare { "=" } else { operator };
        comparators.push(if is_bare && word.contains('*') {
            word.to_owned()
        } else {
            format!("{sign}{word}")
        });
        operator = "";
    }
    if comparators.is_empty() {
        return Some(VersionReq::STAR);
    }
    let text = comparators.join(", ");
    // A prerelease in a range has rules of its own.
    if text.contains('-') || !text.starts_with(|c: char| "<>=^~*".contains(c) || c.is_ascii_digit())
    {
        return None;
    }
    VersionReq::parse(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn ranges_are_npms() {
        for (range, version, expected) in [
            ("^1.2.0", "1.3.0", Some(true)),
            ("^1.2.0", "2.0.0", Some(false)),
            ("1.2.3", "1.2.4", Some(false)),
            ("1.x", "1.9.0", Some(true)),
            ("1", "2.0.0", Some(false)),
            (">= 1.0.0 <2", "1.5.0", Some(true)),
            ("^1 || ^3", "2.0.0", Some(false)),
            ("*", "2.0.0", Some(true)),
            ("", "2.0.0", Some(true)),
            ("latest", "2.0.0", None),
            ("1.0.0 - 2.0.0", "1.5.0", None),
            ("^1.0.0-rc.1", "1.0.0", None),
            ("~0.2.3", "0.3.0", Some(false)),
        ] {
            assert_eq!(fits(range, version), expected, "{range} {version}");
        }
    }
}
