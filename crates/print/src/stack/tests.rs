use super::*;
use slugsmith_finding::Finding;

fn finding(number: usize, level: Severity) -> Finding {
    Finding {
        rule: "second-runtime",
        code: None,
        level,
        location: None,
        excerpt: None,
        message: format!("Fact {number} of v1.2 is so. It breaks things. And more."),
        help: vec!["Do this.".to_owned()],
        decided_by: "default".to_owned(),
        about: None,
        processes: Vec::new(),
    }
}

fn text(lines: &[Line]) -> Vec<String> {
    lines.iter().map(|line| line.text.clone()).collect()
}

#[test]
fn the_fact_comes_first_and_its_consequences_below() {
    let report = StackReport {
        findings: vec![finding(1, Severity::Error), finding(2, Severity::Info)],
        ..StackReport::default()
    };
    assert_eq!(
        text(&lines(&report, LogLevel::Normal)),
        [
            "Stack (0 buildpacks, order unknown)",
            "error: Fact 1 of v1.2 is so (second-runtime)",
            "It breaks things. And more.",
            "Do this.",
            "PATH at launch, first wins: ",
        ]
    );
    assert!(
        text(&lines(&report, LogLevel::Verbose))
            .contains(&"Fact 2 of v1.2 is so (second-runtime)".to_owned())
    );
}

#[test]
fn large_stacks_stay_under_the_limit() {
    let many = |number: usize| {
        (0..number)
            .map(|index| format!("NAME_{index}"))
            .collect::<Vec<_>>()
    };
    let buildpacks = (0..300)
        .map(|index| BuildpackReport {
            id: format!("x/{index}"),
            version: "1".to_owned(),
            variables: many(400),
            processes: many(50),
            ..BuildpackReport::default()
        })
        .collect();
    let report = StackReport {
        buildpacks,
        findings: (0..500)
            .map(|number| finding(number, Severity::Warn))
            .collect(),
        ..StackReport::default()
    };
    let shown = lines(&report, LogLevel::Normal);
    assert!(shown.len() <= LIMIT, "{}", shown.len());
    assert!(shown.iter().all(|line| line.text.len() < 600));
    assert!(text(&shown).contains(&"480 more findings with SLUGSMITH_LOG=verbose".to_owned()));
    assert!(lines(&report, LogLevel::Verbose).len() > 1_000);
}
