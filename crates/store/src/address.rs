//! Where a store is, and with which credentials: from a URL and variables.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use crate::Fault;

/// Variables that only the store needs. No child process gets them.
pub const PRIVATE: &[&str] = &[
    "SLUGSMITH_STORE_ACCESS_KEY_ID",
    "SLUGSMITH_STORE_KEY",
    "SLUGSMITH_STORE_PASSWORD",
    "SLUGSMITH_STORE_SECRET_ACCESS_KEY",
    "SLUGSMITH_STORE_SESSION_TOKEN",
    "SLUGSMITH_STORE_USER",
];

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    S3(Bucket),
    Oci(Repository),
    Folder(PathBuf),
}

/// A bucket, and the part of it that is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    pub name: String,
    /// Without slashes at its ends; may be empty.
    pub prefix: String,
    /// `https://s3.eu-west-1.amazonaws.com`.
    pub endpoint: String,
    pub region: String,
    /// The bucket is part of the path, not of the host's name.
    pub is_in_path: bool,
}

/// A repository of a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// Scheme and host, with a port if one was given.
    pub registry: String,
    pub name: String,
}

/// Credentials. Neither printed nor compared.
#[derive(Clone, Default)]
#[cfg_attr(not(feature = "client"), allow(dead_code))] // only the client logs in
pub struct Login {
    /// Access key id, or user name.
    pub(crate) user: String,
    /// Secret access key, or password.
    pub(crate) secret: String,
    pub(crate) session: Option<String>,
}

impl fmt::Debug for Login {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Login(…)")
    }
}

/// What the configuration says beside the URL.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub url: String,
    pub endpoint: Option<String>,
    pub region: Option<String>,
}

type Variables = BTreeMap<String, OsString>;

fn get<'v>(variables: &'v Variables, name: &str) -> Option<&'v str> {
    let value = variables.get(name)?.to_str()?;
    Some(value).filter(|value| !value.is_empty())
}

/// Variables in which the add-ons of a platform say where their bucket is.
struct Addon {
    bucket: &'static str,
    user: &'static str,
    secret: &'static str,
    region: &'static str,
    endpoint: &'static str,
}

/// In the order in which they are looked for.
const ADDONS: &[Addon] = &[
    // Bucketeer, an add-on of Heroku (its page: devcenter.heroku.com/articles/bucketeer).
    Addon {
        bucket: "BUCKETEER_BUCKET_NAME",
        user: "BUCKETEER_AWS_ACCESS_KEY_ID",
        secret: "BUCKETEER_AWS_SECRET_ACCESS_KEY",
        region: "BUCKETEER_AWS_REGION",
        endpoint: "",
    },
    // Cloudcube: the URL's first host label is the bucket, its path the part of it that is ours
    // (devcenter.heroku.com/articles/cloudcube).
    Addon {
        bucket: "CLOUDCUBE_URL",
        user: "CLOUDCUBE_ACCESS_KEY_ID",
        secret: "CLOUDCUBE_SECRET_ACCESS_KEY",
        region: "",
        endpoint: "",
    },
    // Tigris, as `fly storage create` sets it (fly.io/docs/js/the-basics/object-storage).
    Addon {
        bucket: "BUCKET_NAME",
        user: "AWS_ACCESS_KEY_ID",
        secret: "AWS_SECRET_ACCESS_KEY",
        region: "AWS_REGION",
        endpoint: "AWS_ENDPOINT_URL_S3",
    },
];

impl Address {
    /// Reads `s3://bucket/prefix`, `s3://` (the bucket of an add-on), `oci://registry/repository`
    /// or a folder, and takes the credentials for it out of `variables`.
    ///
    /// # Errors
    /// A URL of another form, or one whose bucket nobody names.
    pub fn of(wanted: &Wanted, variables: &Variables) -> Result<(Self, Login), Fault> {
        let url = wanted.url.trim();
        let endpoint = wanted.endpoint.as_deref().unwrap_or_default();
        // They would be in logs, and in the environment of every command.
        if [url, endpoint].into_iter().any(has_login) {
            return Err(Fault(
                "its address holds credentials: they belong into variables of their own \
                 (docs/tasks/review-apps.md)"
                    .to_owned(),
            ));
        }
        if let Some(rest) = url.strip_prefix("s3://") {
            return s3(rest, wanted, variables);
        }
        for (scheme, transport) in [("oci://", "https"), ("oci+http://", "http")] {
            if let Some(rest) = url.strip_prefix(scheme) {
                return oci(rest, transport, variables);
            }
        }
        let folder = url.strip_prefix("file://").unwrap_or(url);
        if folder.contains("://") || folder.is_empty() {
            return Err(Fault(
                "the address is none of s3://bucket/prefix, oci://registry/repository and a folder"
                    .to_owned(),
            ));
        }
        Ok((Self::Folder(PathBuf::from(folder)), Login::default()))
    }

    /// For people: no credentials, no query.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::S3(bucket) if bucket.prefix.is_empty() => format!("s3://{}", bucket.name),
            Self::S3(bucket) => format!("s3://{}/{}", bucket.name, bucket.prefix),
            Self::Oci(repository) => {
                let host = repository.registry.split_once("://");
                let host = host.map_or(repository.registry.as_str(), |(_, host)| host);
                format!("oci://{host}/{}", repository.name)
            }
            Self::Folder(folder) => folder.display().to_string(),
        }
    }
}

/// Whether a URL has a user before its host (RFC 3986, 3.2.1), or what only a signed one has.
fn has_login(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else {
        return false;
    };
    let host = rest.split('/').next().unwrap_or(rest);
    host.contains('@') || rest.contains('?')
}

fn s3(rest: &str, wanted: &Wanted, variables: &Variables) -> Result<(Address, Login), Fault> {
    let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let mut name = name.to_owned();
    let mut prefix = prefix.trim_matches('/').to_owned();
    let own = |name| get(variables, name).map(str::to_owned);
    let mut region = wanted.region.clone().or_else(|| own("AWS_REGION"));
    let mut endpoint = wanted.endpoint.clone();
    let mut login = login(
        variables,
        "SLUGSMITH_STORE_ACCESS_KEY_ID",
        "SLUGSMITH_STORE_SECRET_ACCESS_KEY",
        "SLUGSMITH_STORE_SESSION_TOKEN",
    );
    if name.is_empty() {
        let addon = ADDONS.iter().find(|addon| own(addon.bucket).is_some());
        let Some(addon) = addon else {
            return Err(Fault(
                "s3:// names no bucket, and no variable of a bucket add-on is set".to_owned(),
            ));
        };
        let bucket = own(addon.bucket).unwrap_or_default();
        (name, prefix) = match bucket.split_once("://") {
            Some((_, rest)) => {
                let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
                let bucket = host.split('.').next().unwrap_or(host);
                (bucket.to_owned(), joined(path, &prefix))
            }
            None => (bucket, prefix),
        };
        region = wanted.region.clone().or_else(|| own(addon.region));
        endpoint = endpoint.or_else(|| own(addon.endpoint));
        login = login.or_else(|| self::login(variables, addon.user, addon.secret, ""));
    }
    let login = login.or_else(|| {
        let (user, secret) = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
        self::login(variables, user, secret, "AWS_SESSION_TOKEN")
    });
    let region = region.or_else(|| own("AWS_DEFAULT_REGION"));
    let region = region.unwrap_or_else(|| "us-east-1".to_owned());
    let endpoint = endpoint
        .or_else(|| own("AWS_ENDPOINT_URL_S3"))
        .or_else(|| own("AWS_ENDPOINT_URL"));
    let is_of_aws = endpoint.is_none();
    let endpoint = endpoint.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
    let bucket = Bucket {
        // A certificate for `*.s3.amazonaws.com` does not hold for a name with a dot
        // (docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html); other servers
        // all know the path.
        is_in_path: !is_of_aws || name.contains('.'),
        name,
        prefix,
        endpoint,
        region,
    };
    Ok((Address::S3(bucket), login.unwrap_or_default()))
}

fn joined(path: &str, prefix: &str) -> String {
    let parts = [path.trim_matches('/'), prefix];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("/")
}

fn login(variables: &Variables, user: &str, secret: &str, session: &str) -> Option<Login> {
    Some(Login {
        user: get(variables, user)?.to_owned(),
        secret: get(variables, secret)?.to_owned(),
        session: get(variables, session).map(str::to_owned),
    })
}

fn oci(rest: &str, transport: &str, variables: &Variables) -> Result<(Address, Login), Fault> {
    let is_word = |byte: u8| {
        let known = byte.is_ascii_lowercase() || byte.is_ascii_digit();
        known || matches!(byte, b'.' | b'_' | b'-' | b'/')
    };
    let (host, name) = rest.split_once('/').unwrap_or((rest, ""));
    let name = name.trim_matches('/');
    if host.is_empty() || name.is_empty() || !name.bytes().all(is_word) {
        return Err(Fault(
            "an address of a registry is oci://registry/repository, in lower case".to_owned(),
        ));
    }
    let (user, secret) = ("SLUGSMITH_STORE_USER", "SLUGSMITH_STORE_PASSWORD");
    let login = login(variables, user, secret, "").unwrap_or_default();
    let repository = Repository {
        registry: format!("{transport}://{host}"),
        name: name.to_owned(),
    };
    Ok((Address::Oci(repository), login))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).into()))
            .collect()
    }

    fn read(url: &str, pairs: &[(&str, &str)]) -> (Address, Login) {
        let wanted = Wanted {
            url: url.to_owned(),
            ..Wanted::default()
        };
        Address::of(&wanted, &variables(pairs)).unwrap()
    }

    fn bucket(url: &str, pairs: &[(&str, &str)]) -> (Bucket, Login) {
        match read(url, pairs) {
            (Address::S3(bucket), login) => (bucket, login),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_own_variables_win_over_those_of_the_app() {
        let (bucket, login) = bucket(
            "s3://caches/team/",
            &[
                ("AWS_ACCESS_KEY_ID", "app"),
                ("AWS_SECRET_ACCESS_KEY", "s1"),
                ("SLUGSMITH_STORE_ACCESS_KEY_ID", "store"),
                ("SLUGSMITH_STORE_SECRET_ACCESS_KEY", "s2"),
                ("AWS_REGION", "eu-west-1"),
            ],
        );
        assert_eq!(
            (bucket.name.as_str(), bucket.prefix.as_str()),
            ("caches", "team")
        );
        assert_eq!(bucket.endpoint, "https://s3.eu-west-1.amazonaws.com");
        assert!(!bucket.is_in_path);
        assert_eq!(
            (login.user.as_str(), login.secret.as_str()),
            ("store", "s2")
        );
        assert!(!format!("{login:?}").contains("s2"));
    }

    #[test]
    fn an_add_on_names_its_bucket() {
        let (bucketeer, login) = bucket(
            "s3://",
            &[
                ("BUCKETEER_BUCKET_NAME", "bucketeer-1"),
                ("BUCKETEER_AWS_ACCESS_KEY_ID", "k"),
                ("BUCKETEER_AWS_SECRET_ACCESS_KEY", "s"),
                ("BUCKETEER_AWS_REGION", "us-west-2"),
            ],
        );
        assert_eq!(
            (bucketeer.name.as_str(), login.user.as_str()),
            ("bucketeer-1", "k")
        );
        let (cube, _) = bucket(
            "s3:///caches",
            &[
                ("CLOUDCUBE_URL", "https://cloud-cube.s3.amazonaws.com/abc"),
                ("CLOUDCUBE_ACCESS_KEY_ID", "k"),
                ("CLOUDCUBE_SECRET_ACCESS_KEY", "s"),
            ],
        );
        assert_eq!(
            (cube.name.as_str(), cube.prefix.as_str()),
            ("cloud-cube", "abc/caches")
        );
        let (tigris, _) = bucket(
            "s3://",
            &[
                ("BUCKET_NAME", "t"),
                ("AWS_ENDPOINT_URL_S3", "https://fly.storage.example"),
                ("AWS_REGION", "auto"),
            ],
        );
        assert_eq!(tigris.endpoint, "https://fly.storage.example");
        assert!(tigris.is_in_path);
        let none = Wanted {
            url: "s3://".to_owned(),
            ..Wanted::default()
        };
        assert!(Address::of(&none, &variables(&[])).is_err());
    }

    #[test]
    fn an_address_with_credentials_is_refused_and_not_told() {
        let own = "s3://bucket/prefix";
        for (url, endpoint) in [
            ("s3://user:hidden@bucket/prefix", None),
            ("s3://hidden@bucket", None),
            ("s3://bucket/prefix?X-Amz-Signature=hidden", None),
            ("oci://user:hidden@registry.example/team", None),
            ("oci+http://user:hidden@127.0.0.1:5000/team", None),
            (own, Some("https://user:hidden@minio.example")),
        ] {
            let wanted = Wanted {
                url: url.to_owned(),
                endpoint: endpoint.map(str::to_owned),
                region: None,
            };
            let Fault(why) = Address::of(&wanted, &variables(&[])).unwrap_err();
            assert!(
                why.contains("credentials") && !why.contains("hidden"),
                "{why}"
            );
        }
        let folder = read("/srv/a@b?/caches", &[]).0;
        assert_eq!(folder, Address::Folder(PathBuf::from("/srv/a@b?/caches")));
    }

    #[test]
    fn registries_and_folders() {
        let (address, _) = read("oci://registry.example/team/caches", &[]);
        assert_eq!(address.shown(), "oci://registry.example/team/caches");
        let (address, _) = read("file:///srv/caches", &[]);
        assert_eq!(address, Address::Folder(PathBuf::from("/srv/caches")));
        for wrong in ["https://x/y", "oci://registry.example", "oci://r/Upper", ""] {
            let wanted = Wanted {
                url: wrong.to_owned(),
                ..Wanted::default()
            };
            assert!(Address::of(&wanted, &variables(&[])).is_err(), "{wrong}");
        }
    }
}
