//! How do settings become inputs of a key without a secret among them?
//!
//! A rotated token must not cost an install and must not be stored; a changed registry
//! must be noticed. So credentials are cut out before anything is hashed.

use super::inputs::Inputs;
use slugsmith_facts::environment::Environment;
pub(super) use slugsmith_facts::secrets::without_credentials;

/// Parts of a name that mark its value as a credential.
const SECRET_NAMES: &[&str] = &[
    "auth",
    "token",
    "passwd",
    "password",
    "secret",
    "credential",
    "apikey",
    "api_key",
    "username",
    "email",
    "certfile",
    "keyfile",
    "private_key",
    "access_key",
    "_key",
];

/// Whether a variable or setting of this name holds a credential.
#[must_use]
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|secret| name.contains(secret))
}

/// Adds every set variable whose name `wanted` accepts, credentials left out.
pub(super) fn environment(
    inputs: &mut Inputs,
    environment: &Environment,
    wanted: impl Fn(&str) -> bool,
) {
    for (name, value) in &environment.variables {
        if wanted(name) && !is_secret(name) {
            let value = without_credentials(&value.to_string_lossy());
            if name == "NODE_ENV" {
                inputs.plain(name, value);
            } else {
                inputs.digest(name, value.as_bytes());
            }
        }
    }
}

/// Adds the variables of these names, whatever they are called: the user says that they count.
/// A digest of a short value can be guessed, so each has a random salt, which is kept with it:
/// `stored` are the inputs of the last build.
pub(super) fn named(
    inputs: &mut Inputs,
    environment: &Environment,
    names: &[String],
    stored: Option<&Inputs>,
) {
    for name in names {
        if let Some(value) = environment.variables.get(name) {
            let old = stored.and_then(|stored| stored.named().get(name));
            inputs.salted(name, value.as_encoded_bytes(), old.map(String::as_str));
        }
    }
}

/// An ini-like settings file (`.npmrc`, `pip.conf`) without comments, blank lines,
/// credentials and the settings in `ignored`.
#[must_use]
pub(super) fn settings(text: &str, ignored: &[&str]) -> String {
    let mut out = String::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let key = key.trim();
        // `//host/:anything` is npm's form for credentials of one registry.
        if key.starts_with("//") || is_secret(key) || ignored.contains(&key) {
            continue;
        }
        out.push_str(key);
        out.push('=');
        out.push_str(&without_credentials(value.trim()));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_cut_and_hosts_stay() {
        let npmrc = "# comment\nregistry = https://user:pass@npm.example/\n\
                     //npm.example/:_authToken=abc\n_auth=xyz\nengine-strict=true\nloglevel=silly\n";
        assert_eq!(
            settings(npmrc, &["loglevel"]),
            "registry=https://npm.example/\nengine-strict=true\n"
        );
    }
}
