//! What in the runtimes that other buildpacks put into a classic app is never run?
//!
//! A classic build has no layers: `.heroku/node` and `.heroku/python` lie in the app, beside
//! the app's own files. They are others' work and stay as they are, except where the user
//! lists them under `layers`. What pip installed into `site-packages` there are the app's
//! dependencies like any other's.

use super::{Entry, Guard};
use slugsmith_config::ALL_LAYERS;

/// Headers, static libraries and manuals of runtimes.
pub static RUNTIMES: Entry = Entry {
    id: "runtime-development",
    reason: "headers, static libraries and manuals of runtimes",
    guard: Guard::Named,
    evidence: "Compilers and people read them; the runtime is listed under [com.slugsmith.strip] layers.",
    tell_kept: true,
};

/// The runtime of another buildpack that a file belongs to: `.heroku/node`.
#[must_use]
pub fn owner(path: &str) -> Option<&str> {
    let rest = path.strip_prefix(".heroku/")?;
    let (name, _) = rest.split_once('/')?;
    let foreign = super::python::split(path).is_none();
    foreign.then(|| &path[..".heroku/".len() + name.len()])
}

/// Whether the user's list names that runtime, as `.heroku/node` or `node`, or all of them.
#[must_use]
pub fn is_listed(owner: &str, layers: &[String]) -> bool {
    layers.iter().any(|layer| {
        let layer = layer.trim_end_matches('/');
        layer == ALL_LAYERS || layer == owner || owner.strip_prefix(".heroku/") == Some(layer)
    })
}

/// The entry that a file of a listed runtime falls under; `inside` is seen from the
/// runtime's folder.
#[must_use]
pub fn classify(inside: &str) -> Option<&'static Entry> {
    let lower = super::super::index::name(inside).to_ascii_lowercase();
    if super::node::is_licence(&lower) {
        return None;
    }
    let folders = [
        "include/",
        "share/man/",
        "share/doc/",
        "share/info/",
        "lib/pkgconfig/",
        "man/",
    ];
    let in_folder = folders.iter().any(|folder| inside.starts_with(folder));
    // Python reads pyconfig.h and its Makefile to tell how it was built.
    let of_python = lower == "pyconfig.h";
    let static_library = inside.starts_with("lib/") && lower.ends_with(".a");
    let own_tests = inside.starts_with("lib/python3.")
        && inside.split('/').nth(2) == Some("test")
        && inside.split('/').count() > 3;
    ((in_folder && !of_python) || static_library || own_tests).then_some(&RUNTIMES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_is_touched_only_where_it_is_listed() {
        assert_eq!(owner(".heroku/node/bin/node"), Some(".heroku/node"));
        assert_eq!(
            owner(".heroku/python/lib/python3.12/site-packages/a/b.py"),
            None
        );
        assert_eq!(owner("node/bin/node"), None);
        let layers = ["node".to_owned(), ".heroku/python/".to_owned()];
        assert!(is_listed(".heroku/node", &layers) && is_listed(".heroku/python", &layers));
        assert!(!is_listed(".heroku/php", &layers));
        assert!(is_listed(".heroku/php", &[ALL_LAYERS.to_owned()]));
        for (inside, goes) in [
            ("include/node/v8.h", true),
            ("include/python3.12/pyconfig.h", false),
            ("share/man/man1/node.1", true),
            ("lib/libpython3.12.a", true),
            ("lib/libpython3.12.so", false),
            ("lib/python3.12/test/test_x.py", true),
            ("lib/python3.12/test.py", false),
            ("lib/python3.12/unittest/case.py", false),
            ("bin/node", false),
        ] {
            assert_eq!(classify(inside).is_some(), goes, "{inside}");
        }
    }
}
