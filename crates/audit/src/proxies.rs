//! Does a process start a proxy that listens for the router in front of the app?

use super::Facts;
use slugsmith_facts::command::Command;
use slugsmith_facts::formats::server;
use slugsmith_facts::process::Runs;

const PROXIES: &[&str] = &[
    "nginx",
    "openresty",
    "caddy",
    "haproxy",
    "httpd",
    "apache2",
    "traefik",
    "envoy",
];

/// Whether a command starts a proxy, by itself or around another command (`bin/start-nginx puma`).
pub(super) fn starts_one(command: &Command) -> bool {
    let is_one = |program: &str| {
        let name = program.rsplit('/').next().unwrap_or(program);
        PROXIES.contains(&name) || name.starts_with("start-nginx")
    };
    is_one(command.program()) || command.wrappers.iter().any(|wrapper| is_one(wrapper))
}

/// Whether a process starts a proxy of which the settings in the app take the platform's port.
pub(super) fn listen_for(facts: &Facts<'_>, process: &Runs) -> bool {
    let is_settings = |path: &str| {
        let lower = path.to_ascii_lowercase();
        let name = lower.rsplit('/').next().unwrap_or(&lower);
        PROXIES.iter().any(|proxy| lower.contains(proxy)) && !has_ending(name, "sh")
            || name.starts_with("caddyfile")
    };
    process.commands.iter().any(starts_one)
        && facts
            .sources
            .texts
            .iter()
            .any(|(path, text)| is_settings(path) && server::takes_port(text))
}

fn has_ending(name: &str, ending: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, found)| found == ending)
}
