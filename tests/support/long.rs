//! Whether a heavy suite runs in its long form, for every test that has a short one.

/// `SLUGSMITH_LONG=1`: all cases, where a usual run takes some of them.
pub(crate) fn is_long() -> bool {
    std::env::var_os("SLUGSMITH_LONG").is_some()
}
