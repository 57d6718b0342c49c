//! The build log: events become lines as they happen, in the skin of the world.
//!
//! A log that can't be written (a closed pipe) must not fail a build, so errors of the
//! stream are dropped here.

use std::io::Write;

use super::line::{Line, Skin};
use super::{audit, budget, cache, companion, findings, json, problem, stack, strip};
use crate::config::LogLevel;
use crate::finding::Finding;
use crate::progress::{Event, Progress};
use crate::report::Report;
use crate::units;

/// Prints events to a stream.
pub struct BuildLog<W> {
    out: W,
    skin: Skin,
    level: LogLevel,
    /// The section whose header was printed last.
    section: &'static str,
}

impl<W: Write> BuildLog<W> {
    pub fn new(out: W, skin: Skin, level: LogLevel) -> Self {
        Self {
            out,
            skin,
            level,
            section: "",
        }
    }

    /// Findings about the configuration itself, before anything else.
    pub fn config_findings(&mut self, found: &[Finding]) {
        if !found.is_empty() {
            self.section("Configuration");
            self.lines(&findings::lines(found));
        }
    }

    fn section(&mut self, name: &'static str) {
        if self.section != name {
            self.section = name;
            self.lines(&[Line::section(name)]);
        }
    }

    fn lines(&mut self, lines: &[Line]) {
        for line in lines {
            let _ = self.skin.write(&mut self.out, line);
        }
        let _ = self.out.flush();
    }

    fn dependencies(&mut self, lines: &[Line]) {
        self.section("Dependencies");
        self.lines(lines);
    }

    fn started(&mut self, name: &str, version: &str) {
        let _ = match self.skin {
            Skin::Bullets => writeln!(self.out, "## {name} {version}\n"),
            Skin::Classic => writeln!(self.out, "-----> {name} {version}"),
        };
        let _ = self.out.flush();
    }

    fn finished(&mut self, report: &Report) {
        let done = format!("Done in {}", units::time(report.took));
        self.lines(&[Line::section(done)]);
    }
}

impl<W: Write> Progress for BuildLog<W> {
    fn event(&mut self, event: Event<'_>) {
        let level = self.level;
        match event {
            Event::Started { name, version } => self.started(name, version),
            Event::Config(found) => self.config_findings(found),
            Event::Warning(warning) => self.lines(&problem::warning(warning)),
            Event::Working { .. } => {}
            Event::Stack(report) => self.lines(&stack::lines(report, level)),
            Event::CacheDecided(decision) => self.dependencies(&cache::decision(decision, level)),
            Event::CommandStarted { command } => {
                self.dependencies(&[Line::item(2, format!("Running `{command}`"))]);
            }
            Event::CommandOutput { line } => {
                if level > LogLevel::Quiet {
                    self.lines(&[Line::row(2, line)]);
                }
            }
            Event::CommandEnded { success, took, .. } => {
                if !success {
                    self.lines(&[Line::alarm(
                        2,
                        format!("Failed after {}", units::time(took)),
                    )]);
                }
            }
            Event::Pruned {
                packages,
                bytes,
                took,
            } => self.dependencies(&[Line::item(2, cache::pruned(packages, bytes, took))]),
            Event::CacheDone(outcome) => self.dependencies(&cache::outcome(outcome, level)),
            Event::CacheExplained(one) => {
                self.dependencies(&[Line::row(1, json::cache::explained(one).to_string())]);
            }
            Event::CacheCollected(one) => self.dependencies(&[cache::collected(one)]),
            Event::Companion(report) => self.lines(&companion::lines(report)),
            Event::Strip(report) => self.lines(&strip::lines(report, level)),
            Event::Budget(report) => self.lines(&budget::lines(report, level)),
            Event::Audit(report) => self.lines(&audit::lines(report, level)),
            Event::Finished(report) => self.finished(report),
        }
    }
}
