//! Which test and document folders of gems and PHP packages does something name?
//!
//! A folder `spec` of a gem is on no load path as a rule, but its specification can put it
//! there, and code can reach it in ways that no path shows: `ROOT.join("spec", name)`,
//! `Dir["{test,spec}/*"]`, `scandir(base() . $folder)`. So a folder goes only where nothing
//! that stays has its name in it as a word of a path: no file of its own package, and no
//! source of the app, which may hand the name over or look into packages by itself.

mod speaker;

use speaker::{Packages, Speaker};
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::candidates::Candidates;
use super::catalogue::Entry;
use super::catalogue::other::{COMPOSER_TESTS, GEM_TESTS};
use super::decide::Because;
use super::facts::{Facts, Texts, in_packages};
use super::index;
use super::reading::composer;
use super::reading::words::{is_configuration, is_style};
use slugsmith_ecosystems::{javascript, php};

/// Larger files are data, in bytes.
const MAX_TEXT: u64 = 32_000_000;

/// Takes out of `candidates` what something names. Returns it, with the reason.
pub(super) fn named(
    facts: &Facts<'_>,
    texts: &dyn Texts,
    candidates: &mut Candidates,
) -> Vec<(usize, &'static Entry, Because)> {
    let mut folders: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (number, entry) in candidates.iter().enumerate() {
        let is_ours =
            entry.is_some_and(|entry| [GEM_TESTS.id, COMPOSER_TESTS.id].contains(&entry.id));
        if let Some((package, folder)) =
            facts.index.path(number).filter(|_| is_ours).and_then(split)
        {
            folders.entry((package, folder)).or_default().push(number);
        }
    }
    if folders.is_empty() {
        return Vec::new();
    }
    let names: BTreeSet<&str> = folders.keys().map(|(_, folder)| *folder).collect();
    let sources: Vec<&str> = (0..facts.index.entries().len())
        .filter(|number| candidates.get(*number) == Some(&None) && facts.index.is_file(*number))
        .filter(|number| {
            facts
                .index
                .entry(*number)
                .is_some_and(|entry| entry.size() < MAX_TEXT)
        })
        .filter_map(|number| facts.index.path(number))
        .filter(|path| is_source(path) || is_own_configuration(path))
        .collect();
    let packages = Packages::new(folders.keys().copied());
    let speakers: Vec<Speaker<'_>> = sources
        .into_par_iter()
        .filter_map(|path| Speaker::new(path, &texts.text(path).unwrap_or_default(), &names))
        .collect();
    let mut kept = Vec::new();
    for ((package, folder), numbers) in folders {
        let says = speakers
            .iter()
            .find_map(|speaker| Some((speaker.path, speaker.line(package, folder, &packages)?)));
        let Some((path, line)) = says else {
            continue;
        };
        for number in numbers {
            let because = Because::File {
                path: path.to_owned(),
                line,
            };
            if let Some(slot) = candidates.get_mut(number)
                && let Some(entry) = slot.take()
            {
                kept.push((number, entry, because));
            }
        }
    }
    kept
}

/// The package that a file is in, or whose specification it is; `None` for the app's own.
fn owner(path: &str) -> Option<&str> {
    if let Some((package, _)) = split(path) {
        return Some(package);
    }
    // `vendor/bundle/ruby/3.3.0/specifications/name-1.gemspec`
    let (folder, name) = path.split_once("/specifications/")?;
    let gem = name.strip_suffix(".gemspec")?;
    let at = folder.len() + "/specifications/".len();
    path.get(at..at + gem.len())
}

/// A gem (by its name and version) or a package, and the folder at its top that a file is in.
fn split(path: &str) -> Option<(&str, &str)> {
    if let Some(at) = path.find("vendor/bundle/ruby/") {
        let (_, inside) = path.get(at..)?.split_once("/gems/")?;
        let (gem, file) = inside.split_once('/')?;
        return Some((gem, file.split('/').next()?));
    }
    let inside = path.strip_prefix("vendor/")?;
    let mut parts = inside.splitn(3, '/');
    let (owner, package, file) = (parts.next()?, parts.next()?, parts.next()?);
    let package = path.get(..("vendor/".len() + owner.len() + 1 + package.len()))?;
    Some((package, file.split('/').next()?))
}

/// Sources of Ruby and PHP, and programs without an extension.
fn is_source(path: &str) -> bool {
    let name = index::name(path);
    if in_packages(path) || crate::tooling::is_tooling(path) || composer::is_generated(path) {
        return false;
    }
    if !name.contains('.') {
        return path.contains("/exe/") || path.contains("bin/") || name == "Rakefile";
    }
    has_ending(
        path,
        &[
            "rb", "rake", "ru", "erb", "haml", "slim", "gemspec", "tt", "php", "phtml", "inc",
            "twig",
        ],
    )
}

/// Configuration of the app, which may tell a package where to look. Manifests list, as do those of tools.
fn is_own_configuration(path: &str) -> bool {
    let name = index::name(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    (ending == "json" || is_configuration(ending) && !is_style(ending))
        && owner(path).is_none()
        && !in_packages(path)
        && !path.starts_with("vendor/")
        && !name.contains("-lock")
        && !crate::tooling::is_tooling(path)
        && !matches!(name, php::MANIFEST | javascript::MANIFEST | "project.toml")
}

fn has_ending(path: &str, endings: &[&str]) -> bool {
    let ending = index::name(path).rsplit_once('.');
    ending.is_some_and(|(_, ending)| endings.contains(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_put_to_their_packages() {
        let gems = "vendor/bundle/ruby/3.3.0";
        let file = format!("{gems}/gems/a-1/spec/x.rb");
        assert_eq!(split(&file), Some(("a-1", "spec")));
        assert_eq!(
            owner(&format!("{gems}/specifications/a-1.gemspec")),
            Some("a-1")
        );
        assert_eq!(
            split("vendor/o/p/tests/x.php"),
            Some(("vendor/o/p", "tests"))
        );
        assert_eq!(owner("vendor/autoload.php"), None);
        assert_eq!(owner("app/models/a.rb"), None);
    }
}
