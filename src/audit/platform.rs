//! What does the platform do by itself, and until when? One dated table, `platform.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// The table.
#[derive(Debug, Default, Deserialize)]
pub struct Platform {
    /// Day on which the table was last checked.
    pub as_of: String,
    /// End of life per stack.
    pub stacks: BTreeMap<String, String>,
    pub runtimes: BTreeMap<String, Runtime>,
    /// Memory per dyno size, in MB of 2^20 bytes.
    pub dynos: BTreeMap<String, u64>,
    /// Connections that a Postgres plan allows.
    pub connections: BTreeMap<String, u64>,
    pub retired: Retired,
    /// Variables that each add-on sets.
    pub addons: BTreeMap<String, Vec<String>>,
    pub set: BTreeMap<String, Vec<String>>,
}

/// Release lines of a runtime.
#[derive(Debug, Default, Deserialize)]
pub struct Runtime {
    /// What to move to.
    pub next: String,
    /// End of life per line.
    pub lines: BTreeMap<String, String>,
}

/// What can't be had any more.
#[derive(Debug, Default, Deserialize)]
pub struct Retired {
    pub sizes: Vec<String>,
    /// A plan, or an add-on with all its plans, and its successor.
    pub plans: BTreeMap<String, String>,
}

/// The table that this version was built with. A test proves that it parses.
pub static PLATFORM: LazyLock<Platform> =
    LazyLock::new(|| toml::from_str(include_str!("platform.toml")).unwrap_or_default());

impl Platform {
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
    let seconds = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    date(seconds / 86_400)
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
    use super::*;

    #[test]
    fn the_table_parses() {
        let table: Platform = toml::from_str(include_str!("platform.toml")).unwrap();
        assert!(table.stacks.contains_key("heroku-24"));
        assert!(PLATFORM.sets("PORT") && PLATFORM.sets("HEROKU_APP_NAME"));
        assert_eq!(PLATFORM.addon("heroku-postgresql:mini"), ["DATABASE_URL"]);
    }

    #[test]
    fn days_become_dates() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(19_782), "2024-02-29");
        assert_eq!(date(20_780), "2026-11-23");
    }
}
