//! The layer `launch-check`: a small program that runs when a process starts, and what it
//! compares with.
//!
//! It is written last, so that the prediction knows the layers that this build itself made.

use crate::facts::beneath::own;
use std::path::PathBuf;

use libcnb::build::BuildContext;
use libcnb::data::layer_name;
use libcnb::layer::UncachedLayerDefinition;

use super::{Slugsmith, buildpack_error};
use crate::config::Config;
use crate::error::{Problem, io};
use crate::program::launch_check::EXPECTED;
use crate::report::Report;
use crate::stack::expected;

/// The program's name, in our `bin` and in the image.
const PROGRAM: &str = "launch-check";

/// Writes the layer, unless the configuration leaves it out or the program is not here: a
/// package that holds slugsmith alone works without it.
pub(super) fn write(
    context: &BuildContext<Slugsmith>,
    report: &Report,
    config: &Config,
) -> libcnb::Result<(), Problem> {
    let Some(program) = program().filter(|_| config.launch.ship.value) else {
        return Ok(());
    };
    let Some(root) = context.layers_dir.parent() else {
        return Ok(());
    };
    let definition = UncachedLayerDefinition {
        build: false,
        launch: true,
    };
    let layer = context.uncached_layer(layer_name!("launch-check"), definition)?;
    layer.write_exec_d_programs([(PROGRAM, program)])?;
    let own = &context.buildpack_descriptor.buildpack.id;
    let remembered = report.stack.as_ref().map(|stack| &stack.snapshot);
    let mut expected = expected::read(root, remembered, own.as_str());
    expected.required.clone_from(&config.launch.required.value);
    expected.read.clone_from(&report.env_reads);
    expected
        .read
        .retain(|read| !expected.required.contains(&read.name));
    let path = layer.path().join(EXPECTED);
    let text = serde_json::to_vec(&expected).unwrap_or_default();
    own::write(&path, text).map_err(|error| buildpack_error(io("writing", &path, &error)))
}

/// Beside the program that runs: in our own `bin`.
fn program() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?.parent()?.join(PROGRAM);
    program.is_file().then_some(program)
}
