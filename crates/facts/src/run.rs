//! How is a program run, with its output live and nothing secret in the log?
//!
//! Never through a shell: arguments reach the program as they are. Output lines go to
//! the caller as they come; the last ones are kept for the error message.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::interrupt::Running;
use crate::secrets;

/// What happens while a program runs. Secrets are already masked.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    Started {
        command: &'a str,
    },
    /// One line of output, without the line end.
    Output {
        line: &'a str,
    },
    Ended {
        command: &'a str,
        /// From its start to its end.
        took: Duration,
        success: bool,
    },
}

/// How many lines of output an error message carries.
const SHOWN_LINES: usize = 40;
/// How many from the line on that gives the cause away.
const SHOWN_CAUSE: usize = 12;
/// Lines of output that are kept, so that a cause is found wherever it is printed: tools print
/// it first and their usage, or the world, behind it.
const KEPT_FIRST: usize = 5_000;
/// The same of its end.
const KEPT_LAST: usize = 2_000;
/// How often somebody looks whether the program has ended.
const LOOK: Duration = Duration::from_millis(100);
/// A program that it left behind may keep its output open, for ever: that is not waited for.
const GRACE: Duration = Duration::from_millis(500);
/// The same, where that program goes on printing.
const LONGEST_GRACE: Duration = Duration::from_secs(2);
/// Characters of a line of output in an error.
const LONGEST_LINE: usize = 300;

/// How a program ended.
#[derive(Debug)]
pub struct Ended {
    pub success: bool,
    /// `exit code 1`, `signal 9`.
    pub status: String,
    /// From its start to its end.
    pub took: Duration,
    /// Lines of output, stdout and stderr as they came; of very long output the first and the
    /// last ones (`KEPT_FIRST`, `KEPT_LAST`).
    pub output: Vec<String>,
}

impl Ended {
    /// Whether a line holds these words.
    #[must_use]
    pub fn says(&self, words: &str) -> bool {
        self.output.iter().any(|line| line.contains(words))
    }

    /// The last lines for an error, long ones cut.
    pub fn details(&self) -> impl Iterator<Item = String> {
        let first = self.output.len().saturating_sub(SHOWN_LINES);
        self.output.iter().skip(first).map(|line| shortened(line))
    }

    /// The line with these words and what follows it, for an error; long ones cut. The last
    /// lines where none has them.
    #[must_use]
    pub fn around(&self, words: &str) -> Vec<String> {
        match self.output.iter().position(|line| line.contains(words)) {
            Some(at) => {
                let lines = self
                    .output
                    .iter()
                    .skip(at.saturating_sub(1))
                    .take(SHOWN_CAUSE);
                lines.map(|line| shortened(line)).collect()
            }
            None => self.details().collect(),
        }
    }
}

/// Beginning and end of a line that lists the world, as pip does with all versions.
fn shortened(line: &str) -> String {
    let length = line.chars().count();
    if length <= LONGEST_LINE {
        return line.to_owned();
    }
    let part = LONGEST_LINE / 2;
    let begin: String = line.chars().take(part).collect();
    let end: String = line.chars().skip(length - part).collect();
    format!("{begin} … {end}")
}

/// A command as one would type it: words that a shell would split are quoted, credentials
/// in URLs hidden.
#[must_use]
pub fn shown(program: &str, arguments: &[String]) -> String {
    let word = |word: &str| {
        let is_plain =
            !word.is_empty() && !word.contains([' ', '\t', '\n', '"', '\'', '\\', '&', ';', '|']);
        if is_plain {
            word.to_owned()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    };
    let words = std::iter::once(program).chain(arguments.iter().map(String::as_str));
    secrets::in_command(&words.map(word).collect::<Vec<_>>().join(" "))
}

/// Runs `program` in `folder` with exactly `variables`.
///
/// # Errors
/// When the program can't be started.
pub fn run(
    program: &str,
    arguments: &[String],
    folder: &Path,
    variables: impl IntoIterator<Item = (OsString, OsString)>,
    tell: &mut dyn FnMut(Event<'_>),
) -> std::io::Result<Ended> {
    let shown = shown(program, arguments);
    tell(Event::Started { command: &shown });
    let begun = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(variables)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A signal reaches all that it starts.
        .process_group(0)
        .spawn()?;
    let running = Running::new(child.id());
    let (sender, lines) = mpsc::channel();
    let pipes: [Option<Box<dyn std::io::Read + Send>>; 2] = [
        child.stdout.take().map(|pipe| Box::new(pipe) as _),
        child.stderr.take().map(|pipe| Box::new(pipe) as _),
    ];
    let readers: Vec<_> = pipes
        .into_iter()
        .flatten()
        .map(|pipe| {
            let sender = sender.clone();
            std::thread::Builder::new().spawn(move || send_lines(pipe, &sender))
        })
        .collect::<Result<_, _>>()
        // Nobody would read what it prints.
        .inspect_err(|_| running.kill())?;
    drop(sender);
    let (mut output, mut last) = (Vec::new(), VecDeque::new());
    let mut ended = None;
    loop {
        let line = match lines.recv_timeout(LOOK) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        if ended.is_none() && child.try_wait()?.is_some() {
            ended = Some(Instant::now());
        }
        let Some(line) = line else {
            if ended.is_some_and(|ended| ended.elapsed() >= GRACE) {
                break;
            }
            continue;
        };
        if ended.is_some_and(|ended| ended.elapsed() >= LONGEST_GRACE) {
            break;
        }
        // npm's first line is an empty one, which says nothing in a log.
        if output.is_empty() && line.trim().is_empty() {
            continue;
        }
        tell(Event::Output { line: &line });
        if output.len() < KEPT_FIRST {
            output.push(line);
            continue;
        }
        if last.len() == KEPT_LAST {
            last.pop_front();
        }
        last.push_back(line);
    }
    for reader in readers.into_iter().filter(JoinHandle::is_finished) {
        // A reader has no way to panic; if it did, its lines are simply missing.
        let _ = reader.join();
    }
    let status = child.wait()?;
    drop(running);
    let took = begun.elapsed();
    tell(Event::Ended {
        command: &shown,
        took,
        success: status.success(),
    });
    Ok(Ended {
        success: status.success(),
        status: describe(status),
        took,
        output: output.into_iter().chain(last).collect(),
    })
}

fn send_lines(pipe: impl std::io::Read, sender: &mpsc::Sender<String>) {
    use std::io::BufRead;
    let mut pipe = std::io::BufReader::new(pipe);
    let mut line = Vec::new();
    while matches!(pipe.read_until(b'\n', &mut line), Ok(read) if read > 0) {
        let text = secrets::mask(&clean(&String::from_utf8_lossy(&line))).into_owned();
        line.clear();
        if sender.send(text).is_err() {
            return;
        }
    }
}

/// The last state of a line that a progress bar rewrote, without control sequences.
fn clean(line: &str) -> String {
    let line = line.trim_end_matches(['\n', '\r']);
    let line = line.rsplit('\r').next().unwrap_or(line);
    let mut out = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            // CSI sequences end with a letter (ECMA-48, 5.4).
            if characters.next() == Some('[') {
                characters.by_ref().find(char::is_ascii_alphabetic);
            }
        } else if character == '\t' || !character.is_control() {
            out.push(character);
        }
    }
    out
}

/// Splits a command as a shell would, without anything else that a shell does.
#[must_use]
pub fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = command.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(characters.next()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn describe(status: std::process::ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "an unknown status".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> (Ended, Vec<String>) {
        let mut lines = Vec::new();
        let arguments = ["-c".to_owned(), script.to_owned()];
        let mut tell = |event: Event<'_>| {
            if let Event::Output { line } = event {
                lines.push(line.to_owned());
            }
        };
        let ended = run("/bin/sh", &arguments, Path::new("/"), [], &mut tell).unwrap();
        (ended, lines)
    }

    #[test]
    fn output_is_live_and_the_tail_is_kept() {
        let (ended, lines) = sh("echo one; echo two >&2; exit 3");
        assert!(!ended.success);
        assert_eq!(ended.status, "exit code 3");
        let mut sorted = lines.clone();
        sorted.sort();
        assert_eq!(sorted, ["one", "two"]);
        assert_eq!(ended.output, lines);
    }

    #[test]
    fn a_program_that_is_left_behind_is_not_waited_for() {
        let begun = Instant::now();
        let (ended, lines) = sh("echo one; sleep 60 & echo two");
        assert!(ended.success);
        assert_eq!(lines, ["one", "two"]);
        assert!(begun.elapsed() < Duration::from_secs(50));
        let (ended, _) = sh("(while :; do echo again; sleep 0.01; done) & exit 3");
        assert!(!ended.success && begun.elapsed() < Duration::from_secs(50));
    }

    #[test]
    fn empty_lines_before_the_first_word_say_nothing() {
        let (_, lines) = sh(r"printf '\n \nadded\n\n3 packages\n'");
        assert_eq!(lines, ["added", "", "3 packages"]);
    }

    #[test]
    fn bars_and_colours_are_cleaned() {
        let (_, lines) = sh(r"printf '10%%\r50%%\r\033[32mdone\033[0m\n'");
        assert_eq!(lines, ["done"]);
    }

    #[test]
    fn commands_are_split_like_a_shell_does() {
        assert_eq!(words("python fetch.py"), ["python", "fetch.py"]);
        assert_eq!(
            words(r#"sh -c 'a "b" c' "d e" f\ g """#),
            ["sh", "-c", r#"a "b" c"#, "d e", "f g", ""]
        );
    }

    #[test]
    fn credentials_in_a_command_are_masked() {
        let mut started = String::new();
        let arguments = ["https://u:p@h/x".to_owned()];
        let mut tell = |event: Event<'_>| {
            if let Event::Started { command } = event {
                command.clone_into(&mut started);
            }
        };
        run("/bin/true", &arguments, Path::new("/"), [], &mut tell).unwrap();
        assert_eq!(started, "/bin/true https://***@h/x");
    }
}
