//! Do uploaded files stay on the dyno's disk?

mod django;
mod laravel;
mod node;
mod plain;
mod rails;
mod symfony;

use crate::guards;
use crate::registry::{Docs, Evidence, Group, Outcome, Rule, Target};
use crate::{Facts, Site, received};
use indoc::indoc;
use slugsmith_facts::code::Language;
use slugsmith_facts::packages::Ecosystem;
use slugsmith_finding::Severity;

pub(in crate::rules) static RULE: Rule = Rule {
    id: "uploads-on-local-disk",
    code: "SF101",
    title: "Uploaded files are kept on the dyno's own disk",
    level: Severity::Error,
    group: Group::Storage,
    ecosystems: &["node", "python", "ruby", "go", "java", "php"],
    target: Target::Both,
    since: "0.1.0",
    silenced_by: &[],
    docs: Docs {
        finds: indoc! {"
            Uploads that are stored on disk *and* used: `multer({ dest })` or disk storage,
            formidable's `uploadDir`; Active Storage on a Disk service with `has_one_attached`,
            CarrierWave `storage :file`; Django's file system storage with `FileField` or
            `ImageField`; Laravel's local or public disk with `->store(` or `Storage::put`; a
            request's file that Flask, PHP (`move_uploaded_file`), Spring (`transferTo`), Go
            (`SaveUploadedFile`, `FormFile` with `os.Create`) or Node puts below a folder of
            uploads; Paperclip without a service, also for Mongoid. Beside these, in each language: a write whose
            path or content comes from a client's file (`file.filename`, `req.file.buffer`,
            `getUploadedFiles()`, `formData()`), over names of the same function. The finding stands at the call
            that stores; for Django at the first field of a model; for Active Storage at
            `config.active_storage.service`; for Laravel at the `default` of config/filesystems.php where that is
            a local disk unless another service's variable is set.
            A client's file that Intervention's `Image::make` reads and `save` writes.
            VichUploader's mappings and Flysystem's local adapter in Symfony's settings.
        "},
        why: indoc! {"
            A dyno's disk is its own and is thrown away at every restart, at least once a day, and
            at every deploy. The file is gone, and other dynos never saw it.
        "},
        fix: indoc! {"
            Keep files in object storage.

            ```
            heroku addons:create bucketeer
            npm install multer-s3 @aws-sdk/client-s3
            bundle add aws-sdk-s3        # config.active_storage.service = :amazon
            pip install 'django-storages[s3]'
            composer require league/flysystem-aws-s3-v3   # FILESYSTEM_DISK=s3
            ```
        "},
        silent: indoc! {"
            The generated default is configured but nothing is uploaded; memory storage; the disk is
            only the fallback of a cloud service whose variables app.json declares; the file is
            removed or sent on in the same function (`cloudinary.uploader.upload(path)`, `PutObject`); a
            function that nothing in the app calls, names or marks; development settings.
        "},
    },
    check,
};

fn check(facts: &Facts<'_>) -> Outcome {
    let mut evidence = node::sites(facts);
    evidence.extend(rails::active_storage(facts));
    evidence.extend(rails::carrierwave(facts));
    evidence.extend(django::check(facts));
    evidence.extend(laravel::check(facts));
    evidence.extend(symfony::check(facts));
    evidence.extend(plain::sites(facts));
    evidence.extend(rails::attached_to_disk(facts));
    let written = written(facts, &evidence);
    evidence.extend(written);
    let handles = facts.packages.has_any(Ecosystem::Npm, received::PARSERS)
        || rails::uses_active_storage(facts).is_some()
        || facts.packages.has(Ecosystem::Gem, "carrierwave")
        || django::model_with_file(facts).is_some();
    Outcome::when(handles, evidence)
}

/// A client's file that the app writes itself, in the files that nothing is known of yet.
fn written(facts: &Facts<'_>, known: &[Evidence]) -> Vec<Evidence> {
    const LANGUAGES: &[Language] = &[
        Language::JavaScript,
        Language::Python,
        Language::Ruby,
        Language::Go,
        Language::Java,
        Language::Php,
    ];
    let is_known = |path: &str| {
        let places = known.iter().filter_map(|one| one.location.as_ref());
        places.into_iter().any(|place| place.path == path)
    };
    let mut found = Vec::new();
    for language in LANGUAGES {
        for site in received::sites(facts, *language) {
            let path = &site.code.path;
            if !is_known(path) && !guards::is_maintenance(facts, path) {
                found.push(to_s3(site));
            }
        }
    }
    found
}

/// A client's file that the app's own code writes, with the client of S3 that its language has.
fn to_s3(site: Site<'_>) -> Evidence {
    let client = match site.code.language {
        Language::JavaScript => "npm install @aws-sdk/client-s3",
        Language::Python => "pip install boto3",
        Language::Ruby => "bundle add aws-sdk-s3",
        Language::Go => "go get github.com/aws/aws-sdk-go-v2/service/s3",
        Language::Java => "software.amazon.awssdk:s3",
        Language::Php => "composer require aws/aws-sdk-php",
    };
    let help = format!("Send it to S3 instead: {client}; heroku addons:create bucketeer");
    local(site, &format!("`{}`", site.call.callee)).help(help)
}

fn local(site: Site<'_>, what: &str) -> Evidence {
    Evidence::line(
        &site.code.path,
        site.call.line,
        format!(
            "{what} writes uploads to the dyno's disk: they are gone at the next restart, and \
             other dynos never see them."
        ),
    )
}
