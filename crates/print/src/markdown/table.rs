//! Cells of tables in Markdown.

use slugsmith_facts::secrets;

/// Text that stays in its cell and is not markup. What is secret goes first: escaped names
/// (`private\_token`) are none that the mask knows.
pub(crate) fn cell(text: &str) -> String {
    let text = secrets::mask(text);
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '|' | '\\' | '`' | '*' | '_' | '<' | '>' | '[' | ']' => {
                out.push('\\');
                out.push(character);
            }
            '\n' | '\r' => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_none_that_an_escape_hides() {
        assert_eq!(cell("a|b_c"), "a\\|b\\_c");
        let cell = cell("https://h/x?private_token=s3cr3t ghp_s3cr3t0123456789abcd");
        assert!(!cell.contains("s3cr3t"), "{cell}");
    }
}
