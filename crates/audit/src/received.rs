//! Is what a call writes to disk a file that a client sent? For the rules about storage.
//!
//! A framework gives such a file as an object, by a parameter or out of the request; what that
//! object is called differs, what is asked of it does not: the name that the client gave, or its
//! content. A write is of such a file if its path or its content comes from that object, or if
//! it only opens a file and the same function reads the object's content.

use crate::called::is_dead;
use crate::guards::calls_to;
use crate::paths;
use crate::sent_on::is_sent_on;
use crate::written::written;
use crate::{Facts, Site};
use slugsmith_facts::code::{Assignment, Call, Code, Expr, Language};
use slugsmith_facts::packages::Ecosystem;

/// Packages that take files out of a request.
pub(crate) const PARSERS: &[&str] = &[
    "multer",
    "formidable",
    "busboy",
    "express-fileupload",
    "multiparty",
    "connect-busboy",
    "koa-body",
    "@koa/multer",
    "@fastify/multipart",
];

/// How far names are followed from the write to the object.
const STEPS: usize = 4;

/// What a language's frameworks say of a client's file.
struct Words {
    /// Where a request keeps its files: dotted parts that stand one after another.
    requests: &'static [&'static str],
    /// What tells the name that the client gave.
    names: &'static [&'static str],
    /// What gives the content.
    contents: &'static [&'static str],
}

const JAVASCRIPT: Words = Words {
    requests: &[
        "req.file",
        "req.files",
        "request.files",
        "ctx.request.files",
    ],
    names: &["originalname", "originalFilename", "filename"],
    contents: &["arrayBuffer", "toBuffer", "buffer", "stream", "pipe"],
};
const PYTHON: Words = Words {
    requests: &["request.files", "request.FILES"],
    names: &["filename"],
    contents: &["file", "read", "chunks", "stream", "body", "iter_chunked"],
};
const RUBY: Words = Words {
    requests: &[],
    names: &["original_filename"],
    contents: &["tempfile"],
};
const GO: Words = Words {
    requests: &[],
    names: &["Filename"],
    contents: &["Open"],
};
const JAVA: Words = Words {
    requests: &[],
    names: &["getOriginalFilename", "getSubmittedFileName"],
    contents: &["getInputStream", "getBytes", "write"],
};
const PHP: Words = Words {
    requests: &["_FILES", "getUploadedFiles", "getUploadedFile"],
    names: &[
        "getClientFilename",
        "getClientOriginalName",
        "getClientName",
        "getClientOriginalExtension",
        "tmp_name",
    ],
    contents: &["getStream", "tmp_name", "moveTo", "move"],
};

fn words(language: Language) -> &'static Words {
    match language {
        Language::JavaScript => &JAVASCRIPT,
        Language::Python => &PYTHON,
        Language::Ruby => &RUBY,
        Language::Go => &GO,
        Language::Java => &JAVA,
        Language::Php => &PHP,
    }
}

/// Writes of a client's file in one language, the first of each function.
pub(crate) fn sites<'a>(facts: &'a Facts<'_>, language: Language) -> Vec<Site<'a>> {
    let mut found: Vec<Site<'a>> = Vec::new();
    let writes = |site| written(site).is_some() || by_object(site).is_some();
    for site in calls_to(facts, language, writes) {
        let own = site.code.enclosing_function(site.call.scope);
        let is_told = found.iter().any(|one| {
            std::ptr::eq(one.code, site.code) && one.code.enclosing_function(one.call.scope) == own
        });
        let is_written = || written(site).is_some_and(|path| is_from_client(facts, site, path));
        if !is_told && (is_written() || puts_itself(facts, site)) && !is_dead(facts, site) {
            found.push(site);
        }
    }
    found
}

/// The path of a call by which the object puts itself on the disk.
fn by_object(site: Site<'_>) -> Option<&Expr> {
    let call = site.call;
    let count = call.arguments.len();
    match (site.code.language, call.method()) {
        (Language::Php, "moveTo") if count == 1 => call.positional(0),
        (Language::Php, "move") if (1..=3).contains(&count) => call.positional(0),
        (Language::Python, "save") if (1..=2).contains(&count) => call.positional(0),
        (Language::Java, "write") if count == 1 => call.positional(0),
        (Language::Go, "SaveFile") if count == 2 => call.positional(1),
        _ => None,
    }
}

/// Whether a write puts a client's file on a disk that keeps nothing.
pub(crate) fn is_from_client(facts: &Facts<'_>, site: Site<'_>, path: &Expr) -> bool {
    let objects = kept(facts, site, path);
    if objects.is_empty() {
        return false;
    }
    let tied = |value: &Expr| comes_from(site, value, &objects);
    let call = site.call;
    let receiver = Expr::Name(call.receiver().to_owned());
    let is_own = !call.receiver().is_empty() && tied(&receiver);
    tied(path)
        || is_own
        || call.arguments.iter().any(|argument| tied(&argument.value))
        || is_opened(site) && reads_content(site, &objects)
}

/// Whether the object itself is told to go to the disk: `file.save(path)`, not `form.save(file)`.
fn puts_itself(facts: &Facts<'_>, site: Site<'_>) -> bool {
    let Some(path) = by_object(site) else {
        return false;
    };
    let objects = kept(facts, site, path);
    match site.code.language {
        // `context.SaveFile(file, path)`.
        Language::Go => {
            let file = site.call.positional(0);
            file.is_some_and(|file| comes_from(site, file, &objects))
        }
        _ => stands_for(site, site.call.receiver(), &objects),
    }
}

/// The objects whose content stays where the path leads: none in a temporary folder, or where the function removes it.
fn kept(facts: &Facts<'_>, site: Site<'_>, path: &Expr) -> Vec<String> {
    let objects = objects(facts, site);
    if objects.is_empty() || paths::leads_to_temp(site, path) || is_stopover(site, path) {
        return Vec::new();
    }
    objects
}

/// The names of the objects that stand for a client's file where a call stands.
fn objects(facts: &Facts<'_>, site: Site<'_>) -> Vec<String> {
    if !serves_files(facts, site.code) {
        return Vec::new();
    }
    let words = words(site.code.language);
    let mut found = Vec::new();
    each_name(site, &mut |name| {
        let root = words.requests.iter().find_map(|root| up_to(name, root));
        let object = root.or_else(|| {
            let mut parts = name.rsplitn(2, '.');
            let last = parts.next()?.trim_end_matches("()");
            let object = parts.next()?;
            let counts = words.names.contains(&last)
                || is_content(site.code, last)
                || is_of_params(site.code, object, last);
            (counts && object != "self" && object != "this").then(|| object.to_owned())
        });
        found.extend(object.filter(|object| !object.is_empty() && !is_module(site.code, object)));
    });
    found.sort_unstable();
    found.dedup();
    found
}

/// A name of the content that only files of clients have: not `read` or `file`.
fn is_content(code: &Code, word: &str) -> bool {
    match code.language {
        Language::JavaScript => word == "arrayBuffer" && asks_for_form(code),
        Language::Python => word == "chunks",
        Language::Ruby => word == "tempfile",
        Language::Php => word == "tmp_name",
        Language::Go | Language::Java => false,
    }
}

/// `params[:roster].path`: a parameter that is asked for its path or its content is a file.
fn is_of_params(code: &Code, object: &str, last: &str) -> bool {
    code.language == Language::Ruby
        && matches!(last, "path" | "read")
        && object
            .strip_prefix("params")
            .is_some_and(|rest| !rest.is_empty())
}

/// Whether files of clients come to this source file at all.
fn serves_files(facts: &Facts<'_>, code: &Code) -> bool {
    let imports = |names: &[&str]| names.iter().any(|name| code.imports(name));
    match code.language {
        Language::JavaScript => {
            asks_for_form(code) || facts.packages.has_any(Ecosystem::Npm, PARSERS)
        }
        Language::Python => {
            imports(&[
                "fastapi",
                "starlette",
                "flask",
                "flask_wtf",
                "werkzeug",
                "aiohttp",
                "sanic",
                "quart",
                "litestar",
                "tornado",
                "bottle",
            ]) || facts.packages.has(Ecosystem::Pypi, "django")
        }
        Language::Ruby | Language::Php => true,
        Language::Go => code.calls.iter().any(|call| {
            matches!(
                call.method(),
                "FormFile" | "MultipartForm" | "MultipartReader"
            ) || call.callee.contains("MultipartForm")
        }),
        Language::Java => {
            imports(&["org.springframework.web.multipart"])
                || code
                    .calls
                    .iter()
                    .any(|call| matches!(call.method(), "getPart" | "getParts"))
        }
    }
}

/// `await request.formData()`: what the platform's own `Request` gives, as in Next and Remix.
fn asks_for_form(code: &Code) -> bool {
    code.calls.iter().any(|call| call.method() == "formData")
}

/// An imported module is no object: `os.filename` is none of a client's.
fn is_module(code: &Code, object: &str) -> bool {
    let root = object.split('.').next().unwrap_or(object);
    root != "request"
        && code
            .imports
            .iter()
            .any(|import| import.names.iter().any(|name| name == root))
}

/// `name` up to the end of `root`, where its dotted parts stand one after another in it.
fn up_to(name: &str, root: &str) -> Option<String> {
    let (before, rest) = name.split_once(root)?;
    let whole = (before.is_empty() || before.ends_with('.'))
        && (rest.is_empty() || rest.starts_with(['.', '(', '[']));
    let object = format!("{before}{root}");
    whole.then_some(object)
}

/// Calls `visit` with each dotted name that the function around a call uses, the file where there
/// is none.
fn each_name(site: Site<'_>, visit: &mut dyn FnMut(&str)) {
    let is_beside = beside(site);
    let calls = site.code.calls.iter();
    for call in calls.filter(|call| is_beside(call.scope)) {
        visit(&call.callee);
        for argument in &call.arguments {
            names_in(&argument.value, visit);
        }
    }
    let assignments = site.code.assignments.iter();
    for one in assignments.filter(|one| is_beside(one.scope)) {
        names_in(&one.value, visit);
    }
}

fn names_in(value: &Expr, visit: &mut dyn FnMut(&str)) {
    value.walk(&mut |inner| match inner {
        Expr::Name(name) | Expr::Call { callee: name, .. } => visit(name),
        _ => {}
    });
}

/// Whether a scope belongs to the outermost function around a call: callbacks stand inside one.
fn beside(site: Site<'_>) -> impl Fn(usize) -> bool {
    let outermost = move |scope| {
        std::iter::successors(site.code.enclosing_function(scope), |at| {
            let parent = site.code.scopes.get(*at)?.parent;
            site.code.enclosing_function(parent)
        })
        .last()
    };
    let own = outermost(site.call.scope);
    move |scope| outermost(scope) == own
}

/// Whether a name is one of the objects or a part of one.
fn is_part(name: &str, objects: &[String]) -> bool {
    objects.iter().any(|object| {
        name.strip_prefix(object.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', '(']))
    })
}

/// Whether a name is one of the objects, or was given one: not what was only made with it.
fn stands_for(site: Site<'_>, name: &str, objects: &[String]) -> bool {
    let is_beside = beside(site);
    let root = name.split(['.', '[', '(']).next().unwrap_or(name);
    let given = |one: &Assignment| {
        let (Expr::Name(value) | Expr::Call { callee: value, .. }) = &one.value else {
            return false;
        };
        one.target == root && is_beside(one.scope) && is_part(value, objects)
    };
    is_part(name, objects) || site.code.assignments.iter().any(given)
}

/// Whether a value comes from one of the objects, over names of the function, each followed once.
fn comes_from(site: Site<'_>, value: &Expr, objects: &[String]) -> bool {
    let is_beside = beside(site);
    let (mut found, mut seen) = (false, std::collections::BTreeSet::new());
    let mut pending = vec![(value, 0)];
    while let Some((value, step)) = pending.pop() {
        value.walk(&mut |inner| {
            let (Expr::Name(name) | Expr::Call { callee: name, .. }) = inner else {
                return;
            };
            found = found || is_part(name, objects);
            // `name` and the first part of `name.path` alike.
            let root = name.split(['.', '[', '(']).next().unwrap_or(name);
            if found || step >= STEPS || !seen.insert(root) {
                return;
            }
            let assigned = site.code.assignments.iter();
            let held = assigned.filter(|one| one.target == root && is_beside(one.scope));
            pending.extend(held.map(|one| (&one.value, step + 1)));
            // Of a chain (`Image::make($file)->fit(8)`) the name keeps no arguments: those of its first call.
            if let Some((first, _)) = name.split_once("().") {
                let calls = site.code.calls.iter();
                let of_first = calls.filter(|call| call.callee == first && is_beside(call.scope));
                let given = of_first.flat_map(|call| &call.arguments);
                pending.extend(given.map(|argument| (&argument.value, step + 1)));
            }
        });
        if found {
            return true;
        }
    }
    false
}

/// Whether a call only opens what is written to later, or copies from what is open: a name that
/// `try (…)` or `with` binds is not followed.
fn is_opened(site: Site<'_>) -> bool {
    matches!(
        site.call.method(),
        "copy"
            | "open"
            | "open_file"
            | "createWriteStream"
            | "fopen"
            | "Create"
            | "OpenFile"
            | "new"
            | "FileOutputStream"
            | "newOutputStream"
    )
}

/// Whether the function reads the content of one of the objects.
fn reads_content(site: Site<'_>, objects: &[String]) -> bool {
    let words = words(site.code.language);
    let mut found = false;
    each_name(site, &mut |name| {
        found = found
            || objects.iter().any(|object| {
                let rest = name
                    .strip_prefix(object.as_str())
                    .and_then(|rest| rest.strip_prefix('.'));
                rest.is_some_and(|rest| {
                    let mut parts = rest.split('.').map(|part| part.trim_end_matches("()"));
                    parts.any(|part| words.contents.contains(&part))
                })
            });
    });
    found
}

/// The file is removed or sent on in the same function, or lies in a temporary folder.
fn is_stopover(site: Site<'_>, path: &Expr) -> bool {
    let temporary = |call: &Call| {
        let callee = call.callee.as_str();
        callee.starts_with("tempfile.")
            || matches!(
                call.method(),
                "NamedTemporaryFile" | "TemporaryDirectory" | "mkdtemp"
            )
    };
    let is_beside = beside(site);
    let mut calls = site.code.calls.iter();
    // `$file->move($folder, $name)`: the path is in two pieces.
    let name = site
        .call
        .positional(1)
        .filter(|_| site.code.language == Language::Php && site.call.method() == "move");
    let pieces: Vec<&Expr> = std::iter::once(path).chain(name).collect();
    paths::tidies(site)
        || is_sent_on(site, &pieces)
        || calls.any(|call| is_beside(call.scope) && temporary(call))
}
