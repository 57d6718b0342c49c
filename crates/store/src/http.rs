//! Requests with a time by which they end, and answers as status, headers and a bounded body.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use slugsmith_facts::beneath;
use ureq::http::{HeaderMap, Response};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body as Answer, SendBody};

use crate::{Body, Fault};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// Where systems keep the authorities that they trust.
const AUTHORITIES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

/// Sends requests.
pub(crate) struct Client {
    agent: Agent,
}

/// A request.
pub(crate) struct Request<'a> {
    pub method: &'static str,
    pub url: &'a str,
    pub headers: &'a [(&'static str, &'a str)],
    pub body: Option<Body<'a>>,
    pub until: Instant,
}

impl Client {
    pub(crate) fn new() -> Self {
        let named = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
        let usual = AUTHORITIES.iter().map(PathBuf::from);
        let authorities = named
            .into_iter()
            .chain(usual)
            .find_map(|file| authorities(&file));
        let mut tls = TlsConfig::builder();
        if let Some(authorities) = authorities {
            tls = tls.root_certs(authorities);
        }
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .max_redirects(3)
            .user_agent(concat!("slugsmith/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls.build())
            .build();
        Self {
            agent: agent.into(),
        }
    }

    /// Sends a request once. Redirects of answers to GET are followed, without credentials where
    /// they lead to another host.
    pub(crate) fn send(&self, request: &Request<'_>) -> Result<Response<Answer>, Fault> {
        let left = request.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Fault("there is no time left".to_owned()));
        }
        let builder = ureq::http::Request::builder();
        let mut builder = builder.method(request.method).uri(request.url);
        for (name, value) in request.headers {
            builder = builder.header(*name, *value);
        }
        let sent = match request.body {
            None => self.run(builder.body(()), left),
            Some(Body::Bytes(bytes)) => self.run(builder.body(bytes), left),
            Some(Body::File(path)) => {
                let file = beneath::open(path)?;
                let length = file.metadata()?.len();
                let builder = builder.header("content-length", length.to_string());
                let body = SendBody::from_owned_reader(file.take(length));
                self.run(builder.body(body), left)
            }
        };
        sent.map_err(|error| Fault(told(&error)))
    }

    fn run<B: ureq::AsSendBody>(
        &self,
        request: Result<ureq::http::Request<B>, ureq::http::Error>,
        left: Duration,
    ) -> Result<Response<Answer>, ureq::Error> {
        let request = self.agent.configure_request(request?);
        self.agent.run(request.timeout_global(Some(left)).build())
    }
}

fn authorities(file: &Path) -> Option<RootCerts> {
    const LONGEST: u64 = 5_000_000;
    let text = beneath::read_at_most(file, LONGEST).ok()?;
    let certificates: Vec<_> = parse_pem(&text)
        .filter_map(|item| match item.ok()? {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    (!certificates.is_empty()).then(|| RootCerts::from(certificates))
}

/// An error without the address, whose query may hold a signature.
fn told(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "it did not answer in time".to_owned(),
        ureq::Error::HostNotFound => "its host is not known".to_owned(),
        ureq::Error::BadUri(_) => "its address is not valid".to_owned(),
        ureq::Error::Io(error) => match error.kind() {
            std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => {
                "it did not answer in time".to_owned()
            }
            _ => error.to_string(),
        },
        other => other.to_string(),
    }
}

/// Copies a body of at most `most` bytes that is as long as its header says.
pub(crate) fn copy(
    response: Response<Answer>,
    to: &mut dyn Write,
    most: u64,
) -> Result<u64, Fault> {
    let length = header(response.headers(), "content-length");
    let length = length.and_then(|length| length.parse::<u64>().ok());
    if length.is_some_and(|length| length > most) {
        return Err(Fault(format!("it sends more than {most} bytes")));
    }
    let body = response.into_body().into_with_config().limit(u64::MAX);
    let mut reader = body.reader().take(most.saturating_add(1));
    let mut copied = 0;
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let read = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Fault(short(&error))),
        };
        to.write_all(buffer.get(..read).unwrap_or_default())?;
        copied += read as u64;
    }
    if copied > most {
        return Err(Fault(format!("it sends more than {most} bytes")));
    }
    if length.is_some_and(|length| length != copied) {
        return Err(Fault("its answer was cut off".to_owned()));
    }
    Ok(copied)
}

fn short(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => {
            "it did not answer in time".to_owned()
        }
        std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::ConnectionReset => {
            "its answer was cut off".to_owned()
        }
        _ => match error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<ureq::Error>())
        {
            Some(inner) => told(inner),
            None => error.to_string(),
        },
    }
}

/// A small body as text.
pub(crate) fn text(response: Response<Answer>, most: u64) -> Result<String, Fault> {
    let mut bytes = Vec::new();
    copy(response, &mut bytes, most)?;
    String::from_utf8(bytes).map_err(|_| Fault("its answer is no text".to_owned()))
}

pub(crate) fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// Whether another try may have an answer.
pub(crate) fn is_passing(status: u16) -> bool {
    status == 429 || status >= 500
}
