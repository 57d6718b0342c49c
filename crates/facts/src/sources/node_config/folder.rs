//! In which folder do the settings stand, where the app itself names another one than `config`?

use super::super::Sources;
use super::super::paths::join;
use crate::code::{Code, Expr, Language};

/// The folder of `process.env.NODE_CONFIG_DIR = path.join(__dirname, "settings")`.
pub(super) fn of(sources: &Sources) -> String {
    let code = sources.files.iter();
    let mut code = code.filter(|code| code.language == Language::JavaScript);
    code.find_map(named_by)
        .unwrap_or_else(|| "config".to_owned())
}

/// Without what stands for the folder that the process is started in.
pub(super) fn plain(folder: &str) -> String {
    join("", folder)
}

fn named_by(code: &Code) -> Option<String> {
    let mut set = code.assignments.iter();
    let set = set.find(|one| one.target == "process.env.NODE_CONFIG_DIR")?;
    let mut parts = Vec::new();
    let mut is_beside = false;
    set.value.walk(&mut |part| match part {
        Expr::Text(text) => parts.push(text.trim_matches('/').to_owned()),
        Expr::Name(name) if name == "__dirname" => is_beside = true,
        _ => {}
    });
    let folder = if is_beside { code.folder() } else { "" };
    Some(join(folder, &parts.join("/")))
}
