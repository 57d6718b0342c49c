//! Uploads to disk in Laravel: its local and public disks.

use super::local;
use crate::Facts;
use crate::guards::{self, Settled, calls_to, settle};
use crate::registry::Evidence;
use slugsmith_facts::code::Language;
use slugsmith_facts::packages::Ecosystem;

pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    facts
        .packages
        .wants(Ecosystem::Composer, "laravel/framework")?;
    let disk = default_disk(facts);
    let site = calls_to(facts, Language::Php, |site| {
        let call = site.call;
        let stores = matches!(call.method(), "store" | "storeAs" | "storePublicly")
            && is_upload(call.receiver());
        let puts = matches!(
            call.callee.as_str(),
            "Storage.put" | "Storage.putFile" | "Storage.putFileAs"
        );
        let named = call.callee.contains("Storage.disk()")
            && matches!(call.method(), "put" | "putFile" | "putFileAs");
        let file_put = call.callee == "File.put"
            && call.arguments.iter().any(|argument| {
                argument.value.any(|value| {
                    value
                        .callee()
                        .is_some_and(|callee| matches!(callee, "public_path" | "storage_path"))
                })
            });
        (stores || puts || named || file_put) && !guards::is_maintenance(facts, &site.code.path)
    })
    .find_map(|site| {
        let explicit = site.call.arguments.iter().rev().find_map(|argument| {
            argument
                .value
                .text()
                .filter(|text| matches!(*text, "public" | "local" | "s3"))
        });
        let always = site.call.callee == "File.put" || matches!(explicit, Some("public" | "local"));
        if explicit == Some("s3") || site.call.callee.contains("disk()") {
            return None;
        }
        match &disk {
            Disk::Other if !always => None,
            Disk::Unless if !always => Some((site, true)),
            _ => Some((site, false)),
        }
    });
    let (site, conditional) = site?;
    Some(
        local(site, &format!("`{}` on a local disk", site.call.callee))
            .conditional(conditional)
            .help(
                "composer require league/flysystem-aws-s3-v3; heroku addons:create bucketeer; \
                heroku config:set FILESYSTEM_DISK=s3",
            ),
    )
}

fn is_upload(receiver: &str) -> bool {
    receiver.contains("file()")
        || receiver.contains("file(")
        || receiver.ends_with("file")
        || receiver.ends_with("image")
        || receiver.ends_with("avatar")
        || receiver.contains("File")
}

enum Disk {
    Local,
    Unless,
    Other,
}

fn default_disk(facts: &Facts<'_>) -> Disk {
    let Some(code) = facts
        .code(Language::Php)
        .find(|code| code.path == "config/filesystems.php")
    else {
        return Disk::Unless;
    };
    let value = code
        .assignments
        .iter()
        .find(|assignment| assignment.target == "return")
        .and_then(|assignment| assignment.value.key("default"));
    let is_local = |text: &str| matches!(text, "local" | "public");
    match value.map(|value| settle(facts, code, value)) {
        Some(Settled::Fixed(value)) if value.text().is_some_and(is_local) => Disk::Local,
        Some(Settled::Given(value)) if is_local(&value) => Disk::Local,
        Some(Settled::Unless { fallback, .. }) if fallback.text().is_some_and(is_local) => {
            Disk::Unless
        }
        _ => Disk::Other,
    }
}
