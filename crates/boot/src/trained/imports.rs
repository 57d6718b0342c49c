//! Which modules does a start of a Python app import? Where byte code of all of them is more than its share, these come
//! first. Nothing else of a start is of use to the next one in Python.

use super::made::fingerprint;
use super::start::{Stage, alone};
use super::{copy, database};
use crate::kept::Kept;
use crate::report::{BootReport, Weight};
use crate::scratch::Scratch;
use crate::{Input, Training};
use slugsmith_config::BootLevel;

/// Their names; none where the level is another or the app does not start.
pub(crate) fn imports(input: &Input<'_>, kept: &mut Kept, report: &mut BootReport) -> Vec<String> {
    let is_asked = input.config.level.value == BootLevel::Trained && input.runs_python;
    let Some(training) = input.training.as_ref().filter(|_| is_asked) else {
        return Vec::new();
    };
    let key = fingerprint(input, training, "python3");
    if let Some(names) = kept.get(&key) {
        let names = String::from_utf8_lossy(&names).into_owned();
        return names.lines().map(str::to_owned).collect();
    }
    match observed(input, training) {
        Ok(names) => {
            kept.add(key, names.join("\n").into_bytes().into());
            names
        }
        Err(why) => {
            report.note(Weight::Alarm, why);
            Vec::new()
        }
    }
}

fn observed(input: &Input<'_>, training: &Training) -> Result<Vec<String>, String> {
    let problem = |error: std::io::Error| format!("Not trained: {error}");
    let scratch = Scratch::new("slugsmith-trained").map_err(problem)?;
    let stage = Stage {
        input,
        training,
        alone: alone(),
        folder: scratch.path().to_owned(),
    };
    copy(input, &stage, false).map_err(problem)?;
    // `-X importtime` does not tell what importlib is asked for.
    let verbose = [("PYTHONVERBOSE".to_owned(), "1".to_owned())];
    let (started, output) = stage.start_and_see(&verbose).map_err(problem)?;
    if let Some(why) = started.failed {
        return Err(database(&why, "\"python -c 'import app'\""));
    }
    Ok(output.iter().filter_map(|line| imported(line)).collect())
}

/// `import 'shop.cart' # <_frozen_importlib_external.SourceFileLoader object at 0x7f>`.
fn imported(line: &str) -> Option<String> {
    let (name, _) = line.strip_prefix("import '")?.split_once("' # <")?;
    Some(name.to_owned())
}
