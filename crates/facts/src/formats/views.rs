//! Views of Rails, in ERB, Haml and Slim: what do they keep in the cache?

/// Whether a view keeps a part of itself in the cache: `<% cache @member do %>`, `- cache @member do`.
#[must_use]
pub fn keeps_fragments(text: &str) -> bool {
    const CALLS: &[&str] = &["cache ", "cache(", "cache_if", "cache_unless"];
    text.lines().map(str::trim_start).any(|line| {
        let code = line
            .strip_prefix("<%")
            .or_else(|| line.strip_prefix(['-', '=']));
        let code = code.map(|code| code.trim_start_matches(['=', '-']).trim_start());
        code.is_some_and(|code| CALLS.iter().any(|call| code.starts_with(call)))
    })
}

#[cfg(test)]
mod tests {
    use super::keeps_fragments;

    #[test]
    fn a_fragment_is_known_in_each_language() {
        assert!(keeps_fragments("<ul>\n  <% cache @members do %>\n"));
        assert!(keeps_fragments("- cache(@members) do\n"));
        assert!(!keeps_fragments("<p>cache me</p>\n<%= cached_name %>\n"));
    }
}
