//! Is a build of Next superseded by the server that it made?
//!
//! With `output: 'standalone'` Next copies its server and the packages that it traced into `.next/standalone`
//! (nextjs.org/docs/app/api-reference/config/next-config-js/output). Where that server is what starts, and nothing
//! runs Next in the project itself, the rest of the build leads to no package: its traces name those it was built from.

use crate::facts::{Facts, Texts};
use crate::index;
use crate::reading::is_build_input;
use crate::references;
use crate::start;
use crate::superseded::Superseded;
use crate::tooling::is_tooling;

use super::node::{self, in_app};

const CODE: &[&str] = &["js", "cjs", "mjs", "jsx", "ts", "cts", "mts", "tsx"];

/// Finds such builds (`.next`, `apps/web/.next`).
pub(crate) fn find(facts: &Facts<'_>, texts: &dyn Texts) -> Superseded {
    let builds: Vec<String> = facts
        .manifests
        .keys()
        .filter(|folder| in_app(&format!("{folder}/x")))
        .filter_map(|folder| index::join(folder, ".next"))
        .filter(|build| is_started(facts, build))
        .collect();
    if builds.is_empty() || runs_next(facts, texts) {
        return Superseded::default();
    }
    Superseded::new(builds)
}

/// Whether a file is part of such a build, or what only Next reads of its project: configuration, routes, and sources
/// that Node can't run.
pub(super) fn has(superseded: &Superseded, path: &str, texts: &dyn Texts) -> bool {
    let compiles =
        |project: &str| inside(path, project).is_some_and(|inside| is_input(path, inside, texts));
    superseded.has_built(path) || superseded.projects().any(compiles)
}

/// Whether a file of a project, by its way from there, is one that Next compiles.
fn is_input(path: &str, inside: &str, texts: &dyn Texts) -> bool {
    const FILES: &[&str] = &["next.config", "middleware", "proxy", "instrumentation"];
    const ROUTES: &[&str] = &["app/", "pages/"];
    let inside = inside.strip_prefix("src/").unwrap_or(inside);
    let stem = inside.rsplit_once('.').map_or(inside, |(stem, _)| stem);
    let extension = index::extension(path);
    if FILES.contains(&stem) || ROUTES.iter().any(|folder| inside.starts_with(folder)) {
        return CODE.contains(&extension);
    }
    let text = || texts.text(path).unwrap_or_default();
    extension == "jsx" || extension == "js" && !node::is_plain(&String::from_utf8_lossy(&text()))
}

/// The way from a folder to a file in it.
fn inside<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    if folder.is_empty() {
        return Some(path);
    }
    path.strip_prefix(folder)?.strip_prefix('/')
}

/// Whether a command names the standalone server of a build, which has packages of its own.
fn is_started(facts: &Facts<'_>, build: &str) -> bool {
    let standalone = format!("{build}/standalone");
    let below = || facts.index.below_path(&standalone);
    let mut paths = below().filter_map(|number| facts.index.path(number));
    let has_packages = paths.any(|path| path.contains("/node_modules/next/"));
    let mut words = facts
        .commands
        .iter()
        .flat_map(|command| start::words(&command.text));
    has_packages && words.any(|word| word.contains(".next/standalone"))
}

/// Whether a command or code of the app may run Next in the project.
fn runs_next(facts: &Facts<'_>, texts: &dyn Texts) -> bool {
    let mut words = facts
        .commands
        .iter()
        .flat_map(|command| start::words(&command.text));
    if words.any(|word| index::name(word) == "next" || word.starts_with("next@")) {
        return true;
    }
    let index = &facts.index;
    (0..index.entries().len()).any(|number| {
        let Some(path) = index.path(number).filter(|_| index.is_file(number)) else {
            return false;
        };
        let is_code = index::name(path)
            .rsplit_once('.')
            .is_some_and(|(_, extension)| CODE.contains(&extension));
        let is_types = path.ends_with(".ts") || path.ends_with(".tsx");
        is_code
            && in_app(path)
            && !path.contains(".next/")
            && (!is_types || facts.runtime.typescript)
            && !is_tooling(path)
            && !is_build_input(facts, path)
            && texts.text(path).is_some_and(|text| names_server(&text))
    })
}

/// Whether code has the name of Next's server or program in it: `require('next')`.
fn names_server(text: &[u8]) -> bool {
    let mut found = false;
    references::literals(text, |literal| {
        found |= literal.text == "next" || literal.text.starts_with("next/dist/");
    });
    found
}
