//! Which environment should a process find when it starts?
//!
//! Made at the end of a build, read by `launch-check` at the start of a dyno. What the run
//! image and config vars bring is unknown in a build, so each variable is composed twice:
//! over nothing, and over a value that is left open.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::environment::{self, Environment, Raw, UNKNOWN, fits};
use super::secrets;
use super::snapshot::{self, Snapshot};
use slugsmith_facts::layers::launched::is_launched;
use slugsmith_facts::layers::{self, Layer, Layers};

/// What a build tells the start of each process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// Variables by process type; the empty type stands for all without folders of their own.
    pub processes: BTreeMap<String, BTreeMap<String, Prediction>>,
    /// What may have changed variables in a way that no build can foresee.
    pub programs: Vec<String>,
    /// Without these no process starts.
    pub required: Vec<String>,
    /// Variables that the app's code reads without a default.
    pub read: Vec<Read>,
}

/// One variable as the build foresees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prediction {
    Value {
        /// Where neither image nor config vars set it.
        alone: String,
        /// Where they do, with NUL in place of what they set.
        around: String,
    },
    /// It is set; its value stays out of the image's metadata.
    Secret,
}

/// A variable that code reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Read {
    pub name: String,
    /// `src/server.js:14`.
    pub place: String,
}

/// A variable that is not as foreseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub name: String,
    /// For people; the open part is `…`.
    pub predicted: String,
    /// `None` where it is not set.
    pub real: Option<String>,
}

/// Reads the layers as they are at the end of a build.
#[must_use]
pub fn read(root: &Path, remembered: Option<&Snapshot>, own: &str) -> Expected {
    let mut layers = layers::read_environment(root);
    if let Some(remembered) = remembered {
        snapshot::fill(&mut layers, remembered);
    }
    of(&layers, own)
}

/// The same, of facts already read. `own` is our buildpack's id.
#[must_use]
pub fn of(layers: &Layers, own: &str) -> Expected {
    let kinds = layers.group.iter().flat_map(|buildpack| &buildpack.layers);
    let kinds = kinds.flat_map(|layer| layer.env_process.keys());
    let kinds = kinds.filter_map(|kind| kind.to_str());
    Expected {
        processes: std::iter::once("")
            .chain(kinds)
            .map(|kind| (kind.to_owned(), of_process(layers, kind)))
            .collect(),
        programs: programs(layers, own),
        ..Expected::default()
    }
}

fn of_process(layers: &Layers, kind: &str) -> BTreeMap<String, Prediction> {
    let launched = |layer: &Layer| is_launched(layers, layer);
    let compose =
        |base: &Raw| environment::launch(&layers.root, &layers.group, &launched, base, kind);
    let alone = compose(&Raw::new());
    let open: Raw = alone
        .variables
        .keys()
        .map(|name| (name.clone(), OsString::from(UNKNOWN)))
        .collect();
    predictions(&alone, &compose(&open))
}

/// Predictions for an environment composed over nothing and over an open one.
#[must_use]
pub fn predictions(alone: &Environment, around: &Environment) -> BTreeMap<String, Prediction> {
    alone
        .variables
        .keys()
        .filter_map(|name| Some((name.to_str()?.to_owned(), predict(name, alone, around)?)))
        .collect()
}

/// `None` for values that are no text.
fn predict(name: &OsStr, alone: &Environment, around: &Environment) -> Option<Prediction> {
    let value = |of: &Environment| of.get(name).to_str().map(str::to_owned);
    let (alone, around) = (value(alone)?, value(around)?);
    let is_secret = [&alone, &around]
        .into_iter()
        .any(|value| secrets::is_secret(&name.to_string_lossy(), value));
    Some(if is_secret {
        Prediction::Secret
    } else {
        Prediction::Value { alone, around }
    })
}

/// Start programs of others, and buildpacks that run after us.
fn programs(layers: &Layers, own: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_later = false;
    for buildpack in &layers.group {
        if buildpack.id == own {
            is_later = true;
            continue;
        }
        if is_later {
            found.push(format!("{}, which runs after slugsmith", buildpack.id));
            continue;
        }
        let launched = |layer: &&Layer| is_launched(layers, layer);
        for layer in buildpack.layers.iter().filter(launched) {
            found.extend(layer.contents.exec_d.iter().map(|program| {
                let name = program.name.to_string_lossy();
                format!("exec.d/{name} of {}", buildpack.id)
            }));
        }
    }
    found
}

impl Expected {
    /// Variables of a process that are not as foreseen, by name.
    #[must_use]
    pub fn differences(
        &self,
        process: &str,
        live: &dyn Fn(&str) -> Option<OsString>,
    ) -> Vec<Difference> {
        let variables = self.variables(process).into_iter().flatten();
        variables
            .filter_map(|(name, prediction)| prediction.differs(name, live(name)))
            .collect()
    }

    /// How many variables are foreseen for a process.
    #[must_use]
    pub fn count(&self, process: &str) -> usize {
        self.variables(process).map_or(0, BTreeMap::len)
    }

    fn variables(&self, process: &str) -> Option<&BTreeMap<String, Prediction>> {
        self.processes
            .get(process)
            .or_else(|| self.processes.get(""))
    }

    /// Required variables that are not set, or empty.
    #[must_use]
    pub fn missing(&self, live: &dyn Fn(&str) -> Option<OsString>) -> Vec<&str> {
        let names = self.required.iter().map(String::as_str);
        names.filter(|name| is_unset(live(name))).collect()
    }

    /// Variables that code reads and nobody sets.
    #[must_use]
    pub fn unset(&self, live: &dyn Fn(&str) -> Option<OsString>) -> Vec<&Read> {
        self.read
            .iter()
            .filter(|read| live(&read.name).is_none())
            .collect()
    }
}

fn is_unset(value: Option<OsString>) -> bool {
    value.is_none_or(|value| value.is_empty())
}

impl Prediction {
    fn differs(&self, name: &str, live: Option<OsString>) -> Option<Difference> {
        let is_open = live.as_ref().is_some_and(|live| !live.is_empty());
        let real = live.clone().unwrap_or_default();
        let (fine, predicted) = match self {
            Self::Secret => (live.is_some(), secrets::MASK.to_owned()),
            Self::Value { alone, around } => (
                real == alone.as_str() || (is_open && fits(&real, OsStr::new(around))),
                if is_open { around } else { alone }.replace(UNKNOWN, "…"),
            ),
        };
        let shown = |value: OsString| secrets::shown(name, &value.to_string_lossy());
        (!fine).then(|| Difference {
            name: name.to_owned(),
            predicted: secrets::shown(name, &predicted),
            real: live.map(shown),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_facts::layers::{Buildpack, EnvDir, EnvFile, Folder, Root};

    fn stack() -> Layers {
        let file = |name: &str, value: &str| EnvFile {
            name: name.into(),
            value: Ok(value.into()),
        };
        let mut layer = Layer {
            name: "x".into(),
            folder: Folder::Directory,
            env_launch: EnvDir::Files(vec![
                file("API_TOKEN", "hunter2"),
                file("MODE.override", "fast"),
                file("OPTS.append", "-b"),
                file("OPTS.delim", " "),
                file("PORT.default", "8080"),
            ]),
            ..Layer::default()
        };
        layer.roots.bin = Root::Present;
        let worker = EnvDir::Files(vec![file("MODE", "slow")]);
        layer.env_process.insert("worker".into(), worker);
        Layers {
            root: "/layers".into(),
            group: vec![Buildpack {
                id: "a/one".to_owned(),
                layers: vec![layer],
                ..Buildpack::default()
            }],
            ..Layers::default()
        }
    }

    fn told(process: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let expected = of(&stack(), "slugsmith");
        // What is kept in the image is what is compared.
        let text = serde_json::to_string(&expected).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
        let expected: Expected = serde_json::from_str(&text).unwrap();
        let live = |name: &str| {
            let mut known = variables.iter();
            known
                .find(|(known, _)| *known == name)
                .map(|(_, value)| OsString::from(value))
        };
        expected
            .differences(process, &live)
            .into_iter()
            .map(|one| format!("{}: {:?}, not {}", one.name, one.real, one.predicted))
            .collect()
    }

    const FINE: &[(&str, &str)] = &[
        ("API_TOKEN", "other"),
        ("MODE", "fast"),
        ("OPTS", "-a -b"),
        ("PATH", "/layers/a_one/x/bin:/usr/bin"),
        ("PORT", "9090"),
    ];

    #[test]
    fn what_image_and_config_vars_bring_is_left_open() {
        assert_eq!(told("web", FINE), Vec::<String>::new());
        let mut alone = FINE.to_vec();
        alone[2].1 = "-b";
        alone[4].1 = "8080";
        assert_eq!(told("web", &alone), Vec::<String>::new());
    }

    #[test]
    fn everything_else_is_a_difference() {
        assert_eq!(told("worker", FINE), ["MODE: Some(\"fast\"), not slow"]);
        assert_eq!(
            told(
                "web",
                &[("PATH", "/usr/bin:/layers/a_one/x/bin"), ("MODE", "fast")]
            ),
            [
                "API_TOKEN: None, not [masked]",
                "OPTS: None, not -b",
                "PATH: Some(\"/usr/bin:/layers/a_one/x/bin\"), not /layers/a_one/x/bin:…",
                "PORT: None, not 8080",
            ]
        );
    }
}
