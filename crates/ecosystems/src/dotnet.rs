//! .NET: `dotnet publish` puts programs with their assemblies into a `publish` folder.

mod lock;
pub mod project;

use super::model::{
    Buildpack, Ecosystem, Leftovers, Lockfile, Manifest, Service, Tree, no_package,
};
use super::names;

pub use lock::{Library, dependencies};

/// Name of a lockfile.
pub const NUGET_LOCK: &str = "packages.lock.json";

/// What is known of it.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    id: "dotnet",
    language: ".NET",
    purl: "nuget",
    manifests: &[
        Manifest::new("*.sln", "dotnet"),
        Manifest::new("*.slnx", "dotnet"),
        Manifest::new("*.csproj", "dotnet").lock_with("dotnet restore --use-lock-file"),
        Manifest::new("*.fsproj", "dotnet").lock_with("dotnet restore --use-lock-file"),
        Manifest::new("*.vbproj", "dotnet").lock_with("dotnet restore --use-lock-file"),
    ],
    lockfiles: &[Lockfile {
        name: NUGET_LOCK,
        manager: "nuget",
        tool: "dotnet",
        manifest: "*.*proj",
        lock_with: "dotnet restore --force-evaluate",
        service: Service::Recognised,
        read: lock::packages_lock,
    }],
    version_files: &["global.json"],
    servers: &[],
    workers: &[],
    programs: &["dotnet"],
    is_compiled: true,
    caches: &[],
    buildpacks: &[
        Buildpack::both("heroku/dotnet", &["heroku/dotnet"]),
        Buildpack::cloud_native(
            "paketo-buildpacks/dotnet-core",
            &[
                "paketo-buildpacks/dotnet-core",
                "paketo-buildpacks/dotnet-core-sdk",
                "paketo-buildpacks/dotnet-publish",
                "paketo-buildpacks/dotnet-execute",
            ],
        ),
    ],
    trees: &[
        Tree::runtime(".heroku/cnb/dotnet", "heroku/dotnet"),
        Tree::program("bin/publish", "dotnet"),
        Tree::program("*/bin/publish", "dotnet"),
        Tree::program("*/*/bin/publish", "dotnet"),
        Tree::program("bin/Release/*/publish", "dotnet"),
        Tree::program("bin/Release/*/*/publish", "dotnet"),
        Tree::program("*/bin/Release/*/publish", "dotnet"),
        Tree::program("*/bin/Release/*/*/publish", "dotnet"),
        Tree::program("*/*/bin/Release/*/*/publish", "dotnet"),
        Tree::program("publish/*.deps.json", "dotnet"),
        Tree::program("out/*.deps.json", "dotnet"),
        Tree::program("*.deps.json", "dotnet"),
    ],
    normalize: names::lower_case,
    wanted: project::wanted,
    needs_lockfile: false,
    package_of: no_package,
    leftovers: &[
        Leftovers {
            beside: &["*.*proj", "bin/publish"],
            paths: &["obj/**", "bin/Debug/**", "bin/Release/*/ref/**"],
        },
        Leftovers {
            beside: &["**/*.*proj", "**/bin/publish"],
            paths: &[
                "**/obj/project.assets.json",
                "**/obj/**/ref/**",
                "**/obj/**/refint/**",
            ],
        },
        Leftovers {
            beside: &["**/*.deps.json"],
            paths: &["**/.nuget/packages/**/*.xml", "**/packs/*.Ref/**"],
        },
    ],
};
