//! Which commands of a list can a process do without?

use crate::bash::{Command as Node, List, Pipeline, When, Word};

/// Whether a process goes on where this step does not run, or fails: it stands behind `||`, its
/// failure is caught by one, or a test decides on it and something else follows.
pub(super) fn may_be_left_out(list: &List, at: usize) -> bool {
    let (Some(before), Some(step)) = (list.get(..at), list.get(at)) else {
        return false;
    };
    let behind = list.get(at + 1..).unwrap_or_default();
    let in_chain = |step: &&Pipeline| step.when != When::Always;
    let caught = behind
        .iter()
        .take_while(in_chain)
        .any(|next| next.when == When::Failure && !ends(next));
    let is_last = behind.iter().all(|next| in_chain(&next));
    let chain = before.iter().rposition(|one| one.when == When::Always);
    let chain = before.get(chain.unwrap_or(0)..).unwrap_or_default();
    let decided = step.when == When::Success && !is_last && chain.iter().any(tests);
    step.negated || step.when == When::Failure || caught || decided
}

/// `|| exit 1`: what failed before it ends the process all the same.
pub(super) fn ends(step: &Pipeline) -> bool {
    const ENDS: &[&str] = &["exit", "return", "false", "kill"];
    step.pipeline.iter().any(|command| match command {
        Node::Simple(simple) => {
            let word = |at: usize| simple.words.get(at).and_then(Word::literal);
            // `exit 0` ends it in peace.
            word(0).is_some_and(|word| ENDS.contains(&word.as_str()))
                && word(1).is_none_or(|status| status != "0")
        }
        Node::Group(list) | Node::Subshell(list) => list.iter().any(ends),
        _ => false,
    })
}

/// A question whose answer is its status alone.
fn tests(step: &Pipeline) -> bool {
    const TESTS: &[&str] = &["[", "test", "command", "which", "type", "hash", "grep"];
    step.pipeline.iter().any(|command| match command {
        Node::Test(_) | Node::Arithmetic(_) => true,
        Node::Simple(simple) => simple
            .words
            .first()
            .and_then(Word::literal)
            .is_some_and(|word| TESTS.contains(&word.as_str())),
        _ => false,
    })
}
