//! The failures of package managers and compilers, the most certain first.

use super::{Failure, Ran};

mod compiled;
mod javascript;
mod machine;
mod php;
mod python;
mod registry;
mod ruby;
mod script;

/// The rows for what ran. The first row that fits is told, so that what is special stands before
/// what is general: a registry's answer after the reasons of the app, since a tool that can't
/// download a prebuilt program goes on to compile it.
pub(super) fn rows(ran: Ran) -> impl Iterator<Item = &'static Failure> {
    let last = match ran {
        Ran::Install => registry::FAILURES,
        Ran::Script => script::FAILURES,
    };
    let lists = [
        machine::FAILURES,
        javascript::FAILURES,
        python::FAILURES,
        ruby::FAILURES,
        php::FAILURES,
        compiled::FAILURES,
        last,
    ];
    lists.into_iter().flatten()
}
