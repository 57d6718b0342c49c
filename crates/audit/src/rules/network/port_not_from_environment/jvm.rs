//! The port and the host of Ktor, Quarkus and Micronaut, which their settings have to take from the platform.

use super::is_loopback;
use crate::registry::Evidence;
use crate::{Declared, Facts};
use slugsmith_ecosystems::java;
use slugsmith_facts::formats::{self, hocon};
use slugsmith_facts::lines::line_of;
use slugsmith_finding::LineSpan;

/// A framework that serves on a port of its settings.
struct Framework {
    name: &'static str,
    /// What the build files call its server.
    library: &'static str,
    /// Files of settings, below any `src/main/resources/`.
    files: &'static [&'static str],
    port: &'static str,
    host: &'static str,
    /// The variable that it reads by itself; empty for none.
    variable: &'static str,
    /// What a build file names where it listens on 8080 although no setting says so; empty where it doesn't.
    servers: &'static [&'static str],
}

const FRAMEWORKS: &[Framework] = &[
    Framework {
        name: "Ktor",
        library: "ktor",
        files: &["application.conf", "application.yaml", "application.yml"],
        port: "ktor.deployment.port",
        host: "ktor.deployment.host",
        variable: "",
        servers: &[],
    },
    Framework {
        name: "Quarkus",
        library: "io.quarkus",
        files: &[
            "application.properties",
            "application.yaml",
            "application.yml",
        ],
        port: "quarkus.http.port",
        host: "quarkus.http.host",
        variable: "QUARKUS_HTTP_PORT",
        servers: &["quarkus-rest", "quarkus-vertx-http", "quarkus-undertow"],
    },
    Framework {
        name: "Micronaut",
        library: "io.micronaut",
        files: &[
            "application.yml",
            "application.yaml",
            "application.properties",
        ],
        port: "micronaut.server.port",
        host: "micronaut.server.host",
        variable: "MICRONAUT_SERVER_PORT",
        servers: &["micronaut-http-server", "runtime(\"netty\")"],
    },
];

/// A setting with its place.
struct Setting {
    name: String,
    path: String,
    line: LineSpan,
    value: String,
}

pub(super) fn check(facts: &Facts<'_>) -> Vec<Evidence> {
    let Some(web) = facts.process("web") else {
        return Vec::new();
    };
    let Some(framework) = FRAMEWORKS
        .iter()
        .find(|one| is_built_with(facts, &[one.library]))
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    // A server that code starts has no settings.
    let by_code = embedded(facts);
    let host = match &by_code {
        Some(server) => server.host.as_ref().map(|host| server.with("host", host)),
        None => setting(facts, framework, framework.host),
    };
    found.extend(host.filter(|host| is_loopback(&host.value)).map(|host| {
        let message = format!(
            "`{}` is {}: only this dyno reaches the server, never the router.",
            host.name, host.value
        );
        Evidence::line(&host.path, host.line, message).help(format!("{}: 0.0.0.0", host.name))
    }));
    let variable = framework.variable;
    if web.mentions(&["PORT"])
        || reads_port(facts)
        || !variable.is_empty() && facts.declared(variable) != Declared::No
        || ["JAVA_OPTS", "JAVA_TOOL_OPTIONS"]
            .iter()
            .any(|name| facts.declared(name).value().is_some())
    {
        return found;
    }
    let help = format!("{}: ${{PORT:8080}}", framework.port);
    let help = if framework.name == "Ktor" {
        "ktor.deployment.port = ${?PORT}".to_owned()
    } else {
        help
    };
    let effect =
        "the router sends requests to $PORT, and the dyno is stopped after 60 seconds (R10).";
    let port = match &by_code {
        Some(server) => server.port.as_ref().map(|port| server.with("port", port)),
        None => setting(facts, framework, framework.port),
    };
    if let Some(port) = port {
        let fixed = port.value.parse::<u16>().is_ok();
        let message = format!("`{}` is a fixed number: {effect}", port.name);
        found.extend(fixed.then(|| Evidence::line(&port.path, port.line, message).help(help)));
    } else if is_built_with(facts, framework.servers) {
        let message = format!(
            "{} listens on 8080, since nothing hands it PORT: {effect}",
            framework.name
        );
        let command = &web.command;
        let told = Evidence::line("Procfile", command.line, message);
        let starts = ["java", "build/", "target/"]
            .iter()
            .any(|part| command.text.contains(part));
        found.extend((command.path == "Procfile" && starts).then(|| told.help(help)));
    }
    found
}

/// Whether a build file names one of these.
fn is_built_with(facts: &Facts<'_>, names: &[&str]) -> bool {
    const FILES: &[&str] = &[java::BUILD_GRADLE, java::BUILD_GRADLE_KTS, java::POM];
    let mut files = FILES.iter().filter_map(|file| facts.sources.text(file));
    files.any(|text| names.iter().any(|name| text.contains(name)))
}

/// A server that code of Kotlin starts: `embeddedServer(Netty, port = 8080, host = "127.0.0.1")`.
struct Embedded {
    path: String,
    line: LineSpan,
    port: Option<String>,
    host: Option<String>,
}

impl Embedded {
    fn with(&self, name: &str, value: &str) -> Setting {
        Setting {
            name: format!("{name} of embeddedServer"),
            path: self.path.clone(),
            line: self.line,
            value: value.to_owned(),
        }
    }
}

fn embedded(facts: &Facts<'_>) -> Option<Embedded> {
    const START: &str = "embeddedServer(";
    let is_code = |path: &str| path.ends_with(".kt") && path.contains("src/main/");
    let mut texts = facts.sources.texts.iter().filter(|(path, _)| is_code(path));
    texts.find_map(|(path, text)| {
        let (_, behind) = text.split_once(START)?;
        // Up to the block or the call that follows.
        let given = behind.split(['{', ')']).next().unwrap_or_default();
        let value = |name: &str| {
            let (_, value) = given.split_once(&format!("{name} = "))?;
            Some(
                value
                    .split([',', '\n'])
                    .next()?
                    .trim()
                    .trim_matches('"')
                    .to_owned(),
            )
        };
        Some(Embedded {
            path: path.clone(),
            line: line_of(text, START),
            port: value("port"),
            host: value("host"),
        })
    })
}

/// Whether code or settings read `PORT` at all.
fn reads_port(facts: &Facts<'_>) -> bool {
    let of_app = |path: &str| path.contains("src/main/") && !path.contains("src/test/");
    let mut texts = facts.sources.texts.iter().filter(|(path, _)| of_app(path));
    let by_text = texts.any(|(_, text)| text.contains("PORT"));
    by_text
        || facts.sources.files.iter().any(|code| {
            let mut reads = code.reads.iter();
            reads.any(|read| read.name == "*" || read.name.ends_with("PORT"))
        })
}

/// What the settings give a key.
fn setting(facts: &Facts<'_>, framework: &Framework, key: &str) -> Option<Setting> {
    let is_file = |path: &str| {
        let (folder, name) = path.rsplit_once('/').unwrap_or_default();
        framework.files.contains(&name) && folder.ends_with("src/main/resources")
    };
    let mut files = facts.sources.texts.iter().filter(|(path, _)| is_file(path));
    files.find_map(|(path, text)| {
        let (line, value) = if path.ends_with(".conf") {
            hocon::value(text, key)?
        } else {
            let entries = formats::entries(path, text);
            let entry = formats::entry(&entries, key)?;
            (entry.line, entry.value.clone())
        };
        let (name, path) = (key.to_owned(), path.clone());
        Some(Setting {
            name,
            path,
            line,
            value,
        })
    })
}
