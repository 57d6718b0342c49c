//! Where does a text define a function, and where does it name one?
//!
//! Parsed facts hold calls; what names a function without a call (`this::keep`, a route, a template) only the text has.

use super::Language;

/// What the text says of a function where it is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Defined {
    /// Number of parameters; `None` where it varies.
    pub arity: Option<usize>,
    /// It belongs to a type of Go.
    pub is_method: bool,
    pub is_private: bool,
}

/// The definition that begins at a line or a few lines further down, below its annotations.
#[must_use]
pub fn definition(text: &str, start: u32, language: Language, name: &str) -> Option<Defined> {
    let skipped = usize::try_from(start).unwrap_or(1).saturating_sub(1);
    let from: usize = text.split_inclusive('\n').take(skipped).map(str::len).sum();
    let at = places(text.get(from..)?, name)
        .map(|at| from + at)
        .find(|at| defines(text, *at, name, language))?;
    let before = line_before(text, at);
    Some(Defined {
        arity: text
            .get(at + name.len()..)
            .and_then(|rest| arity(rest, true)),
        is_method: before.contains(')'),
        is_private: before.split_whitespace().any(|word| word == "private"),
    })
}

/// Whether a text names a function other than by defining it.
#[must_use]
pub fn mentions(text: &str, language: Language, name: &str, wanted: Option<usize>) -> bool {
    places(text, name).any(|at| {
        let before = line_before(text, at).trim_start();
        let comment = COMMENTS.iter().any(|mark| before.starts_with(mark));
        if comment || defines(text, at, name, language) {
            return false;
        }
        let rest = text.get(at + name.len()..).unwrap_or_default();
        match (wanted, arity(rest, false)) {
            (Some(wanted), Some(given)) => wanted == given,
            _ => true,
        }
    })
}

/// How often a text has a name as a whole word, outside of lines that are comments.
#[must_use]
pub fn count(text: &str, name: &str) -> usize {
    let is_said = |at: &usize| {
        let before = line_before(text, *at).trim_start();
        !COMMENTS.iter().any(|mark| before.starts_with(mark))
    };
    places(text, name).filter(is_said).count()
}

/// Whether a text of PHP has a class's name outside of comments and of `use`, which alone loads nothing.
#[must_use]
pub fn is_used_in_php(text: &str, class: &str) -> bool {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("use "));
    lines.into_iter().any(|line| count(line, class) > 0)
}

/// What a line begins with that is a comment.
const COMMENTS: &[&str] = &["//", "#", "*", "/*", "--", "<!--"];

/// Where a name stands as a whole word.
fn places<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = usize> + 't {
    let is_word = |one: char| one.is_alphanumeric() || one == '_' || one == '$';
    text.match_indices(name)
        .map(|(at, _)| at)
        .filter(move |at| {
            let before = text.get(..*at).and_then(|text| text.chars().next_back());
            let after = text
                .get(at + name.len()..)
                .and_then(|text| text.chars().next());
            !before.is_some_and(is_word) && !after.is_some_and(is_word)
        })
}

fn line_before(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or_default();
    before.rsplit('\n').next().unwrap_or(before)
}

/// Whether the word at a place is what a definition names.
fn defines(text: &str, at: usize, name: &str, language: Language) -> bool {
    let rest = text.get(at + name.len()..).unwrap_or_default();
    let opens =
        rest.trim_start().starts_with('(') || language == Language::Go && rest.starts_with('[');
    let before = line_before(text, at);
    let trimmed = before.trim();
    let marked = match language {
        Language::Python => matches!(trimmed, "def" | "async def"),
        Language::Go => {
            trimmed == "func" || trimmed.starts_with("func (") && trimmed.ends_with(')')
        }
        Language::Php => trimmed
            .trim_end_matches('&')
            .trim_end()
            .ends_with("function"),
        Language::Java => {
            const OTHERS: &[&str] = &[
                "return", "new", "else", "throw", "case", "assert", "yield", "do", "in",
            ];
            let word = before.split_whitespace().next_back().unwrap_or_default();
            before.ends_with(char::is_whitespace)
                && !OTHERS.contains(&word)
                && word
                    .ends_with(|one: char| one.is_alphanumeric() || matches!(one, '_' | '>' | ']'))
                && !before.contains(['=', '"', ';'])
        }
        Language::JavaScript | Language::Ruby => false,
    };
    opens && marked
}

/// The number of parameters or arguments in the brackets at the start of a text; `None` where it is not sure.
fn arity(rest: &str, is_definition: bool) -> Option<usize> {
    let inner = rest.trim_start().strip_prefix('(')?;
    let (mut depth, mut quote, mut commas, mut is_empty) = (0_usize, None, 0, true);
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        if let Some(open) = quote {
            match letter {
                '\\' => {
                    letters.next();
                }
                _ if letter == open => quote = None,
                _ => {}
            }
            continue;
        }
        match letter {
            '"' | '\'' => (quote, is_empty) = (Some(letter), false),
            ')' if depth == 0 => return Some(if is_empty { 0 } else { commas + 1 }),
            '(' | '[' | '{' => (depth, is_empty) = (depth + 1, false),
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            '<' if is_definition => depth += 1,
            '>' if is_definition => depth = depth.saturating_sub(1),
            // Of a generic type or a comparison, and a parameter of which there may be any number.
            '<' if depth == 0 => return None,
            '.' if is_definition => return None,
            ',' if depth == 0 => commas += 1,
            letter if !letter.is_whitespace() => is_empty = false,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_with_other_arguments_is_another_method() {
        let text =
            "class A {\n  void keep(File file) {}\n  void go() { other.keep(\"a,b\", file); }\n}\n";
        assert!(!mentions(text, Language::Java, "keep", Some(1)));
        assert!(mentions(text, Language::Java, "keep", Some(2)));
        assert!(mentions("run(this::keep)", Language::Java, "keep", Some(1)));
        assert!(mentions(
            "keep(new Map<A, B>(), c)",
            Language::Java,
            "keep",
            Some(1)
        ));
    }

    #[test]
    fn definitions_and_comments_are_no_use() {
        let go = "// keep writes the file.\nfunc keep(c *gin.Context) {\n}\n";
        assert!(!mentions(go, Language::Go, "keep", None));
        assert!(mentions("r.POST(\"/\", keep)", Language::Go, "keep", None));
        let found = definition("\nfunc (s *Shop) keep(a, b int) {", 2, Language::Go, "keep");
        assert!(found.is_some_and(|found| found.is_method && found.arity == Some(2)));
        let php = "    private function keep($file)\n    { }\n";
        assert!(definition(php, 1, Language::Php, "keep").is_some_and(|found| found.is_private));
        assert!(!mentions(php, Language::Php, "keep", None));
    }
}
