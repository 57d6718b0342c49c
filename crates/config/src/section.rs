//! How is one table of project.toml read, with lines, variables and unknown keys?

pub(super) mod project_file;

use toml_edit::{Item, TableLike, Value};

use super::{INVALID, Origin, Sourced};
use project_file::position;
use slugsmith_facts::environment::Environment;
use slugsmith_finding::error::{Problem, Result};
use slugsmith_finding::units;

/// One key of a section: the name and what the documentation says of it.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub name: &'static str,
    /// As TOML; empty for tables and keys without a default.
    pub default: &'static str,
    pub meaning: &'static str,
    pub is_table: bool,
    /// Whether there may be several of this table: `[[…]]`.
    pub is_list: bool,
}

impl Key {
    /// A key with a value; the default as it is written in TOML.
    #[must_use]
    pub const fn new(name: &'static str, default: &'static str, meaning: &'static str) -> Self {
        Self {
            name,
            default,
            meaning,
            is_table: false,
            is_list: false,
        }
    }

    /// A key that is a table.
    #[must_use]
    pub const fn table(name: &'static str, meaning: &'static str) -> Self {
        Self {
            name,
            default: "",
            meaning,
            is_table: true,
            is_list: false,
        }
    }

    /// A key that is a list of tables.
    #[must_use]
    pub const fn tables(name: &'static str, meaning: &'static str) -> Self {
        Self {
            is_list: true,
            ..Self::table(name, meaning)
        }
    }
}

/// A variable that is on or off, in any of the usual words.
///
/// # Errors
/// [`INVALID`] for anything else: a switch that is misread would be worse than none.
pub(super) fn switch(variable: &str, text: &str) -> Result<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(Problem::new(&INVALID).saw(format!(
            "{variable} is {text:?}, expected on or off (true, false, yes, no, 1, 0 do as well)"
        ))),
    }
}

/// One table of the configuration, with the variables that lie over it.
pub struct Section<'a> {
    text: &'a str,
    path: String,
    table: Option<&'a dyn TableLike>,
    keys: &'static [Key],
    environment: &'a Environment,
}

impl<'a> Section<'a> {
    /// The table `name` inside this one; absent is the same as empty.
    #[must_use]
    pub fn child(&self, name: &str, keys: &'static [Key]) -> Section<'a> {
        self.nested(
            name,
            self.table
                .and_then(|table| table.get(name))
                .and_then(Item::as_table_like),
            keys,
        )
    }

    /// Whether the file has no such table.
    pub(super) fn is_absent(&self) -> bool {
        self.table.is_none()
    }

    /// The variables that lie over the file.
    pub(super) fn environment(&self) -> &'a Environment {
        self.environment
    }

    /// Each table of the array of tables `name`.
    #[must_use]
    pub fn children(&self, name: &str, keys: &'static [Key]) -> Vec<Section<'a>> {
        let item = self.table.and_then(|table| table.get(name));
        let Some(Item::ArrayOfTables(array)) = item else {
            return Vec::new();
        };
        array
            .iter()
            .map(|table| self.nested(name, Some(table as &dyn TableLike), keys))
            .collect()
    }

    fn nested(
        &self,
        name: &str,
        table: Option<&'a dyn TableLike>,
        keys: &'static [Key],
    ) -> Section<'a> {
        Section {
            text: self.text,
            path: format!("{}.{name}", self.path),
            table,
            keys,
            environment: self.environment,
        }
    }

    /// The variable that lies over `key`: `SLUGSMITH_BUDGET_FAIL` for `budget.fail`.
    #[must_use]
    pub fn variable(&self, key: &str) -> String {
        let path = self.path.strip_prefix("com.").unwrap_or(&self.path);
        format!("{path}.{key}")
            .replace(['.', '-'], "_")
            .to_ascii_uppercase()
    }

    /// Names of all entries, for tables whose keys the user chooses.
    pub fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.table
            .into_iter()
            .flat_map(|table| table.iter().map(|(name, _)| name))
    }

    /// A string, from the variable or the file.
    ///
    /// # Errors
    /// [`INVALID`] if the file holds another type; likewise below.
    pub fn text(&self, key: &str) -> Result<Option<Sourced<String>>> {
        let variable = self.variable(key);
        if let Some(value) = self.environment.get(&variable) {
            return Ok(Some(Sourced {
                value: value.to_owned(),
                source: Origin::Variable(variable),
            }));
        }
        let Some(value) = self.value(key)? else {
            return Ok(None);
        };
        match value {
            Value::String(text) => Ok(Some(self.sourced(key, text.value().clone()))),
            Value::Integer(number) => Ok(Some(self.sourced(key, number.value().to_string()))),
            Value::Boolean(truth) => Ok(Some(self.sourced(key, truth.value().to_string()))),
            other => Err(self.invalid(key, &format!("is {}, expected text", other.type_name()))),
        }
    }

    /// One of a few words.
    ///
    /// # Errors
    /// [`INVALID`], naming the words.
    pub fn word(&self, key: &str, words: &[&str]) -> Result<Option<Sourced<String>>> {
        self.checked(key, &format!("one of {}", words.join(", ")), |text| {
            words.contains(&text).then(|| text.to_owned())
        })
    }

    /// `true` or `false`; in a variable also what `switch` takes.
    ///
    /// # Errors
    /// [`INVALID`] for anything else.
    pub fn flag(&self, key: &str) -> Result<Option<Sourced<bool>>> {
        let variable = self.variable(key);
        let value = match self.environment.get(&variable) {
            Some(text) => Some(switch(&variable, text)?),
            None => None,
        };
        if let Some(value) = value {
            let source = Origin::Variable(variable);
            return Ok(Some(Sourced { value, source }));
        }
        self.file_flag(key)
    }

    /// The same without a variable, for entries of which there may be several.
    ///
    /// # Errors
    /// [`INVALID`] for anything else.
    pub fn file_flag(&self, key: &str) -> Result<Option<Sourced<bool>>> {
        let Some(value) = self.value(key)? else {
            return Ok(None);
        };
        match value.as_bool() {
            Some(flag) => Ok(Some(self.sourced(key, flag))),
            None => Err(self.invalid(key, "is neither true nor false")),
        }
    }

    /// A size such as `"300 MB"`, in bytes.
    ///
    /// # Errors
    /// [`INVALID`].
    pub fn size(&self, key: &str) -> Result<Option<Sourced<u64>>> {
        self.checked(
            key,
            "a size such as \"300 MB\" or \"286 MiB\"",
            units::parse_size,
        )
    }

    /// A value that `parse` understands; `expected` says what that is.
    ///
    /// # Errors
    /// [`INVALID`].
    pub fn checked<T>(
        &self,
        key: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<Sourced<T>>> {
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        match parse(&text.value) {
            Some(value) => Ok(Some(Sourced {
                value,
                source: text.source,
            })),
            None => Err(match &text.source {
                Origin::Variable(name) => Problem::new(&INVALID)
                    .saw(format!("{name} is {:?}, expected {expected}", text.value)),
                _ => self.invalid(key, &format!("is {:?}, expected {expected}", text.value)),
            }),
        }
    }

    /// A list of strings; the variable separates them by commas.
    ///
    /// # Errors
    /// [`INVALID`].
    pub fn list(&self, key: &str) -> Result<Option<Sourced<Vec<String>>>> {
        let variable = self.variable(key);
        if let Some(value) = self.environment.get(&variable) {
            return Ok(Some(Sourced {
                value: value
                    .split(',')
                    .map(|item| item.trim().to_owned())
                    .filter(|item| !item.is_empty())
                    .collect(),
                source: Origin::Variable(variable),
            }));
        }
        let Some(value) = self.value(key)? else {
            return Ok(None);
        };
        let items = value.as_array().and_then(|array| {
            array
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect()
        });
        match items {
            Some(items) => Ok(Some(self.sourced(key, items))),
            None => Err(self.invalid(key, "is not a list of strings")),
        }
    }

    /// A list, or one word in its place.
    ///
    /// # Errors
    /// It is neither.
    pub fn list_or(&self, key: &str, word: &str) -> Result<Option<Sourced<Vec<String>>>> {
        let is_set = self.environment.get(&self.variable(key)).is_some();
        match self.value(key)?.and_then(Value::as_str) {
            Some(text) if !is_set && text == word => {
                Ok(Some(self.sourced(key, vec![text.to_owned()])))
            }
            _ => self.list(key),
        }
    }

    fn value(&self, key: &str) -> Result<Option<&'a Value>> {
        debug_assert!(
            self.keys.is_empty() || self.keys.iter().any(|known| known.name == key),
            "{key} is read but not declared in KEYS"
        );
        match self.table.and_then(|table| table.get(key)) {
            None => Ok(None),
            Some(Item::Value(value)) => Ok(Some(value)),
            Some(_) => Err(self.invalid(key, "is a table, expected a value")),
        }
    }

    fn sourced<T>(&self, key: &str, value: T) -> Sourced<T> {
        Sourced {
            value,
            source: Origin::File {
                line: self.position(key).0,
            },
        }
    }

    /// 1-based line of a key; 1 if it has none.
    #[must_use]
    pub fn line(&self, key: &str) -> usize {
        self.position(key).0
    }

    fn position(&self, key: &str) -> (usize, usize) {
        let span = self
            .table
            .and_then(|table| table.key(key))
            .and_then(toml_edit::Key::span);
        position(self.text, span)
    }

    /// The problem of a value that isn't what it should be.
    #[must_use]
    pub fn invalid(&self, key: &str, what: &str) -> Problem {
        let (line, column) = self.position(key);
        Problem::new(&INVALID).saw(format!(
            "{}:{line}:{column}: `{key}` in [{}] {what}",
            super::FILE,
            self.path
        ))
    }
}
