//! Which Spring Boot does the build file ask for: the parent of Maven, the plugin of Gradle?

use super::Facts;

/// File, line and text of the version of Spring Boot.
pub(super) fn version(facts: &Facts<'_>) -> Option<(&'static str, u32, String)> {
    for (path, mark, before, after) in [
        ("pom.xml", "spring-boot-starter-parent", "<version>", '<'),
        (
            "build.gradle",
            "org.springframework.boot",
            "version '",
            '\'',
        ),
        (
            "build.gradle",
            "org.springframework.boot",
            "version \"",
            '"',
        ),
        (
            "build.gradle.kts",
            "org.springframework.boot",
            "version \"",
            '"',
        ),
    ] {
        let Some((_, rest)) = facts
            .sources
            .text(path)
            .and_then(|text| text.split_once(mark))
        else {
            continue;
        };
        // Gradle's version stands on the plugin's own line.
        let rest = if path == "pom.xml" {
            rest
        } else {
            rest.lines().next().unwrap_or_default()
        };
        let version = rest
            .split_once(before)
            .and_then(|(_, rest)| rest.split(after).next());
        if let Some(version) =
            version.filter(|version| version.starts_with(|c: char| c.is_ascii_digit()))
        {
            return Some((
                path,
                facts.line(path, mark).unwrap_or(0),
                version.to_owned(),
            ));
        }
    }
    None
}
