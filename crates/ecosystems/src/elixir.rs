//! Elixir: Mix fetches into `deps` and compiles into `_build`.

pub mod manifest;
pub mod term;

use self::term::Term;
use super::graph::{Graph, Package, Unreadable};
use super::model::{Buildpack, Ecosystem, Leftovers, Lockfile, Manifest, Service, Tree};
use super::names;

/// Name of a lockfile.
pub const MIX_LOCK: &str = "mix.lock";

/// What is known of it.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    id: "elixir",
    language: "Elixir",
    purl: "hex",
    manifests: &[Manifest::new("mix.exs", "mix").lock_with("mix deps.get")],
    lockfiles: &[Lockfile {
        name: MIX_LOCK,
        manager: "mix",
        tool: "mix",
        manifest: "mix.exs",
        lock_with: "mix deps.get",
        service: Service::Recognised,
        read: mix_lock,
    }],
    version_files: &["elixir_buildpack.config", ".tool-versions"],
    servers: &[],
    workers: &[],
    programs: &["mix", "elixir", "iex", "erl"],
    is_compiled: true,
    caches: &[],
    buildpacks: &[Buildpack::classic("hashnuke/elixir")],
    trees: &[
        Tree::runtime(".platform_tools", "hashnuke/elixir"),
        Tree::program("_build/prod", "mix"),
        Tree::program("rel/*/bin", "mix"),
        Tree::packages("deps/*/mix.exs", "mix"),
    ],
    normalize: names::exact,
    wanted: manifest::read,
    needs_lockfile: true,
    package_of,
    leftovers: &[
        Leftovers {
            beside: &["mix.exs", "_build/prod"],
            paths: &["_build/dev/**", "_build/test/**"],
        },
        Leftovers {
            beside: &["mix.exs", "_build/prod/rel"],
            paths: &["deps/*/test/**", "deps/*/doc/**", "deps/*/.git/**"],
        },
    ],
};

/// `%{"plug": {:hex, :plug, "1.15.3", "…", [:mix], [{:mime, "~> 1.0", […]}], "hexpm", "…"}}`.
fn mix_lock(text: &str) -> Result<Graph, Unreadable> {
    let Term::Map(entries) = term::read(text)? else {
        return Err(Unreadable::new("expected a map"));
    };
    let packages = entries.into_iter().filter_map(|(name, entry)| {
        let Term::Tuple(parts) = entry else {
            return None;
        };
        let name = name.text()?.to_owned();
        let kind = parts.first().and_then(Term::text)?;
        if kind != "hex" {
            // Git: the commit is the version. A path is not locked at all.
            let version = parts.get(2).and_then(Term::text).unwrap_or_default();
            return Some(Package::new(name, version));
        }
        let needs = parts.get(5).map(Term::items).unwrap_or_default().iter();
        Some(Package {
            integrity: parts.get(3).and_then(Term::text).map(str::to_owned),
            needs: needs
                .filter_map(|need| need.items().first()?.text().map(str::to_owned))
                .collect(),
            ..Package::new(name, parts.get(2).and_then(Term::text).unwrap_or_default())
        })
    });
    Ok(Graph {
        packages: packages.collect(),
    })
}

/// `deps/plug/…`, `_build/prod/lib/plug/…`, and `lib/plug-1.15.3/…` of a release.
fn package_of(path: &str) -> Option<String> {
    let mut parts = path
        .split('/')
        .skip_while(|part| !matches!(*part, "deps" | "_build" | "rel"));
    let place = parts.next()?;
    if place == "deps" {
        // A lone file below `deps` is nobody's.
        let name = parts.next()?;
        return parts.next().map(|_| name.to_owned());
    }
    let mut parts = parts.skip_while(|part| *part != "lib").skip(1);
    let name = parts.next()?;
    parts.next()?;
    let version = name
        .rsplit_once('-')
        .filter(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()));
    Some(version.map_or(name, |(name, _)| name).to_owned())
}
