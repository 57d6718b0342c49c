//! What a failed install means, recognised in the whole output of its tool, for the error message.
//!
//! The table is data: which words a tool prints, what they mean, and what mends it. The words
//! are those of real runs; none is tied to the place of a line.

use slugsmith_facts::run::Ended;

use lines::Lines;

mod lines;
mod table;

/// What failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ran {
    /// A package manager or compiler, which asks registries.
    Install,
    /// A script of the app, which may ask any server.
    Script,
}

/// One way in which an install fails.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failure {
    /// Programs that print it; empty for any.
    pub tools: &'static [&'static str],
    /// Each group is one form: all its words are in the output.
    pub says: &'static [&'static [&'static str]],
    /// Statuses of HTTP that show it, printed beside an address or as an answer.
    pub answers: &'static [u16],
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

/// Recognises why a program failed; the first row of the table that fits. What a tool calls a
/// warning is no cause while its other lines tell one: runs that succeed print it too.
pub(crate) fn of(program: &str, ran: Ran, ended: &Ended) -> Option<Diagnosis> {
    let program = program.rsplit('/').next().unwrap_or(program);
    let lines = Lines::new(&ended.output);
    let found = |with_warnings: bool| {
        table::rows(ran)
            .filter(|row| row.tools.is_empty() || row.tools.contains(&program))
            .find_map(|row| Some((row, lines.show(row, with_warnings)?)))
    };
    let (row, shown) = found(false).or_else(|| found(true))?;
    Some(Diagnosis {
        means: row.means,
        step: row.step,
        lines: ended.around(shown),
    })
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

    fn every() -> Vec<&'static Failure> {
        table::rows(Ran::Install).collect()
    }

    #[test]
    fn each_failure_is_recognised_by_its_own_words() {
        for (at, failure) in every().iter().enumerate() {
            for words in failure.says {
                let text = words.join("\n");
                let tool = failure.tools.first().copied().unwrap_or("npm");
                let found = of(tool, Ran::Install, &ended(&text)).unwrap();
                let first = every().iter().position(|other| other.means == found.means);
                assert!(
                    first.is_some_and(|first| first <= at),
                    "{words:?}: {}",
                    found.means
                );
            }
        }
        assert!(every().len() >= 40, "{}", every().len());
    }

    /// What a failure's meaning has to say, by the name of the output.
    const MEANINGS: &[(&str, &str)] = &[
        ("asks-who", "asks who is there"),
        ("damaged", "is damaged"),
        ("embed", "An embedded path"),
        ("engine", "version of Node.js"),
        ("fault", "had a fault"),
        ("hash-mismatch", "differs from the digest"),
        ("needs-newer", "wants a newer"),
        ("newer-lockfile", "newer version of the tool"),
        ("no-file", "has no file"),
        ("no-library", "not in the repositories"),
        ("no-lockfile", "lockfile"),
        ("no-matching-version", "A version that"),
        ("no-network", "network"),
        ("no-versions", "shows no version at all"),
        ("not-found", "not in this registry"),
        ("other-platform", "another operating system"),
        ("old-tool", "This uv is older"),
        ("other-php", "this PHP"),
        ("other-python", "another version of Python"),
        ("other-ruby", "another Ruby"),
        ("out-of-step", "out of step"),
        ("peer-conflict", "Peer dependencies"),
        ("refused", "refuses this package"),
        ("sums-out-of-step", "go.sum is out of step"),
        ("withdrawn", "does not have what the lockfile names"),
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
            let means = of(tool, Ran::Install, &ended(&output)).map(|found| found.means);
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
        let found = of("npm", Ran::Install, &ended(&text)).unwrap();
        assert!(found.lines[0].contains("ETARGET"), "{:?}", found.lines);
        assert!(found.lines.len() <= 40);
    }

    #[test]
    fn a_warning_is_no_cause_beside_an_error() {
        let text = "npm warn old lockfile ms: No matching version found for ms@9 ETARGET\n\
                    npm error gyp ERR! build error";
        let found = of("npm", Ran::Install, &ended(text)).unwrap();
        assert!(found.means.contains("compiled"), "{found:?}");
        assert!(found.lines[1].contains("build error"), "{found:?}");
        let alone = of("npm", Ran::Install, &ended("npm warn code ETARGET")).unwrap();
        assert!(alone.means.contains("version"), "{alone:?}");
    }

    #[test]
    fn a_code_inside_a_digest_is_none() {
        let text = "npm error sha512-7mE404xyz+AE401==";
        assert_eq!(of("npm", Ran::Install, &ended(text)), None);
        assert!(of("npm", Ran::Install, &ended("npm error code E404")).is_some());
    }

    #[test]
    fn a_script_asks_servers_that_are_no_registries() {
        let text =
            "Error: connect ECONNREFUSED 127.0.0.1:5432\nGET https://api.test/posts: 404 Not Found";
        let found = of("npm", Ran::Script, &ended(text)).unwrap();
        assert!(found.means.contains("its database"), "{found:?}");
        let answered = ended("GET https://api.test/posts: 404 Not Found");
        assert_eq!(of("npm", Ran::Script, &answered), None);
    }

    #[test]
    fn only_the_network_is_to_be_tried_again() {
        for failure in every() {
            let again =
                failure.step.contains("build again") || failure.step.contains("Build again");
            let network = failure.means.contains("network") || failure.means.contains("registry");
            assert!(!again || network, "{}", failure.means);
        }
    }
}
