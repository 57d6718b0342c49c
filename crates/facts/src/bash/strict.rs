//! Does a script end where a command of it fails, or does it go on?

/// Whether the script ends where a command fails: by `set -e`, its first line, or a trap.
#[must_use]
pub fn ends_on_failure(text: &str) -> bool {
    text.lines().zip(0_usize..).any(|(line, number)| {
        let line = line.trim();
        let mut words = line
            .split([' ', '\t', ';', '&'])
            .filter(|word| !word.is_empty());
        match words.next().unwrap_or_default() {
            "set" => words.any(says),
            "trap" => line.contains("ERR"),
            _ if number == 0 && line.starts_with("#!") => words.any(says),
            _ => false,
        }
    })
}

/// `-e`, `-euo`, and the long name behind `-o`.
fn says(word: &str) -> bool {
    let short = word.starts_with('-') && !word.starts_with("--") && word.contains('e');
    short || word == "errexit"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_end_on_failure_is_known() {
        for text in [
            "#!/bin/bash -e\nmigrate\n",
            "#!/bin/sh\nset -euo pipefail\n",
            "set -o errexit; migrate\n",
            "trap 'exit 1' ERR\n",
        ] {
            assert!(ends_on_failure(text), "{text}");
        }
        assert!(!ends_on_failure("#!/usr/bin/env bash\nset -x\nmigrate\n"));
    }
}
