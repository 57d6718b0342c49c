//! Words of a command that no shell has expanded.

use super::Trouble;
use slugsmith_finding::Severity;

/// `$NAME` in the words of a process that no shell expands.
pub(in super::super) fn unexpanded(words: &[String]) -> Option<Trouble> {
    let program = words.first()?.rsplit('/').next().unwrap_or_default();
    let text = match program {
        // `bash -c TEXT`: the shell expands the text; what stands behind it is no text.
        "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" => words.iter().position(|word| {
            word.starts_with('-') && !word.starts_with("--") && word.contains('c')
        }),
        _ => None,
    };
    let behind = text.map(|at| at + 1);
    let word = words
        .iter()
        .enumerate()
        .find(|(at, word)| Some(*at) != behind && names_variable(word) && *at > 0);
    let (_, word) = word?;
    let message = format!(
        "`{word}` reaches {program} as this text: a process without a shell expands no variables."
    );
    Some(Trouble::new(Severity::Warn, message, in_words(words)))
}

/// The command of a process without a shell; with variables in it, one that a shell expands.
pub(in super::super) fn in_words(words: &[String]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    if words.iter().any(|word| names_variable(word)) {
        let one_word = |word: &String| {
            if word.contains(char::is_whitespace) {
                quoted(word)
            } else {
                word.clone()
            }
        };
        let line: Vec<String> = words.iter().map(one_word).collect();
        let line = format!("exec {}", line.join(" "));
        return format!("command = [\"bash\", \"-c\", {}]", quoted(&line));
    }
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("command = [{}]", words.join(", "))
}

/// Whether a word holds `$NAME` or `${NAME}`.
pub(in super::super) fn names_variable(word: &str) -> bool {
    word.match_indices('$').any(|(at, _)| {
        let rest = word.get(at + 1..).unwrap_or_default();
        let name = rest.strip_prefix('{').unwrap_or(rest);
        name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
    })
}
