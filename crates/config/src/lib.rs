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
pub mod reference;
pub mod rules;
pub mod schema;
mod section;
mod store;
mod strip;
mod unknown;

pub use audit::{AuditConfig, FailOn, RuleConfig};
pub use boot::{BootConfig, BootLevel, DEFAULT_SHARE};
pub use budget::{BudgetConfig, Growth, PLATFORM_LIMIT, UNLIMITED};
pub use cache::{CacheConfig, CustomCache};
pub use launch::LaunchConfig;
pub use section::{Key, Section};
pub use store::{StoreConfig, StoreWrite};
pub use strip::{ALL_LAYERS, StripConfig, StripLevel};

use std::fmt;
use std::path::Path;

use section::ProjectFile;
use slugsmith_facts::beneath;
use slugsmith_facts::environment::Environment;
use slugsmith_facts::hosting::{self, Hosting, Platform};
use slugsmith_finding::error::{Kind, Problem, Result};
use slugsmith_finding::{Finding, Location};

/// The file that holds the configuration.
pub const FILE: &str = "project.toml";
/// Largest configuration, in bytes: each pattern in it takes a hundred times its length.
const LARGEST: u64 = 1_000_000;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Default,
    /// 1-based line of `project.toml`.
    File {
        /// 1-based.
        line: usize,
    },
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File { line } => write!(formatter, "{FILE} line {line}"),
            Self::Variable(name) => formatter.write_str(name),
        }
    }
}

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    pub value: T,
    pub source: Origin,
}

impl<T> Sourced<T> {
    /// A built-in value.
    pub const fn default(value: T) -> Self {
        Self {
            value,
            source: Origin::Default,
        }
    }

    /// Another value from the same source.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Sourced<U> {
        Sourced {
            value: change(self.value),
            source: self.source,
        }
    }
}

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

/// project.toml is there and can't be read.
pub static UNREADABLE: Kind = Kind {
    id: "config-unreadable",
    header: "project.toml can't be read",
    why: "It may hold budgets that must not be ignored, so the build stops rather than guess.",
    steps: &["Check the file's permissions and that it is UTF-8 text: `file project.toml`."],
    example: || Problem::new(&UNREADABLE).saw("project.toml: stream did not contain valid UTF-8"),
};

/// project.toml is no TOML.
pub static SYNTAX: Kind = Kind {
    id: "config-syntax",
    header: "project.toml is not valid TOML",
    why: "It may hold budgets that must not be ignored, so the build stops rather than guess.",
    steps: &["Mend the line shown; strings need quotes, tables need brackets (https://toml.io)."],
    example: || parse_text("[com.slugsmith]\nlog = verbose\n").unwrap_or_else(|problem| problem),
};

/// A value of the wrong kind.
pub static INVALID: Kind = Kind {
    id: "config-invalid",
    header: "A value in the configuration is not valid",
    why: "A budget or rule that is misread would be worse than none, so the build stops.",
    steps: &[
        "Mend or remove it: without the key its default holds. `slugsmith init` shows the usual keys.",
    ],
    example: || {
        parse_text("[com.slugsmith.budget]\nfail = \"plenty\"\n").unwrap_or_else(|problem| problem)
    },
};

/// For the examples: the problem that a text causes.
fn parse_text(text: &str) -> std::result::Result<Problem, Problem> {
    let environment = Environment {
        world: slugsmith_facts::environment::World::Embedded,
        target: slugsmith_facts::environment::this_machine(None),
        variables: std::collections::BTreeMap::new(),
    };
    parse(text, &environment).map(|_| Problem::new(&INVALID))
}

#[cfg(test)]
mod tests {
    use super::*;
    use slugsmith_facts::environment::{World, this_machine};

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment {
            world: World::Embedded,
            target: this_machine(None),
            variables: variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).into()))
                .collect(),
        }
    }

    fn rejected(text: &str) -> String {
        parse(text, &environment(&[])).unwrap_err().saw.join("\n")
    }

    #[test]
    fn values_remember_their_line() {
        let text = "[_]\nschema-version = \"0.2\"\n\n[com.slugsmith.budget]\nwarn = \"200 MB\"\n";
        let config = parse(text, &environment(&[])).unwrap();
        assert_eq!(config.budget.warn.value, 200_000_000);
        assert_eq!(config.budget.warn.source.to_string(), "project.toml line 5");
        assert_eq!(config.budget.fail.source, Origin::Default);
    }

    #[test]
    fn variables_lie_over_the_file() {
        let text = "[com.slugsmith.budget]\nfail = \"400 MB\"\n";
        let environment = environment(&[
            ("SLUGSMITH_BUDGET_FAIL", "1 GB"),
            ("SLUGSMITH_STRIP_KEEP", "docs/**, help/**"),
        ]);
        let config = parse(text, &environment).unwrap();
        assert_eq!(config.budget.fail.value, 1_000_000_000);
        assert_eq!(
            config.budget.fail.source.to_string(),
            "SLUGSMITH_BUDGET_FAIL"
        );
        assert_eq!(config.strip.keep.value, ["docs/**", "help/**"]);
    }

    #[test]
    fn only_the_default_limit_is_the_platforms() {
        let mut config = parse("", &environment(&[])).unwrap();
        assert_eq!(config.budget.fail.value, PLATFORM_LIMIT);
        config.budget.without_platform_limit();
        assert_eq!(config.budget.fail.value, UNLIMITED);
        let mut own = parse(
            "[com.slugsmith.budget]\nfail = \"400 MB\"\n",
            &environment(&[]),
        )
        .unwrap();
        own.budget.without_platform_limit();
        assert_eq!(own.budget.fail.value, 400_000_000);
    }

    #[test]
    fn other_tools_raise_the_log_level_unless_the_file_says_otherwise() {
        let environment = environment(&[("BP_LOG_LEVEL", "DEBUG")]);
        let raised = parse("", &environment).unwrap();
        assert_eq!(raised.log.value, LogLevel::Verbose);
        let fixed = parse("[com.slugsmith]\nlog = \"quiet\"\n", &environment).unwrap();
        assert_eq!(fixed.log.value, LogLevel::Quiet);
    }

    #[test]
    fn wrong_values_name_place_and_expectation() {
        assert!(rejected("[com.slugsmith]\nlog = \"loud\"\n").starts_with(
            "project.toml:2:1: `log` in [com.slugsmith] is \"loud\", expected one of quiet"
        ));
        assert!(rejected("[com.slugsmith.strip]\nkeep = 3\n").contains("is not a list of strings"));
        assert!(
            rejected("[com.slugsmith.audit.rules]\na = { level = \"off\" }\n")
                .contains("off without a `reason`")
        );
        assert!(rejected("[[com.slugsmith.cache]]\npaths = [\"a\"]\n").contains("`name`"));
        let named =
            |name: &str| format!("[[com.slugsmith.cache]]\nname = {name:?}\npaths = [\"a\"]\n");
        assert!(rejected(&named("npm")).contains("own caches"));
        assert!(rejected(&named("x").repeat(2)).contains("another cache"));
        assert!(rejected("[com.slugsmith\n").starts_with("project.toml:1:"));
    }

    #[test]
    fn unknown_keys_are_findings_in_file_order() {
        let text = "[com.slugsmith]\nlogg = \"quiet\"\n[com.slugsmith.budget]\nfall = \"1 MB\"\nzzz = 1\n\
            [com.other]\nx = 1\n";
        let findings = parse(text, &environment(&[])).unwrap().findings;
        let shown: Vec<_> = findings
            .iter()
            .map(|finding| {
                (
                    finding.location.as_ref().unwrap().number().unwrap(),
                    finding.help[0].as_str(),
                )
            })
            .collect();
        assert_eq!(shown[0], (2, "Did you mean `log`?"));
        assert_eq!(shown[1], (4, "Did you mean `fail`?"));
        assert_eq!(shown[2].0, 5);
        assert_eq!(findings.len(), 3);
    }

    #[test]
    fn a_text_of_another_tool_is_none_of_our_business() {
        let config = parse("[com.heroku.buildpacks.nodejs]\nx = 1\n", &environment(&[])).unwrap();
        assert!(config.findings.is_empty());
    }
}
