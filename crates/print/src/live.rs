//! Long work shows itself: a bar under the log on a terminal, and elsewhere a plain line,
//! only when nothing was printed for some seconds. A log never sees a carriage return.
//!
//! A thread looks at the [`work::board`] and draws on the `screen`; events of the flow
//! pass through here, so that neither writes into the other's lines.

mod screen;

use std::io::{self, IsTerminal};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use screen::{Form, Screen};

use super::line::Skin;
use slugsmith_cache as cache;
use slugsmith_config::LogLevel;
use slugsmith_facts::run as command;
use slugsmith_finding::work;
use slugsmith_report::event::{Event, Progress};

/// Columns of a terminal that doesn't say.
const USUAL: usize = 80;
/// How often a bar moves.
const FRAME: Duration = Duration::from_millis(120);
/// How often somebody looks whether a line is due.
const LOOK: Duration = Duration::from_millis(500);

/// Shows what is going on between another printer's lines.
pub struct Live<P> {
    inner: P,
    screen: Arc<Mutex<Screen>>,
    ticker: Option<Ticker>,
}

/// The thread that draws.
struct Ticker {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl<P> Live<P> {
    /// For a command: on standard error, which no report goes to.
    pub fn command(inner: P, level: LogLevel) -> Self {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let screen = if io::stderr().is_terminal() && !is_dumb {
            let width = || {
                let size = rustix::termios::tcgetwinsize(io::stderr());
                let columns = size.map_or(0, |size| usize::from(size.ws_col));
                if columns == 0 { USUAL } else { columns }
            };
            // No colours are in it, so NO_COLOR doesn't forbid it.
            Screen::new(io::stderr(), Form::bar(width))
        } else {
            Screen::new(anstream::stderr(), Form::lines(Skin::Bullets))
        };
        Self::new(inner, level, screen)
    }

    /// For a build log: among its lines.
    pub fn log(inner: P, skin: Skin, level: LogLevel) -> Self {
        let screen = Screen::new(anstream::stdout(), Form::lines(skin));
        Self::new(inner, level, screen)
    }

    fn new(inner: P, level: LogLevel, screen: Screen) -> Self {
        let pause = if screen.is_bar() { FRAME } else { LOOK };
        let is_wanted = screen.is_bar() || level > LogLevel::Quiet;
        let screen = Arc::new(Mutex::new(screen));
        let ticker = is_wanted.then(|| Ticker::start(Arc::clone(&screen), pause));
        Self {
            inner,
            screen,
            // Without a thread nothing is shown, and nothing else changes.
            ticker: ticker.flatten(),
        }
    }
}

impl Ticker {
    fn start(screen: Arc<Mutex<Screen>>, pause: Duration) -> Option<Self> {
        let (stop, stopped) = mpsc::channel();
        let draw = move || {
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                lock(&screen).tick(Instant::now(), work::board().look().as_ref());
            }
        };
        let thread = thread::Builder::new().name("progress".to_owned());
        let thread = thread.spawn(draw).ok()?;
        Some(Self { stop, thread })
    }
}

/// A screen is only wrong until the next drawing, whoever panicked.
fn lock(screen: &Mutex<Screen>) -> MutexGuard<'_, Screen> {
    screen.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<P: Progress> Progress for Live<P> {
    fn event(&mut self, event: Event<'_>) {
        let mut screen = lock(&self.screen);
        screen.make_room(Instant::now());
        match &event {
            Event::Working { what } => screen.begin(what, Instant::now()),
            Event::Cache(cache::event::Event::Command(command::Event::Started { command })) => {
                screen.begin_command(command, Instant::now());
            }
            Event::Cache(cache::event::Event::Command(command::Event::Ended { .. }))
            | Event::Strip(_)
            | Event::Budget(_)
            | Event::Audit(_)
            | Event::Finished(_) => screen.end(),
            _ => {}
        }
        self.inner.event(event);
        // Otherwise a short phase would show nothing.
        if self.ticker.is_some() && screen.is_bar() {
            screen.tick(Instant::now(), work::board().look().as_ref());
        }
    }
}

impl<P> Drop for Live<P> {
    fn drop(&mut self) {
        if let Some(Ticker { stop, thread }) = self.ticker.take() {
            drop(stop);
            // It can only have panicked, and then it draws no more.
            let _ = thread.join();
        }
        lock(&self.screen).make_room(Instant::now());
    }
}
