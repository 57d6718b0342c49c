//! YAML of settings, which may be a template of ERB: what that computes is a value as it is written.
//!
//! Merge keys (`<<: *default`) and aliases are followed: their entries have the place that they are written at.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use slugsmith_finding::LineSpan;

use super::Entry;

/// Longer files are not settings, in bytes.
const LARGEST: usize = 1_000_000;
/// Entries that are read at most, with those of aliases: each of these may double what the file says.
const MOST_ENTRIES: usize = 50_000;
/// Collections inside of each other at most.
const DEEPEST: usize = 100;

/// The values of all documents of a file.
#[must_use]
pub fn read(text: &str) -> Vec<Entry> {
    if text.len() > LARGEST {
        return Vec::new();
    }
    let parsed = without_templates(text);
    let mut reader = Reader {
        text,
        parsed: &parsed,
        bytes: text.char_indices().map(|(at, _)| at).collect(),
        found: Vec::new(),
        open: Vec::new(),
        copied: 0,
        anchors: BTreeMap::new(),
        document: 0,
    };
    for event in Parser::new_from_str(&parsed) {
        let Ok((event, span)) = event else { break };
        if reader.take(&event, span).is_none() {
            break;
        }
    }
    reader.found
}

/// A collection that is open.
struct Open {
    path: String,
    kind: Kind,
    /// The number of its anchor; 0 for none.
    anchor: usize,
    /// Where its entries begin.
    first: usize,
}

enum Kind {
    /// The name that is read and has no value yet, with its place; anchors that are merged at the end.
    Mapping(Option<(String, Place)>, Vec<usize>),
    /// The number of the next item.
    Sequence(usize),
}

/// A part of a line, in bytes; the end only where it is on the same line.
#[derive(Clone, Copy)]
struct Place {
    line: u32,
    start: usize,
    end: Option<usize>,
}

impl Place {
    fn to(self, end: Self) -> LineSpan {
        let end = end.end.filter(|_| end.line == self.line);
        LineSpan::part(self.line, self.start, end)
    }
}

struct Reader<'t> {
    text: &'t str,
    /// Of as many letters as `text`.
    parsed: &'t str,
    /// Of each letter.
    bytes: Vec<usize>,
    found: Vec<Entry>,
    open: Vec<Open>,
    /// Entries of anchors that were copied so far, also those that something else replaced.
    copied: usize,
    /// Path and entries.
    anchors: BTreeMap<usize, (String, Range<usize>)>,
    document: usize,
}

impl Reader<'_> {
    /// `None` to stop.
    fn take(&mut self, event: &Event<'_>, span: Span) -> Option<()> {
        let place = self.place(span);
        match event {
            Event::DocumentStart(_) => {
                self.document += 1;
                self.anchors.clear();
            }
            Event::Scalar(value, style, anchor, _) => {
                let value = self
                    .written(span, *style)
                    .unwrap_or_else(|| value.to_string());
                if let Some(Open {
                    kind: Kind::Mapping(name @ None, _),
                    ..
                }) = self.open.last_mut()
                {
                    *name = Some((value, place));
                } else {
                    let at = self.found.len();
                    let path = self.add(value, place)?;
                    self.anchors.insert(*anchor, (path, at..at + 1));
                }
            }
            Event::MappingStart(anchor, _) => {
                self.begin(*anchor, Kind::Mapping(None, Vec::new()), place)?
            }
            Event::SequenceStart(anchor, _) => self.begin(*anchor, Kind::Sequence(0), place)?,
            Event::MappingEnd | Event::SequenceEnd => self.end()?,
            Event::Alias(anchor) => self.alias(*anchor)?,
            _ => {}
        }
        (self.found.len() < MOST_ENTRIES && self.open.len() < DEEPEST).then_some(())
    }

    /// The path of the value that comes next, and the place of its name.
    fn next(&mut self) -> Option<(String, Option<Place>)> {
        let Some(open) = self.open.last_mut() else {
            return Some((String::new(), None));
        };
        match &mut open.kind {
            Kind::Mapping(name, _) => {
                let (name, place) = name.take()?;
                let dot = if open.path.is_empty() { "" } else { "." };
                Some((format!("{}{dot}{name}", open.path), Some(place)))
            }
            Kind::Sequence(number) => {
                let path = format!("{}[{number}]", open.path);
                *number += 1;
                Some((path, None))
            }
        }
    }

    fn add(&mut self, value: String, place: Place) -> Option<String> {
        let (path, name) = self.next()?;
        self.found.push(Entry {
            key: path.clone(),
            value,
            line: name.unwrap_or(place).to(place),
            document: self.document,
        });
        Some(path)
    }

    fn begin(&mut self, anchor: usize, kind: Kind, place: Place) -> Option<()> {
        let first = self.found.len();
        let is_named = matches!(
            self.open.last(),
            Some(Open {
                kind: Kind::Mapping(Some(_), _),
                ..
            })
        );
        let path = if is_named {
            let name = self.name_place().unwrap_or(place);
            self.add(String::new(), name)?
        } else {
            self.next()?.0
        };
        self.open.push(Open {
            path,
            kind,
            anchor,
            first,
        });
        Some(())
    }

    fn name_place(&self) -> Option<Place> {
        match &self.open.last()?.kind {
            Kind::Mapping(Some((_, place)), _) => Some(*place),
            _ => None,
        }
    }

    fn end(&mut self) -> Option<()> {
        let open = self.open.pop()?;
        if let Kind::Mapping(_, merged) = open.kind
            && !merged.is_empty()
        {
            let mut own: HashSet<String> = self.found[open.first..]
                .iter()
                .map(|entry| entry.key.clone())
                .collect();
            for anchor in merged {
                for entry in self.copies(anchor, &open.path) {
                    if entry.key != open.path && own.insert(entry.key.clone()) {
                        self.found.push(entry);
                    }
                }
            }
        }
        let end = self.found.len();
        self.anchors
            .insert(open.anchor, (open.path, open.first..end));
        Some(())
    }

    fn alias(&mut self, anchor: usize) -> Option<()> {
        let is_merge =
            |open: &Open| matches!(&open.kind, Kind::Mapping(Some((name, _)), _) if name == "<<");
        let last = self.open.len().checked_sub(1)?;
        // `<<: *a`, and `<<: [*a, *b]`.
        let in_list = matches!(self.open[last].kind, Kind::Sequence(_))
            && self.open[last].path.ends_with("<<");
        let into = if is_merge(&self.open[last]) {
            Some(last)
        } else {
            last.checked_sub(1).filter(|_| in_list)
        };
        let (path, _) = self.next()?;
        match into.map(|at| &mut self.open[at].kind) {
            Some(Kind::Mapping(_, merged)) => merged.push(anchor),
            _ => {
                let copies = self.copies(anchor, &path);
                self.found.extend(copies);
            }
        }
        Some(())
    }

    /// The entries of an anchor, under another path.
    fn copies(&mut self, anchor: usize, path: &str) -> Vec<Entry> {
        let Some((old, range)) = self.anchors.get(&anchor) else {
            return Vec::new();
        };
        let entries = self.found.get(range.clone()).unwrap_or_default();
        let entries = entries
            .iter()
            .take(MOST_ENTRIES.saturating_sub(self.copied));
        let copies: Vec<Entry> = entries
            .filter_map(|entry| {
                let below = entry.key.strip_prefix(old.as_str())?;
                let below = if path.is_empty() {
                    below.trim_start_matches('.')
                } else {
                    below
                };
                Some(Entry {
                    key: format!("{path}{below}"),
                    ..entry.clone()
                })
            })
            .collect();
        self.copied += copies.len();
        copies
    }

    /// Where a letter is, in bytes.
    fn byte(&self, letter: usize) -> usize {
        self.bytes.get(letter).copied().unwrap_or(self.text.len())
    }

    fn place(&self, span: Span) -> Place {
        let (start, end) = (span.start, span.end);
        let begin = self.byte(start.index().saturating_sub(start.col()));
        Place {
            line: u32::try_from(start.line()).unwrap_or(0),
            start: self.byte(start.index()) - begin,
            end: (start.line() == end.line()).then(|| self.byte(end.index()) - begin),
        }
    }

    /// A value of a template as it is written; `None` where the parser has it.
    fn written(&self, span: Span, style: ScalarStyle) -> Option<String> {
        let range = self.byte(span.start.index())..self.byte(span.end.index());
        let written = self.text.get(range.clone())?;
        let is_same = self.parsed.get(range) == Some(written);
        let quote = match style {
            ScalarStyle::SingleQuoted => '\'',
            ScalarStyle::DoubleQuoted => '"',
            _ => ' ',
        };
        (!is_same).then(|| written.trim().trim_matches(quote).to_owned())
    }
}

/// The text with what a template computes replaced by letters, and the rest of its code by blanks, so that each letter
/// stays where it is. Values that only a filter of the build understands (`@project.version@`, `%env(X)%`) are words
/// as well.
fn without_templates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("<%") {
        out.push_str(&rest[..at]);
        let length = rest[at..].find("%>").map_or(rest.len() - at, |end| end + 2);
        let (code, after) = rest[at..].split_at(length);
        let before = out
            .rfind('\n')
            .map_or(out.as_str(), |begin| &out[begin + 1..]);
        let behind = after.find('\n').map_or(after, |end| &after[..end]);
        let is_alone = before.trim().is_empty() && behind.trim().is_empty();
        let is_value = code.starts_with("<%=") && !is_alone;
        replace(code, if is_value { "x" } else { " " }, &mut out);
        rest = after;
    }
    out.push_str(rest);
    words(&out)
}

/// Each letter has as many bytes as before, so that places stay.
fn replace(code: &str, with: &str, out: &mut String) {
    let mut with = with;
    for letter in code.chars() {
        if letter == '\n' {
            with = " ";
            out.push('\n');
        } else {
            out.push_str(with);
        }
    }
}

fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ['\n', '\n'];
    for letter in text.chars() {
        let is_first = matches!(before, [':' | '-', ' ']);
        out.push(if is_first && matches!(letter, '@' | '%' | '`') {
            'x'
        } else {
            letter
        });
        before = [before[1], letter];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(String, String, u32)> {
        let entries = read(text).into_iter();
        entries
            .map(|entry| (entry.key, entry.value, entry.line.number()))
            .collect()
    }

    fn row(key: &str, value: &str, line: u32) -> (String, String, u32) {
        (key.to_owned(), value.to_owned(), line)
    }

    #[test]
    fn values_have_their_keys_and_places() {
        let text = "a:\n  b: 'x # y' # note\n  \"c\": {d: 1, e: [2, 3]}\nf:\n- g: 4\n- h\ni: |\n  two\n  lines\n";
        assert_eq!(
            shown(text),
            [
                row("a", "", 1),
                row("a.b", "x # y", 2),
                row("a.c", "", 3),
                row("a.c.d", "1", 3),
                row("a.c.e", "", 3),
                row("a.c.e[0]", "2", 3),
                row("a.c.e[1]", "3", 3),
                row("f", "", 4),
                row("f[0].g", "4", 5),
                row("f[1]", "h", 6),
                row("i", "two\nlines\n", 7),
            ]
        );
        let line = "  b: 'x # y' # note";
        assert_eq!(read(text)[1].line.within(line), Some(2..12));
    }

    #[test]
    fn merges_and_aliases_are_followed_and_own_values_win() {
        let text = "default: &d\n  pool: 5\n  host: a\nproduction:\n  <<: *d\n  host: b\nother: *d\n\
                    both:\n  <<: [*d]\n";
        let entries = read(text);
        let value = |key: &str| {
            let mut all = entries.iter().filter(|entry| entry.key == key);
            let found = all
                .next()
                .map(|entry| (entry.value.as_str(), entry.line.number()));
            assert!(all.next().is_none(), "{key} twice");
            found
        };
        assert_eq!(value("production.pool"), Some(("5", 2)));
        assert_eq!(value("production.host"), Some(("b", 6)));
        assert_eq!(value("other.pool"), Some(("5", 2)));
        assert_eq!(value("both.host"), Some(("a", 3)));
    }

    #[test]
    fn templates_are_values_as_they_are_written() {
        let text = "<% if ä %>\na: <%= ENV.fetch('X') { 5 } %>\nb: \"<%= c ? 1 : 2 %>/ü\" # n\n<% end %>\n\
                    c: @project.version@\nd: %env(X)%\ne: 1\n";
        assert_eq!(
            shown(text),
            [
                row("a", "<%= ENV.fetch('X') { 5 } %>", 2),
                row("b", "<%= c ? 1 : 2 %>/ü", 3),
                row("c", "@project.version@", 5),
                row("d", "%env(X)%", 6),
                row("e", "1", 7),
            ]
        );
    }

    #[test]
    fn json_with_tabs_and_windows_line_ends_is_read() {
        let json = "{\n\t\"formation\": {\n\t\t\"web\": {\"quantity\": 1}\n\t}\n}\n";
        assert_eq!(shown(json)[1], row("formation.web", "", 3));
        assert_eq!(shown("a: 1\r\nb:\r\n  c: 2\r\n")[2], row("b.c", "2", 3));
    }

    #[test]
    fn what_is_broken_or_grows_without_end_stops() {
        assert_eq!(shown("a: 1\nb: [\n").first(), Some(&row("a", "1", 1)));
        let mut bomb = "a0: &a0 [x, x]\n".to_owned();
        for step in 1..60 {
            bomb += &format!("a{step}: &a{step} [*a{0}, *a{0}]\n", step - 1);
        }
        assert!(read(&bomb).len() <= MOST_ENTRIES + 1);
        let again = format!(
            "a: &a {{{}}}\nb:\n  <<: [{}]\n",
            "x: 1, ".repeat(1_000),
            "*a, ".repeat(100_000)
        );
        assert_eq!(
            read(&again).last().map(|entry| entry.key.as_str()),
            Some("b.x")
        );
        assert!(read(&"[".repeat(100_000)).len() < MOST_ENTRIES);
        let documents: Vec<_> = read("a: 1\n---\na: 2\n")
            .into_iter()
            .map(|entry| entry.document)
            .collect();
        assert_ne!(documents[0], documents[1]);
    }
}
