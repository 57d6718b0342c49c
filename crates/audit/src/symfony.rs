//! The settings of an app of Symfony that production reads.

use serde_yaml_ng::Value;

use super::Facts;

/// Files of YAML below `config/packages/`, for all stages or for production, with their path.
pub(super) fn settings<'f>(facts: &'f Facts<'_>) -> impl Iterator<Item = (&'f str, Value)> {
    facts.sources.texts.iter().filter_map(|(path, text)| {
        let rest = path.strip_prefix("config/packages/")?;
        let folder = rest.split_once('/').map(|(folder, _)| folder);
        let is_read = matches!(folder, None | Some("prod"));
        let is_yaml = rest.ends_with(".yaml") || rest.ends_with(".yml");
        let value = (is_read && is_yaml).then(|| slugsmith_facts::bounds::yaml(text))??;
        Some((path.as_str(), value))
    })
}
