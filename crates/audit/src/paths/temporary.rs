//! Paths that lead to the system's temporary folder, for the rules about files on local disk.

use super::super::facts::Site;
use super::{Part, collect, is_root, joins};
use slugsmith_facts::code::Expr;

/// Whether a call names the system's temporary folder, where files are meant to go away: in
/// its arguments, or in what a callback of it answers (`cb(null, tmpDir)`).
pub(in super::super) fn goes_to_temp(site: Site<'_>) -> bool {
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
pub(in super::super) fn leads_to_temp(site: Site<'_>, path: &Expr) -> bool {
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
pub(super) fn says_temporary(name: &str) -> bool {
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
