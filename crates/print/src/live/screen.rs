//! What is drawn, when? Times come from the caller, and the stream is any.

use std::io::Write;
use std::time::{Duration, Instant};

use crate::line::{Line, Skin};
use crate::safe;
use slugsmith_finding::units;
use slugsmith_finding::work::{Seen, Unit};

/// So long nothing was printed before a log says what is going on; twice as long before
/// the second line, and so on.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most time between two such lines.
const LONGEST: Duration = Duration::from_mins(1);
/// A command speaks for itself; only a silent one is spoken for.
const PATIENCE_WITH_COMMANDS: Duration = Duration::from_secs(15);

/// Depth of a capability's facts in a log,
const SECTION: usize = 1;
/// and of a cache's, where packing and unpacking go on.
const CACHE: usize = 2;

/// Columns of a bar.
const BAR: u64 = 20;
/// A narrower terminal has no room for a bar.
const NARROW: usize = 72;

/// How work is shown.
pub(super) enum Form {
    /// One line that is drawn again and again, for terminals of that many columns.
    Bar {
        width: Box<dyn Fn() -> usize + Send>,
        frame: usize,
        is_drawn: bool,
    },
    /// Plain lines that stay.
    Lines {
        skin: Skin,
        /// How long to wait for the next.
        patience: Duration,
    },
}

impl Form {
    pub(super) fn bar(width: impl Fn() -> usize + Send + 'static) -> Self {
        Self::Bar {
            width: Box::new(width),
            frame: 0,
            is_drawn: false,
        }
    }

    pub(super) fn lines(skin: Skin) -> Self {
        Self::Lines {
            skin,
            patience: PATIENCE,
        }
    }
}

/// Where work is shown. A stream that can't be written to is nobody's concern.
pub(super) struct Screen {
    out: Box<dyn Write + Send>,
    form: Form,
    /// What the flow is at, and since when.
    phase: Option<(String, Instant)>,
    /// How deep its lines stand in a log: a capability's, or those of one cache.
    depth: usize,
    /// The name of the step that was seen last, and since when.
    step: Option<(String, Instant)>,
    /// When anybody printed something.
    printed: Option<Instant>,
}

impl Screen {
    pub(super) fn new(out: impl Write + Send + 'static, form: Form) -> Self {
        Self {
            out: Box::new(out),
            form,
            phase: None,
            depth: CACHE,
            step: None,
            printed: None,
        }
    }

    pub(super) fn is_bar(&self) -> bool {
        matches!(self.form, Form::Bar { .. })
    }

    /// A capability begins.
    pub(super) fn begin(&mut self, what: &str, now: Instant) {
        self.go_on(Some((what.to_owned(), now)), SECTION, PATIENCE);
    }

    /// A command of a package manager, or of the app, begins.
    pub(super) fn begin_command(&mut self, command: &str, now: Instant) {
        let what = format!("Running `{command}`");
        self.go_on(Some((what, now)), CACHE, PATIENCE_WITH_COMMANDS);
    }

    fn go_on(&mut self, phase: Option<(String, Instant)>, depth: usize, wait: Duration) {
        self.phase = phase;
        self.depth = depth;
        if let Form::Lines { patience, .. } = &mut self.form {
            *patience = wait;
        }
    }

    pub(super) fn end(&mut self) {
        self.go_on(None, CACHE, PATIENCE);
    }

    /// Takes the bar away: somebody else is about to print.
    pub(super) fn make_room(&mut self, now: Instant) {
        self.printed = Some(now);
        if let Form::Bar { is_drawn, .. } = &mut self.form
            && std::mem::take(is_drawn)
        {
            let _ = self.out.write_all(b"\r\x1b[K");
            let _ = self.out.flush();
        }
    }

    /// Shows what is going on at this moment.
    pub(super) fn tick(&mut self, now: Instant, seen: Option<&Seen>) {
        match seen {
            None => self.step = None,
            Some(seen)
                if self
                    .step
                    .as_ref()
                    .is_some_and(|(what, _)| *what == seen.what) => {}
            Some(seen) => self.step = Some((seen.what.clone().into_owned(), now)),
        }
        let Some((title, since)) = self.title() else {
            if self.is_bar() {
                self.make_room(now);
            }
            return;
        };
        let took = now.saturating_duration_since(since);
        match &mut self.form {
            Form::Bar {
                width,
                frame,
                is_drawn,
            } => {
                *frame += 1;
                let row = row(&title, seen, took, *frame, width());
                // At once, or the line would flicker.
                let _ = self.out.write_all(format!("\r\x1b[K{row}").as_bytes());
                let _ = self.out.flush();
                *is_drawn = true;
            }
            Form::Lines { skin, patience } => {
                let silent = self.printed.map_or(since, |printed| printed.max(since));
                if now.saturating_duration_since(silent) < *patience {
                    return;
                }
                *patience = (*patience * 2).min(LONGEST);
                self.printed = Some(now);
                let line = Line::item(self.depth, still(&title, seen, took));
                let mut row = Vec::new();
                let _ = skin.write(&mut row, &line);
                let _ = self.out.write_all(&row);
                let _ = self.out.flush();
            }
        }
    }

    /// `Stripping, looking for references`, and since when that goes on.
    fn title(&self) -> Option<(String, Instant)> {
        match (&self.phase, &self.step) {
            (Some((phase, since)), Some((step, _))) => Some((format!("{phase}, {step}"), *since)),
            (Some((phase, since)), None) => Some((phase.clone(), *since)),
            (None, Some((step, since))) => Some((first(step, char::to_ascii_uppercase), *since)),
            (None, None) => None,
        }
    }
}

/// The text with another first letter.
fn first(text: &str, change: fn(&char) -> char) -> String {
    let mut letters = text.chars();
    let first = letters.next().as_ref().map(change);
    first.into_iter().chain(letters).collect()
}

/// `12,000 of 35,000 files`, `40.1 MB`.
fn amount(seen: &Seen) -> String {
    match (seen.unit, seen.of) {
        (Unit::Files, None) => units::counted(seen.done, "file"),
        (Unit::Files, Some(of)) => {
            format!(
                "{} of {}",
                units::count(seen.done),
                units::counted(of, "file")
            )
        }
        (Unit::Bytes, None) => units::size(seen.done),
        (Unit::Bytes, Some(of)) => format!("{} of {}", units::size(seen.done), units::size(of)),
    }
}

/// The line for a log.
fn still(title: &str, seen: Option<&Seen>, took: Duration) -> String {
    let title = first(title, char::to_ascii_lowercase);
    let amount = seen.map_or_else(String::new, |seen| format!(": {}", amount(seen)));
    format!("Still {title}{amount}, {}", units::seconds(took))
}

/// The line for a terminal, never as wide as that: the cursor stands behind it.
fn row(title: &str, seen: Option<&Seen>, took: Duration, frame: usize, width: usize) -> String {
    let spinner = ["|", "/", "-", "\\"].get(frame % 4).unwrap_or(&"-");
    let mut end = String::new();
    if let Some(seen) = seen {
        if width >= NARROW {
            end.push_str(&bar(seen));
        }
        end.push(' ');
        end.push_str(&amount(seen));
    }
    end.push(' ');
    end.push_str(&units::seconds(took));
    let begin = format!("  {spinner} {}", safe::line(title));
    // Counts matter more than the whole of a name.
    let width = width.saturating_sub(1);
    let room = width.saturating_sub(columns(&end));
    cut(&(cut(&begin, room) + &end), width)
}

/// ` [=====>      ]`; nothing where the end is not known.
fn bar(seen: &Seen) -> String {
    let Some(of) = seen.of else {
        return String::new();
    };
    let filled = u128::from(seen.done.min(of)) * u128::from(BAR) / u128::from(of.max(1));
    let filled = usize::try_from(filled).unwrap_or(0);
    let rest = usize::try_from(BAR).unwrap_or(0) - filled;
    let tip = if rest > 0 { ">" } else { "" };
    format!(
        " [{}{tip}{}]",
        "=".repeat(filled),
        " ".repeat(rest.saturating_sub(1))
    )
}

/// Most columns that a text can take: letters beyond ASCII may be wide.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// As much of the text as has room.
fn cut(text: &str, room: usize) -> String {
    let mut left = room;
    let fits = |c: &char| {
        let columns = if c.is_ascii() { 1 } else { 2 };
        let fits = columns <= left;
        left = left.saturating_sub(columns);
        fits
    };
    text.chars().take_while(fits).collect()
}

#[cfg(test)]
mod tests;
