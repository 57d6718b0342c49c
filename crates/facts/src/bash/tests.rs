use super::*;

fn words(text: &str) -> Vec<Vec<String>> {
    fn of(list: &List, out: &mut Vec<Vec<String>>) {
        for command in list.iter().flat_map(|step| &step.pipeline) {
            match command {
                Command::Simple(one) => out.push(
                    one.words
                        .iter()
                        .map(|word| word.literal().unwrap_or_else(|| "?".to_owned()))
                        .collect(),
                ),
                Command::Group(list) | Command::Subshell(list) => of(list, out),
                Command::If {
                    branches,
                    otherwise,
                } => {
                    for (condition, body) in branches {
                        of(condition, out);
                        of(body, out);
                    }
                    of(otherwise, out);
                }
                Command::For { body, .. } => of(body, out),
                Command::While {
                    condition, body, ..
                } => {
                    of(condition, out);
                    of(body, out);
                }
                Command::Case { arms, .. } => {
                    for (_, body) in arms {
                        of(body, out);
                    }
                }
                Command::Function { body, .. } => {
                    if let Command::Group(list) = body.as_ref() {
                        of(list, out);
                    }
                }
                Command::Test(_) | Command::Arithmetic(_) => {}
            }
        }
    }
    let script = parse(text);
    assert_eq!(script.broken, None, "{text}");
    let mut out = Vec::new();
    of(&script.list, &mut out);
    out
}

#[test]
fn commands_are_found_in_every_compound() {
    assert_eq!(
        words("cd a && (b 'x y'; c) || { d; }\nif e; then f; elif g; then h; else i; fi"),
        [
            vec!["cd", "a"],
            vec!["b", "x y"],
            vec!["c"],
            vec!["d"],
            vec!["e"],
            vec!["f"],
            vec!["g"],
            vec!["h"],
            vec!["i"]
        ]
    );
    assert_eq!(
        words("for d in a b; do j $d; done; case $X in a|b) k ;; *) l;; esac\nm() {\n n\n}\no | p"),
        [
            vec!["j", "?"],
            vec!["k"],
            vec!["l"],
            vec!["n"],
            vec!["o"],
            vec!["p"]
        ]
    );
    assert_eq!(
        words(
            "cat > f <<EOF\nnot a command\nEOF\n[[ -n $A && ( $B == c* ) ]] && q 2>&1 >/dev/null &\nr"
        ),
        [vec!["cat"], vec!["q"], vec!["r"]]
    );
}

#[test]
fn words_keep_quotes_apart() {
    let script = parse("export A=\"x${B:+\" \"}${C:-}\" D=(a \"b c\") E='$F'");
    let Command::Simple(simple) = &script.list[0].pipeline[0] else {
        panic!("{script:?}");
    };
    let values: Vec<Assign> = simple.words.iter().filter_map(Word::assignment).collect();
    assert_eq!(values.len(), 3);
    let Part::Parameter(second) = &values[0].value.parts[1] else {
        panic!("{values:?}");
    };
    assert_eq!(
        (second.name.as_str(), second.operator.as_str()),
        ("B", ":+")
    );
    assert_eq!(second.operand.literal().unwrap(), " ");
    assert_eq!(values[2].value.literal().unwrap(), "$F");
    assert!(matches!(&values[1].value.parts[0], Part::Array(items) if items.len() == 2));
}

#[test]
fn what_is_no_bash_has_a_line() {
    assert_eq!(parse("a\nb\nif c; then d\n").broken, Some(4));
    assert_eq!(parse("a\nfi\n").broken, Some(2));
    assert_eq!(parse("a 'b").broken, Some(1));
    // What stands on the line of the error does not run either.
    assert_eq!(parse("a\nb; c; fi").read().len(), 1);
    assert_eq!(parse("a\nb\nfi").read().len(), 2);
    assert_eq!(parse("a; b\nif c; then d").read().len(), 2);
    assert_eq!(parse("a\nb && c ||").read().len(), 1);
    assert!(parse("a &&").broken.is_some());
    assert_eq!(parse("a &&").list.len(), 1);
}

#[test]
fn no_text_is_a_crash() {
    let nested = "(".repeat(5000);
    let braces = "${A:-".repeat(5000);
    for text in [
        "export A=${",
        "A=$",
        "A=\"",
        "'",
        "A=`",
        "A=${:-}",
        "A=$((1+1))",
        "=",
        "\\",
        "A=\\",
        "€=1",
        "A=€$€",
        "((",
        "[[",
        "case",
        "case a in",
        "for",
        "f(",
        "<<",
        "cat <<E",
        "{",
        "}",
        "!",
        "|",
        "&",
        ";;",
        "$'",
        "${A/",
        "${A:",
        "a=(",
        "\u{0}",
        &nested,
        &braces,
    ] {
        let _ = parse(text);
    }
}

#[test]
fn extended_patterns_are_words() {
    for text in [
        "[[ $A == @(web|worker) ]]",
        "[[ $A != !(a b|'c)') && -n $B ]]",
        "[[ $A =~ ^(web|worker)[.] && -n $B ]]",
    ] {
        let script = parse(text);
        assert_eq!(script.broken, None, "{text}");
        // There they need no option.
        assert!(!script.list[0].reading.extended, "{text}");
    }
    let script = parse("a; case $x in *.@(tar|gz)) b;; esac\nc @(d|e)\nf\n");
    assert_eq!(script.broken, None);
    let reading: Vec<(bool, bool)> = script
        .list
        .iter()
        .map(|step| (step.reading.joined, step.reading.extended))
        .collect();
    assert_eq!(
        reading,
        [(false, false), (true, true), (false, true), (false, false)]
    );
    assert!(parse("case x in @(a|b) c;; esac").broken.is_some());
    assert!(parse("echo @(a|b").broken.is_some());
}

#[test]
fn old_forms_of_quotes_are_read() {
    let script = parse("A=\"`echo \\\"x\\\"`\" B=`echo \\\"x` C=$[1 + 2] D=$'\\cA'");
    let Command::Simple(simple) = &script.list[0].pipeline[0] else {
        panic!("{script:?}");
    };
    let part = |index: usize| simple.assignments[index].value.parts.last().unwrap();
    assert!(matches!(part(0), Part::Substitution { text, .. } if text == "echo \"x\""));
    assert!(matches!(part(1), Part::Substitution { text, .. } if text == "echo \\\"x"));
    assert!(matches!(part(2), Part::Arithmetic(text) if text == "1 + 2"));
    assert!(matches!(part(3), Part::Text { text, .. } if text == "\u{1}"));
}
