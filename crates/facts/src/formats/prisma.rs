//! Prisma's schema (prisma.io/docs, "Prisma schema"): blocks of `name = value`.

use slugsmith_finding::LineSpan;

use super::{Entry, numbered};

/// The assignments of all blocks, below the kind and the name of each: `datasource.db.provider`.
#[must_use]
pub fn read(text: &str) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut block: Option<String> = None;
    for (number, _, line) in numbered(text) {
        let plain = without_comment(line).trim();
        // `datasource db {`, also with all of it on one line.
        let inside = match plain.split_once('{').filter(|_| block.is_none()) {
            Some((head, rest)) => {
                let words: Vec<_> = head.split_whitespace().collect();
                block = Some(words.join("."));
                rest
            }
            None => plain,
        };
        let Some(above) = &block else { continue };
        let assignment = inside.trim_end_matches('}').split_once('=');
        if let Some((key, value)) =
            assignment.filter(|(key, _)| !key.trim().contains(char::is_whitespace))
        {
            found.push(Entry {
                key: format!("{above}.{}", key.trim()),
                value: value.trim().trim_matches('"').to_owned(),
                line: LineSpan::on(number, line, line.trim()),
                document: 0,
            });
        }
        if inside.trim_end().ends_with('}') {
            block = None;
        }
    }
    found
}

/// `//` begins a comment unless it is in a text.
fn without_comment(line: &str) -> &str {
    let mut is_quoted = false;
    let mut before = ' ';
    let end = line.char_indices().find_map(|(at, letter)| {
        is_quoted ^= letter == '"' && before != '\\';
        let begins = !is_quoted && letter == '/' && before == '/';
        before = letter;
        begins.then(|| at - 1)
    });
    &line[..end.unwrap_or(line.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_have_the_block_that_they_are_in() {
        let text = "generator client {\r\n  provider = \"prisma-client-js\"\r\n}\n\
                    // datasource old { provider = \"sqlite\" }\n\
                    datasource db {\n  provider = \"postgresql\" // sqlite\n\
                      url = env(\"DATABASE_URL\")\n}\nmodel A {\n  id Int @id @default(autoincrement())\n}\n\
                    datasource b { provider = \"sqlite\" }\n";
        let found = read(text);
        assert_eq!(
            super::super::shown(&found),
            [
                ("generator.client.provider", "prisma-client-js", 2),
                ("datasource.db.provider", "postgresql", 6),
                ("datasource.db.url", "env(\"DATABASE_URL\")", 7),
                ("datasource.b.provider", "sqlite", 12),
            ]
        );
    }
}
