//! Starts the processes of an app as a dyno would, for `prove`.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::ask;
use super::copy::CopiedApp;
use slugsmith_facts::app::App;
use slugsmith_facts::environment::Environment;
use slugsmith_facts::interrupt::Running;
use slugsmith_facts::secrets;
use slugsmith_finding::error::{self, Result};

/// How long a process may take to answer: the platform's own limit (Heroku Dev Center, "Boot
/// timeout", R10), doubled for a machine that is busy.
const BOOT: Duration = Duration::from_mins(2);
/// How long a process that doesn't listen is watched.
const WATCHED: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(150);
/// Lines of output that a problem shows.
const TAIL: usize = 12;

/// One process type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    pub name: String,
    pub command: String,
    /// It has to answer on PORT.
    pub listens: bool,
}

/// The process types of the app; `npm start` where no Procfile says one. The release phase
/// changes databases, so that it is left out.
#[must_use]
pub fn processes(app: &App) -> Vec<Process> {
    let process = |name: &str, command: &str| Process {
        name: name.to_owned(),
        command: command.to_owned(),
        listens: name == "web",
    };
    let of_procfile = app
        .procfile
        .iter()
        .filter(|process| process.name != "release");
    let mut found: Vec<Process> = of_procfile
        .map(|known| process(&known.name, &known.command))
        .collect();
    let scripts = app.package_json.good().and_then(|json| json.get("scripts"));
    let starts = scripts.is_some_and(|scripts| scripts.get("start").is_some());
    if found.is_empty() && (starts || app.has("server.js")) {
        found.push(process("web", "npm start"));
    }
    found
}

/// A process that runs; dropping it ends all that it started.
pub(super) struct Started {
    child: std::cell::RefCell<Child>,
    group: Running,
    port: u16,
    output: tempfile::NamedTempFile,
}

impl Started {
    pub(super) fn new(
        place: &CopiedApp,
        process: &Process,
        environment: &Environment,
    ) -> Result<Self> {
        let app = place.app();
        let problem = |error: std::io::Error| error::io("starting a process in", app, &error);
        let port = free_port().map_err(problem)?;
        let output = tempfile::NamedTempFile::new().map_err(problem)?;
        let path = environment.get("PATH").unwrap_or_default();
        let folder = app.display();
        // Where the platform's buildpacks put programs of an app.
        let path = format!(
            "{folder}/node_modules/.bin:{folder}/.venv/bin:{folder}/.heroku/python/bin:{path}"
        );
        let child = Command::new("bash")
            .args(["-c", &process.command])
            .current_dir(app)
            // Whatever a verb took out of its environment is nothing for the app either.
            .env_clear()
            .envs(&environment.variables)
            .env("PATH", path)
            .env("PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(output.reopen().map_err(problem)?)
            .stderr(output.reopen().map_err(problem)?)
            // One signal reaches all that it starts.
            .process_group(0)
            .spawn()
            .map_err(problem)?;
        Ok(Self {
            group: Running::new(child.id()),
            child: std::cell::RefCell::new(child),
            port,
            output,
        })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Waits until it answers; else says how it is.
    pub(super) fn wait_for_answer(&self, path: &str) -> std::result::Result<(), String> {
        let begun = Instant::now();
        loop {
            if ask::get(self.port, path).is_some() {
                return Ok(());
            }
            if let Some(state) = self.ended() {
                return Err(state);
            }
            if begun.elapsed() > BOOT {
                return Err("does not answer on PORT".to_owned());
            }
            sleep(LOOK);
        }
    }

    pub(super) fn state_after_a_while(&self) -> String {
        let begun = Instant::now();
        while begun.elapsed() < WATCHED {
            if let Some(state) = self.ended() {
                return state;
            }
            sleep(LOOK);
        }
        "runs".to_owned()
    }

    fn ended(&self) -> Option<String> {
        let status = self.child.borrow_mut().try_wait().ok().flatten()?;
        Some(match status.code() {
            Some(code) => format!("ended (exit code {code})"),
            None => "was ended by a signal".to_owned(),
        })
    }

    /// The last lines of its output, secrets masked.
    pub(super) fn tail(&self) -> Vec<String> {
        let text = slugsmith_facts::beneath::text(self.output.path()).unwrap_or_default();
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        let from = lines.len().saturating_sub(TAIL);
        let last = lines.get(from..).unwrap_or_default().iter();
        last.map(|line| secrets::mask(line).into_owned()).collect()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.group.kill();
        // It was killed: there is nothing to learn from how it ended.
        let _ = self.child.borrow_mut().wait();
    }
}

/// A port that nobody listens on.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}
