//! Crystal: Shards resolves, the compiler builds one program. Recognised only.

use super::graph::unread;
use super::model::{
    Buildpack, Ecosystem, Lockfile, Manifest, Service, Tree, no_package, nothing_wanted,
};
use super::names;

/// What is known of it.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    id: "crystal",
    language: "Crystal",
    purl: "crystal",
    manifests: &[Manifest::new("shard.yml", "shards").lock_with("shards lock")],
    lockfiles: &[Lockfile {
        name: "shard.lock",
        manager: "shards",
        tool: "shards",
        manifest: "shard.yml",
        lock_with: "shards lock",
        service: Service::Recognised,
        read: unread,
    }],
    version_files: &[".crystal-version"],
    servers: &[],
    workers: &[],
    programs: &["crystal", "shards"],
    is_compiled: true,
    caches: &[],
    buildpacks: &[Buildpack::classic(
        "https://github.com/crystal-lang/heroku-buildpack-crystal",
    )],
    trees: &[
        Tree::packages("lib/.shards.info", "shards"),
        Tree::program("app", "crystal"),
    ],
    normalize: names::exact,
    wanted: nothing_wanted,
    needs_lockfile: false,
    package_of: no_package,
    leftovers: &[],
};
