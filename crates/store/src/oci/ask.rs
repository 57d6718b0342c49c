//! Asks a registry, and shows who asks where it wants to know.

use std::fmt::Write as _;
use std::sync::PoisonError;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use ureq::http::Response;

use super::{LONGEST, Oci};
use crate::address::Login;
use crate::http::{self, Request};
use crate::{Body, Fault};

/// One request, for one try or two.
pub(super) struct Ask<'a> {
    pub(super) method: &'static str,
    pub(super) url: &'a str,
    pub(super) kind: Option<&'a str>,
    pub(super) body: Option<Body<'a>>,
    pub(super) until: Instant,
}

impl Oci {
    pub(super) fn send(&self, ask: &Ask<'_>) -> Result<Response<ureq::Body>, Fault> {
        let first = self.once(ask)?;
        if first.status().as_u16() == 401 {
            let challenge = http::header(first.headers(), "www-authenticate");
            let allowed = self.allow(challenge.unwrap_or_default(), ask.until)?;
            let mut kept = self.allowed.lock().unwrap_or_else(PoisonError::into_inner);
            *kept = Some(allowed);
            drop(kept);
            return self.once(ask);
        }
        if http::is_passing(first.status().as_u16()) {
            return self.once(ask);
        }
        Ok(first)
    }

    /// Asks without a body; `kind` is what may come back.
    pub(super) fn ask(
        &self,
        method: &'static str,
        url: &str,
        kind: Option<&str>,
        until: Instant,
    ) -> Result<Response<ureq::Body>, Fault> {
        self.send(&Ask {
            method,
            url,
            kind,
            body: None,
            until,
        })
    }

    pub(super) fn once(&self, ask: &Ask<'_>) -> Result<Response<ureq::Body>, Fault> {
        let allowed = self
            .allowed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let mut headers = Vec::new();
        // An upload may be sent elsewhere; the credentials are for the registry alone.
        let is_own = ask.url.strip_prefix(&self.registry);
        if let (Some(allowed), true) = (&allowed, is_own.is_some_and(|rest| rest.starts_with('/')))
        {
            headers.push(("authorization", allowed.as_str()));
        }
        if let Some(kind) = ask.kind {
            let name = if ask.body.is_some() {
                "content-type"
            } else {
                "accept"
            };
            headers.push((name, kind));
        }
        let sent = self.client.send(&Request {
            method: ask.method,
            url: ask.url,
            headers: &headers,
            body: ask.body,
            until: ask.until,
        });
        sent.map_err(|Fault(why)| Fault(format!("{}: {why}", self.host())))
    }

    /// Answers a challenge (distribution-spec "Authentication"; RFC 9110, 11.6.1).
    pub(super) fn allow(&self, challenge: &str, until: Instant) -> Result<String, Fault> {
        let basic = basic(&self.login);
        let (scheme, rest) = challenge.split_once(' ').unwrap_or((challenge, ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Ok(basic);
        }
        let refused = || {
            Fault(format!(
                "{} asks for a login of an unknown kind",
                self.host()
            ))
        };
        let realm = parameter(rest, "realm").ok_or_else(refused)?;
        let is_safe = realm.starts_with("https://") || self.registry.starts_with("http://");
        if !scheme.eq_ignore_ascii_case("bearer") || !is_safe {
            return Err(refused());
        }
        let joint = if realm.contains('?') { '&' } else { '?' };
        let mut url = format!(
            "{realm}{joint}scope=repository:{}:pull,push,delete",
            self.name
        );
        if let Some(service) = parameter(rest, "service") {
            let _ = write!(url, "&service={}", service.replace(' ', "%20"));
        }
        let mut headers = Vec::new();
        if !self.login.user.is_empty() {
            headers.push(("authorization", basic.as_str()));
        }
        let response = self.client.send(&Request {
            method: "GET",
            url: &url,
            headers: &headers,
            body: None,
            until,
        })?;
        let status = response.status().as_u16();
        if status != 200 {
            return Err(Fault(format!(
                "{} answers {status} to the login",
                self.host()
            )));
        }
        let text = http::text(response, LONGEST)?;
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        let token = answer["token"].as_str().or(answer["access_token"].as_str());
        Ok(format!("Bearer {}", token.ok_or_else(refused)?))
    }

    pub(super) fn refused(&self, what: &str, status: u16) -> Fault {
        let why = match status {
            401 | 403 => ": the credentials do not allow it",
            _ => "",
        };
        Fault(format!("{} answers {status} to {what}{why}", self.host()))
    }
}

/// RFC 7617.
pub(super) fn basic(login: &Login) -> String {
    let pair = format!("{}:{}", login.user, login.secret);
    format!("Basic {}", STANDARD.encode(pair))
}

/// The quoted value of a challenge's parameter.
pub(super) fn parameter(text: &str, name: &str) -> Option<String> {
    text.split(',').find_map(|part| {
        let (found, value) = part.trim().split_once('=')?;
        found
            .eq_ignore_ascii_case(name)
            .then(|| value.trim_matches('"').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_has_its_padding() {
        let logins = [
            ("", "Og=="),
            ("a", "OmE="),
            ("ab", "OmFi"),
            ("abc", "OmFiYw=="),
        ];
        for (secret, wanted) in logins {
            let login = Login {
                secret: secret.to_owned(),
                ..Login::default()
            };
            assert_eq!(basic(&login), format!("Basic {wanted}"));
        }
        let login = Login {
            user: "user".to_owned(),
            secret: "p~".to_owned(),
            session: None,
        };
        assert_eq!(basic(&login), "Basic dXNlcjpwfg==");
    }

    #[test]
    fn challenges_are_read() {
        let challenge = "realm=\"https://auth.example/token\",service=\"registry\"";
        assert_eq!(
            parameter(challenge, "realm").unwrap(),
            "https://auth.example/token"
        );
        assert_eq!(parameter(challenge, "service").unwrap(), "registry");
        assert_eq!(parameter(challenge, "scope"), None);
    }
}
