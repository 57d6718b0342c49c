//! A program asks for a shared library that the loader won't find.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Rule, World, fix};
use crate::libraries::{self, Known};
use crate::model::Model;
use slugsmith_facts::layers::elf::Elf;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Level};

pub(super) static RULE: Rule = Rule {
    id: "library-missing",
    code: "ST24",
    title: "A program at launch needs a shared library that is not to be found.",
    level: Level::Warn,
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

fn check(model: &Model<'_>) -> Vec<Finding> {
    let known = Known::new(model);
    let path = libraries::folders(model);
    // By library: who lacks it, by buildpack.
    let mut lacking: BTreeMap<(String, usize), Vec<String>> = BTreeMap::new();
    for (index, buildpack, layer) in model.launch_layers() {
        let at = model.layer_path(buildpack, layer);
        let commands = layer.contents.executables.iter();
        let commands = commands.map(|one| ("bin", &one.name, one.elf.as_ref()));
        let shared = layer.contents.libraries.iter();
        let shared = shared.map(|one| ("lib", &one.name, one.elf.as_ref()));
        for (folder, name, elf) in commands.chain(shared) {
            let Some(elf) = elf else { continue };
            for missing in known.missing(model, elf, &at.join(folder), &path) {
                let who = format!("{folder}/{}", name.to_string_lossy());
                lacking
                    .entry((missing.to_owned(), index))
                    .or_default()
                    .push(who);
            }
        }
    }
    for (index, who, at, elf) in on_path(model) {
        for missing in known.missing(model, elf, at, &path) {
            let programs = lacking.entry((missing.to_owned(), index)).or_default();
            if !programs.contains(&who) {
                programs.push(who.clone());
            }
        }
    }
    lacking
        .into_iter()
        .map(|((library, index), programs)| {
            finding(model, &library, index, &programs, known.somewhere(&library))
        })
        .collect()
}

/// Programs in folders of a slug that scripts put on PATH: `.apt/usr/bin`.
fn on_path<'m>(model: &Model<'m>) -> Vec<(usize, String, &'m Path, &'m Elf)> {
    let mut found = Vec::new();
    for folder in model.slug.into_iter().flat_map(|slug| &slug.path) {
        let owner = model.launch_layers().find(|(_, buildpack, layer)| {
            let at = model.layer_path(buildpack, layer);
            folder.folder.starts_with(&at) && folder.folder != at.join("bin")
        });
        let Some((index, ..)) = owner else {
            continue;
        };
        for program in &folder.executables {
            if let Some(elf) = &program.elf {
                let name = program.name.to_string_lossy().into_owned();
                found.push((index, name, folder.folder.as_path(), elf));
            }
        }
    }
    found
}

fn finding(
    model: &Model<'_>,
    library: &str,
    index: usize,
    programs: &[String],
    elsewhere: Option<&Path>,
) -> Finding {
    let names = fix::listed(programs, NAMED);
    let verb = if programs.len() == 1 { "needs" } else { "need" };
    let who = model.id(index);
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
            "no launch layer has it, and the build image neither".to_owned(),
            "Install the package that holds it, or take a statically linked build.".to_owned(),
        ),
    };
    RULE.finding(
        format!("{names} of {who} {verb} {library}: {place}."),
        vec![help],
    )
}
