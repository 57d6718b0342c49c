//! Images that are a server, which listens where it always does: `php:8.3-apache`, `nginx`.

use crate::images;
use crate::rules::prelude::*;
use slugsmith_facts::formats::dockerfile::{self, Instruction};
use slugsmith_facts::lines::has_word;
use slugsmith_facts::process::container;

/// An official image that is a server.
struct Server {
    image: &'static str,
    /// What its tag has, where only some variants are one.
    variant: &'static str,
    programs: &'static [&'static str],
    /// Where it listens (the image's page at Docker Hub).
    port: u16,
}

const SERVERS: &[Server] = &[
    Server {
        image: "php",
        variant: "apache",
        programs: &["apache2-foreground", "apache2ctl", "apachectl"],
        port: 80,
    },
    Server {
        image: "httpd",
        variant: "",
        programs: &["httpd-foreground", "httpd"],
        port: 80,
    },
    Server {
        image: "nginx",
        variant: "",
        programs: &["nginx"],
        port: 80,
    },
    Server {
        image: "tomcat",
        variant: "",
        programs: &["catalina.sh"],
        port: 8080,
    },
];

/// The image of heroku.yml whose server nothing tells the platform's port.
pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    let listed = container::dockerfiles(facts.sources.text("heroku.yml")?);
    listed.iter().find_map(|path| of_image(facts, path))
}

fn of_image(facts: &Facts<'_>, path: &str) -> Option<Evidence> {
    let text = facts.sources.text(path)?;
    let instructions = dockerfile::read(text);
    let (image, from) = images::last_image(&instructions)?;
    let whole = image.rsplit('/').next().unwrap_or(&image);
    let (name, tag) = whole.split_once(':').unwrap_or((whole, ""));
    let server = SERVERS
        .iter()
        .find(|server| server.image == name && tag.contains(server.variant))?;
    if takes_port(facts, path, &instructions) {
        return None;
    }
    let last = instructions.rsplit(|one| one.keyword == "FROM").next()?;
    let sets = |keyword: &str| last.iter().any(|one| one.keyword == keyword);
    // What a script of the app's own does before is not known.
    if sets("ENTRYPOINT") {
        return None;
    }
    let (path, line) = match facts.process("web") {
        Some(web) => {
            let mut commands = web.commands.iter();
            let command = commands.find(|one| server.programs.contains(&one.program()))?;
            (command.path.as_str(), command.line)
        }
        None if sets("CMD") => return None,
        None => (path, from),
    };
    let message = format!(
        "The image `{image}` listens on port {}, and nothing tells it another; the router sends requests to $PORT.",
        server.port
    );
    Some(Evidence::line(path, line, message).help(server.help()))
}

impl Server {
    fn help(&self) -> &'static str {
        match self.image {
            "php" => {
                "heroku.yml: web: sed -i \"s/80/$PORT/g\" /etc/apache2/ports.conf \
                 /etc/apache2/sites-enabled/*.conf && apache2-foreground"
            }
            "nginx" => {
                "Put the settings below /etc/nginx/templates/ as default.conf.template with `listen ${PORT};`: the \
                 image fills them in."
            }
            "httpd" => {
                "heroku.yml: web: httpd-foreground -c \"Listen $PORT\", without `Listen 80` in httpd.conf"
            }
            _ => "Replace 8080 by $PORT in conf/server.xml before it starts.",
        }
    }
}

/// Whether the command, the Dockerfile, or a script or template that it copies speaks of a port that is given.
fn takes_port(facts: &Facts<'_>, dockerfile: &str, instructions: &[Instruction]) -> bool {
    const ENDINGS: &[&str] = &[".conf", ".sh", ".template", ".tmpl", ".tpl", ".erb", ".xml"];
    let web = facts.process("web");
    let by_command = web.is_some_and(|web| web.mentions(&["PORT"]));
    let copies: Vec<(&String, &[String])> = instructions
        .iter()
        .filter(|one| matches!(one.keyword.as_str(), "COPY" | "ADD"))
        .filter_map(|one| one.words.split_last())
        .collect();
    let copied = |path: &str| {
        copies
            .iter()
            .flat_map(|(_, sources)| *sources)
            .any(|source| {
                let source = source.trim_start_matches("./").trim_end_matches('/');
                let rest = path.strip_prefix(source);
                matches!(source, "" | ".")
                    || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
    };
    // Settings that can't be read here may say anything.
    let unread = copies.iter().any(|(to, sources)| {
        let of_server = to.starts_with("/etc/") || to.contains("/conf");
        let is_known = |source: &String| {
            let source = source.trim_start_matches("./");
            facts.sources.text(source).is_some()
        };
        of_server && !sources.iter().all(is_known)
    });
    by_command
        || unread
        || facts.sources.texts.iter().any(|(path, text)| {
            let may = ENDINGS.iter().any(|ending| path.ends_with(ending)) && copied(path);
            (path == dockerfile || may) && has_word(text, "PORT")
        })
}
