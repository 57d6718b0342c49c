//! From the summaries of all reports to one view. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::{Boot, Runtime, Summary};

/// The view.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fleet {
    /// Sorted by name.
    pub apps: Vec<App>,
    /// Those of most apps first.
    pub rules: Vec<Rule>,
    /// Those that end first come first; unknown ends last.
    pub runtimes: Vec<RuntimeRow>,
    /// Sorted by name and version.
    pub neighbours: Vec<Neighbour>,
    /// Reports that were read.
    pub reports: usize,
    /// Files that are no report, with the reason.
    pub refused: Vec<(String, String)>,
}

/// One app: what its last report says, and sums over all of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct App {
    pub name: String,
    /// Reports of this app.
    pub reports: usize,
    /// Seconds since 1970 of the last report; 0 where it is not said.
    pub at: u64,
    pub branch: String,
    pub verdict: String,
    /// Bytes of the last report, unpacked.
    pub bytes: Option<u64>,
    /// Bytes of the last report, compressed.
    pub compressed: Option<u64>,
    /// Compressed bytes of the first report that has any.
    pub first: Option<u64>,
    /// Caches that were hit, in all reports.
    pub hits: u64,
    /// Caches that were looked up, in all reports.
    pub lookups: u64,
    /// Seconds.
    pub saved: f64,
    /// Findings of level `error` in the last report.
    pub errors: usize,
    /// Findings of level `warn` in the last report.
    pub warnings: usize,
    pub boot: Option<Boot>,
    pub runtimes: Vec<Runtime>,
    pub buildpacks: Vec<(String, String)>,
    /// Rules with a finding, each once.
    pub rules: BTreeSet<String>,
}

impl App {
    /// Growth since the first report, in percent.
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // bytes of a slug are far below 2^52
    pub fn growth(&self) -> Option<f64> {
        let (first, last) = (self.first?, self.compressed?);
        (first > 0 && self.reports > 1).then(|| (last as f64 - first as f64) * 100.0 / first as f64)
    }
}

/// A rule and the apps that it has findings in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub rule: String,
    /// The worst of all.
    pub level: String,
    /// Findings of this rule in the last reports of all apps.
    pub findings: usize,
    pub apps: Vec<String>,
}

/// A runtime or stack and the apps on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeRow {
    pub runtime: Runtime,
    pub apps: Vec<String>,
}

/// A buildpack and the apps that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    pub id: String,
    pub version: String,
    pub apps: Vec<String>,
}

fn severity(level: &str) -> u8 {
    match level {
        "error" => 2,
        "warn" => 1,
        _ => 0,
    }
}

/// Joins summaries; their order does not matter.
#[must_use]
pub fn view(summaries: Vec<Summary>, refused: Vec<(String, String)>) -> Fleet {
    let mut by_app: BTreeMap<String, Vec<Summary>> = BTreeMap::new();
    let reports = summaries.len();
    for summary in summaries {
        by_app.entry(summary.app.clone()).or_default().push(summary);
    }
    let mut fleet = Fleet {
        reports,
        refused,
        ..Fleet::default()
    };
    fleet.refused.sort();
    let mut rules: BTreeMap<String, Rule> = BTreeMap::new();
    let mut runtimes: BTreeMap<Runtime, Vec<String>> = BTreeMap::new();
    let mut neighbours: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (name, mut all) in by_app {
        all.sort_by(|one, other| (one.at, &one.file).cmp(&(other.at, &other.file)));
        let app = app(&name, &all);
        // What is so today is what the last report says.
        if let Some(last) = all.last() {
            for finding in &last.findings {
                let rule = rules.entry(finding.rule.clone()).or_insert_with(|| Rule {
                    rule: finding.rule.clone(),
                    level: finding.level.clone(),
                    findings: 0,
                    apps: Vec::new(),
                });
                rule.findings += 1;
                if severity(&finding.level) > severity(&rule.level) {
                    rule.level.clone_from(&finding.level);
                }
                if rule.apps.last() != Some(&name) {
                    rule.apps.push(name.clone());
                }
            }
        }
        for runtime in app.runtimes.iter().collect::<BTreeSet<_>>() {
            runtimes
                .entry(runtime.clone())
                .or_default()
                .push(name.clone());
        }
        for buildpack in app.buildpacks.iter().collect::<BTreeSet<_>>() {
            neighbours
                .entry(buildpack.clone())
                .or_default()
                .push(name.clone());
        }
        fleet.apps.push(app);
    }
    fleet.rules = rules.into_values().collect();
    fleet.rules.sort_by(|one, other| {
        let key = |rule: &Rule| (severity(&rule.level), rule.apps.len());
        key(other)
            .cmp(&key(one))
            .then_with(|| one.rule.cmp(&other.rule))
    });
    let rows = runtimes.into_iter();
    fleet.runtimes = rows
        .map(|(runtime, apps)| RuntimeRow { runtime, apps })
        .collect();
    fleet.runtimes.sort_by(|one, other| {
        let key = |row: &RuntimeRow| (row.runtime.end.is_empty(), row.runtime.end.clone());
        key(one).cmp(&key(other))
    });
    let rows = neighbours.into_iter();
    fleet.neighbours = rows
        .map(|((id, version), apps)| Neighbour { id, version, apps })
        .collect();
    fleet
}

/// One app; `all` are its reports, the oldest first.
fn app(name: &str, all: &[Summary]) -> App {
    let mut app = App {
        name: name.to_owned(),
        reports: all.len(),
        hits: all.iter().map(|one| one.hits).sum(),
        lookups: all.iter().map(|one| one.lookups).sum(),
        saved: all.iter().map(|one| one.saved).sum(),
        first: all.iter().find_map(|one| one.compressed),
        ..App::default()
    };
    let newest = || all.iter().rev();
    // A check weighs nothing that was not installed, and starts nothing.
    if let Some(weighed) = newest().find(|one| one.compressed.is_some()) {
        app.verdict.clone_from(&weighed.verdict);
        app.bytes = weighed.bytes;
        app.compressed = weighed.compressed;
    }
    app.boot = newest().find_map(|one| one.boot);
    let with_buildpacks = newest().find(|one| !one.buildpacks.is_empty());
    app.buildpacks = with_buildpacks
        .map(|one| one.buildpacks.clone())
        .unwrap_or_default();
    let with_runtimes = newest().find(|one| !one.runtimes.is_empty());
    app.runtimes = with_runtimes
        .map(|one| one.runtimes.clone())
        .unwrap_or_default();
    if let Some(last) = all.last() {
        app.at = last.at;
        app.branch.clone_from(&last.branch);
        let of = |level| {
            last.findings
                .iter()
                .filter(|one| one.level == level)
                .count()
        };
        app.errors = of("error");
        app.warnings = of("warn");
        app.rules = last.findings.iter().map(|one| one.rule.clone()).collect();
    }
    app
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Finding;

    fn summary(app: &str, at: u64, compressed: u64, rules: &[(&str, &str)]) -> Summary {
        Summary {
            app: app.to_owned(),
            at,
            compressed: Some(compressed),
            hits: 1,
            lookups: 2,
            saved: 3.0,
            findings: rules
                .iter()
                .map(|(rule, level)| Finding {
                    rule: (*rule).to_owned(),
                    level: (*level).to_owned(),
                })
                .collect(),
            ..Summary::default()
        }
    }

    #[test]
    fn the_last_report_says_what_is_so_and_all_of_them_are_summed() {
        let all = vec![
            summary("shop", 2, 120, &[("b", "warn"), ("b", "warn")]),
            summary("shop", 1, 100, &[("a", "error")]),
            summary("billing", 1, 50, &[("b", "error")]),
        ];
        let fleet = view(all, Vec::new());
        let shop = &fleet.apps[1];
        assert_eq!((shop.reports, shop.hits, shop.lookups), (2, 2, 4));
        assert_eq!((shop.compressed, shop.growth()), (Some(120), Some(20.0)));
        assert_eq!(fleet.apps[0].growth(), None, "one report grows nothing");
        let rule = &fleet.rules[0];
        assert_eq!((rule.rule.as_str(), rule.level.as_str()), ("b", "error"));
        assert_eq!(rule.apps, ["billing", "shop"]);
        assert_eq!((rule.findings, fleet.rules.len()), (3, 1));
    }

    #[test]
    fn what_ends_first_comes_first() {
        let runtime = |line: &str, end: &str| Runtime {
            name: "node".to_owned(),
            line: line.to_owned(),
            end: end.to_owned(),
        };
        let mut one = summary("a", 1, 1, &[]);
        one.runtimes = vec![
            runtime("22", "2027-04-30"),
            runtime("x", ""),
            runtime("18", "2025-04-30"),
        ];
        let fleet = view(vec![one], Vec::new());
        let lines: Vec<_> = fleet
            .runtimes
            .iter()
            .map(|row| row.runtime.line.as_str())
            .collect();
        assert_eq!(lines, ["18", "22", "x"]);
    }
}
