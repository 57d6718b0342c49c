//! Scala: sbt compiles, and its plugin native-packager stages programs with their jars.
//!
//! sbt itself writes no lockfile; the plugin sbt-dependency-lock writes `build.sbt.lock`.

use serde_json::Value;

use super::graph::{self, Graph, Package, Scope, Unreadable};
use super::model::{
    Buildpack, Ecosystem, Leftovers, Lockfile, Manifest, Service, Tree, no_package, nothing_wanted,
};
use super::names;

/// sbt's build.
pub const MANIFEST: &str = "build.sbt";

/// What is known of it.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    id: "scala",
    language: "Scala",
    purl: "maven",
    manifests: &[
        Manifest::new(MANIFEST, "sbt"),
        Manifest::new("*.sbt", "sbt"),
        Manifest::new("project/build.properties", "sbt"),
        Manifest::new("project/*.scala", "sbt"),
    ],
    lockfiles: &[Lockfile {
        name: "build.sbt.lock",
        manager: "sbt",
        tool: "sbt",
        manifest: MANIFEST,
        lock_with: "sbt dependencyLockWrite",
        service: Service::Recognised,
        read: sbt_lock,
    }],
    version_files: &["project/build.properties", "system.properties"],
    servers: &[],
    workers: &[],
    programs: &["sbt", "scala"],
    is_compiled: true,
    caches: &[],
    buildpacks: &[
        Buildpack::both("heroku/scala", &["heroku/scala", "heroku/sbt"]),
        Buildpack::cloud_native("paketo-buildpacks/sbt", &["paketo-buildpacks/sbt"]),
    ],
    trees: &[
        Tree::runtime(".sbt_home", "heroku/scala"),
        Tree::program("target/universal/stage", "sbt"),
        Tree::program("*/target/universal/stage", "sbt"),
        Tree::program("target/scala-*/*.jar", "sbt"),
        Tree::program("target/start", "sbt"),
    ],
    normalize: names::exact,
    wanted: nothing_wanted,
    needs_lockfile: false,
    package_of: no_package,
    leftovers: &[
        Leftovers {
            beside: &[MANIFEST, "target/universal/stage"],
            paths: STAGED,
        },
        Leftovers {
            beside: &["project/build.properties", "target/universal/stage"],
            paths: STAGED,
        },
    ],
};

/// Beside a staged program; compiled classes stay where nothing is staged.
const STAGED: &[&str] = &[
    "target/streams/**",
    "target/resolution-cache/**",
    "target/task-temp-directory/**",
    "target/global-logging/**",
    "target/scala-*/test-classes/**",
    "target/scala-*/update/**",
    "target/scala-*/zinc/**",
    "target/bg-jobs/**",
    "target/test-reports/**",
    "project/target/**",
    "project/project/**",
    ".bsp/**",
    ".bloop/**",
    ".metals/**",
    ".sbt_home/.ivy2/**",
    ".sbt_home/.coursier/**",
    ".sbt_home/.cache/**",
    ".sbt_home/boot/**",
];

fn sbt_lock(text: &str) -> Result<Graph, Unreadable> {
    let lock = graph::json(text)?;
    let list = lock.get("dependencies").and_then(Value::as_array);
    let packages = list.into_iter().flatten().filter_map(|one| {
        let text = |field| one.get(field).and_then(Value::as_str);
        let groups = one.get("configurations").and_then(Value::as_array);
        let groups: Vec<_> = groups
            .into_iter()
            .flatten()
            .filter_map(|group| group.as_str().map(str::to_owned))
            .collect();
        let is_test = !groups.is_empty() && groups.iter().all(|group| group.contains("test"));
        Some(Package {
            scope: if is_test {
                Scope::Development
            } else {
                Scope::Production
            },
            groups,
            ..Package::new(
                format!("{}:{}", text("org")?, text("name")?),
                text("version")?,
            )
        })
    });
    Ok(Graph {
        packages: packages.collect(),
    })
}
