//! Is a text the address of a backing service?

use slugsmith_facts::code::Expr;

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

/// Whether a text is an address, or names a host as libpq does (`host=… dbname=…`).
pub(super) fn is_backing_address(text: &str) -> bool {
    let scheme = SCHEMES.iter().find(|scheme| text.starts_with(**scheme));
    let parts = text.contains("host=") && (text.contains("dbname=") || text.contains("user="));
    let local = matches!(
        text,
        "localhost:6379" | "127.0.0.1:6379" | ":6379" | "localhost:11211" | "127.0.0.1:11211"
    );
    let go_mysql = text.contains("@tcp(") && text.contains(")/");
    // The scheme alone is what a check or a replacement compares with; a hole is filled in.
    let whole = scheme.is_none_or(|scheme| text.len() > scheme.len());
    whole
        && !text.contains(['%', '{', '$', '<'])
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

/// A text of parts, or with holes, that is an address of the machine itself whatever fills them:
/// `f"postgresql://{user}:{password}@localhost/{name}"`. What is filled in shows as `…`.
pub(super) fn local_of_parts(value: &Expr) -> Option<String> {
    let text = match value {
        Expr::Text(text) if text.contains(['%', '{', '$']) => text.clone(),
        Expr::Join(_) => {
            let mut text = String::new();
            write_parts(value, &mut text, 0);
            text
        }
        _ => return None,
    };
    SCHEMES.iter().find(|scheme| text.starts_with(**scheme))?;
    let (_, rest) = text.split_once("://")?;
    // The path may have an `@` as well, so the host ends at the first slash behind the scheme.
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let name = host.split(':').next().unwrap_or(host);
    (matches!(name, "localhost" | "127.0.0.1" | "0.0.0.0") && text != rest).then_some(text)
}

/// The parts of a text behind each other, with `…` for those that are not known. Joins in joins
/// end after a few steps.
fn write_parts(value: &Expr, text: &mut String, depth: usize) {
    match value {
        Expr::Text(part) => text.push_str(part),
        Expr::Number(number) => text.push_str(number),
        Expr::Join(parts) if depth < 8 => {
            for part in parts {
                write_parts(part, text, depth + 1);
            }
        }
        _ => text.push('…'),
    }
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
        ] {
            assert!(!is_backing_address(text), "{text}");
        }
        let text = |text: &str| Expr::Text(text.to_owned());
        let join = Expr::Join(vec![
            text("postgres://"),
            Expr::Name("user".to_owned()),
            text("@localhost/"),
            Expr::Name("name".to_owned()),
        ]);
        assert_eq!(
            local_of_parts(&join).as_deref(),
            Some("postgres://…@localhost/…")
        );
        let holes = text("mongodb://%s:%s@127.0.0.1:27017/%s");
        assert!(local_of_parts(&holes).is_some());
        for other in [
            "postgres://%s/shop",
            "postgres://%s@db.example.com/localhost",
            "%s@localhost",
        ] {
            assert_eq!(local_of_parts(&text(other)), None, "{other}");
        }
        assert_eq!(masked("postgres://u:p@h/d"), "postgres://…@h/d");
        assert_eq!(masked("host=h password=x"), "host=h");
    }
}
