//! Puts a fix in the words of the package manager that the app uses, for every rule: those write npm's and pip's.
//!
//! `npm install` in an app of Yarn leaves a second lockfile, and `pip install` is forgotten by the next build.

use slugsmith_ecosystems::adding::{self, Into};
use slugsmith_ecosystems::recognise::{self, Project};
use slugsmith_ecosystems::{graph, javascript, python};
use slugsmith_facts::sources::paths::join;
use slugsmith_finding::Finding;

use super::Facts;

/// The commands that rules write, and what they do; a longer one before one that it begins with.
const WRITTEN: &[(&str, &str, Into)] = &[
    (
        "npm install --save-prod ",
        "node",
        Into::ProductionFromDevelopment,
    ),
    ("npm install --save-dev ", "node", Into::Development),
    ("npm install ", "node", Into::Production),
    ("pip install ", "python", Into::Production),
];

/// The finding with the commands of the manager that serves its place.
///
/// Only in what it says to do: its message tells what the app's own commands are.
pub(super) fn of_finding(facts: &Facts<'_>, mut finding: Finding) -> Finding {
    let place = finding.location.as_ref().map(|one| one.path.as_str());
    for help in &mut finding.help {
        *help = reword(help, |ecosystem| manager(facts, place, ecosystem));
    }
    finding
}

/// The manager of the nearest project at or above a place; of the root's without one. A member of a workspace has its
/// lockfile above, so a manifest alone does not end the way up.
fn manager(facts: &Facts<'_>, place: Option<&str>, ecosystem: &str) -> Option<&'static str> {
    let folders = std::iter::successors(place, |path| Some(path.rsplit_once('/')?.0)).skip(1);
    let mut declared = None;
    for folder in folders.chain([""]) {
        let projects = recognise::projects(&facts.sources, folder);
        let mut projects = projects.iter();
        let Some(project) = projects.find(|one| one.ecosystem.id == ecosystem) else {
            continue;
        };
        if project.lockfile.is_some() {
            return Some(project.tool());
        }
        declared = declared.or_else(|| declared_by(facts, folder, project));
    }
    declared
}

/// The manager of a project without a lockfile.
fn declared_by(facts: &Facts<'_>, folder: &str, project: &Project) -> Option<&'static str> {
    let (name, manifest) = project.manifest.as_ref()?;
    match name.as_str() {
        javascript::MANIFEST => {
            let manifest = graph::json(facts.sources.text(&join(folder, name))?).ok()?;
            javascript::package_manager(&manifest).or(Some("npm"))
        }
        // Other files that pip reads are no lists to add a line to.
        python::REQUIREMENTS => Some("pip"),
        _ if manifest.tool == "pip" => None,
        _ => Some(manifest.tool),
    }
}

/// A text with each command of npm and of pip in the words of the manager that serves the place.
fn reword(text: &str, manager: impl Fn(&str) -> Option<&'static str>) -> String {
    let mut done = String::new();
    let mut rest = text;
    while let Some((at, &(written, ecosystem, into))) = first(rest) {
        let (before, after) = (&rest[..at], &rest[at + written.len()..]);
        let packages = packages(after);
        done.push_str(before);
        let command = manager(ecosystem)
            .filter(|_| !packages.is_empty())
            .and_then(|manager| adding::command(manager, into, packages));
        done.push_str(&command.unwrap_or_else(|| format!("{written}{packages}")));
        rest = &after[packages.len()..];
    }
    done.push_str(rest);
    done
}

/// The first of the commands in a text.
fn first(text: &str) -> Option<(usize, &'static (&'static str, &'static str, Into))> {
    let found = WRITTEN
        .iter()
        .filter_map(|one| Some((text.find(one.0)?, one)));
    // Those that begin at the same place stand in the order of the list.
    found.min_by_key(|(at, _)| *at)
}

/// The names that stand after a command: up to an option, a bracket, a separator or words of another kind.
fn packages(text: &str) -> &str {
    let is_name = |word: &str| {
        let inner = word.trim_matches('\'');
        inner.starts_with(|c: char| c.is_ascii_lowercase() || c == '@')
            && inner
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "@/-_.[]^".contains(c))
    };
    let mut end = 0;
    for word in text.split(' ') {
        let name = word.trim_end_matches([';', ':', ',']);
        if !is_name(name) {
            break;
        }
        end = name.as_ptr() as usize - text.as_ptr() as usize + name.len();
        if name.len() < word.len() {
            break;
        }
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worded(manager: &'static str, text: &str) -> String {
        reword(text, |_| Some(manager))
    }

    #[test]
    fn commands_are_those_of_the_manager() {
        let text = "npm install connect-redis redis; heroku addons:create heroku-redis:mini";
        assert_eq!(worded("npm", text), text);
        assert_eq!(
            worded("yarn", text),
            "yarn add connect-redis redis; heroku addons:create heroku-redis:mini"
        );
        assert_eq!(
            worded("bun", "npm install --save-dev vite @vitejs/plugin-react"),
            "bun remove vite @vitejs/plugin-react && bun add --dev vite @vitejs/plugin-react"
        );
        assert_eq!(
            worded("pnpm", "cd api && npm install --save-prod knex"),
            "cd api && pnpm add --save-prod knex"
        );
        assert_eq!(
            worded(
                "poetry",
                "pip install 'django-storages[s3]'; heroku addons:create bucketeer"
            ),
            "poetry add 'django-storages[s3]'; heroku addons:create bucketeer"
        );
        assert_eq!(
            worded(
                "yarn",
                "npm install faye-redis (Ruby: bundle add faye-redis), and engine"
            ),
            "yarn add faye-redis (Ruby: bundle add faye-redis), and engine"
        );
    }

    #[test]
    fn what_is_no_list_of_packages_stays() {
        for text in [
            "npm install --package-lock-only   then commit package-lock.json",
            "npm install --save-exact NAME   then commit package-lock.json",
            "pip install -r requirements.txt",
        ] {
            assert_eq!(worded("yarn", text), text);
        }
    }
}
