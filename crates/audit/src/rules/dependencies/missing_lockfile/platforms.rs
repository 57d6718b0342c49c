//! A Gemfile.lock that was resolved for laptops only.

use crate::Facts;
use crate::guards::numbers;
use crate::registry::Evidence;
use slugsmith_ecosystems::ruby::{GEMFILE_LOCK, section};
use slugsmith_facts::packages::Ecosystem;

/// From this version on Bundler resolves for several platforms, and the buildpack keeps the lockfile of Windows
/// (heroku-buildpack-ruby, CHANGELOG, v273).
const MULTIPLE: [u64; 2] = [2, 2];

/// Bundler refuses a frozen lockfile without the dyno's platform; one that a Bundler before [`MULTIPLE`] wrote on
/// Windows is thrown away by the buildpack.
pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    let text = facts.sources.text(GEMFILE_LOCK)?;
    facts.packages.manifest(Ecosystem::Gem)?;
    let (at, platforms) = section(text, "PLATFORMS")?;
    let runs = |platform: &&str| {
        *platform == "ruby" || platform.contains("linux") || platform.contains("java")
    };
    if platforms.is_empty() || platforms.iter().any(runs) {
        return None;
    }
    let (_, bundler) = section(text, "BUNDLED WITH")?;
    let bundler = numbers(bundler.first()?);
    let is_windows = |platform: &&str| platform.contains("mingw") || platform.contains("mswin");
    let listed = platforms.join(", ");
    let message = if bundler.as_slice() >= MULTIPLE.as_slice() {
        format!(
            "{GEMFILE_LOCK} is resolved for {listed} only: Bundler refuses to install it on a dyno."
        )
    } else if platforms.iter().all(is_windows) {
        format!(
            "{GEMFILE_LOCK} is resolved for {listed} only: the buildpack deletes it, and every build resolves \
             versions anew."
        )
    } else {
        return None;
    };
    Some(Evidence::line(GEMFILE_LOCK, at, message).help(
        "bundle update --bundler && bundle lock --add-platform x86_64-linux   then commit Gemfile.lock",
    ))
}
