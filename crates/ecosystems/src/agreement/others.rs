//! Bundler, Composer, Go, Cargo and `NuGet`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Found, Locked, text, versions};
use crate::recognise::{Look, expand, join};
use crate::{dotnet, graph, ruby};

/// The Gemfile is a program: only plain lines outside of conditions are read. Bundler keeps their
/// wishes under `DEPENDENCIES`.
pub(super) fn bundler(look: &dyn Look, at: &str, name: &str) -> Vec<Found> {
    let (Some(lock), Some(gemfile)) = (text(look, at, name), text(look, at, "Gemfile")) else {
        return Vec::new();
    };
    let mut locked: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (name, wishes) in ruby::direct(&lock) {
        let wishes = wishes.trim_end_matches(')').split(", ");
        let wishes = wishes.filter(|wish| !wish.is_empty() && *wish != ">= 0");
        locked.insert(name, wishes.map(str::to_owned).collect());
    }
    if locked.is_empty() || !is_plain(&gemfile) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for line in gemfile.lines().map(str::trim) {
        let Some((name, wishes, is_whole)) = gem(line) else {
            continue;
        };
        let shown: Vec<_> = wishes.iter().cloned().collect();
        let locked = match locked.get(name) {
            None => Locked::Nothing,
            Some(locked) if *locked == wishes || !is_whole => continue,
            Some(locked) => {
                let all: Vec<_> = locked.iter().cloned().collect();
                Locked::For(if all.is_empty() {
                    "any version".to_owned()
                } else {
                    all.join(", ")
                })
            }
        };
        let mut one = Found::new("Gemfile", name, &shown.join(", "), locked);
        line.clone_into(&mut one.needle);
        found.push(one);
    }
    found
}

/// Whether no condition or loop decides which gems a Gemfile asks for.
fn is_plain(gemfile: &str) -> bool {
    let mut words = gemfile
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    !words.any(|word| {
        let word = word.trim_end_matches(['(', '"']);
        [
            "if",
            "unless",
            "case",
            "while",
            "def",
            "install_if",
            "eval_gemfile",
            "instance_eval",
        ]
        .contains(&word)
    }) && !gemfile.contains(" unless ")
        && !gemfile.contains(" if ")
        && !gemfile.contains(".each")
}

/// Name and wishes of a line `gem "a", "~> 1"`; `false` where a word of it is not understood.
fn gem(line: &str) -> Option<(&str, BTreeSet<String>, bool)> {
    let rest = line
        .strip_prefix("gem ")
        .or_else(|| line.strip_prefix("gem("))?;
    let rest = rest.split(" #").next().unwrap_or(rest);
    let mut parts = rest.split(',').map(str::trim);
    let literal = |part: &'_ str| -> Option<String> {
        let part = part.trim_end_matches(')').trim();
        let inner = ['"', '\'']
            .iter()
            .find_map(|quote| part.strip_prefix(*quote)?.strip_suffix(*quote))?;
        (!inner.contains("#{")).then(|| inner.to_owned())
    };
    let first = parts.next()?;
    let name = first.trim_matches(['"', '\'', ' ', ')']);
    literal(first)?;
    let mut wishes = BTreeSet::new();
    let mut is_whole = true;
    for part in parts {
        match literal(part) {
            Some(wish) => {
                let is_bare = wish.starts_with(|c: char| c.is_ascii_digit());
                wishes.insert(if is_bare {
                    format!("= {wish}")
                } else {
                    spaced(&wish)
                });
            }
            // Options decide where a gem is loaded, not which one; a place of its own does.
            None if ["git", "path", "github", "source", "gist"]
                .iter()
                .any(|word| part.contains(word)) =>
            {
                return None;
            }
            None if part.contains(':') => break,
            None => is_whole = false,
        }
    }
    wishes.remove(">= 0");
    Some((name, wishes, is_whole))
}

/// `~>1.0` as the lockfile writes it: `~> 1.0`.
fn spaced(wish: &str) -> String {
    let end = wish.find(|c: char| !"~<>=!".contains(c)).unwrap_or(0);
    let (sign, version) = wish.split_at(end);
    format!("{sign} {}", version.trim())
}

/// Composer refuses a lockfile that lacks a package, or has one that does not fit; of any other
/// difference it only warns.
pub(super) fn composer(look: &dyn Look, at: &str, name: &str) -> Vec<Found> {
    let read = |name| text(look, at, name).and_then(|text| graph::json(&text).ok());
    let (Some(lock), Some(manifest)) = (read(name), read("composer.json")) else {
        return Vec::new();
    };
    let mut locked: BTreeMap<String, String> = BTreeMap::new();
    let mut provided = BTreeSet::new();
    let lists = ["packages", "packages-dev"]
        .iter()
        .filter_map(|list| lock.get(list)?.as_array());
    for package in lists.flatten().chain([&manifest]) {
        for field in ["provide", "replace"] {
            let names = package.get(field).and_then(Value::as_object);
            provided.extend(
                names
                    .into_iter()
                    .flatten()
                    .map(|(name, _)| name.to_ascii_lowercase()),
            );
        }
        let field = |name| package.get(name).and_then(Value::as_str);
        if let (Some(name), Some(version)) = (field("name"), field("version")) {
            locked.insert(name.to_ascii_lowercase(), version.to_owned());
        }
    }
    let mut found = Vec::new();
    for group in ["require", "require-dev"] {
        let wishes = manifest.get(group).and_then(Value::as_object);
        for (name, wish) in wishes.into_iter().flatten() {
            let lower = name.to_ascii_lowercase();
            let wish = wish.as_str().unwrap_or_default();
            if !name.contains('/') || provided.contains(&lower) {
                continue;
            }
            let Some(version) = locked.get(&lower) else {
                found.push(Found::new("composer.json", name, wish, Locked::Nothing).quoted());
                continue;
            };
            // `~` and `*` mean something else than with npm.
            let is_read = wish.starts_with('^') || wish.starts_with(|c: char| c.is_ascii_digit());
            let is_read = is_read
                && !wish.contains([' ', '|', ',', '*', '@', '-'])
                && wish.split('.').count() <= 3;
            if is_read && versions::fits(wish, version) == Some(false) {
                let locked = Locked::Version(version.clone());
                found.push(Found::new("composer.json", name, wish, locked).quoted());
            }
        }
    }
    found
}

/// Every module that go.mod requires has a line in go.sum, unless it is replaced or vendored.
pub(super) fn go(look: &dyn Look, at: &str, name: &str) -> Vec<Found> {
    let (Some(sum), Some(manifest)) = (text(look, at, name), text(look, at, "go.mod")) else {
        return Vec::new();
    };
    let has = |name: &str| look.names(at).iter().any(|one| one == name);
    if has("vendor") || has("go.work") || manifest.contains("replace") {
        return Vec::new();
    }
    let sums: BTreeSet<(&str, &str)> = sum
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let (name, version) = (words.next()?, words.next()?);
            Some((name, version.trim_end_matches("/go.mod")))
        })
        .collect();
    let mut found = Vec::new();
    let mut in_block = false;
    for line in manifest.lines().map(str::trim) {
        let opens = line.starts_with("require (");
        in_block = opens || in_block && !line.starts_with(')');
        let entry = line.strip_prefix("require ").or(in_block.then_some(line));
        let Some(entry) = entry.filter(|_| !opens && !line.starts_with("//")) else {
            continue;
        };
        let mut words = entry.split_whitespace();
        if let (Some(name), Some(version)) = (words.next(), words.next())
            && version.starts_with('v')
            && !sums.contains(&(name, version))
        {
            found.push(Found::new("go.mod", name, version, Locked::Nothing));
        }
    }
    found
}

/// Cargo.lock lists what each package of the app needs.
pub(super) fn cargo(look: &dyn Look, at: &str, name: &str) -> Vec<Found> {
    let read = |name: &str| text(look, at, name).and_then(|text| graph::toml(&text).ok());
    let (Some(lock), Some(root)) = (read(name), read("Cargo.toml")) else {
        return Vec::new();
    };
    let list = lock.get("package").and_then(toml::Value::as_array);
    let own = list
        .into_iter()
        .flatten()
        .filter(|one| one.get("source").is_none());
    let needs: BTreeMap<&str, BTreeSet<&str>> = own
        .filter_map(|one| {
            let needs = one.get("dependencies").and_then(toml::Value::as_array);
            let needs = needs.into_iter().flatten().filter_map(toml::Value::as_str);
            let names = needs.filter_map(|need| need.split(' ').next());
            Some((one.get("name")?.as_str()?, names.collect()))
        })
        .collect();
    let workspace = root.get("workspace");
    let members = workspace.and_then(|workspace| workspace.get("members")?.as_array());
    let names = look.names(at);
    let mut manifests = vec!["Cargo.toml".to_owned()];
    for glob in members
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_str)
    {
        manifests.extend(expand(
            look,
            at,
            &names,
            &join(glob.trim_start_matches("./"), "Cargo.toml"),
        ));
    }
    let mut found = Vec::new();
    for path in manifests {
        let Some(manifest) = read(&path) else {
            continue;
        };
        let package = manifest
            .get("package")
            .and_then(|package| package.get("name")?.as_str());
        // A member that the lockfile does not know at all is told by cargo itself.
        let Some(locked) = package.and_then(|name| needs.get(name)) else {
            continue;
        };
        for group in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let wishes = manifest.get(group).and_then(toml::Value::as_table);
            for (name, wish) in wishes.into_iter().flatten() {
                let renamed = wish.get("package").and_then(toml::Value::as_str);
                let inherits = wish.get("workspace").is_some();
                if renamed.is_some() || inherits || locked.contains(name.as_str()) {
                    continue;
                }
                let version = wish.as_str().or_else(|| wish.get("version")?.as_str());
                found.push(Found::new(
                    &path,
                    name,
                    version.unwrap_or_default(),
                    Locked::Nothing,
                ));
            }
        }
    }
    found
}

/// Every `PackageReference` without a condition is listed under each framework.
pub(super) fn nuget(look: &dyn Look, at: &str, name: &str) -> Vec<Found> {
    let Some(lock) = text(look, at, name).and_then(|text| graph::json(&text).ok()) else {
        return Vec::new();
    };
    let frameworks = lock.get("dependencies").and_then(Value::as_object);
    let locked: BTreeSet<String> = frameworks
        .into_iter()
        .flatten()
        .filter_map(|(_, packages)| packages.as_object())
        .flat_map(|packages| packages.keys().map(|name| name.to_ascii_lowercase()))
        .collect();
    let names = look.names(at);
    let projects: Vec<_> = names.iter().filter(|name| name.ends_with("proj")).collect();
    let [project] = projects.as_slice() else {
        return Vec::new();
    };
    let text = text(look, at, project).unwrap_or_default();
    if text.contains("Condition") {
        return Vec::new();
    }
    let wishes = dotnet::project::read(&text).packages;
    let missing = wishes
        .iter()
        .filter(|one| !locked.contains(&one.name.to_ascii_lowercase()));
    missing
        .map(|one| Found::new(project, &one.name, &one.version, Locked::Nothing))
        .collect()
}
