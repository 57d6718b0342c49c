//! Switches of Heroku's own buildpacks.

use super::cache::Verdict;
use super::support::Bed;

fn is_hit(outcome: &super::cache::Outcome) -> bool {
    outcome.decision.verdict == Verdict::Hit
}

#[test]
fn node_modules_cache_false_keeps_nothing() {
    let mut bed = Bed::npm_app();
    bed.set("NODE_MODULES_CACHE", "false");
    bed.build();
    let (outcomes, log) = bed.rebuild();
    let named = log
        .lines
        .iter()
        .any(|line| line.contains("NODE_MODULES_CACHE=false"));
    assert!(!is_hit(&outcomes[0]) && named, "{:?}", log.lines);
    bed.set("NODE_MODULES_CACHE", "true");
    assert!(!is_hit(&bed.rebuild().0[0]));
    assert!(is_hit(&bed.rebuild().0[0]));
}

#[test]
fn heroku_cleanup_runs_last_on_every_build() {
    let bed = Bed::npm_app();
    let manifest =
        r#"{"dependencies":{"ms":"^2.0.0"},"scripts":{"build":"x","heroku-cleanup":"x"}}"#;
    bed.put("package.json", manifest);
    for (built, log) in [bed.build(), bed.rebuild()] {
        let runs = log
            .commands
            .iter()
            .filter(|command| command.starts_with("npm run"));
        let runs: Vec<_> = runs.map(String::as_str).collect();
        assert_eq!(
            runs,
            ["npm run build", "npm run heroku-cleanup"],
            "{built:?}"
        );
    }
}
