//! What a Cloud Native build does for another execution environment than production.
//!
//! An image for tests or development needs what production leaves out: development dependencies
//! stay, and nothing is stripped. Classic builds have a step of their own for it, `test-compile`.

use crate::config::{Config, Origin, Sourced, StripLevel};
use crate::facts::environment::Environment;
use crate::facts::exec_env;

/// How each manager is asked for development dependencies, as its own documentation or the usual
/// buildpack has it. A variable that is set already stays as it is.
const WITH_DEVELOPMENT: &[(&str, &str)] = &[
    ("NPM_CONFIG_PRODUCTION", "false"),
    ("YARN_PRODUCTION", "false"),
    ("BUNDLE_WITHOUT", ""),
    ("COMPOSER_NO_DEV", "0"),
];

/// Turns stripping off and development dependencies on, unless the image is for production.
pub(super) fn prepare(config: &mut Config, environment: &mut Environment) {
    let name = exec_env::of(|name| environment.variables.get(name));
    if name == exec_env::PRODUCTION {
        return;
    }
    for (variable, value) in WITH_DEVELOPMENT {
        let variables = &mut environment.variables;
        variables
            .entry((*variable).to_owned())
            .or_insert_with(|| value.into());
    }
    if config.strip.level.source == Origin::Default {
        config.strip.level = Sourced {
            value: StripLevel::Off,
            source: Origin::Variable(exec_env::VARIABLE.to_owned()),
        };
    }
    config.exec_env = Some(name);
}
