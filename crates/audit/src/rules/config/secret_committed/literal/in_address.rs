//! Passwords that stand in the address of another machine, for the rule about secrets in code.

use super::super::credentials::is_password_text;
use super::Secret;
use crate::addresses::is_backing_address;
use crate::secrets::is_generated;
use crate::spring::is_elsewhere;
use slugsmith_facts::code::Expr;

impl Secret {
    fn in_address(host: &str, password: &str) -> Self {
        let host = host.split(['/', '?', ',']).next().unwrap_or(host);
        Self {
            name: "password".to_owned(),
            text: password.to_owned(),
            stands_in: false,
            of_host: Some(host.to_owned()),
        }
    }
}

/// The password of a service elsewhere in an address of any form, also where the address stands in for a variable:
/// whoever reads it can reach the service.
pub(super) fn in_text(value: &Expr) -> Option<Secret> {
    let mut found = None;
    value.walk(&mut |part| {
        let Some(text) = part.text().filter(|_| found.is_none()) else {
            return;
        };
        let of_url = || {
            let (_, host) = text.rsplit_once('@')?;
            Some(Secret::in_address(host, password_of_url(text)?))
        };
        found = of_pairs(text).or_else(of_url).or_else(|| of_query(text));
    });
    found
}

/// `https://sms.acme.net/send?userid=shop&password=…`
fn of_query(text: &str) -> Option<Secret> {
    const KEYS: &[&str] = &["password", "passwd", "pass", "pwd"];
    let (address, query) = text.split_once('?')?;
    let host = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"))?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, password) = pairs.find(|(key, _)| KEYS.contains(&key.to_ascii_lowercase().as_str()))?;
    let is_sample = host.split(['.', '/']).any(|part| part == "example");
    let is_real = !is_sample && is_elsewhere(&format!("//{host}")) && is_password_text(password);
    is_real.then(|| Secret::in_address(host, password))
}

/// The password in the address of a service on another machine, if it looks like a real one.
pub(in super::super) fn password_of_url(text: &str) -> Option<&str> {
    // Cheapest first: this is asked of every text of the app.
    let (user, host) = text.rsplit_once('@').filter(|_| text.len() < 500)?;
    let (_, user) = user.split_once("://")?;
    if !is_backing_address(text) {
        return None;
    }
    let (_, password) = user.split_once(':')?;
    let sample = ["example", "host", "server", "domain", "your"];
    let named = host.split(['/', '?']).next().unwrap_or(host);
    let is_sample = named.split(['.', ':']).any(|part| sample.contains(&part));
    let is_real = is_generated(password) || host.contains('.') && is_password_text(password);
    (is_elsewhere(&format!("//{host}")) && is_real && !is_sample).then_some(password)
}

/// `host=db.acme.net user=shop password=…`
fn of_pairs(text: &str) -> Option<Secret> {
    let text = Some(text).filter(|text| text.len() < 500)?;
    let pairs = || {
        let parts = text.split([' ', ';']);
        parts.filter_map(|part| part.trim().split_once('='))
    };
    let of = |names: &[&str]| {
        let mut own = pairs().filter(|(key, _)| names.contains(&key.to_ascii_lowercase().as_str()));
        own.next().map(|(_, value)| value)
    };
    let host = of(&["host", "server"])?;
    let password = of(&["password", "pwd"])
        .filter(|value| value.len() > 5 && !value.starts_with(['$', '{', '%', '"', '\'']))?;
    is_elsewhere(host).then(|| Secret::in_address(host, password))
}
