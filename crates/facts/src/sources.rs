//! What does the app's own code and configuration say?
//!
//! Reads each file once: code that a process can reach is parsed ([`super::code`]),
//! manifests and configuration are kept as text. What is vendored, left out by git, too big
//! or generated is left out, and what was left out for its size is named.

pub mod configured;
mod deployed;
mod files;
mod flask;
mod go_packages;
mod json_modules;
mod kinds;
mod link;
pub mod lists;
pub mod named;
mod names;
mod node_config;
mod outputs;
pub mod paths;
mod php_reach;
mod python_reach;
mod rack_reach;
pub mod reach;
mod readers;
mod ruby_reach;
mod suppress;
mod words;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rayon::prelude::*;

use super::app::App;
use super::bounds;
use super::code::{self, Code, Language};
use super::encoding;
use super::process;
use super::tree::{EntryKind, Tree};
use crate::beneath;
use crate::tracked::Unpushed;
use slugsmith_finding::work;

pub use files::Sources;
pub use kinds::is_env_file;
pub use outputs::Outputs;
pub use php_reach::served_folder;
pub use suppress::Suppression;

/// Code larger than this many bytes is generated or a bundle, not written by hand.
const CODE_LIMIT: u64 = 1_000_000;
/// Configuration larger than this is data.
const TEXT_LIMIT: u64 = 512_000;
/// Lockfiles may be larger.
const LOCK_LIMIT: u64 = 20_000_000;
/// A private key in PEM is smaller than this.
const KEY_LIMIT: u64 = 16_000;
/// Brackets nested deeper than this are generated code.
const NESTING: usize = 250;

/// Reads the app's own files.
#[must_use]
pub fn read(app: &App, tree: &Tree) -> Sources {
    let mut sources = Sources::default();
    let ignored = gitignore(app, &mut sources);
    let mut wanted = Vec::new();
    // Entries come in path order, so a folder's verdict stands before its files.
    let mut hidden: Option<String> = None;
    let mut unpushed = Unpushed::of(&app.root);
    let projects = names::projects(tree);
    for entry in tree.entries() {
        let Some(path) = entry.path().to_str() else {
            continue;
        };
        let above = hidden
            .as_ref()
            .and_then(|folder| path.strip_prefix(folder.as_str()));
        if above.is_some_and(|rest| rest.starts_with('/')) {
            continue;
        }
        let folder = entry.kind() == EntryKind::Directory;
        let is_named = ignored.matched(path, folder).is_ignore()
            && (folder || unpushed.is_known() || !is_there_all_the_same(&ignored, path));
        if names::vendored(path) || unpushed.has(path, folder, is_named) {
            if !unpushed.is_known() && !names::vendored(path) {
                sources.unproven.push(path.to_owned());
            }
            if folder {
                hidden = Some(path.to_owned());
            } else if path == ".env" && !unpushed.is_known() && entry.size() <= TEXT_LIMIT {
                sources.unproven_env = beneath::text_in(&app.root, path).ok();
            }
            continue;
        }
        if folder {
            unpushed.enter(path, is_named);
        }
        if entry.kind() == EntryKind::File {
            sources.paths.push(path.to_owned());
            sources.sizes.push(entry.size());
            // A project of Django may be called anything, also `docs`.
            let judged = projects
                .iter()
                .find_map(|project| path.strip_prefix(project.as_str()));
            let how = want(judged.unwrap_or(path), entry.size());
            wanted.extend(how.map(|how| (path.to_owned(), how)));
        }
    }
    if !unpushed.is_known() {
        wanted.extend(hooks(app, &mut sources));
    }
    sort(&mut sources);
    let step = work::files("parsing", wanted.len());
    let read = in_pool(|| {
        wanted
            .into_par_iter()
            .inspect(|_| step.done(1))
            .map(|(path, how)| read_one(app, path, how))
            .collect::<Vec<_>>()
    });
    drop(step);
    for one in read {
        match one {
            Read::Code(code, text, words, suppressions) => {
                sources.words.extend(words);
                if let Some(text) = text {
                    sources.texts.insert(code.path.clone(), text);
                }
                sources.files.push(*code);
                sources.suppressions.extend(suppressions);
            }
            Read::Text(path, text, words, suppressions) => {
                sources.words.extend(words);
                sources.texts.insert(path, text);
                sources.suppressions.extend(suppressions);
            }
            Read::Skipped(path, reason) => sources.skipped.push((path, reason)),
            Read::Other => {}
        }
    }
    sources.files.sort_by(|a, b| a.path.cmp(&b.path));
    json_modules::read(app, &mut sources);
    lists::read(app, &mut sources);
    let processes = process::read(app, &sources);
    configured::read(app, &mut sources, &processes);
    node_config::read(app, &mut sources, &processes);
    sources.outputs = outputs::read(&sources.texts, ignored);
    drop_compiled(&mut sources);
    reach::keep(app, &mut sources, &processes);
    readers::apply(&mut sources);
    link::names(&mut sources);
    sources
}

/// Hooks of the build that `.gitignore` names. No tool makes them, so that one which is there was committed all the
/// same (`bin` is in many lists that come with an editor or a language); only git itself could say that it was not.
fn hooks(app: &App, sources: &mut Sources) -> Vec<(String, How)> {
    const HOOKS: &[&str] = &[
        "bin/post_compile",
        "bin/pre_compile",
        slugsmith_ecosystems::go::POST_COMPILE,
        slugsmith_ecosystems::go::PRE_COMPILE,
    ];
    let mut found = Vec::new();
    for path in HOOKS {
        let is_new = !sources.paths.iter().any(|known| known == path);
        let metadata = fs_err::metadata(app.root.join(path)).ok();
        let Some(size) = metadata.filter(|_| is_new).map(|metadata| metadata.len()) else {
            continue;
        };
        sources.paths.push((*path).to_owned());
        sources.sizes.push(size);
        found.extend(want(path, size).map(|how| ((*path).to_owned(), how)));
    }
    found
}

/// Drops what TypeScript's compiler made and somebody committed, where its source is there too: the build writes it
/// anew, and a person edits the source.
fn drop_compiled(sources: &mut Sources) {
    let is_compiled = |path: &str| {
        let is_source = |stem: &String| {
            let mut endings = ["ts", "tsx", "mts", "cts"].iter();
            endings.any(|ending| sources.has(&format!("{stem}.{ending}")))
        };
        sources.outputs.writes(path) && sources.outputs.sources_of(path).iter().any(is_source)
    };
    let code = sources.files.iter();
    let compiled: BTreeSet<String> = code
        .filter(|code| {
            let path = &code.path;
            [".js", ".mjs", ".cjs"]
                .iter()
                .any(|ending| path.ends_with(ending))
                && is_compiled(path)
        })
        .map(|code| code.path.clone())
        .collect();
    sources.files.retain(|code| !compiled.contains(&code.path));
}

/// `Tree` sorts by path components, look-ups here need plain byte order.
fn sort(sources: &mut Sources) {
    let mut both: Vec<_> = sources
        .paths
        .drain(..)
        .zip(sources.sizes.drain(..))
        .collect();
    both.sort_unstable();
    (sources.paths, sources.sizes) = both.into_iter().unzip();
}

/// A lockfile, or a module that a list names by its very path, and that is there, where no repository says whether it
/// was committed: a build without git has only what was pushed, and no compiler writes a single file under such a line.
fn is_there_all_the_same(ignored: &Gitignore, path: &str) -> bool {
    let is_code = [".ts", ".js", ".py", ".rb", ".php", ".go", ".java"]
        .iter()
        .any(|ending| path.ends_with(ending));
    // Several managers of one language may each have left one.
    let is_lock = |path: &str| {
        slugsmith_ecosystems::lockfile(path)
            .is_some_and(|(one, _)| !matches!(one.id, "node" | "python"))
    };
    if is_lock(path) {
        return true;
    }
    let is_bundle = path.contains(".min.") || path.contains("bundle") || path.ends_with(".d.ts");
    is_code
        && !is_bundle
        && path.contains('/')
        && ignored
            .matched(path, false)
            .inner()
            .is_some_and(|glob| glob.original().trim_start_matches('/') == path)
}

fn gitignore(app: &App, sources: &mut Sources) -> Gitignore {
    let mut builder = GitignoreBuilder::new("");
    // Only the app's own root file: in a build there is none of the developer's others.
    if let Ok(text) = beneath::text_in(&app.root, ".gitignore")
        && !bounds::add_list(&mut builder, &text)
    {
        let why = "has too many lines to be read, so that nothing counts as ignored";
        sources.skipped.push((".gitignore".to_owned(), why));
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

#[derive(Clone, Copy)]
enum How {
    Parse(Language),
    Keep,
    /// Keep only if it is a private key.
    Key,
    TooBig,
}

fn want(path: &str, size: u64) -> Option<How> {
    if kinds::is_lock(path) {
        return Some(if size > LOCK_LIMIT {
            How::TooBig
        } else {
            How::Keep
        });
    }
    if kinds::is_text(path) {
        return Some(if size > TEXT_LIMIT {
            How::TooBig
        } else {
            How::Keep
        });
    }
    let Some(language) = Language::of(path) else {
        let may_be_key = kinds::may_be_key(path) || kinds::may_be_json_key(path);
        return (size <= KEY_LIMIT && may_be_key).then_some(How::Key);
    };
    if !names::may_run(path, language) {
        return None;
    }
    Some(if size > CODE_LIMIT {
        How::TooBig
    } else {
        How::Parse(language)
    })
}

enum Read {
    /// With its text, if it is configuration as well.
    Code(Box<Code>, Option<String>, Vec<String>, Vec<Suppression>),
    Text(String, String, Vec<String>, Vec<Suppression>),
    Skipped(String, &'static str),
    /// Nothing that rules ask for.
    Other,
}

fn read_one(app: &App, path: String, how: How) -> Read {
    if matches!(how, How::TooBig) {
        return Read::Skipped(path, "too big to be written by hand");
    }
    let Ok(bytes) = beneath::read_in(&app.root, &path) else {
        return Read::Skipped(path, "can't be read");
    };
    let text = encoding::text(&bytes);
    if matches!(how, How::Key) && !text.starts_with("-----BEGIN ") && !is_json_key(&text) {
        return Read::Other;
    }
    if text.bytes().take(1024).any(|byte| byte == 0) {
        return Read::Skipped(path, "is binary");
    }
    let suppressions = suppress::find(&path, &text);
    let words = words::find(&path, &text);
    match how {
        How::Parse(language) => {
            if let Some(reason) = unfit(&text) {
                return Read::Skipped(path, reason);
            }
            if language == Language::Go && is_left_out_of_builds(&text) {
                return Read::Other;
            }
            let code = code::parse(&path, language, &text);
            Read::Code(Box::new(code), None, words, suppressions)
        }
        How::Keep | How::Key | How::TooBig => {
            if let (Some(language), None) = (shebang(&text), unfit(&text)) {
                let code = code::parse(&path, language, &text);
                Read::Code(Box::new(code), Some(text), words, suppressions)
            } else {
                Read::Text(path, text, words, suppressions)
            }
        }
    }
}

/// Whether JSON holds a private key, in PEM or in the members of a JSON Web Key.
fn is_json_key(text: &str) -> bool {
    let has = |member: &str| text.contains(&format!("\"{member}\""));
    text.trim_start().starts_with('{')
        && (text.contains("PRIVATE KEY-----") || has("kty") && has("d"))
}

/// A Go file that no build compiles: generators are run by hand (pkg.go.dev/cmd/go, "Build constraints").
fn is_left_out_of_builds(text: &str) -> bool {
    let head = text
        .lines()
        .take_while(|line| !line.starts_with("package "));
    let mut lines = head.map(str::trim);
    lines.any(|line| matches!(line, "//go:build ignore" | "// +build ignore"))
}

/// The language of a script without an extension (`bin/server`).
fn shebang(text: &str) -> Option<Language> {
    let first = text.lines().next()?.strip_prefix("#!")?;
    let program = first.rsplit(['/', ' ']).next()?;
    match program.trim_end_matches(|character: char| character.is_ascii_digit() || character == '.')
    {
        "node" => Some(Language::JavaScript),
        "python" => Some(Language::Python),
        "ruby" => Some(Language::Ruby),
        "php" => Some(Language::Php),
        _ => None,
    }
}

/// Why a file should not be parsed: minified, or nested beyond what a person writes.
fn unfit(text: &str) -> Option<&'static str> {
    let lines = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
    if text.len() > 20_000 && text.len() / lines > 400 {
        return Some("is minified");
    }
    let (mut open, mut deepest, mut prefixes, mut longest) = (0_usize, 0, 0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
        // Chains of operators (`!!!!a`, `a=>b=>c=>d`) nest without brackets.
        match byte {
            b'!' | b'~' | b'+' | b'-' | b'=' | b'>' | b'?' | b'<' | b'*' => prefixes += 1,
            b';' | b'}' | b')' => prefixes = 0,
            _ => {}
        }
        longest = longest.max(prefixes);
    }
    if deepest > NESTING || bounds::is_deep(text) {
        return Some("is nested too deeply");
    }
    (longest > 20_000).then_some("is generated")
}

/// Threads with a deep stack, made once; `None` where none can be had.
static POOL: LazyLock<Option<rayon::ThreadPool>> = LazyLock::new(|| {
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(bounds::STACK)
        .build();
    pool.ok()
});

/// Runs on threads with a deep stack; on the caller's own where none can be had.
pub fn in_pool<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match &*POOL {
        Some(pool) => pool.install(work),
        None => work(),
    }
}
