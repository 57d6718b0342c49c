//! Which compiled programs did an earlier buildpack leave, and where?
//!
//! Programs in `bin/` of the app or of a layer. heroku/go names them by `// +heroku install`
//! lines of `go.mod`; what the Go compiler made says of which module it is.

use crate::beneath;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{Neighbours, OtherLayer};

/// A program is not searched behind this many bytes for the module that it is of.
const SEARCHED: u64 = 256 << 20;

/// A program of one of these names in a `bin` folder of an earlier buildpack's layer.
#[must_use]
pub fn in_layers<'n>(neighbours: &'n Neighbours, names: &[&str]) -> Option<&'n OtherLayer> {
    neighbours.layers.iter().find(|layer| {
        let has = |name: &&str| is_program(&layer.path.join("bin").join(name));
        names.iter().any(has)
    })
}

/// Whether this is a file that can be started.
#[must_use]
pub fn is_program(path: &Path) -> bool {
    let found = fs_err::metadata(path);
    found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// Programs in `bin/` by which heroku/go's directives call them (heroku/heroku-buildpack-go,
/// README, "Go Module Specifics"): the last part of each package path. Empty without
/// directives.
#[must_use]
pub fn named_by_directive(manifest: &str, specification: Option<&str>) -> Vec<String> {
    let words = specification.or_else(|| {
        manifest.lines().find_map(|line| {
            let comment = line.trim().strip_prefix("//")?.trim();
            comment.strip_prefix("+heroku install").map(str::trim)
        })
    });
    let words = words.unwrap_or_default().split_whitespace();
    // A pattern names no program.
    let last = words
        .filter(|word| !word.contains("..."))
        .filter_map(|word| word.rsplit('/').next());
    last.filter(|name| !name.is_empty() && !name.starts_with('.'))
        .map(str::to_owned)
        .collect()
}

/// Programs in this folder that Go made of this module.
#[must_use]
pub fn of_module(folder: &Path, module: &str) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut found: Vec<PathBuf> = paths
        .filter(|path| is_program(path) && is_of_module(path, module))
        .collect();
    found.sort_unstable();
    found
}

/// The build information of a Go program has a line `mod<TAB>MODULE<TAB>VERSION`
/// (`runtime/debug.BuildInfo`).
fn is_of_module(path: &Path, module: &str) -> bool {
    let Ok(file) = beneath::open(path) else {
        return false;
    };
    let mut bytes = Vec::new();
    let read = file.take(SEARCHED).read_to_end(&mut bytes);
    if read.is_err() || !bytes.starts_with(b"\x7fELF") {
        return false;
    }
    let line = format!("\nmod\t{module}\t");
    memchr::memmem::find(&bytes, line.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_name_programs() {
        let text = "module example.com/shop\n\n// +heroku goVersion go1.22\n// +heroku install ./cmd/web \
            example.com/shop/cmd/worker\n";
        assert_eq!(named_by_directive(text, None), ["web", "worker"]);
        assert_eq!(named_by_directive(text, Some("./cmd/api")), ["api"]);
        assert!(named_by_directive("module x\n// +heroku install ./...\n", None).is_empty());
    }
}
