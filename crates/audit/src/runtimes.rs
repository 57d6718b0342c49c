//! Which version of its language does the app ask for, and where?

use super::facts::{Declared, Facts};
use super::guards::numbers;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::formats;
use slugsmith_facts::packages::Ecosystem;
use slugsmith_finding::LineSpan;

/// One wish for a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// As in the platform's table: `node`, `python` …
    pub(super) runtime: &'static str,
    /// As written, without a prefix such as `python-`.
    pub(super) range: String,
    pub(super) path: String,
    pub(super) line: LineSpan,
}

/// Every wish, for each runtime the one that the buildpack follows first.
pub(super) fn wanted(facts: &Facts<'_>) -> Vec<Wanted> {
    let mut found = Vec::new();
    let path = manifest_path(facts, ecosystems::javascript::MANIFEST);
    let below: Option<serde_json::Value> = (path != ecosystems::javascript::MANIFEST)
        .then(|| serde_json::from_str(facts.sources.text(&path)?).ok())
        .flatten();
    let manifest = below.as_ref().or_else(|| facts.app.package_json.good());
    let engines = manifest.and_then(|manifest| manifest.get("engines")?.get("node")?.as_str());
    if let Some(range) = engines {
        found.push(wish(facts, "node", range, &path, "\"node\""));
    }
    for path in [".nvmrc", ".node-version"] {
        found.extend(first_line(facts, "node", path, "v"));
    }
    // In this order, as heroku/heroku-buildpack-python looks (`lib/python_version.sh`).
    for path in ["runtime.txt", ".python-version"] {
        found.extend(first_line(facts, "python", path, "python-"));
    }
    found.extend(pipfile(facts));
    if let Some(range) = ruby(facts) {
        found.push(range);
    }
    let file = first_line(facts, "ruby", ".ruby-version", "ruby-");
    found.extend(file.filter(|wish| is_exact(&wish.range)));
    if let Some(range) = php(facts) {
        found.push(range);
    }
    found.extend(go(facts));
    found.extend(dotnet(facts));
    found.extend(elixir(facts));
    found.extend(java(facts));
    found
}

/// `java.runtime.version=21` of system.properties, which heroku/java and its kin read.
fn java(facts: &Facts<'_>) -> Option<Wanted> {
    const PATH: &str = "system.properties";
    let entries = formats::properties::read(facts.sources.text(PATH)?);
    let entry = formats::entry(&entries, "java.runtime.version")?;
    let range = entry
        .value
        .trim_start_matches(|character: char| character.is_ascii_alphabetic() || character == '-');
    Some(Wanted {
        runtime: "java",
        range: range.to_owned(),
        path: PATH.to_owned(),
        line: entry.line,
    })
}

/// Where a manifest lies that the buildpack reads: at the root, or in the folder that a
/// buildpack for monorepos makes the root (`APP_BASE` of heroku-buildpack-monorepo and of
/// its forks, as app.json sets it).
pub(super) fn manifest_path(facts: &Facts<'_>, name: &str) -> String {
    let monorepo = facts
        .buildpacks()
        .iter()
        .any(|buildpack| buildpack.contains("monorepo") || buildpack.contains("subdir"));
    match facts.declared("APP_BASE") {
        Declared::Value(folder) if monorepo => {
            format!("{}/{name}", folder.trim_matches(['.', '/']))
        }
        _ => name.to_owned(),
    }
}

fn wish(facts: &Facts<'_>, runtime: &'static str, range: &str, path: &str, needle: &str) -> Wanted {
    Wanted {
        runtime,
        range: range.trim().to_owned(),
        path: path.to_owned(),
        line: facts.line(path, needle).unwrap_or_default(),
    }
}

fn first_line(
    facts: &Facts<'_>,
    runtime: &'static str,
    path: &str,
    prefix: &str,
) -> Option<Wanted> {
    let first = *formats::list::read(facts.sources.text(path)?).first()?;
    Some(Wanted {
        runtime,
        range: first.text.trim_start_matches(prefix).to_owned(),
        path: path.to_owned(),
        line: first.line,
    })
}

/// Whether `.ruby-version` names one version: three numbers, maybe with a preview behind them, as the Ruby buildpack
/// understands it for its reports (heroku-buildpack-ruby, `helpers/dot_ruby_version_file.rb`).
fn is_exact(version: &str) -> bool {
    let version = version.split('@').next().unwrap_or(version);
    let parts: Vec<_> = version.split(['.', '-']).collect();
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() >= 3 && parts.iter().take(3).all(number)
}

/// Gemfile.lock decides for Bundler, then the Gemfile; the place is where a person writes the version.
fn ruby(facts: &Facts<'_>) -> Option<Wanted> {
    let gemfile = facts.sources.text(ecosystems::ruby::GEMFILE);
    let written = gemfile.and_then(ecosystems::ruby::wanted_version);
    let written = written.map(|(range, line)| Wanted {
        runtime: "ruby",
        range,
        path: ecosystems::ruby::GEMFILE.to_owned(),
        line,
    });
    let Some(locked) = facts.packages.version(Ecosystem::Gem, "ruby") else {
        return written;
    };
    let file = first_line(facts, "ruby", ".ruby-version", "ruby-");
    let place = written.or_else(|| file.filter(|wish| wish.range == locked));
    let range = locked.to_owned();
    Some(match place {
        Some(place) => Wanted { range, ..place },
        None => wish(
            facts,
            "ruby",
            locked,
            ecosystems::ruby::GEMFILE_LOCK,
            "RUBY VERSION",
        ),
    })
}

/// Pipenv's own wish, which the buildpack follows where no other file is.
fn pipfile(facts: &Facts<'_>) -> Option<Wanted> {
    let entries = formats::toml::read(facts.sources.text(ecosystems::python::PIPFILE)?);
    let entry = formats::entry(&entries, "requires.python_full_version")
        .or_else(|| formats::entry(&entries, "requires.python_version"))?;
    Some(Wanted {
        runtime: "python",
        range: entry.value.clone(),
        path: ecosystems::python::PIPFILE.to_owned(),
        line: entry.line,
    })
}

/// The Go buildpack follows its own comment, then the toolchain, then the `go` line.
fn go(facts: &Facts<'_>) -> Option<Wanted> {
    let Some(text) = facts.sources.text(ecosystems::go::MANIFEST) else {
        return go_of_dep(facts).or_else(|| go_of_godep(facts));
    };
    let (range, line) = ecosystems::go::wanted_version(text)?;
    Some(Wanted {
        runtime: "go",
        range,
        path: ecosystems::go::MANIFEST.to_owned(),
        line,
    })
}

/// `go-version = "go1.9.2"` of `[metadata.heroku]`, where dep's manifest stands in for go.mod
/// (heroku-buildpack-go, README, "Usage with dep").
fn go_of_dep(facts: &Facts<'_>) -> Option<Wanted> {
    const PATH: &str = "Gopkg.toml";
    let entries = formats::toml::read(facts.sources.text(PATH)?);
    let entry = formats::entry(&entries, "metadata.heroku.go-version")?;
    Some(Wanted {
        runtime: "go",
        range: entry.value.trim_start_matches("go").to_owned(),
        path: PATH.to_owned(),
        line: entry.line,
    })
}

/// `"GoVersion": "go1.13"` of Godep's manifest (heroku-buildpack-go, README, "Usage with godep").
fn go_of_godep(facts: &Facts<'_>) -> Option<Wanted> {
    const PATH: &str = "Godeps/Godeps.json";
    let value: serde_json::Value = serde_json::from_str(facts.sources.text(PATH)?).ok()?;
    let version = value.get("GoVersion")?.as_str()?;
    Some(wish(
        facts,
        "go",
        version.trim_start_matches("go"),
        PATH,
        "\"GoVersion\"",
    ))
}

/// The target framework of the first project file that has one for dynos; the buildpack
/// installs the SDK of that line.
fn dotnet(facts: &Facts<'_>) -> Option<Wanted> {
    facts.sources.texts.iter().find_map(|(path, text)| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let mut manifests = ecosystems::dotnet::ECOSYSTEM.manifests.iter();
        let is_project = manifests.any(|one| one.is(name) && one.pattern.ends_with("proj"));
        let is_test = name.to_ascii_lowercase().contains("test");
        if !is_project || is_test {
            return None;
        }
        let (range, line) = ecosystems::dotnet::project::read(text).line()?;
        Some(Wanted {
            runtime: "dotnet",
            range,
            path: path.clone(),
            line,
        })
    })
}

/// What the buildpack installs, or else the project's own wish.
fn elixir(facts: &Facts<'_>) -> Option<Wanted> {
    let [config, ..] = ecosystems::elixir::ECOSYSTEM.version_files else {
        return None;
    };
    let found = |path: &str, (range, line): (String, LineSpan)| Wanted {
        runtime: "elixir",
        range,
        path: path.to_owned(),
        line,
    };
    let text = facts.sources.text(config).unwrap_or_default();
    let variables = formats::env_file::read(text).into_iter();
    let mut configured = variables
        .filter(|one| one.name == "elixir_version" && !one.is_comment)
        .map(|one| (one.value.trim_start_matches('v').to_owned(), one.line));
    if let Some(version) = configured.next_back() {
        return Some(found(config, version));
    }
    let manifest = ecosystems::elixir::ECOSYSTEM.manifests.first()?.pattern;
    let text = facts.sources.text(manifest)?;
    Some(found(manifest, ecosystems::elixir::manifest::elixir(text)?))
}

/// The app's own range, unless a locked package allows older lines only: the buildpack takes what fits all of them.
fn php(facts: &Facts<'_>) -> Option<Wanted> {
    let package = facts.packages.wants(Ecosystem::Composer, "php")?;
    let own = line("php", &package.wanted);
    let lock = facts.sources.text(ecosystems::php::COMPOSER_LOCK);
    let locked = lock.map_or_else(Vec::new, ecosystems::php::wanted_by_packages);
    let narrowest = locked
        .into_iter()
        .filter_map(|range| line("php", &range).map(|line| (numbers(&line), range)))
        .min()
        .filter(|(line, _)| own.as_ref().is_none_or(|own| *line < numbers(own)));
    Some(Wanted {
        runtime: "php",
        range: narrowest.map_or_else(|| package.wanted.clone(), |(_, range)| range),
        path: package.path.clone(),
        line: package.line,
    })
}

/// The name of a runtime as its makers write it.
pub(super) fn title(runtime: &str) -> &str {
    match runtime {
        "dotnet" => ".NET",
        "elixir" => "Elixir",
        "go" => "Go",
        "java" => "Java",
        "node" => "Node.js",
        "php" => "PHP",
        "python" => "Python",
        "ruby" => "Ruby",
        other => other,
    }
}

/// Whether newer major versions fit without end.
pub(super) fn is_open(range: &str) -> bool {
    let range = range.trim();
    matches!(
        range,
        "" | "*" | "x" | "latest" | "current" | "node" | "stable"
    ) || alternatives(range).any(|part| {
        let part = part.trim();
        part.starts_with('>') && !part.contains('<') && !part.contains(" - ")
            || matches!(part, "*" | "x")
    })
}

/// The release line that a range resolves to, in the table's form; `None` if it is open or
/// can't be told.
pub(super) fn line(runtime: &str, range: &str) -> Option<String> {
    if is_open(range) || range.contains("lts") {
        return None;
    }
    let part = alternatives(range).max_by_key(|part| newest(part))?;
    let best = newest(part);
    let major = *best.first()?;
    if runtime == "dotnet" {
        return Some(range.to_owned());
    }
    let by_major = matches!(runtime, "node" | "java");
    if by_major {
        // Java 8 is written 1.8 as well.
        let shown = if runtime == "java" && major == 1 {
            *best.get(1)?
        } else {
            major
        };
        return Some(shown.to_string());
    }
    // `^8.0` and `~> 3` leave the minor version open: the newest one is taken.
    let open_minor = part.contains('^')
        || (part.contains('~') && best.len() < 3)
        || (runtime == "php" && best.len() < 2);
    if open_minor && !(runtime == "php" && major < 8) {
        return None;
    }
    let minor = if open_minor { 4 } else { *best.get(1)? };
    Some(format!("{major}.{minor}"))
}

/// The parts of a range of which one is enough. Composer takes a single bar as well: `^7.3|^8.0`.
fn alternatives(range: &str) -> impl Iterator<Item = &str> {
    range.split('|').filter(|part| !part.trim().is_empty())
}

/// The newest version that a bounded range allows, as far as its upper bound tells:
/// `>=18 <25` is 24, `>=3.9,<3.12` is 3.11, `14 - 16` is 16.
fn newest(part: &str) -> Vec<u64> {
    if let Some((_, bound)) = part.split_once("<=").or_else(|| part.split_once(" - ")) {
        return numbers(bound);
    }
    let Some((_, bound)) = part.split_once('<') else {
        return numbers(part);
    };
    // Exclusive: one below in the last place that counts.
    let mut bound = numbers(bound);
    while bound.last() == Some(&0) {
        bound.pop();
    }
    if let Some(last) = bound.last_mut() {
        *last -= 1;
    }
    bound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_ranges_are_known() {
        for range in [">=20.x", "*", "^20.19.0 || >=22.12.0", ">= 24"] {
            assert!(is_open(range), "{range}");
        }
        for range in ["20.x", "^20", ">=18 <21", "24.1.0", "18 - 20", "~> 3.2"] {
            assert!(!is_open(range), "{range}");
        }
    }

    #[test]
    fn ranges_resolve_to_lines() {
        for (runtime, range, expected) in [
            ("node", "6.11.1", Some("6")),
            ("node", "16 || 18", Some("18")),
            ("node", ">=14", None),
            ("node", ">=18.18.0 <25", Some("24")),
            ("node", ">=14 <17.0.0", Some("16")),
            ("node", ">=14 <=16", Some("16")),
            ("node", "14 - 16", Some("16")),
            ("python", ">=3.9,<3.12", Some("3.11")),
            ("python", "3.9.1", Some("3.9")),
            ("ruby", "2.7.2", Some("2.7")),
            ("ruby", "~> 3.2", None),
            ("php", "^7.2", Some("7.4")),
            ("php", "^8.0", None),
            ("php", "~8.0.0", Some("8.0")),
            ("php", "^7.4 || ~8.0.0", Some("8.0")),
            ("php", "~8.1.0 || ^8.2", None),
            ("java", "1.8", Some("8")),
            ("go", "1.20", Some("1.20")),
            ("dotnet", "8", Some("8")),
            ("elixir", "1.9.4", Some("1.9")),
            ("elixir", "~> 1.14", None),
        ] {
            assert_eq!(
                line(runtime, range).as_deref(),
                expected,
                "{runtime} {range}"
            );
        }
    }
}
