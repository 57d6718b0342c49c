//! What is a cache's folder called?

use std::fmt::Write;

/// Begins the names of our folders and their metadata.
pub(super) const PREFIX: &str = "cache-";
/// Longest file name that we make, in bytes; file systems allow 255.
pub(super) const LONGEST: usize = 120;

/// A layer name that is safe as a file name and unique: lower-case letters, digits, `.`
/// and `-` stay, any other byte becomes `_` and two hexadecimal digits.
pub(super) fn escaped(name: &str) -> String {
    let mut out = String::from(PREFIX);
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' => out.push(char::from(byte)),
            _ => {
                // Writing to a String has no way to fail.
                let _ = write!(out, "_{byte:02x}");
            }
        }
    }
    if out.len() > LONGEST {
        out.truncate(LONGEST - 17);
        let _ = write!(
            out,
            "-{:.16}",
            blake3::hash(name.as_bytes()).to_hex().as_str()
        );
    }
    out
}
