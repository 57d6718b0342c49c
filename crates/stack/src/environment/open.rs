//! Does a real value fit a prediction that leaves a part of it open?

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// Stands for a part that nobody can know; no value holds a NUL.
pub const UNKNOWN: &str = "\0";

/// Whether a value is what the layers add around something unknown.
#[must_use]
pub fn fits(live: &OsStr, model: &OsStr) -> bool {
    let Some(at) = model.as_bytes().iter().position(|byte| *byte == 0) else {
        return live == model;
    };
    let (before, rest) = model.as_bytes().split_at(at);
    let after = rest.get(1..).unwrap_or_default();
    let live = live.as_bytes();
    // An empty value of the image takes the separator with it.
    let trimmed = |part: &[u8]| {
        part.strip_suffix(b":")
            .map_or(part.to_vec(), <[u8]>::to_vec)
    };
    (live.starts_with(before) && live.ends_with(after) && live.len() >= before.len() + after.len())
        || (after.is_empty() && live == trimmed(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_image_adds_is_left_open() {
        let fits = |live: &str, model: &str| fits(OsStr::new(live), OsStr::new(model));
        assert!(fits("/l/bin:/usr/bin:/bin", "/l/bin:\0"));
        assert!(fits("/l/bin", "/l/bin:\0"));
        assert!(fits("/usr/bin:/tail", "\0:/tail"));
        assert!(fits("/only", "/only"));
        assert!(fits("", "\0"));
        assert!(!fits("/other:/usr/bin", "/l/bin:\0"));
        assert!(!fits("/only:/usr/bin", "/only"));
    }
}
