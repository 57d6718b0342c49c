//! How much may a preparation add to what a dyno or a container gets?
//!
//! The share is one of everything that ships: the app, with the runtime that a classic buildpack leaves in it, and
//! every launch layer, whoever made it. Bytes are counted as they lie on a disk, as the budget counts them.

use crate::Input;
use slugsmith_config::{DEFAULT_SHARE, Origin};
use slugsmith_finding::units::size;

/// Where the configuration has no share, nothing is bounded below this: 15 % of little are no cost.
const SMALL: u64 = 1_000_000;

/// The bound of one preparation.
pub(crate) struct Share {
    pub most: u64,
    percent: u64,
    source: Origin,
    ships: u64,
}

impl Share {
    pub(crate) fn of(input: &Input<'_>) -> Self {
        let set = input.config.share.as_ref();
        let percent = set.map_or(DEFAULT_SHARE, |share| share.value);
        let ships = input.tree.totals().bytes.saturating_add(input.beside);
        let most = u64::try_from(u128::from(ships) * u128::from(percent) / 100).unwrap_or(u64::MAX);
        Self {
            most: if set.is_none() { most.max(SMALL) } else { most },
            percent,
            source: set.map_or(Origin::Default, |share| share.source.clone()),
            ships,
        }
    }

    /// Why so many bytes are too many, or `None`.
    pub(crate) fn refused(&self, what: &str, bytes: u64) -> Option<String> {
        (bytes > self.most).then(|| {
            format!(
                "No {what}: it would add {}, more than {}",
                size(bytes),
                self.says()
            )
        })
    }

    /// The last place that fits, of places with what they take; `None` where none does. What has no
    /// place (`usize::MAX`) never fits.
    pub(crate) fn last(&self, mut places: Vec<(usize, u64)>) -> Option<usize> {
        places.sort_unstable();
        let (mut last, mut left) = (None, self.most);
        for (place, size) in places {
            let Some(rest) = left.checked_sub(size).filter(|_| place < usize::MAX) else {
                break;
            };
            (last, left) = (Some(place), rest);
        }
        last
    }

    /// `15% of 176 MB (share, default)`.
    pub(crate) fn says(&self) -> String {
        format!(
            "{}% of {} (share, {})",
            self.percent,
            size(self.ships),
            self.source
        )
    }
}
