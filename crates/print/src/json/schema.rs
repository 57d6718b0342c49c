//! The JSON schema of `slugsmith.report/1`, for whoever reads reports by program.
//!
//! Beside the code that writes them; a test holds every verb's real output against it, and no
//! object may have a field that is not listed, so that a new field can't be forgotten here.

use serde_json::{Map, Value, json};

fn text() -> Value {
    json!({ "type": "string" })
}
fn maybe_text() -> Value {
    json!({ "type": ["string", "null"] })
}
fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}
fn maybe_count() -> Value {
    json!({ "type": ["integer", "null"], "minimum": 0 })
}
fn flag() -> Value {
    json!({ "type": "boolean" })
}
fn list(items: impl Into<Value>) -> Value {
    json!({ "type": "array", "items": items.into() })
}
fn maybe(value: impl Into<Value>) -> Value {
    json!({ "oneOf": [{ "type": "null" }, value.into()] })
}
fn map(value: impl Into<Value>) -> Value {
    json!({ "type": "object", "additionalProperties": value.into() })
}

/// An object with these fields and no others; those that end in `?` may be missing.
fn object(fields: Vec<(&str, Value)>) -> Value {
    let required: Vec<_> = fields
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !name.ends_with('?'))
        .collect();
    let required = json!(required);
    let properties: Map<_, _> = fields
        .into_iter()
        .map(|(name, value)| (name.trim_end_matches('?').to_owned(), value))
        .collect();
    json!({
        "type": "object", "additionalProperties": false, "required": required, "properties": properties,
    })
}

fn finding() -> Value {
    object(vec![
        ("rule", text()),
        ("code?", text()),
        ("level", json!({ "enum": ["info", "warn", "error"] })),
        ("path?", text()),
        ("line?", count()),
        ("column?", count()),
        ("end_column?", count()),
        ("message", text()),
        ("help", text()),
        ("decided_by", text()),
        ("url?", text()),
    ])
}

fn compressed() -> Value {
    object(vec![
        ("bytes", count()),
        ("low", count()),
        ("high", count()),
        ("exact", flag()),
    ])
}

fn part() -> Value {
    object(vec![
        ("name", text()),
        ("kind", text()),
        ("files", count()),
        ("bytes", count()),
        ("compressed", count()),
        ("plus_minus", count()),
    ])
}

fn unread() -> Value {
    object(vec![("path", text()), ("reason", text())])
}

fn change() -> Value {
    let sizes = |more: &[&'static str]| {
        let names = ["before", "after"].iter().chain(more);
        object(
            names
                .map(|name| (*name, json!({ "type": "integer" })))
                .collect(),
        )
    };
    object(vec![
        ("compressed", sizes(&["noise"])),
        ("bytes", sizes(&[])),
        (
            "parts",
            list(object(vec![
                ("name", text()),
                ("kind", text()),
                ("how", json!({ "enum": ["grew", "shrank", "new", "gone"] })),
                ("before", count()),
                ("after", count()),
            ])),
        ),
    ])
}

fn budget() -> Value {
    let layer = object(vec![
        ("name", text()),
        ("buildpack", text()),
        (
            "known",
            json!({ "enum": ["seen", "remembered", "unknown"] }),
        ),
        ("files", count()),
        ("bytes", count()),
        ("compressed", count()),
        ("plus_minus", count()),
        ("image", maybe_count()),
    ]);
    // The measured amount is named by its unit.
    let exceeded = json!({ "type": "object", "required": ["what", "limit", "decided_by"] });
    object(vec![
        ("verdict", text()),
        ("files", count()),
        ("bytes", count()),
        ("compressed", compressed()),
        ("image", compressed()),
        ("parts", list(part())),
        ("kinds", list(part())),
        ("layers", list(layer)),
        ("repeated_links", count()),
        ("change", maybe(change())),
        ("exceeded", list(exceeded)),
        (
            "savings",
            list(object(vec![("bytes", count()), ("how", text())])),
        ),
        ("unread", list(unread())),
    ])
}

fn strip() -> Value {
    let weighed = |names: [&'static str; 2]| {
        let mut fields: Vec<_> = names.iter().map(|name| (*name, text())).collect();
        fields.extend([("files", count()), ("bytes", count())]);
        list(object(fields))
    };
    let place = || object(vec![("path", text()), ("line", count())]);
    let line = object(vec![
        ("line", count()),
        ("text", text()),
        ("files", count()),
        ("bytes", count()),
        ("refused", json!({})),
        ("note", json!({})),
    ]);
    let file = || {
        object(vec![
            ("path", text()),
            ("bytes", count()),
            ("entry", text()),
        ])
    };
    object(vec![
        ("dry_run", flag()),
        ("files", count()),
        ("bytes", count()),
        ("kept", count()),
        (
            "by_reason",
            list(object(vec![
                ("reason", text()),
                ("files", count()),
                ("bytes", count()),
            ])),
        ),
        ("kept_because", weighed(["path", "because"])),
        ("offers", weighed(["path", "because"])),
        (
            "dev_dependencies",
            list(object(vec![
                ("name", text()),
                ("path", text()),
                ("line", count()),
            ])),
        ),
        ("undecided", list(place())),
        (
            "identical",
            list(object(vec![("paths", list(text())), ("bytes", count())])),
        ),
        (
            "lists",
            list(object(vec![
                ("name", text()),
                ("applied", flag()),
                ("note", json!({})),
                ("lines", list(line)),
            ])),
        ),
        ("put_back", maybe_text()),
        ("failed", list(unread())),
        ("shrunk", list(file())),
        ("manifest", list(file())),
    ])
}

fn variables() -> Value {
    let step = object(vec![
        ("buildpack", text()),
        ("layer", maybe_text()),
        ("file", json!({})),
        ("how", text()),
        ("fired", flag()),
    ]);
    map(object(vec![("value", json!({})), ("set_by", list(step))]))
}

fn stack() -> Value {
    let layer = object(vec![
        ("name", text()),
        ("build", json!({ "type": ["boolean", "null"] })),
        ("launch", json!({ "type": ["boolean", "null"] })),
        ("cache", json!({ "type": ["boolean", "null"] })),
        ("bytes", count()),
        ("files", count()),
        ("reused", flag()),
        ("remembered", flag()),
    ]);
    let buildpack = object(vec![
        ("id", text()),
        ("version", text()),
        ("state", json!({ "enum": ["ran", "own", "not yet"] })),
        ("system", flag()),
        ("launch_bytes", count()),
        (
            "commands",
            list(object(vec![("name", text()), ("version", maybe_text())])),
        ),
        ("variables", list(text())),
        ("processes", list(text())),
        ("layers", list(layer)),
    ]);
    let process = object(vec![
        ("type", text()),
        ("command", text()),
        ("direct", flag()),
        ("default", flag()),
        ("exec_env", json!({})),
        ("owner", maybe_text()),
        ("replaces", list(text())),
    ]);
    let candidate = || {
        object(vec![
            ("owner", text()),
            ("folder", text()),
            ("version", maybe_text()),
            ("bytes", maybe_count()),
        ])
    };
    object(vec![
        ("order", json!({ "enum": ["known", "unknown"] })),
        ("buildpacks", list(buildpack)),
        ("default_process", maybe_text()),
        ("processes", list(process.clone())),
        ("processes_elsewhere", list(process)),
        (
            "path",
            list(object(vec![
                ("folder", text()),
                ("owner", maybe_text()),
                ("commands", count()),
            ])),
        ),
        (
            "shadowed",
            list(object(vec![
                ("command", text()),
                ("winner", candidate()),
                ("losers", list(candidate())),
            ])),
        ),
        (
            "variables",
            object(vec![
                ("build", variables()),
                ("launch", variables()),
                ("by_process", map(variables())),
            ]),
        ),
        (
            "app_files",
            maybe(object(vec![
                ("changed", list(text())),
                ("deleted", list(text())),
            ])),
        ),
        ("corrected_order", list(text())),
        ("unknown", list(text())),
    ])
}

fn dependency() -> Value {
    object(vec![
        ("name", text()),
        (
            "verdict",
            json!({ "enum": ["hit", "miss", "partial", "adopted", "skipped"] }),
        ),
        ("reasons", list(text())),
        ("seconds", json!({ "type": "number" })),
        ("saved_seconds", json!({ "type": ["number", "null"] })),
        ("bytes", maybe_count()),
        ("stored_bytes", maybe_count()),
    ])
}

fn binary() -> Value {
    let section = object(vec![
        ("name", text()),
        ("bytes", count()),
        ("compressed", count()),
    ]);
    object(vec![
        ("path", text()),
        ("bytes", count()),
        ("sections", list(section)),
    ])
}

/// `docs/schema/report.json`. What a report has depends on the verb that wrote it.
#[must_use]
pub fn document() -> String {
    let rule = object(vec![
        ("rule", text()),
        (
            "status",
            json!({ "enum": ["fail", "pass", "conditional", "n/a", "unknown"] }),
        ),
    ]);
    let size = object(vec![
        ("files", count()),
        ("bytes", count()),
        ("compressed", compressed()),
        ("image", compressed()),
    ]);
    let copies = object(vec![
        ("files", count()),
        ("bytes", count()),
        (
            "largest",
            list(object(vec![("bytes", count()), ("paths", list(text()))])),
        ),
    ]);
    let image_layer = object(vec![
        ("name", text()),
        ("files", count()),
        ("bytes", count()),
        ("compressed", count()),
        ("exact", flag()),
    ]);
    let hidden = object(vec![
        ("path", text()),
        ("bytes", count()),
        ("layer", text()),
        ("by", text()),
        ("how", json!({ "enum": ["replaced", "removed"] })),
    ]);
    let mut schema = object(vec![
        ("schema", json!({ "const": super::SCHEMA })),
        ("findings?", list(finding())),
        ("budget?", budget()),
        ("strip?", strip()),
        ("stack?", stack()),
        ("dependencies?", list(dependency())),
        ("boot?", json!({ "type": ["object", "null"] })),
        ("rules?", list(rule)),
        ("unread?", list(unread())),
        ("seconds?", json!({ "type": "number" })),
        ("diff?", change()),
        ("size?", size),
        ("parts?", list(part())),
        ("kinds?", list(part())),
        ("duplicates?", copies),
        ("binaries?", list(binary())),
        ("layers?", list(image_layer)),
        (
            "hidden?",
            object(vec![("bytes", count()), ("files", list(hidden))]),
        ),
        (
            "processes?",
            list(json!({ "type": "object", "required": ["type", "env", "set_by"] })),
        ),
        ("variables?", list(json!({ "type": "object" }))),
        ("unknown?", json!({})),
    ]);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("A report of slugsmith");
    super::pretty(&schema)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_file_is_current() {
        let file =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema/report.json");
        if std::env::var_os("SLUGSMITH_BLESS").is_some() {
            fs_err::create_dir_all(file.parent().unwrap()).unwrap();
            fs_err::write(&file, super::document()).unwrap();
        }
        assert_eq!(
            fs_err::read_to_string(&file).unwrap_or_default(),
            super::document(),
            "docs/schema/report.json is not current: run SLUGSMITH_BLESS=1 cargo test -p slugsmith-print schema"
        );
    }
}
