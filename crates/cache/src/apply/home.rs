//! What an install wrote into the home of its user, outside of the app: no hit brings it back, and the log says so.
//!
//! Names are enough: a tool that keeps something there makes a folder for it. Package managers and compilers keep
//! what they downloaded or built, and make it anew where it is missing; temporary folders are nobody's.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::Context;

/// Folders of the home in which tools make folders of their own (XDG Base Directory Specification, 0.8).
const FOLDERS: &[&str] = &["", ".cache", ".local/share", ".config"];

/// What package managers, compilers and shells keep, by its last name.
const OF_TOOLS: &[&str] = &[
    ".bash_history",
    ".bun",
    ".bundle",
    ".cache",
    ".cargo",
    ".composer",
    ".config",
    ".deno",
    ".docker",
    ".dotnet",
    ".gem",
    ".gitconfig",
    ".gradle",
    ".ivy2",
    ".java",
    ".konan",
    ".kotlin",
    ".local",
    ".lesshst",
    ".m2",
    ".netrc",
    ".node-gyp",
    ".node_repl_history",
    ".npm",
    ".npmrc",
    ".nuget",
    ".nvm",
    ".pki",
    ".pnpm-state",
    ".pnpm-store",
    ".python_history",
    ".rustup",
    ".sbt",
    ".scala-cli",
    ".swiftpm",
    ".templateengine",
    ".viminfo",
    ".wget-hsts",
    ".yarn",
    ".yarnrc",
    "Cypress",
    "JetBrains",
    "NuGet",
    "bazel",
    "bazelisk",
    "black",
    "bun",
    "composer",
    "configstore",
    "coursier",
    "cython",
    "deno",
    "dconf",
    "electron",
    "electron-builder",
    "fontconfig",
    "git",
    "go",
    "go-build",
    "golangci-lint",
    "helm",
    "matplotlib",
    "mesa_shader_cache",
    "ms-playwright",
    "mypy",
    "next-swc",
    "nextjs-nodejs",
    "node",
    "node-gyp",
    "npm",
    "org.swift.swiftpm",
    "pdm",
    "pip",
    "pip-tools",
    "pipenv",
    "pnpm",
    "pre-commit",
    "prisma",
    "prisma-nodejs",
    "puppeteer",
    "pypoetry",
    "pythran",
    "rosetta",
    "sccache",
    "symfony-cli",
    "turborepo",
    "typescript",
    "uv",
    "virtualenv",
    "virtualenvs",
    "yarn",
    "Yarn",
];

/// The home that commands write into, if it is not the app itself.
pub(super) fn of(context: &Context<'_>) -> Option<PathBuf> {
    let home = PathBuf::from(context.environment.get("HOME")?);
    let app = &context.app.root;
    let is_app = home == *app || fs_err::canonicalize(&home).ok() == fs_err::canonicalize(app).ok();
    (home.is_absolute() && !is_app).then_some(home)
}

/// Names in the home, as people write them: `~/.cache/x`.
pub(super) fn names(home: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for folder in FOLDERS {
        let entries = fs_err::read_dir(home.join(folder));
        for entry in entries.into_iter().flatten().flatten() {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let is_own = folder.is_empty() && !name.starts_with('.');
            if is_own || OF_TOOLS.contains(&name.as_str()) {
                continue;
            }
            let path = Path::new("~").join(folder).join(name);
            found.insert(path.display().to_string());
        }
    }
    found
}

/// What a log says of these names; `None` where there are none.
pub(super) fn told(name: &str, elsewhere: &[String]) -> Option<String> {
    (!elsewhere.is_empty()).then(|| {
        format!(
            "{name}: its install also wrote {}, outside of the app: that does not come back with a hit. A script that \
             needs it has to find it in the app",
            elsewhere.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_keep_for_themselves_is_not_told() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            ".cache/pip/http",
            ".cache/models/x",
            ".npm/_cacache",
            ".tool/bin",
            "app/src",
        ] {
            fs_err::create_dir_all(folder.path().join(path)).unwrap();
        }
        let names: Vec<_> = names(folder.path()).into_iter().collect();
        assert_eq!(names, ["~/.cache/models", "~/.tool"]);
        assert!(
            told("pip", &names)
                .unwrap()
                .contains("~/.cache/models, ~/.tool")
        );
        assert_eq!(told("pip", &[]), None);
    }
}
