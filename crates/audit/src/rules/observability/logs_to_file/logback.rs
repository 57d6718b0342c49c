//! Logback: loggers of production whose lines only go to a file.

use crate::Facts;
use crate::registry::Evidence;
use crate::spring;

/// A `<logger>` or `<root>` that is being read.
#[derive(Default)]
struct Logger<'a> {
    /// Whether its lines go to its own appenders alone.
    alone: bool,
    appenders: Vec<(&'a str, u32)>,
}

pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    let (path, text) = facts.sources.texts.iter().find(|(path, _)| {
        let name = path.rsplit('/').next().unwrap_or(path);
        path.contains("src/main/resources/")
            && matches!(name, "logback.xml" | "logback-spring.xml")
            && spring::is_served(facts, path)
    })?;
    let active = spring::profiles(facts);
    // Spring Boot's own includes have appenders of these names; base.xml's root has the console.
    let base = text.contains("logging/logback/base.xml");
    let mut files: Vec<&str> = Vec::new();
    if base || text.contains("logging/logback/file-appender.xml") {
        files.push("FILE");
    }
    let mut applies = true;
    let mut logger: Option<Logger<'_>> = None;
    for (tag, number) in tags(text) {
        let attribute = |name: &str| {
            let (_, rest) = tag.split_once(&format!("{name}=\""))?;
            rest.split('"').next()
        };
        let name = tag
            .split([' ', '/', '\n', '\r', '\t'])
            .next()
            .unwrap_or_default();
        match name {
            "springProfile" => {
                applies = spring::is_active(attribute("name").unwrap_or_default(), &active);
            }
            "appender" if tag.contains("FileAppender") => files.extend(attribute("name")),
            "logger" | "root" if !tag.ends_with('/') => {
                let alone = attribute("additivity") == Some("false") || name == "root" && !base;
                logger = Some(Logger {
                    alone: alone && applies,
                    appenders: Vec::new(),
                });
            }
            "appender-ref" => {
                if let (Some(logger), Some(appender)) = (&mut logger, attribute("ref")) {
                    logger.appenders.push((appender, number));
                }
            }
            _ if tag.starts_with("/springProfile") => applies = true,
            _ if tag.starts_with("/logger") || tag.starts_with("/root") => {
                let ended = logger.take().unwrap_or_default();
                let in_file = ended.appenders.iter().all(|(one, _)| files.contains(one));
                let first = ended.appenders.first().filter(|_| ended.alone && in_file);
                if let Some((_, line)) = first {
                    let message = "Logback writes this logger's lines to a file on the dyno alone: the log \
                                   stream never sees them, and a restart deletes them.";
                    let found = Evidence::line(path, *line, message);
                    return Some(found.help("<appender-ref ref=\"CONSOLE\"/>"));
                }
            }
            _ => {}
        }
    }
    None
}

/// The tags of an XML text without its comments, each with its line.
fn tags(text: &str) -> impl Iterator<Item = (&str, u32)> {
    let mut rest = text;
    let mut line = 1_u32;
    std::iter::from_fn(move || {
        loop {
            let at = rest.find('<')?;
            line += lines(&rest[..at]);
            let comment = rest[at..].starts_with("<!--");
            let end = if comment { "-->" } else { ">" };
            let length = rest[at..].find(end)?;
            let tag = &rest[at + 1..at + length];
            let begins = line;
            line += lines(tag);
            rest = &rest[at + length + end.len()..];
            if !comment {
                return Some((tag, begins));
            }
        }
    })
}

fn lines(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(0)
}
