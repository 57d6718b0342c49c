//! Node.js and Bun: npm, Yarn, pnpm and Bun install into `node_modules`.

use super::graph::unread;
use super::model::{
    Buildpack, Ecosystem, Lockfile, Manifest, Service, Tree, no_package, nothing_wanted,
};
use super::names;

/// What is known of it.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    id: "node",
    language: "Node.js",
    purl: "npm",
    manifests: &[Manifest::new("package.json", "npm")
        .installed()
        .with(has_dependencies)
        .lock_with("npm install --package-lock-only")],
    lockfiles: &[
        lockfile("npm-shrinkwrap.json", "npm", "npm shrinkwrap"),
        lockfile(
            "package-lock.json",
            "npm",
            "npm install --package-lock-only",
        ),
        lockfile("yarn.lock", "yarn", "yarn install"),
        lockfile("pnpm-lock.yaml", "pnpm", "pnpm install --lockfile-only"),
        lockfile("bun.lock", "bun", "bun install --lockfile-only"),
        lockfile("bun.lockb", "bun", "bun install --lockfile-only"),
    ],
    version_files: &[".nvmrc", ".node-version"],
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
    wanted: nothing_wanted,
    needs_lockfile: false,
    package_of: no_package,
    leftovers: &[],
};

const fn lockfile(name: &'static str, tool: &'static str, lock_with: &'static str) -> Lockfile {
    Lockfile {
        name,
        manager: tool,
        tool,
        manifest: "package.json",
        lock_with,
        service: Service::Installed,
        read: unread,
    }
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
