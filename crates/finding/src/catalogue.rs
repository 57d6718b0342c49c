//! What do all catalogues of rules have in common? An id, a code, a level, a title, and
//! that people look them up by what they remember.

use std::fmt::Write as _;

use crate::Severity;

/// A rule of some catalogue.
pub trait Entry {
    /// Kebab-case, also the name of its page.
    fn id(&self) -> &'static str;
    /// The short code, such as `SF101`.
    fn code(&self) -> &'static str;
    /// What a finding of it weighs where nothing is configured.
    fn level(&self) -> Severity;
    /// One line: what is wrong when it fires.
    fn title(&self) -> &'static str;
    /// The four sections of its page.
    fn docs(&self) -> &Docs;
    /// What is said of it below its title, as a line of Markdown; empty where nothing is.
    fn about(&self) -> String {
        String::new()
    }
    /// What it is about, for those who group rules.
    fn subject(&self) -> &'static str;
}

/// The page of a rule, in Markdown.
#[must_use]
pub fn page(rule: &dyn Entry) -> String {
    let (id, code, level, title) = (rule.id(), rule.code(), rule.level().word(), rule.title());
    let mut page = format!("# {id}\n\n{code} · {level} by default · {title}\n");
    let about = rule.about();
    if !about.is_empty() {
        let _ = write!(page, "\n{about}\n");
    }
    page + &rule.docs().sections()
}

/// The page of a rule, in Markdown paragraphs.
#[derive(Debug)]
pub struct Docs {
    pub finds: &'static str,
    pub why: &'static str,
    /// With commands.
    pub fix: &'static str,
    pub silent: &'static str,
}

impl Docs {
    /// The four sections of a rule's page, in Markdown.
    #[must_use]
    pub fn sections(&self) -> String {
        let mut text = String::new();
        for (heading, section) in [
            ("What it finds", self.finds),
            ("Why it breaks here", self.why),
            ("How to fix", self.fix),
            ("When it stays silent", self.silent),
        ] {
            let _ = write!(text, "\n## {heading}\n\n{}\n", section.trim());
        }
        text
    }
}

/// The rule with this id or code.
#[must_use]
pub fn find<E: Entry>(all: &'static [&'static E], wanted: &str) -> Option<&'static E> {
    all.iter()
        .copied()
        .find(|rule| rule.id() == wanted || rule.code().eq_ignore_ascii_case(wanted))
}

/// The page that lists all rules, in Markdown.
#[must_use]
pub fn index(title: &str, all: &[&dyn Entry]) -> String {
    let mut page = format!(
        "# {title}\n\n| rule | code | level | what is wrong |\n| --- | --- | --- | --- |\n"
    );
    for rule in all {
        let (id, code, level) = (rule.id(), rule.code(), rule.level().word());
        // Writing to a String has no way to fail.
        let _ = writeln!(
            page,
            "| [{id}]({id}.md) | {code} | {level} | {} |",
            rule.title()
        );
    }
    page
}

/// The four answers of a rule that keeps them in fields of these names.
#[macro_export]
macro_rules! catalogue_entry {
    ($rule:ty, { $($more:tt)* }) => {
        impl $crate::catalogue::Entry for $rule {
            fn id(&self) -> &'static str {
                self.id
            }
            fn code(&self) -> &'static str {
                self.code
            }
            fn level(&self) -> $crate::Severity {
                self.level
            }
            fn title(&self) -> &'static str {
                self.title
            }
            fn docs(&self) -> &$crate::catalogue::Docs {
                &self.docs
            }
            $($more)*
        }
    };
}
pub use crate::catalogue_entry as entry;
