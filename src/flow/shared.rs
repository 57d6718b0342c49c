//! The store that several builds share, as the caches of one run see it.
//!
//! Reads, in all, take no longer than the configuration says; what is written is told in
//! `upload`. Whatever goes wrong is a line and a miss, never an error.

pub(super) mod upload;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use slugsmith_store::seal::Key;
use slugsmith_store::{Address, Fault, Login, Objects, PRIVATE, Wanted, gc};

use super::branch::{self, Places};
use crate::cache::store::Store;
use crate::cache::warm::{self, Found, PACK_FILES, Remote, RemoteKey};
use crate::config::{Config, StoreConfig};
use crate::facts::beneath::own;
use crate::facts::environment::Environment;
use crate::facts::secrets;

/// Variable with the key that seals are made or checked with.
const KEY: &str = "SLUGSMITH_STORE_KEY";
/// Entries of one place that are looked at.
const EXACT: usize = 3;
/// Longest entry, in bytes.
const LONGEST_ENTRY: u64 = 32_000_000;
/// Longest list of one place.
const LONGEST_LIST: usize = 500;

/// A store that several builds share.
pub struct Shared {
    objects: Box<dyn Objects>,
    key: OnceLock<Key>,
    /// Where this build reads and writes.
    places: Places,
    name: String,
    wait: Duration,
    /// Milliseconds that were spent with reading.
    spent: AtomicU64,
    /// It did not answer: it is asked no more.
    is_away: AtomicBool,
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Shared").field(&self.name).finish()
    }
}

/// Opens the store that the configuration names, and takes what only it needs out of the
/// environment, so that no child process gets it. `Err` is a line for the log.
///
/// # Errors
/// The address, the key or the bucket can't be used.
pub fn open(
    config: &Config,
    environment: &mut Environment,
) -> std::result::Result<Option<Shared>, String> {
    let taken = take(environment);
    let Some(url) = &config.store.url else {
        return Ok(None);
    };
    let (address, login) = address(&url.value, &config.store, environment, &taken)?;
    let key = taken.get(KEY).map(|key| key.to_string_lossy().into_owned());
    let key = match key.filter(|key| !key.is_empty()) {
        None => None,
        Some(text) => Some(
            Key::parse(&text)
                .ok_or_else(|| format!("{KEY} is no key: it has to be {}", Key::forms()))?,
        ),
    };
    let branch = branch::of(&config.store, environment);
    let shared = Shared::new(
        &address,
        &login,
        key,
        config,
        branch::places(config.store.write.value, &branch),
    );
    shared.map(Some).map_err(|fault| fault.to_string())
}

/// The store that the configuration names, for what is no cache. The variables that only it needs
/// leave the environment.
///
/// # Errors
/// The address or the bucket can't be used.
pub fn objects(
    config: &StoreConfig,
    environment: &mut Environment,
) -> Result<Option<Box<dyn Objects>>, String> {
    let taken = take(environment);
    let Some(url) = &config.url else {
        return Ok(None);
    };
    let (address, login) = address(&url.value, config, environment, &taken)?;
    let opened = slugsmith_store::open(&address, &login);
    opened.map(Some).map_err(|fault| fault.to_string())
}

fn address(
    url: &str,
    config: &StoreConfig,
    environment: &Environment,
    taken: &BTreeMap<String, OsString>,
) -> Result<(Address, Login), String> {
    let wanted = Wanted {
        url: url.to_owned(),
        endpoint: config.endpoint.clone(),
        region: config.region.clone(),
    };
    let mut variables = environment.variables.clone();
    variables.extend(taken.clone());
    Address::of(&wanted, &variables).map_err(|fault| fault.to_string())
}

/// Takes the variables that only the store needs, so that no child process gets them.
pub fn take(environment: &mut Environment) -> BTreeMap<String, OsString> {
    secrets::know(&environment.variables);
    let names = PRIVATE.iter();
    names
        .filter_map(|name| environment.variables.remove_entry(*name))
        .collect()
}

/// Leaves them out of the environment that a program inherits.
pub fn hide_from(command: &mut std::process::Command) {
    for name in PRIVATE {
        command.env_remove(name);
    }
}

impl Shared {
    fn new(
        address: &Address,
        login: &Login,
        key: Option<Key>,
        config: &Config,
        places: Places,
    ) -> Result<Self, Fault> {
        let known = OnceLock::new();
        if let Some(key) = key {
            let _ = known.set(key);
        }
        Ok(Self {
            objects: slugsmith_store::open(address, login)?,
            key: known,
            places,
            name: address.shown(),
            wait: config.store.wait.value,
            spent: AtomicU64::new(0),
            is_away: AtomicBool::new(false),
        })
    }

    /// Puts it behind the local caches. Without a key it believes what these caches wrote.
    #[must_use]
    pub fn behind(self, store: Store) -> Store {
        if self.key.get().is_none()
            && let Some(secret) = warm::own_secret(&store)
        {
            let _ = self.key.set(Key::shared(&secret));
        }
        store.with_remote(Arc::new(self))
    }

    /// Runs a call that reads, within what is left of the time for it.
    fn reading<T>(&self, call: impl FnOnce(Instant) -> Result<T, Fault>) -> Result<T, Fault> {
        let spent = Duration::from_millis(self.spent.load(Ordering::Relaxed));
        let begun = Instant::now();
        let result = call(begun + self.wait.saturating_sub(spent));
        let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.spent.fetch_add(took, Ordering::Relaxed);
        if result.is_err() {
            self.is_away.store(true, Ordering::Relaxed);
        }
        result
    }

    /// Where the entries of a place begin.
    fn prefix(scope: &str, place: &RemoteKey) -> String {
        format!("{}{scope}/{}/{}/", gc::ENTRIES, place.name, place.group)
    }

    /// An entry that our key has sealed.
    fn entry(&self, key: &str) -> Result<Option<Vec<u8>>, Fault> {
        let found = self.reading(|until| self.objects.get(key, LONGEST_ENTRY, until))?;
        let Some(sealed) = found else { return Ok(None) };
        let opened = self.key.get().and_then(|seal| seal.open(key, &sealed));
        Ok(opened.map(<[u8]>::to_vec))
    }

    fn find_in(
        &self,
        scope: &str,
        place: &RemoteKey,
        nearest: bool,
        notes: &mut Vec<String>,
    ) -> Result<Vec<Found>, Fault> {
        let prefix = Self::prefix(scope, place);
        let listed = self.reading(|until| self.objects.list(&prefix, LONGEST_LIST, until))?;
        let (mut exact, mut near) = (Vec::new(), Vec::new());
        for one in listed {
            let name = one.key.get(prefix.len()..).unwrap_or_default();
            let time = gc::time_of(&one.key).unwrap_or_default();
            if name.split('-').next() == Some(&place.key) {
                exact.push((time, one.key));
            } else {
                near.push((time, one.key));
            }
        }
        for list in [&mut exact, &mut near] {
            list.sort();
            list.reverse();
        }
        let exact = exact.into_iter().take(EXACT).map(|(_, key)| (key, true));
        let near = near.into_iter().take(1).map(|(_, key)| (key, false));
        let mut found = Vec::new();
        for (key, is_exact) in exact.chain(near.filter(|_| nearest)) {
            if !is_exact && !found.is_empty() {
                break;
            }
            match self.entry(&key)? {
                Some(entry) => found.push(Found { entry, is_exact }),
                None => notes.push(format!(
                    "an entry of {} is not sealed with our key; it is left aside",
                    self.name
                )),
            }
        }
        Ok(found)
    }
}

impl Remote for Shared {
    fn find(&self, place: &RemoteKey, nearest: bool, notes: &mut Vec<String>) -> Vec<Found> {
        let mut found = Vec::new();
        for scope in &self.places.read {
            if self.is_away.load(Ordering::Relaxed) || self.key.get().is_none() {
                break;
            }
            match self.find_in(scope, place, nearest, notes) {
                Ok(more) => found.extend(more),
                Err(fault) => notes.push(format!("{} is left aside: {fault}", self.name)),
            }
            if found.iter().any(|one| one.is_exact) {
                break;
            }
        }
        found
    }

    fn fetch(&self, pack: &str, folder: &Path, most: u64) -> Result<(), String> {
        for file in PACK_FILES {
            let key = format!("{}{pack}-{file}", gc::PACKS);
            let path = folder.join(file);
            let mut to = own::create(path).map_err(|error| error.to_string())?;
            let fetched = self.reading(|until| self.objects.fetch(&key, &mut to, most, until));
            match fetched {
                Ok(true) => {}
                Ok(false) => return Err("its archive is gone".to_owned()),
                Err(fault) => return Err(fault.to_string()),
            }
        }
        Ok(())
    }

    fn name(&self) -> String {
        self.name.clone()
    }
}

/// A store that can't be used: it has nothing, and says why once.
#[derive(Debug)]
pub struct Unusable {
    why: String,
    is_told: AtomicBool,
}

impl Unusable {
    /// In the place of the store.
    #[must_use]
    pub fn behind(why: String, store: Store) -> Store {
        store.with_remote(Arc::new(Self {
            why,
            is_told: AtomicBool::new(false),
        }))
    }
}

impl Remote for Unusable {
    fn find(&self, _place: &RemoteKey, _nearest: bool, notes: &mut Vec<String>) -> Vec<Found> {
        if !self.is_told.swap(true, Ordering::Relaxed) {
            notes.push(format!("the shared store is left aside: {}", self.why));
        }
        Vec::new()
    }

    fn fetch(&self, _pack: &str, _folder: &Path, _most: u64) -> Result<(), String> {
        Err(self.why.clone())
    }

    fn name(&self) -> String {
        "the shared store".to_owned()
    }
}
