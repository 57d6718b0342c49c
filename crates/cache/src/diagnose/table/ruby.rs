//! What Bundler prints where an install fails for a reason of the app.

use crate::diagnose::Failure;

pub(super) static FAILURES: &[Failure] = &[
    Failure {
        tools: &["bundle", "bundler"],
        says: &[
            &["Your bundle only supports platforms"],
            &["but your local platform is"],
        ],
        answers: &[],
        means: "Gemfile.lock lacks this platform.",
        step: "`bundle lock --add-platform x86_64-linux`, and commit Gemfile.lock.",
    },
    Failure {
        tools: &["bundle", "bundler"],
        says: &[&["Your Ruby version is"]],
        answers: &[],
        means: "The Gemfile wants another Ruby than the one that is here.",
        step: "Let the Ruby buildpack install it: `ruby \"3.4.7\"` in the Gemfile, then `bundle \
              update --ruby`, and commit Gemfile.lock.",
    },
    Failure {
        tools: &["bundle", "bundler"],
        says: &[
            &["Could not find gem"],
            &["Could not find compatible versions"],
        ],
        answers: &[],
        means: "A gem or a version of it is not where the Gemfile looks, or gems contradict each \
              other.",
        step: "`bundle lock` on your machine says which; commit Gemfile.lock.",
    },
    Failure {
        tools: &["bundle", "bundler"],
        says: &[
            &["Gem::Ext::BuildError"],
            &["Failed to build gem native extension"],
        ],
        answers: &[],
        means: "A gem could not be compiled.",
        step: "Read the first error of extconf below; a missing header comes with \
              heroku-community/apt and an Aptfile.",
    },
    Failure {
        tools: &["bundle", "bundler"],
        says: &[&["frozen"]],
        answers: &[],
        means: "The lockfile is out of step with the Gemfile.",
        step: "`bundle lock`, and commit Gemfile.lock.",
    },
];
