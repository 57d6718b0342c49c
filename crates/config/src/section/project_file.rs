//! project.toml as a whole: its tables with their lines, and the keys that nobody knows.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike};

use super::super::{INVALID, SYNTAX, unknown_key};
use super::{Key, Section};
use slugsmith_facts::environment::Environment;
use slugsmith_finding::Finding;
use slugsmith_finding::error::{Problem, Result};

/// A parsed project.toml.
pub(crate) struct ProjectFile<'a> {
    text: &'a str,
    document: Document<&'a str>,
}

impl<'a> ProjectFile<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self> {
        let document = Document::parse(text).map_err(|error| {
            let (line, column) = position(text, error.span());
            Problem::new(&SYNTAX).saw(format!(
                "{}:{line}:{column}: {}",
                crate::FILE,
                error.message().trim()
            ))
        })?;
        Ok(Self { text, document })
    }

    /// The whole file.
    pub(crate) fn root(&self) -> &Item {
        self.document.as_item()
    }

    /// Line of an entry of a table; 1 where it can't be told.
    pub(crate) fn line_of(&self, table: Option<&Item>, name: &str) -> u32 {
        let table = table.and_then(Item::as_table_like);
        let span = table
            .and_then(|table| table.key(name))
            .and_then(toml_edit::Key::span);
        u32::try_from(position(self.text, span).0).unwrap_or(u32::MAX)
    }

    pub(crate) fn section(
        &'a self,
        path: &str,
        keys: &'static [Key],
        environment: &'a Environment,
    ) -> Section<'a> {
        let table = path
            .split('.')
            .try_fold(self.document.as_item(), |item, name| item.get(name))
            .and_then(Item::as_table_like);
        Section {
            text: self.text,
            path: path.to_owned(),
            table,
            keys,
            environment,
        }
    }

    /// Every key below `[com.slugsmith]` that no section knows, in file order.
    pub(crate) fn unknown_keys(&self, sections: &[(&str, &[Key])]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (path, keys) in sections {
            let item = path
                .split('.')
                .try_fold(self.document.as_item(), |item, name| item.get(name));
            for table in tables(item) {
                let known: Vec<_> = keys.iter().map(|key| key.name).collect();
                for (name, _) in table.iter().filter(|(name, _)| !known.contains(name)) {
                    let span = table.key(name).and_then(toml_edit::Key::span);
                    let line = position(self.text, span).0;
                    findings.push(unknown_key(path, name, line, &known));
                }
            }
        }
        findings
            .sort_by_key(|finding| finding.location.as_ref().and_then(|location| location.line));
        findings
    }
}

impl ProjectFile<'_> {
    /// Tables of ours that are written as something else: `strip = "off"`, `[com.slugsmith.cache]`.
    ///
    /// # Errors
    /// [`INVALID`]: what such a line wants would be ignored.
    pub(crate) fn must_be_tables(&self, sections: &[(&str, &[Key])]) -> Result<()> {
        let root = self.root();
        let item = |path: &str| {
            let mut names = path.split('.');
            names.try_fold(root, |item, name| item.get(name))
        };
        let whole = [("com", Key::table("slugsmith", ""))];
        let keys = sections
            .iter()
            .flat_map(|(path, keys)| keys.iter().map(|key| (*path, *key)));
        for (path, key) in whole
            .into_iter()
            .chain(keys)
            .filter(|(_, key)| key.is_table)
        {
            for table in tables(item(path)) {
                let Some(found) = table.get(key.name) else {
                    continue;
                };
                let fits = if key.is_list {
                    found.is_array_of_tables()
                } else {
                    found.is_table_like()
                };
                if !fits {
                    return Err(self.misshapen(path, &key, table));
                }
            }
        }
        Ok(())
    }

    fn misshapen(&self, path: &str, key: &Key, table: &dyn TableLike) -> Problem {
        let (line, column) = position(
            self.text,
            table.key(key.name).and_then(toml_edit::Key::span),
        );
        let wanted = if key.is_list {
            format!("[[{path}.{}]]", key.name)
        } else {
            format!("[{path}.{}]", key.name)
        };
        Problem::new(&INVALID)
            .saw(format!(
                "{}:{line}:{column}: `{}` in [{path}] is not written as the table that it is",
                crate::FILE,
                key.name
            ))
            .step(format!("Write it as {wanted}, with its keys below."))
    }
}

/// A table, or each table of an array of tables.
pub(crate) fn tables(item: Option<&Item>) -> Vec<&dyn TableLike> {
    match item {
        Some(Item::ArrayOfTables(array)) => {
            array.iter().map(|table| table as &dyn TableLike).collect()
        }
        Some(item) => item.as_table_like().into_iter().collect(),
        None => Vec::new(),
    }
}

/// 1-based line and column of a span's start.
pub(crate) fn position(text: &str, span: Option<Range<usize>>) -> (usize, usize) {
    let Some(before) = span.and_then(|span| text.get(..span.start)) else {
        return (1, 1);
    };
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before[start..].chars().count() + 1)
}
