//! What does each line of a list mean, by the rules of the tool that it was written for?
//!
//! The rules are those of the tools' own sources: heroku-buildpack-cleanup (syginc),
//! heroku-buildpack-post-build-clean (opencounter), heroku-buildpack-slugremove
//! (pilotcreative), Paketo's source-removal, and the slug compiler that Heroku published.

use super::{Line, Refusal};
use slugsmith_facts::glob::{BASH, Dialect, GO, LITERAL, Pattern, RUBY, braces};

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// Words of a shell command line.
    ShellWords,
    /// A bash glob per line.
    GlobPerLine,
    /// A path per line.
    PathPerLine,
    /// Go globs between colons.
    Colons,
    /// Whatever stands between white space, on several lines or not.
    SlugIgnore,
}

impl Syntax {
    /// As the documentation says it.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::ShellWords => {
                "Words of a command line, as in `rm -rf LINE`: wildcards of bash, `{a,b}`, `#` begins a comment. \
                 Lines with quotes, options, variables or commands are refused."
            }
            Self::GlobPerLine => {
                "A path per line, spaces included, with `*`, `?` and `[…]` of bash; a `#` at the beginning makes \
                 a comment."
            }
            Self::PathPerLine => {
                "A path per line, without wildcards; a last line without its end counts, too."
            }
            Self::Colons => {
                "Globs of Go's `filepath.Match` between colons. Not in classic builds, where the app's folder \
                 holds runtimes that Paketo keeps in layers. What BP_INCLUDE_FILES leaves out goes, but never \
                 dependencies, Procfile and .profile.d; a folder that it names stays whole."
            }
            Self::SlugIgnore => "Words between white space; see below.",
        }
    }
}

/// The lines that say something, numbered as in the file.
pub(super) fn lines(text: &str, syntax: Syntax) -> Vec<Line> {
    let separator = if syntax == Syntax::Colons { ':' } else { '\n' };
    let numbered = (1..).zip(text.split(separator));
    numbered
        .filter_map(|(number, text)| {
            let text = text.trim();
            (!text.is_empty()).then(|| line(number, text, syntax))?
        })
        .collect()
}

fn line(number: u32, text: &str, syntax: Syntax) -> Option<Line> {
    let is_comment = text.starts_with('#');
    let meaning = match syntax {
        Syntax::ShellWords => shell_words(text),
        Syntax::GlobPerLine | Syntax::PathPerLine if is_comment => return None,
        Syntax::GlobPerLine => anchored(text, BASH).map(|one| vec![one]),
        Syntax::PathPerLine => anchored(text, LITERAL).map(|one| vec![one]),
        // Go joins the pattern to the app's folder, so that a leading slash is nothing.
        Syntax::Colons => Pattern::new(text, GO)
            .map(|one| vec![one])
            .ok_or(Refusal::Outside),
        Syntax::SlugIgnore => Ok(slug_ignore(text)),
    };
    let said_nothing = meaning.as_ref().is_ok_and(Vec::is_empty);
    (!said_nothing).then(|| Line {
        number,
        text: text.to_owned(),
        meaning,
    })
}

/// A pattern that for its tool was relative to the app.
fn anchored(text: &str, dialect: Dialect) -> Result<Pattern, Refusal> {
    if text.starts_with('/') {
        return Err(Refusal::Absolute);
    }
    Pattern::new(text, dialect).ok_or(Refusal::Outside)
}

/// The words of `rm -rf LINE`; nothing that a shell would do but expanding names.
fn shell_words(text: &str) -> Result<Vec<Pattern>, Refusal> {
    let mut patterns = Vec::new();
    for word in text.split_whitespace() {
        if word.starts_with('#') {
            break;
        }
        if word.contains(['$', '`', ';', '&', '|', '<', '>', '(', ')', '"', '\'', '\\'])
            || word.starts_with(['~', '-'])
        {
            return Err(Refusal::Shell);
        }
        for word in braces(word) {
            patterns.push(anchored(&word, BASH)?);
        }
    }
    Ok(patterns)
}

/// Words, each cut at its `#`: the words of a comment are patterns, too. A word with a
/// slash is anchored at the top; any other is looked for there and below folders that are
/// not hidden.
fn slug_ignore(text: &str) -> Vec<Pattern> {
    let words = text.split_whitespace();
    words
        .map(|word| word.split('#').next().unwrap_or_default())
        .filter(|word| !word.is_empty())
        .flat_map(|word| {
            let whole = if word.contains('/') {
                word.to_owned()
            } else {
                format!("**/{word}")
            };
            braces(&whole)
        })
        .filter_map(|word| Pattern::new(&word, RUBY))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For each line: what it was refused for, or which of the paths it names.
    fn named(text: &str, syntax: Syntax, paths: &[&str]) -> Vec<String> {
        lines(text, syntax)
            .iter()
            .map(|line| {
                if let Err(refusal) = &line.meaning {
                    return format!("{}: {refusal:?}", line.number);
                }
                let named: Vec<&str> = paths
                    .iter()
                    .copied()
                    .filter(|path| line.names(path))
                    .collect();
                format!("{}: {}", line.number, named.join(" "))
            })
            .collect()
    }

    #[test]
    fn slugcleanup_is_read_as_words_of_a_shell_that_only_expands_names() {
        let text =
            "gradle* node_modules # and more\n$(rm x)\n\n{a,b}.txt\n'my file'\n~/x\n/etc\n../x";
        let paths = ["gradlew", "node_modules/x/i.js", "a.txt", "b.txt", "and"];
        assert_eq!(
            named(text, Syntax::ShellWords, &paths),
            [
                "1: gradlew node_modules/x/i.js",
                "2: Shell",
                "4: a.txt b.txt",
                "5: Shell",
                "6: Shell",
                "7: Absolute",
                "8: Outside"
            ]
        );
    }

    #[test]
    fn slug_post_clean_takes_globs_comments_and_spaces() {
        let text = "# logs\n*.log\na file.txt\nlogfile[^0].txt\n/docs\nlast";
        let paths = ["x.log", "a file.txt", "logfile0.txt", "docs/a", "last/a"];
        assert_eq!(
            named(text, Syntax::GlobPerLine, &paths),
            [
                "2: x.log",
                "3: a file.txt",
                "4: ",
                "5: Absolute",
                "6: last/a"
            ]
        );
    }

    #[test]
    fn slugremove_takes_paths_as_they_are() {
        let paths = ["a*b", "axb", "some/nested/x"];
        assert_eq!(
            named("a*b\nsome/nested\n", Syntax::PathPerLine, &paths),
            ["1: a*b", "2: some/nested/x"]
        );
    }

    #[test]
    fn variables_hold_go_globs_between_colons() {
        let paths = ["src/a.go", "src/b/c.go", ".env"];
        assert_eq!(
            named("/src/*.go::.e*:../x", Syntax::Colons, &paths),
            ["1: src/a.go", "3: .env", "4: Outside"]
        );
    }

    #[test]
    fn slugignore_is_split_at_spaces_and_knows_no_negation() {
        let text = "*.psd\n/docs/\n!docs/keep.md\nmy file\n# old tests\na#b";
        let paths = [
            "x/y.psd",
            ".h/y.psd",
            "docs/keep.md",
            "x/file",
            "tests/t",
            "a",
        ];
        assert_eq!(
            named(text, Syntax::SlugIgnore, &paths),
            [
                "1: x/y.psd",
                "2: docs/keep.md",
                "3: ",
                "4: x/file",
                "5: tests/t",
                "6: a"
            ]
        );
    }
}
