//! Uploads to disk in Rails: Active Storage, `CarrierWave`.

use super::local;
use crate::guards::{self, Branch, Settled, branch, calls_to, settle};
use crate::registry::Evidence;
use crate::{Declared, Facts, Site};
use slugsmith_facts::code::{Assignment, Code, Expr, Language};
use slugsmith_facts::formats::{self, yaml};
use slugsmith_facts::packages::Ecosystem;

/// The first attachment of a model.
pub(super) fn uses_active_storage<'a>(facts: &'a Facts<'_>) -> Option<Site<'a>> {
    facts.calls().find(|site| {
        site.code.language == Language::Ruby
            && matches!(
                site.call.callee.as_str(),
                "has_one_attached" | "has_many_attached" | "has_rich_text"
            )
            && site.code.path.starts_with("app/")
    })
}

pub(super) fn active_storage(facts: &Facts<'_>) -> Option<Evidence> {
    let attached = uses_active_storage(facts)?;
    let setting = facts
        .code(Language::Ruby)
        .filter(|code| {
            matches!(
                code.path.as_str(),
                "config/environments/production.rb" | "config/application.rb"
            )
        })
        .flat_map(|code| {
            code.assignments
                .iter()
                .map(move |assignment| (code, assignment))
        })
        .filter(|(_, assignment)| assignment.target.ends_with("active_storage.service"))
        .last()?;
    let (code, assignment) = setting;
    let (service, conditional) = match settle(facts, code, &assignment.value) {
        Settled::Fixed(value) => (value.word()?.trim_start_matches(':').to_owned(), false),
        Settled::Given(value) => (value, false),
        Settled::Unless { fallback, .. } => {
            (fallback.word()?.trim_start_matches(':').to_owned(), true)
        }
        Settled::Unknown => (chosen_disk(facts, code, assignment)?, true),
        Settled::Set => return None,
    };
    is_disk_service(facts, &service).then(|| {
        Evidence::line(
            &code.path,
            assignment.line,
            format!(
                "{}Active Storage keeps files on the dyno's disk (`{service}`), and {}:{} \
                 attaches some: they are gone at the next restart.",
                if conditional {
                    "Unless a variable chooses another service, which nothing \
                    declares, "
                } else {
                    ""
                },
                attached.code.path,
                attached.call.line
            ),
        )
        .conditional(conditional)
        .help("bundle add aws-sdk-s3; heroku addons:create bucketeer")
        .help("config/environments/production.rb: config.active_storage.service = :amazon")
    })
}

/// `service = if ENV["BUCKET"].present? then :amazon else :local end`: the disk that is left
/// where nothing declares a variable that the choice asks for.
fn chosen_disk(facts: &Facts<'_>, code: &Code, assignment: &Assignment) -> Option<String> {
    let Expr::Either(options) = &assignment.value else {
        return None;
    };
    let last = options.last().and_then(Expr::word)?;
    // The conditions stand in the lines of the choice.
    let next = code
        .assignments
        .iter()
        .map(|other| other.line)
        .filter(|line| *line > assignment.line)
        .min();
    let asked = code
        .reads
        .iter()
        .filter(|read| read.line >= assignment.line && next.is_none_or(|next| read.line < next));
    let declared = asked
        .into_iter()
        .any(|read| facts.declared(&read.name) != Declared::No);
    (!declared).then(|| last.trim_start_matches(':').to_owned())
}

fn is_disk_service(facts: &Facts<'_>, service: &str) -> bool {
    let text = facts.sources.text("config/storage.yml").unwrap_or_default();
    let entries = yaml::read(text);
    let kind = formats::entry(&entries, &format!("{service}.service"));
    kind.map_or(service == "local", |kind| kind.value == "Disk")
}

pub(super) fn carrierwave(facts: &Facts<'_>) -> Option<Evidence> {
    if !guards::used(facts, Language::Ruby, |site| {
        site.call.callee == "mount_uploader" || site.call.callee == "mount_uploaders"
    }) {
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
            .help(
                "bundle add fog-aws; storage :fog in the uploader; heroku addons:create bucketeer",
            ),
    )
}

/// Paperclip keeps files on disk unless a storage is named somewhere.
pub(super) fn attached_to_disk(facts: &Facts<'_>) -> Option<Evidence> {
    facts.packages.wants_any(
        Ecosystem::Gem,
        &["paperclip", "kt-paperclip", "mongoid-paperclip"],
    )?;
    let mut sites = calls_to(facts, Language::Ruby, |site| {
        // What is merged into the options may name a storage.
        let plain =
            |value: &Expr| !value.any(|value| matches!(value, Expr::Call { .. } | Expr::Name(_)));
        let mut options = site.call.arguments.iter().skip(1);
        matches!(
            site.call.callee.as_str(),
            "has_attached_file" | "has_mongoid_attached_file"
        ) && options.all(|option| option.name.is_some() || plain(&option.value))
    });
    let site = sites.next()?;
    let names_storage = |code: &Code| {
        code.assignments.iter().any(|assignment| {
            assignment.target.contains("paperclip_defaults")
                || assignment.target.contains("default_options")
        }) || code
            .calls
            .iter()
            .any(|call| call.named("storage").is_some())
    };
    let elsewhere = facts.code(Language::Ruby).any(names_storage);
    (!elsewhere).then(|| {
        let found = local(site, "Paperclip's `has_attached_file`");
        let others = sites.map(|site| format!("{}:{}", site.code.path, site.call.line));
        let others: Vec<_> = others.collect();
        found
            .also(&others)
            .help("config.paperclip_defaults = { storage: :s3, … }; heroku addons:create bucketeer")
    })
}
