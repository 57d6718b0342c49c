//! Which kinds of problems are there? All of them, sorted by id.

use crate::error::{self, Kind};

/// Every kind that any part can report. `docs/errors/` is generated from it.
pub static KINDS: &[&Kind] = &[
    &crate::config::baseline::NO_BASELINE,
    &crate::budget::EXCEEDED,
    &crate::cache::SCRIPT_FAILED,
    &crate::cache::CACHE_DISCARDED,
    &crate::cache::CACHE_NOT_STORED,
    &crate::cache::CACHE_UNKNOWN,
    &crate::config::INVALID,
    &crate::config::SYNTAX,
    &crate::config::UNREADABLE,
    &crate::facts::EMPTY_APP,
    &crate::program::problems::FINDINGS,
    &crate::flow::lock::IN_USE,
    &crate::program::problems::FRAMEWORK,
    &crate::budget::image::BROKEN,
    &crate::cache::INSTALL_FAILED,
    &error::IO,
    &crate::program::problems::LIST_TOO_LONG,
    &crate::cache::LOCKFILE_OUT_OF_STEP,
    &crate::facts::MALFORMED_FILE,
    &crate::program::problems::NO_PROCESS_TYPES,
    &error::NO_SPACE,
    &crate::cache::NOT_INSTALLED,
    &crate::program::problems::NOT_WRITTEN,
    &crate::program::problems::NO_SUCH_PATH,
    &crate::strip::prove::NO_ANSWER,
    &crate::program::problems::STORE,
    &crate::strip::NOT_RECOVERED,
    &crate::cache::TOOL_MISSING,
    &crate::program::problems::USAGE,
];

/// The kind with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.id == id)
}

#[cfg(test)]
mod tests {
    use super::KINDS;
    use crate::print::line::{Line, Skin};
    use crate::print::problem::{error, warning};

    #[test]
    fn kinds_are_sorted_and_unique() {
        let ids: Vec<_> = KINDS.iter().map(|kind| kind.id).collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(ids, sorted, "sort KINDS by id, each once");
    }

    #[test]
    fn kinds_are_complete() {
        for kind in KINDS {
            assert!(
                !kind.header.is_empty() && !kind.header.ends_with('.'),
                "{}",
                kind.id
            );
            assert!(!kind.why.is_empty(), "{}", kind.id);
            assert!(!kind.steps.is_empty(), "{}", kind.id);
            assert_eq!((kind.example)().kind.id, kind.id);
        }
    }

    fn rendered(lines: &[Line]) -> String {
        let mut out = anstream::StripStream::new(Vec::new());
        for line in lines {
            Skin::Bullets.write(&mut out, line).unwrap();
        }
        let text = String::from_utf8(out.into_inner()).unwrap();
        // Addresses depend on who publishes this.
        let plain = |line: &str| line.split(", or http").next().unwrap().to_owned() + "\n";
        text.lines().map(plain).collect()
    }

    #[test]
    fn what_ends_a_run_speaks_of_no_platform_but_the_apps_own() {
        use crate::facts::hosting::{Hosting, Platform};
        let of_heroku = ["Heroku", "heroku ", "dyno", "Cedar"];
        for platform in [Platform::Dokku, Platform::Kpack, Platform::Other] {
            let hosting = Hosting {
                platform,
                evidence: None,
            };
            for kind in KINDS {
                let problem = (kind.example)().reworded(|text| hosting.reword(text));
                let text = rendered(&error(&problem)) + &rendered(&warning(&problem));
                let found = of_heroku.iter().find(|word| text.contains(**word));
                assert_eq!(found, None, "{} on {platform:?}:\n{text}", kind.id);
            }
        }
    }

    #[test]
    fn every_kind_as_it_is_printed() {
        for kind in KINDS {
            let problem = (kind.example)();
            let text = format!(
                "{}\n--- as a warning ---\n{}",
                rendered(&error(&problem)),
                rendered(&warning(&problem))
            );
            insta::assert_snapshot!(kind.id, text);
        }
    }
}
