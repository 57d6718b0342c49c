//! Symfony's bundles that keep uploads where their settings say: Vich's mappings and Flysystem's local adapter.

use crate::rules::prelude::*;
use crate::symfony::settings;
use serde_yaml_ng::Value;

pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    vich(facts).or_else(|| flysystem(facts))
}

/// A mapping that an entity uses and whose files go to a folder of the app.
fn vich(facts: &Facts<'_>) -> Option<Evidence> {
    facts
        .packages
        .wants(Ecosystem::Composer, "vich/uploader-bundle")?;
    let used = facts.code(Language::Php).any(|code| {
        let mut imports = code.imports.iter();
        imports.any(|import| import.module.starts_with("Vich.UploaderBundle"))
    });
    let found: Vec<_> = settings(facts)
        .filter_map(|(path, yaml)| Some((path, yaml.get("vich_uploader")?.clone())))
        .collect();
    // `storage: flysystem` sends them elsewhere, in whichever file it stands.
    let elsewhere = found.iter().any(|(_, vich)| {
        let storage = vich.get("storage").and_then(Value::as_str);
        storage.is_some_and(|storage| !storage.contains("file_system"))
    });
    let (path, name) = found.iter().find_map(|(path, vich)| {
        let mappings = vich.get("mappings")?.as_mapping()?;
        let local = mappings.iter().find(|(_, mapping)| {
            let to = mapping.get("upload_destination").and_then(Value::as_str);
            to.is_some_and(|to| to.contains("kernel.") || to.starts_with('/'))
        })?;
        Some((*path, local.0.as_str()?.to_owned()))
    })?;
    let line = facts.line(path, "upload_destination").unwrap_or_default();
    let message = format!(
        "Vich's mapping `{name}` keeps uploads on the dyno's disk: they are gone at the next restart, and other \
         dynos never see them."
    );
    (used && !elsewhere).then(|| {
        Evidence::line(path, line, message).help(
            "composer require league/flysystem-bundle league/flysystem-aws-s3-v3; vich_uploader: { storage: \
             flysystem }; heroku addons:create bucketeer",
        )
    })
}

/// A storage with the local adapter that code writes to.
fn flysystem(facts: &Facts<'_>) -> Option<Evidence> {
    let packages = ["league/flysystem-bundle", "oneup/flysystem-bundle"];
    facts.packages.wants_any(Ecosystem::Composer, &packages)?;
    let writes = facts.code(Language::Php).any(|code| {
        let mut imports = code.imports.iter();
        let typed = imports.any(|import| import.module.contains("Flysystem"));
        let mut calls = code.calls.iter();
        typed && calls.any(|call| matches!(call.method(), "write" | "writeStream" | "putStream"))
    });
    let path = settings(facts).find_map(|(path, yaml)| {
        let storages = yaml.get("flysystem").and_then(|part| part.get("storages"));
        let adapters = yaml
            .get("oneup_flysystem")
            .and_then(|part| part.get("adapters"));
        let is_local = |(_, one): (&Value, &Value)| {
            one.get("adapter").and_then(Value::as_str) == Some("local")
                || one.get("local").is_some()
        };
        let all = storages.or(adapters)?.as_mapping()?;
        all.iter().any(is_local).then_some(path)
    })?;
    let line = facts.line(path, "local").unwrap_or_default();
    writes.then(|| {
        Evidence::line(
            path,
            line,
            "Flysystem's local adapter keeps what the app writes on the dyno's disk: it is gone at the next restart, \
             and other dynos never see it.",
        )
        .help("composer require league/flysystem-aws-s3-v3; adapter: 'aws'; heroku addons:create bucketeer")
    })
}
