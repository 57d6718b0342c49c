//! Django's settings: what replaces them on the platform, and is a file of them loaded by anything? A part that
//! nothing takes in says nothing of a process.

use super::Facts;
use slugsmith_facts::code::{Call, Code};

/// Packages that take Django's settings from the platform's variables: django-heroku and its fork.
pub(super) const DJANGO_HEROKU: &[&str] = &["django_heroku", "django_on_heroku"];

/// `django_heroku.settings(locals())`, which replaces `DATABASES`.
pub(super) fn sets_up_for_heroku(call: &Call) -> bool {
    call.method() == "settings" && DJANGO_HEROKU.contains(&call.receiver())
}

/// Whether a file beside the settings is a part of them that no file names. Settings as a whole may be chosen by a
/// variable that only the platform has.
pub(super) fn is_part_of_nothing(facts: &Facts<'_>, code: &Code) -> bool {
    const WHOLE: &[&str] = &["INSTALLED_APPS", "ROOT_URLCONF", "MIDDLEWARE"];
    let Some(module) = code.path.strip_suffix(".py") else {
        return false;
    };
    let stem = module.rsplit('/').next().unwrap_or(module);
    let is_whole = matches!(stem, "settings" | "__init__")
        || code
            .assignments
            .iter()
            .any(|one| WHOLE.contains(&one.target.as_str()))
        || code
            .imports
            .iter()
            .any(|import| import.names.iter().any(|name| name == "*"));
    let in_text = || {
        let mut texts = facts.sources.texts.values();
        texts.any(|text| text.contains(stem))
    };
    facts.is_django()
        && !is_whole
        && facts.that_name_in_python(&code.path, stem).next().is_none()
        && !in_text()
}
