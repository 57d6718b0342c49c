//! One file per rule; [`ALL`] lists them by id.

use super::registry::Rule;

macro_rules! rules {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*
        /// Every rule, sorted by id.
        pub(super) static ALL: &[&Rule] = &[$(&$name::RULE),*];
    };
}

rules! {
    missing_lockfile,
    port_not_from_environment,
    unknown_rule,
    unused_suppression,
    uploads_on_local_disk,
}
