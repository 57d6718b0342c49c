//! Spring's datasource in H2, HSQL, Derby or `SQLite`, with no other driver that the buildpack's
//! datasource would use.

use super::at;
use crate::registry::Evidence;
use crate::{Facts, spring};
use slugsmith_facts::packages::Ecosystem;
use slugsmith_finding::LineSpan;

/// Databases of which an address says that they are a file.
pub(super) const FILES: &[&str] = &[
    "jdbc:h2:file:",
    "jdbc:h2:./",
    "jdbc:h2:~",
    "jdbc:hsqldb:file:",
    "jdbc:derby:",
    "jdbc:sqlite:",
];
/// And those that live in the process.
pub(super) const MEMORY: &[&str] = &["jdbc:h2:mem:", "jdbc:hsqldb:mem:", "jdbc:sqlite::memory:"];

pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    let driver = spring::wants_any(facts, spring::SERVER_DRIVERS);
    // Heroku's own database is Postgres: a driver for another one alone is no sign of an add-on that sets the address.
    let postgres = spring::wants_any(facts, &["postgresql"]);
    if postgres || facts.has_addon(&["heroku-postgresql", "jawsdb", "cleardb"]) {
        return None;
    }
    let files = spring::files(facts);
    let Some((file, entry)) = spring::set(files, "spring.datasource.url") else {
        return if driver { None } else { embedded(facts) };
    };
    let (address, is_default) = spring::settled(entry, facts)?;
    let starts = |marks: &[&str]| marks.iter().any(|mark| address.starts_with(mark));
    // A profile is chosen by a variable, too.
    let by_profile = file
        .path
        .rsplit('/')
        .next()
        .is_some_and(|name| name.contains('-'));
    let found = if starts(MEMORY) && !driver {
        in_memory(
            &file.path,
            entry.line,
            &format!("`{}`", address.split(';').next().unwrap_or(address)),
        )
    } else if starts(FILES) {
        at(&file.path, entry.line, "The datasource")
    } else {
        return None;
    };
    Some(found.conditional(is_default || by_profile || driver))
}

/// Without an address Spring Boot makes a database in memory, if its driver is the only one.
fn embedded(facts: &Facts<'_>) -> Option<Evidence> {
    let starters = [
        "spring-boot-starter-data-jpa",
        "spring-boot-starter-jdbc",
        "spring-boot-starter-data-jdbc",
    ];
    facts.packages.wants_any(Ecosystem::Maven, &starters)?;
    let driver = facts
        .packages
        .wants_any(Ecosystem::Maven, &["h2", "hsqldb", "derby"])?;
    let other = facts.sources.texts.iter().any(|(path, text)| {
        path.contains("src/main/resources/")
            && (text.contains("datasource.url") || text.contains("jdbc:"))
    }) || facts.speaks(slugsmith_facts::code::Language::Java)
        && facts
            .calls()
            .any(|site| site.call.callee.contains("DataSource"));
    (!other).then(|| {
        in_memory(
            &driver.path,
            driver.line,
            &format!("Without an address, {}", driver.name),
        )
    })
}

pub(super) fn in_memory(path: &str, line: LineSpan, what: &str) -> Evidence {
    let message = format!(
        "{what} keeps the database in the memory of the process: all data is lost at each restart, \
         at least once a day, and each dyno has its own."
    );
    Evidence::line(path, line, message).help(
        "heroku addons:create heroku-postgresql:essential-0, and the driver org.postgresql:postgresql: \
         the buildpack sets SPRING_DATASOURCE_URL",
    )
}
