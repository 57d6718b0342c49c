//! Do uploaded files stay on the dyno's disk?

use crate::audit::guards::{self, Branch, Settled, branch, calls_to, settle};
use crate::audit::registry::{Docs, Evidence, Group, Outcome, Rule, Target};
use crate::audit::{Facts, Site};
use crate::facts::code::{Expr, Language};
use crate::facts::packages::Ecosystem;
use crate::finding::Level;

pub(super) static RULE: Rule = Rule {
    id: "uploads-on-local-disk",
    code: "SF101",
    title: "Uploaded files are kept on the dyno's own disk",
    level: Level::Error,
    group: Group::Storage,
    ecosystems: &["node", "python", "ruby", "go", "java", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: "Uploads that are stored on disk *and* used: `multer({ dest })` or disk storage, formidable's `uploadDir`; \
                Active Storage on a Disk service with `has_one_attached`, CarrierWave `storage :file`; Django's \
                file system storage with `FileField` or `ImageField`; Laravel's local or public disk with `->store(` or \
                `Storage::put`; `MultipartFile.transferTo`; gin's `SaveUploadedFile`.",
        why: "A dyno's disk is its own and is thrown away at every restart, at least once a day, and at every deploy. \
              The file is gone, and other dynos never saw it.",
        fix: "Keep files in object storage.\n\n```\nheroku addons:create bucketeer\nnpm install multer-s3 @aws-sdk/client-s3\n\
              bundle add aws-sdk-s3        # config.active_storage.service = :amazon\n\
              pip install 'django-storages[s3]'\ncomposer require league/flysystem-aws-s3-v3   # FILESYSTEM_DISK=s3\n```",
        silent: "The generated default is configured but nothing is uploaded; memory storage; the disk is only the \
                 fallback of a cloud service whose variables app.json declares; the file is removed or sent on in \
                 the same function; development settings.",
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence = node(facts);
    evidence.extend(rails(facts));
    evidence.extend(carrierwave(facts));
    evidence.extend(django(facts));
    evidence.extend(laravel(facts));
    evidence.extend(java_and_go(facts));
    let handles = facts.packages.has_any(Ecosystem::Npm, &["multer", "formidable", "busboy", "express-fileupload"])
        || uses_active_storage(facts).is_some()
        || facts.packages.has(Ecosystem::Gem, "carrierwave")
        || model_with_file(facts).is_some();
    Outcome::when(handles, evidence)
}

fn node(facts: &Facts<'_>) -> Vec<Evidence> {
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
        .filter(|site| !goes_to_temp(*site) && !passed_on(*site))
        .filter_map(|site| {
            let conditional = match branch(site.code, site.call.scope) {
                Branch::Conditional(variable) if facts.declared(&variable) != crate::audit::Declared::No => return None,
                Branch::Conditional(_) => true,
                _ => false,
            };
            Some(local(site, &describe(site)).conditional(conditional).help(
                "Use S3: npm install multer-s3 @aws-sdk/client-s3; heroku addons:create bucketeer",
            ))
        })
        .collect()
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

fn local(site: Site<'_>, what: &str) -> Evidence {
    Evidence::line(
        &site.code.path,
        site.call.line,
        format!("{what} writes uploads to the dyno's disk: they are gone at the next restart, and other dynos never see them."),
    )
}

/// Files in the system's temporary folder are meant to go away.
fn goes_to_temp(site: Site<'_>) -> bool {
    site.call.arguments.iter().any(|argument| {
        argument.value.any(|value| match site.code.resolve(value) {
            Expr::Text(text) => text.starts_with("/tmp") || text == "tmp" || text.starts_with("tmp/") || text.starts_with("./tmp"),
            Expr::Call { callee, .. } => callee.ends_with("tmpdir"),
            Expr::Name(name) => name.contains("tmpdir"),
            _ => false,
        })
    })
}

/// The file sends what it received on and removes it: the disk is only a stopover.
fn passed_on(site: Site<'_>) -> bool {
    let removes = site.code.calls.iter().any(|call| {
        matches!(call.method(), "unlink" | "unlinkSync" | "rm" | "rmSync" | "remove" | "removeSync")
    });
    let sends = site.code.calls.iter().any(|call| {
        matches!(
            call.method(),
            "upload" | "putObject" | "upload_stream" | "PutObjectCommand" | "uploadFile" | "createReadStream"
        )
    });
    removes && sends
}

/// The first attachment of a model.
fn uses_active_storage<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    facts.calls().find(|site| {
        site.code.language == Language::Ruby
            && matches!(site.call.callee.as_str(), "has_one_attached" | "has_many_attached" | "has_rich_text")
            && site.code.path.starts_with("app/")
    })
}

fn rails(facts: &Facts<'_>) -> Option<Evidence> {
    let attached = uses_active_storage(facts)?;
    let setting = facts
        .code(Language::Ruby)
        .filter(|code| matches!(code.path.as_str(), "config/environments/production.rb" | "config/application.rb"))
        .flat_map(|code| code.assignments.iter().map(move |assignment| (code, assignment)))
        .filter(|(_, assignment)| assignment.target.ends_with("active_storage.service"))
        .last()?;
    let (code, assignment) = setting;
    let (service, conditional) = match settle(facts, code, &assignment.value) {
        Settled::Fixed(value) => (value.word()?.trim_start_matches(':').to_owned(), false),
        Settled::Given(value) => (value, false),
        Settled::Unless { fallback, .. } => (fallback.word()?.trim_start_matches(':').to_owned(), true),
        Settled::Set | Settled::Unknown => return None,
    };
    is_disk_service(facts, &service).then(|| {
        Evidence::line(
            &code.path,
            assignment.line,
            format!(
                "Active Storage keeps files on the `{service}` disk, and {}:{} attaches some: they are gone at the next restart.",
                attached.code.path, attached.call.line
            ),
        )
        .conditional(conditional)
        .help("bundle add aws-sdk-s3; heroku addons:create bucketeer")
        .help("config/environments/production.rb: config.active_storage.service = :amazon")
    })
}

fn is_disk_service(facts: &Facts<'_>, service: &str) -> bool {
    let text = facts.sources.text("config/storage.yml").unwrap_or_default();
    let mut inside = false;
    for line in text.lines() {
        if !line.starts_with([' ', '#', '\t']) && line.contains(':') {
            inside = line.split(':').next().map(str::trim) == Some(service);
        }
        if inside && line.trim_start().starts_with("service:") {
            return line.contains("Disk");
        }
    }
    service == "local"
}

fn carrierwave(facts: &Facts<'_>) -> Option<Evidence> {
    if !guards::used(facts, Language::Ruby, |site| site.call.callee == "mount_uploader" || site.call.callee == "mount_uploaders") {
        return None;
    }
    let site = calls_to(facts, Language::Ruby, |site| {
        site.call.callee == "storage"
            && site.call.positional(0).and_then(Expr::name) == Some("file")
            && site.code.path.contains("uploader")
    })
    .next()?;
    let conditional = matches!(branch(site.code, site.call.scope), Branch::Conditional(_));
    Some(
        local(site, "CarrierWave's `storage :file`")
            .conditional(conditional)
            .help("bundle add fog-aws; storage :fog in the uploader; heroku addons:create bucketeer"),
    )
}

/// The first model with a file in it.
fn model_with_file<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    // Serializers and forms have fields of the same names.
    let by_form = |path: &str| ["serializer", "validator", "form", "schema"].iter().any(|word| path.contains(word));
    facts.calls().find(|site| {
        site.code.language == Language::Python
            && (site.call.callee.starts_with("models.") || !by_form(&site.code.path))
            && matches!(site.call.callee.as_str(), "models.FileField" | "models.ImageField" | "FileField" | "ImageField" | "ThumbnailerImageField" | "StdImageField")
            && site.code.class(site.call.scope).is_some_and(|(_, bases)| {
                bases.iter().any(|base| base.contains("Model") && !base.contains("Form") && !base.contains("Serializer"))
            })
            && site.call.named("storage").is_none()
    })
}

fn django(facts: &Facts<'_>) -> Option<Evidence> {
    let model = model_with_file(facts)?;
    let cloud = ["django-storages", "django-cloudinary-storage", "django-s3-storage", "cloudinary", "django-storages-redux", "dj3-cloudinary-storage"];
    if facts.packages.wants_any(Ecosystem::Pypi, &cloud).is_some() && names_cloud_storage(facts) {
        return None;
    }
    Some(
        local(model, &format!("`{}` with Django's file system storage", model.call.callee))
            .help("pip install 'django-storages[s3]'; heroku addons:create bucketeer")
            .help("settings: STORAGES = {\"default\": {\"BACKEND\": \"storages.backends.s3.S3Storage\"}, …}"),
    )
}

fn names_cloud_storage(facts: &Facts<'_>) -> bool {
    facts.code(Language::Python).any(|code| {
        code.assignments.iter().any(|assignment| {
            (assignment.target.contains("DEFAULT_FILE_STORAGE") || assignment.target.contains("STORAGES"))
                && assignment.value.any(|value| {
                    value.text().is_some_and(|text| !text.contains("FileSystemStorage") && text.contains('.'))
                        || matches!(value, Expr::Name(_))
                })
        })
    })
}

fn laravel(facts: &Facts<'_>) -> Option<Evidence> {
    facts.packages.wants(Ecosystem::Composer, "laravel/framework")?;
    let disk = default_disk(facts);
    let site = calls_to(facts, Language::Php, |site| {
        let call = site.call;
        let stores = matches!(call.method(), "store" | "storeAs" | "storePublicly") && is_upload(call.receiver());
        let puts = matches!(call.callee.as_str(), "Storage.put" | "Storage.putFile" | "Storage.putFileAs");
        let named = call.callee.contains("Storage.disk()") && matches!(call.method(), "put" | "putFile" | "putFileAs");
        let file_put = call.callee == "File.put" && call.arguments.iter().any(|argument| {
            argument.value.any(|value| matches!(value, Expr::Call { callee, .. } if matches!(callee.as_str(), "public_path" | "storage_path")))
        });
        (stores || puts || named || file_put) && !guards::is_maintenance(facts, &site.code.path)
    })
    .find_map(|site| {
        let explicit = site.call.arguments.iter().rev().find_map(|argument| {
            argument.value.text().filter(|text| matches!(*text, "public" | "local" | "s3"))
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
            .help("composer require league/flysystem-aws-s3-v3; heroku addons:create bucketeer; heroku config:set FILESYSTEM_DISK=s3"),
    )
}

fn is_upload(receiver: &str) -> bool {
    receiver.contains("file()") || receiver.contains("file(") || receiver.ends_with("file") || receiver.ends_with("image") || receiver.ends_with("avatar") || receiver.contains("File")
}

enum Disk {
    Local,
    Unless,
    Other,
}

fn default_disk(facts: &Facts<'_>) -> Disk {
    let Some(code) = facts.code(Language::Php).find(|code| code.path == "config/filesystems.php") else {
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
        Some(Settled::Unless { fallback, .. }) if fallback.text().is_some_and(is_local) => Disk::Unless,
        _ => Disk::Other,
    }
}

fn java_and_go(facts: &Facts<'_>) -> Vec<Evidence> {
    let java = calls_to(facts, Language::Java, |site| {
        site.call.method() == "transferTo"
            && site.code.imports("org.springframework.web.multipart")
            && site.call.arguments.len() == 1
    });
    let go = calls_to(facts, Language::Go, |site| {
        site.call.method() == "SaveUploadedFile" && site.call.arguments.len() == 2
    });
    java.chain(go)
        .filter(|site| !goes_to_temp(*site) && !removed(*site))
        .map(|site| {
            local(site, &format!("`{}`", site.call.callee))
                .help("Stream the upload to S3 instead: heroku addons:create bucketeer")
        })
        .collect()
}

/// Removed in the same function.
fn removed(site: Site<'_>) -> bool {
    let function = site.code.function(site.call.scope);
    site.code.calls.iter().any(|call| {
        matches!(call.callee.as_str(), "os.Remove" | "os.RemoveAll" | "Files.delete" | "Files.deleteIfExists")
            && site.code.function(call.scope) == function
    })
}
