//! What Composer prints where an install fails for a reason of the app.

use crate::diagnose::Failure;

pub(super) static FAILURES: &[Failure] = &[
    Failure {
        tools: &["composer"],
        says: &[
            &["Your requirements could not be resolved"],
            &["Your lock file does not contain a compatible set"],
        ],
        answers: &[],
        means: "Packages contradict each other, or this PHP or an extension of it is not the one \
              they want.",
        step: "Read the problem below; an extension is named by \"ext-NAME\": \"*\" in \
              composer.json's require, PHP by \"php\".",
    },
    Failure {
        tools: &["composer"],
        says: &[&["lock file is not up to date"]],
        answers: &[],
        means: "The lockfile is out of step with composer.json.",
        step: "`composer update --lock`, and commit composer.lock.",
    },
];
