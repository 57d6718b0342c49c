//! Values that a command gives to options and variables, wherever a tool prints one: `--password=…`, `-Ddb.password=…`,
//! `--token …`, `API_KEY=…`, `_authToken=…`.

use super::is_secret_name;
use super::pair::{
    Ends, Found, LONGEST_NAME, QUOTES, is_drawn, is_mixed_run, is_secret_field, masked,
};

/// The text without such values; `None` where there is none.
pub(super) fn mask(text: &str) -> Option<String> {
    let mut found = Found::new();
    let mut ends = Ends::of(text);
    for (at, between) in text.match_indices(['=', ' ']) {
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let before = text[..at].char_indices().rev();
        let before = before
            .take(LONGEST_NAME)
            .take_while(|(_, c)| is_of_name(*c));
        let name = before.last().map_or("", |(begin, _)| &text[begin..at]);
        let is_variable =
            !name.contains(|c: char| c.is_ascii_lowercase() || matches!(c, '-' | '.'));
        // `PGPASSWORD`, whose words only its capitals hide.
        let is_named = between == "=" && is_variable && is_secret_name(name);
        if !is_named && !is_secret_field(name) {
            continue;
        }
        let value = text[at + between.len()..].trim_start_matches(QUOTES);
        let begin = text.len() - value.len();
        let end = ends.end(begin);
        let value = &text[begin..end];
        let is_option = name.starts_with("--") || name.starts_with("-D");
        let is_value = match between {
            "=" if is_mixed_run(value) => !text[end..].starts_with('('),
            "=" if is_named && !is_secret_field(name) => false,
            "=" => is_option || is_variable && is_drawn(value),
            // What stands behind it in a sentence is no value.
            _ => {
                name.starts_with("--")
                    && is_drawn(value)
                    && value.contains(|c: char| c.is_ascii_digit())
            }
        };
        if is_value && !value.starts_with('-') {
            found.push(begin..end);
        }
    }
    masked(text, found)
}
