//! Which version of its language does the image of a container bring? For the rules about versions of an app that
//! no buildpack builds.

use super::facts::Facts;
use super::runtimes::Wanted;
use slugsmith_facts::process::container;

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
        let image = facts.sources.text(&path).and_then(last_image);
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
                    line: line.into(),
                })
        });
        found.extend(wish.filter(|wish| !found.iter().any(|other| other.path == wish.path)));
    }
    found
}

/// The image of the last stage with its line, through the names of earlier stages; `None` where an argument of the
/// build names it.
fn last_image(dockerfile: &str) -> Option<(String, u32)> {
    let mut stages: Vec<(Option<String>, String, u32)> = Vec::new();
    for (line, number) in dockerfile.lines().zip(1..) {
        let mut words = line
            .split_whitespace()
            .filter(|word| !word.starts_with("--"));
        if !words
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("from"))
        {
            continue;
        }
        let image = words.next()?.to_owned();
        let earlier = stages
            .iter()
            .find(|(name, ..)| name.as_deref() == Some(image.as_str()));
        let (base, at) =
            earlier.map_or((image.clone(), number), |(_, base, at)| (base.clone(), *at));
        let is_named = words
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("as"));
        stages.push((
            words.next().filter(|_| is_named).map(str::to_owned),
            base,
            at,
        ));
    }
    let (_, image, line) = stages.pop()?;
    (!image.contains('$')).then_some((image, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_stage_runs_and_may_be_an_earlier_one() {
        let text = "FROM golang:1.12 AS build\nRUN make\nFROM --platform=linux/amd64 node:12.12.0-alpine\n";
        assert_eq!(
            last_image(text),
            Some(("node:12.12.0-alpine".to_owned(), 3))
        );
        let text = "FROM python:3.7 as base\nFROM node:24 as assets\nfrom base\n";
        assert_eq!(last_image(text), Some(("python:3.7".to_owned(), 1)));
        assert_eq!(last_image("ARG V=3\nFROM python:$V\n"), None);
        assert_eq!(last_image("RUN true\n"), None);
    }
}
