//! Files of nested keys and values: YAML without its lists, and Java's properties.

use slugsmith_finding::LineSpan;

/// One value of a file, with the names above it.
pub(super) struct Entry {
    /// Dotted: `production.secret_key_base`.
    pub(super) key: String,
    pub(super) value: String,
    /// 1-based.
    pub(super) line: LineSpan,
    /// Which document of the file it stands in, from 0.
    pub(super) document: usize,
}

impl Entry {
    /// The variable of `${NAME}` or `${NAME:default}`.
    pub(super) fn variable(&self) -> Option<&str> {
        let inner = self.value.strip_prefix("${")?.strip_suffix('}')?;
        let name = inner.split(':').next().unwrap_or(inner);
        (!name.contains(['$', '{'])).then_some(name)
    }
}

/// One file of properties that production loads.
pub(super) struct File {
    pub(super) path: String,
    pub(super) entries: Vec<Entry>,
}

impl File {
    pub(super) fn read(path: &str, text: &str) -> Self {
        let entries = if path.ends_with(".properties") {
            properties(text)
        } else {
            entries(text)
        };
        Self {
            path: path.to_owned(),
            entries,
        }
    }

    /// The first entry of this key.
    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

/// The values of a YAML file of nested mappings. By lines, since ERB between them breaks a
/// parser; values over several lines and lists are left out.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut above: Vec<(usize, &str)> = Vec::new();
    let mut document = 0;
    for (line, number) in text.lines().zip(1..) {
        if line.trim_end() == "---" {
            document += 1;
            above.clear();
            continue;
        }
        let plain = line.trim_start();
        let indent = line.len() - plain.len();
        let Some((key, value)) = plain.split_once(':') else {
            continue;
        };
        if key.starts_with(['#', '-', '<', '%']) && key != "<<"
            || !(value.is_empty() || value.starts_with(' '))
        {
            continue;
        }
        above.retain(|(outer, _)| *outer < indent);
        let mut path: Vec<&str> = above.iter().map(|(_, name)| *name).collect();
        path.push(key.trim());
        let value = value.split(" #").next().unwrap_or_default().trim();
        if value.is_empty() || value.starts_with('&') {
            above.push((indent, key.trim()));
        }
        found.push(Entry {
            key: path.join("."),
            value: value.trim_matches(['"', '\'']).to_owned(),
            line: LineSpan::on(number, line, plain.trim_end()),
            document,
        });
    }
    found
}

fn properties(text: &str) -> Vec<Entry> {
    let mut document = 0;
    text.lines()
        .zip(1..)
        .filter_map(|(line, number)| {
            document += usize::from(line.trim_end() == "#---");
            let (key, value) = line
                .split_once('=')
                .filter(|(key, _)| !key.trim_start().starts_with(['#', '!']))?;
            Some(Entry {
                key: key.trim().to_owned(),
                value: value.trim().to_owned(),
                line: LineSpan::on(number, line, line.trim()),
                document,
            })
        })
        .collect()
}
