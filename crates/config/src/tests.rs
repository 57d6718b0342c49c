use super::*;
use slugsmith_facts::environment::{World, this_machine};

pub(crate) fn environment(variables: &[(&str, &str)]) -> Environment {
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
    let named = |name: &str| format!("[[com.slugsmith.cache]]\nname = {name:?}\npaths = [\"a\"]\n");
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
