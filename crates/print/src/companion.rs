//! The companion's lines: what it could not give back, and why.

use super::line::Line;
use slugsmith_cache::event::{Answers, Companion, Keeper};
use slugsmith_finding::units;

/// Below the lines of the caches themselves.
#[must_use]
pub fn lines(companion: &Companion) -> Vec<Line> {
    let mut lines = vec![Line::section("Restore")];
    if companion.restored.is_empty() {
        lines.push(Line::item(
            1,
            if companion.has_store {
                "Nothing to give back: no framework or custom cache of this app is kept"
            } else {
                "Nothing to give back yet: slugsmith/slugsmith keeps caches at the end of a build"
            },
        ));
    }
    lines.push(Line::item(
        1,
        format!(
            "Noted {} of the app, to tell later what other buildpacks change",
            units::counted(companion.noted as u64, "file")
        ),
    ));
    match &companion.answers {
        Answers::Yes => lines.push(Line::item(
            1,
            "Answers unchanged installs of the next buildpacks with the trees of the last build \
             (SLUGSMITH_INTERCEPT=off: no)",
        )),
        Answers::Useless(why) => lines.push(Line::item(
            1,
            format!("Installs of the next buildpacks run as they are: {why}"),
        )),
        Answers::No => {}
    }
    if companion.keeper == Keeper::Missing {
        lines.push(Line::alarm(
            1,
            "slugsmith/slugsmith is not in the list: framework and custom caches are lost \
             after this build. Put it last.",
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_is_said() {
        let text = |has_store, keeper| {
            let companion = Companion {
                restored: Vec::new(),
                has_store,
                keeper,
                noted: 12,
                answers: Answers::No,
            };
            let lines = lines(&companion).into_iter().map(|line| line.text);
            lines.collect::<Vec<_>>().join("\n")
        };
        assert!(text(false, Keeper::Unknown).contains("yet"));
        assert!(text(true, Keeper::Follows).contains("no framework or custom cache"));
        assert!(!text(true, Keeper::Follows).contains("not in the list"));
        assert!(text(false, Keeper::Missing).contains("not in the list"));
    }
}
