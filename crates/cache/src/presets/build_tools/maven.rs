//! Maven.
//!
//! - **Recognised** by `pom.xml`.
//! - **Key**: Maven's and Java's version, every file of the app, `MAVEN_*`, `JAVA_*`.
//! - **Class** packed: `target/` of each module with sources.
//! - **Install** `mvn package` without tests (`MAVEN_CUSTOM_GOALS`, `MAVEN_CUSTOM_OPTS`), by `./mvnw` where
//!   the app brings it.
//! - **Exposure**: none; a Procfile names `target/NAME.jar`. The local repository is on a
//!   download store (`-Dmaven.repo.local` before what `MAVEN_OPTS` says), without marks of failed downloads.
//!   It begins anew where a repository in the app changed (`file://${project.basedir}/repo`): Maven
//!   copies what it takes from there, and never looks again.
//! - **Not pinned**: a `SNAPSHOT`, `LATEST`, `RELEASE` or range of something that is no
//!   module of the app; used for 24 hours.
//! - **Left alone**: `settings.xml`, which may hold credentials.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Found, Tool, modules, text, words};
use crate::files::Files;
use crate::inputs::Inputs;
use crate::lockfile::Packages;
use crate::presets::{Project, reached};
use crate::switches;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::tree::Tree;
use slugsmith_facts::{beneath, run};

pub(super) const TOOL: Tool = Tool {
    name: "maven",
    version: &["mvn", "--version"],
    wrapper: Some("mvnw"),
    variables: &["MAVEN_", "JAVA_"],
    download_stores: &[("maven-repository", "MAVEN_OPTS")],
    look,
    copied,
};

fn look(place: &Project<'_>) -> Option<Found> {
    if !place.app.has(ecosystems::java::POM) {
        return None;
    }
    let outputs = modules(&place.app.root, &[ecosystems::java::POM], &["target"]);
    let poms: Vec<_> = modules(
        &place.app.root,
        &[ecosystems::java::POM],
        &[ecosystems::java::POM],
    )
    .iter()
    .chain([&ecosystems::java::POM.into()])
    .map(|path| text(place, path))
    .collect();
    let packages = packages(&poms);
    let is_open = packages.values().flatten().any(|version| is_open(version));
    Some(Found {
        lockfile: ecosystems::java::POM,
        packages,
        outputs,
        commands: vec![command(place)],
        links: Vec::new(),
        unpinned: is_open.then_some("snapshots or ranges"),
    })
}

/// Options and goals: those of the app where it sets them (heroku/java).
fn command(place: &Project<'_>) -> Vec<String> {
    let set = |name: &str| switches::value(place.context.environment, name).map(run::words);
    let mut command = words(&["--batch-mode", "--no-transfer-progress"]);
    if let Some(path) = switches::value(place.context.environment, "MAVEN_SETTINGS_PATH") {
        command.extend(words(&["--settings", path]));
    }
    command.extend(set("MAVEN_CUSTOM_OPTS").unwrap_or_else(|| words(&["-DskipTests"])));
    command.extend(set("MAVEN_CUSTOM_GOALS").unwrap_or_else(|| words(&["package"])));
    command
}

/// Whether another artifact may have this version tomorrow (Maven's "POM Reference").
fn is_open(version: &str) -> bool {
    version.ends_with("-SNAPSHOT")
        || ["LATEST", "RELEASE"].contains(&version)
        || version.starts_with(['[', '('])
}

/// Dependencies, plugins and parents with a version, as written; the app's own modules are
/// left out.
fn packages(poms: &[String]) -> Packages {
    let own: Vec<_> = poms.iter().filter_map(|pom| own_name(pom)).collect();
    let mut packages = Packages::new();
    for pom in poms {
        for kind in ["dependency", "plugin", "parent", "extension"] {
            for block in blocks(pom, kind) {
                let Some(name) = element(block, "artifactId") else {
                    continue;
                };
                let version = element(block, "version").filter(|_| !own.contains(&name));
                if let Some(version) = version {
                    packages
                        .entry(name.to_owned())
                        .or_default()
                        .insert(version.to_owned());
                }
            }
        }
    }
    packages
}

/// The `artifactId` of the project itself: the first one outside of `<parent>`.
fn own_name(pom: &str) -> Option<&str> {
    let rest = pom.split_once("</parent>").map_or(pom, |(_, rest)| rest);
    element(rest, "artifactId")
}

/// Adds what the repositories hold that are folders of the app.
fn copied(inputs: &mut Inputs, root: &Path) {
    for folder in repositories(root) {
        let tree = Tree::read(&root.join(&folder));
        let files = Files::of(&tree, &[PathBuf::new()], |_| true);
        inputs.plain(format!("repository {}", folder.display()), files.digest());
    }
}

/// Folders of the app that its poms name as repositories.
fn repositories(root: &Path) -> BTreeSet<PathBuf> {
    let mut poms = modules(root, &[ecosystems::java::POM], &[ecosystems::java::POM]);
    poms.push(ecosystems::java::POM.into());
    let mut found = BTreeSet::new();
    for pom in poms {
        let text = beneath::text_in(root, &pom).unwrap_or_default();
        let urls = ["repository", "pluginRepository"];
        let urls = urls.iter().flat_map(|kind| blocks(&text, kind));
        let urls = urls.filter_map(|block| element(block, "url")?.strip_prefix("file:"));
        for url in urls {
            // Behind `${project.basedir}`, that of the module or of the root.
            let path = url.rsplit_once('}').map_or(url, |(_, path)| path);
            let path = path.trim_start_matches('/');
            let folders = [pom.parent().unwrap_or(Path::new("")), Path::new("")];
            let folders = folders
                .iter()
                .filter_map(|at| reached((*at).to_owned(), path));
            found.extend(
                folders
                    .filter(|folder| !folder.as_os_str().is_empty() && root.join(folder).is_dir()),
            );
        }
    }
    found
}

/// What stands between `<name>` and `</name>`, each time.
fn blocks<'a>(text: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let close = format!("</{name}>");
    text.split(&format!("<{name}>"))
        .skip(1)
        .filter_map(move |rest| Some(rest.split_once(&close)?.0))
        .collect::<Vec<_>>()
        .into_iter()
}

fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    Some(rest.split_once("</")?.0.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_in_the_app_is_part_of_the_stores_key() {
        let folder = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| crate::tests::put(folder.path(), path, text);
        let pom = |url: &str| {
            let all = format!("<repositories><repository><url>{url}</url></repository>");
            put(
                "pom.xml",
                &format!("<project>{all}</repositories></project>"),
            );
        };
        let key = || {
            let mut inputs = Inputs::default();
            copied(&mut inputs, folder.path());
            inputs
        };
        put("repo/y/lib/1.0/lib-1.0.jar", "1");
        for url in [
            "file://${project.basedir}/repo",
            "file:${basedir}/repo/",
            "file:repo",
            "file:///${project.basedir}/./repo",
        ] {
            put("repo/y/lib/1.0/lib-1.0.jar", "1");
            pom(url);
            let first = key();
            assert_eq!(first, key());
            put("repo/y/lib/1.0/lib-1.0.jar", "2");
            assert_ne!(first, key(), "{url}");
        }
        pom("https://example.com/artifacts");
        assert_eq!(key(), Inputs::default());
    }

    #[test]
    fn what_may_change_tomorrow_is_seen_and_own_modules_are_not() {
        let pom = |dependency: &str| {
            format!(
                "<project><parent><artifactId>shop</artifactId><version>1-SNAPSHOT</version></parent>\
                 <artifactId>web</artifactId><version>1-SNAPSHOT</version><dependencies>\
                 <dependency><artifactId>guava</artifactId><version>33.0</version></dependency>\
                 {dependency}</dependencies></project>"
            )
        };
        let root = "<project><artifactId>shop</artifactId><version>1-SNAPSHOT</version></project>";
        let found = packages(&[root.to_owned(), pom("")]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found["guava"].contains("33.0"));
        let open =
            "<dependency><artifactId>x</artifactId><version>2-SNAPSHOT</version></dependency>";
        let found = packages(&[root.to_owned(), pom(open)]);
        assert!(found["x"].iter().any(|version| is_open(version)));
        assert!(is_open("[1.0,2.0)") && is_open("LATEST") && !is_open("1.0"));
    }
}
