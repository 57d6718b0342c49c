//! The shape of a rule of the audit and of what it concludes; [`super::rules`] lists the rules.

use super::{Facts, Status};
use slugsmith_finding::catalogue;
pub use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{LineSpan, Location, Severity};

/// One rule: metadata, documentation and a pure function.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case; the file under `rules/<group>/` has the same name with `_`.
    pub id: &'static str,
    /// The short code, such as `SF101`.
    pub code: &'static str,
    /// One line: what is wrong when it fires.
    pub title: &'static str,
    pub level: Severity,
    /// What the rule is about.
    pub group: Group,
    /// Languages and package managers it understands.
    pub ecosystems: &'static [&'static str],
    pub target: Target,
    /// Version of slugsmith that brought it.
    pub since: &'static str,
    /// Rules with the same cause: where one of them fires, this one is silent.
    pub silenced_by: &'static [&'static str],
    pub docs: Docs,
    pub check: fn(&Facts<'_>) -> Outcome,
}

catalogue::entry!(Rule, {
    fn about(&self) -> String {
        let (group, ecosystems) = (self.group.word(), self.ecosystems.join(", "));
        let (target, since) = (self.target.word(), self.since);
        format!("{group} · {ecosystems} · {target} · since {since}")
    }
    fn subject(&self) -> &'static str {
        self.group.word()
    }
});

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    Buildpacks,
    Storage,
    Sessions,
    Slug,
    Dependencies,
    Config,
    Release,
    Jobs,
    Scaling,
    Network,
    Observability,
    /// The audit itself.
    Audit,
}

impl Group {
    /// As headings print it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Buildpacks => "buildpacks",
            Self::Storage => "storage",
            Self::Sessions => "sessions and caches",
            Self::Slug => "slug",
            Self::Dependencies => "dependencies",
            Self::Config => "config",
            Self::Release => "release",
            Self::Jobs => "processes and jobs",
            Self::Scaling => "scaling",
            Self::Network => "network",
            Self::Observability => "observability",
            Self::Audit => "the audit itself",
        }
    }
}

/// In which world a rule holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Classic,
    CloudNative,
    Both,
}

impl Target {
    /// As pages print it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Classic => "classic (Cedar)",
            Self::CloudNative => "Cloud Native (Fir)",
            Self::Both => "classic and Cloud Native",
        }
    }
}

/// What a rule concluded.
#[derive(Debug)]
pub struct Outcome {
    pub status: Status,
    pub evidence: Vec<Evidence>,
}

/// One place that breaks the rule.
#[derive(Debug, Clone)]
pub struct Evidence {
    pub location: Option<Location>,
    pub message: String,
    /// The variable, package or setting it is about: two places of one thing are known by it.
    pub about: Option<String>,
    pub help: Vec<String>,
    /// Where this case weighs other than the rule's default.
    pub level: Option<Severity>,
    /// Breaks only if a variable that can't be seen is unset: a warning at most.
    pub conditional: bool,
    /// True of Heroku, where another platform with its buildpacks does otherwise.
    pub only_on_heroku: bool,
}

impl Evidence {
    /// Evidence at a place.
    #[must_use]
    pub fn at(location: Location, message: impl Into<String>) -> Self {
        Self {
            location: Some(location),
            message: message.into(),
            about: None,
            help: Vec::new(),
            level: None,
            conditional: false,
            only_on_heroku: false,
        }
    }

    /// Evidence at a line of a file; line 0 means the file.
    #[must_use]
    pub fn line(path: &str, line: impl Into<LineSpan>, message: impl Into<String>) -> Self {
        let line = line.into();
        let location = if line == 0 {
            Location::file(path)
        } else {
            Location::line(path, line)
        };
        Self::at(location, message)
    }

    /// Names the variable, package or setting that it is about.
    #[must_use]
    pub fn about(mut self, name: impl Into<String>) -> Self {
        self.about = Some(name.into());
        self
    }

    /// Whether it is about the variable, package or setting of this name.
    #[must_use]
    pub fn is_about(&self, name: &str) -> bool {
        self.about.as_deref() == Some(name)
    }

    /// Names further places of the same cause, the first ones of many.
    #[must_use]
    pub fn also(mut self, places: &[String]) -> Self {
        const MOST: usize = 3;
        let more = match places.len().saturating_sub(MOST) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let told = places.iter().take(MOST).map(String::as_str);
        if !places.is_empty() {
            self.message = format!(
                "{} Also {}{more}.",
                self.message,
                told.collect::<Vec<_>>().join(", ")
            );
        }
        self
    }

    /// Adds one step of the fix.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// The same, with a level other than its rule's.
    #[must_use]
    pub fn level(mut self, level: Severity) -> Self {
        self.level = Some(level);
        self
    }

    /// The same, where no other platform does so.
    #[must_use]
    pub fn only_on_heroku(mut self) -> Self {
        self.only_on_heroku = true;
        self
    }

    /// The same, where it holds under a condition only.
    #[must_use]
    pub fn conditional(mut self, conditional: bool) -> Self {
        self.conditional = conditional;
        self
    }
}

impl Outcome {
    /// The rule has nothing to look at.
    #[must_use]
    pub fn not_applicable() -> Self {
        Self {
            status: Status::NotApplicable,
            evidence: Vec::new(),
        }
    }

    /// The rule looked and found this; nothing is a pass.
    #[must_use]
    pub fn of(evidence: Vec<Evidence>) -> Self {
        let status = if evidence.is_empty() {
            Status::Pass
        } else if evidence.iter().all(|evidence| evidence.conditional) {
            Status::Conditional
        } else {
            Status::Fail
        };
        Self { status, evidence }
    }

    /// As [`Outcome::of`], but not applicable where the rule had nothing to look at.
    #[must_use]
    pub fn when(applies: bool, evidence: Vec<Evidence>) -> Self {
        if applies || !evidence.is_empty() {
            Self::of(evidence)
        } else {
            Self::not_applicable()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Evidence;

    #[test]
    fn further_places_are_few() {
        let places = |count: usize| {
            (0..count)
                .map(|at| format!("a{at}.js:1"))
                .collect::<Vec<_>>()
        };
        let message = |count: usize| {
            Evidence::line("a.js", 1, "Broken.")
                .also(&places(count))
                .message
        };
        assert_eq!(message(0), "Broken.");
        assert_eq!(message(2), "Broken. Also a0.js:1, a1.js:1.");
        assert_eq!(
            message(5),
            "Broken. Also a0.js:1, a1.js:1, a2.js:1 and 2 more."
        );
    }
}
