//! One report, reduced to what the view needs.
//!
//! Two forms: what a build or check writes for the fleet (`slugsmith.fleet-report/1`, a report with
//! app and time), and a bare report (`slugsmith.report/1`), whose app is told by its path.

use serde::Deserialize;

/// Longest name that is kept, in characters.
const LONGEST_NAME: usize = 120;
/// Findings, caches and the like of one report.
const MOST_ROWS: usize = 2_000;

/// What one report says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    pub app: String,
    /// Seconds since 1970; 0 where it is not said.
    pub at: u64,
    /// The file, which orders reports without a time.
    pub file: String,
    /// `build` or `check`.
    pub kind: String,
    pub branch: String,
    /// `within`, `warn`, `over` or `unknown`; empty where nothing was weighed.
    pub verdict: String,
    /// Apparent bytes, unpacked and compressed.
    pub bytes: Option<u64>,
    /// Bytes of the slug, compressed.
    pub compressed: Option<u64>,
    pub findings: Vec<Finding>,
    /// Verdicts of caches that were looked up, with what a hit saved, in seconds.
    pub hits: u64,
    /// Caches that were looked up.
    pub lookups: u64,
    /// What hits saved, in seconds.
    pub saved: f64,
    pub runtimes: Vec<Runtime>,
    /// Name and version of each buildpack.
    pub buildpacks: Vec<(String, String)>,
    pub boot: Option<Boot>,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub rule: String,
    pub level: String,
}

/// A runtime or stack that an app asks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Runtime {
    /// `node`, or `stack`.
    pub name: String,
    /// `20`, or `heroku-22`.
    pub line: String,
    /// The day of its end of life; empty where it is not known.
    pub end: String,
}

/// A start that was measured, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Boot {
    /// Without what was prepared.
    pub without: f64,
    /// With it.
    pub with: f64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Written {
    schema: String,
    app: String,
    at: u64,
    kind: String,
    branch: String,
    runtimes: Vec<Runtime>,
    report: Option<Bare>,
    // A bare report has its parts here. `flatten` would keep all of it in memory.
    findings: Vec<OneFinding>,
    budget: Option<Budget>,
    dependencies: Vec<Cache>,
    stack: Option<Stack>,
    boot: Option<Prepared>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Bare {
    findings: Vec<OneFinding>,
    budget: Option<Budget>,
    dependencies: Vec<Cache>,
    stack: Option<Stack>,
    boot: Option<Prepared>,
}

#[derive(Deserialize)]
struct OneFinding {
    rule: String,
    level: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Budget {
    verdict: String,
    bytes: u64,
    compressed: Compressed,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Compressed {
    bytes: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Cache {
    verdict: String,
    saved_seconds: Option<f64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Stack {
    buildpacks: Vec<Buildpack>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Buildpack {
    id: String,
    version: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Prepared {
    made: Vec<Made>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Made {
    start: Option<Boot>,
}

/// Reads a report; the error is why it is none.
///
/// # Errors
/// It is no JSON, or of another schema.
pub fn read(file: &str, text: &[u8]) -> Result<Summary, String> {
    let written: Written = serde_json::from_slice(text).map_err(|error| {
        let text = error.to_string();
        format!("it is no report: {}", short(&text))
    })?;
    let bare = match written.schema.as_str() {
        "slugsmith.report/1" => Bare {
            findings: written.findings,
            budget: written.budget,
            dependencies: written.dependencies,
            stack: written.stack,
            boot: written.boot,
        },
        "slugsmith.fleet-report/1" => written.report.ok_or("it has no report")?,
        "" => return Err("it has no schema".to_owned()),
        other => return Err(format!("its schema is {}", short(other))),
    };
    let app = if written.app.is_empty() {
        app_of(file)
    } else {
        written.app
    };
    let mut summary = Summary {
        app: short(&app),
        at: written.at,
        file: file.to_owned(),
        kind: short(&written.kind),
        branch: short(&written.branch),
        ..Summary::default()
    };
    summary.runtimes = written.runtimes.iter().take(MOST_ROWS).map(tidy).collect();
    take(&mut summary, bare);
    Ok(summary)
}

fn tidy(runtime: &Runtime) -> Runtime {
    Runtime {
        name: short(&runtime.name),
        line: short(&runtime.line),
        end: short(&runtime.end),
    }
}

fn take(summary: &mut Summary, bare: Bare) {
    if let Some(budget) = bare.budget {
        summary.verdict = short(&budget.verdict);
        summary.bytes = Some(budget.bytes);
        summary.compressed = Some(budget.compressed.bytes);
    }
    let findings = bare.findings.into_iter().take(MOST_ROWS);
    summary.findings = findings
        .map(|one| Finding {
            rule: short(&one.rule),
            level: match one.level.as_str() {
                "error" | "warn" => one.level,
                _ => "info".to_owned(),
            },
        })
        .collect();
    for cache in bare.dependencies.iter().take(MOST_ROWS) {
        match cache.verdict.as_str() {
            "hit" => {
                summary.hits += 1;
                summary.lookups += 1;
                let saved = cache.saved_seconds.filter(|saved| saved.is_finite());
                summary.saved += saved.unwrap_or_default().clamp(0.0, 86_400.0);
            }
            "miss" | "partial" => summary.lookups += 1,
            _ => {}
        }
    }
    let buildpacks = bare.stack.map(|stack| stack.buildpacks).unwrap_or_default();
    summary.buildpacks = buildpacks
        .into_iter()
        .take(MOST_ROWS)
        .map(|one| (short(&one.id), short(&one.version.unwrap_or_default())))
        .collect();
    let made = bare.boot.map(|boot| boot.made).unwrap_or_default();
    let mut starts = made.into_iter().filter_map(|made| made.start);
    let is_time = |boot: &Boot| boot.with.is_finite() && boot.with >= 0.0;
    // A few preparations share one start: the last one was measured with all of them.
    summary.boot = starts.rfind(is_time);
}

/// The app of a bare report: the first folder of its path, or the file's name.
fn app_of(file: &str) -> String {
    match file.split_once('/') {
        Some((folder, _)) => folder.to_owned(),
        None => file.strip_suffix(".json").unwrap_or(file).to_owned(),
    }
}

/// One line of bounded length.
fn short(text: &str) -> String {
    let one_line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    one_line.take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let bare = r#"{"schema":"slugsmith.report/1","findings":[{"rule":"a","level":"error","x":1}],
            "budget":{"verdict":"within","bytes":10,"compressed":{"bytes":5}},
            "dependencies":[{"verdict":"hit","saved_seconds":2.5},{"verdict":"miss"},{"verdict":"adopted"}]}"#;
        let read_bare = read("shop/1.json", bare.as_bytes()).unwrap();
        assert_eq!(read_bare.app, "shop");
        assert_eq!(
            (read_bare.hits, read_bare.lookups, read_bare.compressed),
            (1, 2, Some(5))
        );
        let written = format!(
            r#"{{"schema":"slugsmith.fleet-report/1","app":"billing","at":7,"kind":"build",
            "runtimes":[{{"name":"node","line":"20","end":"2026-04-30"}}],"report":{bare}}}"#
        );
        let read_written = read("x.json", written.as_bytes()).unwrap();
        assert_eq!((read_written.app.as_str(), read_written.at), ("billing", 7));
        assert_eq!(read_written.findings, read_bare.findings);
        assert_eq!(read_written.runtimes.len(), 1);
    }

    #[test]
    fn odd_files_are_refused_with_a_reason() {
        for (text, why) in [
            ("", "no report"),
            ("[1]", "no report"),
            ("{}", "no schema"),
            (r#"{"schema":"other/1"}"#, "its schema is other/1"),
            (r#"{"schema":"slugsmith.fleet-report/1"}"#, "no report"),
            (
                r#"{"schema":"slugsmith.report/1","findings":3}"#,
                "no report",
            ),
        ] {
            let refused = read("x.json", text.as_bytes()).unwrap_err();
            assert!(refused.contains(why), "{refused}");
        }
        let deep = "[".repeat(100_000);
        assert!(read("x.json", deep.as_bytes()).is_err());
    }

    #[test]
    fn names_are_one_line_and_bounded() {
        let long = "x".repeat(500);
        let text = format!(r#"{{"schema":"slugsmith.report/1","app":"a\n{long}"}}"#);
        let summary = read("x.json", text.as_bytes()).unwrap();
        assert_eq!(summary.app.chars().count(), LONGEST_NAME);
        assert!(!summary.app.contains('\n'));
    }
}
