//! The build log: events become lines as they happen, in the skin of the world.
//!
//! A log that can't be written must not stop a build, so errors of the stream are only noted
//! here; the command line says at the end that its report is incomplete.

use std::io::Write;
use std::time::{Duration, Instant};

use super::excerpt::Detail;
use super::line::{Line, Shape, Skin};
use super::{
    audit, boot, budget, cache, companion, findings, problem, profile, safe, stack, strip, survey,
    verdict,
};
use slugsmith_cache::event::Event as Of;
use slugsmith_cache::{Outcome, Verdict};
use slugsmith_config::LogLevel;
use slugsmith_facts::hosting::Hosting;
use slugsmith_facts::run as command;
use slugsmith_finding::Finding;
use slugsmith_finding::units;
use slugsmith_report::Report;
use slugsmith_report::event::{Event, Progress};

/// What takes longer says so: in a log nothing spins.
const LONG: Duration = Duration::from_secs(1);

/// Prints events to a stream.
pub struct BuildLog<W> {
    out: W,
    skin: Skin,
    detail: Detail,
    /// The section whose header was printed last.
    section: &'static str,
    /// What is going on, and since when.
    working: Option<(String, Instant)>,
    /// Whether the last line of a command's output was empty.
    was_blank: bool,
    /// Commands that the cache at hand has run so far, and how long the last one took where that
    /// is not said yet.
    ran: usize,
    unsaid: Option<Duration>,
    /// Whose words the log uses.
    hosting: Hosting,
}

impl<W: Write> BuildLog<W> {
    /// A log that begins; `out` takes styles off where they don't belong.
    pub fn new(out: W, skin: Skin, level: LogLevel) -> Self {
        Self {
            out,
            skin,
            detail: level.into(),
            section: "",
            working: None,
            was_blank: false,
            ran: 0,
            unsaid: None,
            hosting: Hosting::default(),
        }
    }

    /// The same, with source lines below findings.
    #[must_use]
    pub fn with_excerpts(mut self) -> Self {
        self.detail = Detail::of_check(self.detail.level);
        self
    }

    /// Findings about the configuration itself, before anything else.
    pub fn config_findings(&mut self, found: &[Finding]) {
        if !found.is_empty() {
            self.section("Configuration");
            self.lines(&findings::lines(found, self.detail));
        }
    }

    fn section(&mut self, name: &'static str) {
        if self.section != name {
            self.section = name;
            self.lines(&[Line::section(name)]);
        }
    }

    /// Lines of ours, in the words of the platform.
    fn lines(&mut self, lines: &[Line]) {
        for line in lines {
            let text = match line.shape {
                // Words of the app.
                Shape::Source | Shape::Mark => line.text.clone(),
                _ => self.hosting.reword(&line.text),
            };
            super::note(self.skin.write(&mut self.out, &Line { text, ..*line }));
        }
        super::note(self.out.flush());
    }

    fn dependencies(&mut self, lines: &[Line]) {
        self.section("Dependencies");
        self.lines(lines);
    }

    fn started(&mut self, name: &str, version: &str) {
        super::note(match self.skin {
            Skin::Bullets => writeln!(self.out, "## {name} {version}\n"),
            Skin::Classic => writeln!(self.out, "-----> {name} {version}"),
        });
        super::note(self.out.flush());
    }

    /// A line of a command's output; many empty ones become one.
    fn output(&mut self, line: &str) {
        let is_blank = line.trim().is_empty();
        if self.detail.level > LogLevel::Quiet && !(is_blank && self.was_blank) {
            super::note(self.skin.write(&mut self.out, &Line::row(2, line)));
            super::note(self.out.flush());
        }
        self.was_blank = is_blank;
    }

    /// The end of what [`Event::Working`] began.
    fn done(&mut self, lines: Vec<Line>) {
        let mut lines = lines;
        if let Some((what, since)) = self.working.take()
            && since.elapsed() >= LONG
        {
            let took = units::time(since.elapsed());
            lines.push(Line::item(1, format!("{what} took {took}")));
        }
        self.lines(&lines);
    }

    /// How long the last command took, where that is worth a line.
    fn took(&mut self) {
        if let Some(took) = self.unsaid.take().filter(|took| *took >= LONG) {
            let text = format!("Took {}", units::time(took));
            self.dependencies(&[Line::item(2, text)]);
        }
    }

    /// The end of a cache; the only command of an install took what the whole did.
    fn cached(&mut self, outcome: &Outcome) {
        let lines = cache::outcome(outcome, self.detail.level);
        let verdict = &outcome.decision.verdict;
        let is_timed = matches!(verdict, Verdict::Miss { .. } | Verdict::Partial { .. });
        if is_timed && self.ran == 1 {
            self.unsaid = None;
        }
        self.took();
        self.ran = 0;
        self.dependencies(&lines);
    }

    fn command(&mut self, event: command::Event<'_>) {
        match event {
            command::Event::Started { command } => {
                self.took();
                self.ran += 1;
                self.dependencies(&[Line::item(2, format!("Running `{command}`"))]);
            }
            command::Event::Output { line } => self.output(line),
            command::Event::Ended { success, took, .. } => {
                self.unsaid = success.then_some(took);
                if !success {
                    let text = format!("Failed after {}", units::time(took));
                    self.lines(&[Line::alarm(2, text)]);
                }
            }
        }
    }

    fn finished(&mut self, report: &Report) {
        self.lines(&profile::lines(report));
        self.lines(&verdict::lines(report));
        let done = format!("Done in {}", units::time(report.took));
        self.lines(&[Line::section(done)]);
    }
}

impl<W: Write> BuildLog<W> {
    #[allow(clippy::needless_pass_by_value)] // an event is handed over, as everywhere
    fn cache(&mut self, event: Of<'_>) {
        let level = self.detail.level;
        match event {
            Of::Warning(warning) => self.lines(&problem::warning(warning)),
            Of::Decided(decision) => {
                self.took();
                self.ran = 0;
                self.dependencies(&cache::decision(decision, level));
            }
            Of::Command(event) => self.command(event),
            Of::Pruned {
                packages,
                bytes,
                took,
            } => {
                self.took();
                self.dependencies(&[Line::item(2, cache::pruned(packages, bytes, took))]);
            }
            Of::LayerStripped(stripped) => {
                self.dependencies(&[Line::item(2, cache::layer_stripped(stripped))]);
            }
            Of::LayerPrepared(prepared) => self.dependencies(&boot::prepared(prepared)),
            Of::Done(outcome) => self.cached(outcome),
            Of::Resumed { name, is_built } => {
                self.took();
                self.dependencies(&[cache::resumed(name, is_built)]);
            }
            Of::Explained(one) => {
                self.dependencies(&[Line::row(1, one.to_json().to_string())]);
            }
            Of::Collected(one) => self.dependencies(&[cache::collected(one)]),
            Of::Shared { name, lines } => self.lines(&cache::shared(name, lines)),
            Of::Brought(line) => self.dependencies(&[Line::item(1, line)]),
            Of::Note(line) => self.dependencies(&[Line::alarm(1, line)]),
            Of::Companion(report) => self.lines(&companion::lines(report)),
        }
    }
}

impl<W: Write> Progress for BuildLog<W> {
    fn event(&mut self, event: Event<'_>) {
        let level = self.detail.level;
        match event {
            Event::Started { name, version } => {
                self.started(name, version);
                // The copy that a laptop's build works on was made before.
                if let Some((what, since)) = self.working.take()
                    && since.elapsed() >= LONG
                {
                    let took = units::time(since.elapsed());
                    self.lines(&[Line::section(format!("{what} took {took}"))]);
                }
            }
            Event::ExecEnv(name) => self.lines(&exec_env(name)),
            Event::Hosting(hosting) => {
                self.lines(&platform(hosting));
                self.hosting = hosting.clone();
            }
            Event::Config(found) => self.config_findings(found),
            Event::Warning(warning) => self.lines(&problem::warning(warning)),
            Event::Working { what } => self.working = Some((what.to_owned(), Instant::now())),
            Event::Stack(report) => self.lines(&stack::lines(report, self.detail)),
            Event::Starts(report) => self.lines(&stack::starts(report, self.detail)),
            Event::Cache(event) => self.cache(event),
            Event::Surveyed(found) => {
                self.took();
                let lines = survey::lines(found);
                if !lines.is_empty() {
                    self.dependencies(&lines);
                }
            }
            Event::Strip(report) => self.done(strip::lines(report, level)),
            Event::Boot(report) => self.done(boot::lines(report, level)),
            Event::Budget(report) => self.done(budget::lines(report, level)),
            Event::Audit(report) => self.done(audit::lines(report, self.detail)),
            Event::Finished(report) => self.finished(report),
        }
    }
}

/// The platform, and how it is known.
fn platform(hosting: &Hosting) -> Vec<Line> {
    let known = hosting.evidence.as_deref().unwrap_or_default();
    let text = format!("{} ({})", hosting.platform.name(), safe::line(known));
    vec![Line::section("Platform"), Line::item(1, text)]
}

/// What is different for an image that is not for production.
fn exec_env(name: &str) -> Vec<Line> {
    let name = safe::line(name);
    vec![
        Line::section("Execution environment"),
        Line::item(
            1,
            format!("{name}: development dependencies stay, and nothing is stripped"),
        ),
    ]
}
