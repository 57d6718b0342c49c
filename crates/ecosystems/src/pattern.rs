//! Patterns of paths: `*` stands for any part of one name, `**` for any number of folders.

/// Whether a path matches a pattern as a whole.
#[must_use]
pub fn matches(pattern: &str, path: &str) -> bool {
    if !pattern.contains('*') {
        return pattern == path;
    }
    let (first, pattern) = split(pattern);
    let (name, rest) = split(path);
    match (first, pattern, rest) {
        // At the end it stands for at least one name.
        ("**", None, _) => true,
        ("**", Some(after), rest) => {
            matches(after, path) || rest.is_some_and(|rest| any_folder(after, rest))
        }
        (first, None, None) => one_name(first, name),
        (first, Some(pattern), Some(rest)) => one_name(first, name) && matches(pattern, rest),
        _ => false,
    }
}

/// Whether a pattern matches a path from any folder on.
fn any_folder(pattern: &str, path: &str) -> bool {
    let ends = path.match_indices('/').map(|(at, _)| at + 1);
    let mut starts = std::iter::once(0).chain(ends);
    starts.any(|at| path.get(at..).is_some_and(|path| matches(pattern, path)))
}

fn split(path: &str) -> (&str, Option<&str>) {
    match path.split_once('/') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    }
}

/// Whether one name matches: all fixed parts in their order, the first and last at the ends.
#[must_use]
pub fn one_name(pattern: &str, name: &str) -> bool {
    let Some((begin, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(begin) else {
        return false;
    };
    let mut fixed: Vec<_> = rest.split('*').collect();
    let end = fixed.pop().unwrap_or_default();
    for part in fixed {
        let Some(at) = name.find(part) else {
            return false;
        };
        name = name.get(at + part.len()..).unwrap_or_default();
    }
    name.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stay_in_one_name_and_double_stars_do_not() {
        assert!(matches("*.csproj", "shop.csproj"));
        assert!(!matches("*.csproj", "src/shop.csproj"));
        assert!(matches("requirements/*.txt", "requirements/base.txt"));
        assert!(matches("**/ref/*.dll", "a/b/ref/c.dll"));
        assert!(matches("**/ref/*.dll", "ref/c.dll"));
        assert!(matches("a/**", "a/b/c"));
        assert!(!matches("*-ab-*", "x-a-b-y"));
        assert!(matches("lib*-*.so", "libx-1.so"));
        assert!(!matches("aba*ba", "aba"));
    }
}
