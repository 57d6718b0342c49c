//! What Composer and PHP's buildpack run when they install, for the rules about builds.

use super::facts::Facts;
use slugsmith_ecosystems as ecosystems;
use slugsmith_facts::process::Command;

/// Scripts of composer.json that the build runs: `compile` is the PHP buildpack's own hook.
pub(super) fn hooks(facts: &Facts<'_>) -> Vec<Command> {
    let manifest = facts
        .sources
        .text(ecosystems::php::MANIFEST)
        .and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    let scripts = manifest
        .as_ref()
        .and_then(|manifest| manifest.get("scripts"));
    let mut found = Vec::new();
    for name in ["compile", "post-install-cmd", "post-autoload-dump"] {
        let line = facts
            .line(ecosystems::php::MANIFEST, &format!("\"{name}\""))
            .unwrap_or_default();
        let written = |text: String| Command::written(&text, ecosystems::php::MANIFEST, line);
        let texts = scripts.map(|scripts| script(scripts, name, 0));
        found.extend(texts.into_iter().flatten().map(written));
    }
    found
}

/// The commands of one of composer's scripts, through those that it calls by `@name`. Symfony's own list is an object:
/// `"auto-scripts": { "cache:clear": "symfony-cmd" }` runs `bin/console cache:clear`.
fn script(scripts: &serde_json::Value, name: &str, depth: usize) -> Vec<String> {
    use serde_json::Value;
    let text_of = |text: &str| match text.strip_prefix('@') {
        Some(other) if depth < 4 && scripts.get(other).is_some() => {
            script(scripts, other, depth + 1)
        }
        _ => vec![text.trim_start_matches('@').to_owned()],
    };
    match scripts.get(name) {
        Some(Value::String(text)) => text_of(text),
        Some(Value::Array(many)) => many
            .iter()
            .filter_map(Value::as_str)
            .flat_map(text_of)
            .collect(),
        Some(Value::Object(many)) => many
            .iter()
            .map(|(command, kind)| match kind.as_str() {
                Some("symfony-cmd") => format!("php bin/console {command}"),
                Some("php-script") => format!("php {command}"),
                _ => command.clone(),
            })
            .collect(),
        _ => Vec::new(),
    }
}
