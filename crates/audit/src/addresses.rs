//! Is a text the address of a backing service?

use slugsmith_facts::code::{Code, Expr};

/// Schemes of databases, caches and queues.
const SCHEMES: &[&str] = &[
    "postgres://",
    "postgresql://",
    "postgresql+psycopg2://",
    "postgresql+asyncpg://",
    "mysql://",
    "mysql+pymysql://",
    "mysql2://",
    "mongodb://",
    "mongodb+srv://",
    "redis://",
    "rediss://",
    "amqp://",
    "amqps://",
    "jdbc:postgresql:",
    "jdbc:mysql:",
    "mysql:host=",
    "pgsql:host=",
    "tcp://localhost:6379",
    "tcp://127.0.0.1:6379",
];

/// In bytes; no address is longer.
const LONGEST: usize = 2_000;

/// Whether a text is an address, or names a host as libpq does (`host=… dbname=…`).
pub(super) fn is_backing_address(text: &str) -> bool {
    let scheme = SCHEMES.iter().find(|scheme| text.starts_with(**scheme));
    let parts = has_parts(text);
    let local = matches!(
        text,
        "localhost:6379" | "127.0.0.1:6379" | ":6379" | "localhost:11211" | "127.0.0.1:11211"
    );
    let go_mysql = text.contains("@tcp(") && text.contains(")/");
    // The scheme alone is what a check or a replacement compares with; a hole is filled in.
    let whole = scheme.is_none_or(|scheme| text.len() > scheme.len());
    whole
        && !text.contains(['%', '{', '$', '<', '…'])
        && (scheme.is_some() || parts || local || go_mysql)
}

/// Whether the address means the machine itself.
pub(super) fn local_host(text: &str) -> bool {
    [
        "localhost",
        "127.0.0.1",
        "0.0.0.0",
        "::1",
        "host.docker.internal",
    ]
    .iter()
    .any(|host| text.contains(host))
        || text.starts_with(':')
}

/// The address of a backing service that a value is, whatever the environment says: one that is written out, or one of
/// parts (`f"postgresql://{user}:{password}@localhost/{name}"`) of which the host is. What is filled in shows as `…`.
pub(super) fn address_of(code: &Code, value: &Expr) -> Option<String> {
    let mut text = String::new();
    write_parts(code, value, &mut text, 0);
    if is_backing_address(&text) {
        return Some(text);
    }
    let holes = ['…', '%', '{', '$'];
    let (before, host) = text.contains(holes).then(|| split_host(&text))??;
    let is_local = matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0");
    // A host of others may belong to the account that fills what stands before it.
    let is_written = is_local || !before.contains(holes) && host.contains('.');
    (is_written && !host.contains(holes)).then_some(text)
}

/// What stands before the host of an address, and the host.
fn split_host(text: &str) -> Option<(&str, &str)> {
    let ends: &[char] = &[':', '/', '?', ';', ' ', '&', ',', ')', '\''];
    let start = if let Some(at) = text.find("@tcp(") {
        at + "@tcp(".len()
    } else if let Some(at) = text.find("host=").filter(|_| has_parts(text)) {
        at + "host=".len()
    } else {
        SCHEMES.iter().find(|scheme| text.starts_with(**scheme))?;
        let start = text.find("://")? + "://".len();
        // The path may have an `@` as well, so the host ends at the first slash behind the scheme.
        let authority = text.get(start..)?.split(['/', '?']).next()?;
        start + authority.rfind('@').map_or(0, |at| at + 1)
    };
    let (before, rest) = text.split_at_checked(start)?;
    Some((before, rest.split(ends).next()?))
}

/// Whether a text says where a database is by keys, as libpq and PDO take it.
fn has_parts(text: &str) -> bool {
    let by_pdo = text.starts_with("mysql:") || text.starts_with("pgsql:");
    text.contains("host=") && (by_pdo || text.contains("dbname=") || text.contains("user="))
}

/// The parts of a text behind each other, with `…` for those that are not known; nothing of what is no text. Joins in
/// joins end after a few steps, and at a length: names of names of joins grow with each step.
fn write_parts(code: &Code, value: &Expr, text: &mut String, depth: usize) {
    match code.resolve(value) {
        Expr::Text(part) => text.push_str(part),
        Expr::Number(number) => text.push_str(number),
        Expr::Join(parts) if depth < 8 => {
            for part in parts {
                let before = text.len();
                if before > LONGEST {
                    return;
                }
                write_parts(code, part, text, depth + 1);
                if text.len() == before && part.text() != Some("") {
                    text.push('…');
                }
            }
        }
        // `fmt.Sprintf("host=%s …", host)`
        Expr::Call { callee, arguments } if is_format(callee) && depth < 8 => {
            let mut values = arguments.iter().map(|argument| &argument.value);
            let Some(Expr::Text(form)) = values.next().map(|form| code.resolve(form)) else {
                return;
            };
            let mut parts = form.split('%');
            text.push_str(parts.next().unwrap_or_default());
            for part in parts {
                let before = text.len();
                if before > LONGEST {
                    return;
                }
                if let Some(value) = values.next() {
                    write_parts(code, value, text, depth + 1);
                }
                if text.len() == before {
                    text.push('…');
                }
                // The verb: one letter behind flags and widths.
                let verb = part.find(|c: char| c.is_ascii_alphabetic());
                text.push_str(verb.and_then(|at| part.get(at + 1..)).unwrap_or_default());
            }
        }
        _ => {}
    }
}

fn is_format(callee: &str) -> bool {
    matches!(
        callee,
        "fmt.Sprintf" | "String.format" | "sprintf" | "format"
    )
}

/// The address without its password.
pub(super) fn masked(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text
            .split_whitespace()
            .filter(|part| !part.starts_with("password="))
            .collect::<Vec<_>>()
            .join(" ");
    };
    match rest.split_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_prefixes() {
        for text in [
            "postgres://u:p@db.example.com/shop",
            "host=localhost dbname=shop",
            "localhost:6379",
            "root:pw@tcp(127.0.0.1:3306)/shop",
        ] {
            assert!(is_backing_address(text), "{text}");
        }
        for text in [
            "postgres://",
            "postgresql://%s/shop",
            "https://example.com",
            "redis",
            "postgres://{user}@h/d",
            "mysql: the server has gone away",
            "mysql:unix_socket=/run/mysql.sock",
        ] {
            assert!(!is_backing_address(text), "{text}");
        }
        assert_eq!(masked("postgres://u:p@h/d"), "postgres://…@h/d");
        assert_eq!(masked("host=h password=x"), "host=h");
    }

    #[test]
    fn names_of_long_joins_end() {
        use slugsmith_facts::code::{Language, parse};
        let join = |name: &str| [name; 60].join(" + ");
        let mut text = "a0 = 'x' + y\n".to_owned();
        for at in 1..8 {
            text += &format!("a{at} = {}\n", join(&format!("a{}", at - 1)));
        }
        let code = parse("a.py", Language::Python, &text);
        let mut written = String::new();
        write_parts(&code, &Expr::Name("a7".to_owned()), &mut written, 0);
        assert!(written.len() < LONGEST + 500, "{}", written.len());
    }

    #[test]
    fn an_address_of_parts_counts_where_its_host_is_written() {
        use slugsmith_facts::code::{Language, parse};
        let found = |language: Language, text: &str| {
            let code = parse("a", language, text);
            let value = &code.assignments.last().unwrap().value;
            address_of(&code, value)
        };
        let python = |value: &str| found(Language::Python, &format!("url = {value}\n"));
        let go = |value: &str| {
            let text =
                format!("package a\nconst host = \"localhost\"\nfunc f() {{ url := {value} }}\n");
            found(Language::Go, &text)
        };
        let php = |value: &str| {
            found(
                Language::Php,
                &format!("<?php $host = 'db.example.com'; $url = {value};"),
            )
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            python("f'postgres://{user}@localhost/{name}'"),
            some("postgres://…@localhost/…")
        );
        assert_eq!(
            go("fmt.Sprintf(\"host=%s port=%5d user=%s\", host, port, user)"),
            some("host=localhost port=… user=…")
        );
        assert_eq!(
            go("user + \":\" + pw + \"@tcp(127.0.0.1:3306)/shop\""),
            some("…:…@tcp(127.0.0.1:3306)/shop")
        );
        assert_eq!(
            php("'mysql:host=' . $host . ';dbname=shop'"),
            some("mysql:host=db.example.com;dbname=shop")
        );
        assert_eq!(
            python("'mongodb://%s:%s@127.0.0.1:27017/%s'"),
            some("mongodb://%s:%s@127.0.0.1:27017/%s")
        );
        for none in [
            python("'postgres://%s/shop'"),
            python("'postgres://%s@db.example.com/localhost'"),
            python("'%s@localhost'"),
            python("f'mysql://{user}@{host}/localhost'"),
            go("fmt.Sprintf(\"host=%s user=%s\", os.Getenv(\"H\"), host)"),
            php("'mysql:host=' . getenv('H') . ';dbname=localhost'"),
        ] {
            assert_eq!(none, None);
        }
    }
}
