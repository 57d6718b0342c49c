//! Does a pattern of a shell, of Go or of Ruby name a path?
//!
//! Every tool has its own globs: whether `*` takes hidden names, whether `**` goes deeper,
//! whether a backslash escapes. A pattern is anchored at the app's top and also names what
//! is below a folder that it names, because all of these tools delete folders whole.

/// What differs between the globs of bash, Go and Ruby.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own in the tools' manuals"
)]
pub struct Dialect {
    /// `*`, `?` and classes match a leading dot.
    pub hidden: bool,
    /// `**` stands for any number of folders, hidden ones left out.
    pub recursive: bool,
    /// A backslash takes the next character literally.
    pub escapes: bool,
    /// What inverts a class: `[^a]`, `[!a]`.
    pub inverts: &'static [char],
    /// A class that never ends makes the pattern name nothing; else its bracket is a bracket.
    pub strict: bool,
}

/// bash(1), "Pathname Expansion", with its options as they are by default.
pub const BASH: Dialect = Dialect {
    hidden: false,
    recursive: false,
    escapes: true,
    inverts: &['^', '!'],
    strict: false,
};
/// Go's `path/filepath.Match`.
pub const GO: Dialect = Dialect {
    hidden: true,
    recursive: false,
    escapes: true,
    inverts: &['^'],
    strict: true,
};
/// Ruby's `Dir.glob` without flags.
pub const RUBY: Dialect = Dialect {
    hidden: false,
    recursive: true,
    escapes: true,
    inverts: &['^', '!'],
    strict: false,
};
/// No wildcards at all.
pub const LITERAL: Dialect = Dialect {
    hidden: false,
    recursive: false,
    escapes: false,
    inverts: &[],
    strict: false,
};

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Char(char),
    Any,
    One,
    Class {
        ranges: Vec<(char, char)>,
        not: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Name(Vec<Token>),
    Folders,
}

/// One pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
    hidden: bool,
}

impl Pattern {
    /// `None` for a pattern that leaves the app, or names the app itself.
    #[must_use]
    pub fn new(text: &str, dialect: Dialect) -> Option<Self> {
        let mut parts = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => return None,
                "**" if dialect.recursive => parts.push(Part::Folders),
                name if dialect == LITERAL => {
                    parts.push(Part::Name(name.chars().map(Token::Char).collect()));
                }
                name => parts.push(Part::Name(tokens(name, dialect)?)),
            }
        }
        let named = parts.iter().any(|part| matches!(part, Part::Name(_)));
        named.then_some(Self {
            parts,
            hidden: dialect.hidden,
        })
    }

    /// Whether this names the path (relative to the app) or a folder above it.
    #[must_use]
    pub fn names(&self, path: &str) -> bool {
        let names: Vec<&str> = path.split('/').collect();
        self.begins(&self.parts, &names)
    }

    fn begins(&self, parts: &[Part], names: &[&str]) -> bool {
        match (parts.split_first(), names.split_first()) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some((Part::Name(tokens), rest)), Some((name, names))) => {
                self.is_name(tokens, name) && self.begins(rest, names)
            }
            (Some((Part::Folders, rest)), Some((name, deeper))) => {
                self.begins(rest, names) || (!name.starts_with('.') && self.begins(parts, deeper))
            }
        }
    }

    fn is_name(&self, tokens: &[Token], name: &str) -> bool {
        let explicit = tokens.first() == Some(&Token::Char('.'));
        if name.starts_with('.') && !explicit && !self.hidden {
            return false;
        }
        let name: Vec<char> = name.chars().collect();
        matches(tokens, &name)
    }
}

/// The usual two-pointer match: only the last `*` is ever tried again, so that no pattern
/// takes more than the product of both lengths.
fn matches(tokens: &[Token], name: &[char]) -> bool {
    let (mut at, mut token) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < name.len() {
        let fits = match tokens.get(token) {
            Some(Token::Any) => {
                retry = Some((token, at));
                token += 1;
                continue;
            }
            Some(Token::One) => true,
            Some(Token::Char(wanted)) => name.get(at) == Some(wanted),
            Some(Token::Class { ranges, not }) => name
                .get(at)
                .is_some_and(|c| ranges.iter().any(|(from, to)| from <= c && c <= to) != *not),
            None => false,
        };
        if fits {
            at += 1;
            token += 1;
        } else if let Some((star, from)) = retry {
            retry = Some((star, from + 1));
            at = from + 1;
            token = star + 1;
        } else {
            return false;
        }
    }
    tokens
        .get(token..)
        .unwrap_or_default()
        .iter()
        .all(|token| *token == Token::Any)
}

/// `None` for what the dialect takes for no pattern.
fn tokens(text: &str, dialect: Dialect) -> Option<Vec<Token>> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        at += 1;
        tokens.push(match c {
            '*' => Token::Any,
            '?' => Token::One,
            '\\' if dialect.escapes && at < chars.len() => {
                at += 1;
                Token::Char(chars.get(at - 1).copied().unwrap_or('\\'))
            }
            '[' => match class(chars.get(at..).unwrap_or_default(), dialect.inverts) {
                Some((class, length)) => {
                    at += length;
                    class
                }
                None if dialect.strict => return None,
                None => Token::Char('['),
            },
            c => Token::Char(*c),
        });
    }
    Some(tokens)
}

/// A character class after its `[`, and how many characters it takes; `None` if it never
/// ends, and the bracket is a bracket.
fn class(chars: &[char], inverts: &[char]) -> Option<(Token, usize)> {
    let not = chars.first().is_some_and(|first| inverts.contains(first));
    let mut at = usize::from(not);
    let first = at;
    let mut ranges = Vec::new();
    loop {
        let mut from = *chars.get(at)?;
        if from == ']' && at > first {
            return Some((Token::Class { ranges, not }, at + 1));
        }
        if from == '\\' {
            at += 1;
            from = *chars.get(at)?;
        }
        let has_end = chars.get(at + 1) == Some(&'-');
        let to = chars.get(at + 2).filter(|to| has_end && **to != ']');
        ranges.push((from, *to.unwrap_or(&from)));
        at += if to.is_some() { 3 } else { 1 };
    }
}

/// `a{b,c}d` as `abd` and `acd`, as bash and Ruby do; more than this many are not made.
#[must_use]
pub fn braces(text: &str) -> Vec<String> {
    const MOST: usize = 256;
    if !crate::bounds::is_pattern(text) {
        return vec![text.to_owned()];
    }
    let mut done = Vec::new();
    let mut pending = vec![text.to_owned()];
    while let Some(text) = pending.pop() {
        let alternatives = innermost(&text);
        if alternatives.is_empty() || done.len() + pending.len() > MOST {
            done.push(text);
        } else {
            pending.extend(alternatives.into_iter().rev());
        }
    }
    done
}

/// The texts that one brace without braces inside stands for; none if there is none.
fn innermost(text: &str) -> Vec<String> {
    let mut ends = text.match_indices('}');
    let found = ends.find_map(|(end, _)| {
        let start = text.get(..end)?.rfind('{')?;
        let inside = text.get(start + 1..end)?;
        inside.contains(',').then_some((start, inside, end))
    });
    let Some((start, inside, end)) = found else {
        return Vec::new();
    };
    let (before, after) = (&text[..start], &text[end + 1..]);
    let alternatives = inside.split(',');
    alternatives
        .map(|one| format!("{before}{one}{after}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(pattern: &str, dialect: Dialect, path: &str) -> bool {
        Pattern::new(pattern, dialect).is_some_and(|pattern| pattern.names(path))
    }

    #[test]
    fn each_dialect_matches_as_its_tool_does() {
        for (pattern, dialect, path, expected) in [
            ("*.log", BASH, "a.log", true),
            ("*.log", BASH, "logs/a.log", false),
            ("*", BASH, ".env", false),
            ("*", GO, ".env", true),
            (".*", BASH, ".env", true),
            ("logfile[^0].txt", BASH, "logfile1.txt", true),
            ("a[!b]", BASH, "ac", true),
            ("a[!b]", GO, "ac", false),
            ("a[!b]", GO, "ab", true),
            ("[", BASH, "[", true),
            ("[", GO, "[", false),
            ("logfile[^0].txt", BASH, "logfile0.txt", false),
            ("log[0-9].txt", GO, "log5.txt", true),
            ("a[", BASH, "a[", true),
            ("vendor/*/test", BASH, "vendor/x/test/a.rb", true),
            ("vendor/*/test", BASH, "vendor/x/y/test/a.rb", false),
            ("**/docs", BASH, "a/docs/x", true),
            ("**/docs", BASH, "a/b/docs/x", false),
            ("**/docs", RUBY, "a/b/docs/x", true),
            ("**/docs", RUBY, "docs/x", true),
            ("**/docs", RUBY, "a/.git/docs/x", false),
            ("a?c", RUBY, "abc", true),
            ("a\\*c", BASH, "a*c", true),
            ("a\\*c", BASH, "abc", false),
            ("a*c", LITERAL, "abc", false),
            ("./docs/", BASH, "docs/a", true),
            ("docs", BASH, "docs2/a", false),
            ("*a*b*c", BASH, "xxaxxbxxbxxc", true),
            ("ä*", BASH, "ärger", true),
        ] {
            assert_eq!(names(pattern, dialect, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn patterns_stay_inside_the_app() {
        for pattern in ["../x", "a/../../x", "", "/", ".", "**"] {
            assert_eq!(Pattern::new(pattern, RUBY), None, "{pattern}");
        }
    }

    #[test]
    fn braces_are_spelled_out() {
        assert_eq!(braces("a{b,c}d"), ["abd", "acd"]);
        assert_eq!(braces("{a,{b,c}}"), ["a", "b", "a", "c"]);
        assert_eq!(braces("{a}"), ["{a}"]);
        assert!(braces(&"{a,b}".repeat(40)).len() < 1000);
    }

    #[test]
    fn a_hostile_pattern_takes_no_more_than_its_length() {
        let pattern = "*a".repeat(200);
        assert!(!names(&pattern, BASH, &"a".repeat(150)));
    }
}
