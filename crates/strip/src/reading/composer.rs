//! What do the files that Composer generates say of packages?
//!
//! `installed.php` and `installed.json` have the folder of each package, used or not. What is loaded of one is in the
//! files of the autoloader: its folders of classes, and files.

use crate::facts::Facts;
use crate::index::join;
use crate::references;
use crate::resolve::Meaning;

const FOLDER: &str = "vendor/composer/";

/// Whether Composer made this file: its own classes know packages by their folders alone.
pub(crate) fn is_generated(path: &str) -> bool {
    let inside = path.strip_prefix(FOLDER);
    inside.is_some_and(|name| !name.contains('/'))
}

/// What the autoloader loads: `$vendorDir . '/acme/kit/src'`, `__DIR__ . '/../..' . '/src'`.
pub(super) fn loaded(
    facts: &Facts<'_>,
    path: &str,
    text: &[u8],
    add: &mut dyn FnMut(Meaning, usize),
) {
    let name = path.strip_prefix(FOLDER).unwrap_or_default();
    if !name.starts_with("autoload_") {
        return;
    }
    references::literals(text, |literal| {
        let Some(local) = literal
            .text
            .strip_prefix('/')
            .filter(|text| !text.starts_with('.'))
        else {
            return;
        };
        for place in [join("vendor", local), join("", local)]
            .into_iter()
            .flatten()
        {
            match facts.index.find(&place) {
                Some(number) if facts.index.is_folder(number) => {
                    add(Meaning::Below(place), literal.at);
                }
                Some(number) => add(Meaning::File(number), literal.at),
                None => {}
            }
        }
    });
}
