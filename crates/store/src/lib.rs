//! The client of a shared store: an S3 bucket, an OCI registry or a folder that several builds use.
//!
//! In: an [`Address`], credentials and a key. Out: objects by key, of which only those are believed
//! that a known key has signed ([`seal`]). It knows nothing of caches, reports or ecosystems: what
//! is stored are bytes. A store is slow, full, wrong or away at times, so that every call has a
//! time by which it ends, and no error holds an address with a signature in it.

// Tests write what they like into folders of their own.
#![cfg_attr(test, allow(clippy::disallowed_methods))]

mod address;
mod folder;
pub mod gc;
#[cfg(feature = "client")]
mod http;
mod objects;
#[cfg(feature = "client")]
mod oci;
#[cfg(feature = "client")]
mod s3;
pub mod seal;

use std::time::{SystemTime, UNIX_EPOCH};

pub use address::{Address, Login, PRIVATE, Wanted};
pub use objects::{Body, Fault, Listed, Objects};

/// Seconds since 1970, by which keys say when their object was written.
#[must_use]
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

/// Opens a store. Nothing is asked of it before the first call.
///
/// # Errors
/// An address that no client can be made for.
pub fn open(address: &Address, login: &Login) -> Result<Box<dyn Objects>, Fault> {
    Ok(match address {
        Address::Folder(folder) => Box::new(folder::Folder::new(folder.clone())),
        #[cfg(feature = "client")]
        Address::S3(bucket) => Box::new(s3::S3::new(bucket, login)?),
        #[cfg(feature = "client")]
        Address::Oci(repository) => Box::new(oci::Oci::new(repository, login)),
        #[cfg(not(feature = "client"))]
        Address::S3(_) | Address::Oci(_) => {
            let _ = login;
            return Err(Fault(format!(
                "{}: this program was built without the client of buckets and registries",
                address.shown()
            )));
        }
    })
}
