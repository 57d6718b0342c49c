//! What of installed packages do Ruby, PHP, Java, Go and Rust never read at run time?
//!
//! Only where a package manager puts packages: gems of bundler, `vendor` of Composer,
//! build folders that Maven, Gradle and cargo name themselves. The app's own sources are
//! not judged by these.

use super::{Entry, Guard};
use slugsmith_ecosystems::{ALL, Leftovers, pattern};

/// Downloaded gem archives.
pub static GEM_ARCHIVES: Entry = Entry {
    id: "gem-archives",
    reason: "downloaded gem archives",
    guard: Guard::Named,
    evidence: "vendor/bundle/…/cache holds the .gem files that were unpacked into gems; bundler reads them only \
        to install again.",
    tell_kept: false,
};
/// Tests and docs of gems.
pub static GEM_TESTS: Entry = Entry {
    id: "gem-tests",
    reason: "tests and docs of gems",
    guard: Guard::Reachable,
    evidence: "Folders spec, test, features and examples at the top of a gem, which neither its specification nor \
        its code nor the app's sources name in a path, as a symbol or in a list of words, and of which no source of \
        the app asks for the folder; Rails engines load app, config, lib and db.",
    tell_kept: true,
};
/// Native sources and objects of gems.
pub static GEM_SOURCES: Entry = Entry {
    id: "gem-sources",
    reason: "native sources and objects of gems",
    guard: Guard::Named,
    evidence: "Built extensions stand in extensions and lib; ext holds what they were compiled from. Kept where \
        the gem has no built extension.",
    tell_kept: false,
};
/// Tests and docs of PHP packages.
pub static COMPOSER_TESTS: Entry = Entry {
    id: "composer-tests",
    reason: "tests and docs of PHP packages",
    guard: Guard::Reachable,
    evidence: "Folders tests, docs and examples at the top of a package that neither Composer's autoloader nor its \
        code nor the app's sources and configuration name, nor a path in a package that has no such folder.",
    tell_kept: true,
};
/// Intermediate files of compilers.
pub static BUILD_LEFTOVERS: Entry = Entry {
    id: "build-leftovers",
    reason: "intermediate files of compilers",
    guard: Guard::Reachable,
    evidence: "Cargo's incremental, deps and build folders, Maven's and Gradle's classes, reports and test \
        results: the artefact beside them is what runs.",
    tell_kept: true,
};

/// Debug information of .NET.
pub static PROGRAM_DATABASES: Entry = Entry {
    id: "program-databases",
    reason: "debug information of .NET",
    guard: Guard::Reachable,
    evidence: "Debuggers read X.pdb beside X.dll; without it a stack trace has no line numbers and nothing else \
        changes. Keep them with strip.keep = [\"**/*.pdb\"].",
    tell_kept: true,
};

/// The entry that a file outside `node_modules` and `site-packages` falls under. `has`
/// says whether a path exists.
#[must_use]
pub fn classify(path: &str, has: &dyn Fn(&str) -> bool) -> Option<&'static Entry> {
    let lower = super::super::index::name(path).to_ascii_lowercase();
    if super::node::is_licence(&lower) {
        return None;
    }
    gem(path, has)
        .or_else(|| composer(path, has))
        .or_else(|| program_database(path, has))
}

/// `vendor/bundle/ruby/3.3.0/gems/name-1.2/spec/x`.
fn gem(path: &str, has: &dyn Fn(&str) -> bool) -> Option<&'static Entry> {
    let at = path.find("vendor/bundle/ruby/")? + "vendor/bundle/ruby/".len();
    let (_, inside) = path.get(at..)?.split_once('/')?;
    let base = path.len() - inside.len();
    if inside.starts_with("cache/") && inside.ends_with(".gem") {
        return Some(&GEM_ARCHIVES);
    }
    let (kind, rest) = inside.split_once('/')?;
    if kind == "extensions" {
        let log = [".log", ".out", "mkmf.log"]
            .iter()
            .any(|end| rest.ends_with(end));
        return log.then_some(&GEM_SOURCES);
    }
    if kind != "gems" {
        return None;
    }
    let (gem, file) = rest.split_once('/')?;
    let (first, _) = file.split_once('/')?;
    match first {
        "spec" | "test" | "tests" | "features" | "examples" | "benchmark" | "benchmarks" => {
            Some(&GEM_TESTS)
        }
        "ext" => {
            // Without a built extension the sources are all there is.
            let root = path.get(..base)?;
            let extension = [
                "so", "o", "c", "h", "cc", "cpp", "hpp", "rs", "a", "java", "in",
            ];
            let known = file
                .rsplit_once('.')
                .is_some_and(|(_, end)| extension.contains(&end));
            let built = has(&format!("{root}gems/{gem}/lib")) && has(&format!("{root}extensions"));
            (known && built && !file.ends_with(".so")).then_some(&GEM_SOURCES)
        }
        _ => None,
    }
}

/// `vendor/acme/package/tests/x.php`, where Composer's own files are.
fn composer(path: &str, has: &dyn Fn(&str) -> bool) -> Option<&'static Entry> {
    let inside = path.strip_prefix("vendor/")?;
    let mut parts = inside.splitn(4, '/');
    let (owner, _, folder, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next());
    let tests = matches!(
        folder,
        "tests" | "test" | "Tests" | "docs" | "doc" | "examples" | "example" | ".github"
    );
    (tests && rest.is_some() && owner != "composer" && has("vendor/composer/installed.json"))
        .then_some(&COMPOSER_TESTS)
}

/// What compilers leave beside an artefact. `active` is what [`leftovers`] found.
#[must_use]
pub fn built(path: &str, active: &[&'static Leftovers]) -> Option<&'static Entry> {
    let mut patterns = active.iter().flat_map(|one| one.paths);
    let is_left = patterns.any(|pattern| pattern::matches(pattern, path));
    (is_left && !is_generated(path)).then_some(&BUILD_LEFTOVERS)
}

/// Data that a build script wrote: cargo tells a program its folder as `OUT_DIR`, which it
/// may read when it runs.
fn is_generated(path: &str) -> bool {
    const COMPILED: &[&str] = &[
        "a", "o", "d", "rs", "c", "h", "lib", "rlib", "rmeta", "obj", "pc",
    ];
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let of_cargo =
        path.starts_with("target/") && path.contains("/build/") && path.contains("/out/");
    of_cargo && !COMPILED.contains(&extension)
}

/// The kinds of leftovers whose result is in a tree with these paths.
#[must_use]
pub fn leftovers<'p>(paths: &(impl Iterator<Item = &'p str> + Clone)) -> Vec<&'static Leftovers> {
    let has = |pattern: &str| paths.clone().any(|path| pattern::matches(pattern, path));
    let all = ALL.iter().flat_map(|one| one.leftovers);
    all.filter(|one| one.beside.iter().all(|pattern| has(pattern)))
        .collect()
}

/// `X.pdb` of a published program of .NET.
fn program_database(path: &str, has: &dyn Fn(&str) -> bool) -> Option<&'static Entry> {
    let stem = path.strip_suffix(".pdb")?;
    let is_published = path.split('/').rev().nth(1) == Some("publish");
    (is_published && has(&format!("{stem}.dll"))).then_some(&PROGRAM_DATABASES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_of_package_managers_are_judged() {
        let there = [
            "vendor/composer/installed.json",
            "bin/publish/shop.dll",
            "vendor/bundle/ruby/3.3.0/extensions",
            "vendor/bundle/ruby/3.3.0/gems/pg-1/lib",
        ];
        let id = |path: &str| classify(path, &|path| there.contains(&path)).map(|entry| entry.id);
        let gem = |path: &str| id(&format!("vendor/bundle/ruby/3.3.0/{path}"));
        assert_eq!(gem("cache/pg-1.gem"), Some("gem-archives"));
        assert_eq!(gem("gems/pg-1/spec/a_spec.rb"), Some("gem-tests"));
        assert_eq!(gem("gems/pg-1/lib/test/a.rb"), None);
        assert_eq!(gem("gems/pg-1/ext/pg.c"), Some("gem-sources"));
        assert_eq!(gem("gems/other-1/ext/o.c"), None);
        assert_eq!(gem("gems/pg-1/app/spec.rb"), None);
        assert_eq!(id("vendor/acme/a/tests/T.php"), Some("composer-tests"));
        assert_eq!(id("vendor/acme/a/src/tests/T.php"), None);
        assert_eq!(id("vendor/acme/a/LICENSE"), None);
        assert_eq!(id("bin/publish/shop.pdb"), Some("program-databases"));
        assert_eq!(id("bin/publish/other.pdb"), None);
        assert_eq!(id("lib/shop.pdb"), None);
    }

    #[test]
    fn leftovers_go_only_beside_what_was_built() {
        let verdicts = |paths: &[&str], path: &str| {
            let active = leftovers(&paths.iter().copied());
            built(path, &active).is_some()
        };
        let rust = ["Cargo.toml", "target/release", "target/release/app"];
        assert!(verdicts(&rust, "target/release/deps/libx.rlib"));
        assert!(!verdicts(&rust, "target/release/app"));
        assert!(!verdicts(&rust[..1], "target/release/deps/libx.rlib"));
        let gradle = ["build.gradle.kts", "build/libs"];
        assert!(verdicts(&gradle, "build/test-results/a.xml"));
        assert!(!verdicts(&gradle, "build/libs/app.jar"));
        let dotnet = ["shop.csproj", "bin/publish", "bin/publish/shop.dll"];
        assert!(verdicts(&dotnet, "obj/Debug/net8.0/shop.dll"));
        assert!(!verdicts(&dotnet, "bin/publish/shop.xml"));
        assert!(!verdicts(&dotnet[..1], "obj/shop.dll"));
        let scala = [
            "build.sbt",
            "target/universal/stage",
            "target/universal/stage/lib/a.jar",
        ];
        assert!(verdicts(&scala, "target/streams/compile/x"));
        assert!(!verdicts(&scala, "target/universal/stage/lib/a.jar"));
        let elixir = ["mix.exs", "_build/prod"];
        assert!(verdicts(&elixir, "_build/test/lib/a/ebin/a.beam"));
        assert!(!verdicts(&elixir, "_build/prod/lib/a/ebin/a.beam"));
    }
}
