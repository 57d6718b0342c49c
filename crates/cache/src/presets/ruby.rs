//! Bundler.
//!
//! - **Recognised** by `Gemfile.lock`.
//! - **Key**: Ruby's version and ABI, Bundler's version, the lockfile and Gemfile without
//!   credentials, files and variables that it names, `.bundle/config`, `vendor/cache`, gemspecs, also
//!   of gems that are folders of the app (every file of those that are compiled), `BUNDLE_*`, compilers,
//!   `RAILS_ENV`, `RACK_ENV`.
//! - **Class** layer with `pack build`; else `vendor/bundle` in the app, packed.
//! - **Install** `bundle install`, frozen; production form `BUNDLE_WITHOUT=development:test`
//!   unless the app says otherwise. With `bundle clean` an old tree is the base of a changed
//!   one.
//! - **Exposure** `BUNDLE_PATH`, `BUNDLE_WITHOUT`.
//! - **Left alone**: the app's `.bundle/config`; a `vendor/bundle` that is there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{
    Class, Job, ManagerCommand, PACKED, Project, Recognised, Site, machine, missing, out_of_step,
    reached, variables,
};
use crate::inputs::{Inputs, read_regular};
use crate::lockfile::{Lockfile, Packages};
use crate::mentions::Mentions;
use crate::{EnvChange, EnvRule, adopt, pack, secrets};
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::beneath;
use slugsmith_facts::environment::{Environment, World};
use slugsmith_facts::tools;
use slugsmith_facts::tree::Tree;
use slugsmith_finding::error::Problem;
use slugsmith_finding::units::counted;

pub(super) fn recognise<'a>(place: &'a Project<'a>) -> Option<Recognised<'a>> {
    if !place.app.has(ecosystems::ruby::GEMFILE_LOCK) {
        return None;
    }
    let text =
        beneath::read_in(&place.app.root, ecosystems::ruby::GEMFILE_LOCK).unwrap_or_default();
    let packages = packages(&String::from_utf8_lossy(&text));
    let in_layer = place.context.environment.world == World::CloudNative;
    let name = place.name("bundler");
    let cache = name.clone();
    Some(Recognised::Site(Site {
        what: format!("Gemfile.lock, {}", counted(packages.len() as u64, "gem")),
        class: if in_layer {
            Class::Layer { free: false }
        } else {
            PACKED
        },
        trees: if in_layer {
            Vec::new()
        } else {
            vec![place.tree("vendor/bundle")]
        },
        adoption: adopt::ruby(&place.wanted(&cache), &packages),
        job: Box::new(move || job(place, &cache, packages)),
        name,
    }))
}

/// Groups that production leaves out.
const WITHOUT: &str = "development:test";

/// The groups that were left out of the install, which Bundler has to be told at launch as well.
fn without(environment: &Environment) -> String {
    let value = environment.variables.get("BUNDLE_WITHOUT");
    value.map_or_else(
        || WITHOUT.to_owned(),
        |value| value.to_string_lossy().into_owned(),
    )
}

fn job(place: &Project<'_>, name: &str, packages: Packages) -> Result<Job, Problem> {
    let environment = place.context.environment;
    let find = |tool: &str| {
        tools::find(tool, environment).ok_or_else(|| missing(ecosystems::ruby::GEMFILE_LOCK, tool))
    };
    let ruby = find("ruby")?;
    let bundle = find("bundle")?;
    let mut inputs = Inputs::default();
    machine(&mut inputs, place.context);
    let question = "puts RUBY_VERSION + ' ABI ' + RbConfig::CONFIG['ruby_version']";
    let version = tools::ask(&ruby, &["-e", question], environment);
    inputs.plain(
        "ruby",
        version.ok_or_else(|| missing(ecosystems::ruby::GEMFILE_LOCK, "ruby"))?,
    );
    let version = tools::ask(&bundle, &["--version"], environment);
    inputs.plain("bundler", version.unwrap_or_default());
    let mentions = Mentions::of(environment);
    for file in [
        ecosystems::ruby::GEMFILE_LOCK,
        ecosystems::ruby::GEMFILE,
        ".bundle/config",
    ] {
        if let Ok(text) = read_regular(&place.app.root.join(file)) {
            let text = secrets::without_credentials(&String::from_utf8_lossy(&text));
            inputs.digest(file, text.as_bytes());
            if file == ecosystems::ruby::GEMFILE {
                inputs.expands(mentions.in_settings(&text));
            }
        }
    }
    // `gemspec` in a Gemfile reads these.
    let names = place.app.names.iter();
    let specs: Vec<_> = names.filter(|name| name.ends_with(".gemspec")).collect();
    for file in &specs {
        inputs.file(&place.app.root, file);
    }
    let code = specs.iter().map(|name| PathBuf::from(name.as_str()));
    evaluated(
        &mut inputs,
        place,
        code.chain([ecosystems::ruby::GEMFILE.into()]).collect(),
    );
    let mut reads = gems_of_the_app(&mut inputs, place);
    // Installed from before any server is asked; the lockfile may know no digest of them.
    let archives = ARCHIVES.iter();
    let archives = archives.filter(|folder| place.app.root.join(folder).is_dir());
    reads.extend(archives.map(|folder| place.tree(folder)));
    variables(&mut inputs, place, |name| {
        name.starts_with("BUNDLE_")
            || ["CC", "CFLAGS", "LDFLAGS", "RAILS_ENV", "RACK_ENV"].contains(&name)
    });
    let in_layer = environment.world == World::CloudNative;
    let gems = if in_layer {
        place.context.store.folder(name).join("data/gems")
    } else {
        place.app.root.join("vendor/bundle")
    };
    let step = |arguments: &[&str]| {
        ManagerCommand::new("bundle", arguments)
            .set("BUNDLE_PATH", &gems)
            .set("BUNDLE_FROZEN", "true")
            .default(&[("BUNDLE_WITHOUT", WITHOUT)])
    };
    let sync = vec![step(&["install"]), step(&["clean", "--force"])];
    Ok(Job {
        lockfile: Some(Lockfile {
            path: ecosystems::ruby::GEMFILE_LOCK.to_owned(),
            packages,
        }),
        install: vec![step(&["install"])],
        reads,
        sync,
        syncs_over: |input| {
            [ecosystems::ruby::GEMFILE_LOCK, ecosystems::ruby::GEMFILE].contains(&input)
        },
        exposes: vec![
            EnvChange::launch("BUNDLE_PATH", EnvRule::Override, &gems),
            EnvChange::launch("BUNDLE_WITHOUT", EnvRule::Default, without(environment)),
        ],
        explain: |_, ended| {
            let is_frozen = ended.says("frozen");
            is_frozen.then(|| {
                out_of_step(
                    ended,
                    "bundler refuses this pair of Gemfile and Gemfile.lock",
                    "Write the lockfile anew: `bundle lock`.",
                )
            })
        },
        ..Job::new(inputs, place.at.clone())
    })
}

/// Where `bundle cache` puts gems as they were downloaded (Bundler's manual, "bundle-cache").
const ARCHIVES: &[&str] = &["vendor/cache"];

/// Most files that a Gemfile is followed through.
const MOST_FILES: usize = 200;

/// Words of a line of Ruby that reads or runs the files that it names; a list such as `files` does
/// neither.
const READS: &[&str] = &[
    "require", "load", "eval", "read", "file:", "File.", "IO.", "YAML", "JSON",
];

/// Files of the app that these name, and those that such a file names in its turn: Bundler runs a
/// Gemfile and gemspecs (`eval_gemfile`, `require_relative`, `ruby file: ".ruby-version"`).
fn evaluated(inputs: &mut Inputs, place: &Project<'_>, mut pending: Vec<PathBuf>) {
    let root = &place.app.root;
    let mut seen: BTreeSet<PathBuf> = pending.iter().cloned().collect();
    while let Some(path) = pending.pop() {
        let text = beneath::text_in(root, &path).unwrap_or_default();
        let folder = path.parent().unwrap_or(Path::new(""));
        let lines = text
            .lines()
            .filter(|line| READS.iter().any(|word| line.contains(word)));
        for word in lines.flat_map(|line| line.split(['\'', '"'])) {
            let is_path = !word.is_empty() && word.len() < 300 && !word.contains("://");
            let places = [
                word.to_owned(),
                format!("{word}.rb"),
                format!("lib/{word}.rb"),
            ];
            let places = places.iter().filter(|_| is_path);
            let found = places.filter_map(|name| reached(folder.to_owned(), name));
            for found in found.filter(|found| root.join(found).is_file()) {
                if seen.len() > MOST_FILES || !seen.insert(found.clone()) {
                    continue;
                }
                inputs.file(root, &found.to_string_lossy());
                let is_code = found.extension().is_some_and(|end| end == "rb")
                    || found.to_string_lossy().contains(ecosystems::ruby::GEMFILE);
                if is_code {
                    pending.push(found);
                }
            }
        }
    }
}

/// Gems that are folders of the app (`PATH` in the lockfile): an install evaluates their
/// gemspecs, which read the version from `version.rb` as a rule. Gives the folders of those that
/// are compiled, of which every file counts.
fn gems_of_the_app(inputs: &mut Inputs, place: &Project<'_>) -> Vec<PathBuf> {
    let root = &place.app.root;
    let lock = beneath::text_in(root, ecosystems::ruby::GEMFILE_LOCK).unwrap_or_default();
    let remotes = lock
        .split("\nPATH\n")
        .skip(usize::from(!lock.starts_with("PATH\n")));
    let remotes = remotes.filter_map(|block| {
        let mut lines = block.lines().map(str::trim);
        lines.find_map(|line| line.strip_prefix("remote: "))
    });
    let mut compiled = Vec::new();
    for remote in remotes {
        let folder: PathBuf = Path::new(remote).components().collect();
        let folder = folder
            .strip_prefix(".")
            .map(Path::to_owned)
            .unwrap_or(folder);
        // That of the root is among the inputs already.
        if folder.as_os_str().is_empty() || !pack::is_inside(&folder) {
            programs(inputs, root, Path::new(""));
            continue;
        }
        programs(inputs, root, &folder);
        for entry in Tree::read(&root.join(&folder)).entries() {
            let path = folder.join(entry.path());
            let is_spec = path.extension().is_some_and(|end| end == "gemspec");
            if is_spec {
                evaluated(inputs, place, vec![path.clone()]);
            }
            if is_spec || path.file_name().is_some_and(|name| name == "version.rb") {
                inputs.file(root, &path.to_string_lossy());
            }
            let text = || beneath::text_in(root, &path).unwrap_or_default();
            if is_spec && text().contains("extensions") {
                compiled.push(place.tree(&folder));
            }
        }
    }
    compiled
}

/// Bundler writes a program for each that a gem of the app brings (`exe` or `bin`).
fn programs(inputs: &mut Inputs, root: &Path, gem: &Path) {
    for folder in ["exe", "bin"].map(|name| gem.join(name)) {
        let entries = fs_err::read_dir(root.join(&folder)).into_iter().flatten();
        let names = entries.flatten();
        let mut names: Vec<_> = names
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort_unstable();
        if !names.is_empty() {
            let input = format!("names in {}", folder.display());
            inputs.digest(input, names.join("\n").as_bytes());
        }
    }
}

/// Lines such as `    rack (3.1.7)` below `specs:`; deeper ones are requirements.
fn packages(lock: &str) -> Packages {
    lock.lines()
        .filter(|line| line.starts_with("    ") && !line.starts_with("     "))
        .filter_map(|line| {
            let (name, version) = line.trim().split_once(" (")?;
            Some((
                name.to_owned(),
                [version.trim_end_matches(')').to_owned()].into(),
            ))
        })
        .collect()
}
