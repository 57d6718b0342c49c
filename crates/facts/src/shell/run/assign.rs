//! Assignments, also those of `export` and of expansions.

use super::{Shell, mentions};
use crate::bash::{Assign, Part};
use crate::shell::Event;
use crate::shell::state::{Text, Value};

impl Shell<'_> {
    pub(in super::super) fn assignment(&mut self, assign: &Assign) -> bool {
        let value = self.assigned_value(assign);
        self.assigned(assign, value)
    }

    /// Sets a variable to what its assignment gave; `false` where it is read-only.
    pub(in super::super) fn assigned(&mut self, assign: &Assign, value: Value) -> bool {
        let own = assign
            .value
            .parts
            .iter()
            .any(|part| mentions(part, &assign.name));
        let default = match assign.value.parts.as_slice() {
            [Part::Parameter(one)]
                if one.name == assign.name && matches!(one.operator.as_str(), ":-" | "-") =>
            {
                Some(self.looked_at(&one.operand))
            }
            _ => None,
        };
        self.assign_or_default(&assign.name, value, own || assign.append, default)
    }

    pub(in super::super) fn assigned_value(&mut self, assign: &Assign) -> Value {
        if assign.indexed {
            return Value::Open;
        }
        if assign.value.parts.len() > 1
            && assign
                .value
                .parts
                .iter()
                .any(|part| matches!(part, Part::Array(_)))
        {
            return Value::Open;
        }
        if let [Part::Array(items)] = assign.value.parts.as_slice() {
            let Some(mut items) = self.words(items) else {
                return Value::Open;
            };
            if items.iter().any(|item| item.text.starts_with('[')) {
                return Value::Open;
            }
            if assign.append {
                return match self.state.get(&assign.name) {
                    Value::List(mut before) => {
                        before.append(&mut items);
                        Value::list(before)
                    }
                    Value::Unset => Value::list(items),
                    _ => Value::Open,
                };
            }
            return Value::list(items);
        }
        let value = self.text(&assign.value);
        if !assign.append {
            return Value::Text(value);
        }
        match self.state.get(&assign.name) {
            Value::Unset => Value::Text(value),
            Value::Text(mut before) => {
                before.push(&value);
                Value::Text(before)
            }
            _ => Value::Open,
        }
    }

    /// What a word gives, without what its expansion changes: it was expanded before.
    fn looked_at(&mut self, word: &crate::bash::Word) -> Text {
        let (kept, events, ends) = (self.copy_of_state(), self.events.len(), self.ends);
        let found = self.text(word);
        self.state = kept;
        self.events.truncate(events);
        self.ends = ends;
        found
    }

    /// Sets a variable and remembers that it was.
    pub(in super::super) fn assign(&mut self, name: &str, value: Value, extends: bool) -> bool {
        self.assign_or_default(name, value, extends, None)
    }

    pub(in super::super) fn assign_or_default(
        &mut self,
        name: &str,
        value: Value,
        extends: bool,
        default: Option<Text>,
    ) -> bool {
        let before = self.state.get(name);
        self.copied += before.weight() + value.weight();
        if !self.state.set(name, value, self.line) {
            return false;
        }
        let after = self.state.get(name);
        self.events.push(Event {
            extends,
            default,
            ..self.event(name, before, after)
        });
        true
    }

    /// What happens to a variable here.
    pub(in super::super) fn event(&self, name: &str, before: Value, after: Value) -> Event {
        Event {
            name: name.to_owned(),
            script: self.script.clone(),
            line: self.line,
            before,
            after,
            extends: false,
            default: None,
            conditional: self.maybe > 0,
        }
    }
}
