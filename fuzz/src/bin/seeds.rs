//! Writes the inputs that fuzzing begins with: an archive, a journal, a record and an entry of
//! a shared store as slugsmith itself makes them, one folder per target below the given one.

use std::io;
use std::path::{Path, PathBuf};

use slugsmith_cache::store::{Kept, Record, Store};
use slugsmith_fuzz::{DIGEST, packed};
use slugsmith_strip::journal::{Checkpoint, FOLDER, FileChange, move_aside};

fn main() -> io::Result<()> {
    let to = PathBuf::from(
        std::env::args_os()
            .nth(1)
            .unwrap_or_else(|| "corpus".into()),
    );
    for (target, seed) in [
        ("archive", archive()?),
        ("journal", journal()?),
        ("record", record()?),
        ("entry", entry()?),
    ] {
        let folder = to.join(target);
        fs_err::create_dir_all(&folder)?;
        fs_err::write(folder.join("made-by-slugsmith"), seed)?;
    }
    Ok(())
}

/// A length in two bytes, what it counts off, and the rest.
fn joined(first: &[u8], second: &[u8]) -> Vec<u8> {
    let length = u16::try_from(first.len()).unwrap_or(u16::MAX).to_le_bytes();
    [&length, first, second].concat()
}

fn archive() -> io::Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let to = packed(folder.path())?;
    let index = zstd::stream::decode_all(fs_err::File::open(to.join("index"))?)?;
    Ok(joined(&index, &fs_err::read(to.join("frames"))?))
}

/// The journal of a removal that was stopped after its first move.
fn journal() -> io::Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    for name in ["a.map", "b.d.ts", "c.md"] {
        fs_err::write(folder.path().join(name), name)?;
    }
    let changes = ["a.map", "b.d.ts", "c.md"].map(|name| FileChange::Remove(PathBuf::from(name)));
    let mut stop = |checkpoint: Checkpoint| match checkpoint {
        Checkpoint::Moved(_) => Err(io::Error::other("stopped")),
        _ => Ok(()),
    };
    let _ = move_aside(folder.path(), changes.to_vec(), &|_| Ok(None), &mut stop);
    let path = folder.path().join(FOLDER).join("journal");
    let text = fs_err::read(&path)?;
    Ok(joined(&with_placeholder(&text), b"\x00\x05"))
}

/// The second word, which is the journal's inode, as the target expects it.
fn with_placeholder(text: &[u8]) -> Vec<u8> {
    let mut words: Vec<&[u8]> = text.split(|byte| *byte == 0).collect();
    if let Some(inode) = words.get_mut(1) {
        *inode = b"INODE";
    }
    words.join(&0)
}

fn record() -> io::Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let store = Store::new(folder.path().to_owned());
    let cache = store.begin("npm").map_err(io::Error::other)?;
    fs_err::write(cache.join("index"), "")?;
    store
        .commit("npm", &Record::default(), Kept::CACHE)
        .map_err(io::Error::other)?;
    let name = cache
        .file_name()
        .map(Path::new)
        .unwrap_or(Path::new(""))
        .display()
        .to_string();
    fs_err::read(folder.path().join(format!("{name}.toml")))
}

/// What a shared store has beside a pack, not compressed.
fn entry() -> io::Result<Vec<u8>> {
    let metadata = String::from_utf8(record()?).map_err(io::Error::other)?;
    let metadata = metadata
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    let lists = r#""files":{"files.zst":"a"},"left_out":{"left.zst":"b"}"#;
    let head = format!(r#""schema":"slugsmith.warm/1","pack":"{DIGEST}","most":9999"#);
    let text = format!(r#"{{{head},"metadata":"{metadata}",{lists}}}"#);
    Ok(text.into_bytes())
}
