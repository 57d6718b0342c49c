//! Where does a path lie: in the app, in the temporary folder, or is it not known?

use super::facts::Site;
use slugsmith_facts::code::{Call, Expr, Language, Scope, ScopeKind, names_in};

/// What a path starts at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rooted {
    /// Below the app's folder; how a message shows the path.
    App(String),
    /// In a folder for temporary files, caches or logs.
    Scratch,
    Unknown,
}

/// Names that mean the app's own folder.
const ROOTS: &[&str] = &[
    "__dirname",
    "process.cwd()",
    "import.meta.dirname",
    "BASE_DIR",
    "settings.BASE_DIR",
    "PROJECT_ROOT",
    "settings.PROJECT_ROOT",
    "__file__",
    "os.getcwd()",
    "os.getcwd",
    "app.root_path",
    "current_app.root_path",
    "Rails.root",
    "__dir__",
    "__DIR__",
    "settings.root",
    "base_path",
    "storage_path",
    "public_path",
    "app_path",
    "resource_path",
];

/// What is scratch space or belongs to another rule.
const SCRATCH: &[&str] = &[
    "/tmp",
    "tmp/",
    "temp/",
    "/temp/",
    "cache",
    ".log",
    "log/",
    "logs/",
    "upload",
    "tmpdir",
    "tempdir",
    "gettempdir",
    "tempfile",
    "/dev/",
    "php://",
    "createTempFile",
    "TempDir",
    "mkdtemp",
    "sys_get_temp_dir",
    "tempnam",
    "TMP",
    "Dir.mktmpdir",
    "pids/",
    ".pid",
    ".sock",
    "/proc/",
];

/// Where the path that an expression gives lies.
pub(super) fn rooted(site: Site<'_>, path: &Expr) -> Rooted {
    let mut parts = Vec::new();
    collect(site, path, 0, &mut parts);
    let scratch = parts.iter().any(|part| {
        let text = match part {
            Part::Text(text) | Part::Name(text) => text,
            Part::Separator | Part::Unknown => return false,
        };
        SCRATCH.iter().any(|mark| text.contains(mark))
            || text == "tmp"
            || text == "temp"
            || text == "log"
    });
    if scratch {
        return Rooted::Scratch;
    }
    match parts.first() {
        Some(Part::Name(name)) if is_root(name) => Rooted::App(shown(&parts)),
        Some(Part::Text(text)) if is_relative(text, parts.len() == 1) => Rooted::App(shown(&parts)),
        _ => Rooted::Unknown,
    }
}

enum Part {
    Text(String),
    Name(String),
    /// Between two arguments of a call that joins them.
    Separator,
    Unknown,
}

/// The parts of a path in order: through joins, templates, wrappers and names of the file.
fn collect(site: Site<'_>, value: &Expr, depth: usize, parts: &mut Vec<Part>) {
    if depth > 8 {
        return;
    }
    let value = if let Expr::Name(name) = value {
        if is_root(name) {
            value
        } else {
            site.code.resolve_from(value, site.call.scope)
        }
    } else {
        value
    };
    match value {
        Expr::Text(text) if text.is_empty() => {}
        Expr::Text(text) => parts.push(Part::Text(text.clone())),
        Expr::Name(name) => parts.push(Part::Name(name.clone())),
        Expr::Join(items) => {
            for item in items {
                collect(site, item, depth + 1, parts);
            }
        }
        // `options.path || "./data"`: a folder of the dyno, whichever it is.
        Expr::Either(items) if items.last().is_some_and(is_folder) => {
            if let Some(last) = items.last() {
                collect(site, last, depth + 1, parts);
            }
        }
        Expr::Env {
            default: Some(default),
            ..
        } if is_folder(default) => collect(site, default, depth + 1, parts),
        Expr::Call { callee, arguments } => {
            let receiver = callee.rsplit_once('.').map_or("", |(before, _)| before);
            let called = format!("{callee}()");
            if is_root(&called) {
                parts.push(Part::Name(called));
            } else if is_root(callee) {
                parts.push(Part::Name(callee.clone()));
            } else if is_root(receiver) {
                parts.push(Part::Name(receiver.to_owned()));
            } else if !joins(callee) {
                parts.push(Part::Name(callee.clone()));
                return;
            }
            for (number, argument) in arguments.iter().enumerate() {
                if number > 0 {
                    parts.push(Part::Separator);
                }
                collect(site, &argument.value, depth + 1, parts);
            }
        }
        _ => parts.push(Part::Unknown),
    }
}

/// Whether a default is a folder that stands in the text.
fn is_folder(value: &Expr) -> bool {
    match value {
        Expr::Text(text) => !text.is_empty(),
        Expr::Call { callee, .. } => joins(callee),
        Expr::Join(_) => true,
        _ => false,
    }
}

/// Calls that only put a path together.
pub(super) fn joins(callee: &str) -> bool {
    matches!(
        callee,
        "path.join"
            | "path.resolve"
            | "join"
            | "resolve"
            | "os.path.join"
            | "os.path.abspath"
            | "os.path.dirname"
            | "Path"
            | "pathlib.Path"
            | "str"
            | "File.join"
            | "File.expand_path"
            | "filepath.Join"
            | "Paths.get"
            | "Path.of"
            | "File"
            | "java.io.File"
            | "dirname"
            | "realpath"
            | "fileURLToPath"
            | "FileWriter"
            | "FileOutputStream"
    )
}

fn is_root(name: &str) -> bool {
    ROOTS.contains(&name)
}

/// `./data/a.json`, `data/a.json`; a lone name without a folder or ending may be anything.
fn is_relative(text: &str, alone: bool) -> bool {
    let plain = text.trim_start_matches("./");
    let outside = text.starts_with(['/', '~', '\\'])
        || text.contains("://")
        || text.starts_with("..")
        || text.is_empty();
    let file_like = plain.contains('/') || (alone && plain.contains('.'));
    !outside && file_like && !plain.contains(char::is_whitespace)
}

fn shown(parts: &[Part]) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Text(part) => text.push_str(part),
            Part::Name(name) if is_root(name) => text.push_str(name),
            Part::Separator => text.push('/'),
            Part::Name(_) | Part::Unknown => text.push('…'),
        }
        if text.len() > 60 {
            break;
        }
        let ends = text.ends_with('/');
        if matches!(part, Part::Name(name) if is_root(name)) && !ends {
            text.push('/');
        }
    }
    format!(
        "`{}`",
        text.replace("//", "/")
            .replace("/./", "/")
            .trim_end_matches('/')
    )
}

/// Whether a call names the system's temporary folder, where files are meant to go away: in
/// its arguments, or in what a callback of it answers (`cb(null, tmpDir)`).
pub(super) fn goes_to_temp(site: Site<'_>) -> bool {
    let direct = site
        .call
        .arguments
        .iter()
        .any(|argument| leads_to_temp(site, &argument.value));
    let by_callback = site.call.named("destination") == Some(&Expr::Function)
        && site.code.calls.iter().any(|call| {
            matches!(call.callee.as_str(), "cb" | "callback" | "done")
                && call
                    .positional(1)
                    .is_some_and(|value| leads_to_temp(site, value))
        });
    direct || by_callback
}

/// Whether a path names the temporary folder in any of its parts.
pub(super) fn leads_to_temp(site: Site<'_>, path: &Expr) -> bool {
    let mut parts = Vec::new();
    collect(site, path, 0, &mut parts);
    // Below the app's own folder only its top-level `tmp` is scratch space.
    if matches!(parts.first(), Some(Part::Name(name)) if is_root(name)) {
        let below = parts
            .get(1..)
            .unwrap_or_default()
            .iter()
            .find_map(|part| match part {
                Part::Text(text) => Some(text.trim_start_matches(['.', '/'])),
                _ => None,
            });
        return below.is_some_and(|text| matches!(text.split('/').next(), Some("tmp" | "temp")));
    }
    if let Some(Part::Text(first)) = parts.first()
        && is_temporary(&Expr::Text(first.clone()))
    {
        return true;
    }
    path.any(|value| match site.code.resolve(value) {
        // What a name holds says more than the name.
        found @ Expr::Text(_) => is_temporary(found),
        found @ Expr::Call { callee, .. } if joins(callee) => is_temporary(found),
        found => is_temporary(value) || is_temporary(found),
    })
}

fn is_temporary(value: &Expr) -> bool {
    match value {
        Expr::Text(text) => {
            let plain = text.trim_start_matches("./");
            text.starts_with("/tmp")
                || text.starts_with("/var/tmp")
                || plain == "tmp"
                || plain.starts_with("tmp/")
        }
        Expr::Call { callee, .. } => callee.ends_with("tmpdir") || says_temporary(callee),
        Expr::Name(name) => says_temporary(name),
        _ => false,
    }
}

/// `tmpDirPath`, `temp_folder`, `getTmpDirectory`: what a name says in its words.
fn says_temporary(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let mut words = String::new();
    for character in last.chars() {
        if character.is_ascii_uppercase() {
            words.push('_');
        }
        words.push(character.to_ascii_lowercase());
    }
    words
        .split('_')
        .any(|word| matches!(word, "tmp" | "temp" | "tmpdir" | "tempdir" | "temporary"))
}

/// Whether a path leads below a folder that is called after uploads (`config.uploadsPath`,
/// `app.config["UPLOAD_FOLDER"]`, `public/uploads`).
pub(super) fn among_uploads(site: Site<'_>, path: &Expr) -> bool {
    let mut parts = Vec::new();
    collect(site, path, 0, &mut parts);
    let temporary = |part: &Part| match part {
        Part::Text(text) => text.starts_with("/tmp") || text.starts_with("/var/tmp"),
        Part::Name(name) => says_temporary(name),
        Part::Separator | Part::Unknown => false,
    };
    let texts = || {
        parts.iter().filter_map(|part| match part {
            Part::Text(text) | Part::Name(text) => Some(text.as_str()),
            Part::Separator | Part::Unknown => None,
        })
    };
    // What names the folder comes before the file's own name.
    let separators = |part: &&Part| matches!(part, Part::Separator);
    let parts_of_it = parts.len() - parts.iter().filter(separators).count();
    let folder = texts().take(parts_of_it.saturating_sub(1).max(1));
    let named = folder.into_iter().any(|text| {
        let lower = text.to_ascii_lowercase();
        lower.contains("upload") && !lower.contains("uploader") && !lower.ends_with(".filename")
    });
    named && !parts.iter().any(temporary)
}

/// Whether what is written is removed again in the same function or block.
pub(super) fn tidies(site: Site<'_>) -> bool {
    // Functions by the line they begin at; callbacks of Node make the file the unit.
    let function = |scope| {
        let mut around = site.code.around(scope);
        around
            .find(|scope| matches!(scope.kind, ScopeKind::Function { .. }))
            .map(|scope| scope.line)
    };
    let anywhere = site.code.language == Language::JavaScript;
    site.code.calls.iter().any(|call| {
        let removes = match site.code.language {
            Language::JavaScript => matches!(
                call.method(),
                "unlink" | "unlinkSync" | "rm" | "rmSync" | "remove" | "removeSync"
            ),
            Language::Python => {
                matches!(
                    call.callee.as_str(),
                    "os.remove" | "os.unlink" | "shutil.rmtree"
                ) || call.method() == "unlink"
            }
            Language::Ruby => matches!(
                call.callee.as_str(),
                "File.delete"
                    | "File.unlink"
                    | "FileUtils.rm"
                    | "FileUtils.rm_f"
                    | "FileUtils.rm_rf"
            ),
            Language::Go => matches!(call.callee.as_str(), "os.Remove" | "os.RemoveAll"),
            Language::Java => {
                matches!(
                    call.callee.as_str(),
                    "Files.delete" | "Files.deleteIfExists"
                ) || matches!(call.method(), "delete" | "deleteOnExit")
            }
            Language::Php => call.callee == "unlink",
        };
        let own = function(call.scope) == function(site.call.scope);
        removes && (anywhere || own && removes_it_always(site, call))
    })
}

/// Whether a removal runs whenever the write did. It may ask for the file itself first; under another
/// condition (`if (name.endsWith("png")) file.delete()`) some files stay.
fn removes_it_always(site: Site<'_>, call: &Call) -> bool {
    let mut names: Vec<String> = Vec::new();
    let mut take = |name: &str| {
        let root = name.split(['.', '[', '(']).next().unwrap_or(name);
        names.push(root.to_owned());
    };
    take(call.receiver());
    for argument in &call.arguments {
        argument.value.walk(&mut |value| {
            if let Expr::Name(name) = value {
                take(name);
            }
        });
    }
    let asks = |condition: &str| {
        condition.to_ascii_lowercase().contains("exist")
            || names_in(condition).iter().any(|name| {
                names
                    .iter()
                    .any(|one| one == name.split('.').next().unwrap_or(name))
            })
    };
    let code = site.code;
    let function = |scope: &&Scope| !matches!(scope.kind, ScopeKind::Function { .. });
    code.around(call.scope)
        .take_while(function)
        .all(|scope| match scope.kind.condition() {
            Some(condition) => {
                let mut around = code.around(site.call.scope);
                condition.is_empty()
                    || around.any(|one| std::ptr::eq(one, scope))
                    || asks(condition)
            }
            None => true,
        })
}

/// Whether the file is only a stopover: the function that writes it reads it again further
/// down, and no other function reads it.
pub(super) fn is_scratch(site: Site<'_>, path: &Expr) -> bool {
    let code = site.code;
    let Some(own) = code.enclosing_function(site.call.scope) else {
        return false;
    };
    let reads = |call: &Call| {
        call.arguments.iter().any(|argument| {
            let same =
                argument.value == *path || code.resolve_from(&argument.value, call.scope) == path;
            same && !matches!(argument.value, Expr::Other | Expr::Function)
        }) && takes_content(call)
    };
    let inside = |call: &Call| code.is_within(call.scope, own);
    let later = code
        .calls
        .iter()
        .any(|call| call.line > site.call.line && inside(call) && reads(call));
    later && !code.calls.iter().any(|call| reads(call) && !inside(call))
}

/// Whether a call that is given a path reads what is there, as far as its name tells: not one
/// that only asks, reports, makes a folder or writes again.
pub(super) fn takes_content(call: &Call) -> bool {
    const OTHERS: &[&str] = &[
        "exists",
        "isfile",
        "exist?",
        "file?",
        "existsSync",
        "join",
        "resolve",
        "dirname",
        "basename",
        "makedirs",
        "mkdir",
        "mkdirSync",
        "mkdir_p",
        "log",
        "info",
        "debug",
        "warn",
        "error",
        "print",
        "println",
        "puts",
        "printf",
        "format",
        "stat",
        "statSync",
        "getsize",
        "chmod",
        "chmodSync",
        "append",
        "push",
        "writeFile",
        "writeFileSync",
        "createWriteStream",
        "file_put_contents",
        "write",
        "str",
        "Path",
        "render",
        "Abs",
    ];
    let writes = call
        .positional(1)
        .or_else(|| call.named("mode"))
        .and_then(Expr::text);
    let opens = matches!(call.method(), "open" | "fopen" | "new");
    let for_writing = opens && writes.is_some_and(|mode| mode.starts_with(['w', 'a', 'x', 'c']));
    !OTHERS.contains(&call.method()) && !for_writing
}
