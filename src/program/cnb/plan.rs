//! The build plan: what slugsmith brings, and which tools it needs from earlier buildpacks.
//!
//! Some buildpacks bring a runtime only where somebody requires it, so an app with a
//! lockfile asks for its tool. Where no buildpack of the group has it the second
//! alternative counts, which asks for nothing: detect passes for every app. A buildpack that
//! wants to be built with slugsmith in the list can require `slugsmith`.
//!
//! Source: buildpack spec, "Build Plan (TOML)"; names are those that the buildpacks of
//! Heroku and Paketo provide.

use libcnb::data::build_plan::{BuildPlan, BuildPlanBuilder, Require};

use crate::ecosystems;

/// What is provided.
const OWN: &str = "slugsmith";

/// Files at the root, and the plan entries that would do for them, the best first.
const TOOLS: &[(&[&str], &[&str])] = &[
    (
        &[
            ecosystems::javascript::PACKAGE_LOCK,
            ecosystems::javascript::SHRINKWRAP,
            ecosystems::javascript::YARN_LOCK,
            ecosystems::javascript::PNPM_LOCK,
        ],
        &["node"],
    ),
    (
        &[
            ecosystems::python::REQUIREMENTS,
            ecosystems::python::POETRY_LOCK,
            ecosystems::python::UV_LOCK,
            ecosystems::python::PIPFILE_LOCK,
        ],
        &["python", "cpython"],
    ),
    (&[ecosystems::ruby::GEMFILE_LOCK], &["ruby", "mri"]),
    (&[ecosystems::php::COMPOSER_LOCK], &["php"]),
    (&[ecosystems::go::MANIFEST], &["go"]),
    (
        &[
            ecosystems::java::POM,
            ecosystems::java::BUILD_GRADLE,
            ecosystems::java::BUILD_GRADLE_KTS,
        ],
        &["jdk"],
    ),
];

/// Every alternative is tried with those of all other buildpacks.
const MOST_TOOLS: usize = 3;

/// The plan for an app with these names at its root.
pub(super) fn of(names: &[String]) -> BuildPlan {
    let mut builder = BuildPlanBuilder::new();
    let alternatives = alternatives(names);
    for (number, tools) in alternatives.iter().enumerate() {
        if number > 0 {
            builder = builder.or();
        }
        builder = builder.provides(OWN).requires(Require::new(OWN));
        for tool in tools {
            builder = builder.requires(require(tool));
        }
    }
    builder.build()
}

/// Paketo's buildpacks install a tool for the phases that ask for it.
fn require(tool: &str) -> Require {
    let mut require = Require::new(tool);
    require.metadata.insert("build".to_owned(), true.into());
    require.metadata.insert("launch".to_owned(), true.into());
    require
}

/// Each set of tools that would do, those with the most first; nothing at last.
fn alternatives(names: &[String]) -> Vec<Vec<&'static str>> {
    let wanted = TOOLS.iter().filter(|(files, _)| {
        files
            .iter()
            .any(|file| names.iter().any(|name| name == file))
    });
    let mut sets: Vec<Vec<&'static str>> = vec![Vec::new()];
    for (_, tools) in wanted.take(MOST_TOOLS) {
        let with = tools.iter().flat_map(|tool| {
            sets.iter().map(move |set| {
                let mut set = set.clone();
                set.push(*tool);
                set
            })
        });
        sets = with.chain(sets.iter().cloned()).collect();
    }
    sets.sort_by_key(|set| std::cmp::Reverse(set.len()));
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sets(names: &[&str]) -> Vec<String> {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        alternatives(&names)
            .iter()
            .map(|set| set.join("+"))
            .collect()
    }

    #[test]
    fn an_app_asks_for_its_tools_and_does_without() {
        assert_eq!(sets(&["index.html"]), [""]);
        assert_eq!(sets(&["package-lock.json", "yarn.lock"]), ["node", ""]);
        assert_eq!(
            sets(&["package-lock.json", "uv.lock"]),
            [
                "node+python",
                "node+cpython",
                "python",
                "cpython",
                "node",
                ""
            ]
        );
    }

    #[test]
    fn an_app_of_all_languages_stays_small() {
        let all: Vec<_> = TOOLS.iter().map(|(files, _)| files[0]).collect();
        assert_eq!(sets(&all).len(), 18);
    }

    #[test]
    fn every_alternative_provides_slugsmith() {
        let plan = toml::Value::try_from(of(&["go.mod".to_owned()])).unwrap();
        assert_eq!(plan["provides"][0]["name"].as_str(), Some("slugsmith"));
        assert_eq!(plan["requires"][1]["name"].as_str(), Some("go"));
        assert_eq!(
            plan["requires"][1]["metadata"]["launch"].as_bool(),
            Some(true)
        );
        assert_eq!(
            plan["or"][0]["provides"][0]["name"].as_str(),
            Some("slugsmith")
        );
        assert_eq!(plan["or"][0]["requires"].as_array().unwrap().len(), 1);
    }
}
