//! PHP: Composer installs into `vendor`.

use serde_json::Value;

use super::graph::{self, Graph, Package, Scope, Unreadable};
use super::model::{
    Buildpack, Ecosystem, Lockfile, Manifest, Service, Tree, no_package, nothing_wanted,
};
use super::names;

/// The file that announces it.
pub const MANIFEST: &str = "composer.json";
/// Name of a lockfile.
pub const COMPOSER_LOCK: &str = "composer.lock";

/// What starts a web server with PHP behind it (devcenter.heroku.com/articles/custom-php-settings).
pub const SERVERS: &[&str] = &["heroku-php-apache2", "heroku-php-nginx", "php-fpm"];

/// What is known of it.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    id: "php",
    language: "PHP",
    purl: "composer",
    manifests: &[Manifest::new(MANIFEST, "composer")
        .with(has_packages)
        .lock_with("composer update --no-install")],
    lockfiles: &[Lockfile {
        name: COMPOSER_LOCK,
        manager: "composer",
        tool: "composer",
        manifest: MANIFEST,
        lock_with: "composer update --lock",
        service: Service::Installed,
        read: composer_lock,
    }],
    version_files: &[],
    servers: SERVERS,
    workers: &[],
    programs: &["php", "composer"],
    is_compiled: false,
    caches: &["composer"],
    buildpacks: &[
        Buildpack::both("heroku/php", &["heroku/php"]),
        Buildpack::cloud_native(
            "paketo-buildpacks/php",
            &[
                "paketo-buildpacks/php",
                "paketo-buildpacks/php-dist",
                "paketo-buildpacks/composer-install",
            ],
        ),
    ],
    trees: &[
        Tree::runtime(".heroku/php", "heroku/php"),
        Tree::packages("vendor/composer/installed.json", "composer"),
        Tree::packages("vendor/autoload.php", "composer"),
    ],
    normalize: names::lower_case,
    wanted: nothing_wanted,
    needs_lockfile: false,
    package_of: no_package,
    leftovers: &[],
};

/// Wishes for PHP itself and its extensions install nothing.
fn has_packages(text: &str) -> bool {
    let Ok(manifest) = graph::json(text) else {
        return true;
    };
    ["require", "require-dev"].iter().any(|group| {
        let group = manifest.get(group).and_then(Value::as_object);
        group.is_some_and(|group| group.keys().any(|name| name.contains('/')))
    })
}

fn composer_lock(text: &str) -> Result<Graph, Unreadable> {
    let lock = graph::json(text)?;
    let mut graph = Graph::default();
    for (group, scope) in [
        ("packages", Scope::Production),
        ("packages-dev", Scope::Development),
    ] {
        let packages = lock.get(group).and_then(Value::as_array);
        let packages = packages.into_iter().flatten();
        graph
            .packages
            .extend(packages.filter_map(|one| package(one, scope)));
    }
    Ok(graph)
}

fn package(one: &Value, scope: Scope) -> Option<Package> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let dist = one.get("dist");
    let is_path = dist.and_then(|dist| dist.get("type")?.as_str()) == Some("path");
    let needs = one.get("require").and_then(Value::as_object);
    let needs = needs.into_iter().flat_map(|needs| needs.keys());
    Some(Package {
        scope,
        local: text(dist.and_then(|dist| dist.get("url"))).filter(|_| is_path),
        integrity: text(dist.and_then(|dist| dist.get("shasum"))).filter(|sum| !sum.is_empty()),
        needs: needs.filter(|name| name.contains('/')).cloned().collect(),
        ..Package::new(one.get("name")?.as_str()?, one.get("version")?.as_str()?)
    })
}

/// The ranges of PHP that the locked packages of production ask for.
#[must_use]
pub fn wanted_by_packages(lock: &str) -> Vec<String> {
    let lock = graph::json(lock).unwrap_or_default();
    let packages = lock.get("packages").and_then(Value::as_array);
    let ranges = packages.into_iter().flatten();
    let ranges = ranges.filter_map(|package| package.get("require")?.get("php")?.as_str());
    ranges.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_of_development_ask_for_no_php() {
        let lock = r#"{"packages":[{"name":"a","require":{"php":">=8.1"}},{"name":"b"}],
            "packages-dev":[{"name":"c","require":{"php":"^7"}}],"platform":{"php":"8.0"}}"#;
        assert_eq!(wanted_by_packages(lock), [">=8.1"]);
        assert!(wanted_by_packages("{").is_empty());
    }
}
