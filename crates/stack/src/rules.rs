//! Which conflicts between buildpacks are there? One rule per file under `rules/`, all
//! listed in [`RULES`] with the page that `slugsmith explain` shows.
//!
//! A rule is a pure function of the [`Model`]. It stays silent for stacks as their
//! vendors document them: a buildpack's own layers may hide each other, a Procfile may
//! replace any process, and layers may hide the image's runtimes.

mod app_files_changed;
mod build_and_launch_differ;
mod classic_export_ignored;
mod concurrency_of_another;
mod config_var_has_no_effect;
mod corrected;
mod default_process_lost;
mod environment_changed;
mod export_will_fail;
mod fix;
mod glued_variable;
mod layer_order_flips;
mod library_missing;
mod library_shadowed;
mod line_end_missing;
mod list_default_yields;
mod list_variable_clobbered;
mod names_collide;
mod not_shipped;
mod preload_missing;
mod process_cannot_start;
mod process_taken_over;
mod profile_script_clobbers;
mod profile_script_ends_shell;
mod profile_script_ignored;
mod profile_script_not_read;
mod runtime_hidden_by_image;
mod runtime_variable_of_another;
mod same_files_twice;
mod second_runtime;
mod shadowed_command;
mod start_command_missing;
mod start_program_fails;
mod start_program_missing;
mod start_program_sets_variable;
mod text_not_expanded;
mod useless_layer_file;
mod variable_set_twice;
mod wrong_platform;

pub use start_command_missing::ID as START_COMMAND;

use slugsmith_config::AuditConfig;
use slugsmith_finding::catalogue;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

use super::environment::Variable;
use super::model::Model;
use super::which::Candidate;

/// Where a rule holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// Cedar: scripts and folders of a slug.
    Classic,
    /// Layers and the launcher.
    CloudNative,
    Both,
}

impl World {
    /// For the rule's page.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Classic => "classic buildpacks",
            Self::CloudNative => "Cloud Native Buildpacks",
            Self::Both => "classic and Cloud Native Buildpacks",
        }
    }
}

/// One kind of conflict: metadata, documentation and a pure function.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case; the file under `rules/` has the same name with `_`.
    pub id: &'static str,
    /// The catalogue's short code, such as `ST02`.
    pub code: &'static str,
    /// One line: what is wrong when it fires.
    pub title: &'static str,
    pub level: Severity,
    pub world: World,
    pub docs: Docs,
    pub check: fn(&Model<'_>) -> Vec<Finding>,
}

catalogue::entry!(Rule, {
    fn about(&self) -> String {
        self.world.word().to_owned()
    }
    fn subject(&self) -> &'static str {
        "stacked buildpacks"
    }
});

impl Rule {
    /// A finding of this rule at its own level.
    #[must_use]
    pub fn finding(&'static self, message: String, help: Vec<String>) -> Finding {
        Finding {
            rule: self.id,
            code: Some(self.code),
            level: self.level,
            location: None,
            excerpt: None,
            message,
            help,
            decided_by: "default".to_owned(),
            about: None,
            processes: Vec::new(),
        }
    }
}

/// Every rule, sorted by id.
pub static RULES: &[&Rule] = &[
    &app_files_changed::RULE,
    &build_and_launch_differ::RULE,
    &classic_export_ignored::RULE,
    &concurrency_of_another::RULE,
    &config_var_has_no_effect::RULE,
    &default_process_lost::RULE,
    &environment_changed::RULE,
    &export_will_fail::RULE,
    &glued_variable::RULE,
    &layer_order_flips::RULE,
    &library_missing::RULE,
    &library_shadowed::RULE,
    &line_end_missing::RULE,
    &list_default_yields::RULE,
    &list_variable_clobbered::RULE,
    &names_collide::RULE,
    &not_shipped::RULE,
    &preload_missing::RULE,
    &process_cannot_start::RULE,
    &process_taken_over::RULE,
    &profile_script_clobbers::RULE,
    &profile_script_ends_shell::RULE,
    &profile_script_ignored::RULE,
    &profile_script_not_read::RULE,
    &runtime_hidden_by_image::RULE,
    &runtime_variable_of_another::RULE,
    &same_files_twice::RULE,
    &second_runtime::RULE,
    &shadowed_command::RULE,
    &start_command_missing::RULE,
    &start_program_fails::RULE,
    &start_program_missing::RULE,
    &start_program_sets_variable::RULE,
    &text_not_expanded::RULE,
    &useless_layer_file::RULE,
    &variable_set_twice::RULE,
    &wrong_platform::RULE,
];

/// The rule with this id or code.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    catalogue::find(RULES, id)
}

/// What separates the entries of a list variable such as PATH; `None` for other variables.
#[must_use]
pub fn separator(name: &str) -> Option<u8> {
    list_variable_clobbered::separator(name.as_ref())
}

/// The list of buildpacks with everything moved that findings want moved.
#[must_use]
pub fn corrected(model: &Model<'_>) -> Vec<String> {
    corrected::corrected(model)
}

/// Why the folder of one executable stands before another's.
#[must_use]
pub fn why(
    model: &Model<'_>,
    path: Option<&Variable>,
    winner: &Candidate,
    loser: &Candidate,
) -> String {
    fix::why(model, path, winner, loser)
}

/// Runs every rule and gives each finding the level that the app's configuration wants:
/// the worst first, then by rule and message.
#[must_use]
pub fn run(model: &Model<'_>, config: Option<&AuditConfig>) -> Vec<Finding> {
    judged(World::CloudNative, model, config)
}

/// Rules about what processes start: their findings are true when all installers have run.
const LATE: &[&str] = &[
    "preload-missing",
    start_command_missing::ID,
    "start-program-missing",
];

/// The findings that only hold when everything is installed; in a running build [`run`] and
/// [`run_classic`] leave them out.
#[must_use]
pub fn run_late(model: &Model<'_>, config: Option<&AuditConfig>) -> Vec<Finding> {
    found_by(
        RULES.iter().filter(|rule| LATE.contains(&rule.id)),
        model,
        config,
    )
}

fn judged(world: World, model: &Model<'_>, config: Option<&AuditConfig>) -> Vec<Finding> {
    let holds = |rule: &&&Rule| rule.world == World::Both || rule.world == world;
    let now = |rule: &&&Rule| !model.is_last() || !LATE.contains(&rule.id);
    found_by(RULES.iter().filter(holds).filter(now), model, config)
}

/// The same for a classic stack.
#[must_use]
pub fn run_classic(model: &Model<'_>, config: Option<&AuditConfig>) -> Vec<Finding> {
    judged(World::Classic, model, config)
}

fn found_by<'r>(
    rules: impl Iterator<Item = &'r &'static Rule>,
    model: &Model<'_>,
    config: Option<&AuditConfig>,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = rules
        .flat_map(|rule| (rule.check)(model))
        .filter_map(|finding| configured(finding, config))
        .collect();
    findings.sort_by(|a, b| (b.level, a.rule, &a.message).cmp(&(a.level, b.rule, &b.message)));
    findings
}

fn configured(mut finding: Finding, config: Option<&AuditConfig>) -> Option<Finding> {
    let named = |id: &str| id == finding.rule || Some(id) == finding.code;
    let own = config.and_then(|config| {
        let mut rules = config.rules.iter();
        rules.find(|(id, _)| named(id)).map(|(_, own)| own)
    });
    if let Some(own) = own {
        finding.level = own.level.value?;
        finding.decided_by = own.level.source.to_string();
    }
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_sorted_documented_and_all_listed() {
        let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules");
        let mut files: Vec<String> = fs_err::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".rs"))
            .filter(|name| !["corrected.rs", "fix.rs", "tests.rs"].contains(&name.as_str()))
            .map(|name| name.trim_end_matches(".rs").replace('_', "-"))
            .collect();
        files.sort();
        assert_eq!(files, ids);
        let mut codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), RULES.len());
        for rule in RULES {
            assert_eq!(find(rule.code).unwrap().id, rule.id);
            assert!(catalogue::page(*rule).lines().count() >= 14, "{}", rule.id);
        }
    }
}
