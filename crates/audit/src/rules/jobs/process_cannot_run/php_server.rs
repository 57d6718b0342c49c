//! Settings that PHP's buildpack takes into a server of its own, which a whole configuration does not fit into.
//!
//! `heroku-php-nginx -C FILE` includes the file inside `server { … }`, `heroku-php-apache2 -C FILE` inside
//! `<VirtualHost>` (heroku-buildpack-php `conf/nginx/heroku.conf.php`, `conf/apache2/heroku.conf`).

use crate::rules::prelude::*;
use slugsmith_facts::formats::server;

pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    let web = facts.process("web")?;
    web.commands.iter().find_map(|command| {
        let program = match command.program() {
            "heroku-php-nginx" => "nginx",
            "heroku-php-apache2" => "Apache",
            _ => return None,
        };
        let words = command.words();
        let path = words.iter().enumerate().find_map(|(at, word)| {
            let rest = word.strip_prefix("-C")?;
            if rest.is_empty() { words.get(at + 1).copied() } else { Some(rest) }
        })?;
        let path = command.in_app(path)?;
        let text = facts.sources.text(&path)?;
        let block = server::outer(text).into_iter().find(|block| {
            let first = block.name.split_whitespace().next().unwrap_or_default();
            match program {
                "nginx" => matches!(first, "server" | "http" | "events"),
                _ => first == "virtualhost",
            }
        })?;
        let around = if program == "nginx" { "server { … }" } else { "<VirtualHost>" };
        let name = block.name.split_whitespace().next().unwrap_or_default();
        let message = format!(
            "`{name}` stands in {path}, which {program} takes into its own {around}: it refuses that and does not \
             start."
        );
        let help = format!("Leave out `{name}` and its end, and keep what is inside.");
        Some(Evidence::line(&path, block.line, message).help(help))
    })
}
