//! Which files do the imports of a file name?

use std::collections::BTreeMap;

use slugsmith_ecosystems::python;

use super::super::paths::join;
use super::super::{Sources, node_config, reach};
use super::PASSES;
use crate::code::{Code, Language};

/// A module of the app that a file imports.
pub(in super::super) struct Module {
    pub(super) file: usize,
    pub(super) local: String,
    pub(super) kind: Kind,
}

/// What a local name of an import stands for.
pub(in super::super) enum Kind {
    /// The module itself.
    Namespace,
    /// One of its names, or what it exports by default.
    Name,
    /// What it exports by default, as a whole: `const settings = require("./settings")`.
    Whole,
    /// There is none: all names of the file stand in this one, as PHP's includes do it.
    Shared,
}

pub(in super::super) fn modules(
    sources: &Sources,
    index: &BTreeMap<&str, usize>,
    code: &Code,
) -> Vec<Module> {
    let mut found = Vec::new();
    for import in &code.imports {
        for local in &import.names {
            let local = local.trim_end_matches(".*");
            match code.language {
                Language::JavaScript => {
                    let file = reach::resolve(sources, &code.path, &import.module)
                        .and_then(|other| index.get(other.path.as_str()));
                    found.extend(file.map(|file| Module {
                        file: *file,
                        local: local.to_owned(),
                        kind: if is_whole(code, local) {
                            Kind::Whole
                        } else {
                            Kind::Name
                        },
                    }));
                }
                Language::Python => found.extend(python_module(index, code, &import.module, local)),
                Language::Go => {
                    let package = import.module.rsplit('/').next().unwrap_or_default();
                    let local = if local.is_empty() { package } else { local };
                    let files = index.range::<str, _>(..).filter(|(path, _)| {
                        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                        !folder.is_empty() && import.module.ends_with(&format!("/{folder}"))
                    });
                    found.extend(files.map(|(_, file)| Module {
                        file: *file,
                        local: local.to_owned(),
                        kind: Kind::Namespace,
                    }));
                }
                Language::Php => {
                    let file = included(index, code, &import.module);
                    found.extend(file.map(|file| Module {
                        file,
                        local: local.to_owned(),
                        kind: Kind::Whole,
                    }));
                }
                Language::Ruby | Language::Java => {}
            }
        }
    }
    if code.language == Language::Php {
        found.extend(shared(sources, index, code));
    }
    if code.language == Language::JavaScript && !sources.node_config.is_empty() {
        found.extend(of_stage(sources, index, code));
    }
    found
}

/// The files of settings behind `require("config")`, those that win first.
fn of_stage(sources: &Sources, index: &BTreeMap<&str, usize>, code: &Code) -> Vec<Module> {
    let locals = node_config::locals(code);
    let files = sources.node_config.iter();
    let files: Vec<usize> = files
        .filter_map(|path| index.get(path.as_str()).copied())
        .collect();
    let module = |local: &String| {
        let local = local.clone();
        files.iter().map(move |file| Module {
            file: *file,
            local: local.clone(),
            kind: Kind::Whole,
        })
    };
    locals.iter().flat_map(module).collect()
}

/// Whether a name is given what `require` gives, and no part of it.
fn is_whole(code: &Code, local: &str) -> bool {
    let mut assignments = code.assignments.iter();
    assignments.any(|one| one.target == local && one.value.callee() == Some("require"))
}

/// Files whose names one file of PHP has as its own, at most: where all files include one another, the nearest.
const MOST_SHARED: usize = 32;

/// The files whose names a file of PHP has as its own: what it includes, and what that includes, a few steps.
fn shared(sources: &Sources, index: &BTreeMap<&str, usize>, code: &Code) -> Vec<Module> {
    let mut seen = Vec::new();
    let mut files = vec![code];
    for _ in 0..PASSES {
        let mut next = Vec::new();
        for code in files {
            let plain = code.imports.iter().filter(|import| import.names.is_empty());
            let included = plain.filter_map(|import| included(index, code, &import.module));
            for file in included {
                if seen.len() < MOST_SHARED && !seen.contains(&file) {
                    seen.push(file);
                    next.extend(sources.files.get(file));
                }
            }
        }
        files = next;
    }
    let module = |file| Module {
        file,
        local: String::new(),
        kind: Kind::Shared,
    };
    seen.into_iter().map(module).collect()
}

/// The file of the app that an `include` names: from its own folder, or from the app's.
fn included(index: &BTreeMap<&str, usize>, code: &Code, module: &str) -> Option<usize> {
    let folder = code.folder();
    let mut bases = [folder, ""].into_iter();
    bases.find_map(|base| index.get(join(base, module).as_str()).copied())
}

pub(in super::super) fn python_module(
    index: &BTreeMap<&str, usize>,
    code: &Code,
    module: &str,
    local: &str,
) -> Option<Module> {
    // A script's own folder is on the path, too.
    let (roots, path) = python::modules::relative(&code.path, module).map_or_else(
        || (vec!["", "src", code.folder()], module.replace('.', "/")),
        |(folder, path)| (vec![folder], path),
    );
    let file = |path: &str| {
        let path = path.trim_matches('/');
        python::modules::files(path)
            .iter()
            .find_map(|path| index.get(path.as_str()).copied())
    };
    for root in roots {
        // `from app import config` means a module, `from app.config import settings` a name.
        if let Some(file) = file(&format!("{root}/{path}/{local}")) {
            return Some(Module {
                file,
                local: local.to_owned(),
                kind: Kind::Namespace,
            });
        }
        if let Some(file) = file(&format!("{root}/{path}")) {
            return Some(Module {
                file,
                local: local.to_owned(),
                kind: Kind::Name,
            });
        }
    }
    None
}
