//! Node.js and Bun: npm, Yarn, pnpm and Bun install into `node_modules`.

mod locks;

use slugsmith_finding::LineSpan;

use super::graph::{Graph, Unreadable, Wanted, unread};
use super::model::{Buildpack, Ecosystem, Lockfile, Manifest, Service, Tree, no_package};
use super::names;

/// [`MANIFEST`] behind a folder.
pub const IN_FOLDER: &str = "/package.json";

/// The file that announces it.
pub const MANIFEST: &str = "package.json";
/// Name of a lockfile.
pub const SHRINKWRAP: &str = "npm-shrinkwrap.json";
/// Name of a lockfile.
pub const PACKAGE_LOCK: &str = "package-lock.json";
/// Name of a lockfile.
pub const YARN_LOCK: &str = "yarn.lock";
/// Name of a lockfile.
pub const PNPM_LOCK: &str = "pnpm-lock.yaml";
/// Name of a lockfile.
pub const BUN_LOCK: &str = "bun.lock";
/// What Bun wrote before 1.2: no text.
pub const BUN_BINARY_LOCK: &str = "bun.lockb";

/// What is known of it.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    id: "node",
    language: "Node.js",
    purl: "npm",
    manifests: &[Manifest::new(MANIFEST, "npm")
        .installed()
        .with(has_dependencies)
        .lock_with("npm install --package-lock-only")],
    lockfiles: &[
        lockfile(SHRINKWRAP, "npm", "npm shrinkwrap", locks::npm),
        lockfile(
            PACKAGE_LOCK,
            "npm",
            "npm install --package-lock-only",
            locks::npm,
        ),
        lockfile(YARN_LOCK, "yarn", "yarn install", locks::yarn),
        lockfile(
            PNPM_LOCK,
            "pnpm",
            "pnpm install --lockfile-only",
            locks::pnpm,
        ),
        lockfile(BUN_LOCK, "bun", "bun install --lockfile-only", locks::bun),
        lockfile(
            BUN_BINARY_LOCK,
            "bun",
            "bun install --lockfile-only",
            unread,
        ),
    ],
    version_files: &[".nvmrc", ".node-version"],
    servers: &[],
    workers: &[],
    programs: &[
        "node", "npm", "npx", "yarn", "pnpm", "bun", "bunx", "tsx", "ts-node",
    ],
    is_compiled: false,
    caches: &["npm", "yarn", "pnpm", "bun"],
    buildpacks: &[
        Buildpack::both(
            "heroku/nodejs",
            &[
                "heroku/nodejs",
                "heroku/nodejs-engine",
                "heroku/nodejs-npm-install",
                "heroku/nodejs-yarn",
                "heroku/nodejs-pnpm-install",
            ],
        ),
        Buildpack::cloud_native(
            "paketo-buildpacks/nodejs",
            &[
                "paketo-buildpacks/nodejs",
                "paketo-buildpacks/node-engine",
                "paketo-buildpacks/npm-install",
                "paketo-buildpacks/yarn-install",
                "paketo-buildpacks/bun-install",
            ],
        ),
    ],
    trees: &[
        Tree::runtime(".heroku/node", "heroku/nodejs"),
        Tree::packages("node_modules", "npm"),
        Tree::packages(".pnp.cjs", "yarn"),
    ],
    normalize: names::exact,
    wanted,
    needs_lockfile: false,
    package_of: no_package,
    leftovers: &[],
};

/// The manager that a package.json asks for in Corepack's field (nodejs.org/api/packages.html, "packageManager").
#[must_use]
pub fn package_manager(manifest: &serde_json::Value) -> Option<&'static str> {
    let named = manifest
        .get("packageManager")?
        .as_str()?
        .split('@')
        .next()?;
    let known = ["npm", "yarn", "pnpm", "bun"];
    known.into_iter().find(|one| *one == named)
}

/// The lockfile of the manager that a package.json asks for, where that is another one than npm, which has two.
#[must_use]
pub fn declared_lockfile(manifest: &serde_json::Value) -> Option<&'static Lockfile> {
    let manager = package_manager(manifest).filter(|one| *one != "npm")?;
    ECOSYSTEM
        .lockfiles
        .iter()
        .find(|one| one.manager == manager)
}

/// Whether a lockfile of this name is no text.
#[must_use]
pub fn is_binary(name: &str) -> bool {
    name == BUN_BINARY_LOCK
}

const fn lockfile(
    name: &'static str,
    tool: &'static str,
    lock_with: &'static str,
    read: fn(&str) -> Result<Graph, Unreadable>,
) -> Lockfile {
    Lockfile {
        name,
        manager: tool,
        tool,
        manifest: MANIFEST,
        lock_with,
        service: Service::Installed,
        read,
    }
}

/// What package.json asks for.
fn wanted(text: &str) -> Vec<Wanted> {
    let manifest = super::graph::json(text).unwrap_or_default();
    let mut found = Vec::new();
    for (field, is_development) in [
        ("dependencies", false),
        ("optionalDependencies", false),
        ("devDependencies", true),
    ] {
        let list = manifest.get(field).and_then(serde_json::Value::as_object);
        found.extend(list.into_iter().flatten().map(|(name, version)| Wanted {
            name: name.clone(),
            version: version.as_str().unwrap_or_default().to_owned(),
            is_development,
            line: LineSpan::default(),
        }));
    }
    found
}

/// A manifest of scripts alone needs no install.
fn has_dependencies(text: &str) -> bool {
    let Ok(manifest) = super::graph::json(text) else {
        return true;
    };
    [
        "dependencies",
        "devDependencies",
        "optionalDependencies",
        "workspaces",
    ]
    .iter()
    .any(|field| match manifest.get(field) {
        Some(serde_json::Value::Object(map)) => !map.is_empty(),
        Some(serde_json::Value::Array(list)) => !list.is_empty(),
        _ => false,
    })
}
