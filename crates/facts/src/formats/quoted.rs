//! Texts in double quotes, in source and settings of languages that no parser here knows (Kotlin, HOCON).

use super::numbered;

/// A text, with the line that it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quoted<'t> {
    pub text: &'t str,
    /// The whole line.
    pub line: &'t str,
    /// 1-based.
    pub number: u32,
}

/// The first text of each line that begins with `start`.
pub fn starting<'t>(text: &'t str, start: &str) -> impl Iterator<Item = Quoted<'t>> {
    let opening = format!("\"{start}");
    numbered(text).filter_map(move |(number, _, line)| {
        let at = line.find(&opening)? + 1;
        let text = line.get(at..)?.split('"').next()?;
        Some(Quoted { text, line, number })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_with_their_lines() {
        let text = "a = \"jdbc:h2:mem:a\"\r\nb = \"http:b\"\n  c(\"jdbc:h2:b\", \"x\")\n";
        let found: Vec<_> = starting(text, "jdbc:")
            .map(|one| (one.text, one.number))
            .collect();
        assert_eq!(found, [("jdbc:h2:mem:a", 1), ("jdbc:h2:b", 3)]);
    }
}
