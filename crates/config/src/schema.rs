//! The JSON schema of `project.toml`, for editors that complete and check it (taplo, Even Better
//! TOML), made from the keys that the readers themselves declare.

use serde_json::{Map, Value, json};

use super::{ALL_LAYERS, Key, SECTIONS, budget};

/// Values that a key may have, where its default doesn't tell.
fn words(path: &str, key: &str) -> Option<Vec<&'static str>> {
    let levels = vec!["never", "info", "warn", "error"];
    Some(match (path, key) {
        ("com.slugsmith", "log") => vec!["quiet", "normal", "verbose"],
        ("com.slugsmith", "uninstalled") => vec!["fail", "warn"],
        ("com.slugsmith.boot", "level") => vec!["off", "safe", "trained"],
        ("com.slugsmith.strip", "level") => vec!["off", "safe", "trace"],
        ("com.slugsmith.audit", "fail_on" | "fail_build_on") => levels,
        ("com.slugsmith.budget", "preset") => budget::preset_names().collect(),
        _ => return None,
    })
}

/// `"300 MB"`, or a number of bytes.
fn size() -> Value {
    json!({
        "type": ["string", "integer"],
        "pattern": r"^\s*[0-9_.]+\s*([bB]|[kKmMgG]([iI]?[bB])?)?\s*$",
    })
}

/// What a key may be.
fn shape(path: &str, key: &Key) -> Value {
    if let Some(words) = words(path, key.name) {
        return json!({ "enum": words });
    }
    match (path, key.name) {
        ("com.slugsmith.budget", "part") => {
            json!({ "type": "object", "additionalProperties": size() })
        }
        ("com.slugsmith.budget", "files") | ("com.slugsmith.boot", "limit" | "share") => {
            json!({ "type": ["integer", "string"] })
        }
        ("com.slugsmith.budget", "warn" | "fail" | "unpacked" | "largest_file")
        | ("com.slugsmith.cache", "max_size") => size(),
        ("com.slugsmith.audit", "rules") => {
            let level = json!({ "enum": ["off", "info", "warn", "error"] });
            json!({ "type": "object", "additionalProperties": { "oneOf": [
                { "enum": ["info", "warn", "error"] },
                {
                    "type": "object", "required": ["level"], "additionalProperties": false,
                    "properties": { "level": level, "reason": { "type": "string" } },
                },
            ]}})
        }
        ("com.slugsmith.strip", "layers") => json!({ "anyOf": [
            { "const": ALL_LAYERS },
            { "type": "array", "items": { "type": "string" } },
        ]}),
        _ if key.default == "[]" => json!({ "type": "array", "items": { "type": "string" } }),
        _ if ["true", "false"].contains(&key.default) => json!({ "type": "boolean" }),
        _ => json!({ "type": "string" }),
    }
}

/// The schema of one section; those below it are among its properties.
fn section(path: &str, keys: &[Key]) -> Value {
    let mut properties = Map::new();
    for key in keys {
        let below = format!("{path}.{}", key.name);
        let nested = SECTIONS.iter().find(|(section, _)| *section == below);
        let mut found = match nested {
            Some((path, keys)) if *path == "com.slugsmith.cache" => {
                json!({ "type": "array", "items": section(path, keys) })
            }
            Some((path, keys)) => section(path, keys),
            None => shape(path, key),
        };
        found["description"] = json!(key.meaning);
        if !key.default.is_empty()
            && let Ok(table) = format!("x = {}", key.default).parse::<toml_edit::Document<String>>()
            && let Some(value) = table.get("x").and_then(plain)
        {
            found["default"] = value;
        }
        properties.insert(key.name.to_owned(), found);
    }
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// A default as JSON has it.
fn plain(item: &toml_edit::Item) -> Option<Value> {
    let value = item.as_value()?;
    let text = value.as_str().map(Value::from);
    text.or_else(|| value.as_bool().map(Value::from))
        .or_else(|| value.as_array().map(|_| json!([])))
}

/// `docs/schema/project.json`.
#[must_use]
pub fn document() -> String {
    let keys = SECTIONS.first().map_or(&[] as &[Key], |(_, keys)| *keys);
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "project.toml with slugsmith's settings",
        "type": "object",
        "properties": { "com": { "type": "object", "properties": {
            "slugsmith": section("com.slugsmith", keys),
        }}},
    });
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_current() {
        let file =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema/project.json");
        if std::env::var_os("SLUGSMITH_BLESS").is_some() {
            fs_err::create_dir_all(file.parent().unwrap()).unwrap();
            fs_err::write(&file, document()).unwrap();
        }
        assert_eq!(
            fs_err::read_to_string(&file).unwrap_or_default(),
            document(),
            "docs/schema/project.json is not current: run SLUGSMITH_BLESS=1 cargo test -p slugsmith-config"
        );
    }
}
