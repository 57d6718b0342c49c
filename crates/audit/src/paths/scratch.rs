//! Files that do not outlive the function that writes them, for the rules about files on local disk.

use super::super::facts::Site;
use slugsmith_facts::code::{Call, Expr, Language, Scope, ScopeKind, names_in};

/// Whether what is written is removed again in the same function or block.
pub(in super::super) fn tidies(site: Site<'_>) -> bool {
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
pub(in super::super) fn is_scratch(site: Site<'_>, path: &Expr) -> bool {
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
pub(in super::super) fn takes_content(call: &Call) -> bool {
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
