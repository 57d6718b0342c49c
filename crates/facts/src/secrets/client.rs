//! Passwords that well-known programs are given in their words (`curl -u`, `mysql -p`, `redis-cli -a`), in any text
//! that holds such a command: a Procfile, a script of package.json, a line of a log.

use super::pair::{Found, masked};

/// A program, and by which of its words a password comes.
struct Client {
    names: &'static [&'static str],
    /// Options with `user:password` behind them or glued to them.
    logins: &'static [&'static str],
    /// Options with the password as the next word.
    values: &'static [&'static str],
    /// Options with the password glued to them.
    glued: &'static [&'static str],
}

impl Client {
    /// Whether the last word is one of its names.
    fn ends(&self, text: &str) -> bool {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
        let mut names = self.names.iter();
        names.any(|name| {
            let before = text.strip_suffix(name);
            before.is_some_and(|before| !before.ends_with(is_part))
        })
    }
}

const CLIENTS: &[Client] = &[
    Client {
        names: &["curl", "http", "https"],
        logins: &["-u", "-U", "--user", "--proxy-user", "-a"],
        values: &[],
        glued: &[],
    },
    Client {
        names: &[
            "mysql",
            "mysqldump",
            "mysqladmin",
            "mysqlimport",
            "mariadb",
            "mariadb-dump",
        ],
        logins: &[],
        values: &[],
        glued: &["-p", "--password="],
    },
    Client {
        names: &["redis-cli", "valkey-cli"],
        logins: &[],
        values: &["-a", "--pass"],
        glued: &["--pass="],
    },
    Client {
        names: &[
            "sshpass",
            "mongo",
            "mongosh",
            "mongodump",
            "mongorestore",
            "docker login",
        ],
        logins: &[],
        values: &["-p", "--password"],
        glued: &["-p", "--password="],
    },
    Client {
        names: &["sqlcmd", "unzip", "zip", "mosquitto_pub", "mosquitto_sub"],
        logins: &[],
        values: &["-P"],
        glued: &[],
    },
    Client {
        names: &["wget"],
        logins: &[],
        values: &["--password", "--http-password", "--ftp-password"],
        glued: &["--password=", "--http-password=", "--ftp-password="],
    },
    Client {
        names: &["ldapsearch", "ldapmodify"],
        logins: &[],
        values: &["-w"],
        glued: &["-w"],
    },
    Client {
        names: &["openssl"],
        logins: &[],
        values: &[],
        glued: &["pass:"],
    },
];

/// Longer commands are no commands that somebody wrote, in words.
const WORDS: usize = 60;

/// The text without such passwords; `None` where there is none.
pub(super) fn mask(text: &str) -> Option<String> {
    let mut found = Found::new();
    // From the blank behind a name: a report of many megabytes is read once, not once for each name.
    for (end, _) in text.match_indices(' ') {
        for client in CLIENTS.iter().filter(|client| client.ends(&text[..end])) {
            passwords(client, text, end, &mut found);
        }
    }
    masked(text, found)
}

/// Passwords in the words behind a client's name, until its command ends.
fn passwords(client: &Client, text: &str, from: usize, found: &mut Found) {
    let mut before = "";
    let mut at = from;
    for _ in 0..WORDS {
        let rest = text[at..].trim_start_matches([' ', '\t']);
        let begin = text.len() - rest.len();
        let Some(word) = Word::at(text, begin) else {
            return;
        };
        at = word.end;
        let value = &text[word.value.clone()];
        let is_login = |value: &str| {
            // Numbers are those of a user and a group.
            value.contains(':') && value.contains(|c: char| c.is_ascii_alphabetic())
        };
        let glued = client.glued.iter().chain(client.logins).find(|option| {
            let rest = value.strip_prefix(**option);
            let is_password = client.glued.contains(option);
            rest.is_some_and(|rest| !rest.is_empty() && (is_password || is_login(rest)))
        });
        if client.logins.contains(&before) && is_login(value) || client.values.contains(&before) {
            found.push(word.value.clone());
        } else if let Some(option) = glued {
            let begin = word.value.start + option.len();
            let quotes = text[begin..word.value.end].trim_start_matches(['"', '\'', '=']);
            found.push(word.value.end - quotes.len()..word.value.end);
        }
        before = value;
        if word.is_last {
            return;
        }
    }
}

/// One word of a command in a text.
struct Word {
    /// Without its quotes.
    value: std::ops::Range<usize>,
    end: usize,
    /// The command, or the text around it, ends here.
    is_last: bool,
}

impl Word {
    fn at(text: &str, begin: usize) -> Option<Self> {
        let rest = &text[begin..];
        // Quotes of a text within a text are written `\"`.
        let open = ["\\\"", "\"", "'"]
            .iter()
            .find(|quote| rest.starts_with(**quote));
        if let Some(quote) = open {
            let start = begin + quote.len();
            let inside = &text[start..];
            let length = inside.find(*quote)?;
            let end = start + length + quote.len();
            let is_last = !text[end..].starts_with([' ', '\t']);
            return Some(Self {
                value: start..start + length,
                end,
                is_last,
            });
        }
        let ends = |c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    '"' | '\'' | '`' | '\\' | ';' | '&' | '|' | '(' | ')' | '<' | '>'
                )
        };
        let length = rest.find(ends).unwrap_or(rest.len());
        let mut end = begin + length;
        // `-p'…'`: the quote is inside of the word.
        let quote = text[end..]
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''));
        if let (true, Some(quote)) = (rest.starts_with('-') && length > 1, quote)
            && let Some(length) = text[end + 1..].find(quote)
            && !text[begin..end].contains(' ')
            && text[end + 1..end + 1 + length]
                .chars()
                .all(|c| !c.is_whitespace())
        {
            end += 1 + length;
            return Some(Self {
                value: begin..end,
                end: end + 1,
                is_last: !text[end + 1..].starts_with([' ', '\t']),
            });
        }
        (length > 0).then(|| Self {
            value: begin..end,
            end,
            is_last: !text[end..].starts_with([' ', '\t']),
        })
    }
}
