//! Passwords in what connects to a database or a server without being an address with a scheme.

use super::is_end;
use super::pair::{Ends, Found, masked};

/// Names in a connection string; the last ones hold a secret wherever they are.
const PARTS: &[(&str, bool)] = &[
    ("password=", false),
    ("passwd=", false),
    ("pwd=", false),
    ("accountkey=", true),
    ("sharedaccesskey=", true),
    ("sharedaccesssignature=", true),
];
/// No user and password in front of a host are longer, in characters.
const LONGEST_LOGIN: usize = 300;

/// The text without them; `None` where there is none.
pub(super) fn mask(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    parts(text, &lower, &mut found);
    oracle(&lower, &mut found);
    go(text, &mut found);
    logins(text, &lower, &mut found);
    masked(text, found)
}

/// `Password=…;` and its like.
fn parts(text: &str, lower: &str, found: &mut Found) {
    for (key, is_sure) in PARTS {
        let mut ends = Ends::of(text);
        for (at, _) in lower.match_indices(key) {
            let begin = at + key.len();
            let end = ends.end(begin);
            // `Password=` is one of several parts; a variable that is set is judged by its name.
            let before = text[..at].chars().next_back();
            if *is_sure || text[end..].starts_with(';') || before == Some(';') {
                found.push(begin..end);
            }
        }
    }
}

/// `jdbc:oracle:thin:USER/PASSWORD@…`, an address without `://`.
fn oracle(lower: &str, found: &mut Found) {
    let mut ends = Ends::of(lower);
    let mut done = 0;
    for (at, begin) in lower.match_indices("jdbc:oracle:") {
        if at < done {
            continue;
        }
        let at = at + begin.len();
        done = ends.end(at);
        let word = &lower[at..done];
        if let Some(end) = word.rfind('@')
            && let Some(slash) = word[..end].find('/')
        {
            found.push(at + slash + 1..at + end);
        }
    }
}

/// `USER:PASSWORD@tcp(…)/…`, as Go's drivers write an address.
fn go(text: &str, found: &mut Found) {
    const NETWORKS: &[&str] = &["tcp(", "tcp4(", "tcp6(", "udp(", "unix(", "cloudsql("];
    for (at, _) in text.match_indices('@') {
        let host = &text[at + 1..];
        if !NETWORKS.iter().any(|network| host.starts_with(network)) {
            continue;
        }
        let before = text[..at].char_indices().rev().take(LONGEST_LOGIN);
        let login = before.take_while(|(_, c)| !is_end(*c)).last();
        let begin = login.map_or(at, |(begin, _)| begin);
        if let Some(colon) = text[begin..at].find(':') {
            found.push(begin + colon + 1..at);
        }
    }
}

/// `machine … login … password …`, as `.netrc` has it.
fn logins(text: &str, lower: &str, found: &mut Found) {
    if !lower.contains("machine ") {
        return;
    }
    let mut ends = Ends::of(text);
    for (at, key) in lower.match_indices(" password ") {
        let mut before = lower[..at].rsplit(char::is_whitespace);
        let (_, word) = (before.next(), before.next());
        if word == Some("login") {
            let begin = at + key.len();
            found.push(begin..ends.end(begin));
        }
    }
}
