//! The npm preset from end to end, with a small npm of our own: a script that copies what
//! the lockfile names. No network, no Node.js.
mod faults;
mod folders;
mod free;
mod growth;
mod mutations;
mod npm;
mod presets;
mod support;
mod thin;
