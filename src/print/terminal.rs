//! Progress on a terminal: a spinner under the log while something takes long.
//!
//! Only for the command line; a build log never sees a carriage return.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::progress::{Event, Progress};

/// Shows what is going on below another printer's lines.
pub struct Terminal<P> {
    inner: P,
    spinner: ProgressBar,
}

impl<P: Progress> Terminal<P> {
    /// Hidden when standard error is no terminal.
    pub fn new(inner: P) -> Self {
        let spinner = if io::stderr().is_terminal() {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("  {spinner} {msg} {elapsed}") {
            spinner.set_style(style);
        }
        Self { inner, spinner }
    }
}

impl<P: Progress> Progress for Terminal<P> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            // Off a terminal there is nothing to draw, and so no thread that would tick.
            Event::Working { .. } if self.spinner.is_hidden() => {}
            Event::Working { what } => {
                self.spinner.reset_elapsed();
                self.spinner.set_message(what.to_owned());
                self.spinner.enable_steady_tick(Duration::from_millis(120));
                // Otherwise a short phase would show nothing.
                self.spinner.tick();
            }
            Event::Finished(_) => {
                self.spinner.finish_and_clear();
                self.inner.event(event);
            }
            other => self.spinner.suspend(|| self.inner.event(other)),
        }
    }
}

impl<P> Drop for Terminal<P> {
    fn drop(&mut self) {
        self.spinner.finish_and_clear();
        let _ = io::stderr().flush();
    }
}
