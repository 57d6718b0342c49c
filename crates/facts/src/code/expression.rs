//! What is the value of an argument or an assignment, as far as the text tells?

use std::borrow::Cow;

/// An argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// Of a keyword argument.
    pub name: Option<String>,
    pub value: Expr,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    Text(String),
    /// As written.
    Number(String),
    Bool(bool),
    Nil,
    /// A dotted name, or a Ruby symbol with its colon (`:async`).
    Name(String),
    /// A read of an environment variable.
    Env {
        name: String,
        default: Option<Box<Expr>>,
    },
    Call {
        callee: String,
        arguments: Vec<Argument>,
    },
    Object(Vec<(String, Expr)>),
    List(Vec<Expr>),
    /// One of these: `a || b`, `a if c else b`, `c ? a : b`.
    Either(Vec<Expr>),
    /// Text made of parts: a template, a concatenation.
    Join(Vec<Expr>),
    Function,
    Other,
}

impl Expr {
    /// The text of a literal.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a literal, or of literals that are put together; `None` if a part is not known.
    #[must_use]
    pub fn whole_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Join(parts) => {
                let mut whole = String::new();
                for part in parts {
                    whole.push_str(&part.whole_text()?);
                }
                Some(Cow::Owned(whole))
            }
            _ => None,
        }
    }

    /// `left || right`: a read of the environment with what it falls back to, else either of them.
    #[must_use]
    pub(super) fn or(left: Self, right: Self) -> Self {
        match left {
            Self::Env {
                name,
                default: None,
            } => Self::Env {
                name,
                default: Some(Box::new(right)),
            },
            left => Self::Either(vec![left, right]),
        }
    }

    /// `not value`: what is on without a variable falls back to true.
    #[must_use]
    pub(super) fn not(value: Self) -> Self {
        match value {
            Self::Bool(value) => Self::Bool(!value),
            Self::Env {
                name,
                default: None,
            } => Self::Env {
                name,
                default: Some(Box::new(Self::Bool(true))),
            },
            Self::Env {
                name,
                default: Some(default),
            } if matches!(*default, Self::Bool(_)) => Self::Env {
                name,
                default: Some(Box::new(Self::not(*default))),
            },
            value => value,
        }
    }

    /// A whole number.
    #[must_use]
    pub fn number(&self) -> Option<i64> {
        match self {
            Self::Number(text) => text.replace('_', "").parse().ok(),
            _ => None,
        }
    }

    /// The name without a symbol's colon.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name.strip_prefix(':').unwrap_or(name)),
            _ => None,
        }
    }

    /// What a call calls.
    #[must_use]
    pub fn callee(&self) -> Option<&str> {
        match self {
            Self::Call { callee, .. } => Some(callee),
            _ => None,
        }
    }

    /// The text of a literal or the name of a symbol.
    #[must_use]
    pub fn word(&self) -> Option<&str> {
        self.text().or_else(|| self.name())
    }

    /// The value of a key, if this is an object that has it.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&Expr> {
        match self {
            Self::Object(entries) => entries
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// Whether this is written out in the source, so that nothing outside can change it.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Number(_) | Self::Bool(_))
    }

    /// Whether this is made of literals alone, at any depth.
    #[must_use]
    pub fn is_written_out(&self) -> bool {
        !self.any(|value| {
            matches!(
                value,
                Self::Env { .. } | Self::Name(_) | Self::Call { .. } | Self::Function | Self::Other
            )
        })
    }

    /// Calls `visit` for this value and all values inside it.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        visit(self);
        match self {
            Self::Env {
                default: Some(inner),
                ..
            } => inner.walk(visit),
            Self::Call { arguments, .. } => {
                for argument in arguments {
                    argument.value.walk(visit);
                }
            }
            Self::Object(entries) => {
                for (_, value) in entries {
                    value.walk(visit);
                }
            }
            Self::List(items) | Self::Either(items) | Self::Join(items) => {
                for item in items {
                    item.walk(visit);
                }
            }
            _ => {}
        }
    }

    /// Calls `change` for all values inside this one, then for this value.
    pub(crate) fn walk_mut(&mut self, change: &mut dyn FnMut(&mut Expr)) {
        match self {
            Self::Env {
                default: Some(inner),
                ..
            } => inner.walk_mut(change),
            Self::Call { arguments, .. } => {
                for argument in arguments {
                    argument.value.walk_mut(change);
                }
            }
            Self::Object(entries) => {
                for (_, value) in entries {
                    value.walk_mut(change);
                }
            }
            Self::List(items) | Self::Either(items) | Self::Join(items) => {
                for item in items {
                    item.walk_mut(change);
                }
            }
            _ => {}
        }
        change(self);
    }

    /// Gives back the room that the list of this value grew into.
    pub(super) fn shrink(&mut self) {
        match self {
            Self::Call { arguments, .. } => arguments.shrink_to_fit(),
            Self::Object(entries) => entries.shrink_to_fit(),
            Self::List(items) | Self::Either(items) | Self::Join(items) => items.shrink_to_fit(),
            _ => {}
        }
    }

    /// Whether `test` holds for this value or one inside it.
    pub fn any(&self, mut test: impl FnMut(&Expr) -> bool) -> bool {
        let mut found = false;
        self.walk(&mut |value| found = found || test(value));
        found
    }

    /// Whether the environment variable is read in it.
    #[must_use]
    pub fn reads(&self, variable: &str) -> bool {
        self.any(|value| matches!(value, Self::Env { name, .. } if name == variable))
    }

    /// Whether any environment variable is read in it.
    #[must_use]
    pub fn reads_environment(&self) -> bool {
        self.any(|value| matches!(value, Self::Env { .. }))
    }

    /// Whether a name in it has `part` among its dotted parts.
    #[must_use]
    pub fn mentions(&self, part: &str) -> bool {
        self.any(|value| match value {
            Self::Name(name) => name
                .split('.')
                .any(|word| word.trim_end_matches("()") == part),
            Self::Call { callee, .. } => callee
                .split('.')
                .any(|word| word.trim_end_matches("()") == part),
            _ => false,
        })
    }
}
