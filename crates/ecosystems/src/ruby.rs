//! Ruby: Bundler installs into `vendor/bundle`.

use super::graph::{Graph, Package, Unreadable};
use super::model::{
    Buildpack, Ecosystem, Lockfile, Manifest, Service, Tree, no_package, nothing_wanted,
};
use super::names;
use slugsmith_finding::LineSpan;

/// Bundler's manifest.
pub const GEMFILE: &str = "Gemfile";

/// The newer name of the same file.
pub const GEMS: &str = "gems.rb";

/// Name of a lockfile.
pub const GEMFILE_LOCK: &str = "Gemfile.lock";

/// Servers of Rack, which are gems of the same name (rack/rackup, `lib/rackup/handler.rb`).
pub const SERVERS: &[&str] = &[
    "puma",
    "unicorn",
    "unicorn_rails",
    "thin",
    "passenger",
    "falcon",
    "iodine",
    "agoo",
    "pitchfork",
    "rainbows",
    "itsi",
];

/// Programs that work off queues or start jobs at their time.
pub const WORKERS: &[&str] = &["sidekiq", "resque", "good_job", "shoryuken", "clockwork"];

/// Gems that build an app's assets with Node.
pub const NODE_ASSETS: &[&str] = &[
    "webpacker",
    "shakapacker",
    "jsbundling-rails",
    "vite_ruby",
    "vite_rails",
];

/// The gem that brings a program.
#[must_use]
pub fn gem_of_program(program: &str) -> Option<&'static str> {
    let known = SERVERS.iter().chain(WORKERS).chain(&["foreman"]);
    let name = match program {
        "unicorn_rails" => "unicorn",
        _ => program,
    };
    known.copied().find(|one| *one == name)
}

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
    servers: SERVERS,
    workers: WORKERS,
    programs: &[
        "ruby",
        "bundle",
        "rails",
        "rake",
        "rackup",
        "foreman",
        "jekyll",
        "middleman",
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

/// A section of a lockfile (`PLATFORMS`): the number of the line with its name, and the lines below it without their
/// indentation.
#[must_use]
pub fn section<'t>(lockfile: &'t str, name: &str) -> Option<(u32, Vec<&'t str>)> {
    let mut lines = lockfile
        .lines()
        .zip(1..)
        .skip_while(|(line, _)| *line != name);
    let (_, at) = lines.next()?;
    let below = lines
        .map(|(line, _)| line)
        .take_while(|line| line.starts_with(' '));
    Some((at, below.map(str::trim).collect()))
}

/// What a Gemfile asked for when the lockfile was written, whatever read it in (`gemspec`, `eval_gemfile`): each name
/// with the wishes that stand behind it.
pub fn direct(lockfile: &str) -> impl Iterator<Item = (&str, &str)> {
    let (_, lines) = section(lockfile, "DEPENDENCIES").unwrap_or_default();
    lines.into_iter().map(|line| {
        let line = line.trim_end_matches('!');
        line.split_once(" (").unwrap_or((line, ""))
    })
}

/// The version that a Gemfile asks for, where it is written out: `ruby "3.3.0"`, `ruby("~> 3.3")`.
#[must_use]
pub fn wanted_version(gemfile: &str) -> Option<(String, LineSpan)> {
    gemfile.lines().zip(1..).find_map(|(line, number)| {
        let (plain, arguments) = ruby_line(line)?;
        let quote = arguments
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''))?;
        let version = arguments.get(1..)?.split(quote).next()?;
        version
            .starts_with(|c: char| c.is_ascii_digit() || "~><=".contains(c))
            .then(|| (version.to_owned(), LineSpan::on(number, line, plain)))
    })
}

/// Whether a Gemfile asks for a version in any form, also `ruby file: ".ruby-version"`, which the lockfile then has.
#[must_use]
pub fn asks_for_version(gemfile: &str) -> bool {
    gemfile.lines().any(|line| ruby_line(line).is_some())
}

/// A line that asks for a version, without its comment, and what stands behind `ruby` in it.
fn ruby_line(line: &str) -> Option<(&str, &str)> {
    let plain = line.split(" #").next().unwrap_or(line).trim_end();
    let arguments = plain.strip_prefix("ruby")?;
    Some((plain, arguments.strip_prefix(['(', ' '])?.trim_start()))
}

/// The version of Ruby that a lockfile was written with.
#[must_use]
pub fn language_version(lockfile: &str) -> Option<&str> {
    let mut lines = lockfile.lines().skip_while(|line| *line != "RUBY VERSION");
    let version = lines.nth(1)?.trim().trim_start_matches("ruby ");
    version.split('p').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_a_gemfile_is_a_text_and_no_option() {
        let found =
            |text: &str| wanted_version(text).map(|(version, line)| (version, line.number()));
        assert_eq!(
            found("source 'x'\r\nruby '3.3.0'\r\n"),
            Some(("3.3.0".to_owned(), 2))
        );
        assert_eq!(
            found("ruby(\"~> 3.2\") # or 'x'\n"),
            Some(("~> 3.2".to_owned(), 1))
        );
        assert_eq!(
            found("# ruby '2.0'\nruby file: '.ruby-version'\nruby_version = '1'\n"),
            None
        );
        assert_eq!(found("ruby ENV['V'] || '2.7'\n"), None);
        assert!(asks_for_version("ruby file: '.ruby-version'\n"));
        assert!(!asks_for_version(
            "# ruby '2.0'\nruby_version = '1'\ngem 'ruby'\n"
        ));
    }

    #[test]
    fn sections_of_a_lockfile_end_where_the_next_one_begins() {
        let lock = "PLATFORMS\n  ruby\n  x86_64-linux\n\nBUNDLED WITH\n   2.5.1\n";
        assert_eq!(
            section(lock, "PLATFORMS"),
            Some((1, vec!["ruby", "x86_64-linux"]))
        );
        assert_eq!(section(lock, "BUNDLED WITH"), Some((5, vec!["2.5.1"])));
        assert_eq!(section(lock, "GEM"), None);
    }
}
