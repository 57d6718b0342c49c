//! What of `node_modules` is served whose server is no JavaScript, and what do pages link to there?
//!
//! A server in Go, Java, Ruby or Python takes `node_modules`, or a folder below it, as the root of what it serves;
//! which files browsers then ask for is known to pages alone. So a literal that leads there keeps all of the folder,
//! unless it only leaves the folder out of something. Where a folder is served at an address, what pages and code
//! name by that address is a file of the folder.

use memchr::memmem;

use crate::because::Named;
use crate::catalogue::python;
use crate::index::{self, Index, join, parent};
use crate::packages::in_packages;
use crate::references::{self, Literal};
use crate::texts::Texts;
use slugsmith_ecosystems as ecosystems;

const MODULES: &str = "node_modules";

/// What is served of packages.
#[derive(Debug, Default)]
pub struct Served {
    /// What sources other than JavaScript name.
    pub roots: Vec<Named>,
    /// Files that are named by the address at which their folder is served.
    pub linked: Vec<Named>,
    /// Whether a source runs a command that collects static files: `call_command("collectstatic")`.
    pub collects: bool,
}

/// Languages whose servers no other reader of ours follows into packages.
const SERVERS: &[&str] = &[
    "clj", "cr", "cs", "dart", "ex", "exs", "fs", "go", "groovy", "java", "kt", "kts", "lua", "pl",
    "py", "rb", "rs", "ru", "scala", "swift", "vb",
];
/// Languages whose literals are read elsewhere, which may serve all the same.
const OTHERS: &[&str] = &["cjs", "cts", "js", "mjs", "mts", "php", "ts"];
/// What is sent to browsers, or rendered for them.
const PAGES: &[&str] = &[
    "astro", "ejs", "erb", "haml", "hbs", "htm", "html", "j2", "jsx", "njk", "phtml", "pug",
    "slim", "svelte", "tsx", "twig", "vue",
];
/// Finders of Django that collect all packages by themselves (django-npm, django-node-assets).
const FINDERS: &[&str] = &["NpmFinder", "NodeModulesFinder"];
/// Larger sources are data, in bytes.
const MAX_TEXT: u64 = 2_000_000;

/// A folder and the address at which it is served, without its last slash.
type Mount = (String, String);

/// Commands that collect static files.
pub(crate) const COLLECTS: &[&str] = &["collectstatic", "flask digest", "assets:precompile"];

/// Finds it.
pub(crate) fn find(index: &Index<'_>, texts: &dyn Texts) -> Served {
    let mut served = Served::default();
    if !has_packages(index) {
        return served;
    }
    served.collects = collects(index, texts);
    let mut mounts: Vec<Mount> = Vec::new();
    for path in own(index, &[SERVERS, OTHERS, &["conf"]]) {
        let Some(text) = texts.text(path) else {
            continue;
        };
        let kind = index::extension(path);
        let lines = references::Lines::of(&text);
        let mut add = |number: usize, at: usize| {
            if SERVERS.contains(&kind) {
                let (path, line) = (path.to_owned(), lines.at(at));
                served.roots.push(Named { number, path, line });
            }
        };
        if kind == "py"
            && let Some(at) = FINDERS
                .iter()
                .find_map(|mark| memmem::find(&text, mark.as_bytes()))
            && let Some(number) = index.find(MODULES)
        {
            add(number, at);
        }
        if memmem::find(&text, MODULES.as_bytes()).is_none() {
            continue;
        }
        let words = words(&text, kind);
        for (at, word) in &words {
            if !names_part(word.as_bytes(), MODULES) || is_left_out(&text, *at) {
                continue;
            }
            for number in meant(index, path, &text, *at, word) {
                add(number, *at);
                // What a word goes on with behind a file's path is no file.
                let Some(folder) = index.path(number).filter(|_| index.is_folder(number)) else {
                    continue;
                };
                let addresses = addresses(&text, *at).into_iter();
                mounts.extend(addresses.map(|address| (folder.to_owned(), address)));
            }
        }
    }
    mounts.sort_unstable();
    mounts.dedup();
    if !mounts.is_empty() {
        served.linked = linked(index, texts, &mounts);
    }
    served
}

fn collects(index: &Index<'_>, texts: &dyn Texts) -> bool {
    own(index, &[&["py", "rb", "ru"]]).any(|path| {
        let text = texts.text(path).unwrap_or_default();
        let says = |text: &str| COLLECTS.iter().any(|mark| text.contains(mark));
        let mut found = false;
        // Comments of settings speak of it, too.
        if says(&String::from_utf8_lossy(&text)) {
            references::literals(&text, |literal| found |= says(literal.text));
        }
        found
    })
}

fn has_packages(index: &Index<'_>) -> bool {
    let paths = (0..index.entries().len()).filter_map(|number| index.path(number));
    paths.into_iter().any(in_packages)
}

/// The app's own sources of these kinds, but for tests and for what only a build runs.
fn own<'i>(index: &'i Index<'_>, kinds: &'i [&[&str]]) -> impl Iterator<Item = &'i str> {
    let is_test = |path: &str| {
        let mut parts = path.split('/');
        parts.any(|part| matches!(part, "test" | "tests" | "spec" | "__tests__"))
            || path.ends_with("_test.go")
    };
    let builds = |path: &str| {
        let name = index::name(path);
        matches!(
            name,
            "build.rs" | "conftest.py" | "noxfile.py" | ecosystems::python::SETUP_PY
        ) || name.ends_with(".gradle.kts")
    };
    (0..index.entries().len())
        .filter(|number| index.is_file(*number))
        .filter(|number| {
            index
                .entry(*number)
                .is_some_and(|entry| entry.size() < MAX_TEXT)
        })
        .filter_map(|number| index.path(number))
        .filter(move |path| {
            !in_packages(path) && python::split(path).is_none() && !path.starts_with(".git/")
        })
        .filter(move |path| {
            kinds
                .iter()
                .any(|some| some.contains(&index::extension(path)))
        })
        .filter(move |path| !is_test(path) && !builds(path) && !crate::tooling::is_tooling(path))
}

/// Literals, in configuration words, and where each begins.
fn words<'t>(text: &'t [u8], kind: &str) -> Vec<(usize, &'t str)> {
    let mut words = Vec::new();
    if kind == "conf" {
        let text = std::str::from_utf8(text).unwrap_or_default();
        let ends = |c: char| c.is_whitespace() || matches!(c, ';' | '{' | '}');
        let begin = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
        words.extend(text.split(ends).map(|word| (begin(word), word)));
    } else {
        references::literals(text, |literal: Literal<'t>| {
            words.push((literal.at, literal.text));
        });
    }
    words
}

/// The files and folders that a literal means: seen from the root, from its file's folder, and with what it is joined
/// with.
fn meant(index: &Index<'_>, path: &str, text: &[u8], at: usize, word: &str) -> Vec<usize> {
    let word = word.split('*').next().unwrap_or_default();
    let Some(start) = word.find(MODULES) else {
        return Vec::new();
    };
    let readings = [
        join("", word.get(start..).unwrap_or_default()),
        join("", word.trim_start_matches('/')),
        join(parent(path), word.trim_start_matches('/')),
        join(path, word),
    ];
    let after = text
        .get(at + 1..)
        .and_then(|rest| rest.get(word.len()..))
        .unwrap_or_default();
    let mut found = Vec::new();
    for reading in readings.into_iter().flatten() {
        // What a value goes on with is unknown: the folder that it surely begins with.
        let mut folder = reading.as_str();
        while index.find(folder).is_none() && folder.contains(MODULES) {
            folder = parent(folder);
        }
        if folder.contains(MODULES)
            && let Some(number) = index.find(folder)
        {
            let number = if folder == reading {
                joined(index, number, after)
            } else {
                number
            };
            if !found.contains(&number) {
                found.push(number);
            }
        }
    }
    found
}

/// `join("node_modules", "a", "dist")`: the folder as far as literals lead into it.
fn joined(index: &Index<'_>, mut number: usize, mut after: &[u8]) -> usize {
    loop {
        let rest = after.get(1..).unwrap_or_default().trim_ascii_start();
        let Some(rest) = rest.strip_prefix(b",").or_else(|| rest.strip_prefix(b"/")) else {
            return number;
        };
        let rest = rest.trim_ascii_start();
        let Some((quote @ (b'"' | b'\''), inside)) = rest.split_first() else {
            return number;
        };
        let part = memchr::memchr(*quote, inside)
            .and_then(|end| std::str::from_utf8(inside.get(..end)?).ok());
        let folder = index.path(number).unwrap_or_default();
        let next = part.and_then(|part| index.find(&join(folder, part)?));
        let (Some(part), Some(next)) = (part, next) else {
            return number;
        };
        number = next;
        after = inside.get(part.len()..).unwrap_or_default();
    }
}

/// Whether a folder is a part of a path.
fn names_part(path: &[u8], folder: &str) -> bool {
    path.split(|byte| matches!(byte, b'/' | b'\\'))
        .any(|part| part == folder.as_bytes())
}

/// How far from a folder its address stands, in bytes: the line of a route before the line that serves it.
const NEAR: usize = 300;

/// The addresses that stand near a folder; none is one as well, since a server may have its root there. Of
/// `/npm/<path:name>`, `/npm/*` and `/npm/:name` the part before counts.
fn addresses(text: &[u8], at: usize) -> Vec<String> {
    let near = text.get(at.saturating_sub(NEAR)..(at + NEAR).min(text.len()));
    let near = near.unwrap_or_default();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"/_-.@".contains(byte);
    let mut found = vec![String::new(), format!("/{MODULES}")];
    for slash in memchr::memchr_iter(b'/', near) {
        let before = slash.checked_sub(1).and_then(|before| near.get(before));
        let rest = near.get(slash..).unwrap_or_default();
        let end = rest.iter().position(|byte| !is_part(byte));
        let address = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        if matches!(before, Some(b'"' | b'\'' | b'`' | b' '))
            && !names_part(address, MODULES)
            && let Ok(address) = std::str::from_utf8(address)
        {
            found.push(address.trim_end_matches('/').to_owned());
        }
    }
    found
}

/// Files that pages and code name by an address.
fn linked(index: &Index<'_>, texts: &dyn Texts, mounts: &[Mount]) -> Vec<Named> {
    let mut found = Vec::new();
    for path in own(index, &[SERVERS, OTHERS, PAGES]) {
        let Some(text) = texts.text(path) else {
            continue;
        };
        let lines = references::Lines::of(&text);
        for (at, word) in words(&text, index::extension(path)) {
            for (folder, address) in mounts {
                let rest = word
                    .strip_prefix(address.as_str())
                    .and_then(|rest| rest.strip_prefix('/'));
                let rest = rest.filter(|rest| rest.contains('.'));
                let file = rest.and_then(|rest| index.find(&join(folder, rest)?));
                if let Some(number) = file.filter(|number| index.is_file(*number)) {
                    let (path, line) = (path.to_owned(), lines.at(at));
                    found.push(Named { number, path, line });
                }
            }
        }
    }
    found
}

/// Whether a name is compared, or is one of what is left out: `if name == "node_modules"`, `IGNORED = {".git",
/// "node_modules"}`, `strings.Contains(path, "node_modules")`.
fn is_left_out(text: &[u8], at: usize) -> bool {
    const COMPARES: &[&str] = &[
        "startswith",
        "starts_with",
        "start_with",
        "hasprefix",
        "contains",
        "equal",
        "include?",
        "endswith",
        "ends_with",
        "end_with",
        "hassuffix",
        "match",
    ];
    const LEAVES_OUT: &[&str] = &[
        "ignor",
        "exclu",
        "skip",
        "omit",
        "prune",
        "watch",
        "reject",
        "denylist",
        "blacklist",
    ];
    const NEIGHBOURS: &[&str] = &[
        ".git\"",
        ".git'",
        "__pycache__",
        "venv\"",
        "venv'",
        ".idea",
        ".tox",
        ".svn",
    ];
    let before = text.get(..at).unwrap_or_default();
    let quote = before.len();
    let inside = text.get(quote + 1..).unwrap_or_default();
    let end = memchr::memchr(text.get(quote).copied().unwrap_or(b'"'), inside).unwrap_or_default();
    let after = inside.get(end + 1..).unwrap_or_default().trim_ascii_start();
    let head = before.trim_ascii_end();
    let compared = [b"==".as_slice(), b"!=", b"case", b"when"];
    let tests = [b"==".as_slice(), b"!=", b"in ", b"not in ", b"=>"];
    if compared.iter().any(|mark| head.ends_with(mark))
        || tests.iter().any(|mark| after.starts_with(mark))
    {
        return true;
    }
    let open = opening(before);
    let line_of = |at: usize| {
        let start =
            memchr::memrchr(b'\n', before.get(..at).unwrap_or_default()).map_or(0, |at| at + 1);
        String::from_utf8_lossy(before.get(start..).unwrap_or_default()).to_ascii_lowercase()
    };
    let said = line_of(open.unwrap_or(at));
    if LEAVES_OUT.iter().any(|mark| said.contains(mark)) {
        return true;
    }
    let call = open.and_then(|open| before.get(..open)).unwrap_or_default();
    let name = call
        .rsplit(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'?')))
        .next();
    let name = String::from_utf8_lossy(name.unwrap_or_default()).to_ascii_lowercase();
    if COMPARES.iter().any(|mark| name.contains(mark)) {
        return true;
    }
    let group = open
        .and_then(|open| text.get(open..(at + NEAR).min(text.len())))
        .unwrap_or_default();
    let close = group
        .iter()
        .position(|byte| matches!(byte, b']' | b'}'))
        .unwrap_or(group.len());
    let group = group.get(..close).unwrap_or_default();
    NEIGHBOURS
        .iter()
        .any(|mark| memmem::find(group, mark.as_bytes()).is_some())
}

/// The bracket in which a text ends.
fn opening(before: &[u8]) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, byte) in before.iter().enumerate().rev().take(2 * NEAR) {
        match byte {
            b')' | b']' | b'}' => depth += 1,
            b'(' | b'[' | b'{' if depth == 0 => return Some(at),
            b'(' | b'[' | b'{' => depth -= 1,
            _ => {}
        }
    }
    None
}
