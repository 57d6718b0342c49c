//! Which machine, C library and shared libraries does a program need?
//!
//! Reads headers and two small tables of an ELF file (System V ABI, "Object Files";
//! Linux Standard Base, "Symbol Versioning"), never the whole file.

use crate::beneath;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The version needs of one file are a few kB; what claims more is not read, in bytes.
const TABLE_LIMIT: u64 = 4 << 20;
/// Section headers read at most.
const SECTIONS: usize = 512;
/// `SHT_GNU_verneed`.
const VERSION_NEEDS: u32 = 0x6fff_fffe;
/// `PT_INTERP`.
const INTERPRETER: u32 = 3;
/// `PT_LOAD` and `PT_DYNAMIC`.
const LOAD: u32 = 1;
const DYNAMIC: u32 = 2;
/// `DT_NEEDED`, `DT_STRTAB`, `DT_STRSZ`, `DT_SONAME`, `DT_RPATH`, `DT_RUNPATH`.
const NEEDED: u64 = 1;
const STRINGS: u64 = 5;
const STRINGS_SIZE: u64 = 10;
const SONAME: u64 = 14;
const RPATH: u64 = 15;
const RUNPATH: u64 = 29;
/// Libraries that one file may need at most; more is no real file.
const LIBRARIES: usize = 4_096;

/// What an ELF file asks of its surroundings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Elf {
    /// `amd64`, `arm64` or the number of the machine.
    pub arch: String,
    /// The dynamic loader, such as `/lib64/ld-linux-x86-64.so.2`; none for static programs.
    pub interpreter: Option<String>,
    /// The newest glibc version that it names, such as 2.38.
    pub glibc: Option<(u32, u32)>,
    /// The name that other files know a library by.
    pub soname: Option<String>,
    /// Libraries that must be there, by name.
    pub needed: Vec<String>,
    /// Folders that it brings itself: looked into before `LD_LIBRARY_PATH` (`DT_RPATH` without
    /// a `DT_RUNPATH`, ld.so(8)) …
    pub rpath: Vec<String>,
    /// … and after it.
    pub runpath: Vec<String>,
}

/// Reads a file; `None` if it is no 64-bit little-endian ELF.
#[must_use]
pub fn read(path: &Path) -> Option<Elf> {
    let file = beneath::open(path).ok()?;
    let header = bytes(&file, 0, 64)?;
    // Magic, 64 bits, little endian.
    if !header.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let arch = match u16_at(&header, 18)? {
        62 => "amd64".to_owned(),
        183 => "arm64".to_owned(),
        other => format!("machine {other}"),
    };
    let mut elf = Elf {
        arch,
        interpreter: interpreter(&file, &header),
        glibc: glibc(&file, &header),
        ..Elf::default()
    };
    // A file without the table, or with a broken one, needs nothing that we know of.
    let _ = dynamic(&file, &header, &mut elf);
    Some(elf)
}

/// Reads the dynamic table: names of libraries, and folders to look into.
fn dynamic(file: &File, header: &[u8], elf: &mut Elf) -> Option<()> {
    let segments = segments(file, header)?;
    let of_kind = |kind: u32| {
        segments
            .iter()
            .filter(move |one| u32_at(one, 0) == Some(kind))
    };
    let table = of_kind(DYNAMIC).next()?;
    let table = bytes(file, u64_at(table, 8)?, u64_at(table, 32)?)?;
    let entries: Vec<(u64, u64)> = table
        .chunks_exact(16)
        .map_while(|entry| Some((u64_at(entry, 0)?, u64_at(entry, 8)?)))
        .take_while(|(tag, _)| *tag != 0)
        .take(LIBRARIES)
        .collect();
    let value = |wanted: u64| {
        let mut all = entries.iter().filter(move |(tag, _)| *tag == wanted);
        all.next().map(|(_, value)| *value)
    };
    let address = value(STRINGS)?;
    // The table gives an address in memory; segments say where that is in the file.
    let at = of_kind(LOAD).find_map(|segment| {
        let inside = address.checked_sub(u64_at(segment, 16)?)?;
        (inside < u64_at(segment, 32)?).then_some(u64_at(segment, 8)?.checked_add(inside)?)
    })?;
    let names = bytes(file, at, value(STRINGS_SIZE)?)?;
    let text = |at: u64| text_at(&names, usize::try_from(at).ok()?);
    let folders = |tag: u64| -> Vec<String> {
        let list = value(tag).and_then(text).unwrap_or_default();
        let parts = list.split(':').filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    elf.soname = value(SONAME).and_then(text);
    elf.runpath = folders(RUNPATH);
    elf.rpath = if elf.runpath.is_empty() {
        folders(RPATH)
    } else {
        Vec::new()
    };
    elf.needed = entries
        .iter()
        .filter(|(tag, _)| *tag == NEEDED)
        .filter_map(|(_, at)| text(*at))
        .collect();
    Some(())
}

fn segments(file: &File, header: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (at, size, count) = (
        u64_at(header, 32)?,
        u16_at(header, 54)?,
        u16_at(header, 56)?,
    );
    let table = bytes(file, at, u64::from(size) * u64::from(count))?;
    let entries = table.chunks_exact(usize::from(size).max(56));
    Some(entries.map(<[u8]>::to_vec).collect())
}

fn interpreter(file: &File, header: &[u8]) -> Option<String> {
    let segments = segments(file, header)?;
    let entry = segments
        .iter()
        .find(|entry| u32_at(entry, 0) == Some(INTERPRETER))?;
    let text = bytes(file, u64_at(entry, 8)?, u64_at(entry, 32)?.min(4_096))?;
    text_at(&text, 0)
}

fn glibc(file: &File, header: &[u8]) -> Option<(u32, u32)> {
    let (at, size, count) = (
        u64_at(header, 40)?,
        u16_at(header, 58)?,
        u16_at(header, 60)?,
    );
    let table = bytes(file, at, u64::from(size) * u64::from(count))?;
    let sections: Vec<&[u8]> = table
        .chunks_exact(usize::from(size).max(64))
        .take(SECTIONS)
        .collect();
    let needs = sections
        .iter()
        .find(|section| u32_at(section, 4) == Some(VERSION_NEEDS))?;
    let names = sections.get(usize::try_from(u32_at(needs, 40)?).ok()?)?;
    let section = |of: &[u8]| bytes(file, u64_at(of, 24)?, u64_at(of, 32)?);
    newest(&section(needs)?, &section(names)?)
}

/// Walks `Verneed` and `Vernaux` records; offsets are relative to each record.
fn newest(needs: &[u8], names: &[u8]) -> Option<(u32, u32)> {
    let mut newest = None;
    let mut at = 0_usize;
    for _ in 0..SECTIONS {
        let count = u16_at(needs, at + 2)?;
        let mut entry = at.checked_add(usize::try_from(u32_at(needs, at + 8)?).ok()?)?;
        for _ in 0..count {
            let name = text_at(names, usize::try_from(u32_at(needs, entry + 8)?).ok()?);
            newest = newest.max(name.as_deref().and_then(version));
            entry = entry.checked_add(usize::try_from(u32_at(needs, entry + 12)?).ok()?)?;
        }
        match u32_at(needs, at + 12)? {
            0 => break,
            next => at = at.checked_add(usize::try_from(next).ok()?)?,
        }
    }
    newest
}

/// `GLIBC_2.38`.
fn version(name: &str) -> Option<(u32, u32)> {
    let mut parts = name.strip_prefix("GLIBC_")?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn bytes(file: &File, at: u64, length: u64) -> Option<Vec<u8>> {
    if length > TABLE_LIMIT {
        return None;
    }
    let mut buffer = vec![0; usize::try_from(length).ok()?];
    file.read_exact_at(&mut buffer, at).ok()?;
    Some(buffer)
}

fn text_at(bytes: &[u8], at: usize) -> Option<String> {
    let rest = bytes.get(at..)?;
    let text = rest.split(|byte| *byte == 0).next()?;
    std::str::from_utf8(text).ok().map(str::to_owned)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(
        bytes.get(at..at.checked_add(2)?)?.try_into().ok()?,
    ))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(
        bytes.get(at..at.checked_add(4)?)?.try_into().ok()?,
    ))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(
        bytes.get(at..at.checked_add(8)?)?.try_into().ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_program_is_understood() {
        let elf = read(&std::env::current_exe().unwrap()).unwrap();
        let arch = if cfg!(target_arch = "x86_64") {
            "amd64"
        } else {
            "arm64"
        };
        assert_eq!(elf.arch, arch);
        assert!(elf.interpreter.unwrap().contains("ld-"));
        assert!(elf.glibc.unwrap() >= (2, 2));
        assert!(elf.needed.iter().any(|name| name == "libc.so.6"));
        assert_eq!(elf.soname, None);
    }

    #[test]
    fn what_is_no_elf_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        for content in [
            &b""[..],
            b"#!/bin/sh\n",
            b"\x7fELF\x02\x01",
            &[b"\x7fELF\x02\x01".as_slice(), &[0xff; 200]].concat(),
        ] {
            fs_err::write(&file, content).unwrap();
            let elf = read(&file);
            assert!(elf.is_none_or(|elf| elf.glibc.is_none() && elf.interpreter.is_none()));
        }
    }
}
