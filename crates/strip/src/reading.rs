//! What does a kept file refer to, as far as candidates are concerned?

pub(crate) mod composer;
pub(crate) mod python;
pub(super) mod shell;
pub(crate) mod words;

use slugsmith_ecosystems as ecosystems;
use std::collections::BTreeMap;

use foldhash::{HashSet, HashSetExt};

use super::catalogue::Entry;
use super::decide::Because;
use super::endings;
use super::facts::{Facts, Texts, in_packages, package_folder};
use super::front_end;
use super::idle::Mark;
use super::index::{self, parent};
use super::known::Known;
use super::python as modules_of_python;
use super::references::{self, Beside};
use super::related::Tops;
use super::resolve::{Meaning, Resolver};
use super::start;

/// Larger files hold data or bundles whose literals name nothing beside them.
pub(super) const MAX_TEXT: u64 = 32_000_000;

/// One reference to a candidate.
pub(super) struct Found {
    pub(super) meaning: Meaning,
    /// The file that refers to it, and the 1-based line.
    pub(super) from: usize,
    pub(super) line: u32,
}

impl Found {
    pub(super) fn because(&self, facts: &Facts<'_>) -> Because {
        Because::File {
            path: facts.index.path(self.from).unwrap_or_default().to_owned(),
            line: self.line,
        }
    }
}

/// What a file refers to, and its mark where that is nothing and stays so while the packages are the same.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) found: Vec<Found>,
    pub(super) idle: Option<Mark>,
}

/// What a file refers to, as far as candidates are concerned.
pub(super) fn read(search: &Search<'_, '_>, texts: &dyn Texts, number: usize) -> Reading {
    let facts = search.facts;
    let Some(path) = facts.index.path(number) else {
        return Reading::default();
    };
    let Some(text) = texts.text(path) else {
        return Reading::default();
    };
    let mark = search.known.and_then(|known| known.mark(path, &text));
    if let (Some(known), Some(mark)) = (search.known, mark)
        && known.has(mark)
    {
        return Reading {
            found: Vec::new(),
            idle: Some(mark),
        };
    }
    let resolver = Resolver::new(facts, path);
    let found = references_of(search, &resolver, number, path, &text);
    let is_idle = found.is_empty() && !resolver.left_packages();
    Reading {
        found,
        idle: mark.filter(|_| is_idle),
    }
}

/// What is needed to read any file.
pub(super) struct Search<'s, 'a> {
    pub(super) facts: &'s Facts<'a>,
    pub(super) tops: &'s Tops<'s>,
    /// The candidates before anything was read.
    pub(super) open: &'s [Option<&'static Entry>],
    pub(super) known: Option<&'s Known>,
}

fn references_of(
    search: &Search<'_, '_>,
    resolver: &Resolver<'_, '_>,
    number: usize,
    path: &str,
    text: &[u8],
) -> Vec<Found> {
    let Search {
        facts, tops, open, ..
    } = *search;
    let mut found = Vec::new();
    let lines = references::Lines::of(text);
    let mut add = |meaning: Meaning, at: usize| {
        if let Meaning::File(target) = meaning
            && open.get(target).is_none_or(Option::is_none)
        {
            return;
        }
        found.push(Found {
            meaning,
            from: number,
            line: lines.at(at),
        });
    };
    if python::is_for_its_developers(path) || is_of_native_build(facts, path, text) {
        return found;
    }
    if is_compilers(index::name(path)) {
        for name in extended(text) {
            resolver.configuration(&name, &mut |meaning| add(meaning, 0));
        }
        return found;
    }
    if composer::is_generated(path) {
        composer::loaded(facts, path, text, &mut add);
        return found;
    }
    let mut modules = BTreeMap::new();
    let in_python = !facts.python_roots.is_empty() && python::is_python(path);
    if in_python {
        python::read(facts, path, text, &mut modules);
    }
    let has = |mark: &[u8]| memchr::memmem::find(text, mark).is_some();
    let mut resolved = Vec::new();
    let names_folders = !in_packages(path) || !path.ends_with(".json");
    let mut named = Vec::new();
    let mut seen = HashSet::new();
    references::literals(text, |literal| {
        if asks_for_folder(path, text, &literal) {
            resolved.push((
                literal.text,
                words::joined_exactly(text, &literal),
                literal.at,
            ));
        }
        // A backtick is no quote in Python, but markup in documentation.
        let dotted = in_python && text.get(literal.at) != Some(&b'`');
        // What was said once means nothing else the second time.
        if !seen.insert((literal.text, literal.form, literal.open, dotted)) {
            return;
        }
        if dotted && modules_of_python::is_dotted(&literal) {
            modules_of_python::needed(facts, path, literal.text, &mut |folder| {
                modules.entry(folder).or_insert(literal.at);
            });
        }
        resolver.literal(&literal, &mut |meaning| {
            let loads = literal.form == references::Form::Module || is_loaded(text, literal.at);
            let names = names_folders && !loads && !literal.is_punctuation();
            if let (Meaning::Below(folder), true) = (&meaning, names) {
                named.push((folder.clone(), literal.at));
            }
            add(meaning, literal.at);
        });
    });
    if !in_packages(path) && words::asks_for_any_package(text) {
        resolver.declared(&mut |meaning| add(meaning, 0));
    }
    // Who reads a resolved file alone names no folder.
    let goes_up = has(b"dirname") || has(b"..");
    for (name, joined, at) in &resolved {
        of_package(name, joined.as_deref(), resolver, &mut |meaning| {
            if let (Meaning::Below(folder), true) = (&meaning, goes_up) {
                named.push((folder.clone(), *at));
            }
            add(meaning, *at);
        });
    }
    scanned(facts, tops, path, text, &mut add);
    let by_name = in_python.then(|| python::resources(path, text)).flatten();
    named.extend(by_name.map(|folder| (folder, 0)));
    opened(path, text, named, resolver, &mut add);
    words::of_configuration(facts, path, text, resolver, &mut add);
    if !in_packages(path) && shell::is_script(path, text) {
        words::of_script(path, text, resolver, &mut add);
    }
    for (folder, at) in modules {
        add(Meaning::Wholly(folder), at);
    }
    if references::computed_load(text) {
        resolver.computed(&mut |meaning| add(meaning, 0));
    }
    if !in_packages(path) && memchr::memmem::find(text, b"git ").is_some() {
        add(Meaning::Below(".git".to_owned()), 0);
    }
    found
}

/// Whether a literal is a path that is asked for to get at the folder which it is in.
fn asks_for_folder(path: &str, text: &[u8], literal: &references::Literal<'_>) -> bool {
    let takes_folders = || !in_packages(path) || memchr::memmem::find(text, b"dirname").is_some();
    literal.form == references::Form::Module
        && is_resolved(text, literal.at)
        && (takes_folders()
            || literal.text.ends_with(ecosystems::javascript::IN_FOLDER)
            || words::is_cut(text, literal))
}

/// The folders of other packages that a package looks into.
fn scanned(
    facts: &Facts<'_>,
    tops: &Tops<'_>,
    path: &str,
    text: &[u8],
    add: &mut dyn FnMut(Meaning, usize),
) {
    if in_packages(path) {
        references::scans(text, |joined, at| {
            for folder in tops.meant(facts, path, joined) {
                add(Meaning::Below(folder), at);
            }
        });
    }
}

/// What is meant of a package of which a file was resolved: the file that its folder is joined with, or all of it.
fn of_package(
    name: &str,
    joined: Option<&str>,
    resolver: &Resolver<'_, '_>,
    add: &mut dyn FnMut(Meaning),
) {
    let Some(path) = joined else {
        return resolver.whole_package(name, add);
    };
    let literal = references::Literal {
        text: path,
        form: references::Form::Argument,
        open: false,
        at: 0,
    };
    resolver.literal(&literal, add);
}

/// Whether a script stands beside a gyp file below the top of a package: the build of a native addon runs it with its
/// arguments, and nothing does once the addon is there.
fn is_of_native_build(facts: &Facts<'_>, path: &str, text: &[u8]) -> bool {
    let folder = parent(path);
    let takes_arguments = || memchr::memmem::find(text, b"process.argv").is_some();
    let is_gyp = |number: usize| {
        let path = facts.index.path(number).unwrap_or_default();
        parent(path) == folder && path.ends_with(".gyp")
    };
    package_folder(path).is_some_and(|package| package != folder)
        && takes_arguments()
        && facts.index.below_path(folder).any(is_gyp)
}

/// What a file opens in its own folder, and in folders that it names otherwise.
fn opened(
    path: &str,
    text: &[u8],
    mut folders: Vec<(String, usize)>,
    resolver: &Resolver<'_, '_>,
    add: &mut dyn FnMut(Meaning, usize),
) {
    let has = |mark: &[u8]| memchr::memmem::find(text, mark).is_some();
    let climbs = has(b"'..'") || has(b"\"..\"");
    references::beside(text, |beside, at| {
        resolver.beside(&beside, &mut |meaning| {
            if let (Meaning::Below(folder), false) = (&meaning, is_loaded(text, at)) {
                folders.push((folder.clone(), at));
            }
            add(meaning, at);
        });
        // `const at = (...parts) => join(__dirname, ...parts)`: the parts may lead upwards.
        if climbs && matches!(&beside, Beside::Below(folder) if folder.is_empty()) {
            resolver.own_package(&mut |meaning| add(meaning, at));
        }
    });
    let meant = endings::Meant::of(path, text, &folders);
    for (folder, at) in &folders {
        for ending in meant.endings(folder) {
            add(Meaning::Ending(folder.clone(), ending), *at);
        }
    }
}

/// Whether a path is the argument of a loader, which reads modules and no other kind of file:
/// `require(path.join(__dirname, "commands", name))`.
fn is_loaded(text: &[u8], at: usize) -> bool {
    const LOADERS: [&[u8]; 5] = [
        b"require(",
        b"import(",
        b"fork(",
        b"Worker(",
        b"pathToFileURL(",
    ];
    let near = text.get(at.saturating_sub(60)..at).unwrap_or_default();
    let start = near
        .iter()
        .rposition(|byte| matches!(byte, b';' | b'\n' | b'=' | b'{'));
    let call = near.get(start.map_or(0, |at| at + 1)..).unwrap_or_default();
    // `require("q").copy(path.join(__dirname, "x"))` is no load of what is in `x`.
    LOADERS.iter().any(|loader| {
        let inside =
            memchr::memmem::rfind(call, loader).and_then(|at| call.get(at + loader.len()..));
        inside.is_some_and(|inside| !inside.contains(&b')'))
    })
}

/// Whether a literal is the argument of a `resolve(`, and not of a `require(`.
fn is_resolved(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default().trim_ascii_end();
    before.ends_with(b"resolve(") || before.ends_with(b"resolve.call(")
}

/// Which packages configuration of a compiler names: `extends`, by a package's name alone.
fn extended(text: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    for at in memchr::memmem::find_iter(text, b"\"extends\"") {
        let rest = text.get(at + b"\"extends\"".len()..).unwrap_or_default();
        let end = memchr::memchr2(b'\n', b']', rest).unwrap_or(rest.len());
        references::literals(rest.get(..end).unwrap_or_default(), |literal| {
            names.push(literal.text.to_owned());
        });
    }
    names
}

/// Whether a file was made for a build whose output is complete by itself and runs alone.
pub(super) fn is_build_input(facts: &Facts<'_>, path: &str) -> bool {
    const BUILDS: &[(&str, &str)] = &[
        (".svelte-kit", "build/handler.js"),
        (".nuxt", ".output/server/index.mjs"),
    ];
    if front_end::is_input(&facts.front_ends, path) {
        return true;
    }
    let folder = path.split('/').next().unwrap_or_default();
    let output = BUILDS.iter().find(|(input, _)| *input == folder);
    output.is_some_and(|(input, output)| {
        let names = |text: &str| {
            let tools = [*input, "nuxt", "nuxi", "svelte-kit", "vite"];
            tools.iter().any(|tool| text.contains(tool))
        };
        facts.index.has_file(output)
            && !facts.commands.is_empty()
            && !facts.commands.iter().any(|command| names(&command.text))
    })
}

/// Whether a file can refer to others in a way that its literals show.
pub(super) fn is_text(facts: &Facts<'_>, number: usize) -> bool {
    let (Some(path), Some(entry)) = (facts.index.path(number), facts.index.entry(number)) else {
        return false;
    };
    if !facts.index.is_file(number) || entry.size() > MAX_TEXT || is_build_input(facts, path) {
        return false;
    }
    let name = index::name(path);
    let extension = name.rfind('.').map_or("", |dot| &name[dot + 1..]);
    let in_package = in_packages(path);
    match extension {
        "js" | "cjs" | "mjs" | "jsx" => true,
        "txt" => name == "entry_points.txt",
        "json" => {
            if is_compilers(name) {
                return facts.runtime.typescript;
            }
            name != ecosystems::javascript::MANIFEST
                && !name.contains("-lock")
                && entry.size() < 1_000_000
        }
        // Lists what is left out of images and what we strip: nothing that is loaded.
        "toml" if name == "project.toml" => false,
        "ts" | "tsx" | "mts" | "cts" => {
            (!in_package || facts.runtime.typescript) && !name.contains(".d.")
        }
        "coffee" | "litcoffee" => !in_package || facts.runtime.coffee || facts.runtime.typescript,
        "sh" | "bash" => true,
        "py" | "rb" | "html" | "ejs" | "hbs" | "pug" | "vue" | "svelte" | "astro" | "php"
        | "phtml" | "inc" | "twig" | "erb" | "haml" | "slim" | "ru" | "rake" | "gemspec" => {
            !in_package
        }
        _ if words::is_configuration(extension) => !in_package,
        // Programs without an extension, told by their size rather than by reading them.
        "" => {
            let may_run = in_package || entry.mode() & 0o111 != 0;
            entry.size() < 200_000 && (may_run || start::names(&facts.commands, path))
        }
        _ => false,
    }
}

fn is_compilers(name: &str) -> bool {
    (name.starts_with("tsconfig") || name.starts_with("jsconfig")) && name.ends_with(".json")
}
