//! Secrets that the name before them gives away, in any text: headers of HTTP, settings, and values
//! of quoted names as JSON, YAML and most languages write them.

use super::{MASK, is_end};

/// The text with those masked; `None` where there is none.
pub(super) fn mask(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    headers(text, &lower, &mut found);
    bearers(text, &lower, &mut found);
    quoted(text, &mut found);
    settings(text, &mut found);
    masked(text, found)
}

/// The text without what is at these places; `None` where nothing is set there.
pub(super) fn masked(text: &str, mut found: Found) -> Option<String> {
    found.retain(|range| is_set(&text[range.clone()]));
    found.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for range in found {
        if range.start >= done {
            out.push_str(&text[done..range.start]);
            out.push_str(MASK);
            done = range.end;
        }
    }
    out.push_str(&text[done..]);
    (done > 0).then_some(out)
}

/// No name of a header or a field is longer, in bytes.
pub(super) const LONGEST_NAME: usize = 80;

pub(super) const QUOTES: [char; 3] = ['"', '\'', '\\'];

/// What stands before the secret in `Authorization: …`.
const SCHEMES: &[&str] = &["apikey", "basic", "bearer", "digest", "negotiate", "token"];

pub(super) type Found = Vec<std::ops::Range<usize>>;

/// A value that is written there: no reference to another one, and not masked yet.
fn is_set(value: &str) -> bool {
    !value.is_empty() && !value.starts_with(['$', '[', '{', '%', '#', '*', '<'])
}

/// Ends of words, each looked for once: a text may be one long word that is named at every letter.
pub(super) struct Ends<'t> {
    text: &'t str,
    last: std::ops::Range<usize>,
}

impl<'t> Ends<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { text, last: 0..0 }
    }

    /// Where the word at `at` ends.
    pub(super) fn end(&mut self, at: usize) -> usize {
        if !self.last.contains(&at) {
            let end = self.text[at..].find(is_end);
            self.last = at..end.map_or(self.text.len(), |end| at + end);
        }
        self.last.end.max(at)
    }
}

/// `Authorization: …`, `X-Api-Key: …`, `Cookie: …`.
fn headers(text: &str, lower: &str, found: &mut Found) {
    let mut ends = Ends::of(text);
    for (colon, _) in lower.match_indices(':') {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        // In JSON the name has quotes, which are escaped in a text within it.
        let until = lower[..colon].trim_end_matches(QUOTES);
        let before = until.char_indices().rev();
        let before = before.take(LONGEST_NAME).take_while(|(_, c)| is_name(*c));
        let begin = before.last().map_or(until.len(), |(at, _)| at);
        let name = until[begin..].replace('_', "-");
        let is_own = name.starts_with("x-")
            && ["token", "key", "secret", "signature", "auth", "password"]
                .iter()
                .any(|end| name.ends_with(end));
        let is_auth = name.ends_with("authorization");
        let is_cookie = matches!(name.as_str(), "cookie" | "set-cookie");
        if !is_own
            && !is_auth
            && !is_cookie
            && !matches!(name.as_str(), "private-token" | "api-key" | "apikey")
        {
            continue;
        }
        let value = text[colon + 1..].trim_start_matches(' ');
        let value = value.trim_start_matches(QUOTES);
        let mut from = text.len() - value.len();
        if is_cookie {
            // All pairs of it, where it has one.
            let end = value.find(['"', '\'', '\\', '\n']).unwrap_or(value.len());
            if value[..end].contains('=') {
                found.push(from..from + end);
            }
            continue;
        }
        // `Basic …`, `Bearer …`, `token …`: the scheme may be seen.
        let scheme: usize = value
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
            .take(LONGEST_NAME)
            .map(char::len_utf8)
            .sum();
        let is_known = SCHEMES.contains(&value[..scheme].to_ascii_lowercase().as_str());
        if is_known && value[scheme..].starts_with(' ') {
            from += scheme + 1;
        }
        let end = ends.end(from);
        // Without one of the schemes it may be a sentence.
        if is_known || is_own || text[from..end].contains(|c: char| c.is_ascii_digit()) {
            found.push(from..end);
        }
    }
}

/// `Bearer …` wherever it is, where what follows is no word of a sentence.
fn bearers(text: &str, lower: &str, found: &mut Found) {
    let mut ends = Ends::of(text);
    for (at, word) in lower.match_indices("bearer ") {
        let begin = at + word.len();
        let end = ends.end(begin);
        let value = &text[begin..end];
        if value.len() >= 8 && value.contains(|c: char| c.is_ascii_digit()) {
            found.push(begin..end);
        }
    }
}

/// `"password": "…"`, `'token' => '…'`.
fn quoted(text: &str, found: &mut Found) {
    let mut rest = 0;
    while let Some(at) = text[rest..].find(['"', '\'']) {
        let open = rest + at;
        rest = open + 1;
        // Quotes of a text within a text are written `\"`.
        let quote = &text[open..rest];
        let Some(length) = text[rest..].find(quote) else {
            continue;
        };
        let name = text[rest..rest + length].trim_end_matches('\\');
        if !is_secret_field(name) {
            continue;
        }
        let after = text[rest + length + 1..].trim_start();
        let Some(after) = after.strip_prefix(':').or_else(|| after.strip_prefix("=>")) else {
            continue;
        };
        let value = after.trim_start();
        let bare = value.trim_start_matches('\\');
        let Some(inner) = bare.strip_prefix(['"', '\'']) else {
            continue;
        };
        let begin = text.len() - inner.len();
        let close = &bare[..1];
        let end = inner.find(close).unwrap_or(inner.len());
        let value = inner[..end].trim_end_matches('\\');
        if is_drawn(value) {
            found.push(begin..begin + value.len());
        }
        rest = begin + end;
    }
}

/// `aws_secret_access_key = …`, `password: …`, as files of settings have it.
fn settings(text: &str, found: &mut Found) {
    let mut ends = Ends::of(text);
    let equals = text.match_indices(" = ");
    for (at, between) in equals.chain(text.match_indices(": ")) {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let before = text[..at].char_indices().rev();
        let before = before.take(LONGEST_NAME).take_while(|(_, c)| is_name(*c));
        let name = before.last().map_or("", |(begin, _)| &text[begin..at]);
        let begin = at + between.len();
        let end = ends.end(begin);
        // A sentence may go on behind it.
        let value = text[begin..end].trim_end_matches([':', '.']);
        let end = begin + value.len();
        let is_call = text[end..].starts_with('(');
        if is_secret_field(name) && is_mixed_run(value) && !is_call {
            found.push(begin..end);
        }
    }
}

/// Whether the last words of a field's name are those of a secret. Names of packages
/// (`jsonwebtoken`, `csurf-tokens`) are none.
pub(super) fn is_secret_field(name: &str) -> bool {
    const LAST: &[&str] = &[
        "credential",
        "credentials",
        "passphrase",
        "passwd",
        "password",
        "pwd",
        "secret",
        "token",
    ];
    const KINDS: &[&str] = &[
        "access",
        "account",
        "api",
        "auth",
        "encryption",
        "master",
        "private",
        "secret",
        "signing",
    ];
    if name.is_empty() || name.len() > LONGEST_NAME || name.contains(char::is_whitespace) {
        return false;
    }
    // Most names are those of files, whose words need not be looked at.
    let bare = name.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    let ends = |word: &&str| {
        let end = bare.len().checked_sub(word.len());
        let end = end.and_then(|at| bare.get(at..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(word))
    };
    if !LAST.iter().any(ends) && !ends(&"key") {
        return false;
    }
    let words = words(name);
    match words.as_slice() {
        [.., kind, last] if last == "key" => KINDS.contains(&kind.as_str()),
        [.., last] => {
            LAST.contains(&last.as_str()) || matches!(last.as_str(), "apikey" | "accesskey")
        }
        [] => false,
    }
}

/// `clientSecret`, `client_secret`, `client-secret`: its words, small.
fn words(name: &str) -> Vec<String> {
    let mut out: Vec<String> = vec![String::new()];
    let mut was_small = false;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && was_small) {
            out.push(String::new());
        }
        if c.is_ascii_alphanumeric()
            && let Some(last) = out.last_mut()
        {
            last.push(c.to_ascii_lowercase());
        }
        was_small = c.is_ascii_lowercase();
    }
    out.retain(|word| !word.is_empty());
    out
}

/// Letters and digits together in one run, as in a password or a key and seldom in a name.
pub(super) fn is_mixed_run(value: &str) -> bool {
    let fits =
        |one: u8| one.is_ascii_alphanumeric() || matches!(one, b'+' | b'/' | b'=' | b'_' | b'-');
    value.len() >= 8
        && value.bytes().all(fits)
        && value.bytes().any(|one| one.is_ascii_digit())
        && value.bytes().any(|one| one.is_ascii_alphabetic())
}

/// A value that somebody chose or drew: no word of a setting, and no version.
pub(super) fn is_drawn(value: &str) -> bool {
    let is_version = value
        .trim_start_matches(['^', '~', '>', '<', '=', 'v'])
        .split('.')
        .take(2)
        .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()));
    value.len() >= 6 && !is_version && !value.contains(' ')
}
