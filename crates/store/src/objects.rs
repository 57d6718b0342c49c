//! What every kind of store can do: get, put, list and remove objects by key.
//!
//! A key is made of parts with `/` between them; a part has letters, digits, `-` and `_` only, so
//! that it is a name in a bucket, a tag in a registry and a file in a folder alike.

use std::fmt;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// An object in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub key: String,
    /// In bytes; 0 where the store does not say.
    pub size: u64,
    /// Seconds since 1970, where the store says so.
    pub modified: Option<u64>,
}

/// What is put.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    Bytes(&'a [u8]),
    File(&'a Path),
}

/// Why a call to a store gave no answer. The text names host, object and status, and never an
/// address with a query or a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(pub String);

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// A store of objects.
pub trait Objects: Send + Sync {
    /// Writes an object to `to`, at most `most` bytes of it; false if there is none.
    ///
    /// # Errors
    /// The store does not answer in time, refuses, or sends more than `most` or less than it said.
    fn fetch(
        &self,
        key: &str,
        to: &mut dyn Write,
        most: u64,
        until: Instant,
    ) -> Result<bool, Fault>;

    /// Stores an object; one with the same key is replaced.
    ///
    /// # Errors
    /// The store does not answer in time, or refuses.
    fn put(&self, key: &str, body: Body<'_>, until: Instant) -> Result<(), Fault>;

    /// Objects whose keys begin with `prefix`, at most `most` of them, sorted by key.
    ///
    /// # Errors
    /// The store does not answer in time, or refuses.
    fn list(&self, prefix: &str, most: usize, until: Instant) -> Result<Vec<Listed>, Fault>;

    /// Size and time of a listed object, where a list alone does not say them.
    ///
    /// # Errors
    /// The store does not answer in time, or refuses.
    fn described(&self, listed: Listed, _until: Instant) -> Result<Listed, Fault> {
        Ok(listed)
    }

    /// Removes an object; one that is not there is none.
    ///
    /// # Errors
    /// The store does not answer in time, or refuses.
    fn remove(&self, key: &str, until: Instant) -> Result<(), Fault>;

    /// A small object as bytes; `None` if there is none.
    ///
    /// # Errors
    /// As [`Objects::fetch`].
    fn get(&self, key: &str, most: u64, until: Instant) -> Result<Option<Vec<u8>>, Fault> {
        let mut bytes = Vec::new();
        let is_there = self.fetch(key, &mut bytes, most, until)?;
        Ok(is_there.then_some(bytes))
    }
}

/// Whether a key is made of parts that every store can name. What a listing of a stranger's store
/// says is no key before it was asked for.
pub(crate) fn is_key(key: &str) -> bool {
    const LONGEST: usize = 120;
    let is_part = |part: &str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !part.is_empty() && part.bytes().all(known)
    };
    key.len() <= LONGEST && key.split('/').all(is_part)
}
