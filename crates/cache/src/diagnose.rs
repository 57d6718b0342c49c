//! What a failed install means, recognised in the whole output of its tool, for the error message.
//!
//! The table is data: which words a tool prints, what they mean, and what mends it. The words
//! are those of real runs; none is tied to the place of a line.

use slugsmith_facts::run::Ended;

mod table;

/// One way in which an install fails.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failure {
    /// Programs that print it; empty for any.
    pub tools: &'static [&'static str],
    /// Each group is one form: all its words are in the output.
    pub says: &'static [&'static [&'static str]],
    /// What it means, in one sentence.
    pub means: &'static str,
    /// What mends it.
    pub step: &'static str,
}

/// A recognised failure with the lines that show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    pub means: &'static str,
    pub step: &'static str,
    /// From the line that gives it away on.
    pub lines: Vec<String>,
}

/// Recognises why a program failed; the first row of the table that fits.
pub(crate) fn of(program: &str, ended: &Ended) -> Option<Diagnosis> {
    let program = program.rsplit('/').next().unwrap_or(program);
    let failure = table::FAILURES.iter().find(|failure| {
        let is_tool = failure.tools.is_empty() || failure.tools.contains(&program);
        is_tool && form(failure, ended).is_some()
    })?;
    let words = form(failure, ended)?;
    Some(Diagnosis {
        means: failure.means,
        step: failure.step,
        lines: ended.around(words.first().copied().unwrap_or_default()),
    })
}

/// The form of a failure that the output has.
fn form(failure: &Failure, ended: &Ended) -> Option<&'static [&'static str]> {
    let mut forms = failure.says.iter().copied();
    forms.find(|words| words.iter().all(|word| ended.says(word)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn ended(output: &str) -> Ended {
        Ended {
            success: false,
            status: "exit code 1".to_owned(),
            took: Duration::ZERO,
            output: output.lines().map(str::to_owned).collect(),
        }
    }

    #[test]
    fn each_failure_is_recognised_by_its_own_words() {
        for (at, failure) in table::FAILURES.iter().enumerate() {
            for words in failure.says {
                let text = words.join("\n");
                let tool = failure.tools.first().copied().unwrap_or("npm");
                let found = of(tool, &ended(&text)).unwrap();
                let first = table::FAILURES
                    .iter()
                    .position(|other| other.means == found.means);
                assert!(
                    first.is_some_and(|first| first <= at),
                    "{words:?}: {}",
                    found.means
                );
            }
        }
        assert!(table::FAILURES.len() >= 40, "{}", table::FAILURES.len());
    }

    /// What a failure's meaning has to say, by the name of the output.
    const MEANINGS: &[(&str, &str)] = &[
        ("embed", "An embedded path"),
        ("engine", "version of Node.js"),
        ("hash-mismatch", "differs from the digest"),
        ("needs-newer", "wants a newer"),
        ("newer-lockfile", "newer version of the tool"),
        ("no-lockfile", "lockfile"),
        ("no-matching-version", "A version that"),
        ("no-network", "network"),
        ("not-found", "not in this registry"),
        ("other-platform", "another operating system"),
        ("old-tool", "This uv is older"),
        ("other-php", "this PHP"),
        ("other-python", "another version of Python"),
        ("other-ruby", "another Ruby"),
        ("out-of-step", "out of step"),
        ("peer-conflict", "Peer dependencies"),
        ("sums-out-of-step", "go.sum is out of step"),
        ("unreadable-line", "can't be read"),
    ];

    /// Outputs of real runs, `TOOL-VERSION-NAME.txt`, with hosts and folders replaced.
    #[test]
    fn outputs_of_real_runs_are_recognised() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/diagnose/outputs");
        let mut wrong = Vec::new();
        let mut count = 0;
        for entry in fs_err::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let output = fs_err::read_to_string(entry.path()).unwrap();
            let (tool, rest) = name.trim_end_matches(".txt").split_once('-').unwrap();
            let (_, name) = rest.split_once('-').unwrap();
            let (_, says) = MEANINGS.iter().find(|(one, _)| *one == name).unwrap();
            let means = of(tool, &ended(&output)).map(|found| found.means);
            count += 1;
            if !means.is_some_and(|means| means.contains(says)) {
                wrong.push(format!("{tool} {rest}: {means:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(count >= 20, "{count}");
    }

    #[test]
    fn the_cause_is_found_before_any_number_of_lines() {
        let usage = "npm error   --an-option\n".repeat(150);
        let text = format!(
            "npm error code ETARGET\nnpm error notarget No matching version found for a@9.\n{usage}"
        );
        let found = of("npm", &ended(&text)).unwrap();
        assert!(found.lines[0].contains("ETARGET"), "{:?}", found.lines);
        assert!(found.lines.len() <= 40);
    }

    #[test]
    fn only_the_network_is_to_be_tried_again() {
        for failure in table::FAILURES {
            let again =
                failure.step.contains("build again") || failure.step.contains("Build again");
            let network = failure.means.contains("network") || failure.means.contains("registry");
            assert!(!again || network, "{}", failure.means);
        }
    }
}
