//! Go: modules are compiled into programs in `bin`.

use slugsmith_finding::LineSpan;

use super::graph::{Graph, Package, Unreadable};
use super::model::{
    Buildpack, Ecosystem, Lockfile, Manifest, Service, Tree, no_package, nothing_wanted,
};
use super::names;

/// Several modules that are built together.
pub const WORKSPACE: &str = "go.work";

/// The file that announces it.
pub const MANIFEST: &str = "go.mod";
/// Files of the tools before modules, with their names: heroku/go took their support out in 2026.
pub const LEGACY: &[(&str, &str)] = &[
    ("Gopkg.lock", "dep"),
    ("Godeps/Godeps.json", "Godep"),
    ("vendor/vendor.json", "govendor"),
    ("glide.yaml", "Glide"),
];
/// What heroku/go runs before and after its own build (its `bin/compile`); either may install other programs.
pub const PRE_COMPILE: &str = "bin/go-pre-compile";
/// See [`PRE_COMPILE`].
pub const POST_COMPILE: &str = "bin/go-post-compile";
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
    servers: &[],
    workers: &[],
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

/// The modules that `vendor/modules.txt` lists: `# github.com/a/b v1.2.0`.
pub fn vendored(list: &str) -> impl Iterator<Item = &str> {
    list.lines()
        .filter_map(|line| line.strip_prefix("# ")?.split(' ').next())
}

/// The version of Go that a build takes: that of heroku/go's own comment, else of the toolchain, else of the module.
#[must_use]
pub fn wanted_version(go_mod: &str) -> Option<(String, LineSpan)> {
    ["// +heroku goVersion go", "toolchain go", "go "]
        .into_iter()
        .find_map(|prefix| {
            go_mod.lines().zip(1..).find_map(|(line, number)| {
                let version = line.trim().strip_prefix(prefix)?;
                let version = version.split("//").next().unwrap_or(version).trim();
                Some((version.to_owned(), LineSpan::on(number, line, line.trim())))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_comment_of_the_buildpack_wins_over_the_toolchain_and_that_over_the_module() {
        let module = "module x // in go 1.1\r\n\r\ngo 1.21 // at least\r\n";
        let found =
            |text: &str| wanted_version(text).map(|(version, line)| (version, line.number()));
        assert_eq!(found(module), Some(("1.21".to_owned(), 3)));
        let toolchain = format!("{module}toolchain go1.22.1\n");
        assert_eq!(found(&toolchain), Some(("1.22.1".to_owned(), 4)));
        let comment = format!("// +heroku goVersion go1.20\n{toolchain}");
        assert_eq!(found(&comment), Some(("1.20".to_owned(), 1)));
        assert_eq!(found("module x\n"), None);
    }
}
