//! Which version of its language does the image of a container bring? For the rules about versions of an app that
//! no buildpack builds.

use super::facts::Facts;
use super::runtimes::Wanted;
use slugsmith_facts::formats::dockerfile::{self, Instruction};
use slugsmith_facts::process::container;
use slugsmith_finding::LineSpan;

/// Official images by the runtime that they bring.
const IMAGES: &[(&str, &str)] = &[
    ("node", "node"),
    ("python", "python"),
    ("ruby", "ruby"),
    ("php", "php"),
    ("golang", "go"),
    ("openjdk", "java"),
    ("eclipse-temurin", "java"),
    ("amazoncorretto", "java"),
];

/// What the last stage of each Dockerfile starts from, which is what the dynos run.
pub(super) fn wanted(facts: &Facts<'_>) -> Vec<Wanted> {
    let listed = facts
        .sources
        .text("heroku.yml")
        .map_or_else(Vec::new, container::dockerfiles);
    let mut found: Vec<Wanted> = Vec::new();
    for path in listed {
        let image = facts.sources.text(&path);
        let image = image.and_then(|text| last_image(&dockerfile::read(text)));
        let wish = image.and_then(|(image, line)| {
            let (name, tag) = image.rsplit_once(':')?;
            let name = name.rsplit('/').next().unwrap_or(name);
            let (_, runtime) = IMAGES.iter().find(|(known, _)| *known == name)?;
            let version = tag.split('-').next().unwrap_or(tag);
            version
                .starts_with(|first: char| first.is_ascii_digit())
                .then(|| Wanted {
                    runtime,
                    range: version.to_owned(),
                    path: path.clone(),
                    line,
                })
        });
        found.extend(wish.filter(|wish| !found.iter().any(|other| other.path == wish.path)));
    }
    found
}

/// The image of the last stage with its line; `None` where an argument of the build names it.
pub(super) fn last_image(instructions: &[Instruction]) -> Option<(String, LineSpan)> {
    let last = dockerfile::stages(instructions).pop()?;
    (!last.image.contains('$')).then_some((last.image, last.line))
}
