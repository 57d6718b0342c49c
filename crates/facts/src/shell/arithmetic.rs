//! Arithmetic of the shell: whole numbers, variables, the usual operators.

/// The value of an expression; `None` if it is not known or not understood.
pub(super) fn value(text: &str, variable: &mut dyn FnMut(&str) -> Option<i64>) -> Option<i64> {
    let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut parser = Parser {
        chars: &chars,
        at: 0,
        depth: 0,
        variable,
    };
    let found = parser.ternary()?;
    (parser.at == chars.len()).then_some(found)
}

struct Parser<'a> {
    chars: &'a [char],
    at: usize,
    depth: usize,
    variable: &'a mut dyn FnMut(&str) -> Option<i64>,
}

/// Loosest first; longer operators of a level first.
const LEVELS: &[&[&str]] = &[
    &["||"],
    &["&&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["+", "-"],
    &["*", "/", "%"],
];

impl Parser<'_> {
    fn eat(&mut self, text: &str) -> bool {
        let fits = text
            .chars()
            .enumerate()
            .all(|(offset, c)| self.chars.get(self.at + offset) == Some(&c));
        self.at += if fits { text.len() } else { 0 };
        fits
    }

    fn ternary(&mut self) -> Option<i64> {
        self.depth += 1;
        if self.depth > 60 {
            return None;
        }
        let condition = self.level(0)?;
        let found = if self.eat("?") {
            let yes = self.ternary()?;
            if !self.eat(":") {
                return None;
            }
            let no = self.ternary()?;
            if condition == 0 { no } else { yes }
        } else {
            condition
        };
        self.depth -= 1;
        Some(found)
    }

    fn level(&mut self, level: usize) -> Option<i64> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.level(level + 1)?;
        loop {
            let Some(operator) = operators.iter().find(|operator| self.eat(operator)) else {
                return Some(left);
            };
            // `a = 1`, `a += 1`, `<<` change or shift: not followed.
            if matches!(self.chars.get(self.at), Some('=' | '<' | '>')) {
                return None;
            }
            let right = self.level(level + 1)?;
            left = match *operator {
                "||" => i64::from(left != 0 || right != 0),
                "&&" => i64::from(left != 0 && right != 0),
                "==" => i64::from(left == right),
                "!=" => i64::from(left != right),
                "<=" => i64::from(left <= right),
                ">=" => i64::from(left >= right),
                "<" => i64::from(left < right),
                ">" => i64::from(left > right),
                "+" => left.wrapping_add(right),
                "-" => left.wrapping_sub(right),
                "*" => left.wrapping_mul(right),
                "/" => left.checked_div(right)?,
                _ => left.checked_rem(right)?,
            };
        }
    }

    fn unary(&mut self) -> Option<i64> {
        if self.eat("++") || self.eat("--") {
            return None;
        }
        if self.eat("!") {
            return Some(i64::from(self.unary()? == 0));
        }
        if self.eat("-") {
            return Some(self.unary()?.wrapping_neg());
        }
        if self.eat("+") {
            return self.unary();
        }
        if self.eat("(") {
            let found = self.ternary()?;
            return self.eat(")").then_some(found);
        }
        let start = self.at;
        while self
            .chars
            .get(self.at)
            .is_some_and(|c| c.is_ascii_alphanumeric() || *c == '_')
        {
            self.at += 1;
        }
        let word: String = self.chars.get(start..self.at)?.iter().collect();
        if self.chars.get(self.at) == Some(&'[') || self.eat("++") || self.eat("--") {
            return None;
        }
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            // A leading zero means octal.
            return if word.len() > 1 && word.starts_with('0') {
                None
            } else {
                word.parse().ok()
            };
        }
        if word.is_empty() {
            return None;
        }
        (self.variable)(&word)
    }
}
