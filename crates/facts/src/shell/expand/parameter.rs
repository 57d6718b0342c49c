//! Parameters: `$NAME`, `${NAME…}` with all its operators.

use super::super::expand::BLANKS;
use super::super::pattern;
use super::super::run::Shell;
use super::super::state::{Text, Value, is_of_shell};
use crate::bash::{self, Parameter};

impl Shell<'_> {
    /// The items of `"$@"` and `"${LIST[@]}"`; the inner `None` if they are not known.
    #[allow(clippy::option_option)] // no list, or one that is not known
    pub(in super::super) fn items(&mut self, parameter: &Parameter) -> Option<Option<Vec<Text>>> {
        let operator = parameter.operator.as_str();
        if !(operator.is_empty() || EDITS.contains(&operator)) || !is_all(parameter) {
            return None;
        }
        let is_one =
            parameter.quoted && (parameter.name == "*" || parameter.index.as_deref() == Some("*"));
        (!is_one).then(|| self.edited_items(parameter))
    }

    /// Every argument or item of a list, changed as the operator says; `None` if that is not known.
    fn edited_items(&mut self, parameter: &Parameter) -> Option<Vec<Text>> {
        let is_arguments = matches!(parameter.name.as_str(), "@" | "*");
        let items = if is_arguments {
            self.state.arguments.clone()?
        } else {
            match self.state.get(&parameter.name) {
                Value::List(items) => items,
                Value::Text(text) => vec![text],
                Value::Unset => Vec::new(),
                Value::Open => return None,
            }
        };
        match parameter.operator.as_str() {
            "" => Some(items),
            ":" => {
                // The first of the arguments is the name of the shell.
                let range = self.range(items.len(), parameter, usize::from(is_arguments))?;
                items.get(range).map(<[Text]>::to_vec)
            }
            _ => {
                let edited = items.iter().map(|item| self.edited(item, parameter));
                Some(edited.collect())
            }
        }
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
            (_, Ok(at)) => match self.state.arguments.as_ref().map(|all| all.get(at - 1)) {
                Some(Some(argument)) => Value::Text(argument.clone()),
                // What a profile script gets as its arguments is the login shell's.
                Some(None) => Value::Unset,
                None => Value::Open,
            },
            ("#", _) => match &self.state.arguments {
                Some(arguments) => text(arguments.len().to_string()),
                None => Value::Open,
            },
            ("?", _) => self
                .state
                .status
                .map_or(Value::Open, |status| text(status.to_string())),
            ("@" | "*", _) => {
                let arguments = self.state.arguments.as_deref();
                let separator = self.separator(parameter);
                arguments.map_or(Value::Open, |all| {
                    Value::Text(joined(all, separator.as_deref()))
                })
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
                    Value::Text(joined(&items, self.separator(parameter).as_deref()))
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
            Value::Text(text) if colon && text.open => text.is_filled().then_some(false),
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
                // The locale says how many characters other bytes are.
                _ => current
                    .get()
                    .filter(|text| text.is_ascii())
                    .map_or_else(Text::open, |text| Text::known(text.len().to_string())),
            },
            "indirect" => match current.get() {
                Some(name) if bash::is_name(name) && !is_of_shell(name) => {
                    let name = name.to_owned();
                    self.plain(&name)
                }
                _ => Text::open(),
            },
            "unsupported" => self.indirect(parameter),
            _ if is_all(parameter) && EDITS.contains(&operator) => self
                .edited_items(parameter)
                .map_or_else(Text::open, |items| {
                    joined(&items, self.separator(parameter).as_deref())
                }),
            _ => self.edited(&current, parameter),
        }
    }

    /// What stands between the items of a list that become one text; `None` if it is not known.
    fn separator(&self, parameter: &Parameter) -> Option<String> {
        let signs = self.separators()?;
        let is_one = parameter.name == "*" || parameter.index.as_deref() == Some("*");
        match (is_one, parameter.quoted) {
            _ if signs == BLANKS => Some(" ".to_owned()),
            // Between the items of `"$*"` stands the first character of IFS.
            (true, true) => Some(signs.chars().take(1).collect()),
            (false, true) => Some(" ".to_owned()),
            (_, false) => None,
        }
    }

    /// `${!NAME:-word}`: the operator is that of the variable whose name is the value of `NAME`.
    fn indirect(&mut self, parameter: &Parameter) -> Text {
        let Some(rest) = parameter.name.strip_prefix('!') else {
            return Text::open();
        };
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let (name, operator) = rest.split_at(end.unwrap_or(rest.len()));
        let pointer = Parameter {
            name: name.to_owned(),
            ..Parameter::default()
        };
        let target = match self.value(&pointer) {
            Value::Text(text) => text.get().map(str::to_owned),
            _ => None,
        };
        let Some(target) = target.filter(|name| bash::is_name(name) && !is_of_shell(name)) else {
            return Text::open();
        };
        if !operator.starts_with([':', '-', '+', '=', '?', '#', '%']) || self.depth > 20 {
            return Text::open();
        }
        let script = bash::parse(&format!("_ \"${{{target}{operator}}}\""));
        let first = script.list.first().and_then(|step| step.pipeline.first());
        let Some(bash::Command::Simple(simple)) = first else {
            return Text::open();
        };
        let Some(word) = simple.words.get(1).cloned() else {
            return Text::open();
        };
        self.depth += 1;
        let found = self.text(&word);
        self.depth -= 1;
        found
    }

    /// Operators that change a known text.
    pub(in super::super) fn edited(&mut self, current: &Text, parameter: &Parameter) -> Text {
        let operator = parameter.operator.as_str();
        let Some(text) = current.get().map(str::to_owned) else {
            return Text::open();
        };
        let found = match operator {
            "#" | "##" | "%" | "%%" => self
                .pattern(&parameter.operand, self.state.options.extended)
                .and_then(|pattern| pattern::removed(&text, &pattern, operator)),
            "/" | "//" | "/#" | "/%" => {
                let pattern = self.pattern(&parameter.operand, self.state.options.extended);
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
                    // Here `nocasematch` counts, too.
                    (Some(pattern), Some(new))
                        if self.state.options.ignores_case == Some(false) =>
                    {
                        pattern::replaced(&text, &pattern, &new, operator)
                    }
                    _ => None,
                }
            }
            // The locale says what a character is, and which capital letter belongs to it.
            _ if !text.is_ascii() => None,
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
        let range = self.range(chars.len(), parameter, 0)?;
        Some(chars.get(range)?.iter().collect())
    }

    /// What `:offset:length` takes of so many, which are counted from `first` on; `None` where
    /// that is not known.
    fn range(
        &mut self,
        count: usize,
        parameter: &Parameter,
        first: usize,
    ) -> Option<std::ops::Range<usize>> {
        let first = i64::try_from(first).ok()?;
        let length = i64::try_from(count).ok()?;
        let offset = self.text(&parameter.operand);
        let offset = self.arithmetic(offset.get()?.trim()).ok()??;
        if offset >= 0 && offset < first {
            return None;
        }
        let start = if offset < 0 {
            length + offset
        } else {
            offset - first
        };
        if start < 0 || start > length {
            return Some(0..0);
        }
        let end = match &parameter.second {
            Some(word) => {
                let text = self.text(word);
                let count = self.arithmetic(text.get()?.trim()).ok()??;
                if count < 0 {
                    length + count
                } else {
                    (start + count).min(length)
                }
            }
            None => length,
        };
        Some(usize::try_from(start).ok()?..usize::try_from(end.max(start)).ok()?)
    }
}

/// Operators that change each item of a list on its own.
const EDITS: &[&str] = &[
    ":", "#", "##", "%", "%%", "/", "//", "/#", "/%", "^", "^^", ",", ",,",
];

/// `$@`, `$*`, `${LIST[@]}` and `${LIST[*]}`.
fn is_all(parameter: &Parameter) -> bool {
    matches!(parameter.name.as_str(), "@" | "*")
        || matches!(parameter.index.as_deref(), Some("@" | "*"))
}

/// The items in one text.
fn joined(items: &[Text], separator: Option<&str>) -> Text {
    let mut found = Text::default();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            found.push(&separator.map_or_else(Text::open, Text::known));
        }
        found.push(item);
    }
    found
}
