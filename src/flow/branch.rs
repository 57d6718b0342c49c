//! Which branch is built, and may its build write into the shared store?

use crate::config::{StoreConfig, StoreWrite};
use crate::facts::environment::Environment;

/// What is known of the branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Branch {
    Main,
    Other(String),
    /// A pull request, of which no branch is known.
    Request,
    Unknown,
}

impl Branch {
    /// For people.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Main => "main",
            Self::Other(name) => name,
            Self::Request => "pull request",
            Self::Unknown => "",
        }
    }
}

/// Variables of platforms that hold the name of the branch, each with its page.
const NAMES: &[&str] = &[
    // Heroku review apps: devcenter.heroku.com/articles/github-integration-review-apps
    "HEROKU_BRANCH",
    // Heroku CI: devcenter.heroku.com/articles/heroku-ci
    "HEROKU_TEST_RUN_BRANCH",
    // GitLab: docs.gitlab.com/ci/variables/predefined_variables
    "CI_COMMIT_BRANCH",
    // CircleCI: circleci.com/docs/variables
    "CIRCLE_BRANCH",
    // Buildkite: buildkite.com/docs/pipelines/configure/environment-variables
    "BUILDKITE_BRANCH",
    // Bitbucket: support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets
    "BITBUCKET_BRANCH",
    // Semaphore: docs.semaphoreci.com/reference/env-vars. In a pull request the second is the
    // branch that it is to go into.
    "SEMAPHORE_GIT_PR_BRANCH",
    "SEMAPHORE_GIT_BRANCH",
    // Render: render.com/docs/environment-variables
    "RENDER_GIT_BRANCH",
];

/// Set where what is built is a pull request. GitHub's names the branch that it comes from
/// (docs.github.com/actions/reference/workflows-and-actions/variables).
const REQUESTS: &[&str] = &[
    "HEROKU_PR_NUMBER",
    "GITHUB_HEAD_REF",
    "CI_MERGE_REQUEST_IID",
    // Of a fork: a branch of one's own has it not, whatever is open for it.
    "CIRCLE_PR_NUMBER",
    // "false" in other builds, as that of Render.
    "BUILDKITE_PULL_REQUEST",
    "BITBUCKET_PR_ID",
    "SEMAPHORE_GIT_PR_NUMBER",
    "IS_PULL_REQUEST",
];

/// The branch by what the user says, then by what the platform does. The platform of a classic or
/// Cloud Native build on Heroku says nothing outside of review apps and CI.
#[must_use]
pub fn of(config: &StoreConfig, environment: &Environment) -> Branch {
    let named = |name: &str| environment.get(name).map(str::to_owned);
    let of_platform = || NAMES.iter().find_map(|name| named(name));
    let is_set = |name: &&str| named(name).is_some_and(|value| value != "false");
    let is_request = REQUESTS.iter().any(is_set);
    let name = config.branch.clone().or_else(of_platform).or_else(|| {
        // GitHub's name of a pull request is its own, of a tag that of the tag.
        let is_branch = environment.get("GITHUB_REF_TYPE") == Some("branch");
        named("GITHUB_HEAD_REF").or_else(|| named("GITHUB_REF_NAME").filter(|_| is_branch))
    });
    match name {
        // A fork's main is not ours: whoever opens a pull request names the branch.
        Some(name) if is_request && config.branch.is_none() => Branch::Other(name),
        Some(name) if name == config.main.value || name == "master" => Branch::Main,
        Some(name) => Branch::Other(name),
        None if is_request => Branch::Request,
        None => Branch::Unknown,
    }
}

/// Where a build reads and writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    /// In the order in which they are asked.
    pub(super) read: Vec<String>,
    /// `Err`: why it writes nowhere; empty where that was asked for or is plain.
    pub(super) write: Result<String, String>,
}

const MAIN: &str = "main";

pub(super) fn places(write: StoreWrite, branch: &Branch) -> Places {
    let own = |name: &str| {
        let hash = blake3::hash(name.as_bytes());
        format!("b{:.15}", hash.to_hex().as_str())
    };
    let main = MAIN.to_owned();
    let nothing = |why: &str| Places {
        read: vec![MAIN.to_owned()],
        write: Err(why.to_owned()),
    };
    match (write, branch) {
        (StoreWrite::Never, _) | (StoreWrite::Main, Branch::Other(_) | Branch::Request) => {
            nothing("")
        }
        (StoreWrite::Main | StoreWrite::Always, Branch::Main) => Places {
            read: vec![main.clone()],
            write: Ok(main),
        },
        (StoreWrite::Always, Branch::Other(name)) => Places {
            read: vec![own(name), main],
            write: Ok(own(name)),
        },
        (StoreWrite::Always, Branch::Request) => {
            nothing("this is a pull request of an unknown branch; SLUGSMITH_STORE_BRANCH names it")
        }
        // Who asks for it on a platform that names no branch means the app that it is set on.
        (StoreWrite::Always, Branch::Unknown) => Places {
            read: vec![main.clone()],
            write: Ok(main),
        },
        (StoreWrite::Main, Branch::Unknown) => nothing(
            "nothing says which branch this is; SLUGSMITH_STORE_BRANCH=main on the app that is to write does",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::environment::{World, this_machine};

    fn branch(pairs: &[(&str, &str)]) -> Branch {
        let pairs = pairs.iter();
        let environment = Environment {
            world: World::Classic,
            target: this_machine(None),
            variables: pairs
                .map(|(name, value)| ((*name).to_owned(), (*value).into()))
                .collect(),
        };
        let config = crate::config::parse("", &environment).unwrap();
        of(&config.store, &environment)
    }

    #[test]
    fn platforms_name_the_branch() {
        let other = |name: &str| Branch::Other(name.to_owned());
        assert_eq!(branch(&[]), Branch::Unknown);
        assert_eq!(branch(&[("CI_COMMIT_BRANCH", "main")]), Branch::Main);
        assert_eq!(branch(&[("CIRCLE_BRANCH", "x")]), other("x"));
        assert_eq!(branch(&[("SLUGSMITH_STORE_BRANCH", "main")]), Branch::Main);
        let action = [("GITHUB_REF_TYPE", "branch"), ("GITHUB_REF_NAME", "master")];
        assert_eq!(branch(&action), Branch::Main);
        assert_eq!(branch(&[("HEROKU_PR_NUMBER", "7")]), Branch::Request);
    }

    #[test]
    fn a_pull_request_of_a_branch_named_main_is_not_the_main_branch() {
        let review = [("HEROKU_PR_NUMBER", "7"), ("HEROKU_BRANCH", "main")];
        assert_eq!(branch(&review), Branch::Other("main".to_owned()));
        let places = places(StoreWrite::Always, &branch(&review));
        assert_ne!(places.write, Ok("main".to_owned()));
        // Each platform in its own words; on Semaphore the branch is the one that is asked.
        for (request, name) in [
            ("CIRCLE_PR_NUMBER", "CIRCLE_BRANCH"),
            ("BUILDKITE_PULL_REQUEST", "BUILDKITE_BRANCH"),
            ("BITBUCKET_PR_ID", "BITBUCKET_BRANCH"),
            ("SEMAPHORE_GIT_PR_NUMBER", "SEMAPHORE_GIT_BRANCH"),
            ("IS_PULL_REQUEST", "RENDER_GIT_BRANCH"),
        ] {
            assert_ne!(branch(&[(request, "7"), (name, "main")]), Branch::Main);
            assert_eq!(branch(&[(request, "false"), (name, "main")]), Branch::Main);
        }
        let semaphore = [
            ("SEMAPHORE_GIT_PR_NUMBER", "7"),
            ("SEMAPHORE_GIT_BRANCH", "main"),
            ("SEMAPHORE_GIT_PR_BRANCH", "x"),
        ];
        assert_eq!(branch(&semaphore), Branch::Other("x".to_owned()));
    }

    #[test]
    fn only_the_main_branch_writes_unless_asked() {
        let other = Branch::Other("x".to_owned());
        assert!(places(StoreWrite::Main, &other).write.is_err());
        assert!(places(StoreWrite::Main, &Branch::Unknown).write.is_err());
        assert!(places(StoreWrite::Never, &Branch::Main).write.is_err());
        let asked = places(StoreWrite::Always, &other);
        assert_eq!(asked.read.len(), 2);
        assert_ne!(asked.write.as_deref(), Ok("main"));
    }
}
