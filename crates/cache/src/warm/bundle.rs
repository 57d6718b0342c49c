//! What lies beside a pack, as one small value: the metadata of a cache and its lists.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// More than any cache has, uncompressed; a broken value must not fill the memory.
const MOST_BYTES: usize = 64_000_000;
/// Files beside a pack.
const MOST_FILES: usize = 32;

/// A cache without its tree.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bundle {
    /// Of the index of the pack that holds the tree.
    pub pack: String,
    /// Most bytes of one file of the pack.
    pub most: u64,
    /// The TOML beside the cache's folder.
    pub metadata: Vec<u8>,
    /// Files of the folder, by name.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Files that say what strip removed from the tree, by name.
    pub left_out: BTreeMap<String, Vec<u8>>,
}

impl Bundle {
    pub(super) fn encode(&self) -> std::io::Result<Vec<u8>> {
        let text = serde_json::to_vec(&Encoded::of(self)).map_err(std::io::Error::other)?;
        zstd::bulk::compress(&text, 3)
    }

    /// `None` where it is of another form, or names a file that is none of a cache.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let text = zstd::bulk::decompress(bytes, MOST_BYTES).ok()?;
        let bundle = serde_json::from_slice::<Encoded>(&text).ok()?.decode()?;
        let mut names = bundle.files.keys().chain(bundle.left_out.keys());
        let is_digest =
            bundle.pack.len() == 64 && bundle.pack.bytes().all(|byte| byte.is_ascii_hexdigit());
        let fits = is_digest
            && bundle.files.len() <= MOST_FILES
            && bundle.left_out.len() <= MOST_FILES
            && names.all(|name| is_plain(name));
        fits.then_some(bundle)
    }
}

/// Whether a name is that of a file beside a pack, and leads nowhere.
pub(super) fn is_plain(name: &str) -> bool {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !name.is_empty()
        && name.len() <= 64
        && name != "data"
        && !name.starts_with('.')
        && !name.starts_with("env")
        && name.bytes().all(is_known)
}

/// As JSON, with bytes as text of one character each: nearly all of them are compressed, and the
/// whole is compressed again.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Encoded {
    schema: String,
    pack: String,
    most: u64,
    metadata: String,
    files: BTreeMap<String, String>,
    left_out: BTreeMap<String, String>,
}

const SCHEMA: &str = "slugsmith.warm/1";

impl Encoded {
    fn of(bundle: &Bundle) -> Self {
        let all = |files: &BTreeMap<String, Vec<u8>>| {
            let files = files.iter();
            files
                .map(|(name, bytes)| (name.clone(), text(bytes)))
                .collect()
        };
        Self {
            schema: SCHEMA.to_owned(),
            pack: bundle.pack.clone(),
            most: bundle.most,
            metadata: text(&bundle.metadata),
            files: all(&bundle.files),
            left_out: all(&bundle.left_out),
        }
    }

    fn decode(self) -> Option<Bundle> {
        let all = |files: BTreeMap<String, String>| {
            let files = files.into_iter();
            files
                .map(|(name, text)| Some((name, bytes(&text)?)))
                .collect::<Option<BTreeMap<_, _>>>()
        };
        (self.schema == SCHEMA).then_some(())?;
        Some(Bundle {
            pack: self.pack,
            most: self.most,
            metadata: bytes(&self.metadata)?,
            files: all(self.files)?,
            left_out: all(self.left_out)?,
        })
    }
}

/// Each byte as the character of that number.
fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle() -> Bundle {
        Bundle {
            pack: "ab".repeat(32),
            most: 7,
            metadata: vec![0, 255, b'"'],
            files: [("files.zst".to_owned(), (0..=255).collect())].into(),
            left_out: BTreeMap::new(),
        }
    }

    #[test]
    fn every_byte_comes_back() {
        let encoded = bundle().encode().unwrap();
        assert_eq!(Bundle::decode(&encoded), Some(bundle()));
        for cut in 0..encoded.len() {
            assert_eq!(Bundle::decode(&encoded[..cut]), None);
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in ["../x", "/etc/passwd", "data", ".x", "env.launch", "a/b", ""] {
            let mut odd = bundle();
            odd.files.insert(name.to_owned(), Vec::new());
            assert_eq!(Bundle::decode(&odd.encode().unwrap()), None, "{name}");
        }
        let mut odd = bundle();
        odd.pack = "../../etc".to_owned();
        assert_eq!(Bundle::decode(&odd.encode().unwrap()), None);
    }
}
