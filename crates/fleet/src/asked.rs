//! The reports of a store that is asked for each of them.

use rayon::prelude::*;

use crate::folder::{Read, sorted};
use crate::report::read;

/// Reports that are asked for at the same time: each is small, and what takes time is the way to
/// the store and back.
const AT_ONCE: usize = 16;

/// Reads the report of each key. `get` gives its text, if it is still there, and `name` what it is
/// called.
///
/// # Errors
/// The first of `get`.
pub fn load<E: Send>(
    keys: &[String],
    name: impl Fn(&str) -> String + Sync,
    get: impl Fn(&str) -> Result<Option<Vec<u8>>, E> + Sync,
) -> Result<Read, E> {
    let one = |key: &String| {
        let text = get(key)?;
        let read = text.map(|text| read(&name(key), &text).map_err(|why| (key.clone(), why)));
        Ok(read)
    };
    let all = || keys.par_iter().map(one).collect::<Result<Vec<_>, E>>();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(AT_ONCE).build();
    let results = match pool {
        Ok(pool) => pool.install(all),
        Err(_) => all(),
    };
    Ok(sorted(results?.into_iter().flatten()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_that_are_gone_meanwhile_are_none_and_a_fault_is_one() {
        let keys = ["r/a".to_owned(), "r/b".to_owned(), "r/c".to_owned()];
        let name = |key: &str| key[2..].to_owned();
        let get = |key: &str| Ok::<_, String>((key != "r/b").then(|| b"no report".to_vec()));
        let (summaries, refused) = load(&keys, name, get).unwrap();
        let refused: Vec<_> = refused.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!((summaries.len(), refused), (0, vec!["r/a", "r/c"]));
        let cut = load(&keys, name, |_| Err("cut off".to_owned()));
        assert_eq!(cut.unwrap_err(), "cut off");
    }
}
