//! Ruby: Bundler installs into `vendor/bundle`.

use super::graph::unread;
use super::model::{
    Buildpack, Ecosystem, Lockfile, Manifest, Service, Tree, no_package, nothing_wanted,
};
use super::names;

/// What is known of it.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    id: "ruby",
    language: "Ruby",
    purl: "gem",
    manifests: &[
        Manifest::new("Gemfile", "bundler").lock_with("bundle lock --add-platform x86_64-linux"),
        Manifest::new("gems.rb", "bundler").lock_with("bundle lock --add-platform x86_64-linux"),
    ],
    lockfiles: &[
        Lockfile {
            name: "Gemfile.lock",
            manager: "bundler",
            tool: "bundle",
            manifest: "Gemfile",
            lock_with: "bundle lock --add-platform x86_64-linux",
            service: Service::Installed,
            read: unread,
        },
        Lockfile {
            name: "gems.locked",
            manager: "bundler",
            tool: "bundle",
            manifest: "gems.rb",
            lock_with: "bundle lock --add-platform x86_64-linux",
            service: Service::Recognised,
            read: unread,
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
