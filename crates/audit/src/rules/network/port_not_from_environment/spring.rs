//! The port of Spring Boot, which properties or the command have to hand over.

use crate::registry::Evidence;
use crate::{Declared, Facts, spring};
use slugsmith_facts::packages::Ecosystem;

/// Spring Boot listens on 8080 unless its properties or the command say `PORT`.
pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    facts.packages.wants_any(
        Ecosystem::Maven,
        &["spring-boot-starter-web", "spring-boot-starter-webflux"],
    )?;
    let web = facts.process("web")?;
    let java = web.commands.iter().find(|command| {
        command
            .words()
            .first()
            .is_some_and(|word| *word == "java" || word.ends_with("/java"))
    })?;
    if reads_port(facts)
        || web.mentions(&["PORT"])
        || facts.declared("SERVER_PORT") != Declared::No
        || facts.declared("JAVA_OPTS") != Declared::No
            && facts.app_json(&["env", "JAVA_OPTS"]).is_some()
    {
        return None;
    }
    let files = spring::files(facts);
    let evidence = match spring::set(files, "server.port") {
        // Another variable decides, which may have the platform's value.
        Some((_, entry))
            if spring::variable(&entry.value)
                .is_some_and(|name| facts.declared(name) != Declared::No) =>
        {
            return None;
        }
        Some((file, entry)) => {
            let what = match spring::variable(&entry.value) {
                Some(name) => {
                    format!("server.port comes from {name}, which the platform does not set")
                }
                None => "server.port is a fixed number".to_owned(),
            };
            Evidence::line(
                &file.path,
                entry.line,
                format!(
                    "{what}: the router sends requests to $PORT, and the dyno is stopped after 60 \
                     seconds (R10)."
                ),
            )
        }
        None => Evidence::line(
            &java.path,
            java.line,
            "Spring Boot listens on 8080, since nothing hands it PORT: the dyno is stopped after \
             60 seconds (R10).",
        ),
    };
    Some(
        evidence.help(
            "application.properties: server.port=${PORT:8080}   or: java -Dserver.port=$PORT …",
        ),
    )
}

/// Spring Boot takes the port from properties.
pub(super) fn reads_port(facts: &Facts<'_>) -> bool {
    facts
        .sources
        .texts
        .iter()
        .any(|(path, text)| path.contains("application") && text.contains("${PORT"))
}
