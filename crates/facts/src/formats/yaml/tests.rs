use super::*;

fn shown(text: &str) -> Vec<(String, String, u32)> {
    let entries = read(text).into_iter();
    entries
        .map(|entry| (entry.key, entry.value, entry.line.number()))
        .collect()
}

fn row(key: &str, value: &str, line: u32) -> (String, String, u32) {
    (key.to_owned(), value.to_owned(), line)
}

#[test]
fn values_have_their_keys_and_places() {
    let text = "a:\n  b: 'x # y' # note\n  \"c\": {d: 1, e: [2, 3]}\nf:\n- g: 4\n- h\ni: |\n  two\n  lines\n";
    assert_eq!(
        shown(text),
        [
            row("a", "", 1),
            row("a.b", "x # y", 2),
            row("a.c", "", 3),
            row("a.c.d", "1", 3),
            row("a.c.e", "", 3),
            row("a.c.e[0]", "2", 3),
            row("a.c.e[1]", "3", 3),
            row("f", "", 4),
            row("f[0].g", "4", 5),
            row("f[1]", "h", 6),
            row("i", "two\nlines\n", 7),
        ]
    );
    let line = "  b: 'x # y' # note";
    assert_eq!(read(text)[1].line.within(line), Some(2..12));
}

#[test]
fn merges_and_aliases_are_followed_and_own_values_win() {
    let text = "default: &d\n  pool: 5\n  host: a\nproduction:\n  <<: *d\n  host: b\nother: *d\n\
                both:\n  <<: [*d]\n";
    let entries = read(text);
    let value = |key: &str| {
        let mut all = entries.iter().filter(|entry| entry.key == key);
        let found = all
            .next()
            .map(|entry| (entry.value.as_str(), entry.line.number()));
        assert!(all.next().is_none(), "{key} twice");
        found
    };
    assert_eq!(value("production.pool"), Some(("5", 2)));
    assert_eq!(value("production.host"), Some(("b", 6)));
    assert_eq!(value("other.pool"), Some(("5", 2)));
    assert_eq!(value("both.host"), Some(("a", 3)));
}

#[test]
fn templates_are_values_as_they_are_written() {
    let text = "<% if ä %>\na: <%= ENV.fetch('X') { 5 } %>\nb: \"<%= c ? 1 : 2 %>/ü\" # n\n<% end %>\n\
                c: @project.version@\nd: %env(X)%\ne: 1\n";
    assert_eq!(
        shown(text),
        [
            row("a", "<%= ENV.fetch('X') { 5 } %>", 2),
            row("b", "<%= c ? 1 : 2 %>/ü", 3),
            row("c", "@project.version@", 5),
            row("d", "%env(X)%", 6),
            row("e", "1", 7),
        ]
    );
}

#[test]
fn json_with_tabs_and_windows_line_ends_is_read() {
    let json = "{\n\t\"formation\": {\n\t\t\"web\": {\"quantity\": 1}\n\t}\n}\n";
    assert_eq!(shown(json)[1], row("formation.web", "", 3));
    assert_eq!(shown("a: 1\r\nb:\r\n  c: 2\r\n")[2], row("b.c", "2", 3));
}

#[test]
fn what_is_broken_or_grows_without_end_stops() {
    assert_eq!(shown("a: 1\nb: [\n").first(), Some(&row("a", "1", 1)));
    let mut bomb = "a0: &a0 [x, x]\n".to_owned();
    for step in 1..60 {
        bomb += &format!("a{step}: &a{step} [*a{0}, *a{0}]\n", step - 1);
    }
    assert!(read(&bomb).len() <= 2 * MOST_ENTRIES);
    let again = format!(
        "a: &a {{{}}}\nb:\n  <<: [{}]\n",
        "x: 1, ".repeat(1_000),
        "*a, ".repeat(100_000)
    );
    assert_eq!(
        read(&again).last().map(|entry| entry.key.as_str()),
        Some("b.x")
    );
    assert!(read(&"[".repeat(100_000)).len() < MOST_ENTRIES);
    let documents: Vec<_> = read("a: 1\n---\na: 2\n")
        .into_iter()
        .map(|entry| entry.document)
        .collect();
    assert_ne!(documents[0], documents[1]);
}
