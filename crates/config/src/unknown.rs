//! Settings that nobody reads: misspelt variables and tables in the wrong place, for the log.

use toml_edit::Item;

use super::rules::UNKNOWN_CONFIG_KEY;
use super::section::project_file::ProjectFile;
use super::{FILE, Key, SECTIONS, VARIABLES};
use slugsmith_facts::environment::Environment;
use slugsmith_finding::{Finding, Location};

/// Prefix of all variables.
const PREFIX: &str = "SLUGSMITH";

/// Variables that belong to tests, scripts and CI of slugsmith itself.
const OF_TOOLS: &[&str] = &[
    "SLUGSMITH_BED_",
    "SLUGSMITH_BENCH_",
    "SLUGSMITH_FUZZ_",
    "SLUGSMITH_HARNESS",
    "SLUGSMITH_STACK_",
];

/// Edits up to which a name is taken for a misspelt one.
const NEAR: usize = 3;

/// Edits up to which a prefix is taken for ours: others have their own, such as `SLUG_`.
const SLIP: usize = 2;

/// The names' nearest neighbour, if one is near.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Case is the commonest slip of all, and no other name.
    let name = name.to_ascii_lowercase();
    known
        .map(|other| {
            let distance = strsim::damerau_levenshtein(&other.to_ascii_lowercase(), &name);
            (distance, other)
        })
        .filter(|(distance, _)| *distance <= NEAR)
        .min()
        .map(|(_, other)| other)
}

/// A finding for each variable `SLUGSMITH_…` that has no effect.
pub(super) fn variables(environment: &Environment) -> Vec<Finding> {
    let known = known();
    environment
        .variables
        .keys()
        .filter(|name| is_meant(name))
        .filter(|name| !known.iter().any(|other| other == *name))
        .filter(|name| !OF_TOOLS.iter().any(|prefix| name.starts_with(prefix)))
        .filter(|name| !name.starts_with(super::audit::RULE_VARIABLES))
        .map(|name| {
            let near = nearest(name, known.iter().map(String::as_str));
            let help = match (of_section(name), near) {
                (Some(names), _) => format!("That is a section; its variables are {names}."),
                (None, Some(other)) => format!("Did you mean `{other}`?"),
                (None, None) => "docs/configuration.md lists every variable.".to_owned(),
            };
            finding(
                None,
                format!("`{name}` is not a variable that slugsmith knows; it has no effect."),
                help,
            )
        })
        .collect()
}

/// Whether a variable is meant to be one of ours: by its prefix, or by one that is a slip away.
/// Integrations name the command by the bare word.
fn is_meant(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let (prefix, rest) = upper.split_once('_').unwrap_or((&upper, ""));
    let is_slip = !rest.is_empty() && strsim::damerau_levenshtein(prefix, PREFIX) <= SLIP;
    is_slip || upper.len() > PREFIX.len() && upper.starts_with(PREFIX)
}

/// Every variable that is read.
fn known() -> Vec<String> {
    let of_keys = SECTIONS
        .iter()
        // A variable can't say which of several caches it means.
        .filter(|(path, _)| *path != "com.slugsmith.cache")
        .flat_map(|(path, keys)| variables_of(path, keys));
    of_keys
        .chain(VARIABLES.iter().map(|name| (*name).to_owned()))
        .collect()
}

/// One for each key with a value; a table's name alone is read by nobody.
fn variables_of(path: &'static str, keys: &'static [Key]) -> impl Iterator<Item = String> {
    let values = keys.iter().filter(|key| !key.is_table);
    values.map(move |key| variable(path, key))
}

/// The variables of the section that is named by `SLUGSMITH_STRIP`, in words.
fn of_section(name: &str) -> Option<String> {
    let name = name.to_ascii_uppercase();
    let section = name.strip_prefix("SLUGSMITH_")?.to_ascii_lowercase();
    let mut sections = SECTIONS.iter();
    let (path, keys) =
        sections.find(|(path, _)| path.strip_prefix("com.slugsmith.") == Some(&section))?;
    let names: Vec<_> = variables_of(path, keys)
        .map(|name| format!("`{name}`"))
        .collect();
    Some(names.join(", "))
}

/// `SLUGSMITH_BUDGET_FAIL` for `fail` of `com.slugsmith.budget`.
fn variable(path: &str, key: &Key) -> String {
    let path = path.strip_prefix("com.").unwrap_or(path);
    format!("{path}.{}", key.name)
        .replace(['.', '-'], "_")
        .to_ascii_uppercase()
}

/// Tables at the root of project.toml that the buildpack specification reads itself
/// (github.com/buildpacks/spec/blob/main/extensions/project-descriptor.md).
const OF_OTHERS: &[&str] = &["_", "build", "com", "io", "metadata", "project"];

/// The table that a name beside or above ours was meant for, such as `budget` at the root.
fn meant(parent: &str, name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    if parent != "com." || name != "slugsmith" {
        let is_ours = nearest(name, std::iter::once("slugsmith")).is_some();
        if is_ours || lower.starts_with("slugsmith") {
            return Some("com.slugsmith".to_owned());
        }
    }
    if !matches!(parent, "" | "com.") || OF_OTHERS.contains(&name) {
        return None;
    }
    let is_section = |path: &&str| {
        let last = path.strip_prefix("com.slugsmith.");
        last.is_some_and(|last| strsim::damerau_levenshtein(last, &lower) <= 1)
    };
    let sections = SECTIONS.iter().map(|(path, _)| *path);
    sections.clone().find(is_section).map(str::to_owned)
}

/// A finding for each table that looks like ours and is not: `[slugsmith.budget]`,
/// `[com.slugsmit]`, `[tool.slugsmith]`, `[budget]`.
pub(super) fn tables(source: &ProjectFile<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut look = |parent: &str, item: Option<&Item>| {
        let table = item.and_then(Item::as_table_like);
        for (name, value) in table.into_iter().flat_map(toml_edit::TableLike::iter) {
            let Some(meant) = meant(parent, name).filter(|meant| {
                // A section is a table or a list of them; a value of that name is somebody's own.
                meant == "com.slugsmith" || value.is_table_like() || value.is_array_of_tables()
            }) else {
                continue;
            };
            findings.push(finding(
                Some(Location::line(FILE, source.line_of(item, name))),
                format!("[{parent}{name}] is not a table that slugsmith reads; it has no effect."),
                format!("Did you mean `[{meant}]`?"),
            ));
        }
    };
    let root = source.root();
    look("", Some(root));
    let parents = root
        .as_table_like()
        .into_iter()
        .flat_map(toml_edit::TableLike::iter);
    for (parent, item) in parents {
        look(&format!("{parent}."), Some(item));
    }
    findings
}

fn finding(location: Option<Location>, message: String, help: String) -> Finding {
    UNKNOWN_CONFIG_KEY.finding(location, message, help)
}

#[cfg(test)]
mod tests {
    use crate::parse;
    use crate::tests::environment;

    fn findings(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let environment = environment(variables);
        match parse(text, &environment) {
            Ok(config) => config
                .findings
                .iter()
                .map(|finding| format!("{} {}", finding.message, finding.help.join(" ")))
                .collect(),
            Err(problem) => problem.saw,
        }
    }

    #[test]
    fn a_misspelt_variable_is_named_with_its_neighbour() {
        let found = findings("", &[("SLUGSMITH_BUDGET_FIAL", "400 MB")]);
        assert!(
            found[0].ends_with("Did you mean `SLUGSMITH_BUDGET_FAIL`?"),
            "{found:?}"
        );
        let known = [
            ("SLUGSMITH_LOG", "quiet"),
            ("SLUGSMITH_CACHE", "no"),
            ("OTHER", "x"),
        ];
        assert!(findings("", &known).is_empty());
    }

    #[test]
    fn the_name_of_a_section_alone_is_no_variable() {
        for (name, one) in [
            ("SLUGSMITH_STRIP", "`SLUGSMITH_STRIP_LEVEL`"),
            ("SLUGSMITH_AUDIT", "`SLUGSMITH_AUDIT_FAIL_ON`"),
            ("SLUGSMITH_BUDGET", "`SLUGSMITH_BUDGET_FAIL`"),
            ("SLUGSMITH_LAUNCH", "`SLUGSMITH_LAUNCH_"),
            ("SLUGSMITH_BOOT", "`SLUGSMITH_BOOT_"),
            ("SLUGSMITH_STORE", "`SLUGSMITH_STORE_"),
            ("slugsmith_strip", "`SLUGSMITH_STRIP_LEVEL`"),
        ] {
            let found = findings("", &[(name, "off")]);
            let words = found.first().map(String::as_str).unwrap_or_default();
            assert!(
                words.contains("no effect") && words.contains(one),
                "{name}: {found:?}"
            );
        }
        // A table of a section is none either.
        assert_eq!(findings("", &[("SLUGSMITH_BUDGET_PART", "1 MB")]).len(), 1);
    }

    #[test]
    fn a_variable_in_another_case_is_the_same_word() {
        for name in ["SLUGSMITH_log", "slugsmith_log", "SLUGSMITHLOG"] {
            let found = findings("", &[(name, "quiet")]);
            assert!(
                found[0].ends_with("Did you mean `SLUGSMITH_LOG`?"),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_table_that_is_written_as_something_else_is_an_error() {
        for text in [
            "[com.slugsmith]\nstrip = \"off\"\n",
            "[com]\nslugsmith = 3\n",
            "[[com.slugsmith.budget]]\nfail = \"1 MB\"\n",
            "[com.slugsmith.budget]\npart = \"1 MB\"\n",
            "[com.slugsmith.audit]\nrules = [\"x\"]\n",
            "[com.slugsmith.cache]\npaths = [\"a/\"]\n",
            "[com.slugsmith]\ncache = [{ name = \"x\", paths = [\"y/\"] }]\n",
        ] {
            let found = findings(text, &[]);
            assert!(
                found[0].contains("not written as the table"),
                "{text}: {found:?}"
            );
        }
        let pages = findings("[com.slugsmith]\npages = \"docs\"\n", &[]);
        assert!(pages[0].contains("expected an address"), "{pages:?}");
    }

    #[test]
    fn a_table_in_the_wrong_place_is_named() {
        for text in [
            "[slugsmith.budget]\nfail = 1\n",
            "[com.slugsmit]\n",
            "[tool.slugsmith]\n",
            "[io.slugsmith]\n",
            "[com]\nslugsmith-budget = 1\n",
        ] {
            let found = findings(text, &[]);
            assert!(
                found[0].ends_with("Did you mean `[com.slugsmith]`?"),
                "{text}: {found:?}"
            );
        }
        assert!(findings("[com.salesforce]\n[com.slugsmith]\n", &[]).is_empty());
    }

    #[test]
    fn a_section_at_the_root_is_named_with_its_place() {
        for (text, meant) in [
            ("[budget]\nfail = \"1 GB\"\n", "com.slugsmith.budget"),
            ("[com.strip]\nlevel = \"off\"\n", "com.slugsmith.strip"),
            ("[[cache]]\nname = \"x\"\n", "com.slugsmith.cache"),
            ("[budgets]\nfail = \"1 GB\"\n", "com.slugsmith.budget"),
            ("[Audit.rules]\nx = \"off\"\n", "com.slugsmith.audit"),
        ] {
            let found = findings(text, &[]);
            let wanted = format!("Did you mean `[{meant}]`?");
            assert!(found[0].ends_with(&wanted), "{text}: {found:?}");
        }
        for of_others in [
            "[build]\ninclude = [\"a\"]\n",
            "[project]\nid = \"a\"\n",
            "[_]\nschema-version = \"0.2\"\n",
            "[[io.buildpacks.group]]\nid = \"a\"\n",
            "[tool.budget]\na = 1\n",
            "budget = 1\n",
        ] {
            assert!(findings(of_others, &[]).is_empty(), "{of_others}");
        }
    }

    #[test]
    fn a_misspelt_prefix_is_noticed() {
        for name in ["SLUGSMIHT_CACHE", "SLUGSMTH_CACHE", "slugsmit_cache"] {
            let found = findings("", &[(name, "off")]);
            assert!(
                found[0].ends_with("Did you mean `SLUGSMITH_CACHE`?"),
                "{name}: {found:?}"
            );
        }
        let of_others = [
            ("SLUG_CACHE", "1"),
            ("LOCKSMITH_CACHE", "1"),
            ("SLUGSMITH", "x"),
        ];
        assert!(findings("", &of_others).is_empty());
    }

    #[test]
    fn switches_take_the_usual_words_and_nothing_else() {
        for (word, off) in [
            ("no", true),
            ("OFF", true),
            ("false", true),
            ("yes", false),
            ("1", false),
        ] {
            let environment = environment(&[("SLUGSMITH_CACHE", word)]);
            assert_eq!(parse("", &environment).unwrap().cache.off, off, "{word}");
        }
        let found = findings("", &[("SLUGSMITH_CACHE", "never")]);
        assert!(found[0].contains("expected on or off"), "{found:?}");
    }

    #[test]
    fn a_cache_without_paths_and_a_rule_without_reason_are_errors() {
        let cache = findings("[[com.slugsmith.cache]]\nname = \"x\"\n", &[]);
        assert!(cache[0].contains("`paths`"), "{cache:?}");
        let rule = findings(
            "[com.slugsmith.audit.rules]\nlocal-sessions = \"off\"\n",
            &[],
        );
        assert!(rule[0].contains("without a `reason`"), "{rule:?}");
    }

    #[test]
    fn a_rules_level_may_be_text_or_a_variable() {
        let text = "[com.slugsmith.audit.rules]\nlocal-sessions = \"warn\"\n";
        assert!(findings(text, &[]).is_empty());
        let variable = [("SLUGSMITH_AUDIT_RULES_LOCAL_SESSIONS", "off")];
        assert!(findings("", &variable).is_empty());
        let wrong = findings("", &[("SLUGSMITH_AUDIT_RULES_LOCAL_SESSIONS", "loud")]);
        assert!(wrong[0].contains("expected one of off"), "{wrong:?}");
    }
}
