//! How are sizes and times written, and how are sizes read from configuration?
//!
//! One unit everywhere: MB = 10^6 bytes, as in the configuration. Heroku's own
//! command prints MiB under the name "MB" (its `slug_size` uses 1024-based units),
//! so [`heroku_megabytes`] exists for the places that name both.

use std::time::Duration;

/// Bytes in one MB (10^6), the unit of configuration and logs.
pub const MB: u64 = 1_000_000;

/// A size as logs print it: `87.2 MB`, `12.4 kB`, `512 B`, `1.20 GB`; whole numbers of MB
/// and GB, as limits are, without decimals: `300 MB`, `1 GB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    #[allow(clippy::cast_precision_loss)] // one decimal is printed
    let value = bytes as f64;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", value / 1e3),
        _ if bytes.is_multiple_of(1000 * MB) => format!("{} GB", bytes / (1000 * MB)),
        _ if bytes.is_multiple_of(MB) && bytes < 1000 * MB => format!("{} MB", bytes / MB),
        1_000_000..1_000_000_000 => format!("{:.1} MB", value / 1e6),
        _ => format!("{:.2} GB", value / 1e9),
    }
}

/// A limit in the unit that it was given in: `1 GiB` and `500 MiB` where it is a whole number
/// of these and not of MB, else as [`size`].
#[must_use]
pub fn limit(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    match bytes {
        0 => size(bytes),
        _ if bytes.is_multiple_of(1024 * MIB) => format!("{} GiB", bytes / (1024 * MIB)),
        _ if bytes.is_multiple_of(MIB) && !bytes.is_multiple_of(MB) => {
            format!("{} MiB", bytes / MIB)
        }
        _ => size(bytes),
    }
}

/// A signed difference of sizes: `+2.3 MB`, `-38.0 MB`.
#[must_use]
pub fn size_change(from: u64, to: u64) -> String {
    if to >= from {
        format!("+{}", size(to - from))
    } else {
        format!("-{}", size(from - to))
    }
}

/// The number that `heroku apps:info` would print for this many bytes (1 "MB" = 2^20).
#[must_use]
pub fn heroku_megabytes(bytes: u64) -> String {
    #[allow(clippy::cast_precision_loss)]
    let value = bytes as f64;
    format!("{:.1}M", value / 1_048_576.0)
}

/// A count with separators: `31,204`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 file`, `1,911 files`; the plural is the singular with an `s`.
#[must_use]
pub fn counted(number: u64, singular: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {singular}{plural}", count(number))
}

/// A duration as logs print it: `40ms`, `0.6s`, `14.2s`, `3m 05s`.
#[must_use]
pub fn time(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 0.1 {
        format!("{}ms", duration.as_millis())
    } else if seconds < 60.0 {
        format!("{seconds:.1}s")
    } else {
        self::seconds(duration)
    }
}

/// A running time, in whole seconds: `4s`, `3m 05s`.
#[must_use]
pub fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole < 60 {
        format!("{whole}s")
    } else {
        format!("{}m {:02}s", whole / 60, whole % 60)
    }
}

/// Reads a size: a number with `B`, `kB`, `MB`, `GB` (powers of 1000) or `KiB`, `MiB`,
/// `GiB` (powers of 1024); bare numbers are bytes. `None` if it is none of these.
#[must_use]
pub fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let split = text
        .find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.replace('_', "").parse().ok()?;
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "kib" => 1024.0,
        "mib" => 1_048_576.0,
        "gib" => 1_073_741_824.0,
        _ => return None,
    };
    let bytes = number * factor;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // range is checked
    (bytes.is_finite() && (0.0..1e15).contains(&bytes)).then(|| bytes.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_in_powers_of_thousand() {
        assert_eq!(size(999), "999 B");
        assert_eq!(size(12_400), "12.4 kB");
        assert_eq!(size(87_200_000), "87.2 MB");
        assert_eq!(size(1_204_000_000), "1.20 GB");
        assert_eq!(size(300_000_000), "300 MB");
        assert_eq!(size(1_000_000_000), "1 GB");
        assert_eq!(size_change(87_200_000, 89_500_000), "+2.3 MB");
        assert_eq!(size_change(5_000, 1_000), "-4.0 kB");
        assert_eq!(heroku_megabytes(524_288_000), "500.0M");
    }

    #[test]
    fn counts_have_separators() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(31_204_001), "31,204,001");
        assert_eq!(counted(1, "file"), "1 file");
        assert_eq!(counted(2, "file"), "2 files");
    }

    #[test]
    fn sizes_are_read_with_both_kinds_of_units() {
        assert_eq!(parse_size("300 MB"), Some(300_000_000));
        assert_eq!(parse_size("1.5GB"), Some(1_500_000_000));
        assert_eq!(parse_size("250 MiB"), Some(262_144_000));
        assert_eq!(parse_size("1_000"), Some(1_000));
        assert_eq!(parse_size("many"), None);
        assert_eq!(parse_size("10 parsecs"), None);
        assert_eq!(parse_size(""), None);
        assert_eq!(parse_size("-5 MB"), None);
    }

    #[test]
    fn times_fit_their_length() {
        assert_eq!(time(Duration::from_millis(40)), "40ms");
        assert_eq!(time(Duration::from_millis(640)), "0.6s");
        assert_eq!(time(Duration::from_secs(185)), "3m 05s");
    }
}
