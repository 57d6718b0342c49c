//! What do files say whose words are not quoted: configuration, stylesheets, shell scripts?

use slugsmith_ecosystems as ecosystems;

use super::shell;
use crate::facts::{Facts, in_packages};
use crate::index;
use crate::python;
use crate::references::{Form, Literal};
use crate::resolve::{Meaning, Resolver};

/// Files of the app that are read word by word.
pub(crate) fn is_configuration(extension: &str) -> bool {
    matches!(
        extension,
        "yml" | "yaml" | "toml" | "ini" | "cfg" | "conf" | "properties" | "env"
    ) || is_style(extension)
}

pub(crate) fn is_style(extension: &str) -> bool {
    matches!(extension, "scss" | "sass" | "less" | "styl" | "css")
}

/// What the words of such a file mean.
pub(crate) fn of_configuration(
    facts: &Facts<'_>,
    path: &str,
    text: &[u8],
    resolver: &Resolver<'_, '_>,
    found: &mut dyn FnMut(Meaning, usize),
) {
    let name = index::name(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let script = matches!(extension, "sh" | "bash");
    if name.contains("-lock") {
        return;
    }
    if !script && (in_packages(path) || !is_configuration(extension)) {
        return;
    }
    let part = |byte: &u8| !(byte.is_ascii_alphanumeric() || b"@/._-~+".contains(byte));
    let mut at = 0;
    for word in text.split(part) {
        let start = at;
        at += word.len() + 1;
        let Ok(word) = std::str::from_utf8(word) else {
            continue;
        };
        if !(3..300).contains(&word.len()) || !word.contains(['/', '.']) {
            continue;
        }
        if is_style(extension) {
            resolver.style(word, &mut |meaning| found(meaning, start));
            continue;
        }
        let literal = Literal {
            text: word,
            form: Form::Argument,
            open: false,
            at: start,
        };
        resolver.literal(&literal, &mut |meaning| found(meaning, start));
        if word.contains(".test") && !word.contains('/') {
            python::needed(facts, path, word, &mut |folder| {
                found(Meaning::Wholly(folder), start);
            });
        }
    }
}

/// What the words of a shell script mean once its variables are put in.
pub(super) fn of_script(
    path: &str,
    text: &[u8],
    resolver: &Resolver<'_, '_>,
    found: &mut dyn FnMut(Meaning, usize),
) {
    shell::words(path, &String::from_utf8_lossy(text), |word, at| {
        let literal = Literal {
            text: word,
            form: Form::Argument,
            open: false,
            at,
        };
        resolver.literal(&literal, &mut |meaning| found(meaning, at));
    });
}

/// Whether a resolved path is cut, or led upwards: `resolve("p").slice(0, -8)`,
/// `join(resolve("p"), "..")`.
pub(super) fn is_cut(text: &[u8], literal: &Literal<'_>) -> bool {
    const CUTS: &[&str] = &[
        ".slice(",
        ".replace(",
        ".split(",
        ".substr",
        ".lastIndexOf(",
        ".match(",
    ];
    let rest = text.get(literal.at + literal.text.len() + 2..);
    let Some(rest) = rest.map(<[u8]>::trim_ascii_start) else {
        return false;
    };
    let Some(rest) = rest.strip_prefix(b")").map(<[u8]>::trim_ascii_start) else {
        return false;
    };
    let upwards = |rest: &[u8]| {
        let rest = rest.trim_ascii_start();
        rest.starts_with(b"'..") || rest.starts_with(b"\"..")
    };
    CUTS.iter().any(|cut| rest.starts_with(cut.as_bytes()))
        || rest.strip_prefix(b",").is_some_and(upwards)
}

/// `join(dirname(require.resolve("p/package.json")), "a", "b.js")`: a file of the package and no other, as `p/a/b.js`.
pub(super) fn joined_exactly(text: &[u8], literal: &Literal<'_>) -> Option<String> {
    // The object that has a method: `_path.default.` of `_path.default.join(`.
    let without_object = |before: &'_ [u8]| {
        let is_part =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.');
        before
            .iter()
            .rposition(|byte| !is_part(byte))
            .map_or(0, |at| at + 1)
    };
    let package = literal
        .text
        .strip_suffix(ecosystems::javascript::IN_FOLDER)?;
    let before = text.get(..literal.at)?.strip_suffix(b"require.resolve(")?;
    let before = before.strip_suffix(b"dirname(")?;
    let before = before.get(..without_object(before))?.trim_ascii_end();
    let around = before
        .strip_suffix(b"join(")
        .or_else(|| before.strip_suffix(b".resolve("))?;
    // `dirname(path.join(…))` takes a folder after all.
    if around.get(..without_object(around))?.ends_with(b"dirname(") {
        return None;
    }
    let mut rest = text
        .get(literal.at + literal.text.len() + 2..)?
        .strip_prefix(b"))")?;
    let mut path = package.to_owned();
    while let Some(next) = rest.trim_ascii_start().strip_prefix(b",") {
        let (quote, inside) = next.trim_ascii_start().split_first()?;
        let end = memchr::memchr(*quote, inside).filter(|_| matches!(quote, b'"' | b'\''))?;
        let part = std::str::from_utf8(inside.get(..end)?).ok()?;
        if part.contains("..") {
            return None;
        }
        path = format!("{path}/{}", part.trim_matches('/'));
        rest = inside.get(end + 1..)?;
    }
    let is_file = path.len() > package.len() && rest.trim_ascii_start().starts_with(b")");
    is_file.then_some(path)
}

/// A package's folder by a name that is not known: its manifest's name stands alone, behind a
/// value (`resolve(name + "/…")`).
pub(super) fn asks_for_any_package(text: &[u8]) -> bool {
    let manifest = ecosystems::javascript::IN_FOLDER.as_bytes();
    let follows_value = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        matches!(before, Some(b'}' | b'"' | b'\''))
    };
    memchr::memmem::find(text, b"resolve(").is_some()
        && memchr::memmem::find_iter(text, manifest).any(follows_value)
}
