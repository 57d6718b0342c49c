//! What in the app's own sources is never run on a dyno?
//!
//! Far fewer kinds than in packages, and only in places that no framework reads by
//! convention: an app may serve, render or load any folder of its own.

use super::{Entry, Guard};

/// Version control data.
pub static VERSION_CONTROL: Entry = Entry {
    id: "version-control",
    reason: "version control data",
    guard: Guard::Reachable,
    evidence: "A slug has none either: the platform receives a checkout. Kept where code or a start command \
        mentions .git or runs git.",
    tell_kept: true,
};
/// Editor and system litter.
pub static LITTER: Entry = Entry {
    id: "litter",
    reason: "editor and system litter",
    guard: Guard::Named,
    evidence: "Files that editors and operating systems leave behind.",
    tell_kept: false,
};
/// CI and linter configuration.
pub static CI: Entry = Entry {
    id: "ci",
    reason: "CI and linter configuration",
    guard: Guard::Reachable,
    evidence: "Read by CI services, linters and formatters, all of them before a release.",
    tell_kept: true,
};
/// Coverage reports and storybooks.
pub static COVERAGE: Entry = Entry {
    id: "coverage",
    reason: "coverage reports and storybooks",
    guard: Guard::Reachable,
    evidence: "Written by test runs and by Storybook; they need the evidence that the app's tests need.",
    tell_kept: true,
};
/// The app's tests.
pub static TESTS: Entry = Entry {
    id: "app-tests",
    reason: "the app's tests",
    guard: Guard::Reachable,
    evidence: "Test folders beside a package.json and test files by name, in an app that runs Node only, of which \
        no code opens a path that is unknown or takes what may be one from a variable, no package lists the \
        working directory, and nothing that stays names them. Otherwise they stay and are offered.",
    tell_kept: true,
};
/// The app's docs and design files.
pub static DOCS: Entry = Entry {
    id: "app-docs",
    reason: "the app's docs and design files",
    guard: Guard::Reachable,
    evidence: "Folders docs and design beside a package.json, on the evidence that the app's tests need.",
    tell_kept: true,
};

/// Files that .gitattributes leaves out of archives.
pub static EXPORT_IGNORED: Entry = Entry {
    id: "export-ignored",
    reason: "files that .gitattributes leaves out of archives",
    guard: Guard::Reachable,
    evidence: "git archive leaves them out of every release of the app (gitattributes(5), export-ignore). They \
        need the evidence that the app's tests need.",
    tell_kept: true,
};

/// Folders whose content frameworks load, serve or route by convention, at any depth.
const CONVENTION: &[&str] = &[
    "pages",
    "app",
    "routes",
    "views",
    "public",
    "static",
    "assets",
    "content",
    "api",
    "templates",
    "locales",
    "i18n",
    "data",
    "middleware",
    "plugins",
    "server",
    ".next",
    ".nuxt",
    ".output",
    "dist",
    "build",
];

/// The entry that a file of the app falls under. `path` is relative to the app;
/// `inside` is relative to the nearest package.json's folder (`None` where there is none).
#[must_use]
pub fn classify(path: &str, inside: Option<&str>, in_build: bool) -> Option<&'static Entry> {
    let name = super::super::index::name(path);
    let lower = name.to_ascii_lowercase();
    let first = path.split('/').next().unwrap_or_default();
    if matches!(first, ".git" | ".hg" | ".svn") && path != first {
        // On a laptop this is somebody's repository, not a copy of it.
        return in_build.then_some(&VERSION_CONTROL);
    }
    if super::node::is_licence(&lower) {
        return None;
    }
    let litter = matches!(
        name,
        ".DS_Store" | "Thumbs.db" | "desktop.ini" | "npm-debug.log" | "yarn-error.log"
    ) || name.starts_with("._")
        || lower.ends_with(".swp")
        || matches!(first, ".idea" | ".vscode");
    if litter {
        return Some(&LITTER);
    }
    if is_ci(inside.unwrap_or(path)) {
        return Some(&CI);
    }
    // An app of another language is judged from its root: its folders are offered.
    let inside = inside.unwrap_or(path);
    let folder = inside.split('/').next().unwrap_or_default();
    let nested = inside.contains('/');
    if (nested
        && matches!(
            folder,
            "coverage" | ".nyc_output" | ".storybook" | "storybook-static"
        ))
        || name == ".coverage"
    {
        return Some(&COVERAGE);
    }
    let by_convention = inside.split('/').any(|part| CONVENTION.contains(&part));
    let test_folder = nested
        && matches!(
            folder,
            "test" | "tests" | "__tests__" | "spec" | "e2e" | "cypress" | "__mocks__"
        );
    let deep = inside
        .split('/')
        .any(|part| matches!(part, "__tests__" | "__mocks__" | "__snapshots__"));
    let code = [".js", ".cjs", ".mjs", ".ts", ".tsx", ".jsx"]
        .iter()
        .any(|end| lower.ends_with(end));
    let test_file = code && (lower.contains(".test.") || lower.contains(".spec."));
    if test_folder || (!by_convention && (deep || test_file)) {
        return Some(&TESTS);
    }
    (nested && matches!(folder, "docs" | "doc" | "design")).then_some(&DOCS)
}

/// Whether an entry names sources that an app's authors may ship on purpose, by `files` in
/// their package.json.
#[must_use]
pub fn is_left_out(entry: &Entry) -> bool {
    [&TESTS, &DOCS, &COVERAGE]
        .iter()
        .any(|one| one.id == entry.id)
}

/// CI services, hosts and linters read these at the top of a package or of the app.
fn is_ci(inside: &str) -> bool {
    let folder = inside.split('/').next().unwrap_or_default();
    let ci_folder = matches!(
        folder,
        ".github" | ".circleci" | ".gitlab" | ".husky" | ".changeset"
    );
    (ci_folder && inside.contains('/'))
        || is_tool_configuration(inside)
        || matches!(
            inside,
            ".gitlab-ci.yml"
                | ".travis.yml"
                | "appveyor.yml"
                | "azure-pipelines.yml"
                | ".editorconfig"
                | ".eslintignore"
                | ".prettierignore"
                | ".nycrc"
                | ".codecov.yml"
                | "codecov.yml"
                | ".markdownlint.json"
                | "renovate.json"
        )
}

/// The tool that a file at the top configures: `eslint` for `.eslintrc.json`.
#[must_use]
pub fn tool_of(inside: &str) -> Option<&str> {
    match inside {
        ".editorconfig" => return Some("editorconfig"),
        ".eslintignore" => return Some("eslint"),
        ".prettierignore" => return Some("prettier"),
        ".nycrc" => return Some("nyc"),
        _ => {}
    }
    is_tool_configuration(inside).then(|| {
        let name = inside.trim_start_matches('.');
        let end = name.find(['.', '_']).unwrap_or(name.len());
        let stem = name.get(..end).unwrap_or(name);
        stem.strip_suffix("rc").unwrap_or(stem)
    })
}

/// Configuration of test runners, linters and formatters. Worth naming although it is small:
/// a `"node_modules"` in it would speak for every folder of tests there.
fn is_tool_configuration(inside: &str) -> bool {
    const STEMS: &[&str] = &[
        ".commitlintrc",
        ".eslintrc",
        ".lintstagedrc",
        ".mocharc",
        ".prettierrc",
        ".stylelintrc",
        "commitlint.config",
        "cypress.config",
        "eslint.config",
        "jest.config",
        "karma.conf",
        "lint-staged.config",
        "playwright.config",
        "prettier.config",
        "stylelint.config",
        "vitest.config",
    ];
    const ENDS: &[&str] = &[
        "", ".cjs", ".cts", ".js", ".json", ".mjs", ".mts", ".ts", ".yaml", ".yml",
    ];
    STEMS.iter().any(|stem| {
        let end = inside.strip_prefix(stem);
        end.is_some_and(|end| ENDS.contains(&end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_places_are_candidates() {
        let id = |path| classify(path, Some(path), true).map(|entry| entry.id);
        assert_eq!(id("test/a.js"), Some("app-tests"));
        assert_eq!(id("src/a.test.ts"), Some("app-tests"));
        assert_eq!(id("src/__tests__/a.js"), Some("app-tests"));
        assert_eq!(id("pages/a.test.js"), None);
        assert_eq!(id("src/test/a.js"), None);
        assert_eq!(id("docs/a.md"), Some("app-docs"));
        assert_eq!(id("docs/LICENSE"), None);
        assert_eq!(id("test"), None);
        assert_eq!(id(".git/config"), Some("version-control"));
        assert_eq!(classify(".git/config", None, false), None);
        let without_manifest = classify("test/a.py", None, true);
        assert_eq!(without_manifest.map(|entry| entry.id), Some("app-tests"));
        let ci = |path| classify(path, None, true).map(|entry| entry.id);
        assert_eq!(ci(".github/workflows/ci.yml"), Some("ci"));
        assert_eq!(ci(".gitlab-ci.yml"), Some("ci"));
        assert_eq!(ci("web/.travis.yml"), None);
        assert_eq!(ci("jest.config.ts"), Some("ci"));
        assert_eq!(ci(".eslintrc"), Some("ci"));
        assert_eq!(ci("jest.config.d"), None);
        assert_eq!(ci("next.config.js"), None);
        assert_eq!(tool_of(".eslintrc.json"), Some("eslint"));
        assert_eq!(tool_of("jest.config.ts"), Some("jest"));
    }
}
