//! TOML with places.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::{Entry, Lines};

/// Tables inside of each other at most.
const DEEPEST: usize = 100;

/// The values of a file, in the order of their keys.
#[must_use]
pub fn read(text: &str) -> Vec<Entry> {
    let mut found = Vec::new();
    if let Ok(table) = DeTable::parse(text) {
        below(&Lines::of(text), "", table.get_ref(), DEEPEST, &mut found);
    }
    found
}

fn below(lines: &Lines, path: &str, table: &DeTable<'_>, depth: usize, found: &mut Vec<Entry>) {
    for (key, value) in table {
        let dot = if path.is_empty() { "" } else { "." };
        let path = format!("{path}{dot}{}", key.get_ref());
        let place = key.span().start..value.span().end;
        add(lines, &path, (value.get_ref(), place), depth, found);
    }
}

fn add(
    lines: &Lines,
    path: &str,
    (value, place): (&DeValue<'_>, Range<usize>),
    depth: usize,
    found: &mut Vec<Entry>,
) {
    if depth == 0 {
        return;
    }
    let written = match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(is_true) => is_true.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        DeValue::Table(_) | DeValue::Array(_) => String::new(),
    };
    found.push(Entry {
        key: path.to_owned(),
        value: written,
        line: lines.span(&place),
        document: 0,
    });
    match value {
        DeValue::Table(table) => below(lines, path, table, depth - 1, found),
        DeValue::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                let item = (item.get_ref(), item.span());
                let path = format!("{path}[{number}]");
                add(lines, &path, item, depth - 1, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry;
    use super::*;

    #[test]
    fn values_have_their_keys_and_lines() {
        let text = "# python_version = '2.7'\n[requires]\npython_version = \"3.12\"\n[metadata.heroku]\n\
                    go-version = 'go1.9' # old\n[[services]]\nport = 80\nnames = ['a', 'b']\n";
        let found = read(text);
        let value =
            |key: &str| entry(&found, key).map(|one| (one.value.as_str(), one.line.number()));
        assert_eq!(value("requires.python_version"), Some(("3.12", 3)));
        assert_eq!(value("metadata.heroku.go-version"), Some(("go1.9", 5)));
        assert_eq!(value("services[0].port"), Some(("80", 7)));
        assert_eq!(value("services[0].names[1]"), Some(("b", 8)));
        assert_eq!(read("a = ["), []);
    }
}
