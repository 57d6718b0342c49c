//! Deno: packages of JSR and npm are cached in `DENO_DIR`, or in `node_modules`.

mod lock;
mod manifest;

use super::model::{Buildpack, Ecosystem, Lockfile, Manifest, Service, Tree};
use super::names;

/// Deno's manifest.
pub const MANIFEST: &str = "deno.json";

/// The same with comments.
pub const MANIFEST_WITH_COMMENTS: &str = "deno.jsonc";

/// Name of a lockfile.
pub const DENO_LOCK: &str = "deno.lock";

/// What is known of it.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    id: "deno",
    language: "Deno",
    purl: "jsr",
    manifests: &[
        Manifest::new(MANIFEST, "deno").lock_with("deno install"),
        Manifest::new(MANIFEST_WITH_COMMENTS, "deno").lock_with("deno install"),
    ],
    lockfiles: &[Lockfile {
        name: DENO_LOCK,
        manager: "deno",
        tool: "deno",
        manifest: "deno.json*",
        lock_with: "deno install",
        service: Service::Recognised,
        read: lock::deno_lock,
    }],
    version_files: &["runtime.txt", ".dvmrc"],
    servers: &[],
    workers: &[],
    programs: &["deno"],
    is_compiled: false,
    caches: &[],
    buildpacks: &[Buildpack::classic(
        "https://github.com/chibat/heroku-buildpack-deno",
    )],
    trees: &[
        Tree::runtime(".heroku/bin/deno", "heroku-buildpack-deno"),
        Tree::runtime(".deno/bin/deno", "heroku-buildpack-deno"),
        Tree::packages(".heroku/cache", "heroku-buildpack-deno"),
        Tree::packages(".deno/npm", "deno"),
        Tree::packages(".deno/remote", "deno"),
        Tree::packages("deno-dir", "deno"),
        Tree::packages("node_modules/.deno", "deno"),
        Tree::packages("vendor/jsr.io", "deno"),
    ],
    normalize: names::exact,
    wanted: manifest::wanted,
    needs_lockfile: true,
    package_of,
    leftovers: &[],
};

/// `npm/registry.npmjs.org/NAME/VERSION/…` of `DENO_DIR`.
fn package_of(path: &str) -> Option<String> {
    let (_, rest) = path.split_once("npm/registry.npmjs.org/")?;
    let mut parts = rest.split('/');
    let first = parts.next()?;
    if !first.starts_with('@') {
        return Some(first.to_owned());
    }
    Some(format!("{first}/{}", parts.next()?))
}
