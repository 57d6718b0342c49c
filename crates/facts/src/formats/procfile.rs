//! The Procfile (Heroku Dev Center, "The Procfile").

use slugsmith_finding::LineSpan;

use super::numbered;

/// A process type of the Procfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    pub name: String,
    pub command: String,
    /// 1-based.
    pub line: LineSpan,
}

/// A line, and what the platform makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'t> {
    /// As written, without the line end.
    pub text: &'t str,
    /// 1-based.
    pub number: u32,
    pub process: Option<Process>,
}

impl Line<'_> {
    /// Whether nothing is said on it.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.text.trim().is_empty() || self.text.starts_with('#')
    }

    /// Whether it names a usual process type without the colon behind it.
    #[must_use]
    pub fn lacks_colon(&self) -> bool {
        lacks_colon(self.text)
    }
}

/// All lines of a Procfile.
#[must_use]
pub fn lines(text: &str) -> Vec<Line<'_>> {
    numbered(text)
        .map(|(number, _, text)| Line {
            text,
            number,
            process: process(number, text),
        })
        .collect()
}

/// The processes: `type: command` per line, types of letters, digits, `_` and `-`. Behind a usual type the colon may
/// be missing, as in Heroku's slug compiler (`/^([a-zA-Z0-9_]+):?\s+(.*)/`, `lib/slug_compiler.rb`). Other lines are
/// ignored, as the platform does.
#[must_use]
pub fn read(text: &str) -> Vec<Process> {
    lines(text)
        .into_iter()
        .filter_map(|line| line.process)
        .collect()
}

/// The process of one line.
#[must_use]
pub fn process(number: u32, line: &str) -> Option<Process> {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))?;
    let (name, rest) = line.split_at(end);
    let is_valid = !name.is_empty() && (rest.starts_with(':') || lacks_colon(line));
    let command = rest.strip_prefix(':').unwrap_or(rest).trim();
    (is_valid && !command.is_empty()).then(|| Process {
        name: name.to_owned(),
        command: command.to_owned(),
        line: LineSpan::on(number, line, command),
    })
}

fn lacks_colon(line: &str) -> bool {
    let usual = ["web", "worker", "release", "clock", "scheduler", "beat"];
    line.split_once([' ', '\t']).is_some_and(|(name, rest)| {
        usual.contains(&name) && !rest.trim().is_empty() && !rest.trim().starts_with(':')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_processes() {
        let processes = read("# comment\nweb: node server.js\r\nrelease : no\nworker:node w.js\n");
        assert_eq!(processes.len(), 2);
        let without_colon = read("web java -jar a.jar\n\tb: c\n");
        assert_eq!(without_colon[0].command, "java -jar a.jar");
        assert_eq!(without_colon.len(), 1);
        assert_eq!(processes[0].command, "node server.js");
        assert_eq!(
            (processes[1].name.as_str(), processes[1].line.number()),
            ("worker", 4)
        );
    }
}
