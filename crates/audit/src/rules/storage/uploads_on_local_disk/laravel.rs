//! Uploads to disk in Laravel: its local and public disks.

use super::local;
use crate::called::is_dead;
use crate::guards::{self, Settled, calls_to, settle};
use crate::registry::Evidence;
use crate::required::is_demanded;
use crate::sent_on::is_sent_on;
use crate::{Declared, Facts, Site};
use slugsmith_facts::code::{Code, Expr, Language};
use slugsmith_facts::packages::Ecosystem;
use slugsmith_finding::LineSpan;

const SETTINGS: &str = "config/filesystems.php";

pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    facts
        .packages
        .wants(Ecosystem::Composer, "laravel/framework")?;
    let disk = default_disk(facts);
    let mut sites = calls_to(facts, Language::Php, |site| {
        stores(site)
            && !guards::is_maintenance(facts, &site.code.path)
            && !is_passed_on(site)
            && !is_dead(facts, site)
    })
    .filter_map(|site| {
        let explicit = named_disk(site);
        let always = site.call.callee == "File.put"
            || moves(site)
            || explicit.is_some_and(|name| is_local(facts, name) == Some(true));
        if !always && (explicit.is_some() || site.call.callee.contains("disk()")) {
            return None;
        }
        match &disk {
            Disk::Other if !always => None,
            Disk::Unless | Disk::UnlessOther(..) if !always => Some((site, true)),
            _ => Some((site, false)),
        }
    })
    .collect::<Vec<_>>();
    sites.extend(media_library(facts));
    // One cause, one finding: what holds whatever is set comes first.
    sites.sort_by_key(|(_, conditional)| *conditional);
    if let Disk::UnlessOther(variable, at) = &disk
        && sites.iter().all(|(_, conditional)| *conditional)
    {
        return by_setting(variable, *at, &sites);
    }
    let (first, rest) = sites.split_first()?;
    let (site, conditional) = *first;
    let mut places: Vec<String> = rest
        .iter()
        .map(|(other, _)| format!("{}:{}", other.code.path, other.call.line))
        .collect();
    places.dedup();
    let found = local(site, &format!("`{}` on a local disk", site.call.callee)).also(&places);
    Some(found.conditional(conditional).help(
        "composer require league/flysystem-aws-s3-v3; heroku addons:create bucketeer; \
         heroku config:set FILESYSTEM_DISK=s3",
    ))
}

/// What Spatie's media library is given goes to the disk of its configuration, which is `public`
/// where the app has none (its config/media-library.php).
fn media_library<'a>(facts: &'a Facts<'_>) -> Option<(Site<'a>, bool)> {
    let installed = facts
        .packages
        .version(Ecosystem::Composer, "spatie/laravel-medialibrary");
    installed.or_else(|| {
        let asked = facts
            .packages
            .wants(Ecosystem::Composer, "spatie/laravel-medialibrary");
        asked.map(|package| package.wanted.as_str())
    })?;
    let site = calls_to(facts, Language::Php, |site| {
        let call = site.call;
        let adds = matches!(
            call.method(),
            "addMedia" | "addMediaFromRequest" | "addMultipleMediaFromRequest" | "addMediaFromUrl"
        );
        let chosen = site.code.calls.iter().any(|other| {
            matches!(
                other.method(),
                "toMediaCollection" | "useDisk" | "toMediaLibrary"
            ) && (call.line.number()..=call.line.number() + 4).contains(&other.line.number())
                && (other.positional(1).is_some() || other.method() == "useDisk")
        });
        adds && !chosen && !guards::is_maintenance(facts, &site.code.path)
    })
    .next()?;
    // `$this->addMediaCollection('x')->useDisk('s3')` in a model decides for its collection.
    let by_model = guards::used(facts, Language::Php, |site| site.call.method() == "useDisk");
    let settings = facts.code(Language::Php).find(|code| {
        matches!(
            code.path.as_str(),
            "config/media-library.php" | "config/medialibrary.php"
        )
    });
    let Some(code) = settings else {
        let elsewhere = by_model || facts.declared("MEDIA_DISK") != Declared::No;
        return (!elsewhere).then_some((site, true));
    };
    let setting = code.assignments.iter().find(|one| one.target == "return")?;
    let conditional = match settle(facts, code, setting.value.key("disk_name")?) {
        Settled::Fixed(value)
            if value.text().and_then(|name| is_local(facts, name)) == Some(true) =>
        {
            false
        }
        Settled::Unless { fallback, .. }
            if fallback.text().and_then(|name| is_local(facts, name)) == Some(true) =>
        {
            true
        }
        _ => return None,
    };
    (!by_model).then_some((site, conditional))
}

/// `$file->move($folder, $name)`, and the same function hands that path to a store elsewhere.
fn is_passed_on(site: Site<'_>) -> bool {
    let pieces: Vec<_> = (0..2).filter_map(|at| site.call.positional(at)).collect();
    moves(site) && is_sent_on(site, &pieces)
}

/// Whether a call puts a file somewhere. `storeAs` is a method of uploads alone.
fn stores(site: Site<'_>) -> bool {
    let call = site.call;
    let upload = matches!(call.method(), "storeAs" | "storePubliclyAs")
        || matches!(call.method(), "store" | "storePublicly") && is_upload(call.receiver());
    let puts = matches!(call.method(), "put" | "putFile" | "putFileAs");
    let facade = puts && (call.receiver() == "Storage" || call.callee.contains("Storage.disk()"));
    let file_put = call.callee == "File.put"
        && call.arguments.iter().any(|argument| {
            argument.value.any(|value| {
                value
                    .callee()
                    .is_some_and(|callee| matches!(callee, "public_path" | "storage_path"))
            })
        });
    upload || facade || file_put || moves(site)
}

/// `$request->file('picture')->move(storage_path('…'), $name)`: past every disk.
fn moves(site: Site<'_>) -> bool {
    let call = site.call;
    let folder = call.positional(0).filter(|_| call.method() == "move");
    let in_app = folder.is_some_and(|folder| {
        site.code.resolve(folder).any(|value| {
            value.callee().is_some_and(|callee| {
                matches!(callee, "public_path" | "storage_path" | "base_path")
            })
        })
    });
    in_app && is_upload(call.receiver())
}

/// The disk that a call names: its last argument, `['disk' => …]`, or `Storage::disk(…)` before it.
fn named_disk(site: Site<'_>) -> Option<&str> {
    let call = site.call;
    if call.callee.contains("Storage.disk()") {
        let mut before = site.code.calls.iter();
        let chosen = before.find(|other| {
            other.callee == "Storage.disk"
                && (call.line.number().saturating_sub(2)..=call.line.number())
                    .contains(&other.line.number())
        })?;
        return chosen.positional(0).and_then(Expr::text);
    }
    if matches!(call.receiver(), "Storage" | "File") {
        return None;
    }
    let at = if call.method().ends_with("As") { 2 } else { 1 };
    let last = call.positional(at).map(|value| site.code.resolve(value))?;
    last.text().or_else(|| last.key("disk")?.text())
}

/// Whether the app's own configuration says that a disk is a folder; Laravel's two are.
fn is_local(facts: &Facts<'_>, name: &str) -> Option<bool> {
    let driver = crate::laravel::settings(facts, "filesystems").and_then(|setting| {
        let driver = setting.value.key("disks")?.key(name)?.key("driver")?;
        setting.code.resolve(driver).text()
    });
    match driver {
        Some(driver) => Some(driver == "local"),
        None => matches!(name, "public" | "local").then_some(true),
    }
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
    /// Unless this variable is set, which is not the one that names the disk, by the setting at this line.
    UnlessOther(String, LineSpan),
    Other,
}

/// The finding at the setting that falls back to a local disk, with the places that store uploads on it.
fn by_setting(variable: &str, at: LineSpan, sites: &[(Site<'_>, bool)]) -> Option<Evidence> {
    let (first, rest) = sites.split_first()?;
    let place = |(site, _): &(Site<'_>, bool)| format!("{}:{}", site.code.path, site.call.line);
    let mut also: Vec<String> = rest.iter().map(place).collect();
    also.dedup();
    let message = format!(
        "The default disk is local unless {variable} is set, which nothing declares, and {} stores uploads on it: they \
         are gone at the next restart, and other dynos never see them.",
        place(first)
    );
    Some(
        Evidence::line(SETTINGS, at, message)
            .also(&also)
            .conditional(true)
            .help(format!(
                "Declare {variable} in app.json (\"required\": true), or: heroku config:set FILESYSTEM_DISK=s3"
            )),
    )
}

/// `'default' => env('FILESYSTEM_DISK', env('CLOUDINARY_URL') ? 'cloudinary' : 'local')`, where nothing declares
/// either.
fn unless_other(facts: &Facts<'_>, code: &Code, settings: &Expr) -> Option<Disk> {
    let value = match settle(facts, code, settings.key("default")?) {
        Settled::Unless { fallback, .. } => fallback,
        _ => settings.key("default")?,
    };
    let Expr::Either(parts) = value else {
        return None;
    };
    let [
        Expr::Env {
            name,
            default: None,
        },
        chosen,
        otherwise,
    ] = parts.as_slice()
    else {
        return None;
    };
    let local = |value: &Expr| matches!(value.text(), Some("local" | "public"));
    let open = facts.declared(name) == Declared::No && !is_demanded(facts, name);
    (local(otherwise) && !local(chosen) && open).then(|| {
        let line = facts
            .line(SETTINGS, "'default' =>")
            .or_else(|| facts.line(SETTINGS, "\"default\" =>"));
        Disk::UnlessOther(name.clone(), line.unwrap_or_default())
    })
}

fn default_disk(facts: &Facts<'_>) -> Disk {
    if crate::laravel::file(facts, "filesystems").is_none() {
        return Disk::Unless;
    }
    let setting = crate::laravel::settings(facts, "filesystems");
    if let Some(found) =
        setting.and_then(|setting| unless_other(facts, setting.code, setting.value))
    {
        return found;
    }
    let (disk, conditional) = setting
        .and_then(|setting| setting.chosen(facts, "default"))
        .unwrap_or_default();
    match (disk.as_str(), conditional) {
        ("local" | "public", false) => Disk::Local,
        ("local" | "public", true) => Disk::Unless,
        _ => Disk::Other,
    }
}
