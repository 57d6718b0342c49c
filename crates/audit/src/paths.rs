//! Where does a path lie: in the app, in the temporary folder, or is it not known?

mod scratch;
mod temporary;

pub(super) use scratch::{is_scratch, takes_content, tidies};
pub(super) use temporary::{goes_to_temp, leads_to_temp};

use super::facts::Site;
use slugsmith_facts::code::Expr;
use temporary::says_temporary;

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
        Some(Part::Text(_)) if begins_here(&parts) => Rooted::App(shown(&parts)),
        _ => Rooted::Unknown,
    }
}

/// Whether the texts that a path begins with, put together (`"./data"`, `"/"`, …), are in the working folder.
fn begins_here(parts: &[Part]) -> bool {
    let mut start = String::new();
    let mut texts = 0;
    for part in parts {
        match part {
            Part::Text(text) => start.push_str(text),
            Part::Separator => start.push('/'),
            Part::Name(_) | Part::Unknown => break,
        }
        texts += 1;
    }
    is_relative(&start, texts == parts.len())
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
