//! `[com.slugsmith.budget]`: which sizes are allowed?

use super::{Key, Origin, Section, Sourced};
use slugsmith_finding::error::Result;
use slugsmith_finding::units::MB;

/// Limits on the compressed slug, in bytes.
#[derive(Debug, Clone)]
pub struct BudgetConfig {
    pub warn: Sourced<u64>,
    pub fail: Sourced<u64>,
    /// Against the last successful build.
    pub growth: Option<Sourced<Growth>>,
    /// Bytes on disk, all files together.
    pub unpacked: Option<Sourced<u64>>,
    pub files: Option<Sourced<u64>>,
    /// Bytes on disk of one file.
    pub largest_file: Option<Sourced<u64>>,
    /// Budgets for parts, by path or package name, in file order.
    pub parts: Vec<(String, Sourced<u64>)>,
}

/// The platform's own limit on a compressed slug, bytes: 1 GB in its own units of 2^30, since
/// March 2026 (heroku.com/blog, "Bigger slugs and greater build timeout flexibility").
pub const PLATFORM_LIMIT: u64 = 1 << 30;

/// No limit at all: images have none unless the app's own configuration sets one.
pub const UNLIMITED: u64 = u64::MAX;

impl BudgetConfig {
    /// Takes back the default of `fail` where the platform has no limit of its own (images).
    pub fn without_platform_limit(&mut self) {
        if self.fail.source == Origin::Default {
            self.fail.value = UNLIMITED;
        }
    }
}

/// How much a slug may grow from one build to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Growth {
    Percent(f64),
    Bytes(u64),
}

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "warn",
        "\"300 MB\"",
        "Compressed size from which the log warns: good practice for fast deploys and rollbacks.",
    ),
    Key::new(
        "fail",
        "\"1 GiB\"",
        "Compressed size from which the build fails. The default is the platform's own limit (Cedar: 1 GB since \
         March 2026, 500 MB before); an image has none.",
    ),
    Key::new(
        "growth",
        "",
        "How much the slug may grow against the last successful build: `\"10%\"` or `\"20 MB\"`.",
    ),
    Key::new(
        "preset",
        "",
        "A platform's own limits as the default of `fail` and `unpacked`: `\"cedar\"` (1 GB), `\"cedar-2025\"` \
         (500 MB, the limit before March 2026) or `\"functions\"` (250 MB unpacked, as serverless functions \
         allow).",
    ),
    Key::new(
        "unpacked",
        "",
        "Size on disk from which the build fails: `\"250 MB\"`.",
    ),
    Key::new(
        "files",
        "",
        "Number of files from which the build fails: `100000`.",
    ),
    Key::new(
        "largest_file",
        "",
        "Size on disk of one file from which the build fails: `\"50 MB\"`.",
    ),
    Key::table(
        "part",
        "Budgets for parts, by path or package: `\"node_modules\" = \"120 MB\"`.",
    ),
];

pub(super) fn read(section: &mut Section<'_>) -> Result<BudgetConfig> {
    let part = section.child("part", &[]);
    let mut parts = Vec::new();
    for name in part.names() {
        if let Some(limit) = part.size(name)? {
            parts.push((name.to_owned(), limit));
        }
    }
    let preset = section.checked("preset", &presets(), |name| {
        PRESETS.iter().find(|preset| preset.name == name)
    })?;
    let preset = |limit: fn(&Preset) -> Option<u64>| {
        let preset = preset.as_ref()?;
        Some(Sourced {
            value: limit(preset.value)?,
            source: preset.source.clone(),
        })
    };
    Ok(BudgetConfig {
        warn: section.size("warn")?.unwrap_or(Sourced::default(300 * MB)),
        fail: section
            .size("fail")?
            .or(preset(|preset| preset.fail))
            .unwrap_or(Sourced::default(PLATFORM_LIMIT)),
        unpacked: section
            .size("unpacked")?
            .or(preset(|preset| preset.unpacked)),
        files: section.checked("files", "a number of files", |text| text.parse().ok())?,
        largest_file: section.size("largest_file")?,
        growth: section.checked("growth", "a percentage such as \"10%\" or a size", growth)?,
        parts,
    })
}

/// The limits of a platform.
struct Preset {
    name: &'static str,
    /// Compressed bytes.
    fail: Option<u64>,
    unpacked: Option<u64>,
}

/// Cedar: heroku.com/blog, "Bigger slugs and greater build timeout flexibility" (March 2026).
/// Functions: AWS Lambda quotas, 262,144,000 bytes unzipped with layers; Vercel likewise.
const PRESETS: &[Preset] = &[
    Preset {
        name: "cedar",
        fail: Some(PLATFORM_LIMIT),
        unpacked: None,
    },
    Preset {
        name: "cedar-2025",
        fail: Some(500 << 20),
        unpacked: None,
    },
    Preset {
        name: "functions",
        fail: None,
        unpacked: Some(262_144_000),
    },
];

/// The platforms whose limits have a name.
pub(super) fn preset_names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|preset| preset.name)
}

fn presets() -> String {
    let names: Vec<_> = preset_names().collect();
    format!("one of {}", names.join(", "))
}

fn growth(text: &str) -> Option<Growth> {
    match text.trim().strip_suffix('%') {
        Some(number) => {
            let percent: f64 = number.trim().parse().ok()?;
            (percent.is_finite() && percent >= 0.0).then_some(Growth::Percent(percent))
        }
        None => slugsmith_finding::units::parse_size(text).map(Growth::Bytes),
    }
}
