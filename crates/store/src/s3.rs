//! A bucket of an S3-compatible object store.
//!
//! Requests are signed in their query (AWS Signature Version 4), so that an address is a credential
//! for as long as it holds: no error names one.

use std::io::Write;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use rusty_s3::actions::ListObjectsV2;
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use ureq::http::Response;

use crate::address::{self, Login};
use crate::http::{self, Client, Request};
use crate::objects::is_key;
use crate::{Body, Fault, Listed, Objects};

/// How long a signed address holds.
const VALID: Duration = Duration::from_mins(15);
/// A pause before the second try of a request that a busy server did not answer.
const PAUSE: Duration = Duration::from_millis(200);
/// A clock that is so many seconds off is corrected.
const SKEW: i64 = 60;
/// Longest answer that is no object.
const LONGEST: u64 = 4_000_000;

pub(crate) struct S3 {
    bucket: Bucket,
    host: String,
    prefix: String,
    credentials: Option<Credentials>,
    client: Client,
    /// What the server's clock is ahead of ours, in seconds.
    ahead: AtomicI64,
}

/// What is asked, for one try or two.
struct Ask<'a> {
    method: &'static str,
    body: Option<Body<'a>>,
    until: Instant,
}

impl S3 {
    pub(crate) fn new(bucket: &address::Bucket, login: &Login) -> Result<Self, Fault> {
        let wrong = |what: &str| Fault(format!("{what} of the bucket can't be used"));
        let endpoint: url::Url = bucket.endpoint.parse().map_err(|_| wrong("the endpoint"))?;
        let host = endpoint.host_str().unwrap_or_default().to_owned();
        let style = if bucket.is_in_path {
            UrlStyle::Path
        } else {
            UrlStyle::VirtualHost
        };
        let (name, region) = (bucket.name.clone(), bucket.region.clone());
        let made = Bucket::new(endpoint, style, name, region).map_err(|_| wrong("the address"))?;
        let credentials = (!login.user.is_empty()).then(|| match &login.session {
            Some(session) => Credentials::new_with_token(&login.user, &login.secret, session),
            None => Credentials::new(&login.user, &login.secret),
        });
        Ok(Self {
            bucket: made,
            host,
            prefix: bucket.prefix.clone(),
            credentials,
            client: Client::new(),
            ahead: AtomicI64::new(0),
        })
    }

    fn path(&self, key: &str) -> String {
        if self.prefix.is_empty() {
            key.to_owned()
        } else {
            format!("{}/{key}", self.prefix)
        }
    }

    /// Sends what `sign` signs; a busy server and a wrong clock get a second try.
    fn send(
        &self,
        ask: &Ask<'_>,
        sign: &dyn Fn(&Timestamp) -> String,
    ) -> Result<Response<ureq::Body>, Fault> {
        let mut is_last = false;
        loop {
            let ahead = self.ahead.load(Ordering::Relaxed);
            let now = Timestamp::from_second(now().saturating_add(ahead)).unwrap_or_default();
            let url = sign(&now);
            let sent = self.client.send(&Request {
                method: ask.method,
                url: &url,
                headers: &[],
                body: ask.body,
                until: ask.until,
            });
            // A second try needs time; without any, the first answer says more.
            let repeats = !is_last
                && Instant::now() < ask.until
                && match &sent {
                    Err(_) => true,
                    Ok(response) => {
                        let status = response.status().as_u16();
                        http::is_passing(status) || status == 403 && self.corrects(response)
                    }
                };
            if !repeats {
                return sent.map_err(|Fault(why)| Fault(format!("{}: {why}", self.host)));
            }
            is_last = true;
            let left = ask.until.saturating_duration_since(Instant::now());
            thread::sleep(PAUSE.min(left));
        }
    }

    /// Takes over the server's clock where ours is far from it: a signature holds for 15 minutes.
    fn corrects(&self, response: &Response<ureq::Body>) -> bool {
        let date = http::header(response.headers(), "date");
        let date = date.and_then(|date| rfc2822::parse(date).ok());
        let Some(date) = date else { return false };
        let ahead = date.timestamp().as_second().saturating_sub(now());
        let is_off = (ahead - self.ahead.load(Ordering::Relaxed)).abs() > SKEW;
        if is_off {
            self.ahead.store(ahead, Ordering::Relaxed);
        }
        is_off
    }

    fn refused(&self, what: &str, status: u16) -> Fault {
        let why = match status {
            401 | 403 => ": the credentials do not allow it, or there is no such bucket",
            404 => ": there is no such bucket",
            _ => "",
        };
        Fault(format!("{} answers {status} to {what}{why}", self.host))
    }
}

/// Seconds since 1970, as dates count them.
fn now() -> i64 {
    i64::try_from(crate::now()).unwrap_or(i64::MAX)
}

impl Objects for S3 {
    fn fetch(
        &self,
        key: &str,
        to: &mut dyn Write,
        most: u64,
        until: Instant,
    ) -> Result<bool, Fault> {
        let path = self.path(key);
        let ask = Ask {
            method: "GET",
            body: None,
            until,
        };
        let response = self.send(&ask, &|now| {
            let action = self.bucket.get_object(self.credentials.as_ref(), &path);
            action.sign_with_time(VALID, now).into()
        })?;
        match response.status().as_u16() {
            200 => {
                let copied = http::copy(response, to, most);
                copied.map_err(|Fault(why)| Fault(format!("{}: {why}", self.host)))?;
                Ok(true)
            }
            404 => Ok(false),
            status => Err(self.refused("GET", status)),
        }
    }

    fn put(&self, key: &str, body: Body<'_>, until: Instant) -> Result<(), Fault> {
        let path = self.path(key);
        let ask = Ask {
            method: "PUT",
            body: Some(body),
            until,
        };
        let response = self.send(&ask, &|now| {
            let action = self.bucket.put_object(self.credentials.as_ref(), &path);
            action.sign_with_time(VALID, now).into()
        })?;
        match response.status().as_u16() {
            200..=299 => Ok(()),
            status => Err(self.refused("PUT", status)),
        }
    }

    fn list(&self, prefix: &str, most: usize, until: Instant) -> Result<Vec<Listed>, Fault> {
        let whole = self.path(prefix);
        let start = whole.len() - prefix.len();
        let mut all = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let ask = Ask {
                method: "GET",
                body: None,
                until,
            };
            let response = self.send(&ask, &|now| {
                let mut action = self.bucket.list_objects_v2(self.credentials.as_ref());
                action.with_prefix(whole.as_str());
                if let Some(next) = &next {
                    action.with_continuation_token(next.as_str());
                }
                action.sign_with_time(VALID, now).into()
            })?;
            match response.status().as_u16() {
                200 => {}
                status => return Err(self.refused("LIST", status)),
            }
            let text = http::text(response, LONGEST)?;
            let page = ListObjectsV2::parse_response(&text)
                .map_err(|_| Fault(format!("{} answers LIST with no list", self.host)))?;
            for content in page.contents {
                let Some(key) = content.key.get(start..).filter(|key| is_key(key)) else {
                    continue;
                };
                let modified = content.last_modified.as_deref();
                let modified = modified.and_then(|at| at.parse::<Timestamp>().ok());
                all.push(Listed {
                    key: key.to_owned(),
                    size: content.size.unwrap_or_default(),
                    modified: modified.and_then(|at| u64::try_from(at.as_second()).ok()),
                });
                if all.len() >= most {
                    return Ok(all);
                }
            }
            match page.next_continuation_token {
                // A server that gives the same token for ever would hold us.
                Some(token) if next.as_ref() != Some(&token) => next = Some(token),
                _ => return Ok(all),
            }
        }
    }

    fn remove(&self, key: &str, until: Instant) -> Result<(), Fault> {
        let path = self.path(key);
        let ask = Ask {
            method: "DELETE",
            body: None,
            until,
        };
        let response = self.send(&ask, &|now| {
            let action = self.bucket.delete_object(self.credentials.as_ref(), &path);
            action.sign_with_time(VALID, now).into()
        })?;
        match response.status().as_u16() {
            200..=299 | 404 => Ok(()),
            status => Err(self.refused("DELETE", status)),
        }
    }
}
