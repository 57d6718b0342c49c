//! Which program is this? One binary, several ways in, chosen by file name and operands.

use crate::error::{Kind, Problem};

/// Wrong use of a program.
pub static USAGE: Kind = Kind {
    id: "usage",
    header: "The program was called in a way it doesn't understand",
    why: "Guessing could change the wrong folder.",
    steps: &["Run `slugsmith --help`."],
    example: || {
        Problem::new(&USAGE).saw("compile takes BUILD_DIR CACHE_DIR ENV_DIR, got 1 argument")
    },
};
