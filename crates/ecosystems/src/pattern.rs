//! Patterns of paths: `*` stands for any part of one name, `**` for any number of folders.

/// Whether a path matches a pattern as a whole.
#[must_use]
pub fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<_> = pattern.split('/').collect();
    let path: Vec<_> = path.split('/').collect();
    parts(&pattern, &path)
}

fn parts(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => {
            parts(rest, path)
                || path
                    .split_first()
                    .is_some_and(|(_, path)| parts(pattern, path))
        }
        (Some((first, pattern)), Some((name, path))) => {
            one_name(first, name) && parts(pattern, path)
        }
        _ => false,
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
