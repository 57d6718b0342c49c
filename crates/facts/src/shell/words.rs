//! The words of a command while they are expanded: pieces join to words, up to a bound.

use super::state::{LIST_LIMIT, Text};

/// Words that are done, and the one that is being made.
#[derive(Debug, Default)]
pub(super) struct Words {
    done: Vec<Text>,
    current: Option<Text>,
    weight: usize,
}

impl Words {
    /// Adds a piece to the current word; `None` where they are too many to be followed.
    pub(super) fn push(&mut self, piece: &Text) -> Option<()> {
        self.current.get_or_insert_default().push(piece);
        self.weight += piece.weight();
        (self.weight <= LIST_LIMIT).then_some(())
    }

    /// What follows is another word.
    pub(super) fn end_word(&mut self) {
        self.done.extend(self.current.take());
    }

    pub(super) fn whole(self) -> Vec<Text> {
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Event, Shell, Trouble, Value};
    use crate::bash;

    /// What is known of `A` behind the script, what was set, and whether all of it was gone through.
    fn behind(script: &str) -> (Value, Vec<Event>, bool) {
        let nothing = |_: &str| None;
        let mut shell = Shell::new([], &nothing);
        shell.source("a.sh", &bash::parse(script));
        let (variables, events, notes) = shell.into_history();
        let is_whole = notes.iter().all(|note| note.trouble != Trouble::TooLong);
        let value = variables.get("A").map(|one| one.value.clone());
        (value.unwrap_or_default(), events, is_whole)
    }

    #[test]
    fn lists_that_double_are_not_followed_without_an_end() {
        for (first, again) in [
            ("A=(x x)", "A=(\"${A[@]}\" \"${A[@]}\")"),
            ("A=(x x)", "A+=(\"${A[@]}\")"),
            ("A=(x x)", "A=(${A[@]} ${A[*]})"),
            ("A='x x'", "A=($A $A); A=\"${A[*]}\""),
            ("set -- x x", "set -- \"$@\" \"$@\"; A=(\"$@\")"),
            ("set -- x x", "set -- $* $*; A=($*)"),
        ] {
            let (value, ..) = behind(&format!("{first}\n{}", format!("{again}\n").repeat(40)));
            let is_open = match &value {
                Value::Text(text) => text.open,
                other => *other == Value::Open,
            };
            assert!(is_open, "{again}");
        }
        let (value, ..) =
            behind("A=(x y)\nA=(\"${A[@]}\" \"${A[@]}\")\nset -- \"${A[@]}\" z\nA=(\"$@\")\n");
        assert!(matches!(value, Value::List(items) if items.len() == 5));
    }

    #[test]
    fn copies_of_long_values_are_not_made_without_an_end() {
        let long = format!("A={}\n", "x".repeat(90_000));
        let many: Vec<_> = (0..100).map(|n| format!("B{n}=$A")).collect();
        let many = many.join("\n") + "\n";
        for rest in [
            "A=$A\n".repeat(19_000),
            format!("{many}{}", "x && B1=2\n".repeat(9000)),
            format!("{many}f() {{\n{}}}\nf\n", "x && return\n".repeat(5000)),
            format!("{many}{}", "B=$(echo $A=)\n".repeat(9000)),
            format!("{many}{}", "(B=2)\n".repeat(9000)),
        ] {
            let (_, events, is_whole) = behind(&format!("{long}{rest}"));
            let held = events
                .iter()
                .map(|one| one.before.weight() + one.after.weight());
            assert!(held.sum::<usize>() < 300_000_000);
            assert!(!is_whole, "{}", rest.chars().take(20).collect::<String>());
        }
        let (.., is_whole) = behind(&"A=$A:/app/bin; x && B=$A\n".repeat(2000));
        assert!(is_whole);
    }
}
