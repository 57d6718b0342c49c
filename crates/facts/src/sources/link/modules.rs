//! Which files do the imports of a file name?

use std::collections::BTreeMap;

use super::super::{Sources, reach};
use crate::code::{Code, Language};

/// A module of the app that a file imports.
pub(in super::super) struct Module {
    pub(super) file: usize,
    pub(super) local: String,
    /// The local name is the module itself.
    pub(super) namespace_only: bool,
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
                        namespace_only: false,
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
                        namespace_only: true,
                    }));
                }
                Language::Ruby | Language::Java | Language::Php => {}
            }
        }
    }
    found
}

pub(in super::super) fn python_module(
    index: &BTreeMap<&str, usize>,
    code: &Code,
    module: &str,
    local: &str,
) -> Option<Module> {
    let plain = module.trim_start_matches('.');
    let up = module.len() - plain.len();
    let mut folder = code.path.as_str();
    for _ in 0..up {
        folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
    }
    let path = plain.replace('.', "/");
    let roots: Vec<String> = if up > 0 {
        vec![folder.to_owned()]
    } else {
        // A script's own folder is on the path, too.
        let own = code.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        vec![String::new(), "src".to_owned(), own.to_owned()]
    };
    let file = |path: &str| {
        let path = path.trim_matches('/');
        let whole = [format!("{path}.py"), format!("{path}/__init__.py")];
        whole
            .iter()
            .find_map(|path| index.get(path.as_str()).copied())
    };
    for root in roots {
        // `from app import config` means a module, `from app.config import settings` a name.
        if let Some(file) = file(&format!("{root}/{path}/{local}")) {
            return Some(Module {
                file,
                local: local.to_owned(),
                namespace_only: true,
            });
        }
        if let Some(file) = file(&format!("{root}/{path}")) {
            return Some(Module {
                file,
                local: local.to_owned(),
                namespace_only: false,
            });
        }
    }
    None
}
