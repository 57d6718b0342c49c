//! Does a .NET assembly hold machine code, or is it compiled at each start?
//!
//! Read as ECMA-335 II.25 has it: the CLI header is the 15th data directory, and its `ManagedNativeHeader` is empty in
//! an assembly that has byte code alone.

use crate::Input;
use crate::report::{BootReport, Weight};
use slugsmith_facts::beneath::Beneath;

const CONFIG: &str = ".runtimeconfig.json";
/// Sources of an assembly that the build made on the way.
const LEFT_OUT: &[&str] = &["obj", "Debug"];

/// Tells of what a process runs.
pub(super) fn tell(input: &Input<'_>, root: &Beneath, report: &mut BootReport) {
    for entry in input.tree.entries() {
        let path = entry.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let Some(stem) = name.strip_suffix(CONFIG) else {
            continue;
        };
        let library = format!("{stem}.dll");
        let is_run = input
            .words
            .iter()
            .any(|word| *word == stem || *word == library);
        if !is_run
            || path
                .iter()
                .any(|part| LEFT_OUT.iter().any(|name| part == *name))
        {
            continue;
        }
        let path = path.with_file_name(&library);
        if root.read(&path).ok().and_then(|file| is_compiled(&file)) == Some(false) {
            let text = format!(
                "{}: .NET compiles it at each start; <PublishReadyToRun>true</PublishReadyToRun> in its project, with \
                 a runtime identifier (linux-x64), lets `dotnet publish` do it once",
                path.display()
            );
            report.note(Weight::Normal, text);
        }
    }
}

/// Whether an assembly has machine code; `None` if it is none.
fn is_compiled(file: &[u8]) -> Option<bool> {
    let number = |at: usize| {
        let bytes = file.get(at..at.checked_add(4)?)?;
        usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
    };
    let short = |at: usize| {
        Some(usize::from(u16::from_le_bytes(
            file.get(at..at.checked_add(2)?)?.try_into().ok()?,
        )))
    };
    let start = number(0x3c)?;
    if file.get(..2)? != b"MZ" || file.get(start..start.checked_add(4)?)? != b"PE\0\0" {
        return None;
    }
    let (sections, optional) = (short(start + 6)?, short(start + 20)?);
    let header = start + 24;
    let directories = match short(header)? {
        0x10b => header + 96,
        0x20b => header + 112,
        _ => return None,
    };
    let address = number(directories + 14 * 8)?;
    let place = (0..sections).find_map(|at| {
        let section = header + optional + at * 40;
        let (size, from, bytes) = (
            number(section + 8)?,
            number(section + 12)?,
            number(section + 20)?,
        );
        let inside = address.checked_sub(from).filter(|inside| *inside < size)?;
        bytes.checked_add(inside)
    })?;
    // ManagedNativeHeader: address, then size.
    Some(number(place.checked_add(68)?)? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A library of one section, with a native header of this size.
    fn assembly(native: u32) -> Vec<u8> {
        let mut file = vec![0_u8; 0x400];
        let mut put = |at: usize, bytes: &[u8]| file[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, b"MZ");
        put(0x3c, &0x80_u32.to_le_bytes());
        put(0x80, b"PE\0\0");
        put(0x86, &1_u16.to_le_bytes());
        put(0x94, &240_u16.to_le_bytes());
        put(0x98, &0x20b_u16.to_le_bytes());
        put(0x98 + 112 + 14 * 8, &0x2008_u32.to_le_bytes());
        let section = 0x98 + 240;
        put(section + 8, &0x100_u32.to_le_bytes());
        put(section + 12, &0x2000_u32.to_le_bytes());
        put(section + 20, &0x200_u32.to_le_bytes());
        put(0x208 + 68, &native.to_le_bytes());
        file
    }

    #[test]
    fn machine_code_is_seen() {
        assert_eq!(is_compiled(&assembly(0)), Some(false));
        assert_eq!(is_compiled(&assembly(72)), Some(true));
        let whole = assembly(72);
        for end in 0..whole.len() {
            // Nothing panics on half a file.
            let _ = is_compiled(&whole[..end]);
        }
        assert_eq!(is_compiled(b"#!/bin/sh"), None);
    }
}
