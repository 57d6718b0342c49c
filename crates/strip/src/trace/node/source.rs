//! What does one JavaScript or TypeScript file load?

mod calls;
mod folders;
mod handed;
mod names;
mod reader;
pub(super) mod shim;
mod tell;

use std::collections::{HashMap, HashSet};

use memchr::memmem;
use oxc_allocator::Allocator;
use oxc_ast::ast::{Program, Statement};
use oxc_ast_visit::Visit;
use oxc_parser::Parser;
use oxc_span::SourceType;

use super::resolve::Form;
use super::value::{Evaluator, Value};
use handed::Handed;
use names::Names;
use reader::Reader;
use slugsmith_facts::bounds;

/// One thing that a file loads or mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Load {
    /// A module by a name that may have holes.
    Module(Value, Form),
    /// A path inside the app that may have holes.
    Path(String),
    /// A module of which nothing is known.
    Unknown,
    /// The folder of some package: `require.resolve(name + "/package.json")`.
    AnyFolder,
    /// All of a package of which nothing is known: a path is made of where it is.
    Folders,
    /// A folder that is listed: all that is in it.
    Listed(String),
    /// Any file of the file's own package: what is made of its folder can't be followed.
    Own,
    /// Any file of a package, by its folder.
    Package(String),
    /// A command that is handed to a shell, or a program to start.
    Command(String),
    /// Some literal that could be a file's or a module's name.
    Word(String),
}

/// What a file loads, and where (byte offsets turned into 1-based lines).
#[derive(Debug, Default)]
pub(super) struct Source {
    pub(super) loads: Vec<(Load, u32)>,
    /// Some load of this file is unknown.
    pub(super) unknown: bool,
    /// How what its words name would be loaded.
    pub(super) form: Option<Form>,
    /// The parser gave up; the caller falls back to literals.
    pub(super) broken: bool,
}

/// What evaluating needs to know of the file and the machine.
pub(super) struct Context<'c> {
    pub(super) file: &'c str,
    pub(super) platform: &'c str,
    pub(super) arch: &'c str,
    pub(super) resolve: &'c dyn Fn(&str) -> Option<String>,
    /// The names by which the file that a specifier means exports its bundle's `require` (`shim`).
    pub(super) shims: &'c dyn Fn(&str) -> Vec<String>,
}

/// Texts without any of these load nothing.
const MARKS: &[&str] = &[
    "require",
    "import",
    "export",
    "__dirname",
    "__filename",
    "Worker",
    "process.cwd",
    "exec",
    "spawn",
    "createRequire",
    "module[",
    "module.paths",
];
/// Only these make names worth following.
const COMPUTED: &[&str] = &[
    "__dirname",
    "__filename",
    "import.meta",
    "require",
    "createRequire",
    ".resolve(",
    ".cwd(",
];

/// Reads one file.
pub(super) fn read(text: &str, context: &Context<'_>) -> Source {
    let has = |mark: &&str| memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    if !MARKS.iter().any(has) {
        return Source::default();
    }
    let allocator = Allocator::default();
    let parsed = (!bounds::is_deep(text)).then(|| parse(&allocator, text, context.file));
    let Some(program) = parsed.flatten() else {
        return Source {
            broken: true,
            unknown: true,
            ..Source::default()
        };
    };
    let evaluator = evaluator(text, &program, context);
    let loaders = evaluator.loaders.clone();
    let mut reader = Reader::new(evaluator);
    reader.visit_program(&program);
    if has(&"require") || has(&"module[") {
        let mut handed = Handed {
            text,
            loaders,
            ..Handed::default()
        };
        handed.visit_program(&program);
        reader.unknown_at(&handed.at);
    }
    if shim::is_in(text) || imports_shim(&program, context) {
        let uses = shim::uses(text, &program, context.shims);
        reader.unknown_at(&uses.unknown);
        let named = uses.named.into_iter();
        let named = named.map(|(name, at)| (Load::Module(Value::text(name), Form::Require), at));
        reader.loads.extend(named);
    }
    // `path.dirname(found(name))`, where `found` asks `require.resolve`.
    if folders::makes_folders(text) {
        let mut loads = reader.loads.iter_mut();
        if let Some((load, _)) = loads.find(|(load, _)| *load == Load::AnyFolder) {
            *load = Load::Folders;
        }
    }
    // `module.paths.find(exists)`: whoever lists that folder looks at all packages.
    if has(&".paths") && (has(&"module.paths") || has(&"main.paths")) && has(&"readdir") {
        reader
            .loads
            .push((Load::Listed("node_modules".to_owned()), 0));
    }
    reader.finish(text)
}

/// Whether a file has its bundle's `require` from another one.
fn imports_shim(program: &Program<'_>, context: &Context<'_>) -> bool {
    let mut imports = program.body.iter().filter_map(|statement| match statement {
        Statement::ImportDeclaration(import) => Some(import.source.value.as_str()),
        _ => None,
    });
    imports.any(|specifier| !(context.shims)(specifier).is_empty())
}

/// The file's program; `None` where the parser gives up.
pub(super) fn parse<'p>(
    allocator: &'p Allocator,
    text: &'p str,
    file: &str,
) -> Option<Program<'p>> {
    let source = SourceType::from_path(file)
        .unwrap_or_default()
        .with_jsx(!file.ends_with("ts"));
    let mut parsed = Parser::new(allocator, text, source).parse();
    if parsed.panicked || !parsed.diagnostics.is_empty() {
        // Node decides by package.json whether a file is a script; try the other way.
        let script = Parser::new(allocator, text, source.with_script(true)).parse();
        if !script.panicked && script.diagnostics.len() < parsed.diagnostics.len().max(1) {
            parsed = script;
        }
    }
    (!parsed.panicked).then_some(parsed.program)
}

/// Whether Node itself can run a source, which JSX and types keep it from.
pub(in crate::trace) fn is_plain(text: &str) -> bool {
    let allocator = Allocator::default();
    let source = SourceType::mjs();
    bounds::is_deep(text)
        || [source, source.with_script(true)].iter().any(|source| {
            let parsed = Parser::new(&allocator, text, *source).parse();
            !parsed.panicked && parsed.diagnostics.is_empty()
        })
}

/// What evaluates the file's expressions, its names included.
pub(super) fn evaluator<'e>(
    text: &str,
    program: &Program<'_>,
    context: &Context<'e>,
) -> Evaluator<'e> {
    let has = |mark: &&str| memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    let evaluator = Evaluator {
        file: context.file,
        platform: context.platform,
        arch: context.arch,
        resolve: context.resolve,
        names: HashMap::new(),
        loaders: HashSet::new(),
    };
    if !COMPUTED.iter().any(has) {
        return evaluator;
    }
    let mut names = Names { evaluator };
    names.visit_program(program);
    names.evaluator
}
