//! The steps of the action and of the GitLab template as their runners take them, for the tests that act them out.

use std::collections::BTreeMap;

use serde_yaml_ng::Value;

use super::repository;

pub(crate) fn yaml(path: &str) -> Value {
    let text = fs_err::read_to_string(repository(path)).unwrap();
    serde_yaml_ng::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A step of the action that runs a script.
pub(crate) struct Step {
    pub(crate) id: String,
    pub(crate) run: String,
    pub(crate) env: BTreeMap<String, String>,
}

/// Every `run` step of action.yml, its expressions replaced by the values of these names.
pub(crate) fn action_steps(values: &BTreeMap<&str, String>) -> Vec<Step> {
    let file = yaml("action.yml");
    let steps = file["runs"]["steps"].as_sequence().unwrap();
    steps
        .iter()
        .filter(|step| step["run"].is_string())
        .map(|step| Step {
            id: step["id"].as_str().unwrap_or_default().to_owned(),
            run: expanded(step["run"].as_str().unwrap(), values),
            env: pairs(&step["env"])
                .map(|(name, value)| (name, expanded(&value, values)))
                .collect(),
        })
        .collect()
}

/// Expressions of a workflow, as far as the action uses them.
fn expanded(text: &str, values: &BTreeMap<&str, String>) -> String {
    let mut out = text.to_owned();
    for (name, value) in values {
        out = out.replace(&format!("${{{{ {name} }}}}"), value);
    }
    assert!(!out.contains("${{"), "not known here: {out}");
    out
}

fn pairs(map: &Value) -> impl Iterator<Item = (String, String)> + '_ {
    let map = map.as_mapping().into_iter().flatten();
    map.map(|(name, value)| {
        (
            name.as_str().unwrap().to_owned(),
            value.as_str().unwrap().to_owned(),
        )
    })
}

/// The job of the GitLab template.
pub(crate) struct Job {
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) before: Vec<String>,
    pub(crate) script: Vec<String>,
    pub(crate) after: Vec<String>,
}

pub(crate) fn gitlab_job() -> Job {
    let file = yaml("integrations/gitlab.yml");
    let job = &file["slugsmith"];
    let lines = |name: &str| {
        let lines = job[name].as_sequence().unwrap().iter();
        lines
            .map(|line| line.as_str().unwrap().to_owned())
            .collect()
    };
    Job {
        variables: pairs(&job["variables"]).collect(),
        before: lines("before_script"),
        script: lines("script"),
        after: lines("after_script"),
    }
}
