//! Which commands of a shell script run on a dyno?
//!
//! One command per line, as far as a script of an app needs it. What stands in a branch for
//! development (`if [ "$APP_ENV" = development ]`, the `else` of one for production) never
//! runs there.

use super::Command;

/// The commands of a shell script, one per line, without those of development branches.
#[must_use]
pub fn shell_lines(path: &str, text: &str) -> Vec<Command> {
    let mut branches = Branches::default();
    text.lines()
        .zip(1..)
        .map(|(line, number)| (line.trim(), number))
        .filter(|(line, _)| !line.is_empty() && !line.starts_with('#'))
        .filter(|(line, _)| branches.runs(line))
        .map(|(line, number)| Command {
            text: line
                .trim_start_matches("exec ")
                .trim_end_matches('\\')
                .to_owned(),
            path: path.to_owned(),
            line: number,
        })
        .collect()
}

/// For whom a branch is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    Development,
    Production,
    Anyone,
}

/// The `if`s around a line, outermost first: for whom the current branch of each is.
#[derive(Default)]
struct Branches(Vec<For>);

impl Branches {
    /// Takes one line, and says whether it runs on a dyno.
    fn runs(&mut self, line: &str) -> bool {
        let word = line.split([' ', ';']).next().unwrap_or(line);
        match word {
            // An `if` that ends on its own line opens nothing.
            "if" if !line.ends_with(" fi") => self.0.push(audience(line)),
            "elif" => {
                self.0.pop();
                self.0.push(audience(line));
            }
            "else" => {
                let other = match self.0.pop() {
                    Some(For::Development) => For::Production,
                    Some(For::Production) => For::Development,
                    _ => For::Anyone,
                };
                self.0.push(other);
            }
            "fi" => drop(self.0.pop()),
            _ => {}
        }
        !self.0.contains(&For::Development)
    }
}

/// For whom a condition holds.
fn audience(condition: &str) -> For {
    let lower = condition.to_ascii_lowercase();
    let words: Vec<_> = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let has = |names: &[&str]| words.iter().any(|word| names.contains(word));
    let development = lower.contains("development") || has(&["dev", "debug", "local"]);
    let production = has(&["production", "prod", "dyno", "heroku"]);
    let negated = lower.contains("!=") || lower.contains(" ! ") || lower.contains(" -z ");
    match (development, production) {
        (true, false) if negated => For::Production,
        (true, false) => For::Development,
        (false, true) if negated => For::Development,
        (false, true) => For::Production,
        _ => For::Anyone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(script: &str) -> Vec<String> {
        let lines = shell_lines("run.sh", script);
        lines.into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn development_branches_do_not_run() {
        let script = "\
if [ \"$CONFIG\" = \"config.DevelopmentConfig\" ]; then
  flask run
else
  gunicorn app
fi
if [ -n \"$DYNO\" ]; then
  a
else
  b
fi
if [ -z \"$DYNO\" ]; then c; fi
if [ \"$X\" = 1 ]
then
  d
else
  e
fi
f
";
        let found = texts(script);
        for runs in ["gunicorn app", "a", "d", "e", "f"] {
            assert!(found.iter().any(|text| text == runs), "{runs}: {found:?}");
        }
        for silent in ["flask run", "b"] {
            assert!(!found.iter().any(|text| text == silent), "{silent}");
        }
    }
}
