//! Where do the layers of an image lie, whatever form it is kept in?

use slugsmith_facts::beneath;
use std::collections::{HashMap, HashSet};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::bound::Bound;
use super::{broken, tar};
use slugsmith_finding::error::Result;

/// Manifests and configurations are small; anything larger is none.
const LARGEST_JSON: u64 = 16 * 1024 * 1024;
/// What a decoder may hold back, as a power of two of bytes: no builder of images needs half of that, and each core has
/// a decoder.
const LARGEST_WINDOW: u32 = 25;
/// Layers of an image that is read: overlayfs, on which engines run them, stacks 500 (Linux, `fs/overlayfs/params.h`,
/// `OVL_MAX_STACK`).
const MOST_LAYERS: usize = 500;
/// Indexes can hold indexes, but not for ever.
const DEEPEST: usize = 4;

/// An image that was opened.
pub(super) struct Image {
    pub(super) config: Value,
    /// Lowest first.
    pub(super) layers: Vec<Blob>,
}

/// One layer's bytes in a file.
#[derive(Debug, Clone)]
pub(super) struct Blob {
    file: PathBuf,
    offset: u64,
    /// Bytes in the file.
    pub(super) length: u64,
    /// Bytes as a registry stores it; `None` if the file holds it uncompressed.
    pub(super) compressed: Option<u64>,
}

impl Blob {
    /// The layer's archive, decompressed.
    pub(super) fn open(&self) -> Result<Box<dyn Read>> {
        let raw = self.raw()?;
        Ok(match self.magic()?.as_slice() {
            [0x1f, 0x8b, ..] => Box::new(flate2::read::MultiGzDecoder::new(raw)),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => {
                let failed = |error| slugsmith_finding::error::io("reading", &self.file, &error);
                let mut decoder = zstd::Decoder::new(raw).map_err(failed)?;
                decoder.window_log_max(LARGEST_WINDOW).map_err(failed)?;
                Box::new(BufReader::new(decoder))
            }
            _ => Box::new(raw),
        })
    }

    fn raw(&self) -> Result<BufReader<impl Read + use<>>> {
        let failed = |error| slugsmith_finding::error::io("reading", &self.file, &error);
        let mut file = beneath::open(&self.file).map_err(failed)?;
        file.seek(SeekFrom::Start(self.offset)).map_err(failed)?;
        Ok(BufReader::with_capacity(256 * 1024, file.take(self.length)))
    }

    fn magic(&self) -> Result<Vec<u8>> {
        let mut magic = Vec::new();
        self.raw()?
            .take(4)
            .read_to_end(&mut magic)
            .map_err(|error| slugsmith_finding::error::io("reading", &self.file, &error))?;
        Ok(magic)
    }
}

/// Bytes that the layers take in their files; what several layers name is there once.
pub(super) fn stored(layers: &[Blob]) -> u64 {
    let places: HashSet<_> = layers
        .iter()
        .map(|blob| (&blob.file, blob.offset, blob.length))
        .collect();
    let lengths = places.iter().map(|(_, _, length)| *length);
    lengths.fold(0, u64::saturating_add)
}

/// A folder or an archive in which blobs have names.
enum Store {
    Folder(PathBuf),
    Archive {
        file: PathBuf,
        members: HashMap<String, (u64, u64)>,
    },
}

impl Store {
    fn blob(&self, name: &str) -> Option<Blob> {
        match self {
            Self::Folder(root) => {
                let file = beneath::inside(root, Path::new(name)).ok()?;
                let length = fs_err::metadata(&file).ok()?.len();
                Some(Blob {
                    file,
                    offset: 0,
                    length,
                    compressed: None,
                })
            }
            Self::Archive { file, members } => {
                let (offset, length) = *members.get(name)?;
                Some(Blob {
                    file: file.clone(),
                    offset,
                    length,
                    compressed: None,
                })
            }
        }
    }

    fn layer(&self, name: &str) -> Result<Option<Blob>> {
        let Some(mut blob) = self.blob(name) else {
            return Ok(None);
        };
        let magic = blob.magic()?;
        let compressed =
            magic.starts_with(&[0x1f, 0x8b]) || magic.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
        blob.compressed = compressed.then_some(blob.length);
        Ok(Some(blob))
    }

    fn json(&self, name: &str) -> Option<Value> {
        let blob = self.blob(name).filter(|blob| blob.length <= LARGEST_JSON)?;
        let mut text = String::new();
        blob.raw().ok()?.read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    }
}

/// Opens an image: a `docker save` archive, an OCI layout, or an archive of one.
pub(super) fn open(path: &Path) -> Result<Image> {
    let store = if path.is_dir() {
        Store::Folder(path.to_owned())
    } else {
        let mut file = beneath::open(path)
            .map_err(|error| slugsmith_finding::error::io("reading", path, &error))?;
        no_archive(path, &mut file)?;
        let members = tar::index(&mut file, &Bound::of(0))
            .map_err(|error| broken(path, &error.to_string()))?;
        Store::Archive {
            file: path.to_owned(),
            members,
        }
    };
    let (config, names) = docker(&store).or_else(|| oci(&store)).ok_or_else(|| {
        broken(
            path,
            "it holds neither manifest.json nor index.json with an image",
        )
    })?;
    if names.len() > MOST_LAYERS {
        let count = names.len();
        return Err(broken(
            path,
            &format!("it names {count} layers, and no engine runs more than {MOST_LAYERS}"),
        ));
    }
    let mut layers = Vec::new();
    for name in names {
        let layer = store.layer(&name)?;
        layers.push(layer.ok_or_else(|| broken(path, &format!("layer {name} is missing")))?);
    }
    let config = store
        .json(&config)
        .ok_or_else(|| broken(path, &format!("its configuration {config} is missing")))?;
    Ok(Image { config, layers })
}

/// What a file is by how it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    Tar,
    Gzip,
    Zstd,
    Empty,
    Other,
}

/// What begins with these bytes, up to 512 of them.
#[must_use]
pub fn begin(bytes: &[u8]) -> Begin {
    // A tar of any kind names its first member and has a checksum of digits.
    let is_sum = |sum: &[u8]| sum.iter().all(|c| b" 01234567\0".contains(c));
    match bytes {
        [] => Begin::Empty,
        [0x1f, 0x8b, ..] => Begin::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Begin::Zstd,
        [1..=255, ..] if bytes.len() == 512 && bytes.get(148..154).is_some_and(is_sum) => {
            Begin::Tar
        }
        _ => Begin::Other,
    }
}

/// Says of a file that is none what it is instead, and puts the file back to its start.
fn no_archive(path: &Path, file: &mut std::fs::File) -> Result<()> {
    let failed = |error| slugsmith_finding::error::io("reading", path, &error);
    let mut start = Vec::new();
    file.take(512).read_to_end(&mut start).map_err(failed)?;
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    let shown = path.display();
    let compressed = |how: &str| {
        let problem = broken(path, "the archive itself is compressed");
        Err(problem.step(format!("{how} --stdout {shown} | slugsmith inspect -")))
    };
    match begin(&start) {
        Begin::Tar => return Ok(()),
        Begin::Gzip => return compressed("gunzip"),
        Begin::Zstd => return compressed("zstd --decompress"),
        Begin::Empty | Begin::Other => {}
    }
    let folder = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let problem = broken(path, "a file that is no archive");
    Err(problem.step(format!(
        "Its size is what it is; of the folder it is in: `slugsmith inspect {}`",
        folder.display()
    )))
}

/// Names of the configuration and the layers, from `docker save`'s manifest.json.
fn docker(store: &Store) -> Option<(String, Vec<String>)> {
    let manifest = store.json("manifest.json")?;
    let image = manifest.get(0)?;
    let layers = image.get("Layers")?.as_array()?;
    let layers = layers.iter().map(|layer| layer.as_str().map(str::to_owned));
    Some((
        image.get("Config")?.as_str()?.to_owned(),
        layers.collect::<Option<_>>()?,
    ))
}

/// The same from an OCI layout; of an image for several platforms, Linux on x86-64.
fn oci(store: &Store) -> Option<(String, Vec<String>)> {
    let mut document = store.json("index.json")?;
    for _ in 0..DEEPEST {
        if let (Some(config), Some(layers)) = (document.get("config"), document.get("layers")) {
            let layers = layers.as_array()?.iter().map(path_of);
            return Some((path_of(config)?, layers.collect::<Option<_>>()?));
        }
        let manifests = document.get("manifests")?.as_array()?;
        let fits = |manifest: &&Value| {
            manifest
                .pointer("/platform/architecture")
                .and_then(Value::as_str)
                == Some("amd64")
        };
        let chosen = manifests.iter().find(fits).or_else(|| manifests.first())?;
        document = store.json(&path_of(chosen)?)?;
    }
    None
}

/// `blobs/sha256/HEX` of a descriptor; digests that are none name no file.
fn path_of(descriptor: &Value) -> Option<String> {
    let (algorithm, hex) = descriptor.get("digest")?.as_str()?.split_once(':')?;
    let plain =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (plain(algorithm) && plain(hex)).then(|| format!("blobs/{algorithm}/{hex}"))
}
