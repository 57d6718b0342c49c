//! Tokens that their beginning gives away, for the mask.

use super::{MASK, is_end};

/// Beginnings of tokens, as their issuers document them or as secret scanners know them
/// (GitHub's "supported secret scanning patterns"), each with the least length of the whole.
const PREFIXES: &[(&str, usize)] = &[
    ("-----BEGIN", 16),
    ("AGE-SECRET-KEY-", 24),
    ("AIza", 16),
    ("AKIA", 16),
    ("ASIA", 16),
    ("ATATT3", 24),
    ("CFPAT-", 24),
    ("EAAC", 40),
    ("HRKU-", 16),
    ("NRAK-", 24),
    ("PMAK-", 24),
    ("SG.", 16),
    ("dapi", 32),
    ("dckr_oat_", 24),
    ("dckr_pat_", 24),
    ("doo_v1_", 24),
    ("dop_v1_", 24),
    ("dor_v1_", 24),
    ("dp.pt.", 24),
    ("eyJ", 16),
    ("fo1_", 24),
    ("figd_", 24),
    ("ghp_", 16),
    ("gho_", 16),
    ("ghr_", 16),
    ("ghs_", 16),
    ("ghu_", 16),
    ("github_pat_", 16),
    ("glc_", 24),
    ("gldt-", 16),
    ("glpat-", 16),
    ("glptt-", 16),
    ("glrt-", 16),
    ("glsa_", 24),
    ("hf_", 30),
    ("hvb.", 24),
    ("hvs.", 24),
    ("lin_api_", 24),
    ("nfp_", 24),
    // npm's own variables begin as its tokens do, which have 36 characters behind that.
    ("npm_", 40),
    ("ntn_", 24),
    ("pscale_pw_", 24),
    ("pscale_tkn_", 24),
    ("pul-", 40),
    ("pypi-", 16),
    ("rk_live_", 16),
    ("rk_test_", 16),
    ("rubygems_", 40),
    ("rzp_live_", 20),
    ("sbp_", 24),
    ("shpat_", 24),
    ("shpca_", 24),
    ("shppa_", 24),
    ("shpss_", 24),
    ("sk-", 16),
    ("sk_live_", 16),
    ("sk_test_", 16),
    ("sntrys_", 24),
    ("sntryu_", 24),
    ("sq0atp-", 20),
    ("sq0csp-", 20),
    ("tfp_", 24),
    ("whsec_", 20),
    ("xapp-", 16),
    ("xoxa-", 16),
    ("xoxb-", 16),
    ("xoxe", 16),
    ("xoxp-", 16),
    ("xoxs-", 16),
    ("ya29.", 20),
];

/// The least of the lengths above.
const SHORTEST: usize = 16;

/// Letters that a token begins with.
const FIRST: [bool; 128] = {
    let mut letters = [false; 128];
    let mut at = 0;
    while at < PREFIXES.len() {
        letters[PREFIXES[at].0.as_bytes()[0] as usize] = true;
        at += 1;
    }
    letters[b'S' as usize] = true;
    letters
};

/// The text with its tokens masked; `None` where there is none.
pub(super) fn mask(text: &str) -> Option<String> {
    let is_between =
        |c: char| is_end(c) || matches!(c, '=' | ':' | '/' | '@' | '[' | ']' | '{' | '}');
    let mut out = String::new();
    let (mut done, mut at) = (0, 0);
    for word in text.split(is_between) {
        if is_token(word) {
            out.push_str(&text[done..at]);
            out.push_str(MASK);
            done = at + word.len();
        }
        at += word.len();
        at += text[at..].chars().next().map_or(0, char::len_utf8);
    }
    out.push_str(&text[done..]);
    (done > 0).then_some(out)
}

fn is_token(word: &str) -> bool {
    let begins = |(prefix, least): &(&str, usize)| word.len() >= *least && word.starts_with(prefix);
    // A report names tens of thousands of files, in words that are shorter or begin with other letters.
    let first = word.bytes().next().map_or(0, usize::from);
    word.len() >= SHORTEST
        && FIRST.get(first) == Some(&true)
        && (PREFIXES.iter().any(begins) || is_twilio(word))
}

/// `SK` and 32 hexadecimal digits.
fn is_twilio(word: &str) -> bool {
    word.strip_prefix("SK")
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|one| one.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::{PREFIXES, SHORTEST};

    #[test]
    fn no_token_is_shorter_than_the_shortest() {
        assert_eq!(
            PREFIXES.iter().map(|(_, least)| *least).min(),
            Some(SHORTEST)
        );
    }
}
