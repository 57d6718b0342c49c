//! What may `require(…)` of a computed name load?

use crate::code::Expr;
use crate::code::builder::Builder;

/// What is loaded where the ending tells that it is no code of the app.
const NO_CODE: &[&str] = &[".json", ".node", ".css", ".html", ".txt"];

/// Records a load of a computed name: nothing where its ending says that it is no code; an
/// import of a whole folder, `./models/*`, where that is written out; else that it is not known.
pub(super) fn load(module: &Expr, line: slugsmith_finding::LineSpan, builder: &mut Builder) {
    let parts = parts(module);
    let last = parts
        .last()
        .and_then(|part| part.text())
        .unwrap_or_default();
    if NO_CODE.iter().any(|ending| last.ends_with(ending)) {
        return;
    }
    match folder(&parts) {
        Some(folder) => builder.import(&format!("{folder}/*"), Vec::new(), line),
        None => builder.code.computed_imports = true,
    }
}

/// The parts of a joined path or of a template.
fn parts(module: &Expr) -> Vec<&Expr> {
    match module {
        Expr::Call { callee, arguments }
            if matches!(
                callee.as_str(),
                "path.join" | "path.resolve" | "join" | "resolve"
            ) =>
        {
            arguments.iter().map(|argument| &argument.value).collect()
        }
        Expr::Join(parts) => parts.iter().collect(),
        other => vec![other],
    }
}

/// The folder that is written out before the first part that is not, relative to the file.
fn folder(parts: &[&Expr]) -> Option<String> {
    let (start, rest) = match parts.split_first()? {
        (Expr::Name(name), rest) if name == "__dirname" => ("./", rest),
        (Expr::Text(text), _) if text.starts_with('.') && text.ends_with('/') => ("", parts),
        _ => return None,
    };
    let written: Vec<&str> = rest.iter().map_while(|part| part.text()).collect();
    let folder = written.join("/").replace("//", "/");
    let folder = folder.trim_matches('/');
    let named = !folder.trim_start_matches(['.', '/']).is_empty();
    let whole = written.len() == rest.len();
    (named && !whole).then(|| format!("{start}{folder}"))
}
