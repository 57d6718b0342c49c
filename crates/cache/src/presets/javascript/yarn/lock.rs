//! What does a yarn.lock say: packages, and what each needs?

use crate::lockfile::Packages;
use crate::presets::Edges;

/// Whether the lockfile is of version 2 or later ("berry").
pub(super) fn is_berry(lock: &str) -> bool {
    lock.contains("\n__metadata:") || lock.starts_with("__metadata:")
}

/// Names and versions: a line with descriptors at its start (`ms@^2.0.0:`, also quoted and
/// comma-separated), then an indented line with the version.
pub(super) fn packages(lock: &str) -> Packages {
    let mut packages = Packages::new();
    let mut name = None;
    for line in lock.lines() {
        if line.ends_with(':') && !line.starts_with([' ', '#', '_']) {
            let descriptor = line.trim_start_matches('"');
            // A scope's `@` is the first character; the version's is a later one.
            let at = descriptor.char_indices().skip(1).find(|(_, c)| *c == '@');
            name = at
                .and_then(|(at, _)| descriptor.get(..at))
                .map(str::to_owned);
        } else if let Some(rest) = line.strip_prefix("  version") {
            let version = rest.trim_matches([' ', ':', '"']);
            // Workspaces have no version of their own.
            if let Some(name) = name.take().filter(|_| !version.contains("use.local")) {
                packages.entry(name).or_default().insert(version.to_owned());
            }
        }
    }
    packages
}

/// Package → names of its dependencies, as berry's lockfile has them: with those that
/// `packageExtensions` add, which no package.json names. Workspaces are left out, since
/// their dev dependencies are among the others there.
pub(super) fn edges(lock: &str) -> Edges {
    let mut edges = Edges::new();
    let mut name: Option<String> = None;
    let mut in_dependencies = false;
    for line in lock.lines() {
        if line.ends_with(':') && !line.starts_with([' ', '#', '_']) {
            let descriptor = line.trim_start_matches('"');
            let at = descriptor.char_indices().skip(1).find(|(_, c)| *c == '@');
            name = at
                .filter(|_| !line.contains("@workspace:"))
                .and_then(|(at, _)| descriptor.get(..at))
                .map(str::to_owned);
            in_dependencies = false;
        } else if let Some(field) = line.strip_prefix("    ") {
            let dependency = field.split(": ").next().unwrap_or(field).trim_matches('"');
            if let (true, Some(name)) = (in_dependencies, &name) {
                edges
                    .entry(name.clone())
                    .or_default()
                    .insert(dependency.to_owned());
            }
        } else {
            in_dependencies = line == "  dependencies:";
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::{edges, packages};

    #[test]
    fn both_forms_of_lockfile_are_read() {
        let classic = "# yarn lockfile v1\n\n\"@a/b@^1.0.0\", \"@a/b@^1.2.0\":\n  version \"1.2.3\"\n  resolved \
            \"x\"\n\nms@2:\n  version \"2.0.0\"\n";
        let berry = "__metadata:\n  version: 8\n\n\"@a/b@npm:^1.0.0\":\n  version: 1.2.3\n  resolution: \"x\"\n\n\
            \"ms@npm:2\":\n  version: 2.0.0\n\n\"shop@workspace:.\":\n  version: 0.0.0-use.local\n";
        for text in [classic, berry] {
            let found = packages(text);
            assert_eq!(found.len(), 2, "{found:?}");
            assert!(found["@a/b"].contains("1.2.3") && found["ms"].contains("2.0.0"));
        }
    }

    #[test]
    fn edges_of_berry_leave_workspaces_out() {
        let lock = "__metadata:\n  version: 8\n\n\"@a/b@npm:^1.0.0, @a/b@npm:1\":\n  version: 1.2.3\n  \
            dependencies:\n    \"@s/x\": \"npm:^1\"\n    ms: \"npm:2\"\n  peerDependencies:\n    react: \"*\"\n  \
            checksum: 1\n\n\"shop@workspace:.\":\n  version: 0.0.0-use.local\n  dependencies:\n    jest: \
            \"npm:29\"\n";
        let found = edges(lock);
        assert_eq!(found.len(), 1, "{found:?}");
        let needed: Vec<_> = found["@a/b"].iter().map(String::as_str).collect();
        assert_eq!(needed, ["@s/x", "ms"]);
    }
}
