//! Which files that stay have the name of a folder in them, and which packages list the
//! working directory.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;
use rayon::prelude::*;

use super::Search;
use crate::catalogue::node::is_licence;
use crate::decide::Because;
use crate::facts::package_folder;
use crate::index::name;
use crate::references;

/// Larger files are not read, in bytes: data counts for nothing, code may name every folder.
const MAX_TEXT: u64 = 32_000_000;

/// Endings of code that a process runs.
const CODE: &[&str] = &[
    "js", "cjs", "mjs", "jsx", "ts", "cts", "mts", "tsx", "coffee", "py", "rb", "php", "sh",
];

/// Keeps each folder whose name something that stays has in it.
pub(super) fn find(search: &Search<'_, '_>, folders: &mut BTreeMap<&str, Option<Because>>) {
    let open: Vec<&str> = folders
        .iter()
        .filter(|(_, because)| because.is_none())
        .map(|(folder, _)| *folder)
        // A test file beside its source is meant by its path, which references show.
        .filter(|folder| {
            search
                .facts
                .index
                .find(folder)
                .is_some_and(|number| search.facts.index.is_folder(number))
        })
        .collect();
    if open.is_empty() {
        return;
    }
    let texts = own_texts(search).into_iter().chain(package_code(search));
    let texts: Vec<(&str, bool)> = texts.collect();
    let found: Vec<(&str, String, u32)> = texts
        .into_par_iter()
        .flat_map_iter(|(path, is_own)| {
            let is_read = !is_large(search, path);
            let text = is_read.then(|| search.texts.text(path)).flatten();
            let text = text.unwrap_or_default();
            let mentioned = open.iter().filter_map(|folder| {
                if !is_read {
                    return Some((*folder, path.to_owned(), 1));
                }
                let at = mention(&text, name(folder), is_own)?;
                Some((*folder, path.to_owned(), references::line_of(&text, at)))
            });
            mentioned.collect::<Vec<_>>()
        })
        .collect();
    for (folder, path, line) in found {
        if let Some(because @ None) = folders.get_mut(folder) {
            *because = Some(Because::File { path, line });
        }
    }
}

pub(super) fn is_large(search: &Search<'_, '_>, path: &str) -> bool {
    let index = &search.facts.index;
    let entry = index.exact(path).and_then(|number| index.entry(number));
    entry.is_none_or(|entry| entry.size() >= MAX_TEXT)
}

/// A package that both asks for the working directory and lists folders: which ones is
/// known to its own code only.
pub(super) fn lister(search: &Search<'_, '_>) -> Option<Because> {
    let asks: Vec<(&str, bool, bool)> = package_code(search)
        .into_par_iter()
        .filter_map(|(path, _)| {
            let text = search.texts.text(path)?;
            let has = |marks: &[&str]| {
                let mut marks = marks.iter();
                marks.any(|mark| memmem::find(&text, mark.as_bytes()).is_some())
            };
            let asks = has(&[
                "cwd()",
                "require.main",
                "INIT_CWD",
                "env.PWD",
                "('.')",
                "(\".\")",
                "('./')",
                "(\"./\")",
            ]);
            let lists = has(&["readdir", "opendir", "scandir", "createReadStream"]);
            (asks || lists).then_some((package_folder(path)?, asks, lists))
        })
        .collect();
    let mut packages: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
    for (folder, asks, lists) in asks {
        let package = packages.entry(folder).or_default();
        package.0 |= asks;
        package.1 |= lists;
    }
    let (folder, _) = packages
        .into_iter()
        .find(|(_, (asks, lists))| *asks && *lists)?;
    let package = folder
        .rsplit_once("node_modules/")
        .map_or(folder, |(_, package)| package);
    Some(Because::Doubt(format!(
        "the package {package} may list any folder of the app"
    )))
}

/// Code of packages that stays.
fn package_code<'a>(search: &Search<'_, 'a>) -> Vec<(&'a str, bool)> {
    let facts = search.facts;
    let development: BTreeSet<&str> = facts
        .manifests
        .get("")
        .and_then(Option::as_ref)
        .map(|manifest| {
            manifest
                .dev_dependencies
                .iter()
                .map(String::as_str)
                .collect()
        })
        .unwrap_or_default();
    (0..facts.index.entries().len())
        .filter(|number| {
            search.candidates.get(*number) == Some(&None) && facts.index.is_file(*number)
        })
        .filter_map(|number| facts.index.path(number))
        .filter(|path| {
            [".js", ".cjs", ".mjs"]
                .iter()
                .any(|end| path.ends_with(end))
        })
        .filter(|path| {
            let package =
                package_folder(path).and_then(|folder| folder.strip_prefix("node_modules/"));
            package_folder(path).is_some()
                && package.is_none_or(|package| !development.contains(package))
        })
        .map(|path| (path, false))
        .collect()
}

/// Files of the app whose words may be paths.
pub(super) fn own_texts<'a>(search: &Search<'_, 'a>) -> Vec<(&'a str, bool)> {
    const BINARY: &[&str] = &[
        "png", "jpg", "jpeg", "gif", "webp", "avif", "ico", "bmp", "woff", "woff2", "ttf", "otf",
        "eot", "pdf", "mp3", "mp4", "webm", "wav", "ogg", "wasm", "map", "md", "mdx", "markdown",
        "lock",
    ];
    search
        .own()
        .filter(|(_, path, size)| {
            let lower = name(path).to_ascii_lowercase();
            let extension = lower
                .rsplit_once('.')
                .map_or("", |(_, extension)| extension);
            let lists = lower.ends_with("ignore")
                || lower.contains("-lock.")
                || lower.starts_with("tsconfig")
                || lower.starts_with("jsconfig")
                || matches!(
                    lower.as_str(),
                    slugsmith_ecosystems::javascript::MANIFEST
                        | "project.toml"
                        | ".gitattributes"
                        | "slugsmith.keep"
                );
            (*size < MAX_TEXT || CODE.contains(&extension))
                && !BINARY.contains(&extension)
                && !lists
                && !is_licence(&lower)
                && !crate::tooling::is_tooling(path)
        })
        .map(|(_, path, _)| (path, true))
        .collect()
}

/// Where a text has a folder's name as a part of a path or as a value of its own.
pub(crate) fn mention(text: &[u8], folder: &str, is_own: bool) -> Option<usize> {
    all(text, folder, is_own).next()
}

/// All such places.
pub(super) fn all<'t>(
    text: &'t [u8],
    folder: &'t str,
    is_own: bool,
) -> impl Iterator<Item = usize> + 't {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$');
    memmem::find_iter(text, folder.as_bytes()).filter(move |at| {
        let before = text.get(..*at).unwrap_or_default();
        let after = text.get(at + folder.len()..).unwrap_or_default();
        if before.last().is_some_and(is_word) || after.first().is_some_and(is_word) {
            return false;
        }
        // `"{test,spec}/*"` is a pattern of paths.
        let begins = matches!(
            before.last(),
            Some(b'"' | b'\'' | b'`' | b'/' | b'{' | b',')
        );
        let ends = matches!(
            after.first(),
            Some(b'"' | b'\'' | b'`' | b'/' | b'}' | b',')
        );
        let quoted = begins && ends;
        let called =
            before.last() == Some(&b'.') && after.trim_ascii_start().first() == Some(&b'(');
        (quoted || is_own && !called) && !is_compared(before, after)
    })
}

/// `NODE_ENV === "test"`, `case "test":`: a word that something else is compared with.
fn is_compared(before: &[u8], after: &[u8]) -> bool {
    let Some((b'"' | b'\'' | b'`', before)) = before.split_last() else {
        return false;
    };
    let before = before.trim_ascii_end();
    let after = after.get(1..).unwrap_or_default().trim_ascii_start();
    let compares = |text: &[u8]| text.ends_with(b"==") || text.ends_with(b"!=");
    compares(before)
        || before.ends_with(b"case")
        || after.starts_with(b"==")
        || after.starts_with(b"!=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folders_name_counts_where_it_can_be_a_path() {
        let has = |text: &str, is_own| mention(text.as_bytes(), "test", is_own).is_some();
        for text in [
            "load('test')",
            "root: './test'",
            "a/test/b",
            "\"test/a.js\"",
        ] {
            assert!(has(text, true), "{text}");
        }
        assert!(has("root test;", true) && !has("root test;", false));
        for text in [
            "latest",
            "re.test(x)",
            "env === 'test'",
            "case 'test':",
            "'test' == env",
        ] {
            assert!(!has(text, true), "{text}");
        }
    }
}
