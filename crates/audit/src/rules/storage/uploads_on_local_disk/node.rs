//! Uploads to disk in Node: multer, formidable, express-fileupload.

use super::local;
use crate::guards::{Branch, branch, calls_to};
use crate::received::PARSERS;
use crate::registry::Evidence;
use crate::sent_on::is_parsed_for_store;
use crate::{Declared, Facts, Site, paths};
use slugsmith_facts::code::Language;
use slugsmith_facts::packages::Ecosystem;

pub(super) fn sites(facts: &Facts<'_>) -> Vec<Evidence> {
    let found = received(facts);
    if found.is_empty() {
        moved(facts).into_iter().collect()
    } else {
        found
    }
}

/// A file that is put among the uploads: `fs.copyFile(temporary, path.join(uploads, name))`.
fn moved(facts: &Facts<'_>) -> Option<Evidence> {
    if !facts.packages.has_any(Ecosystem::Npm, PARSERS) {
        return None;
    }
    let site = calls_to(facts, Language::JavaScript, |site| {
        let target = match site.call.method() {
            "copyFile" | "copyFileSync" | "rename" | "renameSync" | "move" | "moveSync" => {
                site.call.positional(1)
            }
            "writeFile" | "writeFileSync" | "createWriteStream" => site.call.positional(0),
            _ => None,
        };
        target.is_some_and(|target| paths::among_uploads(site, target))
    })
    .find(|site| !passed_on(*site))?;
    // Which provider a configuration chooses is not known.
    Some(
        local(site, &format!("`{}`", site.call.callee))
            .conditional(
                branch(site.code, site.call.scope) != Branch::Always
                    || chosen_by_name(facts, &site.code.path),
            )
            .help("Use S3: npm install @aws-sdk/client-s3; heroku addons:create bucketeer"),
    )
}

/// Whether the file is one of several that `require("./" + provider)` chooses from.
fn chosen_by_name(facts: &Facts<'_>, path: &str) -> bool {
    let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    facts.code(Language::JavaScript).any(|code| {
        code.computed_imports && code.path != path && folder(&code.path) == folder(path)
    })
}

fn received(facts: &Facts<'_>) -> Vec<Evidence> {
    let sites = calls_to(facts, Language::JavaScript, |site| {
        let call = site.call;
        match call.callee.as_str() {
            "multer" => call.named("dest").is_some(),
            "multer.diskStorage" | "diskStorage" => call.named("destination").is_some(),
            "formidable" | "formidable.formidable" | "formidable.IncomingForm" | "IncomingForm" => {
                call.named("uploadDir").is_some()
            }
            _ => call.method() == "mv" && site.code.imports("express-fileupload"),
        }
    });
    sites
        .filter(|site| !paths::goes_to_temp(*site) && !passed_on(*site))
        .filter(|site| !is_parsed_for_store(facts, folder(*site)))
        .filter_map(|site| {
            let conditional = match branch(site.code, site.call.scope) {
                Branch::Conditional(variable) if facts.declared(&variable) != Declared::No => {
                    return None;
                }
                Branch::Conditional(_) => true,
                _ => false,
            };
            Some(local(site, &describe(site)).conditional(conditional).help(
                "Use S3: npm install multer-s3 @aws-sdk/client-s3; heroku addons:create bucketeer",
            ))
        })
        .collect()
}

/// The folder that a parser is told, where it is written out.
fn folder(site: Site<'_>) -> Option<&str> {
    let keys = ["dest", "destination", "uploadDir"];
    keys.iter()
        .find_map(|key| site.code.resolve(site.call.named(key)?).text())
}

fn describe(site: Site<'_>) -> String {
    let target = ["dest", "destination", "uploadDir"]
        .iter()
        .find_map(|key| Some((*key, site.code.resolve(site.call.named(key)?).text()?)));
    match target {
        Some((key, text)) => format!("`{}({{ {key}: \"{text}\" }})`", site.call.callee),
        None => format!("`{}`", site.call.callee),
    }
}

/// The file sends what it received on and removes it: the disk is only a stopover.
fn passed_on(site: Site<'_>) -> bool {
    let removes = site.code.calls.iter().any(|call| {
        matches!(
            call.method(),
            "unlink" | "unlinkSync" | "rm" | "rmSync" | "remove" | "removeSync"
        )
    });
    let sends = site.code.calls.iter().any(|call| {
        matches!(
            call.method(),
            "upload"
                | "putObject"
                | "upload_stream"
                | "PutObjectCommand"
                | "uploadFile"
                | "createReadStream"
        )
    });
    removes && sends
}
