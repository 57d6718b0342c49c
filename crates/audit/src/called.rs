//! Does anything in the app name a function? One that nothing names never runs.
//!
//! Frameworks call functions that the app itself never names: by annotations, decorators, interfaces and
//! conventions. So only what is surely the app's own is judged: methods of Java without annotations whose interfaces
//! are the app's, functions of Go that no foreign interface can ask for, private methods of PHP, plain functions of
//! Python. Any mention of the name, in code, a template or configuration, is a use, but a definition, a comment,
//! and in Java a call with another number of arguments.

use super::facts::{Facts, Site};
use slugsmith_facts::beneath;
use slugsmith_facts::code::mentions::{self, definition, mentions};
use slugsmith_facts::code::{Call, Code, Language, ScopeKind};
use slugsmith_facts::packages::Ecosystem;

/// Where a mention is looked for: code, and what frameworks call functions from.
const ENDINGS: &[&str] = &[
    "java",
    "kt",
    "kts",
    "groovy",
    "scala",
    "clj",
    "go",
    "py",
    "php",
    "phtml",
    "xml",
    "yml",
    "yaml",
    "properties",
    "toml",
    "ini",
    "cfg",
    "json",
    "jsp",
    "jspx",
    "jspf",
    "xhtml",
    "html",
    "htm",
    "ftl",
    "ftlh",
    "tmpl",
    "gohtml",
    "tpl",
    "twig",
    "j2",
    "jinja",
    "jinja2",
    "vm",
    "mustache",
    "txt",
    "sh",
    "conf",
];
/// A file of code that is larger is not searched: what it names is not known.
const LARGEST: u64 = 1_000_000;

/// Whether a call stands in a function that nothing in the app calls, names or marks.
pub(super) fn is_dead(facts: &Facts<'_>, site: Site<'_>) -> bool {
    let Some((at, name)) = own_function(site) else {
        return false;
    };
    let code = site.code;
    let is_candidate = match code.language {
        Language::Java => is_plain_in_java(facts, code, at, name),
        Language::Go => !matches!(name, "main" | "init" | "go func"),
        Language::Php if is_in_unused_class(facts, code, at) => return true,
        Language::Php => !name.starts_with("__"),
        Language::Python => is_plain_in_python(code, at, name),
        Language::JavaScript | Language::Ruby => false,
    };
    is_candidate && !is_named(facts, code, at, name)
}

/// The innermost function with a name around a call.
fn own_function(site: Site<'_>) -> Option<(usize, &str)> {
    let code = site.code;
    let mut at = code.enclosing_function(site.call.scope)?;
    loop {
        let scope = code.scopes.get(at)?;
        match &scope.kind {
            ScopeKind::Function { name } if !name.is_empty() && name != "go func" => {
                return Some((at, name));
            }
            _ => at = code.enclosing_function(scope.parent)?,
        }
    }
}

/// A method without annotations, not a property's, in a class of which the app itself wrote every interface.
fn is_plain_in_java(facts: &Facts<'_>, code: &Code, at: usize, name: &str) -> bool {
    const HARMLESS: &[&str] = &[
        "@Override",
        "@SuppressWarnings",
        "@Deprecated",
        "@NonNull",
        "@Nullable",
    ];
    let Some((class, bases)) = code.class(at) else {
        return false;
    };
    let marked = code.calls.iter().any(|call| {
        call.scope == at
            && call.callee.starts_with('@')
            && !HARMLESS.contains(&call.callee.as_str())
    });
    let property = ["get", "set", "is"].iter().any(|start| {
        let rest = name.strip_prefix(start);
        rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase()))
    });
    let ours = |base: &String| {
        let plain = base.split('<').next().unwrap_or(base);
        let plain = plain.rsplit('.').next().unwrap_or(plain);
        facts
            .code(Language::Java)
            .any(|other| is_own_root(facts, other, plain))
    };
    !marked && !property && name != "main" && name != class && bases.iter().all(ours)
}

/// Whether a file defines this class or interface, and it has none above it.
fn is_own_root(facts: &Facts<'_>, code: &Code, name: &str) -> bool {
    let defines = code.scopes.iter().any(|scope| {
        matches!(&scope.kind, ScopeKind::Class { name: found, bases } if found == name && bases.is_empty())
    });
    // What an interface extends is no base in the parsed facts.
    let extends = |text: &str| {
        let head = format!("interface {name}");
        let mut heads = text.split(head.as_str()).skip(1);
        heads.any(|rest| {
            rest.split('{')
                .next()
                .is_some_and(|head| head.contains("extends"))
        })
    };
    defines && text(facts, &code.path).is_some_and(|text| !extends(&text))
}

/// A function without decorators, outside of classes: of those a framework may look for methods by their names.
fn is_plain_in_python(code: &Code, at: usize, name: &str) -> bool {
    const ENTRIES: &[&str] = &[
        "main",
        "handler",
        "lambda_handler",
        "application",
        "create_app",
    ];
    let decorated = decorators(code, at).next().is_some();
    let outside = code.class(at).is_none();
    !decorated && outside && !name.starts_with("__") && !ENTRIES.contains(&name)
}

/// The decorators of a function of Python, by its scope: each belongs to the first function below it.
pub(super) fn decorators(code: &Code, at: usize) -> impl Iterator<Item = &Call> {
    let scope = code.scopes.get(at);
    let (parent, start) = scope.map_or((0, 0), |scope| (scope.parent, scope.line));
    let between = move |line: u32| {
        code.scopes
            .iter()
            .any(|other| other.line > line && other.line < start)
    };
    code.calls.iter().filter(move |call| {
        let line = call.line.number();
        call.callee.starts_with('@') && call.scope == parent && line < start && !between(line)
    })
}

/// A class of PHP without a base that no other file names, but to import it: `use` alone loads nothing. Not where a
/// framework finds classes by their folders, or an attribute says what they are for.
fn is_in_unused_class(facts: &Facts<'_>, code: &Code, at: usize) -> bool {
    const FRAMEWORKS: &[&str] = &[
        "symfony/framework-bundle",
        "laravel/framework",
        "laravel/lumen-framework",
        "codeigniter4/framework",
        "cakephp/cakephp",
        "yiisoft/yii2",
        "api-platform/core",
    ];
    let Some((class, [])) = code.class(at) else {
        return false;
    };
    let by_folder = || {
        facts
            .packages
            .wants_any(Ecosystem::Composer, FRAMEWORKS)
            .is_some()
    };
    let is_marked = || {
        text(facts, &code.path).is_none_or(|text| text.contains("#[") || text.contains("@Route"))
    };
    let mut others = searched(facts).filter(|path| **path != code.path);
    !by_folder()
        && !is_marked()
        && others.all(|path| {
            text(facts, path).is_some_and(|text| !mentions::is_used_in_php(&text, class))
        })
}

/// Whether nothing in the app names a constant but the place that gives it its value. One that a file hands out to
/// whoever loads it (`module.exports = KEY`) is named there.
pub(super) fn is_unused(facts: &Facts<'_>, name: &str) -> bool {
    let mut places = 0;
    for path in searched(facts) {
        let Some(text) = text(facts, path) else {
            return false;
        };
        places += mentions::count(&text, name);
        if places > 1 {
            return false;
        }
    }
    places == 1
}

/// The files in which a mention is looked for.
fn searched<'f>(facts: &'f Facts<'_>) -> impl Iterator<Item = &'f String> {
    facts.sources.paths.iter().filter(|path| {
        let ending = path.rsplit_once('.').map(|(_, ending)| ending);
        ending.is_some_and(|ending| ENDINGS.contains(&ending) || Language::of(path).is_some())
            || path.as_str() == "Procfile"
    })
}

/// Whether any file of the app mentions the function at a scope.
fn is_named(facts: &Facts<'_>, code: &Code, at: usize, name: &str) -> bool {
    let Some(own) = text(facts, &code.path) else {
        return true;
    };
    let start = code.scopes.get(at).map_or(1, |scope| scope.line);
    let Some(defined) = definition(&own, start, code.language, name) else {
        return true;
    };
    let is_ours = match code.language {
        // Another interface may ask for an exported method of Go.
        Language::Go => {
            !defined.is_method || !name.starts_with(|first: char| first.is_ascii_uppercase())
        }
        Language::Php => defined.is_private,
        _ => true,
    };
    if !is_ours {
        return true;
    }
    let arity = defined.arity.filter(|_| code.language == Language::Java);
    let paths = facts.sources.paths.iter().zip(&facts.sources.sizes);
    let searched = paths.filter(|(path, _)| {
        let ending = path.rsplit_once('.').map(|(_, ending)| ending);
        ending.is_some_and(|ending| ENDINGS.contains(&ending)) || path.as_str() == "Procfile"
    });
    for (path, size) in searched {
        if *size > LARGEST {
            if Language::of(path) == Some(code.language) {
                return true;
            }
            continue;
        }
        let language = Language::of(path).unwrap_or(code.language);
        let found = text(facts, path).is_none_or(|text| mentions(&text, language, name, arity));
        if found {
            return true;
        }
    }
    false
}

fn text(facts: &Facts<'_>, path: &str) -> Option<String> {
    match beneath::text_in(&facts.app.root, path) {
        Ok(text) => Some(text),
        // Bytes that are no text name nothing.
        Err(_) => (Language::of(path).is_none()).then(String::new),
    }
}
