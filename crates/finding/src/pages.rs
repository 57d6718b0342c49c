//! Where is the page of an id? For whoever reads a log in which no command can be typed.
//!
//! The base is that of the repository which `Cargo.toml` names, at the tag of this version. Where
//! that is not set yet, and no configuration names another one, there is no address: a dead link
//! would be worse than none.

use std::sync::{PoisonError, RwLock};

/// What `Cargo.toml` names while nobody has set the owner (`scripts/repository`).
const UNSET: &str = "OWNER";

static BASE: RwLock<Option<String>> = RwLock::new(None);

/// The kinds of pages, each a folder below `docs/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folder {
    Errors,
    Rules,
    Stack,
}

/// Pages are below this address from now on: a site that mdBook made of `docs/`.
pub fn set_base(base: &str) {
    let base = base.trim().trim_end_matches('/').to_owned();
    *BASE.write().unwrap_or_else(PoisonError::into_inner) = (!base.is_empty()).then_some(base);
}

/// The address of the page of an id, where one is known.
#[must_use]
pub fn url(folder: Folder, id: &str) -> Option<String> {
    let folder = match folder {
        Folder::Errors => "errors",
        Folder::Rules => "rules",
        Folder::Stack => "stack",
    };
    let set = BASE.read().unwrap_or_else(PoisonError::into_inner).clone();
    set.map(|base| format!("{base}/{folder}/{id}.html"))
        .or_else(|| {
            let base = of_repository(env!("CARGO_PKG_REPOSITORY"))?;
            Some(format!("{base}/{folder}/{id}.md"))
        })
}

/// The page of a rule, by its code: those of stacks are beside those of the audit.
#[must_use]
pub fn of_rule(id: &str, code: Option<&str>) -> Option<String> {
    let of_stacks = code.is_some_and(|code| code.starts_with("ST"));
    url(
        if of_stacks {
            Folder::Stack
        } else {
            Folder::Rules
        },
        id,
    )
}

/// The documentation in a repository, at this version.
fn of_repository(repository: &str) -> Option<String> {
    let is_set = !repository.is_empty() && !repository.split('/').any(|part| part == UNSET);
    is_set.then(|| {
        format!(
            "{}/blob/v{}/docs",
            repository.trim_end_matches('/'),
            env!("CARGO_PKG_VERSION")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_who_is_not_set_gives_no_dead_links() {
        assert_eq!(of_repository("https://github.com/OWNER/slugsmith"), None);
        assert_eq!(of_repository(""), None);
        assert_eq!(
            of_repository("https://github.com/acme/slugsmith/").as_deref(),
            Some(concat!(
                "https://github.com/acme/slugsmith/blob/v",
                env!("CARGO_PKG_VERSION"),
                "/docs"
            ))
        );
    }

    #[test]
    fn a_base_that_is_set_wins() {
        set_base("https://docs.example.com/slugsmith/");
        assert_eq!(
            url(Folder::Errors, "no-space").as_deref(),
            Some("https://docs.example.com/slugsmith/errors/no-space.html")
        );
        assert_eq!(
            of_rule("glued-variable", Some("ST103")).as_deref(),
            Some("https://docs.example.com/slugsmith/stack/glued-variable.html")
        );
        set_base("");
    }
}
