//! Whether a preparation costs more than its share of the app.

use crate::Input;
use slugsmith_config::Source;
use slugsmith_finding::units::size;

/// Why so many bytes are too many, or `None`. `otherwise` is the bound in percent where the
/// configuration has none.
pub(crate) fn refused(
    input: &Input<'_>,
    what: &str,
    bytes: u64,
    otherwise: Option<u64>,
) -> Option<String> {
    let set = input.config.share.as_ref();
    let percent = set.map(|share| share.value).or(otherwise)?;
    let source = set.map_or(&Source::Default, |share| &share.source);
    let app = input.tree.totals().bytes.saturating_add(input.beside);
    let most = u64::try_from(u128::from(app) * u128::from(percent) / 100).unwrap_or(u64::MAX);
    (bytes > most).then(|| {
        format!(
            "No {what}: it would add {}, more than {percent}% of {} (share, {source})",
            size(bytes),
            size(app),
        )
    })
}
