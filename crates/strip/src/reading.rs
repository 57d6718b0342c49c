//! What does a kept file refer to, as far as candidates are concerned?

pub(crate) mod composer;
pub(crate) mod python;
pub(super) mod shell;
pub(crate) mod words;

use slugsmith_ecosystems as ecosystems;
use std::cell::LazyCell;
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
    /// Says nothing that anybody follows, whichever files are candidates besides those that are now.
    pub(super) is_silent: bool,
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
            idle: Some(mark),
            ..Reading::default()
        };
    }
    let resolver = Resolver::new(facts, path);
    let mut is_silent = true;
    let found = references_of(search, &resolver, number, path, &text, &mut is_silent);
    let is_idle = found.is_empty() && !resolver.left_packages();
    Reading {
        is_silent: is_silent && found.is_empty(),
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
    is_silent: &mut bool,
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
    let mut resolved: Vec<Resolved<'_>> = Vec::new();
    let names_folders = !in_packages(path) || !path.ends_with(".json");
    let mut named = Vec::new();
    let mut seen = HashSet::new();
    // A backtick is no quote in Python, but markup in documentation.
    let is_dotted = |at: usize| in_python && text.get(at) != Some(&b'`');
    // Nearly all that code has in quotes means nothing: that is told first, and by the text alone.
    let wanted = |quoted: references::Quoted<'_>| {
        resolver.may_mean(&quoted) && !is_looked_for(text, quoted.at, quoted.text)
            || quoted.may_have(b'.')
                && is_dotted(quoted.at)
                && modules_of_python::may_need(path, quoted.text)
            || is_resolved(text, quoted.at)
    };
    references::literals_that(text, wanted, |literal| {
        if asks_for_folder(path, text, &literal) {
            resolved.push((
                literal.text,
                words::joined_exactly(text, &literal),
                literal.at,
            ));
        }
        let dotted = is_dotted(literal.at);
        // What was said once means nothing else the second time.
        if !seen.insert((literal.text, literal.form, literal.open, dotted)) {
            return;
        }
        if dotted && modules_of_python::is_dotted(literal.text) {
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
    of_packages(&resolved, text, resolver, &mut |meaning, at, goes_up| {
        if let (Meaning::Below(folder), true) = (&meaning, goes_up) {
            named.push((folder.clone(), at));
        }
        add(meaning, at);
    });
    *is_silent = !scanned(facts, tops, path, text, &mut add);
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

/// The folders of other packages that a package looks into; whether it looks into any, there or not.
fn scanned(
    facts: &Facts<'_>,
    tops: &Tops<'_>,
    path: &str,
    text: &[u8],
    add: &mut dyn FnMut(Meaning, usize),
) -> bool {
    let mut scans = false;
    if in_packages(path) {
        references::scans(text, |joined, at| {
            scans = true;
            for folder in tops.meant(facts, path, joined) {
                add(Meaning::Below(folder), at);
            }
        });
    }
    scans
}

/// A path that is asked for to get at the folder which it is in, what that is joined with, and where.
type Resolved<'t> = (&'t str, Option<String>, usize);

/// What is meant of packages of which files were resolved, where, and whether the code goes on to a folder above: who
/// reads a resolved file alone names no folder.
fn of_packages(
    resolved: &[Resolved<'_>],
    text: &[u8],
    resolver: &Resolver<'_, '_>,
    add: &mut dyn FnMut(Meaning, usize, bool),
) {
    let has = |mark: &[u8]| memchr::memmem::find(text, mark).is_some();
    let goes_up = !resolved.is_empty() && (has(b"dirname") || has(b".."));
    for (name, joined, at) in resolved {
        of_package(name, joined.as_deref(), resolver, &mut |meaning| {
            add(meaning, *at, goes_up);
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
    let climbs = LazyCell::new(|| has(b"'..'") || has(b"\"..\""));
    references::beside(text, |beside, at| {
        resolver.beside(&beside, &mut |meaning| {
            if let (Meaning::Below(folder), false) = (&meaning, is_loaded(text, at)) {
                folders.push((folder.clone(), at));
            }
            add(meaning, at);
        });
        // `const at = (...parts) => join(__dirname, ...parts)`: the parts may lead upwards.
        if matches!(&beside, Beside::Below(folder) if folder.is_empty()) && *climbs {
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

/// Whether a folder of a package is looked for in some text: `line.includes("node_modules/next/")` tells lines of a
/// stack, and opens nothing.
fn is_looked_for(text: &[u8], at: usize, folder: &str) -> bool {
    let before = text.get(..at).unwrap_or_default().trim_ascii_end();
    folder.starts_with("node_modules/")
        && folder.ends_with('/')
        && [b".includes(".as_slice(), b".indexOf("]
            .iter()
            .any(|call| before.ends_with(call))
}

/// Whether a literal is the argument of a `resolve(`, and not of a `require(`.
fn is_resolved(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default().trim_ascii_end();
    let callee = before.strip_suffix(b"(");
    callee.is_some_and(|callee| callee.ends_with(b"resolve") || callee.ends_with(b"resolve.call"))
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
    if front_end::is_input(&facts.front_ends, path) || facts.superseded.has_built(path) {
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
