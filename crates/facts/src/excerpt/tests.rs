use slugsmith_finding::{Location, Severity};

use super::*;

fn finding(path: &str, line: impl Into<LineSpan>) -> Finding {
    Finding {
        rule: "a-rule",
        code: None,
        level: Severity::Warn,
        location: Some(Location::line(path, line)),
        excerpt: None,
        message: String::new(),
        about: None,
        help: Vec::new(),
        decided_by: String::new(),
        processes: Vec::new(),
    }
}

fn shown(line: &str, span: LineSpan, names_secret: bool) -> (String, String) {
    let excerpt = excerpt(line, span, names_secret).unwrap();
    let marked = excerpt.text[excerpt.marked.clone()].to_owned();
    (excerpt.text, marked)
}

#[test]
fn a_line_is_shown_with_what_is_meant() {
    let line = "  const ü = multer({ dest: 'up/' });";
    let span = LineSpan::on(1, line, "multer({ dest: 'up/' })");
    let (text, marked) = shown(line, span, false);
    assert_eq!(
        (text.as_str(), marked.as_str()),
        (line, "multer({ dest: 'up/' })")
    );
    let columns = excerpt(line, span, false).unwrap().columns;
    assert_eq!(columns, Some(13..36), "UTF-16, not bytes");
    let (_, marked) = shown(line, LineSpan::whole(1), false);
    assert_eq!(marked, line.trim());
}

#[test]
fn no_secret_is_in_an_excerpt_and_the_mark_stays_where_it_was() {
    let line = "db = connect('postgres://u:s3cr3t@h/d') if x else wait(3)";
    let (text, marked) = shown(line, LineSpan::on(1, line, "wait(3)"), false);
    assert!(!text.contains("s3cr3t"), "{text}");
    assert_eq!(marked, "wait(3)");
    let (text, marked) = shown(
        line,
        LineSpan::on(1, line, "'postgres://u:s3cr3t@h/d'"),
        false,
    );
    assert!(
        marked.starts_with('\'') && marked.ends_with('\''),
        "{marked} of {text}"
    );
    let (_, marked) = shown(line, LineSpan::on(1, line, "db"), false);
    assert_eq!(marked, "db");
    let (text, marked) = shown(line, LineSpan::on(1, line, "s3cr3t"), false);
    assert!(
        !marked.is_empty() && !text.contains("s3cr3t"),
        "{marked} of {text}"
    );
}

#[test]
fn a_mark_between_two_masked_texts_stays_where_it_was() {
    let line = r#"app.post("/u", (q, r) => r.json(jwt.sign({ id: 1 }, "s3cr3t-key")));"#;
    let meant = r#"jwt.sign({ id: 1 }, "s3cr3t-key")"#;
    let (text, marked) = shown(line, LineSpan::on(1, line, meant), true);
    assert_eq!(
        text,
        r#"app.post("[masked]", (q, r) => r.json(jwt.sign({ id: 1 }, "[masked]")));"#
    );
    assert_eq!(marked, r#"jwt.sign({ id: 1 }, "[masked]")"#);
    let (_, marked) = shown(line, LineSpan::on(1, line, "r.json"), true);
    assert_eq!(marked, "r.json");
    let (_, marked) = shown(line, LineSpan::on(1, line, "cr3t-key"), true);
    assert_eq!(marked, "[masked]");
}

#[test]
fn a_line_about_a_secret_has_names_alone() {
    for (line, text) in [
        (
            "jwt.sign(payload, 'hunter2-hunter2')",
            Some("jwt.sign(payload, '[masked]')"),
        ),
        (
            "SECRET_KEY = \"abc\" # or 'def'",
            Some("SECRET_KEY = \"[masked]\" # or '[masked]'"),
        ),
        (
            "  \"secret\": \"abc\",",
            Some("  \"secret\": \"[masked]\","),
        ),
        (
            "config[\"secret\"] = \"abc",
            Some("config[\"secret\"] = \"[masked]"),
        ),
        (
            "SECRET_KEY = os.environ.get(\"SECRET_KEY\", \"django-insecure-k3y\")",
            Some("SECRET_KEY = os.environ.get(\"SECRET_KEY\", \"[masked]\")"),
        ),
        (
            "key = ENV.fetch( 'API_KEY' , 'abc')",
            Some("key = ENV.fetch( 'API_KEY' , '[masked]')"),
        ),
        (
            "key = os.getenv('A1B2C3D4E5F6')",
            Some("key = os.getenv('[masked]')"),
        ),
        ("sign(\"SECRET\")", Some("sign(\"[masked]\")")),
        ("export TOKEN=hunter2", Some("export TOKEN=[masked]")),
        (
            "secret_key_base: hunter2",
            Some("secret_key_base: [masked]"),
        ),
        ("MIIEowIBAAKCAQEAx1", None),
        ("x1Zt9Q==", None),
    ] {
        let found = excerpt(line, LineSpan::whole(1), true).map(|excerpt| excerpt.text);
        assert_eq!(found.as_deref(), text, "{line}");
    }
}

#[test]
fn what_is_not_there_any_more_has_no_excerpt() {
    let app = tempfile::tempdir().unwrap();
    fs_err::write(app.path().join("a.js"), "\u{feff}one()\ntwo()\n").unwrap();
    fs_err::os::unix::fs::symlink("/etc/hosts", app.path().join("link")).unwrap();
    let mut findings = [
        finding("a.js", 1),
        finding("a.js", LineSpan::part(2, 0, None)),
        finding("a.js", 3),
        finding("gone.js", 1),
        finding("link", 1),
        finding("../a.js", 1),
        finding("a.js", LineSpan::part(1, 40, Some(50))),
    ];
    attach(app.path(), findings.iter_mut(), |_| false);
    let texts: Vec<_> = findings
        .iter()
        .map(|one| one.excerpt.as_ref().map(|excerpt| excerpt.text.as_str()))
        .collect();
    let one = Some("one()");
    assert_eq!(texts, [one, Some("two()"), None, None, None, None, one]);
    let columns: Vec<_> = findings
        .iter()
        .map(|one| one.excerpt.as_ref()?.columns.clone())
        .collect();
    assert_eq!(columns[0], None);
    assert_eq!(columns[1], Some(1..6));
    assert_eq!(
        columns[6], None,
        "a span that does not fit the line is not taken"
    );
}

proptest::proptest! {
    #[test]
    fn any_line_and_span_make_an_excerpt_or_none(
        line in ".{0,60}",
        start in 0_usize..70,
        length in 0_usize..70,
        secret: bool,
    ) {
        let span = LineSpan::part(1, start, Some(start + length));
        if let Some(excerpt) = excerpt(&line, span, secret) {
            proptest::prop_assert!(excerpt.text.get(excerpt.marked.clone()).is_some());
        }
    }
}
