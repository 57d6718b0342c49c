//! Arithmetic of the shell: whole numbers, variables and the operators of the language C.

/// Where the variables of an expression live.
pub(super) trait Variables {
    /// `None` if the number is not known.
    fn get(&mut self, name: &str) -> Option<i64>;
    fn set(&mut self, name: &str, value: i64);
}

/// The value of an expression; `None` if it is not known or not understood. What it has
/// changed up to there stays changed.
pub(super) fn value(text: &str, variables: &mut dyn Variables) -> Option<i64> {
    let chars: Vec<char> = text.chars().collect();
    let mut parser = Parser {
        chars: &chars,
        at: 0,
        depth: 0,
        skips: 0,
        variables,
    };
    parser.blanks();
    // An empty expression is nothing.
    if chars.iter().all(|c| c.is_whitespace()) {
        return Some(0);
    }
    let found = parser.comma()?;
    (parser.at == chars.len()).then_some(found)
}

/// A number as the shell writes it: `12`, `014` (octal), `0x1f`, `16#ff`; `None` if it is none.
pub(super) fn number(word: &str) -> Option<i64> {
    if let Some((base, digits)) = word.split_once('#') {
        let base: u32 = base.parse().ok().filter(|base| (2..=36).contains(base))?;
        return i64::from_str_radix(digits, base).ok();
    }
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    match word.strip_prefix('0') {
        Some("") => Some(0),
        Some(rest) => match rest.strip_prefix(['x', 'X']) {
            Some(digits) => i64::from_str_radix(digits, 16).ok(),
            None => i64::from_str_radix(rest, 8).ok(),
        },
        None => word.parse().ok(),
    }
}

/// Names that an expression may change, also one that is not understood.
pub(super) fn assigned(text: &str) -> Vec<String> {
    let belongs = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let end = rest.find(|c: char| !belongs(c)).unwrap_or(rest.len());
        let Some(name) = rest.get(..end).filter(|name| !name.is_empty()) else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        let before = text.get(..at).unwrap_or_default().trim_end();
        let mut after = rest.get(end..).unwrap_or_default().trim_start();
        if after.starts_with('[') {
            after = after.split_once(']').map_or("", |(_, after)| after);
        }
        let after = after.trim_start();
        let steps = |text: &str| text == "++" || text == "--";
        let is_set = ASSIGNS.iter().any(|sign| after.starts_with(sign)) && !after.starts_with("==");
        let is_stepped = after.get(..2).is_some_and(steps)
            || before
                .get(before.len().saturating_sub(2)..)
                .is_some_and(steps);
        if (is_set || is_stepped) && crate::bash::is_name(name) {
            found.push(name.to_owned());
        }
        at += end;
    }
    found
}

struct Parser<'a> {
    chars: &'a [char],
    at: usize,
    depth: usize,
    /// Operands that are read and not evaluated, in levels.
    skips: usize,
    variables: &'a mut dyn Variables,
}

/// Loosest first; longer operators of a level first.
const LEVELS: &[&[&str]] = &[
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];

/// Longest first.
const ASSIGNS: &[&str] = &[
    "<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", "=",
];

impl Parser<'_> {
    fn blanks(&mut self) {
        while self.chars.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
    }

    fn is(&self, text: &str) -> bool {
        let mut offsets = text.chars().enumerate();
        offsets.all(|(offset, c)| self.chars.get(self.at + offset) == Some(&c))
    }

    fn eat(&mut self, text: &str) -> bool {
        let fits = self.is(text);
        if fits {
            self.at += text.len();
            self.blanks();
        }
        fits
    }

    /// The operator of a level, unless it is the beginning of another one.
    fn operator(&mut self, operators: &[&'static str]) -> Option<&'static str> {
        let found = operators
            .iter()
            .find(|operator| self.is(operator))
            .copied()?;
        let next = self.chars.get(self.at + found.len()).copied();
        let longer = match found {
            "|" | "&" | "^" => next == Some('=') || next == found.chars().next(),
            "<" | ">" => next == found.chars().next(),
            "<<" | ">>" | "+" | "-" | "/" | "%" => next == Some('='),
            "*" => matches!(next, Some('=' | '*')),
            _ => false,
        };
        (!longer && self.eat(found)).then_some(found)
    }

    fn comma(&mut self) -> Option<i64> {
        self.depth += 1;
        if self.depth > 60 {
            return None;
        }
        let mut found = self.assignment()?;
        while self.eat(",") {
            found = self.assignment()?;
        }
        self.depth -= 1;
        Some(found)
    }

    fn assignment(&mut self) -> Option<i64> {
        let start = self.at;
        if let Some(name) = self.name()
            && !self.is("==")
            && let Some(operator) = ASSIGNS.iter().find(|operator| self.eat(operator))
        {
            self.depth += 1;
            let right = if self.depth > 60 {
                None
            } else {
                self.assignment()
            };
            self.depth -= 1;
            let right = right?;
            let new = match operator.trim_end_matches('=') {
                "" => right,
                sign => {
                    let left = self.get(&name)?;
                    self.combined(sign, left, right)?
                }
            };
            self.set(&name, new);
            return Some(new);
        }
        self.at = start;
        self.ternary()
    }

    fn ternary(&mut self) -> Option<i64> {
        self.depth += 1;
        if self.depth > 60 {
            return None;
        }
        let condition = self.level(0)?;
        let found = if self.eat("?") {
            let yes = self.skipping(condition == 0, &mut Self::comma)?;
            if !self.eat(":") {
                return None;
            }
            let no = self.skipping(condition != 0, &mut Self::ternary)?;
            if condition == 0 { no } else { yes }
        } else {
            condition
        };
        self.depth -= 1;
        Some(found)
    }

    /// An operand that may not be evaluated: `0 && i++`.
    fn skipping(
        &mut self,
        skips: bool,
        operand: &mut dyn FnMut(&mut Self) -> Option<i64>,
    ) -> Option<i64> {
        self.skips += usize::from(skips);
        let found = operand(self);
        self.skips -= usize::from(skips);
        found
    }

    fn level(&mut self, level: usize) -> Option<i64> {
        let Some(operators) = LEVELS.get(level) else {
            return self.power();
        };
        let mut left = self.level(level + 1)?;
        while let Some(operator) = self.operator(operators) {
            let skips = match operator {
                "||" => left != 0,
                "&&" => left == 0,
                _ => false,
            };
            let right = self.skipping(skips, &mut |parser| parser.level(level + 1))?;
            left = self.combined(operator, left, right)?;
        }
        Some(left)
    }

    fn combined(&self, operator: &str, left: i64, right: i64) -> Option<i64> {
        Some(match operator {
            "||" => i64::from(left != 0 || right != 0),
            "&&" => i64::from(left != 0 && right != 0),
            "==" => i64::from(left == right),
            "!=" => i64::from(left != right),
            "<=" => i64::from(left <= right),
            ">=" => i64::from(left >= right),
            "<" => i64::from(left < right),
            ">" => i64::from(left > right),
            "|" => left | right,
            "^" => left ^ right,
            "&" => left & right,
            // The processor takes the lowest six bits of the count.
            "<<" => left.wrapping_shl(u32::try_from(right & 63).ok()?),
            ">>" => left.wrapping_shr(u32::try_from(right & 63).ok()?),
            "+" => left.wrapping_add(right),
            "-" => left.wrapping_sub(right),
            "*" => left.wrapping_mul(right),
            // An operand that is not evaluated divides by nothing.
            _ if self.skips > 0 => 0,
            "/" => left.checked_div(right)?,
            _ => left.checked_rem(right)?,
        })
    }

    /// `a ** b ** c` is `a ** (b ** c)`.
    fn power(&mut self) -> Option<i64> {
        let base = self.unary()?;
        if self.is("**=") || !self.eat("**") {
            return Some(base);
        }
        self.depth += 1;
        let exponent = if self.depth > 60 { None } else { self.power() };
        self.depth -= 1;
        let exponent = u32::try_from(exponent?).ok()?;
        Some(base.wrapping_pow(exponent))
    }

    fn unary(&mut self) -> Option<i64> {
        self.depth += 1;
        if self.depth > 60 {
            return None;
        }
        let found = self.signed();
        self.depth -= 1;
        found
    }

    fn signed(&mut self) -> Option<i64> {
        for (sign, by) in [("++", 1), ("--", -1)] {
            if self.is(sign) {
                self.eat(sign);
                let name = self.name()?;
                let new = self.get(&name)?.wrapping_add(by);
                self.set(&name, new);
                return Some(new);
            }
        }
        if self.eat("!") {
            return Some(i64::from(self.unary()? == 0));
        }
        if self.eat("~") {
            return Some(!self.unary()?);
        }
        if self.eat("-") {
            return Some(self.unary()?.wrapping_neg());
        }
        if self.eat("+") {
            return self.unary();
        }
        if self.eat("(") {
            let found = self.comma()?;
            return self.eat(")").then_some(found);
        }
        if let Some(name) = self.name() {
            // An item of a list is not followed.
            if self.is("[") {
                return None;
            }
            let value = self.get(&name)?;
            for (sign, by) in [("++", 1), ("--", -1)] {
                if self.eat(sign) {
                    self.set(&name, value.wrapping_add(by));
                    return Some(value);
                }
            }
            return Some(value);
        }
        let word = self.word(|c| c.is_ascii_alphanumeric() || c == '_' || c == '#');
        number(&word)
    }

    fn name(&mut self) -> Option<String> {
        let first = self.chars.get(self.at)?;
        (first.is_ascii_alphabetic() || *first == '_')
            .then(|| self.word(|c| c.is_ascii_alphanumeric() || c == '_'))
    }

    fn word(&mut self, belongs: fn(char) -> bool) -> String {
        let start = self.at;
        while self.chars.get(self.at).is_some_and(|c| belongs(*c)) {
            self.at += 1;
        }
        let word = self.chars.get(start..self.at).unwrap_or_default();
        let word = word.iter().collect();
        self.blanks();
        word
    }

    fn get(&mut self, name: &str) -> Option<i64> {
        if self.skips > 0 {
            return Some(0);
        }
        self.variables.get(name)
    }

    fn set(&mut self, name: &str, value: i64) {
        if self.skips == 0 {
            self.variables.set(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    impl Variables for BTreeMap<String, i64> {
        fn get(&mut self, name: &str) -> Option<i64> {
            BTreeMap::get(self, name).copied()
        }

        fn set(&mut self, name: &str, value: i64) {
            self.insert(name.to_owned(), value);
        }
    }

    #[test]
    fn expressions_change_their_variables() {
        for (text, wanted, i) in [
            ("i++", 5, 6),
            ("--i", 4, 4),
            ("i += 2, i * 2", 14, 7),
            ("i > 3 ? i-- : i++", 5, 4),
            ("0 && i++", 0, 5),
            ("1 || (i = 9)", 1, 5),
            ("i == 5", 1, 5),
            ("2 ** 3 ** 2 + i", 517, 5),
            ("1 << 4 | 010 & 0x1f ^ 16#f", 23, 5),
            ("- i * ~1", 10, 5),
        ] {
            let mut all = BTreeMap::from([("i".to_owned(), 5)]);
            assert_eq!(value(text, &mut all), Some(wanted), "{text}");
            assert_eq!(all["i"], i, "{text}");
        }
        let mut none = BTreeMap::new();
        for text in ["08", "1 / 0", "gone", "1 +", "a[0]", "1 ? 2"] {
            assert_eq!(value(text, &mut none), None, "{text}");
        }
        assert_eq!(value(&"(".repeat(5000), &mut none), None);
        assert_eq!(value(&"a=".repeat(5000), &mut none), None);
        assert_eq!(value(&"-".repeat(5001), &mut none), None);
    }

    #[test]
    fn names_that_may_change_are_found() {
        assert_eq!(
            assigned("a = b + c++, d[1] -= 2, ++e, f == 1, g <= 2, h"),
            ["a", "c", "d", "e"]
        );
        assert_eq!(assigned("é = 1 …= "), [""; 0]);
    }
}
