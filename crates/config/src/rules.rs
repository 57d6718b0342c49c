//! What can be wrong with a configuration that still works: findings, one rule each.

use indoc::indoc;

use slugsmith_finding::catalogue::{self, Docs};
use slugsmith_finding::{Finding, Location, Severity};

/// One kind of finding about the configuration.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case, also the name of its page.
    pub id: &'static str,
    /// The short code, such as `SC01`.
    pub code: &'static str,
    /// One line: what is wrong when it fires.
    pub title: &'static str,
    pub level: Severity,
    pub docs: Docs,
}

catalogue::entry!(Rule, {
    fn subject(&self) -> &'static str {
        "configuration"
    }
});

/// Every rule, sorted by id.
pub static RULES: &[&Rule] = &[&UNKNOWN_CONFIG_KEY];

/// A key, a table or a variable that nobody reads.
pub static UNKNOWN_CONFIG_KEY: Rule = Rule {
    id: "unknown-config-key",
    code: "SC01",
    title: "A setting has no effect: slugsmith does not know its name",
    level: Severity::Warn,
    docs: Docs {
        finds: indoc! {"
            A key or a table of project.toml below `[com.slugsmith]` that slugsmith does not know, a table that looks
            like one of ours and is in another place (`[slugsmith.budget]`, `[tool.slugsmith]`), and an environment
            variable `SLUGSMITH_…` that nothing reads."},
        why: indoc! {"
            The value that you set is ignored and the default holds: a budget that never fails, a file that is removed
            although it was to be kept. It is a warning and no error, so that an older buildpack still builds with a
            project.toml that was written for a newer one."},
        fix: indoc! {"
            Take the name that the finding proposes, or one from docs/configuration.md. Variables are named after the
            key: `fail` of `[com.slugsmith.budget]` is `SLUGSMITH_BUDGET_FAIL`. Remove settings that are not needed any
            more."},
        silent: indoc! {"
            For tables of other tools in project.toml, and for variables that tests and scripts of slugsmith itself
            use."},
    },
};

impl Rule {
    /// A finding of this rule at its own level.
    pub(crate) fn finding(
        &self,
        location: Option<Location>,
        message: String,
        help: String,
    ) -> Finding {
        Finding {
            rule: self.id,
            code: Some(self.code),
            level: self.level,
            location,
            excerpt: None,
            message,
            help: vec![help],
            decided_by: "default".to_owned(),
            about: None,
            processes: Vec::new(),
        }
    }
}
