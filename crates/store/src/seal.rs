//! Who has written an object: a signature over its key and its bytes.
//!
//! What comes out of a store is data of a stranger. An object is believed only where its seal fits a
//! key that this build was given: the secret or public half of an Ed25519 pair, or a secret that
//! all builds share. The seal covers the object's own key, so that a sealed object can't take the
//! place of another one.

use std::fmt;

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

/// Begins every sealed object.
const MAGIC: &str = "slugsmith-store/1 ";
/// Bytes of an Ed25519 seed and public key.
const SEED: usize = 32;

/// A key that seals are made or checked with. Never printed.
pub struct Key(Kind);

enum Kind {
    Pair(Box<Ed25519KeyPair>),
    Public(Vec<u8>),
    Shared(hmac::Key),
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.0 {
            Kind::Pair(_) => "Key(pair)",
            Kind::Public(_) => "Key(public)",
            Kind::Shared(_) => "Key(shared)",
        })
    }
}

/// A new pair as text: the secret half for whoever writes, the public one for whoever reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub secret: String,
    pub public: String,
}

/// The shortest secret of an `hmac:` key, in bytes: a shorter one can be guessed from one object.
const SHORTEST_SECRET: usize = 16;

impl Key {
    /// What [`Key::parse`] takes, for whoever wrote something else.
    #[must_use]
    pub fn forms() -> String {
        format!(
            "ed25519: and {0} hexadecimal digits, ed25519-public: and {0}, or hmac: and at least {SHORTEST_SECRET} \
             characters",
            2 * SEED
        )
    }

    /// Reads `ed25519:HEX`, `ed25519-public:HEX` or `hmac:TEXT`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, value) = text.trim().split_once(':')?;
        Some(Self(match kind {
            "ed25519" => {
                let seed = from_hex(value)?;
                let pair = Ed25519KeyPair::from_seed_unchecked(&seed).ok()?;
                Kind::Pair(Box::new(pair))
            }
            "ed25519-public" => Kind::Public(from_hex(value).filter(|key| key.len() == SEED)?),
            "hmac" if value.len() >= SHORTEST_SECRET => {
                Kind::Shared(hmac::Key::new(hmac::HMAC_SHA256, value.as_bytes()))
            }
            _ => return None,
        }))
    }

    /// A key that only whoever has these bytes can use.
    #[must_use]
    pub fn shared(secret: &[u8]) -> Self {
        Self(Kind::Shared(hmac::Key::new(hmac::HMAC_SHA256, secret)))
    }

    /// Whether seals can be made with it.
    #[must_use]
    pub fn can_seal(&self) -> bool {
        !matches!(self.0, Kind::Public(_))
    }

    /// The object with its seal; `None` with a key that only checks.
    #[must_use]
    pub fn seal(&self, key: &str, content: &[u8]) -> Option<Vec<u8>> {
        let message = message(key, content);
        let seal = match &self.0 {
            Kind::Pair(pair) => hex(pair.sign(&message).as_ref()),
            Kind::Shared(secret) => hex(hmac::sign(secret, &message).as_ref()),
            Kind::Public(_) => return None,
        };
        let mut sealed = format!("{MAGIC}{seal}\n").into_bytes();
        sealed.extend_from_slice(content);
        Some(sealed)
    }

    /// The content of a sealed object, if this key has sealed it as the object `key`.
    #[must_use]
    pub fn open<'a>(&self, key: &str, sealed: &'a [u8]) -> Option<&'a [u8]> {
        let rest = sealed.strip_prefix(MAGIC.as_bytes())?;
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let seal = from_hex(std::str::from_utf8(rest.get(..end)?).ok()?)?;
        let content = rest.get(end + 1..)?;
        let message = message(key, content);
        let holds = match &self.0 {
            Kind::Pair(pair) => verify(pair.public_key().as_ref(), &message, &seal),
            Kind::Public(public) => verify(public, &message, &seal),
            Kind::Shared(secret) => hmac::verify(secret, &message, &seal).is_ok(),
        };
        holds.then_some(content)
    }
}

fn verify(public: &[u8], message: &[u8], seal: &[u8]) -> bool {
    let public = UnparsedPublicKey::new(&ED25519, public);
    public.verify(message, seal).is_ok()
}

fn message(key: &str, content: &[u8]) -> Vec<u8> {
    let mut message = MAGIC.as_bytes().to_vec();
    // A key has no zero byte.
    message.extend_from_slice(key.as_bytes());
    message.push(0);
    message.extend_from_slice(content);
    message
}

/// Makes a new pair; `None` where the system has no random bytes.
#[must_use]
pub fn pair() -> Option<Pair> {
    let seed: [u8; SEED] = random()?;
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).ok()?;
    Some(Pair {
        secret: format!("ed25519:{}", hex(&seed)),
        public: format!("ed25519-public:{}", hex(pair.public_key().as_ref())),
    })
}

/// Random bytes.
#[must_use]
pub fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(bytes)
}

/// Bytes as text.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    let pairs = (0..text.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_key_opens_the_right_object() {
        let made = pair().unwrap();
        let secret = Key::parse(&made.secret).unwrap();
        let public = Key::parse(&made.public).unwrap();
        let other = Key::parse(&pair().unwrap().public).unwrap();
        let sealed = secret.seal("e/a", b"content").unwrap();
        assert_eq!(public.open("e/a", &sealed), Some(&b"content"[..]));
        assert_eq!(secret.open("e/a", &sealed), Some(&b"content"[..]));
        assert_eq!(public.open("e/b", &sealed), None, "moved to another name");
        assert_eq!(other.open("e/a", &sealed), None, "another pair");
        assert!(public.seal("e/a", b"content").is_none());
        assert!(!format!("{secret:?}").contains(&made.secret[8..]));
    }

    #[test]
    fn any_change_is_seen() {
        let key = Key::parse("hmac:a secret of some length").unwrap();
        let sealed = key.seal("e/a", b"content").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open("e/a", &changed), None, "byte {at}");
            assert_eq!(key.open("e/a", &sealed[..at]), None, "cut at {at}");
        }
        assert_eq!(key.open("e/a", b""), None);
    }

    #[test]
    fn odd_keys_are_refused() {
        let odd = [
            "",
            "ed25519:",
            "ed25519:zz",
            "ed25519-public:00",
            "hmac:short",
            "rsa:00",
        ];
        for text in odd {
            assert!(Key::parse(text).is_none(), "{text}");
        }
    }
}
