//! Dated facts of the platform and of release lines, for the rules of the audit.
//!
//! Two tables: `generated.toml` is written by `scripts/platform` from machine-readable
//! sources, `heroku.toml` by hand. Each row has its source and the day on which it was read.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::versions::numbers;
use serde::{Deserialize, Deserializer};

/// Both tables as one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Platform {
    /// Day of the release calendars that the table was written from.
    pub as_of: String,
    /// What the platform advises today: `stack`.
    #[serde(deserialize_with = "values")]
    pub recommended: BTreeMap<String, String>,
    pub stacks: BTreeMap<String, Stack>,
    pub runtimes: BTreeMap<String, Lines>,
    pub frameworks: BTreeMap<String, Lines>,
    /// Memory per dyno size, in MB of 2^20 bytes.
    #[serde(deserialize_with = "values")]
    pub dynos: BTreeMap<String, u64>,
    /// What an official buildpack installs where the app asks for no version, by runtime.
    pub defaults: BTreeMap<String, DefaultVersion>,
    /// The oldest line of a runtime that an official buildpack still builds.
    #[serde(deserialize_with = "values")]
    pub oldest: BTreeMap<String, String>,
    /// Connections that a Postgres plan, or a compute level of an Advanced one, allows.
    #[serde(deserialize_with = "values")]
    pub connections: BTreeMap<String, u64>,
    pub retired: Retired,
    /// Variables that each add-on sets.
    #[serde(deserialize_with = "values")]
    pub addons: BTreeMap<String, Vec<String>>,
    /// Variables that the platform and the official buildpacks set, by who sets them.
    #[serde(deserialize_with = "values")]
    pub set: BTreeMap<String, Vec<String>>,
}

/// A buildpack's version of a runtime, which moves with the buildpack.
#[derive(Debug, Deserialize)]
pub struct DefaultVersion {
    #[serde(rename = "value")]
    pub version: String,
    /// The day of the buildpack that it was read from.
    pub read: String,
}

/// A stack's last days.
#[derive(Debug, Default, Deserialize)]
pub struct Stack {
    /// End of life.
    pub end: String,
    /// Days from which something about builds changes, in order, with what that is.
    #[serde(default)]
    pub steps: Vec<(String, String)>,
}

/// Release lines of a runtime or framework.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Lines {
    /// The line to move to.
    pub next: String,
    /// End of life per line.
    #[serde(deserialize_with = "values")]
    pub lines: BTreeMap<String, String>,
}

impl Lines {
    /// The first line after a version that has none of its own. What stands between two lines, or
    /// before all of them, ended before the later one did: lines with longer support have a row.
    #[must_use]
    pub fn after(&self, version: &[u64]) -> Option<(&String, &String)> {
        let later = self.lines.iter();
        later
            .filter(|(line, _)| numbers(line).as_slice() > version)
            .min_by_key(|(line, _)| numbers(line))
    }
}

/// What can't be had any more.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Retired {
    /// A dyno size and its successor.
    #[serde(deserialize_with = "values")]
    pub sizes: BTreeMap<String, String>,
    /// A plan, or an add-on with all its plans, and its successor.
    #[serde(deserialize_with = "values")]
    pub plans: BTreeMap<String, String>,
}

/// The tables that this version was built with. A test proves that they parse.
pub static PLATFORM: LazyLock<Platform> = LazyLock::new(|| {
    let mut platform: Platform = toml::from_str(GENERATED).unwrap_or_default();
    platform.extend(toml::from_str(BY_HAND).unwrap_or_default());
    platform
});

const GENERATED: &str = include_str!("platform/generated.toml");
const BY_HAND: &str = include_str!("platform/heroku.toml");

/// A table of rows as a map of their values; where a row comes from is for the tests.
fn values<'de, D, T>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    struct Row<T> {
        #[serde(alias = "end", alias = "sets")]
        value: T,
    }
    let rows = BTreeMap::<String, Row<T>>::deserialize(deserializer)?;
    Ok(rows
        .into_iter()
        .map(|(name, row)| (name, row.value))
        .collect())
}

impl Platform {
    /// Adds the rows of another table.
    fn extend(&mut self, other: Self) {
        self.recommended.extend(other.recommended);
        self.stacks.extend(other.stacks);
        for (name, found) in other.runtimes {
            let one = self.runtimes.entry(name).or_default();
            one.lines.extend(found.lines);
            if !found.next.is_empty() {
                one.next = found.next;
            }
        }
        for (name, found) in other.frameworks {
            let one = self.frameworks.entry(name).or_default();
            one.lines.extend(found.lines);
            if !found.next.is_empty() {
                one.next = found.next;
            }
        }
        self.dynos.extend(other.dynos);
        self.defaults.extend(other.defaults);
        self.oldest.extend(other.oldest);
        self.connections.extend(other.connections);
        self.retired.sizes.extend(other.retired.sizes);
        self.retired.plans.extend(other.retired.plans);
        self.addons.extend(other.addons);
        self.set.extend(other.set);
    }

    /// The stack to move to.
    #[must_use]
    pub fn stack(&self) -> &str {
        self.recommended
            .get("stack")
            .map_or("heroku-24", String::as_str)
    }

    /// Whether the platform or an official buildpack sets the variable.
    #[must_use]
    pub fn sets(&self, variable: &str) -> bool {
        self.set.iter().any(|(group, names)| {
            names.iter().any(|name| {
                if group == "prefixes" {
                    variable.starts_with(name.as_str())
                } else {
                    name == variable
                }
            })
        })
    }

    /// Variables that an add-on (with or without its plan) sets.
    #[must_use]
    pub fn addon(&self, plan: &str) -> &[String] {
        let name = plan.split(':').next().unwrap_or(plan);
        self.addons.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Today as `YYYY-MM-DD` (UTC), the form that dates of the table compare with.
#[must_use]
pub fn today() -> String {
    days_ago(0)
}

/// The day so many days before today, in the same form.
fn days_ago(days: u64) -> String {
    let seconds = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    date((seconds / 86_400).saturating_sub(days))
}

/// Days since 1970-01-01 as a date: the era arithmetic of the Gregorian calendar, counted
/// from 0000-03-01 so that leap days end their year.
fn date(days: u64) -> String {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Whole months between two ISO dates.
#[must_use]
pub fn months_between(from: &str, to: &str) -> i64 {
    let months = |date: &str| {
        let mut parts = date.split('-').filter_map(|part| part.parse::<i64>().ok());
        Some(parts.next()? * 12 + parts.next()?)
    };
    months(to).unwrap_or(i64::MAX / 2) - months(from).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// Days after which a row should be read again.
    const OLDEST_READ: u64 = 120;

    #[test]
    fn the_tables_parse() {
        let generated: Platform = toml::from_str(GENERATED).unwrap();
        let by_hand: Platform = toml::from_str(BY_HAND).unwrap();
        assert!(generated.runtimes.len() > 8 && by_hand.stacks.contains_key("heroku-24"));
        assert!(PLATFORM.sets("PORT") && PLATFORM.sets("HEROKU_APP_NAME"));
        assert_eq!(PLATFORM.addon("heroku-postgresql:mini"), ["DATABASE_URL"]);
        // What was retired still says where a value came from.
        for retired in ["mongolab:sandbox", "mongohq"] {
            assert!(!PLATFORM.addon(retired).is_empty(), "{retired}");
        }
        assert_eq!(PLATFORM.dynos.get("dyno-4c-16gb"), Some(&16_384));
        assert_eq!(PLATFORM.dynos.get("private-s"), Some(&1024));
    }

    #[test]
    fn each_row_has_its_source_and_day() {
        let (mut rows, mut old) = (0, Vec::new());
        for text in [GENERATED, BY_HAND] {
            for line in text.lines().filter(|line| line.contains(" = {")) {
                let row: toml::Table = toml::from_str(line).unwrap();
                let row = row.values().next().unwrap().as_table().unwrap();
                let part =
                    |name: &str| row.get(name).and_then(|value| value.as_str()).unwrap_or("");
                assert!(!part("source").is_empty(), "no source: {line}");
                assert_eq!(part("read").len(), 10, "no day: {line}");
                assert!(part("read") <= today().as_str(), "not read yet: {line}");
                rows += 1;
                if part("read") < days_ago(OLDEST_READ).as_str() {
                    old.push(line);
                }
            }
        }
        assert!(rows > 300, "{rows}");
        // Past the capture of a test that passes: a warning must be seen.
        for line in old {
            let warning = format!("warning: read more than {OLDEST_READ} days ago: {line}\n");
            std::io::stderr().write_all(warning.as_bytes()).unwrap();
        }
    }

    #[test]
    fn lines_to_move_to_are_themselves_supported() {
        for (name, found) in PLATFORM.runtimes.iter().chain(&PLATFORM.frameworks) {
            let end = found.lines.get(&found.next);
            assert!(
                end.is_none_or(|end| *end > PLATFORM.as_of),
                "{name} {}",
                found.next
            );
        }
    }

    #[test]
    fn a_version_without_a_line_ended_before_the_next_one() {
        let next = |name: &str, version: &[u64]| {
            let lines = PLATFORM.runtimes.get(name).unwrap();
            lines.after(version).map(|(line, _)| line.clone())
        };
        assert_eq!(next("go", &[1, 9]).as_deref(), Some("1.10"));
        assert_eq!(next("java", &[99]), None);
    }

    #[test]
    fn days_become_dates() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(19_782), "2024-02-29");
        assert_eq!(date(20_780), "2026-11-23");
    }
}
