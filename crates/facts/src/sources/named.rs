//! Which files of Python name a module, so that something other than a process may load it?

use std::collections::BTreeMap;

use super::Sources;
use crate::code::{Code, Expr, Language};

/// Places of files among the sources, by the last part of each module that they import or say in a text. Made once: a
/// search through all files for each module takes minutes where there are thousands.
pub type Named = BTreeMap<String, Vec<usize>>;

/// See [`Named`].
#[must_use]
pub fn in_python(sources: &Sources) -> Named {
    let mut found = Named::new();
    for (at, code) in sources.files.iter().enumerate() {
        if code.language == Language::Python {
            for name in names(code) {
                let files = found.entry(name).or_default();
                if files.last() != Some(&at) {
                    files.push(at);
                }
            }
        }
    }
    found
}

fn names(code: &Code) -> Vec<String> {
    let mut found = Vec::new();
    for import in &code.imports {
        let last = import.module.rsplit('.').next();
        found.extend(last.map(str::to_owned));
        found.extend(import.names.iter().cloned());
    }
    for (_, _, value) in code.values() {
        value.any(|part| {
            if let Expr::Text(text) = part {
                found.extend(said(text).map(str::to_owned));
            }
            false
        });
    }
    found
}

/// What a text may mean as a module: all of it, what stands behind a dot, and the file in front of `.py`.
fn said(text: &str) -> impl Iterator<Item = &str> {
    const fn is_border(c: char) -> bool {
        !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-') || !c.is_ascii())
    }
    let mut dotted = false;
    let named = text.split_inclusive(is_border).filter_map(move |part| {
        let name = part.trim_end_matches(is_border);
        let (before, behind) = (dotted, part.ends_with('.'));
        dotted = behind;
        (!name.is_empty() && (before || behind)).then_some(name)
    });
    named.chain(std::iter::once(text))
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn a_text_says_modules_behind_dots_and_files() {
        let found = |text: &'static str| said(text).collect::<Vec<_>>();
        assert!(found("shop.tasks:run").contains(&"tasks"));
        assert!(found("python jobs/clean-up.py --all").contains(&"clean-up"));
        assert_eq!(found("report"), ["report"]);
        assert!(!found("a report of all").contains(&"report"));
    }
}
