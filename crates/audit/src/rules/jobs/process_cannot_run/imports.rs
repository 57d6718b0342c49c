//! What the program loads first is not there: a settings module that is not on Python's path, a
//! file that git ignores, a compiled ES module under the name that its import lacks.

use super::{python_path, settings};
use crate::rules::prelude::*;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::code::{Import, ScopeKind};
use slugsmith_facts::command::Need;
use slugsmith_facts::process::{Command, script, source_of};
use slugsmith_facts::sources::paths::join;
use slugsmith_facts::sources::reach;

/// More files of one start are not looked at.
const FILES: usize = 60;

pub(super) fn check(facts: &Facts<'_>) -> Vec<Evidence> {
    let mut found = Vec::new();
    let commands = || facts.processes.iter().flat_map(|process| &process.commands);
    found.extend(commands().find_map(|command| settings::off_the_path(facts, command)));
    found.extend(commands().find_map(|command| without_ending(facts, command)));
    found.extend(ignored(facts));
    found
}

/// Node adds no ending to what an ES module imports (nodejs.org/api/esm.html, "Mandatory file
/// extensions"), and `tsc` leaves the names as they are written.
fn without_ending(facts: &Facts<'_>, command: &Command) -> Option<Evidence> {
    let loaders = [
        "specifier-resolution",
        "--loader",
        "--import",
        "--require",
        " -r ",
    ];
    if command.program() != "node" || loaders.iter().any(|one| command.text.contains(one)) {
        return None;
    }
    let start = command.needs().into_iter().find_map(|need| match need {
        Need::Script {
            path,
            language: "Node",
        } => command.in_app(&path),
        _ => None,
    })?;
    let source = source_of(&facts.sources, &start)?;
    let manifest = manifest_above(facts, &start)?;
    let first = facts
        .code(Language::JavaScript)
        .find(|code| code.path == source)?;
    let compiled = is_typescript(&source);
    let is_module = manifest.get("type").and_then(serde_json::Value::as_str) == Some("module");
    if !(is_module && !source.ends_with(".cjs") || source.ends_with(".mjs"))
        || compiled && !only_tsc(facts, &manifest)
        || !compiled && source != start
    {
        return None;
    }
    let mut pending = vec![first];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(code) = pending.pop() {
        if !seen.insert(&code.path) || seen.len() > FILES || code.path.ends_with(".cjs") {
            continue;
        }
        for import in code
            .imports
            .iter()
            .filter(|one| one.module.starts_with('.'))
        {
            let target = reach::resolve(&facts.sources, &code.path, &import.module);
            let required = code.calls.iter().any(|call| {
                let text = call.positional(0).and_then(Expr::text);
                matches!(call.callee.as_str(), "require" | "import") && text == Some(&import.module)
            });
            if import.scope != 0 || required {
                continue;
            }
            if target.is_some() && !has_ending(&import.module) && is_used(code, import) {
                let message = format!(
                    "`{}` has no file ending: Node finds no ES module under that name \
                     (ERR_MODULE_NOT_FOUND), and `{}` ends at its start.",
                    import.module, command.text
                );
                return Some(
                    Evidence::line(&code.path, import.line, message).help(format!(
                        "import … from \"{}.js\"   in each file, or a bundler in the build",
                        import.module
                    )),
                );
            }
            pending.extend(target.filter(|_| has_ending(&import.module)));
        }
    }
    None
}

/// The manifest of the package that a file belongs to.
fn manifest_above(facts: &Facts<'_>, path: &str) -> Option<serde_json::Value> {
    let mut folder = path;
    while let Some((above, _)) = folder.rsplit_once('/') {
        folder = above;
        let at = format!("{folder}/{}", ecosystems::javascript::MANIFEST);
        if let Some(text) = facts.sources.text(&at) {
            return serde_json::from_str(text).ok();
        }
    }
    let text = facts.sources.text(ecosystems::javascript::MANIFEST)?;
    serde_json::from_str(text).ok()
}

fn is_typescript(path: &str) -> bool {
    [".ts", ".mts", ".tsx"]
        .iter()
        .any(|ending| path.ends_with(ending))
}

/// Whether nothing but the compiler makes the output: no bundler that resolves names.
fn only_tsc(facts: &Facts<'_>, manifest: &serde_json::Value) -> bool {
    const OTHERS: &[&str] = &[
        "esbuild",
        "tsup",
        "webpack",
        "rollup",
        "vite",
        "swc",
        "ncc",
        "tsc-alias",
        "babel",
        "parcel",
        "bun",
        "rolldown",
        "tsdown",
        "unbuild",
        "fix-esm",
        "resolve-tspaths",
        "nest",
        "tsx",
        "ts-node",
        "tsc-esm-fix",
        "pkgroll",
        "microbundle",
        "turbopack",
    ];
    let scripts = manifest
        .get("scripts")
        .and_then(serde_json::Value::as_object);
    let build = scripts
        .into_iter()
        .flatten()
        .filter(|(name, _)| name.contains("build") || name.contains("install"))
        .filter_map(|(_, text)| text.as_str());
    let build: Vec<_> = build.collect();
    let has = |word: &str| build.iter().any(|text| text.contains(word));
    let root = script(facts.app, "build")
        .into_iter()
        .chain(script(facts.app, "heroku-postbuild"));
    let by_root = root
        .into_iter()
        .any(|text| OTHERS.iter().any(|other| text.contains(other)));
    has("tsc") && !by_root && !OTHERS.iter().any(|other| has(other))
}

/// Whether Node takes the name as it is.
fn has_ending(module: &str) -> bool {
    let last = module.rsplit('/').next().unwrap_or(module);
    let ending = last.rsplit_once('.').map_or("", |(_, ending)| ending);
    matches!(ending, "js" | "mjs" | "cjs" | "json" | "node" | "wasm") || module.contains('?')
}

/// Whether some call needs a name of the import: the compiler drops imports of types alone.
fn is_used(code: &Code, import: &Import) -> bool {
    if !is_typescript(&code.path) {
        return true;
    }
    import.names.iter().any(|name| {
        code.calls.iter().any(|call| {
            let mut parts = call.callee.split('.');
            parts
                .next()
                .is_some_and(|first| first.trim_end_matches("()") == name)
        })
    })
}

/// An import at the top of a file whose target git ignores and the repository does not have.
fn ignored(facts: &Facts<'_>) -> Option<Evidence> {
    facts.sources.files.iter().find_map(|code| {
        if guards::is_maintenance(facts, &code.path) || reads_type_only(code) {
            return None;
        }
        let (import, path) = code.imports.iter().find_map(|import| {
            let sure = branch(code, import.scope) == Branch::Always
                && !code
                    .around(import.scope)
                    .any(|scope| matches!(scope.kind, ScopeKind::Try | ScopeKind::Function { .. }));
            let path = sure.then(|| absent(facts, code, import)).flatten()?;
            Some((import, path))
        })?;
        let message = format!(
            "{path} is imported here, and git ignores it: the repository does not have it, and the \
             process ends at this line."
        );
        Some(
            Evidence::line(&code.path, import.line, message)
                .help(format!("Commit it (git add -f {path}) without its secrets, and read those from config vars.")),
        )
    })
}

fn reads_type_only(code: &Code) -> bool {
    code.path.ends_with(".d.ts")
}

/// The path of an import that only `.gitignore` knows.
fn absent(facts: &Facts<'_>, code: &Code, import: &Import) -> Option<String> {
    let sources = &facts.sources;
    let folder = code.folder();
    let module = import.module.as_str();
    let (base, endings): (String, &[&str]) = match code.language {
        Language::JavaScript if module.starts_with("./") || module.starts_with("../") => {
            if reach::resolve(sources, &code.path, module).is_some() {
                return None;
            }
            let endings: &[&str] = match (is_typescript(&code.path), has_ending(module)) {
                (_, true) if !module.ends_with(".js") => &[""],
                (true, _) => &[".ts", ".json"],
                (false, true) => &[""],
                (false, false) => &[".js", ".json"],
            };
            let module = if is_typescript(&code.path) {
                module.trim_end_matches(".js")
            } else {
                module
            };
            (join(folder, module), endings)
        }
        Language::Python => (python_path::of(facts, &code.path, module)?, &[".py"]),
        _ => return None,
    };
    let exists_as =
        |path: &str| sources.has(path) || sources.below(&format!("{path}/")).next().is_some();
    let exists = exists_as(&base)
        || [
            ".js", ".ts", ".tsx", ".jsx", ".mjs", ".cjs", ".json", ".py", ".d.ts", ".node",
        ]
        .iter()
        .any(|ending| exists_as(&format!("{base}{ending}")));
    // What a tool writes has another place in the build.
    let made = [
        "generated",
        "gen/",
        "prisma",
        "dist",
        "build",
        "version",
        "manifest",
        "_pb",
        ".next",
    ];
    if exists || made.iter().any(|part| base.contains(part)) {
        return None;
    }
    let path = endings
        .iter()
        .map(|ending| format!("{base}{ending}"))
        .find(|path| sources.outputs.ignores(path) && !sources.outputs.writes(path))
        .filter(|path| !sources.is_unproven(path))?;
    // A module of the same name elsewhere is on the path, or made by a script that names it.
    let name = path.rsplit('/').next().unwrap_or(&path);
    let elsewhere = code.language == Language::Python
        && sources
            .paths
            .iter()
            .any(|other| other.rsplit('/').next() == Some(name));
    let named = sources.texts.iter().any(|(file, text)| {
        !file.ends_with(".gitignore") && is_of_build(file) && text.contains(name)
    });
    (!elsewhere && !named).then_some(path)
}

/// Files in which a build says what it makes.
fn is_of_build(path: &str) -> bool {
    path.ends_with(ecosystems::javascript::MANIFEST)
        || path.starts_with("bin/")
        || matches!(path, "Makefile" | "Procfile" | "app.json" | ".profile")
        || path.ends_with(".sh")
}
