//! Go: modules are compiled into programs in `bin`.

use super::graph::{Graph, Package, Unreadable};
use super::model::{
    Buildpack, Ecosystem, Lockfile, Manifest, Service, Tree, no_package, nothing_wanted,
};
use super::names;

/// Several modules that are built together.
pub const WORKSPACE: &str = "go.work";

/// The file that announces it.
pub const MANIFEST: &str = "go.mod";
/// Name of a lockfile.
pub const GO_SUM: &str = "go.sum";

/// What is known of it.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    id: "go",
    language: "Go",
    purl: "golang",
    manifests: &[
        Manifest::new(MANIFEST, "go")
            .installed()
            .lock_with("go mod tidy"),
        Manifest::new(WORKSPACE, "go").installed(),
    ],
    lockfiles: &[Lockfile {
        name: GO_SUM,
        manager: "go",
        tool: "go",
        manifest: MANIFEST,
        lock_with: "go mod tidy",
        service: Service::Installed,
        read: go_sum,
    }],
    version_files: &[],
    programs: &["go"],
    is_compiled: true,
    caches: &["go"],
    buildpacks: &[
        Buildpack::both("heroku/go", &["heroku/go"]),
        Buildpack::cloud_native(
            "paketo-buildpacks/go",
            &[
                "paketo-buildpacks/go",
                "paketo-buildpacks/go-dist",
                "paketo-buildpacks/go-build",
            ],
        ),
    ],
    trees: &[
        Tree::runtime(".heroku/go", "heroku/go"),
        Tree::program(".profile.d/go.sh", "heroku/go"),
    ],
    normalize: names::exact,
    wanted: nothing_wanted,
    needs_lockfile: false,
    package_of: no_package,
    leftovers: &[],
};

/// Lines without `/go.mod` are modules whose code is compiled.
#[expect(clippy::unnecessary_wraps, reason = "the type of every reader")]
fn go_sum(text: &str) -> Result<Graph, Unreadable> {
    let packages = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (name, version, sum) = (words.next()?, words.next()?, words.next()?);
        (!version.ends_with("/go.mod")).then(|| Package {
            integrity: Some(sum.to_owned()),
            ..Package::new(name, version)
        })
    });
    Ok(Graph {
        packages: packages.collect(),
    })
}
