//! Secrets in command lines: assignments, options and what follows them.

use super::{MASK, is_secret, mask};

/// Short options of well-known tools whose value is `user:password`.
const USER_OPTIONS: &[&str] = &["-u", "--user", "--proxy-user", "-U"];

/// A command line as people may see it: values of secret assignments and options
/// (`API_TOKEN=… node server.js`, `--token …`, `-Ddb.password=…`, `-u name:…`) and what
/// [`mask`] finds are masked. What a variable holds (`TOKEN=$OTHER`) is not in the text, so a
/// reference stays.
#[must_use]
pub fn in_command(command: &str) -> String {
    let mut out = String::with_capacity(command.len());
    let mut quote = None;
    let mut begun = 0;
    let mut before = "";
    for (at, character) in command.char_indices() {
        match quote {
            Some(open) if character == open => quote = None,
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if character.is_whitespace() || matches!(character, ';' | '&' | '|') => {
                let word = &command[begun..at];
                out.push_str(&in_word(before, word));
                if !word.is_empty() {
                    before = word;
                }
                out.push(character);
                if !character.is_whitespace() {
                    before = "";
                }
                begun = at + character.len_utf8();
            }
            _ => {}
        }
    }
    out.push_str(&in_word(before, &command[begun..]));
    mask(&out).into_owned()
}

/// One word of a command behind another one.
fn in_word(before: &str, word: &str) -> String {
    let bare = word.trim_matches(['"', '\'']);
    if bare.is_empty() || bare.starts_with('$') {
        return word.to_owned();
    }
    let is_option = |word: &str| word.starts_with('-');
    if is_option(before) && !before.contains('=') && !is_option(bare) {
        let name = before.trim_start_matches('-');
        // Numbers are those of a user and a group.
        let is_pair = USER_OPTIONS.contains(&before)
            && bare.contains(':')
            && bare.contains(|c: char| c.is_ascii_alphabetic());
        let is_long = before.starts_with("--") && super::is_secret_name(name);
        // `mysql -p`, `redis-cli -a`.
        let is_password = matches!(before, "-p" | "-a") && is_mixed(bare);
        if is_pair || is_long || is_password {
            return MASK.to_owned();
        }
    }
    // `openssl enc -pass pass:…`.
    if before.starts_with("-pass") && bare.len() > "pass:".len() && bare.starts_with("pass:") {
        return format!("pass:{MASK}");
    }
    // `mysql -ps3cr3t1`.
    if let Some(glued) = bare.strip_prefix("-p")
        && glued.len() >= 8
        && is_mixed(glued)
    {
        return format!("-p{MASK}");
    }
    if let Some((name, value)) = word.split_once('=') {
        let bare = value.trim_matches(['"', '\'']);
        let is_set = !bare.is_empty() && !bare.starts_with('$') && bare != MASK;
        // A query or an address is no assignment.
        let is_name = !name.contains(['/', '?', ':', '(', '{']);
        if is_set && is_name && is_plain_secret(name, bare) {
            return format!("{name}={MASK}");
        }
    }
    // A whole command may be one word of another: `sh -c 'curl -u a:b …'`.
    if let Some(inner) = quoted(word) {
        let quote = &word[..1];
        return format!("{quote}{}{quote}", in_command(inner));
    }
    word.to_owned()
}

/// `-p` is a port or a path as often as a password: letters and digits together are neither.
fn is_mixed(word: &str) -> bool {
    let has = |is: fn(&char) -> bool| word.chars().any(|c| is(&c));
    has(char::is_ascii_digit)
        && has(char::is_ascii_alphabetic)
        && !word.contains(['/', '.', '=', ':', ','])
}

fn is_plain_secret(name: &str, value: &str) -> bool {
    let is_nested = value.contains([' ', '=']);
    super::is_secret_name(name) || !is_nested && is_secret("", value)
}

fn quoted(word: &str) -> Option<&str> {
    let inner = ["'", "\""]
        .iter()
        .find_map(|quote| word.strip_prefix(quote)?.strip_suffix(quote))?;
    inner.contains(' ').then_some(inner)
}
