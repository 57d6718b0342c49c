//! Uploads to disk by the standard means of a language or a small framework: Flask, PHP,
//! Spring, Go.

use super::to_s3;
use crate::called::is_dead;
use crate::guards::{self, calls_to};
use crate::registry::Evidence;
use crate::sent_on::is_sent_on;
use crate::{Facts, Site, paths};
use slugsmith_facts::code::{Expr, Language};

pub(super) fn sites(facts: &Facts<'_>) -> Vec<Evidence> {
    let spring = calls_to(facts, Language::Java, |site| {
        receives_in_spring(site) && !paths::goes_to_temp(site)
    });
    let go = calls_to(facts, Language::Go, |site| {
        receives_in_go(site) && !paths::goes_to_temp(site)
    });
    let python = calls_to(facts, Language::Python, |site| {
        receives_in_flask(site)
            && !paths::goes_to_temp(site)
            && !guards::is_maintenance(facts, &site.code.path)
    });
    let php = calls_to(facts, Language::Php, |site| {
        let target = site
            .call
            .positional(1)
            .filter(|_| site.call.callee == "move_uploaded_file");
        target.is_some_and(|target| !paths::leads_to_temp(site, target))
    });
    let languages: [Vec<_>; 4] = [
        spring.collect(),
        go.collect(),
        python.take(1).collect(),
        php.take(1).collect(),
    ];
    languages
        .into_iter()
        .flatten()
        .filter(|site| !paths::tidies(*site) && !is_passed_on(*site) && !is_dead(facts, *site))
        .map(to_s3)
        .collect()
}

/// The file goes on to a store elsewhere in the same function.
fn is_passed_on(site: Site<'_>) -> bool {
    let at = match (site.code.language, site.call.method()) {
        (Language::Go, "SaveUploadedFile") | (Language::Java, "copy") | (Language::Php, _) => 1,
        _ => 0,
    };
    let path = site.call.positional(at);
    path.is_some_and(|path| is_sent_on(site, &[path]))
}

fn receives_in_spring(site: Site<'_>) -> bool {
    if !site.code.imports("org.springframework.web.multipart") {
        return false;
    }
    let from = |name: &str| {
        site.call
            .positional(0)
            .and_then(Expr::callee)
            .is_some_and(|callee| callee.ends_with(name))
    };
    let holds = |name: &str| {
        site.call
            .positional(1)
            .and_then(Expr::callee)
            .is_some_and(|callee| callee.ends_with(name))
    };
    site.call.method() == "transferTo" && site.call.arguments.len() == 1
        || site.call.callee == "Files.copy" && from(".getInputStream")
        || site.call.callee == "Files.write" && holds(".getBytes")
}

/// gin's `SaveUploadedFile`, or a file that is made where a form's file is read.
fn receives_in_go(site: Site<'_>) -> bool {
    if site.call.method() == "SaveUploadedFile" {
        return site.call.arguments.len() == 2;
    }
    let function = site.code.function(site.call.scope);
    matches!(site.call.callee.as_str(), "os.Create" | "os.OpenFile")
        && function.is_some()
        && site
            .code
            .calls
            .iter()
            .any(|call| call.method() == "FormFile" && site.code.function(call.scope) == function)
        && site
            .code
            .calls
            .iter()
            .any(|call| call.callee == "io.Copy" && site.code.function(call.scope) == function)
}

/// `request.files["photo"].save(os.path.join(app.config["UPLOAD_FOLDER"], name))`.
fn receives_in_flask(site: Site<'_>) -> bool {
    let Some(path) = site
        .call
        .positional(0)
        .filter(|_| site.call.method() == "save")
    else {
        return false;
    };
    let asks = |text: &str| text.contains("request.files");
    let receives = site.code.calls.iter().any(|call| asks(&call.callee))
        || site.code.assignments.iter().any(|assignment| {
            assignment.value.any(|value| match value {
                Expr::Name(name) | Expr::Call { callee: name, .. } => asks(name),
                _ => false,
            })
        });
    let in_app = matches!(paths::rooted(site, path), paths::Rooted::App(_));
    receives && (in_app || paths::among_uploads(site, path))
}
