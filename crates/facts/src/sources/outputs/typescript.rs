//! The options of a TypeScript compiler: `tsconfig.json` and what it extends.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::paths::join;
use super::EXTENDS;

#[derive(Default)]
pub(in super::super) struct Compiler {
    pub(super) folder: Option<String>,
    pub(super) root: Option<String>,
}

/// The options of a TypeScript configuration, with those that it extends.
pub(in super::super) fn options(
    texts: &BTreeMap<String, String>,
    path: &str,
    depth: usize,
) -> Compiler {
    let mut found = Compiler::default();
    let Some(value) = texts.get(path).and_then(|text| lenient(text)) else {
        return found;
    };
    let base = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let option = |name: &str| {
        let value = value.get("compilerOptions")?.get(name)?.as_str()?;
        Some(value.replace("${configDir}", "."))
    };
    found.folder = option("outDir");
    let included = value.get("include").and_then(Value::as_array);
    let single = included
        .filter(|list| list.len() == 1)
        .and_then(|list| list.first()?.as_str());
    let included = single.and_then(|glob| glob.split(['*', '.']).next());
    found.root = option("rootDir").or_else(|| {
        let folder = included?.trim_end_matches('/');
        (!folder.is_empty()).then(|| folder.to_owned())
    });
    let parents = match value.get("extends") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    for parent in parents.into_iter().rev().filter(|_| depth < EXTENDS) {
        let path = join(base, parent);
        let with = [path.clone(), format!("{path}.json")];
        let Some(known) = with.iter().find(|path| texts.contains_key(*path)) else {
            continue;
        };
        let inherited = options(texts, known, depth + 1);
        found.folder = found.folder.or(inherited.folder);
        found.root = found.root.or(inherited.root);
    }
    found
}

/// JSON with comments and commas at the end of lists, as TypeScript reads it.
pub(in super::super) fn lenient(text: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut quoted = false;
    while let Some(character) = rest.next() {
        match character {
            '\\' if quoted => {
                plain.push(character);
                plain.extend(rest.next());
            }
            '"' => {
                quoted = !quoted;
                plain.push(character);
            }
            '/' if !quoted && rest.peek() == Some(&'/') => {
                while rest.next_if(|next| *next != '\n').is_some() {}
            }
            '/' if !quoted && rest.peek() == Some(&'*') => {
                let mut last = ' ';
                rest.next();
                for next in rest.by_ref() {
                    if last == '*' && next == '/' {
                        break;
                    }
                    last = next;
                }
            }
            '}' | ']' if !quoted => {
                let kept = plain.trim_end().trim_end_matches(',').len();
                plain.truncate(kept);
                plain.push(character);
            }
            _ => plain.push(character),
        }
    }
    serde_json::from_str(&plain).ok()
}
