//! Dart: pub resolves, and programs run from source or compiled. Recognised only.

use super::graph::unread;
use super::model::{
    Buildpack, Ecosystem, Lockfile, Manifest, Service, Tree, no_package, nothing_wanted,
};
use super::names;

/// What is known of it.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    id: "dart",
    language: "Dart",
    purl: "pub",
    manifests: &[Manifest::new("pubspec.yaml", "dart").lock_with("dart pub get")],
    lockfiles: &[Lockfile {
        name: "pubspec.lock",
        manager: "pub",
        tool: "dart",
        manifest: "pubspec.yaml",
        lock_with: "dart pub get",
        service: Service::Recognised,
        read: unread,
    }],
    version_files: &[],
    servers: &[],
    workers: &[],
    programs: &["dart"],
    is_compiled: true,
    caches: &[],
    buildpacks: &[Buildpack::classic(
        "https://github.com/igrigorik/heroku-buildpack-dart",
    )],
    trees: &[
        Tree::runtime("dart-sdk", "heroku-buildpack-dart"),
        Tree::packages(".dart_tool/package_config.json", "dart"),
    ],
    normalize: names::exact,
    wanted: nothing_wanted,
    needs_lockfile: false,
    package_of: no_package,
    leftovers: &[],
};
