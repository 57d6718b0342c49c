//! Clojure: Leiningen and the Clojure tools resolve jars; neither writes a lockfile.

use super::model::{Buildpack, Ecosystem, Leftovers, Manifest, Tree, no_package, nothing_wanted};
use super::names;

/// Leiningen's manifest.
pub const PROJECT: &str = "project.clj";

/// What is known of it.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    id: "clojure",
    language: "Clojure",
    purl: "maven",
    manifests: &[
        Manifest::new(PROJECT, "lein"),
        Manifest::new("deps.edn", "clojure"),
    ],
    lockfiles: &[],
    version_files: &["system.properties"],
    servers: &[],
    workers: &[],
    programs: &["lein", "clojure", "clj"],
    is_compiled: true,
    caches: &[],
    buildpacks: &[
        Buildpack::classic("heroku/clojure"),
        Buildpack::cloud_native(
            "paketo-buildpacks/leiningen",
            &["paketo-buildpacks/leiningen"],
        ),
        Buildpack::cloud_native(
            "paketo-buildpacks/clojure-tools",
            &["paketo-buildpacks/clojure-tools"],
        ),
    ],
    trees: &[
        Tree::runtime(".lein", "heroku/clojure"),
        Tree::program("target/*-standalone.jar", "lein"),
        Tree::program("target/uberjar/*.jar", "lein"),
        Tree::program("target/*.jar", "clojure"),
        Tree::packages(".m2/repository", "heroku/clojure"),
        Tree::packages(".cpcache", "clojure"),
    ],
    normalize: names::exact,
    wanted: nothing_wanted,
    needs_lockfile: false,
    package_of: no_package,
    leftovers: &[Leftovers {
        beside: &[PROJECT, "target/uberjar"],
        paths: &["target/stale/**", "target/uberjar/stale/**"],
    }],
};
