//! Parameters: `$NAME`, `${NAME…}` with all its operators.

use super::super::pattern;
use super::super::run::Shell;
use super::super::state::{Text, Value, is_of_shell};
use crate::bash::{self, Parameter};

impl Shell<'_> {
    /// The items of `"$@"` and `"${LIST[@]}"`; the inner `None` if they are not known.
    #[allow(clippy::option_option)] // no list, or one that is not known
    pub(in super::super) fn items(&mut self, parameter: &Parameter) -> Option<Option<Vec<Text>>> {
        if !parameter.operator.is_empty() {
            return None;
        }
        if parameter.name == "@" || (parameter.name == "*" && !parameter.quoted) {
            return Some(Some(self.state.arguments.clone()));
        }
        let all = parameter.index.as_deref() == Some("@")
            || (parameter.index.as_deref() == Some("*") && !parameter.quoted);
        all.then(|| match self.state.get(&parameter.name) {
            Value::List(items) => Some(items),
            Value::Text(text) => Some(vec![text]),
            Value::Unset => Some(Vec::new()),
            Value::Open => None,
        })
    }

    /// The value of a plain variable; unset is empty, unless that ends the shell.
    pub(in super::super) fn plain(&mut self, name: &str) -> Text {
        match self.state.get(name) {
            Value::Text(text) => text,
            Value::List(items) => items.first().cloned().unwrap_or_default(),
            Value::Unset => {
                if self.state.options.no_unset {
                    self.fails(format!("`{name}` is not set, and `set -u` ends the shell"));
                }
                Text::default()
            }
            Value::Open => Text::open(),
        }
    }

    /// A parameter's value before its operator.
    pub(in super::super) fn value(&mut self, parameter: &Parameter) -> Value {
        let name = parameter.name.as_str();
        let text = |text: String| Value::Text(Text::known(text));
        match (name, name.parse::<usize>()) {
            (_, Ok(0)) => Value::Open,
            (_, Ok(at)) => match self.state.arguments.get(at - 1) {
                Some(argument) => Value::Text(argument.clone()),
                // What a profile script gets as its arguments is the login shell's.
                None => Value::Unset,
            },
            ("#", _) => text(self.state.arguments.len().to_string()),
            ("?", _) => self
                .state
                .status
                .map_or(Value::Open, |status| text(status.to_string())),
            ("@" | "*", _) => {
                let mut joined = Text::default();
                for (index, argument) in self.state.arguments.iter().enumerate() {
                    if index > 0 {
                        joined.push(&Text::known(" "));
                    }
                    joined.push(argument);
                }
                Value::Text(joined)
            }
            ("$" | "!" | "-", _) => Value::Open,
            _ => match (self.state.get(name), parameter.index.as_deref()) {
                (
                    value @ (Value::Text(_) | Value::Unset | Value::Open),
                    None | Some("0" | "@" | "*"),
                ) => value,
                (Value::List(items), None) => {
                    items.first().cloned().map_or(Value::Unset, Value::Text)
                }
                (Value::List(items), Some("@" | "*")) => {
                    let mut joined = Text::default();
                    for (index, item) in items.iter().enumerate() {
                        if index > 0 {
                            joined.push(&Text::known(" "));
                        }
                        joined.push(item);
                    }
                    Value::Text(joined)
                }
                (Value::List(items), Some(index)) => match index.parse::<usize>() {
                    Ok(index) => items.get(index).cloned().map_or(Value::Unset, Value::Text),
                    Err(_) => Value::Open,
                },
                (Value::Open, _) | (_, Some(_)) => Value::Open,
            },
        }
    }

    pub(in super::super) fn parameter(&mut self, parameter: &Parameter) -> Text {
        let value = self.value(parameter);
        let operator = parameter.operator.as_str();
        let colon = operator.starts_with(':') && operator.len() == 2;
        let missing = match &value {
            Value::Unset => Some(true),
            Value::Open => None,
            Value::Text(text) if colon && text.open => {
                // A marker beside known text is not empty.
                (text.text.chars().count() > 1).then_some(false)
            }
            Value::Text(text) => Some(colon && text.text.is_empty()),
            Value::List(items) => Some(items.is_empty()),
        };
        let current = match &value {
            Value::Text(text) => text.clone(),
            Value::Open => Text::open(),
            _ => Text::default(),
        };
        match operator {
            "" => {
                if value == Value::Unset
                    && self.state.options.no_unset
                    && !matches!(parameter.name.as_str(), "@" | "*")
                {
                    self.fails(format!(
                        "`{}` is not set, and `set -u` ends the shell",
                        parameter.name
                    ));
                }
                current
            }
            ":-" | "-" => match missing {
                Some(true) => self.text(&parameter.operand),
                Some(false) => current,
                None => Text::open(),
            },
            ":+" | "+" => match missing {
                Some(true) => Text::default(),
                Some(false) => self.text(&parameter.operand),
                None => Text::open(),
            },
            ":=" | "=" => match missing {
                Some(true) => {
                    let text = self.text(&parameter.operand);
                    self.assign(&parameter.name, Value::Text(text.clone()), false);
                    text
                }
                Some(false) => current,
                None => {
                    self.assign(&parameter.name, Value::Open, false);
                    Text::open()
                }
            },
            ":?" | "?" => {
                if missing == Some(true) {
                    self.fails(format!(
                        "`{}` has to be set, and its absence ends the shell",
                        parameter.name
                    ));
                }
                current
            }
            "length" => match (&value, parameter.index.as_deref()) {
                (_, Some("@" | "*")) => match self.state.get(&parameter.name) {
                    Value::List(items) => Text::known(items.len().to_string()),
                    _ => Text::open(),
                },
                _ => current.get().map_or_else(Text::open, |text| {
                    Text::known(text.chars().count().to_string())
                }),
            },
            "indirect" => match current.get() {
                Some(name) if bash::is_name(name) && !is_of_shell(name) => {
                    let name = name.to_owned();
                    self.plain(&name)
                }
                _ => Text::open(),
            },
            _ => self.edited(&current, parameter),
        }
    }

    /// Operators that change a known text.
    pub(in super::super) fn edited(&mut self, current: &Text, parameter: &Parameter) -> Text {
        let operator = parameter.operator.as_str();
        let Some(text) = current.get().map(str::to_owned) else {
            return Text::open();
        };
        let found = match operator {
            "#" | "##" | "%" | "%%" => self
                .pattern(&parameter.operand)
                .map(|pattern| pattern::removed(&text, &pattern, operator)),
            "/" | "//" | "/#" | "/%" => {
                let pattern = self.pattern(&parameter.operand);
                let new = parameter
                    .second
                    .as_ref()
                    .map_or_else(Text::default, |word| self.text(word));
                // `&` in the replacement stands for the match in newer versions of bash.
                let new = new
                    .get()
                    .filter(|new| !new.contains('&'))
                    .map(str::to_owned);
                match (pattern, new) {
                    (Some(pattern), Some(new)) => {
                        Some(pattern::replaced(&text, &pattern, &new, operator))
                    }
                    _ => None,
                }
            }
            ":" => self.substring(&text, parameter),
            "^^" if parameter.operand.parts.is_empty() => Some(text.to_uppercase()),
            ",," if parameter.operand.parts.is_empty() => Some(text.to_lowercase()),
            "^" | "," if parameter.operand.parts.is_empty() => {
                let mut chars = text.chars();
                let first = chars.next().map(|c| {
                    if operator == "^" {
                        c.to_ascii_uppercase()
                    } else {
                        c.to_ascii_lowercase()
                    }
                });
                Some(first.into_iter().chain(chars).collect())
            }
            _ => None,
        };
        found.map_or_else(Text::open, Text::known)
    }

    pub(in super::super) fn substring(
        &mut self,
        text: &str,
        parameter: &Parameter,
    ) -> Option<String> {
        let chars: Vec<char> = text.chars().collect();
        let length = i64::try_from(chars.len()).ok()?;
        let offset = self.text(&parameter.operand);
        let offset = self.arithmetic(offset.get()?.trim())?;
        let start = if offset < 0 { length + offset } else { offset };
        if start < 0 || start > length {
            return Some(String::new());
        }
        let end = match &parameter.second {
            Some(word) => {
                let text = self.text(word);
                let count = self.arithmetic(text.get()?.trim())?;
                if count < 0 {
                    length + count
                } else {
                    (start + count).min(length)
                }
            }
            None => length,
        };
        let range = usize::try_from(start).ok()?..usize::try_from(end.max(start)).ok()?;
        Some(chars.get(range)?.iter().collect())
    }
}
