//! A program asks for a shared library that the loader won't find.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Rule, World, fix};
use crate::libraries::{self, Known};
use crate::model::Model;
use slugsmith_facts::layers::elf::Elf;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "library-missing",
    code: "ST24",
    title: "A program at launch needs a shared library that is not to be found.",
    level: Severity::Warn,
    world: World::Both,
    docs: Docs {
        finds: "A name that a program or library of a launch layer needs (`DT_NEEDED`) and that is neither in its own \
                search path, nor in LD_LIBRARY_PATH, nor in the image's folders.",
        why: "The loader stops with `error while loading shared libraries` at the first call. Packages for Debian put \
              their libraries into `lib/x86_64-linux-gnu`, where LD_LIBRARY_PATH does not lead: the launcher adds \
              `lib` alone.",
        fix: "Add the folder to LD_LIBRARY_PATH in the layer's `env.launch`, or install the package that holds the \
              library.",
        silent: "For static programs, and for programs with a search path outside of the layers. Outside of a build, \
                 where the image's libraries are not known, for libraries that lie in no layer. A library that only \
                 the build image has is not noticed.",
    },
    check,
};

/// How many programs one finding lists.
const NAMED: usize = 5;

/// Who lacks a library: its buildpack or the app, and which.
type Lacking = BTreeMap<(String, String), Vec<String>>;

fn check(model: &Model<'_>) -> Vec<Finding> {
    let known = Known::new(model);
    let path = libraries::path(model);
    let mut lacking = Lacking::new();
    for one in all(model) {
        for missing in known.missing(model, one.elf, &one.folder, &path) {
            let programs = lacking
                .entry((missing.to_owned(), one.owner.clone()))
                .or_default();
            if !programs.contains(&one.name) {
                programs.push(one.name.clone());
            }
        }
    }
    lacking
        .into_iter()
        .map(|((library, who), programs)| {
            finding(model, &library, &who, &programs, known.somewhere(&library))
        })
        .collect()
}

/// A program or library that the loader is asked for.
struct Loaded<'m> {
    owner: String,
    /// As a finding names it: `bin/scan`.
    name: String,
    folder: PathBuf,
    elf: &'m Elf,
}

/// What layers have in `bin` and `lib`, and what lies in other folders of PATH and
/// `LD_LIBRARY_PATH`: `.apt/usr/bin`, `vendor/imagemagick/bin`.
fn all<'m>(model: &Model<'m>) -> Vec<Loaded<'m>> {
    let mut found = Vec::new();
    for (index, buildpack, layer) in model.launch_layers() {
        let at = model.layer_path(buildpack, layer);
        let commands = layer.contents.executables.iter();
        let commands = commands.map(|one| ("bin", &one.name, one.elf.as_ref()));
        let shared = layer.contents.libraries.iter();
        let shared = shared.map(|one| ("lib", &one.name, one.elf.as_ref()));
        for (folder, name, elf) in commands.chain(shared) {
            let Some(elf) = elf else { continue };
            found.push(Loaded {
                owner: model.id(index).to_owned(),
                name: format!("{folder}/{}", name.to_string_lossy()),
                folder: at.join(folder),
                elf,
            });
        }
    }
    let of_slug = model.slug.into_iter().flat_map(|slug| &slug.path);
    let programs = of_slug
        .chain(&model.layers.path_folders)
        .flat_map(|one| one.executables.iter().map(move |found| (one, found)))
        .map(|(one, found)| (one.folder.as_path(), &found.name, found.elf.as_ref()));
    let shared = libraries::further(model);
    let shared = shared.map(|(folder, one)| (folder, &one.name, one.elf.as_ref()));
    for (folder, name, elf) in programs.chain(shared) {
        let Some(elf) = elf else { continue };
        let Some((owner, inside)) = owner(model, folder) else {
            continue;
        };
        let name = Path::new(&inside).join(name);
        found.push(Loaded {
            owner,
            name: name.to_string_lossy().into_owned(),
            folder: folder.to_owned(),
            elf,
        });
    }
    found
}

/// Whose folder it is, and its name there; `None` for what was looked at already and for layers
/// that are not there at launch.
fn owner(model: &Model<'_>, folder: &Path) -> Option<(String, String)> {
    let layer = model.launch_layers().find_map(|(index, buildpack, layer)| {
        let inside = folder
            .strip_prefix(model.layer_path(buildpack, layer))
            .ok()?;
        Some((index, layer, inside))
    });
    if let Some((index, layer, inside)) = layer {
        let is_seen = inside == Path::new("bin") || inside == Path::new("lib");
        let prefix = if model.classic.is_some() {
            Path::new(&layer.name).join(inside)
        } else {
            inside.to_owned()
        };
        return (!is_seen).then(|| (model.id(index).to_owned(), prefix.display().to_string()));
    }
    let inside = folder.strip_prefix(&model.layers.root).ok();
    let inside = inside.filter(|_| model.classic.is_some())?;
    Some(("the app".to_owned(), inside.display().to_string()))
}

fn finding(
    model: &Model<'_>,
    library: &str,
    who: &str,
    programs: &[String],
    elsewhere: Option<&Path>,
) -> Finding {
    let names = fix::listed(programs, NAMED);
    let verb = if programs.len() == 1 { "needs" } else { "need" };
    let folder = elsewhere.and_then(Path::parent);
    let unless = match &model.surroundings.libraries {
        Some(_) => "",
        None => ", and the run image was not seen",
    };
    let (place, help) = match folder {
        Some(folder) => (
            format!(
                "it lies in {}, where LD_LIBRARY_PATH does not lead{unless}",
                folder.display()
            ),
            if model.classic.is_some() {
                format!(
                    "heroku config:set LD_LIBRARY_PATH={}, which scripts of .profile.d extend.",
                    folder.display()
                )
            } else {
                format!(
                    "Write {} into env.launch/LD_LIBRARY_PATH.prepend of that layer, and `:` into \
                        LD_LIBRARY_PATH.delim.",
                    folder.display()
                )
            },
        ),
        None => (
            if model.classic.is_some() {
                "no folder of the slug that was looked at has it, and the build image neither"
            } else {
                "no launch layer has it, and the build image neither"
            }
            .to_owned(),
            "Install the package that holds it, or take a statically linked build.".to_owned(),
        ),
    };
    RULE.finding(
        format!("{names} of {who} {verb} {library}: {place}."),
        vec![help],
    )
}
