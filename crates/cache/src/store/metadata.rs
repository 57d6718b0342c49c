//! What does the TOML beside a cache's folder say?

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use libcnb::data::layer_content_metadata::{LayerContentMetadata, LayerTypes};
use serde::{Deserialize, Serialize};

use crate::effects::Effects;
use crate::inputs::Inputs;
use slugsmith_facts::beneath;

/// Raise it when the meaning of anything stored changes; old caches are then discarded.
/// The buildpack's version is no part of any key: a release must not cost a cold build.
const SCHEMA: &str = "1";

/// No metadata is longer, in bytes.
const LONGEST: u64 = 20_000_000;

/// What a layer's TOML says. All numbers are text, because integers in `[metadata]` come
/// back from the lifecycle as floats (libcnb.rs#473).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    schema: String,
    state: State,
    /// The cache's name as it was given.
    name: String,
    /// Seconds since 1970.
    stored_at: String,
    /// How long the install took, in milliseconds.
    install_ms: String,
    files: String,
    tree_bytes: String,
    stored_bytes: String,
    /// Digest of the pack's index; empty for a cache that is no pack.
    digest: String,
    #[serde(default)]
    contents: Contents,
    #[serde(default, skip_serializing_if = "Effects::is_nothing")]
    effects: Effects,
    inputs: BTreeMap<String, String>,
}

/// Where the next build finds what is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Contents {
    /// Beside this file.
    #[default]
    Here,
    /// In the image of the last build, and nowhere else.
    Image,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Dirty,
    Complete,
}

/// A complete stored cache.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    pub inputs: Inputs,
    /// Since 1970.
    pub stored_at: Duration,
    /// What the install took when this was stored.
    pub install: Duration,
    /// Files and links.
    pub files: u64,
    /// Apparent bytes of the tree.
    pub tree_bytes: u64,
    /// Bytes of what is stored, compressed where it is a pack.
    pub stored_bytes: u64,
    /// Digest of the pack's index, hexadecimal; empty where nothing is packed.
    pub digest: String,
    /// What the install did outside of the trees.
    pub effects: Effects,
    /// The contents are not on this disk: they stay where they are, in the image of the
    /// last build.
    pub is_away: bool,
}

/// What a layer is for; `build` is never set, since no buildpack comes after us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Part of the image.
    pub launch: bool,
    /// Given back to the next build.
    pub cache: bool,
}

impl Kept {
    /// Part of the image, from which the next build takes it over unseen.
    pub const IMAGE: Self = Self {
        launch: true,
        cache: false,
    };

    /// For the next build only.
    pub const CACHE: Self = Self {
        launch: false,
        cache: true,
    };
}

/// What the store knows of a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// Never stored, or purged.
    Nothing,
    /// There is something, and why it can't be trusted.
    Unusable(String),
    Complete(Box<Record>),
}

impl Metadata {
    /// Reads the TOML of a cache, and whether it has `[types]`: the lifecycle takes them out
    /// of what it gives back.
    pub(super) fn read(path: &Path) -> Option<(Self, bool)> {
        let text = String::from_utf8(beneath::read_at_most(path, LONGEST).ok()?).ok()?;
        let read: LayerContentMetadata<Self> = toml::from_str(&text).ok()?;
        Some((read.metadata, read.types.is_some()))
    }

    pub(super) fn write(
        toml: &Path,
        name: &str,
        state: State,
        record: &Record,
        kept: Kept,
    ) -> std::io::Result<()> {
        let metadata = Self {
            schema: SCHEMA.to_owned(),
            state,
            name: name.to_owned(),
            stored_at: record.stored_at.as_secs().to_string(),
            install_ms: record.install.as_millis().to_string(),
            files: record.files.to_string(),
            tree_bytes: record.tree_bytes.to_string(),
            stored_bytes: record.stored_bytes.to_string(),
            digest: record.digest.clone(),
            contents: if kept.cache {
                Contents::Here
            } else {
                Contents::Image
            },
            effects: record.effects.clone(),
            inputs: record.inputs.named().clone(),
        };
        let types = LayerTypes {
            launch: kept.launch,
            build: false,
            cache: kept.cache,
        };
        let content = LayerContentMetadata {
            types: Some(types),
            metadata,
        };
        libcnb::write_toml_file(&content, toml).map_err(std::io::Error::other)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the folder beside it may be missing.
    pub(super) fn is_of_image(&self) -> bool {
        self.contents == Contents::Image
    }

    /// Why what it tells of can't be trusted.
    pub(super) fn doubt(&self, name: &str) -> Option<String> {
        if self.schema != SCHEMA {
            return Some(format!("it has schema {}, not {SCHEMA}", self.schema));
        }
        if self.state == State::Dirty {
            return Some("it was not written to its end".to_owned());
        }
        (self.name != name).then(|| "it belongs to another cache".to_owned())
    }

    pub(super) fn record(&self) -> Option<Record> {
        Some(Record {
            inputs: Inputs::from_named(self.inputs.clone()),
            stored_at: Duration::from_secs(self.stored_at.parse().ok()?),
            install: Duration::from_millis(self.install_ms.parse().ok()?),
            files: self.files.parse().ok()?,
            tree_bytes: self.tree_bytes.parse().ok()?,
            stored_bytes: self.stored_bytes.parse().ok()?,
            digest: self.digest.clone(),
            effects: self.effects.clone(),
            is_away: false,
        })
    }
}
