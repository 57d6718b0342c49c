//! Which inputs did a cache have, old and new? For `SLUGSMITH_CACHE_EXPLAIN=json`.
//!
//! One JSON object per cache, written as a line into the store's `explain.jsonl`, or into
//! the file that `SLUGSMITH_CACHE_EXPLAIN_FILE` names. Values are versions and digests, as
//! in the layer's own metadata: nothing secret is among them.

use std::io::Write;

use super::Context;
use super::inputs::Inputs;
use super::store::Stored;

pub(super) fn write(
    context: &Context<'_>,
    name: &str,
    (verdict, reasons): &(&str, Vec<String>),
    new: &Inputs,
) {
    if context.environment.get("SLUGSMITH_CACHE_EXPLAIN") != Some("json") {
        return;
    }
    let old = match context.store.look_up(name) {
        Stored::Complete(record) => Some(record.inputs.named().clone()),
        Stored::Nothing | Stored::Unusable(_) => None,
    };
    let line = serde_json::json!({
        "schema": "slugsmith.cache-explain/1",
        "cache": name,
        "verdict": verdict,
        "reasons": reasons,
        "old": old,
        "new": new.named(),
    });
    let file = context.environment.get("SLUGSMITH_CACHE_EXPLAIN_FILE");
    let path = file.map_or_else(|| context.store.root().join("explain.jsonl"), Into::into);
    // An explanation that can't be written must not fail a build.
    let _ = fs_err::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .and_then(|mut file| writeln!(file, "{line}"));
}
