//! Is a word the name of anything in a tree, for millions of words of which few are?

use foldhash::HashSet;

/// Bits for each name: one word in so many that is no name is looked for all the same.
const BITS: usize = 16;

/// Names, and a table by which nearly all other words are told from them without a look at the names.
pub(super) struct Names<'a> {
    names: HashSet<&'a str>,
    /// By [`place`], whether some name has it.
    table: Vec<u64>,
    /// How far a hash is moved to become a place.
    shift: u32,
}

impl<'a> Names<'a> {
    pub(super) fn new(names: HashSet<&'a str>) -> Self {
        let bits = (names.len() * BITS).next_power_of_two().max(64);
        let shift = u64::BITS - bits.trailing_zeros();
        let mut table = vec![0_u64; bits / 64];
        for name in &names {
            let place = place(name, shift);
            if let Some(word) = table.get_mut(place / 64) {
                *word |= 1 << (place % 64);
            }
        }
        Self {
            names,
            table,
            shift,
        }
    }

    pub(super) fn has(&self, word: &str) -> bool {
        let place = place(word, self.shift);
        let bits = self.table.get(place / 64).copied().unwrap_or_default();
        bits & 1 << (place % 64) != 0 && self.names.contains(word)
    }
}

/// The place of a word, by its length and by what it begins and ends with.
fn place(word: &str, shift: u32) -> usize {
    /// A prime that spreads all bits to the upper ones.
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let bytes = word.as_bytes();
    let (first, last) = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => (
            bytes
                .iter()
                .fold(0, |all, byte| all << 8 | u64::from(*byte)),
            0,
        ),
    };
    let mixed = (first ^ last.rotate_left(29) ^ bytes.len() as u64).wrapping_mul(SPREAD);
    let mixed = (mixed ^ mixed >> 32).wrapping_mul(SPREAD);
    usize::try_from(mixed >> shift).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use foldhash::HashSetExt;

    use super::*;

    #[test]
    fn each_name_is_found_and_other_words_are_not() {
        for count in [0, 1, 3, 2_000] {
            let names: Vec<String> = (0..count)
                .map(|number| format!("name-{number}.js"))
                .collect();
            let mut set = HashSet::new();
            set.extend(names.iter().map(String::as_str));
            let index = Names::new(set);
            assert!(names.iter().all(|name| index.has(name)), "{count}");
            for word in [
                "",
                "a",
                "name",
                "name-2000.js",
                "name-20000.js",
                "another name",
            ] {
                assert!(!index.has(word), "{word}");
            }
        }
    }
}
