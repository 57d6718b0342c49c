//! An install that was killed.

use super::support::Bed;
use crate::Verdict;

#[test]
fn an_interrupted_install_is_not_taken_for_a_whole_one() {
    let bed = Bed::npm_app();
    bed.build();
    bed.next();
    // As a kill leaves it: half a tree under its final name, and a partial sibling.
    bed.put("node_modules/half/index.js", "half");
    bed.put("node_modules.slugsmith-partial/x", "half");
    crate::apply::interrupt(&bed.app(), "npm");
    let (outcomes, _) = bed.build();
    assert_eq!(outcomes[0].decision.verdict, Verdict::Hit);
    assert!(bed.app().join("node_modules/.package-lock.json").is_file());
    assert!(!bed.app().join("node_modules/half").exists());
    assert!(!bed.app().join(".slugsmith-unfinished-npm").exists());
    assert!(!bed.app().join("node_modules.slugsmith-partial").exists());
}
