//! Action Cable's address in `config/cable.yml`, where production's section has it written out.

use crate::addresses::{is_backing_address, local_host, masked};
use crate::rules::prelude::*;
use slugsmith_facts::formats::{self, yaml};

const PATH: &str = "config/cable.yml";

pub(super) fn cable(facts: &Facts<'_>) -> Option<Evidence> {
    let entries = yaml::read(facts.sources.text(PATH)?);
    let entry = formats::entry(&entries, "production.url")?;
    let redis = formats::entry(&entries, "production.adapter")
        .is_some_and(|adapter| adapter.value == "redis");
    // Rails generates the address of a local server, which harms only where something is sent.
    let is_local = local_host(&entry.value);
    if !redis || !is_backing_address(&entry.value) || is_local && !has_channels(facts) {
        return None;
    }
    let effect = if is_local {
        "on a dyno nothing listens there, and every broadcast fails"
    } else {
        "when the add-on's address or password changes, no broadcast arrives"
    };
    let message = format!(
        "Action Cable is at `{}` in production, whatever the environment says: {effect}.",
        masked(&entry.value)
    );
    Some(
        Evidence::line(PATH, entry.line, message)
            .help("config/cable.yml: url: <%= ENV[\"REDIS_URL\"] %>"),
    )
}

/// Whether the app has a channel of its own that streams.
fn has_channels(facts: &Facts<'_>) -> bool {
    guards::used(facts, Language::Ruby, |site| {
        site.code.path.starts_with("app/") && guards::streams(site)
    })
}
