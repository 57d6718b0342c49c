//! Every conflict with a stack that has it and one that hasn't.

mod commands;
mod launch;
mod variables;

use crate::tree::{Files, Stack};

const WEB: &str = "[[processes]]\ntype = \"web\"\ncommand = [\"run\"]\ndefault = true\n";

fn alarms(buildpacks: &[(&str, Files<'_>)]) -> Vec<String> {
    Stack::new(buildpacks).alarms()
}
