//! What processes need at launch to find what was prepared for them.

use crate::cache::{EnvChange, EnvRule};
use crate::report::Report;

/// Variables that yield to what the user sets; options come after theirs.
pub(super) fn variables(report: &Report) -> Vec<EnvChange> {
    let variables = report.boot.iter().flat_map(|boot| &boot.variables);
    variables
        .map(|one| {
            let how = if one.is_option {
                EnvRule::AppendWord
            } else {
                EnvRule::Default
            };
            EnvChange::launch(one.name, how, &one.value)
        })
        .collect()
}
