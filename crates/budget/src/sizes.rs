//! Sizes of the slug and of its parts, as they are judged, remembered and printed.

use serde::{Deserialize, Serialize};

use slugsmith_facts::tree::Totals;

/// How the bytes travel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shipped {
    /// In a slug, or not known yet.
    #[default]
    Slug,
    /// In the layers of an image, whose compressed size differs.
    Image,
    /// Not yet: the dependencies that will ship are not installed here.
    Sources,
}

/// Raw and compressed size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    pub totals: Totals,
    /// Bytes of the uncompressed archive, headers and padding included.
    pub archive: u64,
    /// As a slug: one archive, `gzip -6`.
    pub compressed: Compressed,
    /// As layers of an image, which a registry stores: Go's gzip at its fastest level.
    pub image: Compressed,
    /// Bytes of names beyond the first of hard-linked files: a slug stores each name.
    pub repeated_links: u64,
}

/// Bytes after compression, as an interval that holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compressed {
    /// The best single guess.
    pub bytes: u64,
    /// At least so many bytes.
    pub low: u64,
    /// At most so many bytes.
    pub high: u64,
    /// True when every byte was compressed, so that low = bytes = high.
    pub exact: bool,
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartKind {
    Package,
    Folder,
    Layer,
    /// One big file that no package owns.
    File,
    /// All files of a kind, such as source maps.
    Kind,
}

impl PartKind {
    /// The word that JSON and history use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Folder => "folder",
            Self::Layer => "layer",
            Self::File => "file",
            Self::Kind => "kind",
        }
    }
}

/// A package, folder or layer and its share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    pub kind: PartKind,
    pub totals: Totals,
    /// Bytes; an estimate, scaled so that all parts add up to the total.
    pub compressed: u64,
    /// Half-width of the interval around [`Self::compressed`], bytes.
    pub plus_minus: u64,
}
