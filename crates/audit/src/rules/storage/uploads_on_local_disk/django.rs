//! Uploads to disk in Django: file fields with its file system storage.

use super::local;
use crate::guards::{Branch, asked, branch};
use crate::registry::Evidence;
use crate::{Declared, Facts, Site};
use slugsmith_facts::code::{Assignment, Expr, Language};

/// The first model with a file in it.
pub(super) fn model_with_file<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    // Serializers and forms have fields of the same names.
    let by_form = |path: &str| {
        ["serializer", "validator", "form", "schema"]
            .iter()
            .any(|word| path.contains(word))
    };
    facts.calls().find(|site| {
        site.code.language == Language::Python
            && (site.call.callee.starts_with("models.") || !by_form(&site.code.path))
            && matches!(
                site.call.callee.as_str(),
                "models.FileField"
                    | "models.ImageField"
                    | "FileField"
                    | "ImageField"
                    | "ThumbnailerImageField"
                    | "StdImageField"
            )
            && site.code.class(site.call.scope).is_some_and(|(_, bases)| {
                bases.iter().any(|base| {
                    // A factory of tests names the model, too, that it makes.
                    let others = ["Form", "Serializer", "Factory"];
                    base.contains("Model") && !others.iter().any(|one| base.contains(one))
                })
            })
            && site.call.named("storage").is_none()
    })
}

pub(super) fn check(facts: &Facts<'_>) -> Option<Evidence> {
    let model = model_with_file(facts)?;
    let conditional = match storage(facts) {
        Storage::Elsewhere => return None,
        Storage::Unless(variable) => Some(variable),
        Storage::Disk => None,
    };
    let what = format!("`{}` with Django's file system storage", model.call.callee);
    let evidence = match &conditional {
        None => local(model, &what),
        Some(variable) => Evidence::line(
            &model.code.path,
            model.call.line,
            format!(
                "If {variable} is not set, {what} writes uploads to the dyno's disk, where they \
                 are gone at the next restart; nothing declares {variable}."
            ),
        ),
    };
    Some(
        evidence
            .conditional(conditional.is_some())
            .help("pip install 'django-storages[s3]'; heroku addons:create bucketeer")
            .help(
                "settings: STORAGES = {\"default\": \
                {\"BACKEND\": \"storages.backends.s3.S3Storage\"}, …}",
            ),
    )
}

/// Where Django's default storage keeps files in production.
enum Storage {
    Disk,
    /// On disk unless this variable is set, which nothing declares.
    Unless(String),
    Elsewhere,
}

fn storage(facts: &Facts<'_>) -> Storage {
    let mut found = Storage::Disk;
    for code in facts.code(Language::Python) {
        for assignment in code
            .assignments
            .iter()
            .filter(|assignment| is_elsewhere(assignment))
        {
            match branch(code, assignment.scope) {
                Branch::Development => {}
                Branch::Always => return Storage::Elsewhere,
                Branch::Conditional(_) => match asked(code, assignment.scope) {
                    Some(variable) if facts.declared(&variable) == Declared::No => {
                        if matches!(found, Storage::Disk) {
                            found = Storage::Unless(variable);
                        }
                    }
                    _ => return Storage::Elsewhere,
                },
            }
        }
    }
    found
}

/// Whether a setting makes another backend than the file system's the default one.
fn is_elsewhere(assignment: &Assignment) -> bool {
    let last = |names: &[&str]| {
        names.iter().any(|name| {
            assignment.target == *name || assignment.target.ends_with(&format!(".{name}"))
        })
    };
    let backend = if last(&["DEFAULT_FILE_STORAGE", "STORAGES.default.BACKEND"]) {
        Some(&assignment.value)
    } else if last(&["STORAGES.default"]) {
        assignment.value.key("BACKEND")
    } else if last(&["STORAGES"]) {
        match assignment.value.key("default") {
            Some(default) => default.key("BACKEND").or(Some(default)),
            None => return !matches!(assignment.value, Expr::Object(_)),
        }
    } else {
        None
    };
    backend.is_some_and(|backend| match backend.text() {
        Some(text) => text.contains('.') && !text.contains("FileSystemStorage"),
        None => true,
    })
}
