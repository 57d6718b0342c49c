//! Who made each layer, from the labels of a built image?

use serde_json::Value;

/// A name for each of `count` layers, lowest first, from the image's configuration.
pub(super) fn of(config: &Value, count: usize) -> Vec<String> {
    let digests: Vec<_> = config
        .pointer("/rootfs/diff_ids")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|digest| digest.as_str().unwrap_or_default())
        .collect();
    let metadata = config
        .pointer("/config/Labels/io.buildpacks.lifecycle.metadata")
        .and_then(Value::as_str)
        .and_then(|text| serde_json::from_str::<Value>(text).ok())
        .unwrap_or_default();
    let known = known(&metadata);
    let base = base_layers(&metadata, &digests);
    (0..count)
        .map(|number| {
            let digest = digests.get(number).copied().unwrap_or_default();
            let found = known
                .iter()
                .find(|(sha, _)| *sha == digest && !sha.is_empty());
            match found {
                Some((_, name)) => name.clone(),
                None if number < base => format!("run image, layer {}", number + 1),
                None => {
                    let hex = digest.rsplit(':').next().unwrap_or_default();
                    format!("layer {} {}", number + 1, hex.get(..12).unwrap_or(hex))
                }
            }
        })
        .collect()
}

/// Digests and names from the lifecycle's metadata.
fn known(metadata: &Value) -> Vec<(&str, String)> {
    let mut known = Vec::new();
    let list = |key: &str| {
        metadata
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    for buildpack in list("buildpacks") {
        let id = buildpack
            .get("key")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let layers = buildpack.get("layers").and_then(Value::as_object);
        for (name, layer) in layers.into_iter().flatten() {
            if let Some(sha) = layer.get("sha").and_then(Value::as_str) {
                known.push((sha, format!("{name} ({id})")));
            }
        }
    }
    for (number, slice) in list("app").enumerate() {
        if let Some(sha) = slice.get("sha").and_then(Value::as_str) {
            let name = if number == 0 {
                "app".to_owned()
            } else {
                format!("app, slice {}", number + 1)
            };
            known.push((sha, name));
        }
    }
    for name in ["launcher", "config", "process-types", "sbom"] {
        if let Some(sha) = metadata
            .pointer(&format!("/{name}/sha"))
            .and_then(Value::as_str)
        {
            known.push((sha, name.to_owned()));
        }
    }
    known
}

/// How many layers the run image has.
fn base_layers(metadata: &Value, digests: &[&str]) -> usize {
    let top = metadata
        .pointer("/runImage/topLayer")
        .and_then(Value::as_str);
    top.and_then(|top| digests.iter().position(|digest| *digest == top))
        .map_or(0, |place| place + 1)
}
