//! Ruby: Bundler installs into `vendor/bundle`.

use super::graph::{Graph, Package, Unreadable};
use super::model::{
    Buildpack, Ecosystem, Lockfile, Manifest, Service, Tree, no_package, nothing_wanted,
};
use super::names;

/// Bundler's manifest.
pub const GEMFILE: &str = "Gemfile";

/// The newer name of the same file.
pub const GEMS: &str = "gems.rb";

/// Name of a lockfile.
pub const GEMFILE_LOCK: &str = "Gemfile.lock";

/// What is known of it.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    id: "ruby",
    language: "Ruby",
    purl: "gem",
    manifests: &[
        Manifest::new(GEMFILE, "bundler").lock_with("bundle lock --add-platform x86_64-linux"),
        Manifest::new(GEMS, "bundler").lock_with("bundle lock --add-platform x86_64-linux"),
    ],
    lockfiles: &[
        Lockfile {
            name: GEMFILE_LOCK,
            manager: "bundler",
            tool: "bundle",
            manifest: GEMFILE,
            lock_with: "bundle lock --add-platform x86_64-linux",
            service: Service::Installed,
            read: gemfile_lock,
        },
        Lockfile {
            name: "gems.locked",
            manager: "bundler",
            tool: "bundle",
            manifest: GEMS,
            lock_with: "bundle lock --add-platform x86_64-linux",
            service: Service::Recognised,
            read: gemfile_lock,
        },
    ],
    version_files: &[".ruby-version"],
    programs: &[
        "ruby", "bundle", "rails", "rake", "rackup", "puma", "unicorn", "sidekiq", "thin",
    ],
    is_compiled: false,
    caches: &["bundler"],
    buildpacks: &[
        Buildpack::both("heroku/ruby", &["heroku/ruby"]),
        Buildpack::cloud_native(
            "paketo-buildpacks/ruby",
            &[
                "paketo-buildpacks/ruby",
                "paketo-buildpacks/mri",
                "paketo-buildpacks/bundle-install",
            ],
        ),
    ],
    trees: &[
        Tree::runtime("vendor/ruby-*", "heroku/ruby"),
        Tree::packages("vendor/bundle/ruby/*/gems", "bundler"),
    ],
    normalize: names::exact,
    wanted: nothing_wanted,
    needs_lockfile: false,
    package_of: no_package,
    leftovers: &[],
};

/// Gems are four blanks deep below `specs:`, and what each needs six. The lockfile has a form of its own and
/// does not say
/// which group a gem belongs to.
#[expect(clippy::unnecessary_wraps, reason = "the type of every reader")]
fn gemfile_lock(text: &str) -> Result<Graph, Unreadable> {
    let mut packages: Vec<Package> = Vec::new();
    for line in text.lines() {
        let Some(entry) = line.strip_prefix("    ") else {
            continue;
        };
        if let Some(need) = entry.strip_prefix("  ") {
            let name = need.split(" (").next().unwrap_or(need);
            if let Some(package) = packages.last_mut() {
                package.needs.push(name.trim_end_matches('!').to_owned());
            }
        } else if let Some((name, version)) = entry.split_once(" (") {
            packages.push(Package::new(name, version.trim_end_matches(')')));
        }
    }
    Ok(Graph { packages })
}

/// The version of Ruby that a lockfile was written with.
#[must_use]
pub fn language_version(lockfile: &str) -> Option<&str> {
    let mut lines = lockfile.lines().skip_while(|line| *line != "RUBY VERSION");
    let version = lines.nth(1)?.trim().trim_start_matches("ruby ");
    version.split('p').next()
}
