//! What is wrong with a configuration that cannot be used.

use super::parse;
use slugsmith_facts::environment::Environment;
use slugsmith_finding::error::{Kind, Problem};

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
