//! What does one file say of folders of gems and PHP packages?

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;

use super::{has_ending, owner};
use crate::own::mention;
use crate::reading::words::is_configuration;
use crate::references;

/// The packages that have folders to judge.
pub(super) struct Packages<'p> {
    folders: BTreeSet<(&'p str, &'p str)>,
    names: BTreeSet<&'p str>,
}

impl<'p> Packages<'p> {
    pub(super) fn new(folders: impl Iterator<Item = (&'p str, &'p str)>) -> Self {
        let folders: BTreeSet<_> = folders.collect();
        Self {
            names: folders
                .iter()
                .map(|(package, _)| declared_name(package))
                .collect(),
            folders,
        }
    }
}

/// A source that has names of folders in it, or that asks where a package is.
pub(super) struct Speaker<'p> {
    pub(super) path: &'p str,
    /// Names of folders and their lines.
    folders: BTreeMap<String, u32>,
    /// Those that a path from another folder begins with: `root() . '/docs/a.md'`.
    rooted: BTreeSet<String>,
    /// The line where it asks for the folder of a package, in which it may look for anything.
    asks: Option<u32>,
    /// What may be names of packages: its literals.
    literals: BTreeSet<String>,
}

impl<'p> Speaker<'p> {
    pub(super) fn new(path: &'p str, text: &[u8], names: &BTreeSet<&str>) -> Option<Self> {
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        let is_php = has_ending(path, &["php", "phtml", "inc", "twig"]);
        let place = |name: &str| {
            let quoted = mention(text, name, false);
            if is_configuration(ending) {
                quoted.or_else(|| value(text, name))
            } else if is_php || ending == "json" {
                quoted
            } else {
                quoted.or_else(|| ruby_word(text, name))
            }
        };
        let folders: BTreeMap<String, u32> = names
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), references::line_of(text, place(name)?))))
            .collect();
        let asks = asks_where(text).filter(|_| owner(path).is_none());
        if folders.is_empty() && asks.is_none() {
            return None;
        }
        let rooted = folders
            .keys()
            .filter(|name| is_php && is_rooted(text, name));
        let mut literals = BTreeSet::new();
        references::literals(text, |literal| {
            literals.insert(literal.text.to_owned());
        });
        Some(Self {
            path,
            rooted: rooted.cloned().collect(),
            folders,
            asks: asks.map(|at| references::line_of(text, at)),
            literals,
        })
    }

    /// The line where it means a folder of a package.
    pub(super) fn line(&self, package: &str, folder: &str, packages: &Packages<'_>) -> Option<u32> {
        let names = |name: &str| self.literals.contains(name);
        let line = self.folders.get(folder).copied();
        let ending = self.path.rsplit_once('.').map_or("", |(_, ending)| ending);
        match owner(self.path) {
            Some(owner) if owner == package || names(declared_name(package)) => line,
            // A package that has no such folder means that of another one.
            Some(owner) => line.filter(|_| {
                self.rooted.contains(folder) && !packages.folders.contains(&(owner, folder))
            }),
            // Rails' own has `test` as the value of a dozen keys.
            None if is_configuration(ending) || ending == "json" => {
                line.filter(|_| package.starts_with("vendor/") && !package.contains("/gems/"))
            }
            // The app, which can mean any package.
            None => line.or_else(|| {
                let means =
                    names(declared_name(package)) || !packages.names.iter().any(|name| names(name));
                self.asks.filter(|_| means)
            }),
        }
    }
}

/// Where code asks in which folder a package is.
fn asks_where(text: &[u8]) -> Option<usize> {
    const MARKS: &[&str] = &[
        "gem_dir",
        "full_gem_path",
        "gems_dir",
        "bundle show",
        "bundle info",
        "getInstallPath",
    ];
    MARKS
        .iter()
        .find_map(|mark| memmem::find(text, mark.as_bytes()))
}

/// Whether a path from another folder begins with a name.
fn is_rooted(text: &[u8], name: &str) -> bool {
    ["'/", "\"/"]
        .iter()
        .any(|start| mention_after(text, start, name))
}

fn mention_after(text: &[u8], start: &str, name: &str) -> bool {
    memmem::find_iter(text, start.as_bytes()).any(|at| {
        let rest = text
            .get(at + start.len()..)
            .and_then(|rest| rest.strip_prefix(name.as_bytes()));
        rest.is_some_and(|rest| matches!(rest.first(), Some(b'/' | b'\'' | b'"')))
    })
}

/// Where a name is all of a value: `dir: docs`, `dir = docs`, `- docs`.
fn value(text: &[u8], name: &str) -> Option<usize> {
    memmem::find_iter(text, name.as_bytes()).find(|at| {
        let before = text.get(..*at).unwrap_or_default();
        let after = text.get(at + name.len()..).unwrap_or_default();
        let begins = before.trim_ascii_end().last();
        let ends = after.first().is_none_or(u8::is_ascii_whitespace);
        ends && matches!(begins, Some(b':' | b'=' | b'-'))
    })
}

/// Where a name is a symbol of Ruby or in a list of words: `:spec`, `%w[spec test]`.
fn ruby_word(text: &[u8], name: &str) -> Option<usize> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    memmem::find_iter(text, name.as_bytes()).find(|at| {
        let before = text.get(..*at).unwrap_or_default();
        let after = text.get(at + name.len()..).unwrap_or_default();
        let begins = !before.last().is_some_and(is_word);
        let ends =
            !after.first().is_some_and(is_word) && !matches!(after.first(), Some(b'?' | b'!'));
        begins && ends && (is_symbol(before) || in_words(before))
    })
}

/// Whether a symbol begins after this text: no `A::b` and no `a ?b:c`.
fn is_symbol(before: &[u8]) -> bool {
    let Some((b':', before)) = before.split_last() else {
        return false;
    };
    let last = before.last().copied().unwrap_or(b' ');
    last.is_ascii_whitespace() || matches!(last, b'(' | b'[' | b',')
}

/// Whether a list of words is open at the end of this text.
fn in_words(before: &[u8]) -> bool {
    /// Longer lists are not followed, in bytes.
    const LONGEST: usize = 500;
    let near = before
        .get(before.len().saturating_sub(LONGEST)..)
        .unwrap_or_default();
    let open = ["%w", "%i", "%W", "%I"].iter();
    let open = open
        .filter_map(|open| memmem::rfind(near, open.as_bytes()))
        .max();
    let inside = open.and_then(|at| near.get(at + 2..)).unwrap_or_default();
    let Some((first, inside)) = inside.split_first() else {
        return false;
    };
    let close = match first {
        b'[' => b']',
        b'(' => b')',
        b'{' => b'}',
        b'<' => b'>',
        b'|' | b'/' | b'!' => *first,
        _ => return false,
    };
    !inside.contains(&close)
}

/// What manifests and code call a package: `acme/kit` of `vendor/acme/kit`, `kit` of the gem `kit-1.0.0`.
fn declared_name(package: &str) -> &str {
    if let Some(package) = package.strip_prefix("vendor/") {
        return package;
    }
    let version = package.match_indices('-').find(|(at, _)| {
        let after = package.as_bytes().get(at + 1);
        after.is_some_and(u8::is_ascii_digit)
    });
    version.map_or(package, |(at, _)| package.get(..at).unwrap_or(package))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_and_lists_of_words_are_names() {
        let has = |text: &str| ruby_word(text.as_bytes(), "spec").is_some();
        for text in [
            "%w[a spec].each",
            "%i(\n  spec\n)",
            "load :spec",
            "f(:spec, 1)",
        ] {
            assert!(has(text), "{text}");
        }
        for text in [
            "%w[a] + spec",
            "A::spec",
            "a ? 1:spec",
            ":spec?",
            "%w[rspec]",
            "the spec",
        ] {
            assert!(!has(text), "{text}");
        }
        let has = |text: &str| value(text.as_bytes(), "docs").is_some();
        assert!(has("a:\n  dir: docs\n") && has("dir = docs") && has("- docs\n"));
        assert!(!has("docs:\n") && !has("dir: docs2") && !has("the docs\n"));
        assert_eq!(declared_name("net-http-1.2.0"), "net-http");
        assert_eq!(declared_name("vendor/o/p"), "o/p");
    }
}
