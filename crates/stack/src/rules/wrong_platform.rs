//! A program that the run image can't execute.

use std::collections::BTreeMap;

use super::{Rule, World, fix};
use crate::model::Model;
use slugsmith_facts::layers::descriptor::Target;
use slugsmith_facts::layers::elf::Elf;
use slugsmith_finding::catalogue::Docs;
use slugsmith_finding::{Finding, Severity};

pub(super) static RULE: Rule = Rule {
    id: "wrong-platform",
    code: "ST09",
    title: "A program needs another processor or a newer C library than the run image has.",
    level: Severity::Error,
    world: World::Both,
    docs: Docs {
        finds: "Programs in the `bin` and libraries in the `lib` of launch layers that are built for another \
                architecture, that ask for a newer glibc than the run image's distribution has, or that ask for musl \
                where it has glibc. As a warning: buildpacks whose `[[targets]]` do not name the run image, and a \
                build image of another distribution than the run image.",
        why: "They stop with `Exec format error`, `version GLIBC_… not found` or `not found`, at the first \
              call and not in the build.",
        fix: "Take the download that fits the run image, or a statically linked one; build on the same \
              distribution as the run image.",
        silent: "For static programs, for scripts, and where the distribution of the run image is unknown.",
    },
    check,
};

/// glibc of the distributions that run images are made of.
const GLIBC: &[(&str, (u32, u32))] = &[
    ("debian 11", (2, 31)),
    ("debian 12", (2, 36)),
    ("debian 13", (2, 41)),
    ("ubuntu 20.04", (2, 31)),
    ("ubuntu 22.04", (2, 35)),
    ("ubuntu 24.04", (2, 39)),
];

/// How many programs one finding lists.
const NAMED: usize = 5;

fn check(model: &Model<'_>) -> Vec<Finding> {
    let mut findings = programs(model);
    findings.extend(targets(model));
    findings.extend(images(model));
    findings
}

fn run_distro<'m>(model: &Model<'m>) -> Option<&'m str> {
    let analyzed = model.layers.analyzed.as_ref();
    analyzed.and_then(|one| one.run_distro.as_deref())
}

/// Programs and libraries that the run image can't execute.
fn programs(model: &Model<'_>) -> Vec<Finding> {
    let distro = run_distro(model);
    let mut found: BTreeMap<(usize, String), Vec<String>> = BTreeMap::new();
    for (index, _, layer) in model.launch_layers() {
        let commands = layer.contents.executables.iter();
        let commands = commands.map(|one| (&one.name, one.elf.as_ref()));
        let shared = layer.contents.libraries.iter();
        let shared = shared.map(|one| (&one.name, one.elf.as_ref()));
        for (name, elf) in commands.chain(shared) {
            let reason = elf.and_then(|elf| misfit(elf, model.arch(), distro));
            if let Some(reason) = reason {
                let name = format!("`{}`", name.to_string_lossy());
                found.entry((index, reason)).or_default().push(name);
            }
        }
    }
    found
        .into_iter()
        .map(|((index, reason), names)| {
            let names = fix::listed(&names, NAMED);
            let message = format!("{names} of {} {reason}.", model.id(index));
            let help =
                vec!["Take the build for the run image, or a statically linked one.".to_owned()];
            RULE.finding(message, help)
        })
        .collect()
}

/// Buildpacks whose `buildpack.toml` names other images than this one.
fn targets(model: &Model<'_>) -> Vec<Finding> {
    let (arch, distro) = (model.arch(), run_distro(model));
    let mut findings = Vec::new();
    for buildpack in &model.layers.group {
        let Some(descriptor) = model.surroundings.descriptors.get(&buildpack.id) else {
            continue;
        };
        let targets = &descriptor.targets;
        if targets.is_empty() || targets.iter().any(|one| one.fits(arch, distro)) {
            continue;
        }
        let meant: Vec<String> = targets.iter().map(Target::shown).collect();
        let message = format!(
            "{} is made for {}, the run image is {}.",
            buildpack.id,
            fix::listed(&meant, NAMED),
            [arch, distro]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", ")
        );
        let mut finding = RULE.finding(
            message,
            vec![format!(
                "Take a version of {} for this run image, or another run image.",
                buildpack.id
            )],
        );
        finding.level = Severity::Warn;
        findings.push(finding);
    }
    findings
}

/// A build image that is another distribution than the run image.
fn images(model: &Model<'_>) -> Option<Finding> {
    let (build, run) = (model.surroundings.distro.as_deref()?, run_distro(model)?);
    // Only what both name exactly: `debian` is no other distribution than `debian 12`.
    let is_exact = |distro: &str| distro.trim_end().contains(' ');
    if build == run || !is_exact(build) || !is_exact(run) {
        return None;
    }
    let message = format!(
        "The build image is {build}, the run image is {run}: what was compiled here may need libraries that the \
         dyno has not."
    );
    let mut finding = RULE.finding(
        message,
        vec!["Build and run on images of one distribution and version.".to_owned()],
    );
    finding.level = Severity::Warn;
    Some(finding)
}

fn misfit(elf: &Elf, arch: Option<&str>, distro: Option<&str>) -> Option<String> {
    if let Some(arch) = arch.filter(|arch| elf.arch != *arch) {
        return Some(format!(
            "is built for {}, the run image is {arch}",
            elf.arch
        ));
    }
    let (distro, has) = GLIBC.iter().find(|(known, _)| distro == Some(known))?;
    if elf
        .interpreter
        .as_ref()
        .is_some_and(|loader| loader.contains("ld-musl"))
    {
        return Some(format!("asks for musl, and {distro} has glibc"));
    }
    let needs = elf.glibc.filter(|needs| needs > has)?;
    Some(format!(
        "asks for glibc {}.{}, and {distro} has {}.{}",
        needs.0, needs.1, has.0, has.1
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_held_against_the_run_image() {
        let elf = |arch: &str, loader: &str, glibc| Elf {
            arch: arch.to_owned(),
            interpreter: Some(loader.to_owned()),
            glibc,
            ..Elf::default()
        };
        let gnu = "/lib64/ld-linux-x86-64.so.2";
        let judge = |elf: &Elf, distro| misfit(elf, Some("amd64"), distro);
        assert_eq!(
            judge(&elf("amd64", gnu, Some((2, 34))), Some("ubuntu 22.04")),
            None
        );
        assert_eq!(
            judge(&elf("amd64", gnu, Some((2, 99))), Some("plan9 4")),
            None
        );
        let newer = judge(&elf("amd64", gnu, Some((2, 38))), Some("debian 12"));
        assert_eq!(
            newer.unwrap(),
            "asks for glibc 2.38, and debian 12 has 2.36"
        );
        let other = judge(&elf("arm64", gnu, None), None);
        assert_eq!(other.unwrap(), "is built for arm64, the run image is amd64");
        let musl = judge(
            &elf("amd64", "/lib/ld-musl-x86_64.so.1", None),
            Some("debian 12"),
        );
        assert_eq!(musl.unwrap(), "asks for musl, and debian 12 has glibc");
    }
}
