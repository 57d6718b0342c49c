//! The words of a Rust source, without comments, texts and tests: enough to see what it names.

/// A name, or a mark.
#[derive(Clone)]
pub(crate) enum Token {
    Name(String),
    Text(String),
    Mark(String),
}

impl Token {
    /// As written; nothing for a text, whose content is no code.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Name(text) | Self::Mark(text) => text,
            Self::Text(_) => "\"",
        }
    }

    pub(crate) fn is_name(&self) -> bool {
        matches!(self, Self::Name(_))
    }
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Splits a source into words. Lifetimes, numbers and comments are left out.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let end = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some((content, end)) = text(rest) {
            out.push(Token::Text(content));
            end
        } else if first == '\'' {
            quote(rest)
        } else if is_of_name(first) {
            let end = rest.find(|c| !is_of_name(c)).unwrap_or(rest.len());
            if !first.is_numeric() {
                out.push(Token::Name(rest[..end].to_owned()));
            }
            end
        } else {
            let end = if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            if !first.is_whitespace() {
                out.push(Token::Mark(rest[..end].to_owned()));
            }
            end
        };
        rest = &rest[end..];
    }
    out
}

/// The content and the end of a string literal that begins here.
fn text(rest: &str) -> Option<(String, usize)> {
    let start = rest.find(|c| !matches!(c, 'b' | 'c' | 'r' | '#'))?;
    let (prefix, quoted) = rest.split_at(start);
    let hashes = prefix.trim_start_matches(['b', 'c', 'r']);
    let is_raw = prefix.contains('r');
    if !quoted.starts_with('"')
        || !hashes.chars().all(|c| c == '#')
        || (!is_raw && !hashes.is_empty())
    {
        return None;
    }
    let body = start + 1;
    let length = if is_raw {
        rest[body..].find(&format!("\"{hashes}"))?
    } else {
        let mut escaped = false;
        rest[body..].find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        })?
    };
    let content = rest[body..body + length].to_owned();
    Some((content, body + length + 1 + hashes.len()))
}

/// The end of a character literal or a lifetime.
fn quote(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    match (characters.next(), characters.next()) {
        (Some((_, '\\')), Some(_)) => rest[3..].find('\'').map_or(rest.len(), |end| end + 4),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

/// Without items that only tests have.
pub(crate) fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut out = Vec::new();
    let mut at = 0;
    let text = |at: usize| tokens.get(at).map_or("", Token::text);
    while at < tokens.len() {
        if text(at) != "#" {
            out.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let open = at + 1 + usize::from(text(at + 1) == "!");
        let end = behind(tokens, open, "[", "]");
        let attribute: Vec<&str> = (open..end).map(text).collect();
        at = end;
        if attribute.contains(&"cfg") && attribute.contains(&"test") && !attribute.contains(&"not")
        {
            while at < tokens.len() && !matches!(text(at), "{" | ";") {
                at += 1;
            }
            at = if text(at) == "{" {
                behind(tokens, at, "{", "}")
            } else {
                at + 1
            };
        }
    }
    out
}

/// Where the bracket that opens at `at` has ended.
fn behind(tokens: &[Token], at: usize, open: &str, close: &str) -> usize {
    let mut depth = 0_usize;
    for (number, token) in tokens.iter().enumerate().skip(at) {
        if token.text() == open {
            depth += 1;
        } else if token.text() == close {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return number + 1;
            }
        }
    }
    tokens.len()
}
