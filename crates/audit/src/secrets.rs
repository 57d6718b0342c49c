//! Does a name mean a secret, and is a value one?

/// Whether a variable or key of this name holds a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase().replace(['-', '.'], "_");
    let tail_is_harmless = [
        "_ID",
        "_URL",
        "_TTL",
        "_LENGTH",
        "_NAME",
        "_PATH",
        "_FILE",
        "_HEADER",
        "_ALGORITHM",
        "_EXPIRY",
        "_EXPIRES",
        "_EXPIRATION",
        "_LIFETIME",
        "_ENABLED",
        "_TIMEOUT",
        "_COUNT",
        "_MIN",
        "_MAX",
        "_FIELD",
        "_TYPE",
        "_HOST",
        "_PORT",
        "_USER",
        "_USERNAME",
        "_EXPIRES_IN",
        "_ROUNDS",
        "_RESET",
        "_POLICY",
        "_VALIDATORS",
        "_HASHERS",
        "_ISSUER",
        "_AUDIENCE",
        "_PREFIX",
        "_REGEX",
        "_LIMIT",
        "_DAYS",
        "_HOURS",
        "_CLASS",
        "_ENDPOINT",
        "_URI",
        "_KEY_ALGORITHM",
        "_MAX_AGE",
    ];
    let public =
        upper.contains("PUBLIC") || upper.contains("PUBLISHABLE") || upper.contains("SITE_KEY");
    let secret = [
        "SECRET",
        "PASSWORD",
        "PASSWD",
        "API_KEY",
        "APIKEY",
        "PRIVATE_KEY",
        "ACCESS_KEY",
        "AUTH_TOKEN",
        "ACCESS_TOKEN",
        "ENCRYPTION_KEY",
        "SIGNING_KEY",
        "MASTER_KEY",
        "JWT_KEY",
        "APP_KEY",
        "API_TOKEN",
        "CREDENTIALS",
    ];
    let by_end = upper.ends_with("_PASS") || upper.ends_with("_PWD");
    (by_end || secret.iter().any(|word| upper.contains(word)))
        && !public
        && !tail_is_harmless.iter().any(|tail| upper.ends_with(tail))
}

/// Whether what has this name signs or encrypts for the whole app, not for one user.
pub(super) fn is_signing_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let mut plain = String::new();
    for character in last
        .chars()
        .filter(|character| *character != '_' && *character != '-')
    {
        plain.push(character.to_ascii_lowercase());
    }
    let whole = [
        "secret",
        "secretkey",
        "secretkeybase",
        "sessionsecret",
        "secrettoken",
        "jwtsecret",
        "jwtkey",
        "jwtsecretkey",
        "cookiesecret",
        "signingkey",
        "signingsecret",
        "appkey",
        "appsecret",
        "sessionkey",
        "tokensecret",
        "hashkey",
        "cookiekey",
        "encryptionkey",
        "authsecret",
        "accesstokensecret",
        "refreshtokensecret",
    ];
    whole.contains(&plain.as_str())
}

/// Whether a literal is a secret or a stand-in for one, not empty and not a reference.
pub(super) fn is_secret_value(value: &str) -> bool {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    value.len() >= 3
        && !value.contains("${")
        && !value.contains("<%")
        && !value.contains("{{")
        && !value.starts_with(['<', '$', '%', '/', '.', '#', '@'])
        && !value.contains(char::is_whitespace)
        && !matches!(
            lower.as_str(),
            "none"
                | "null"
                | "nil"
                | "true"
                | "false"
                | "undefined"
                | "optional"
                | "required"
                | "password"
                | "secret"
                | "token"
        )
}

/// A word that asks to be replaced, or that says that there is no value.
pub(super) fn is_stand_in(value: &str) -> bool {
    const WHOLE: &[&str] = &[
        "nil",
        "none",
        "null",
        "undefined",
        "xxx",
        "todo",
        "tbd",
        "fixme",
        "test",
        "fake",
        "n/a",
    ];
    let lower = value.trim().to_ascii_lowercase().replace(['-', '_'], "");
    let is_marked = lower.starts_with('<') && lower.ends_with('>');
    is_marked
        || WHOLE.contains(&lower.as_str())
        || [
            "changeme",
            "changeit",
            "example",
            "placeholder",
            "replace",
            "dummy",
            "yoursecret",
            "xxxx",
            // The keys of reCAPTCHA that anybody may test with (developers.google.com/recaptcha/docs/faq).
            "6leixactaaaaa",
        ]
        .iter()
        .any(|word| lower.contains(word))
}

/// The first key among texts of which the form tells who issued it, with its place.
///
/// The id of an AWS key is no secret: it counts with the key that belongs to it
/// (docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html).
pub(super) fn issued_key<'t, P>(
    texts: impl Iterator<Item = (P, &'t str)>,
) -> Option<(P, &'static str)> {
    let (mut has_id, mut key) = (false, None);
    for (place, text) in texts {
        if let Some(issuer) = issuer_of(text) {
            return Some((place, issuer));
        }
        has_id |= is_aws_id(text);
        if key.is_none() && is_aws_key(text) {
            key = Some(place);
        }
    }
    Some((key.filter(|_| has_id)?, "AWS"))
}

fn is_aws_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    text.len() == 20
        && text.starts_with("AKIA")
        && text.bytes().all(is_plain)
        && !text.ends_with("EXAMPLE")
}

fn is_aws_key(text: &str) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+');
    let has = |kind: fn(&u8) -> bool| text.as_bytes().iter().any(kind);
    text.len() == 40
        && text.bytes().all(is_base64)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && !text.ends_with("EXAMPLEKEY")
        // Keys of reCAPTCHA are as long.
        && !text.starts_with("6L")
}

/// Who issued a key, by its form: forms that nothing else has.
pub(super) fn issuer_of(text: &str) -> Option<&'static str> {
    // Prefix, least length of what follows, issuer.
    const FORMS: &[(&str, usize, &str)] = &[
        ("ghp_", 36, "GitHub"),
        ("github_pat_", 40, "GitHub"),
        ("glpat-", 20, "GitLab"),
        ("xoxb-", 40, "Slack"),
        ("xoxp-", 40, "Slack"),
        ("npm_", 36, "npm"),
        ("hf_", 34, "Hugging Face"),
        ("gsk_", 48, "Groq"),
        ("sk-ant-", 80, "Anthropic"),
        ("sk-proj-", 40, "OpenAI"),
    ];
    let word = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    let lower = text.to_ascii_lowercase();
    let stand_in = ["example", "xxxx", "your", "0000000", "1234567890a"]
        .iter()
        .any(|part| lower.contains(part));
    if stand_in {
        return None;
    }
    let starts = |prefix: &str, least: usize| {
        text.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() >= least && word(rest))
    };
    let mut forms = FORMS.iter();
    if let Some((.., issuer)) = forms.find(|(prefix, least, _)| starts(prefix, *least)) {
        return Some(issuer);
    }
    // Older keys of OpenAI have this word, Base64 for "OpenAI", in their middle.
    if starts("sk-", 48) && text.contains("T3BlbkFJ") {
        return Some("OpenAI");
    }
    if let Some(issuer) = payments(text) {
        return Some(issuer);
    }
    let sendgrid = text
        .strip_prefix("SG.")
        .and_then(|rest| rest.split_once('.'));
    if sendgrid.is_some_and(|(id, key)| id.len() == 22 && key.len() == 43 && word(id) && word(key))
    {
        return Some("SendGrid");
    }
    let telegram = text.split_once(':').is_some_and(|(bot, key)| {
        (8..=10).contains(&bot.len())
            && bot.bytes().all(|byte| byte.is_ascii_digit())
            && key.len() == 35
            && word(key)
    });
    telegram.then_some("Telegram")
}

/// Services that move money, by the forms of their keys for production.
fn payments(text: &str) -> Option<&'static str> {
    const FORMS: &[(&str, usize, &str)] = &[
        ("rk_live_", 24, "Stripe"),
        ("sq0csp-", 43, "Square"),
        ("access_token$production$", 32, "Braintree"),
        ("shpat_", 32, "Shopify"),
        ("shpss_", 32, "Shopify"),
        ("FLWSECK-", 32, "Flutterwave"),
    ];
    let plain = |rest: &str| {
        rest.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$'))
    };
    if let Some(rest) = text.strip_prefix("sk_live_") {
        // Paystack's are 40 hexadecimal digits.
        let hexadecimal = rest.len() == 40
            && rest
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let issuer = if hexadecimal { "Paystack" } else { "Stripe" };
        return (rest.len() >= 24 && plain(rest)).then_some(issuer);
    }
    let mollie = text
        .strip_prefix("live_")
        .is_some_and(|rest| rest.len() == 30 && rest.bytes().all(|b| b.is_ascii_alphanumeric()));
    if mollie {
        return Some("Mollie");
    }
    FORMS
        .iter()
        .find(|(prefix, least, _)| {
            text.strip_prefix(prefix)
                .is_some_and(|rest| rest.len() >= *least && plain(rest))
        })
        .map(|(_, _, issuer)| *issuer)
}

/// Whether a literal looks made by a generator, not typed as a stand-in for development:
/// digits among letters, long, and none of the words that such stand-ins hold.
pub(super) fn is_generated(value: &str) -> bool {
    const WORDS: &[&str] = &[
        "pass",
        "secret",
        "change",
        "example",
        "sample",
        "dummy",
        "test",
        "dev",
        "local",
        "admin",
        "root",
        "your",
        "default",
        "foo",
        "xxx",
        "classpath:",
        "://",
    ];
    let lower = value.to_ascii_lowercase();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    is_secret_value(value)
        && value.len() >= 12
        && digits >= 2
        && letters >= 4
        && !lower.contains("1234")
        && !WORDS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_values_and_payment_keys_are_known() {
        assert!(is_generated("q7Hd92kfLs01Zx"));
        for value in [
            "password123456",
            "changeme2024a1",
            "abcdefghijklmnop",
            "${DB_PASSWORD:a1b2c3}",
        ] {
            assert!(!is_generated(value), "{value}");
        }
        let key = |prefix: &str| format!("{prefix}{}", "4eC39HqLyjWDarjtT1zdp7dc");
        assert_eq!(issuer_of(&key("sk_live_")), Some("Stripe"));
        assert_eq!(issuer_of(&key("sk_test_")), None);
        let paystack = format!("sk_live_{}", "0f3a".repeat(10));
        assert_eq!(issuer_of(&paystack), Some("Paystack"));
    }

    #[test]
    fn names_and_values_are_told_apart() {
        for name in [
            "SECRET_KEY_BASE",
            "ADMIN_PASSWORD",
            "STRIPE_API_KEY",
            "SECRET_TOKEN",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "AWS_ACCESS_KEY_ID",
            "PASSWORD_RESET",
            "STRIPE_PUBLISHABLE_API_KEY",
            "PORT",
            "TOKEN_TTL",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
        assert!(is_secret_value("supersecretpassword"));
        for value in ["", "${SECRET}", "<%= ENV['A'] %>", "<your key>", "a b c d"] {
            assert!(!is_secret_value(value), "{value}");
        }
    }
}
