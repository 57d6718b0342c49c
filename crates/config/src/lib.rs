//! The configuration of the user: what was asked for, and where.
//!
//! In: the text of project.toml and the environment. Out: a [`Config`] and findings about it.
//!
//! `project.toml`, table `[com.slugsmith]`, the same file in every world; variables named
//! `SLUGSMITH_<SECTION>_<KEY>` lie over it, because pack's `--descriptor` may leave no
//! file in the app. Every value remembers its source, so that messages can name the line
//! or variable that decided. Unknown keys are findings, never errors: a newer
//! project.toml must not break an older buildpack.

// Tests write what they like into folders of their own.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod audit;
pub mod baseline;
mod boot;
mod budget;
mod cache;
mod launch;
mod problems;
pub mod reference;
pub mod rules;
pub mod schema;
mod section;
mod sourced;
mod store;
mod strip;
mod unknown;

pub use audit::{AuditConfig, FailOn, RuleConfig};
pub use boot::{BootConfig, BootLevel, DEFAULT_SHARE};
pub use budget::{BudgetConfig, Growth, PLATFORM_LIMIT, UNLIMITED};
pub use cache::{CacheConfig, CustomCache};
pub use launch::LaunchConfig;
pub use problems::{INVALID, SYNTAX, UNREADABLE};
pub use section::{Key, Section};
pub use sourced::{Origin, Sourced};
pub use store::{StoreConfig, StoreWrite};
pub use strip::{ALL_LAYERS, StripConfig, StripLevel};

use std::path::Path;

use section::project_file::ProjectFile;
use slugsmith_facts::beneath;
use slugsmith_facts::environment::Environment;
use slugsmith_facts::hosting::{self, Hosting, Platform};
use slugsmith_finding::error::{Problem, Result};
use slugsmith_finding::{Finding, Location};

/// The file that holds the configuration.
pub const FILE: &str = "project.toml";
/// Largest configuration, in bytes: each pattern in it takes a hundred times its length.
const LARGEST: u64 = 1_000_000;

/// How much the log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    Quiet,
    Normal,
    Verbose,
}

/// What becomes of a build whose app can't start, because nobody installed a lockfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uninstalled {
    Fail,
    Warn,
}

/// The whole configuration of one run.
#[derive(Debug, Clone)]
pub struct Config {
    pub log: Sourced<LogLevel>,
    /// Whether the log ends with where the time went.
    pub profile: Sourced<bool>,
    /// What a lockfile that nobody installed and a process needs does to a build.
    pub uninstalled: Sourced<Uninstalled>,
    /// Where the pages of rules and errors are, if not in the repository.
    pub pages: Option<Sourced<String>>,
    pub budget: BudgetConfig,
    pub strip: StripConfig,
    pub cache: CacheConfig,
    pub audit: AuditConfig,
    pub launch: LaunchConfig,
    /// The execution environment of a build that is not for production.
    pub exec_env: Option<String>,
    /// The platform that runs the app.
    pub hosting: Hosting,
    pub boot: BootConfig,
    pub store: StoreConfig,
    /// Unknown keys and the like.
    pub findings: Vec<Finding>,
}

/// The keys of `[com.slugsmith]` itself.
pub const KEYS: &[Key] = &[
    Key::new(
        "log",
        "\"normal\"",
        "How much the build log says: `quiet`, `normal` or `verbose`. `BP_LOG_LEVEL=DEBUG` and \
         `NPM_CONFIG_LOGLEVEL=verbose` raise it.",
    ),
    Key::new(
        "profile",
        "false",
        "Print at the end of the log where the time went, phase by phase.",
    ),
    Key::new(
        "uninstalled",
        "\"fail\"",
        "What a lockfile does that neither slugsmith nor an earlier buildpack installed, where a process can't run \
            without it: `fail` ends the build, `warn` says so at the end of the log.",
    ),
    Key::new(
        "pages",
        "",
        "Where the pages of rules and errors are, for the addresses in logs: the address of a site that mdBook made \
         of `docs/`. Without it those of the repository at this version, where a release names one.",
    ),
    Key::new(
        "platform",
        "",
        "Where the app runs, for limits, rules and the words of findings: `heroku`, `dokku`, `kamal`, `coolify`, \
         `google-cloud`, `kpack` or `other`. Without it the variables of a build and the app's files show it, and it \
         is Heroku where nothing does.",
    ),
    Key::table("budget", "Limits on the slug's size."),
    Key::table("strip", "What is removed from the app."),
    Key::tables(
        "cache",
        "Anything else worth keeping between builds: one `[[com.slugsmith.cache]]` per cache.",
    ),
    Key::table("audit", "Which rules run and what they may stop."),
    Key::table("launch", "What is checked when a process starts."),
    Key::table("boot", "What is prepared for the start of processes."),
    Key::table("store", "A store that several builds share."),
];

/// Every section with its keys, for `project.toml.example` and the documentation.
pub const SECTIONS: &[(&str, &[Key])] = &[
    ("com.slugsmith", KEYS),
    ("com.slugsmith.budget", budget::KEYS),
    ("com.slugsmith.strip", strip::KEYS),
    ("com.slugsmith.cache", cache::KEYS),
    ("com.slugsmith.audit", audit::KEYS),
    ("com.slugsmith.launch", launch::KEYS),
    ("com.slugsmith.boot", boot::KEYS),
    ("com.slugsmith.store", store::KEYS),
];

/// Variables that are no key of a section: switches of one build, and what the scripts,
/// integrations and tests of slugsmith take.
pub const VARIABLES: &[&str] = &[
    "SLUGSMITH_APP",
    "SLUGSMITH_BASE",
    "SLUGSMITH_BLESS",
    "SLUGSMITH_BUILD",
    "SLUGSMITH_BUILDER",
    "SLUGSMITH_CACHE",
    "SLUGSMITH_CACHE_DIR",
    "SLUGSMITH_CACHE_EXPLAIN",
    "SLUGSMITH_CACHE_EXPLAIN_FILE",
    "SLUGSMITH_CACHE_RESET",
    "SLUGSMITH_EXEC_ENV",
    "SLUGSMITH_INTERCEPT",
    "SLUGSMITH_LAUNCH_CHECK",
    "SLUGSMITH_LONG",
    "SLUGSMITH_PACKAGED",
    "SLUGSMITH_PINNED",
    "SLUGSMITH_PYTHON",
    "SLUGSMITH_RECORD",
    "SLUGSMITH_REF",
    "SLUGSMITH_RELEASE_URL",
    "SLUGSMITH_REPORTS",
    "SLUGSMITH_REPOSITORY",
    "SLUGSMITH_SCHEMAS",
    "SLUGSMITH_STORE_ACCESS_KEY_ID",
    "SLUGSMITH_STORE_KEY",
    "SLUGSMITH_STORE_PASSWORD",
    "SLUGSMITH_STORE_SECRET_ACCESS_KEY",
    "SLUGSMITH_STORE_SESSION_TOKEN",
    "SLUGSMITH_STORE_USER",
];

/// Reads the configuration of an app.
///
/// # Errors
/// [`UNREADABLE`], [`SYNTAX`] (with line and column) or [`INVALID`] (a value of the wrong
/// kind); never for unknown keys.
pub fn read(app: &Path, environment: &Environment) -> Result<Config> {
    let text = match beneath::text_in_at_most(app, Path::new(FILE), LARGEST) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Problem::new(&UNREADABLE).saw(error.to_string())),
    };
    let mut config = parse(&text, environment)?;
    if config.hosting.evidence.is_none() {
        config.hosting = hosting::detect(environment, app);
    }
    if !config.hosting.is_heroku() {
        config.budget.without_platform_limit();
    }
    Ok(config)
}

/// Reads the configuration from the text of a project.toml.
///
/// # Errors
/// As [`read`].
pub fn parse(text: &str, environment: &Environment) -> Result<Config> {
    let source = ProjectFile::parse(text)?;
    source.must_be_tables(SECTIONS)?;
    let mut root = source.section("com.slugsmith", KEYS, environment);
    let log = log_level(&mut root, environment)?;
    let profile = root.flag("profile")?.unwrap_or(Sourced::default(false));
    let uninstalled = root.word("uninstalled", &["fail", "warn"])?;
    let uninstalled = uninstalled.map_or(Sourced::default(Uninstalled::Fail), |word| {
        word.map(|word| match word.as_str() {
            "warn" => Uninstalled::Warn,
            _ => Uninstalled::Fail,
        })
    });
    let pages = root.text("pages")?;
    if let Some(pages) = pages.as_ref().filter(|pages| !is_address(&pages.value)) {
        let saw = format!(
            "{} is {:?}, expected an address: https://…",
            pages.source, pages.value
        );
        return Err(Problem::new(&INVALID).saw(saw));
    }
    let platform = root.word("platform", Platform::WORDS)?;
    let mut budget = root.child("budget", budget::KEYS);
    let mut strip = root.child("strip", strip::KEYS);
    let mut audit = root.child("audit", audit::KEYS);
    let mut launch = root.child("launch", launch::KEYS);
    let mut boot = root.child("boot", boot::KEYS);
    let mut store = root.child("store", store::KEYS);
    let config = Config {
        log,
        profile,
        uninstalled,
        pages,
        budget: budget::read(&mut budget)?,
        strip: strip::read(&mut strip)?,
        cache: cache::read(&root, environment)?,
        audit: audit::read(&mut audit)?,
        launch: launch::read(&mut launch)?,
        exec_env: None,
        hosting: platform.as_ref().map(hosting_of).unwrap_or_default(),
        boot: boot::read(&mut boot)?,
        store: store::read(&mut store)?,
        findings: Vec::new(),
    };
    let mut findings = source.unknown_keys(SECTIONS);
    findings.extend(unknown::tables(&source));
    findings.extend(unknown::variables(environment));
    Ok(Config { findings, ..config })
}

/// Whether a text is where pages can be: a log makes links of it.
fn is_address(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text.starts_with("https://") || text.starts_with("http://")
}

/// The platform that the configuration names.
fn hosting_of(word: &Sourced<String>) -> Hosting {
    Hosting {
        platform: Platform::of(&word.value).unwrap_or_default(),
        evidence: Some(format!("`platform` says so, {}", word.source)),
    }
}

fn log_level(root: &mut Section<'_>, environment: &Environment) -> Result<Sourced<LogLevel>> {
    let level = root
        .word("log", &["quiet", "normal", "verbose"])?
        .map(|word| {
            word.map(|word| match word.as_str() {
                "quiet" => LogLevel::Quiet,
                "verbose" => LogLevel::Verbose,
                _ => LogLevel::Normal,
            })
        });
    let raised = [
        ("BP_LOG_LEVEL", "DEBUG"),
        ("NPM_CONFIG_LOGLEVEL", "verbose"),
    ]
    .into_iter()
    .find(|(name, value)| {
        environment
            .get(name)
            .is_some_and(|set| set.eq_ignore_ascii_case(value))
    });
    Ok(match (level, raised) {
        (Some(level), _) => level,
        (None, Some((name, _))) => Sourced {
            value: LogLevel::Verbose,
            source: Origin::Variable(name.to_owned()),
        },
        (None, None) => Sourced::default(LogLevel::Normal),
    })
}

/// The finding for a key nobody knows.
fn unknown_key(path: &str, key: &str, line: usize, known: &[&str]) -> Finding {
    let help = match unknown::nearest(key, known.iter().copied()) {
        Some(name) => format!("Did you mean `{name}`?"),
        None => format!("Known keys here: {}.", known.join(", ")),
    };
    let location = Location::line(FILE, u32::try_from(line).unwrap_or(u32::MAX));
    let message =
        format!("`{key}` in [{path}] is not a key that slugsmith knows; it has no effect.");
    rules::UNKNOWN_CONFIG_KEY.finding(Some(location), message, help)
}

#[cfg(test)]
mod tests;
