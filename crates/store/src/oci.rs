//! A repository of an OCI registry, each object an artifact with one layer and a tag.
//!
//! Uses the distribution API (github.com/opencontainers/distribution-spec, 1.1): blobs are pushed in
//! one piece and checked by digest, tags are listed, manifests removed where the registry allows
//! it. A registry asks for a token or for basic credentials in its first answer.

mod ask;

use std::io::{Read, Write};
use std::sync::Mutex;
use std::time::Instant;

use ring::digest::{Context, SHA256};
use serde_json::{Value, json};

use crate::address::{Login, Repository};
use crate::http::{self, Client};
use crate::objects::is_key;
use crate::seal::hex;
use crate::{Body, Fault, Listed, Objects};
use ask::Ask;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
/// What the artifacts are.
const ARTIFACT: &str = "application/vnd.slugsmith.store.v1";
/// Annotation with the seconds since 1970 at which an object was written.
const AT: &str = "com.slugsmith.at";
/// Longest answer that is no blob.
const LONGEST: u64 = 4_000_000;
/// Pages of a list of tags.
const PAGES: usize = 100;

pub(crate) struct Oci {
    registry: String,
    name: String,
    login: Login,
    client: Client,
    /// The `Authorization` that the registry asked for.
    allowed: Mutex<Option<String>>,
}

impl Oci {
    pub(crate) fn new(repository: &Repository, login: &Login) -> Self {
        Self {
            registry: repository.registry.clone(),
            name: repository.name.clone(),
            login: login.clone(),
            client: Client::new(),
            allowed: Mutex::new(None),
        }
    }

    fn host(&self) -> &str {
        let host = self.registry.split_once("://");
        host.map_or(self.registry.as_str(), |(_, host)| host)
    }

    fn url(&self, rest: &str) -> String {
        format!("{}/v2/{}/{rest}", self.registry, self.name)
    }

    fn no_manifest(&self) -> Fault {
        Fault(format!("{} has a manifest that is none", self.host()))
    }

    fn manifest(&self, key: &str, until: Instant) -> Result<Option<Value>, Fault> {
        let url = self.url(&format!("manifests/{}", tag(key)));
        let response = self.ask("GET", &url, Some(MANIFEST), until)?;
        match response.status().as_u16() {
            200 => {
                let text = http::text(response, LONGEST)?;
                let manifest = serde_json::from_str(&text);
                Ok(Some(manifest.map_err(|_| self.no_manifest())?))
            }
            404 => Ok(None),
            status => Err(self.refused("GET manifest", status)),
        }
    }

    /// Pushes a blob unless the registry has it; its digest and size.
    fn push(&self, body: Body<'_>, until: Instant) -> Result<(String, u64), Fault> {
        let (digest, size) = digest(body)?;
        let url = self.url(&format!("blobs/{digest}"));
        if self.ask("HEAD", &url, None, until)?.status().as_u16() == 200 {
            return Ok((digest, size));
        }
        let begun = self.send(&Ask {
            method: "POST",
            url: &self.url("blobs/uploads/"),
            kind: None,
            body: Some(Body::Bytes(b"")),
            until,
        })?;
        let status = begun.status().as_u16();
        let location = http::header(begun.headers(), "location").unwrap_or_default();
        if status != 202 || location.is_empty() {
            return Err(self.refused("POST", status));
        }
        let mut location = if location.starts_with('/') {
            format!("{}{location}", self.registry)
        } else {
            location.to_owned()
        };
        location.push(if location.contains('?') { '&' } else { '?' });
        location.push_str("digest=");
        location.push_str(&digest);
        let put = self.send(&Ask {
            method: "PUT",
            url: &location,
            kind: Some("application/octet-stream"),
            body: Some(body),
            until,
        })?;
        match put.status().as_u16() {
            201 => Ok((digest, size)),
            status => Err(self.refused("PUT blob", status)),
        }
    }
}

/// The tag of a key: a tag has no slash (distribution-spec, "Pulling manifests").
fn tag(key: &str) -> String {
    key.replace('/', ".")
}

fn digest(body: Body<'_>) -> Result<(String, u64), Fault> {
    let mut context = Context::new(&SHA256);
    let mut size = 0;
    match body {
        Body::Bytes(bytes) => {
            context.update(bytes);
            size = bytes.len() as u64;
        }
        Body::File(path) => {
            let mut file = slugsmith_facts::beneath::open(path)?;
            let mut buffer = vec![0; 256 * 1024];
            loop {
                let read = file.read(&mut buffer)?;
                if read == 0 {
                    break;
                }
                context.update(buffer.get(..read).unwrap_or_default());
                size += read as u64;
            }
        }
    }
    Ok((format!("sha256:{}", hex(context.finish().as_ref())), size))
}

impl Objects for Oci {
    fn fetch(
        &self,
        key: &str,
        to: &mut dyn Write,
        most: u64,
        until: Instant,
    ) -> Result<bool, Fault> {
        let Some(manifest) = self.manifest(key, until)? else {
            return Ok(false);
        };
        let digest = manifest["layers"][0]["digest"].as_str().unwrap_or_default();
        let is_digest = digest
            .strip_prefix("sha256:")
            .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        if !is_digest {
            return Err(self.no_manifest());
        }
        let url = self.url(&format!("blobs/{digest}"));
        let response = self.ask("GET", &url, None, until)?;
        match response.status().as_u16() {
            200 => {
                let copied = http::copy(response, to, most);
                copied.map_err(|Fault(why)| Fault(format!("{}: {why}", self.host())))?;
                Ok(true)
            }
            404 => Ok(false),
            status => Err(self.refused("GET blob", status)),
        }
    }

    fn put(&self, key: &str, body: Body<'_>, until: Instant) -> Result<(), Fault> {
        let (config, config_size) = self.push(Body::Bytes(b"{}"), until)?;
        let (layer, size) = self.push(body, until)?;
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "artifactType": ARTIFACT,
            "config": { "mediaType": EMPTY, "digest": config, "size": config_size },
            "layers": [{ "mediaType": "application/octet-stream", "digest": layer, "size": size }],
            // Two objects of one content have a manifest each: removing one leaves the other.
            "annotations": { "com.slugsmith.key": key, AT: crate::now().to_string() },
        });
        let url = self.url(&format!("manifests/{}", tag(key)));
        let text = manifest.to_string();
        let response = self.send(&Ask {
            method: "PUT",
            url: &url,
            kind: Some(MANIFEST),
            body: Some(Body::Bytes(text.as_bytes())),
            until,
        })?;
        match response.status().as_u16() {
            200..=299 => Ok(()),
            status => Err(self.refused("PUT manifest", status)),
        }
    }

    fn list(&self, prefix: &str, most: usize, until: Instant) -> Result<Vec<Listed>, Fault> {
        let mut all = Vec::new();
        let mut url = self.url("tags/list?n=1000");
        for _ in 0..PAGES {
            let response = self.ask("GET", &url, None, until)?;
            match response.status().as_u16() {
                200 => {}
                // A repository that nothing was pushed to yet.
                404 => return Ok(all),
                status => return Err(self.refused("GET tags", status)),
            }
            let next = http::header(response.headers(), "link").and_then(next_page);
            let text = http::text(response, LONGEST)?;
            let answer: Value = serde_json::from_str(&text).unwrap_or_default();
            // `null` where all tags are gone; a page that answers everything is no registry.
            let Some(tags) = answer.get("tags") else {
                return Err(Fault(format!(
                    "{} answers GET tags with no list",
                    self.host()
                )));
            };
            for tag in tags.as_array().into_iter().flatten() {
                let key = tag.as_str().unwrap_or_default().replace('.', "/");
                if key.starts_with(prefix) && is_key(&key) {
                    all.push(Listed {
                        key,
                        size: 0,
                        modified: None,
                    });
                }
            }
            match next {
                Some(next) if all.len() < most => url = format!("{}{next}", self.registry),
                _ => break,
            }
        }
        all.truncate(most);
        all.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(all)
    }

    /// A list of tags has names alone: the manifest says the rest.
    fn described(&self, listed: Listed, until: Instant) -> Result<Listed, Fault> {
        let manifest = self.manifest(&listed.key, until)?.unwrap_or_default();
        let at = manifest["annotations"][AT].as_str();
        Ok(Listed {
            size: manifest["layers"][0]["size"].as_u64().unwrap_or_default(),
            modified: at.and_then(|at| at.parse().ok()),
            ..listed
        })
    }

    fn remove(&self, key: &str, until: Instant) -> Result<(), Fault> {
        let url = self.url(&format!("manifests/{}", tag(key)));
        let response = self.ask("HEAD", &url, Some(MANIFEST), until)?;
        if response.status().as_u16() == 404 {
            return Ok(());
        }
        // A manifest is removed by digest; by tag only the newest registries do it.
        let digest = http::header(response.headers(), "docker-content-digest");
        let Some(digest) = digest else {
            return Err(self.refused("HEAD manifest", response.status().as_u16()));
        };
        let url = self.url(&format!("manifests/{digest}"));
        let response = self.ask("DELETE", &url, None, until)?;
        match response.status().as_u16() {
            200..=299 | 404 => Ok(()),
            status => Err(self.refused("DELETE", status)),
        }
    }
}

/// The path of `<path>; rel="next"` (RFC 8288).
fn next_page(link: &str) -> Option<String> {
    let path = link.strip_prefix('<')?.split_once('>')?.0;
    path.starts_with('/').then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_on_the_same_server() {
        assert_eq!(
            next_page("</v2/a/tags/list?last=x&n=1000>; rel=\"next\"").unwrap(),
            "/v2/a/tags/list?last=x&n=1000"
        );
        assert_eq!(next_page("<https://elsewhere/>; rel=\"next\""), None);
    }
}
