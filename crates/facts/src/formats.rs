//! What do configuration files say? One reader for each format, which gives names, values and their places.
//!
//! A file that breaks off says what it says up to there: readers of a mistake are the programs that load the file.

pub mod dockerfile;
pub mod env_file;
pub mod hocon;
pub mod ini;
pub mod list;
pub mod prisma;
pub mod procfile;
pub mod properties;
pub mod quoted;
pub mod server;
pub mod slugignore;
pub mod toml;
pub mod views;
pub mod yaml;

use slugsmith_finding::LineSpan;

/// One value of a file, with the names above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Dotted: `production.secret_key_base`; items of lists as `queues[0]`.
    pub key: String,
    /// Without quotes; empty for what has values below it.
    pub value: String,
    /// From the name to the end of the value.
    pub line: LineSpan,
    /// Which document of the file it stands in, from 0.
    pub document: usize,
}

/// A file of settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub path: String,
    pub entries: Vec<Entry>,
}

impl File {
    /// Reads a file by the ending of its name.
    #[must_use]
    pub fn read(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            entries: entries(path, text),
        }
    }

    /// The first entry of this key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        entry(&self.entries, key)
    }
}

/// The entries of a file by the ending of its name; none for other formats.
#[must_use]
pub fn entries(path: &str, text: &str) -> Vec<Entry> {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("yml" | "yaml" | "json") => yaml::read(text),
        Some("properties") => properties::read(text),
        Some("ini" | "cfg") => ini::read(text),
        Some("toml") => toml::read(text),
        _ => Vec::new(),
    }
}

/// The first entry of this key.
#[must_use]
pub fn entry<'e>(entries: &'e [Entry], key: &str) -> Option<&'e Entry> {
    entries.iter().find(|entry| entry.key == key)
}

/// The items of a list, and what else lies one step below it.
pub fn items<'e>(entries: &'e [Entry], list: &str) -> impl Iterator<Item = &'e Entry> {
    entries.iter().filter(move |entry| {
        entry
            .key
            .strip_prefix(list)
            .and_then(|rest| rest.strip_prefix('['))
            .is_some_and(|rest| rest.ends_with(']') && !rest.contains('.'))
    })
}

/// What tests of a reader compare: key, value and line.
#[cfg(test)]
fn shown(entries: &[Entry]) -> Vec<(&str, &str, u32)> {
    let all = entries.iter();
    all.map(|entry| {
        (
            entry.key.as_str(),
            entry.value.as_str(),
            entry.line.number(),
        )
    })
    .collect()
}

/// Where the lines of a text begin, so that many places need not be counted from its begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(numbered(text).map(|(_, begin, _)| begin).collect())
    }

    /// The span of bytes of the text; what goes on behind its first line ends with that line.
    fn span(&self, bytes: &std::ops::Range<usize>) -> LineSpan {
        let number = self.0.partition_point(|begin| *begin <= bytes.start);
        let begin = number.checked_sub(1).and_then(|at| self.0.get(at));
        let begin = begin.copied().unwrap_or_default();
        let is_whole = self.0.get(number).is_none_or(|next| bytes.end <= *next);
        let end = is_whole.then(|| bytes.end.saturating_sub(begin));
        LineSpan::part(u32::try_from(number).unwrap_or(0), bytes.start - begin, end)
    }
}

/// The lines of a text with their numbers and the bytes at which they begin; line ends are left out.
fn numbered(text: &str) -> impl Iterator<Item = (u32, usize, &str)> {
    let mut begin = 0;
    text.split_inclusive('\n')
        .zip(1..)
        .map(move |(line, number)| {
            let at = begin;
            begin += line.len();
            let line = line.strip_suffix('\n').unwrap_or(line);
            (number, at, line.strip_suffix('\r').unwrap_or(line))
        })
}
