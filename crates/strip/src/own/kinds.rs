//! Which files of an app are read here, or are no code at all.

use super::Search;
use crate::decide::Because;
use crate::index;

/// Code that is read, markup whose words are read, and data that opens nothing.
const KNOWN: &[&str] = &[
    "js",
    "cjs",
    "mjs",
    "jsx",
    "ts",
    "tsx",
    "mts",
    "cts",
    "json",
    "jsonc",
    "json5",
    "css",
    "scss",
    "sass",
    "less",
    "styl",
    "html",
    "htm",
    "svg",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "webp",
    "avif",
    "ico",
    "bmp",
    "woff",
    "woff2",
    "ttf",
    "otf",
    "eot",
    "md",
    "mdx",
    "markdown",
    "txt",
    "map",
    "lock",
    "yml",
    "yaml",
    "toml",
    "vue",
    "svelte",
    "astro",
    "ejs",
    "hbs",
    "handlebars",
    "pug",
    "sql",
    "graphql",
    "gql",
    "prisma",
    "proto",
    "csv",
    "tsv",
    "xml",
    "webmanifest",
    "pdf",
    "mp3",
    "mp4",
    "webm",
    "wav",
    "ogg",
    "wasm",
    "pem",
    "crt",
    "key",
    "log",
    "sh",
    "rsc",
    "body",
    "meta",
    "ini",
];
/// Files without an extension that are no programs.
const PLAIN: &[&str] = &[
    "procfile",
    "dockerfile",
    "makefile",
    "cname",
    "license",
    "licence",
    "notice",
    "authors",
    "copying",
    "readme",
    "changelog",
    "codeowners",
    "build_id",
    "_headers",
    "_redirects",
    "version",
];

/// The first file of a kind that is not read here.
pub(super) fn doubt(search: &Search<'_, '_>) -> Option<Because> {
    let (_, path, _) = search.own().find(|(number, path, _)| {
        let entry = search.facts.index.entry(*number);
        let runs = entry.is_some_and(|entry| entry.mode() & 0o111 != 0);
        !is_known(path, runs)
    })?;
    Some(Because::Doubt(format!(
        "slugsmith can't follow what {path} reads"
    )))
}

fn is_known(path: &str, runs: bool) -> bool {
    let lower = index::name(path).to_ascii_lowercase();
    match lower.rsplit_once('.') {
        Some(("", name)) => name.starts_with("env") || lower != ".htaccess",
        Some((stem, extension)) => stem.starts_with(".env") || KNOWN.contains(&extension),
        None => PLAIN.contains(&lower.as_str()) || !runs && lower.len() == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_kinds_that_are_read_are_known() {
        for known in [
            "a.js",
            ".env",
            ".env.production",
            ".nvmrc",
            "Procfile",
            "a/b.css",
        ] {
            assert!(is_known(known, false), "{known}");
        }
        for unknown in [
            "index.php",
            "main.go",
            "config.ru",
            "a.erb",
            "x.py",
            "bin/run",
            ".htaccess",
            "nginx.conf",
        ] {
            assert!(!is_known(unknown, true), "{unknown}");
        }
    }
}
