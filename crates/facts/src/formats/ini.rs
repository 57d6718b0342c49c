//! Files of sections with `name = value`, as uWSGI, PHP and Python's `configparser` read them.

use slugsmith_finding::LineSpan;

use super::{Entry, numbered};

/// The entries, each below the name of its section: `uwsgi.processes`.
#[must_use]
pub fn read(text: &str) -> Vec<Entry> {
    let mut section = "";
    let mut found = Vec::new();
    for (number, _, line) in numbered(text) {
        let plain = line.trim();
        if plain.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = plain
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
        {
            section = name.0.trim();
            continue;
        }
        let Some((key, value)) = plain.split_once(['=', ':']) else {
            continue;
        };
        let dot = if section.is_empty() { "" } else { "." };
        found.push(Entry {
            key: format!("{section}{dot}{}", key.trim()),
            value: plain_value(value.trim()).to_owned(),
            line: LineSpan::on(number, line, plain),
            document: 0,
        });
    }
    found
}

/// Without quotes, or without the comment behind it, which has a blank before it.
fn plain_value(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some((inner, _)) = value
            .strip_prefix(quote)
            .and_then(|rest| rest.split_once(quote))
        {
            return inner;
        }
    }
    let marks = [" ;", "\t;", " #", "\t#"].iter();
    let end = marks.filter_map(|mark| value.find(mark)).min();
    value
        .get(..end.unwrap_or(value.len()))
        .unwrap_or(value)
        .trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_below_their_section_and_comments_are_none() {
        let text = "a = 1\r\n[uwsgi]\n; workers = 2\n  processes = 4 ; as measured\nsocket = :5000\nname = 'x # y'\n";
        let found = read(text);
        assert_eq!(
            super::super::shown(&found),
            [
                ("a", "1", 1),
                ("uwsgi.processes", "4", 4),
                ("uwsgi.socket", ":5000", 5),
                ("uwsgi.name", "x # y", 6),
            ]
        );
    }
}
