//! Which folders of tests hold a module whose name ends in something that is made at run time?
//!
//! `import_module(f"kit.tests.{name}")`, `"kit.tests.m%02d" % n`, `"kit.tests." + name`: any module of the folder.

use memchr::memmem;

use crate::catalogue::python::{split, test_folder};
use crate::facts::Facts;
use crate::index::{join, parent};

/// Begins a part of a name that can be a folder of tests.
const MARK: &str = ".test";

/// Folders above a file that a name may begin in which says not where: `f"{package}.tests.{name}"`.
const ABOVE: usize = 3;

/// Calls `found` with each such folder, and where the file says so.
pub(super) fn folders(
    facts: &Facts<'_>,
    path: &str,
    text: &str,
    found: &mut dyn FnMut(String, usize),
) {
    for at in memmem::find_iter(text.as_bytes(), MARK.as_bytes()) {
        let Some((start, name)) = open(text, at) else {
            continue;
        };
        let rest = name.trim_start_matches('.').replace('.', "/");
        let above = |levels: usize| {
            std::iter::successors(Some(parent(path)), |folder| Some(parent(folder))).nth(levels)
        };
        let bases: Vec<&str> = match (start, name.len() - name.trim_start_matches('.').len()) {
            (Start::Hole, _) => (0..ABOVE).filter_map(above).collect(),
            (Start::Quote, 0) => facts.python_roots.iter().map(String::as_str).collect(),
            (Start::Quote, dots) => above(dots - 1).into_iter().collect(),
        };
        for base in bases {
            let folder = join(base, &rest);
            let inside = folder.as_deref().and_then(split);
            let tests = inside.and_then(|(root, inside)| {
                let tests = test_folder(&format!("{inside}/x"))?.to_owned();
                Some(format!("{root}/{tests}"))
            });
            if let Some(tests) = tests.filter(|tests| facts.index.find(tests).is_some()) {
                found(tests, at);
            }
        }
    }
}

/// What stands before a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Quote,
    /// A value: `{package}`, `%s`.
    Hole,
}

/// The name around a place, as far as it is known, where its end is not.
fn open(text: &str, at: usize) -> Option<(Start, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let before = text.get(..at)?;
    let begin = before.trim_end_matches(is_part).len();
    // The letter of `%s` belongs to the name for those who read from behind.
    let (start, begin) = match before.get(..begin)?.chars().next_back()? {
        '"' | '\'' => (Start::Quote, begin),
        '}' if begin == at => (Start::Hole, begin),
        '%' if before.get(begin..)? == "s" => (Start::Hole, at),
        _ => return None,
    };
    let rest = text.get(at..)?;
    let end = rest.len() - rest.trim_start_matches(is_part).len();
    let name = text.get(begin..at + end)?;
    let is_open = match rest.get(end..)?.chars().next()? {
        '%' | '{' => true,
        '"' | '\'' => name.ends_with('.'),
        _ => false,
    };
    let (folder, _) = name.rsplit_once('.').filter(|_| is_open)?;
    folder.contains("test").then_some((start, folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_open_where_a_value_ends_it() {
        let name = |text: &str| {
            open(text, text.find(MARK).unwrap_or_default()).map(|(_, name)| name.to_owned())
        };
        for (text, expected) in [
            ("'kit.tests.m%02d' % n", "kit.tests"),
            ("f\"kit.tests.{n}\"", "kit.tests"),
            ("'kit.tests.' + n", "kit.tests"),
            ("f'.tests.sub.{n}'", ".tests.sub"),
            ("f'{__name__}.tests.m{n}'", ".tests"),
            ("'%s.tests.%s' % (a, b)", ".tests"),
        ] {
            assert_eq!(name(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "'kit.tests.m'",
            "x.tests.m()",
            "'kit.test%s'",
            "'see kit.tests.'",
            "'kit.tests'",
        ] {
            assert_eq!(name(text), None, "{text}");
        }
    }
}
