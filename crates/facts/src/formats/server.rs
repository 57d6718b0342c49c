//! Settings of nginx, Apache and other proxies: which blocks open at the top of a file, and do they take the port?

/// How the settings of a proxy take the port: by a shell, a template of ERB, Caddy, `HAProxy`, or nginx's Perl.
const PORT: &[&str] = &[
    "$PORT",
    "${PORT",
    "{$PORT",
    "{env.PORT",
    "ENV[\"PORT\"]",
    "ENV['PORT']",
    "ENV.fetch(\"PORT\"",
    "ENV.fetch('PORT'",
    "env(\"PORT\")",
    "env('PORT')",
    "env \"PORT\"",
    "getenv(\"PORT\")",
    "%PORT%",
    "{{PORT}}",
    "{{ PORT }}",
];

/// Whether settings of a proxy take the platform's port, in a line that is no comment.
#[must_use]
pub fn takes_port(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_start);
    lines.any(|line| !line.starts_with('#') && PORT.iter().any(|mark| line.contains(mark)))
}

/// A block with the line that opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// In small letters: `server`, `location /`, `virtualhost *:80`.
    pub name: String,
    /// 1-based.
    pub line: u32,
}

/// The blocks that stand in no other one.
#[must_use]
pub fn outer(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let (mut depth, mut before) = (0usize, String::new());
    for (line, written) in (1..).zip(text.lines()) {
        let written = written.split('#').next().unwrap_or(written).trim();
        let tag = written
            .strip_prefix('<')
            .map(|rest| rest.trim_end_matches('>'));
        if let Some(tag) = tag {
            if tag.starts_with('/') {
                depth = depth.saturating_sub(1);
                continue;
            }
            if depth == 0 {
                let name = tag.to_ascii_lowercase();
                found.push(Block { name, line });
            }
            depth += 1;
            continue;
        }
        for character in written.chars() {
            match character {
                '{' => {
                    if depth == 0 {
                        let name = before.trim().to_ascii_lowercase();
                        found.push(Block { name, line });
                    }
                    depth += 1;
                    before.clear();
                }
                '}' => {
                    depth = depth.saturating_sub(1);
                    before.clear();
                }
                ';' => before.clear(),
                other => before.push(other),
            }
        }
        before.push(' ');
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_taken_by_a_template_or_a_variable() {
        assert!(takes_port("server {\n  listen <%= ENV[\"PORT\"] %>;\n}\n"));
        assert!(takes_port(":{$PORT} {\n}\n"));
        assert!(!takes_port("# listen $PORT;\nlisten 8080;\n"));
    }

    #[test]
    fn a_block_is_found_where_it_opens() {
        let names = |text: &str| {
            let blocks = outer(text).into_iter();
            blocks.map(|one| (one.name, one.line)).collect::<Vec<_>>()
        };
        let whole = "# server {\nserver {\n    location / {\n    }\n}\n";
        assert_eq!(names(whole), [("server".to_owned(), 2)]);
        assert_eq!(names("http\n{\n}\n"), [("http".to_owned(), 2)]);
        let inside = "server_tokens off; location / { try_files $uri =404; }\nserver_name x;\n";
        assert_eq!(names(inside), [("location /".to_owned(), 1)]);
        let apache = "<VirtualHost *:80>\n<Directory x>\n</Directory>\n</VirtualHost>\n";
        assert_eq!(names(apache), [("virtualhost *:80".to_owned(), 1)]);
    }
}
