//! Rust: Cargo compiles crates into programs.

use super::graph::{self, Graph, Package, Unreadable};
use super::model::{
    Buildpack, Ecosystem, Leftovers, Lockfile, Manifest, Service, Tree, no_package, nothing_wanted,
};
use super::names;

/// Cargo's manifest.
pub const MANIFEST: &str = "Cargo.toml";

/// Name of a lockfile.
pub const CARGO_LOCK: &str = "Cargo.lock";

/// What is known of it.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    id: "rust",
    language: "Rust",
    purl: "cargo",
    manifests: &[Manifest::new(MANIFEST, "cargo")
        .installed()
        .lock_with("cargo generate-lockfile")],
    lockfiles: &[Lockfile {
        name: CARGO_LOCK,
        manager: "cargo",
        tool: "cargo",
        manifest: MANIFEST,
        lock_with: "cargo generate-lockfile",
        service: Service::Installed,
        read: cargo_lock,
    }],
    version_files: &["rust-toolchain", "rust-toolchain.toml", "RustConfig"],
    servers: &[],
    workers: &[],
    programs: &["cargo"],
    is_compiled: true,
    caches: &["cargo"],
    buildpacks: &[
        Buildpack::classic("emk/rust"),
        Buildpack::cloud_native(
            "docker.io/paketocommunity/rust",
            &[
                "paketo-community/rust",
                "paketo-community/cargo",
                "paketo-community/cargo-install",
            ],
        ),
    ],
    trees: &[Tree::program("target/release", "cargo")],
    normalize: names::crates,
    wanted: nothing_wanted,
    needs_lockfile: false,
    package_of: no_package,
    leftovers: &[Leftovers {
        beside: &[MANIFEST, "target/release"],
        paths: &[
            "target/release/deps/**",
            "target/release/build/**",
            "target/release/incremental/**",
            "target/release/.fingerprint/**",
            "target/debug/**",
        ],
    }],
};

/// The workspace's own packages have no source.
fn cargo_lock(text: &str) -> Result<Graph, Unreadable> {
    let lock = graph::toml(text)?;
    let list = lock.get("package").and_then(toml::Value::as_array);
    let packages = list.into_iter().flatten().filter_map(|one| {
        let text = |field| one.get(field).and_then(toml::Value::as_str);
        let needs = one.get("dependencies").and_then(toml::Value::as_array);
        let needs = needs.into_iter().flatten().filter_map(toml::Value::as_str);
        Some(Package {
            local: text("source").is_none().then(String::new),
            integrity: text("checksum").map(str::to_owned),
            needs: needs
                .filter_map(|need| Some(need.split(' ').next()?.to_owned()))
                .collect(),
            ..Package::new(text("name")?, text("version")?)
        })
    });
    Ok(Graph {
        packages: packages.collect(),
    })
}
