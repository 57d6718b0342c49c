//! Asks a process on this machine for pages and for what they link to, for `prove`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Larger answers are compared by their beginning, in bytes.
const MAX_BODY: u64 = 64_000_000;
/// Paths that one process is asked for.
const MOST: usize = 400;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// 0 where nothing came.
    pub(super) status: u16,
    pub(super) kind: String,
    /// `None` where the text is another one each time: a token, a time.
    pub(super) digest: Option<String>,
}

impl Answer {
    /// What is the same each time: all of it, or its status and kind. `None` where not even
    /// those are.
    pub(super) fn steady(&self, again: &Self) -> Option<Self> {
        let same = self.digest == again.digest;
        let digest = self.digest.clone().filter(|_| same);
        let steady = self.status == again.status && self.kind == again.kind;
        steady.then(|| Self {
            digest,
            ..self.clone()
        })
    }

    /// Whether an answer is what is known of this one.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let text = self.digest.is_none() || self.digest == other.digest;
        self.status == other.status && self.kind == other.kind && text
    }

    pub(super) fn said(&self) -> String {
        match self.status {
            0 => "no answer".to_owned(),
            status => status.to_string(),
        }
    }
}

/// Asks for each of `urls`, and for each path of the same host that the answers link to.
pub(super) fn all(port: u16, urls: &[String]) -> BTreeMap<String, Answer> {
    let mut answers = BTreeMap::new();
    let mut pending: VecDeque<String> = urls.iter().cloned().collect();
    while let Some(path) = pending.pop_front() {
        if answers.len() >= MOST || answers.contains_key(&path) {
            continue;
        }
        let Some(got) = get(port, &path) else {
            let answer = Answer {
                status: 0,
                kind: String::new(),
                digest: None,
            };
            answers.insert(path, answer);
            continue;
        };
        if let Some(to) = &got.location {
            pending.extend(absolute(&path, to));
        }
        let text = String::from_utf8_lossy(&got.body);
        let links = links(&text, &got.kind).into_iter();
        pending.extend(links.filter_map(|link| absolute(&path, link)));
        let answer = Answer {
            status: got.status,
            digest: Some(blake3::hash(&got.body).to_hex().to_string()),
            kind: got.kind,
        };
        answers.insert(path, answer);
    }
    answers
}

/// An answer as it came.
pub(super) struct Got {
    pub(super) status: u16,
    kind: String,
    location: Option<String>,
    body: Vec<u8>,
}

/// Asks once. HTTP/1.0, so that the answer ends where the connection does (RFC 1945, 7.2.2).
pub(super) fn get(port: u16, path: &str) -> Option<Got> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    let request = format!(
        "GET {path} HTTP/1.0\r\nHost: localhost:{port}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    // A connection that is cut still gave what came before.
    let _ = stream.take(MAX_BODY).read_to_end(&mut answer);
    let end = memchr::memmem::find(&answer, b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(answer.get(..end)?).into_owned();
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let (mut kind, mut location, mut length) = (String::new(), None, None);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        match name.to_ascii_lowercase().as_str() {
            "content-type" => value.trim().clone_into(&mut kind),
            "location" => location = Some(value.trim().to_owned()),
            "content-length" => length = value.trim().parse::<usize>().ok(),
            _ => {}
        }
    }
    let mut body = answer.split_off(end + 4);
    body.truncate(length.unwrap_or(usize::MAX));
    Some(Got {
        status,
        kind,
        location,
        body,
    })
}

/// What a page, a stylesheet or a module links to: `src`, `href`, `url()`, `@import`, and
/// modules that a module imports by a path.
fn links<'t>(text: &'t str, kind: &str) -> BTreeSet<&'t str> {
    let of = |name: &str| kind.contains(name);
    let (marks, only_paths): (&[&str], bool) = if of("html") {
        (&["src=", "href=", "url("], false)
    } else if of("css") {
        (&["url(", "@import "], false)
    } else if of("javascript") {
        (&["import(", "import ", "import", "from ", "from"], true)
    } else {
        (&[], false)
    };
    let mut found = BTreeSet::new();
    for mark in marks {
        for (at, _) in text.match_indices(mark) {
            let rest = text.get(at + mark.len()..).unwrap_or_default();
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (rest, ends): (&str, &[char]) = match quote {
                Some('"') => (&rest[1..], &['"']),
                Some(_) => (&rest[1..], &['\'']),
                None if only_paths => continue,
                None => (rest, &[' ', '>', ')', '\n']),
            };
            let link = rest.find(ends).and_then(|end| rest.get(..end));
            let is_path = |link: &&str| link.starts_with(['.', '/']) && link.len() < 200;
            found.extend(link.filter(|link| !only_paths || is_path(link)));
        }
    }
    found
}

/// The path of a link of the same host, without its fragment.
fn absolute(page: &str, link: &str) -> Option<String> {
    let link = link.trim().replace("&amp;", "&");
    let link = link.split('#').next().unwrap_or_default();
    let local = match link.split_once("://") {
        Some((_, rest)) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let here = host.starts_with("localhost") || host.starts_with("127.0.0.1");
            here.then(|| format!("/{path}"))?
        }
        None => link.to_owned(),
    };
    let scheme = local
        .split(['/', '?'])
        .next()
        .is_some_and(|first| first.contains(':'));
    let odd = local
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || c == '{');
    if local.is_empty() || scheme || odd || local.starts_with("//") {
        return None;
    }
    let (path, query) = local.split_once('?').unwrap_or((&local, ""));
    let base = page.split('?').next().unwrap_or_default();
    let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
    let whole = if path.starts_with('/') {
        path.to_owned()
    } else if path.is_empty() {
        base.to_owned()
    } else {
        format!("{folder}/{path}")
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/').skip(1) {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let path = format!("/{}", parts.join("/"));
    Some(if query.is_empty() {
        path
    } else {
        format!("{path}?{query}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_the_same_host_are_followed() {
        let page = "<link href=\"/a.css\"><img src='b.png'><a href=c>d</a> a{b:url(../d.woff)}";
        let all = |text: &'static str, kind| links(text, kind).into_iter().collect::<Vec<_>>();
        assert_eq!(
            all(page, "text/html"),
            ["../d.woff", "/a.css", "b.png", "c"]
        );
        let style = "@import 'b.css'; a{background:url(\"c.png\")}";
        assert_eq!(all(style, "text/css"), ["b.css", "c.png"]);
        let module =
            "import{a}from\"./a.js\";import './b.js'; const c = import('/c.js'); from('x')";
        let found = all(module, "text/javascript; charset=utf-8");
        assert_eq!(found, ["./a.js", "./b.js", "/c.js"]);
        assert!(all(page, "text/plain").is_empty());
        let at = |link: &str| absolute("/x/y?z", link);
        assert_eq!(at("b.png").as_deref(), Some("/x/b.png"));
        assert_eq!(at("../d?e=1&amp;f=2#g").as_deref(), Some("/d?e=1&f=2"));
        assert_eq!(at("http://localhost:80/q").as_deref(), Some("/q"));
        for elsewhere in [
            "https://example.com/a",
            "//cdn/a",
            "mailto:a@b",
            "#top",
            "data:x",
            "",
        ] {
            assert_eq!(at(elsewhere), None, "{elsewhere}");
        }
    }
}
