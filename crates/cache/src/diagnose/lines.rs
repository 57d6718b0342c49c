//! The lines of a tool's output as the table of failures reads them.

use super::Failure;

/// The output of a program that failed.
pub(super) struct Lines<'o> {
    lines: Vec<Line<'o>>,
}

struct Line<'o> {
    text: &'o str,
    /// With the line behind it: several tools wrap what they print.
    wrapped: String,
    is_warning: bool,
    answer: Option<u16>,
}

impl<'o> Lines<'o> {
    pub(super) fn new(output: &'o [String]) -> Self {
        let line = |at: usize| {
            let text = output[at].as_str();
            let next = output.get(at + 1).map_or("", |next| next.trim_start());
            let before = at
                .checked_sub(1)
                .map_or("", |before| output[before].as_str());
            Line {
                text,
                wrapped: format!("{} {next}", text.trim_end()),
                is_warning: is_warning(text),
                answer: answer(before, text),
            }
        };
        Self {
            lines: (0..output.len()).map(line).collect(),
        }
    }

    /// The line that gives a failure away: one that is no warning, unless these count.
    pub(super) fn show(&self, failure: &Failure, with_warnings: bool) -> Option<&'o str> {
        let mut forms = failure.says.iter();
        let telling = || {
            self.lines
                .iter()
                .filter(|line| with_warnings || !line.is_warning)
        };
        let said = forms.find_map(|words| {
            let (first, others) = words.split_first()?;
            let line = telling().find(|line| line.has(first))?;
            let has = |word: &&str| self.lines.iter().any(|line| line.has(word));
            others.iter().all(has).then_some(line.text)
        });
        said.or_else(|| {
            // The first one: what follows may be source code of the tool.
            let (text, code) = telling().find_map(|line| Some((line.text, line.answer?)))?;
            failure.answers.contains(&code).then_some(text)
        })
    }
}

impl Line<'_> {
    fn has(&self, words: &str) -> bool {
        has(self.text, words) || (words.contains(' ') && has(&self.wrapped, words))
    }
}

/// Whether a line has these words. A code of capitals and digits stands alone: digests have the
/// same letters inside of them.
fn has(line: &str, words: &str) -> bool {
    let is_code = !words.contains(|c: char| c.is_lowercase() || c == ' ');
    let joins = |edge: Option<char>, next: Option<char>| {
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        is_code && is_letter(edge) && is_letter(next)
    };
    line.match_indices(words).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + words.len()..]);
        !joins(words.chars().next(), before.chars().next_back())
            && !joins(words.chars().next_back(), after.chars().next())
    })
}

/// How the tools begin a line that warns, in small letters.
const WARNINGS: &[&str] = &["npm warn", "warn", "[warn", "(node:"];

fn is_warning(line: &str) -> bool {
    let line = line.trim_start().to_ascii_lowercase();
    WARNINGS.iter().any(|begin| line.starts_with(begin))
}

/// The status of HTTP from 400 on that a line tells: a number of three digits on its own, where
/// the line or the one `before` it has an address or speaks of an answer.
fn answer(before: &str, line: &str) -> Option<u16> {
    let speaks = |line: &str| {
        ["http://", "https://", "HTTP", "tatus", "esponse", "_FETCH_"]
            .iter()
            .any(|word| line.contains(word))
    };
    if !speaks(line) && !speaks(before) {
        return None;
    }
    line.split([' ', '(', ')', '[', ']', ',', '_', '"'])
        .map(|word| word.trim_end_matches(['.', ':', ';']))
        .filter(|word| word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit()))
        .filter_map(|word| word.parse().ok())
        .find(|code| (400..600).contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_stands_alone_beside_an_address() {
        let told = [
            ("", "error: GET http://h/ms.tgz - 401", Some(401)),
            (
                "",
                " ERR_PNPM_FETCH_503  GET http://h/ms.tgz: Service Unavailable - 503",
                Some(503),
            ),
            ("", "  Response Code: 403 (Forbidden)", Some(403)),
            (
                "  The 'http://h/packages.json' URL required authentication (HTTP",
                "   401).",
                Some(401),
            ),
            (
                "",
                "HTTP status client error (404 Not Found) for url (http://h/a)",
                Some(404),
            ),
            ("", "GET http://h:404/a failed", None),
            (
                "request to http://h/ms failed",
                "    at ClientRequest (node:_http_client:503:11)",
                None,
            ),
            ("", "added 404 packages", None),
            ("", "https://h/a took 200", None),
        ];
        for (before, line, code) in told {
            assert_eq!(answer(before, line), code, "{line}");
        }
    }

    #[test]
    fn words_are_found_where_the_tool_wraps_its_lines() {
        let output = [
            "ERROR: no version of six (from".to_owned(),
            "versions: none)".to_owned(),
        ];
        assert!(Lines::new(&output).lines[0].has("from versions: none"));
    }
}
