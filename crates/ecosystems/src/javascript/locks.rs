//! Readers of the lockfiles of npm, Yarn, pnpm and Bun.

use serde_json::Value;

use crate::graph::{self, Graph, Package, Scope, Unreadable};

/// package-lock.json and npm-shrinkwrap.json: `packages` by path since version 2, `dependencies` by name before. What a
/// package needs is not read: the lockfile says itself which ones only development has.
pub(super) fn npm(text: &str) -> Result<Graph, Unreadable> {
    let lock = graph::json(text)?;
    let mut packages = Vec::new();
    for (path, one) in objects(lock.get("packages")) {
        let Some((before, name)) = path.rsplit_once("node_modules/") else {
            continue;
        };
        packages.push(Package {
            is_nested: !before.is_empty(),
            ..npm_package(name, one)
        });
    }
    if packages.is_empty() {
        nested(lock.get("dependencies"), false, &mut packages);
    }
    Ok(Graph { packages })
}

fn nested(list: Option<&Value>, is_nested: bool, packages: &mut Vec<Package>) {
    for (name, one) in objects(list) {
        packages.push(Package {
            is_nested,
            ..npm_package(name, one)
        });
        nested(one.get("dependencies"), true, packages);
    }
}

fn objects(list: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    list.and_then(Value::as_object).into_iter().flatten()
}

fn npm_package(name: &str, one: &Value) -> Package {
    let flag = |field: &str| one.get(field).and_then(Value::as_bool) == Some(true);
    let text = |field: &str| one.get(field).and_then(Value::as_str);
    // `devOptional`: an optional peer of production that development asks for. npm only leaves it out
    // where both are omitted (npm/cli, workspaces/arborist/lib/arborist/reify.js, `_omitDev`).
    let scope = if flag("dev") {
        Scope::Development
    } else if flag("optional") || flag("devOptional") {
        Scope::Optional
    } else {
        Scope::Production
    };
    Package {
        scope,
        local: text("resolved").filter(|_| flag("link")).map(str::to_owned),
        integrity: text("integrity").map(str::to_owned),
        has_install_scripts: flag("hasInstallScript"),
        ..Package::new(name, text("version").unwrap_or_default())
    }
}

/// yarn.lock of both formats: a line with descriptors, then indented fields. The first is no YAML, and the second keeps
/// to its form; neither says which packages only development needs.
#[expect(clippy::unnecessary_wraps, reason = "the type of every reader")]
pub(super) fn yarn(text: &str) -> Result<Graph, Unreadable> {
    let mut packages: Vec<Package> = Vec::new();
    let (mut is_package, mut lists_needs) = (false, false);
    for line in text.lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if !line.starts_with(' ') {
            let descriptor = line.trim_start_matches('"');
            let found = name_and_version(descriptor);
            is_package = found.is_some_and(|(name, _)| !name.starts_with("__"));
            packages.extend(found.filter(|_| is_package).map(|(name, _)| {
                let is_local = line.contains("@workspace:");
                Package {
                    local: is_local.then(String::new),
                    ..Package::new(name, "")
                }
            }));
        }
        let Some(package) = packages.last_mut().filter(|_| is_package) else {
            continue;
        };
        if let Some(need) = line.strip_prefix("    ") {
            if lists_needs {
                let name = need.split([' ', ':']).find(|word| !word.is_empty());
                let name = name.unwrap_or(need).trim_matches('"');
                package.needs.push(name.to_owned());
            }
        } else if let Some(version) = line.strip_prefix("  version") {
            version
                .trim_matches([' ', ':', '"'])
                .clone_into(&mut package.version);
        } else if let Some(integrity) = line.strip_prefix("  integrity ") {
            package.integrity = Some(integrity.to_owned());
        } else {
            lists_needs = line == "  dependencies:";
        }
    }
    Ok(Graph { packages })
}

/// `name@version` of a package, whose scope begins with `@`, too.
fn name_and_version(id: &str) -> Option<(&str, &str)> {
    let mut characters = id.char_indices().skip(1);
    let (at, _) = characters.find(|(_, character)| *character == '@')?;
    Some((&id[..at], &id[at + 1..]))
}

/// Keys of `packages:` in pnpm-lock.yaml. By lines: such a file may have more megabytes than a parser of YAML
/// should get,
/// and pnpm writes one form.
#[expect(clippy::unnecessary_wraps, reason = "the type of every reader")]
pub(super) fn pnpm(text: &str) -> Result<Graph, Unreadable> {
    let mut packages: Vec<Package> = Vec::new();
    let mut is_list = false;
    for line in text.lines() {
        if !line.is_empty() && !line.starts_with(' ') {
            is_list = line.starts_with("packages:");
        }
        let key = line
            .strip_prefix("  ")
            .filter(|key| is_list && !key.starts_with(' '));
        if let Some(key) = key.and_then(|key| key.strip_suffix(':')) {
            let key = key.trim_matches(['\'', '"']).trim_start_matches('/');
            // Peers are in brackets behind the version and have versions of their own.
            let key = key.split('(').next().unwrap_or(key);
            let found = name_and_version(key);
            packages.extend(found.map(|(name, version)| Package::new(name, version)));
        } else if line.trim() == "dev: true"
            && let Some(package) = packages.last_mut().filter(|_| is_list)
        {
            package.scope = Scope::Development;
        }
    }
    Ok(Graph { packages })
}

/// Lines of `"packages"` in bun.lock: `"name": ["name@version", …]`. The file has commas that JSON does not have.
#[expect(clippy::unnecessary_wraps, reason = "the type of every reader")]
pub(super) fn bun(text: &str) -> Result<Graph, Unreadable> {
    let lines = text.lines();
    let lines = lines.skip_while(|line| line.trim_end() != "  \"packages\": {");
    let packages = lines.skip(1).filter_map(|line| {
        let (path, rest) = line.split_once("\": [\"")?;
        let (name, version) = name_and_version(rest.split('"').next()?)?;
        let path = path.trim_start().trim_start_matches('"');
        Some(Package {
            is_nested: path != name,
            local: version.strip_prefix("workspace:").map(str::to_owned),
            ..Package::new(name, version)
        })
    });
    Ok(Graph {
        packages: packages.collect(),
    })
}
