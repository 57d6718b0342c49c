//! Which bytes of a shared object does no loader read?
//!
//! Symbol tables for linkers and debug sections are in the file but in no segment that
//! is mapped. [`plan`] finds them; [`Plan::write`] makes the file without them. What is
//! mapped stays byte for byte as it was and keeps its address; only its place in the
//! file may move, by whole pages, as `strip --strip-unneeded` does.
//!
//! A file that is odd in any way (signed, with data behind its end, segments that
//! sections disagree with) has no plan.

mod layout;

use object::elf;
use object::endian::LittleEndian as LE;
use object::read::elf::FileHeader;
use object::read::{ReadCache, ReadRef};

use layout::Layout;

type Header = elf::FileHeader64<LE>;
type Section = elf::SectionHeader64<LE>;
type Segment = elf::ProgramHeader64<LE>;

/// Saving less is not worth a rewrite, in bytes: a page.
const LEAST: u64 = 4096;

/// How to write a shared object without what is never loaded.
#[derive(Debug)]
pub struct Plan {
    /// Bytes of the old file.
    size: u64,
    header: Header,
    segments: Vec<Segment>,
    sections: Vec<Section>,
    /// New number of each old section; `None` for those that go.
    numbers: Vec<Option<u16>>,
    layout: Layout,
}

impl Plan {
    /// Bytes that the new file is smaller by.
    #[must_use]
    pub fn saved(&self) -> u64 {
        self.size - self.layout.size
    }

    /// The new file's content; `data` is the whole old one.
    ///
    /// `None` if the result does not have every mapped byte of the original.
    #[must_use]
    pub fn write(&self, data: &[u8]) -> Option<Vec<u8>> {
        let new = self.layout.write(self, data)?;
        same_when_loaded(data, &new)?.then_some(new)
    }
}

/// As [`plan`] of its content, by reading the headers of a file only.
#[must_use]
pub fn plan_of(file: std::fs::File) -> Option<Plan> {
    plan(&ReadCache::new(file))
}

/// What can go from a shared object; `None` where nothing can, or the file is odd.
#[must_use]
pub fn plan<'d, R: ReadRef<'d>>(data: R) -> Option<Plan> {
    let size = data.len().ok()?;
    let header = Header::parse(data).ok()?;
    let endian = header.endian().ok()?;
    let machine = header.e_machine(endian);
    let known = matches!(machine, elf::EM_X86_64 | elf::EM_AARCH64);
    if header.e_type(endian) != elf::ET_DYN || !known {
        return None;
    }
    let segments = header.program_headers(endian, data).ok()?.to_vec();
    let sections = header.section_headers(endian, data).ok()?.to_vec();
    let names = header.section_strings_index(endian, data).ok()?.0;
    let table = header.sections(endian, data).ok()?;
    if !segments
        .iter()
        .any(|one| one.p_type.get(LE) == elf::PT_DYNAMIC)
        || sections.len() < 2
    {
        return None;
    }
    let removed: Vec<bool> = sections
        .iter()
        .enumerate()
        .map(|(number, section)| {
            let name = table.section_name(endian, section).unwrap_or_default();
            number != names && is_removed(section, name, &sections)
        })
        .collect();
    let odd = sections.iter().zip(&removed).any(|(section, is_dropped)| {
        let name = table.section_name(endian, section).unwrap_or_default();
        is_odd(section, name) || (!is_dropped && refers_to(section, &removed))
    });
    if odd || !removed.contains(&true) || has_tail(header, &segments, &sections, data) {
        return None;
    }
    let mut next = 0_u16;
    let numbers = removed
        .iter()
        .map(|is_dropped| {
            (!is_dropped).then(|| {
                next += 1;
                next - 1
            })
        })
        .collect();
    let layout = Layout::new(header, &segments, &sections, &removed)?;
    let plan = Plan {
        size,
        header: *header,
        segments,
        sections,
        numbers,
        layout,
    };
    (plan.layout.size + LEAST <= size).then_some(plan)
}

/// Sections that only linkers, debuggers and profilers read.
fn is_removed(section: &Section, name: &[u8], sections: &[Section]) -> bool {
    if section.sh_flags.get(LE).0 & elf::SHF_ALLOC.0 != 0 {
        return false;
    }
    match section.sh_type.get(LE) {
        elf::SHT_SYMTAB | elf::SHT_SYMTAB_SHNDX => true,
        // Names of the symbols that go.
        elf::SHT_STRTAB => sections.iter().any(|one| {
            one.sh_type.get(LE) == elf::SHT_SYMTAB
                && sections
                    .get(one.sh_link.get(LE) as usize)
                    .is_some_and(|names| names.sh_offset.get(LE) == section.sh_offset.get(LE))
        }),
        elf::SHT_PROGBITS => [
            b".debug_".as_slice(),
            b".zdebug_",
            b".stab",
            b".gdb_index",
            b".gnu.lto_",
        ]
        .iter()
        .any(|start| name.starts_with(start)),
        _ => false,
    }
}

/// Kinds of sections whose meaning could change with the file around them.
fn is_odd(section: &Section, name: &[u8]) -> bool {
    let signed = [b"signature".as_slice(), b".sig", b".sign"]
        .iter()
        .any(|mark| memchr::memmem::find(name, mark).is_some());
    let kind = section.sh_type.get(LE);
    signed || kind == elf::SHT_GROUP
}

/// Whether a section that stays names one that goes.
fn refers_to(section: &Section, removed: &[bool]) -> bool {
    let is_dropped = |number: u32| removed.get(number as usize) == Some(&true);
    let info_is_section = section.sh_flags.get(LE).0 & elf::SHF_INFO_LINK.0 != 0;
    is_dropped(section.sh_link.get(LE)) || (info_is_section && is_dropped(section.sh_info.get(LE)))
}

/// Whether something stands behind all that the headers describe: a signature, an
/// archive that the program reads from itself.
fn has_tail<'d, R: ReadRef<'d>>(
    header: &Header,
    segments: &[Segment],
    sections: &[Section],
    data: R,
) -> bool {
    let table = header.e_shoff.get(LE) + sections.len() as u64 * size_of::<Section>() as u64;
    let of_segments = segments
        .iter()
        .map(|one| one.p_offset.get(LE).saturating_add(one.p_filesz.get(LE)));
    let of_sections = sections
        .iter()
        .filter(|one| one.sh_type.get(LE) != elf::SHT_NOBITS)
        .map(|one| one.sh_offset.get(LE).saturating_add(one.sh_size.get(LE)));
    let end = of_segments
        .chain(of_sections)
        .chain([table])
        .max()
        .unwrap_or_default();
    let tail = data.len().ok().and_then(|size| size.checked_sub(end));
    tail.is_none_or(|length| {
        length >= 4096
            || data
                .read_bytes_at(end, length)
                .map_or(true, |tail| tail.iter().any(|byte| *byte != 0))
    })
}

/// Whether every segment that is mapped has the bytes it had, apart from the headers
/// and the section numbers of dynamic symbols, and may be mapped where it was.
fn same_when_loaded(old: &[u8], new: &[u8]) -> Option<bool> {
    let (before, may_differ) = read(old)?;
    let (after, _) = read(new)?;
    if before.len() != after.len() {
        return Some(false);
    }
    for (before, after) in before.iter().zip(after) {
        let same = before.p_type.get(LE) == after.p_type.get(LE)
            && before.p_vaddr.get(LE) == after.p_vaddr.get(LE)
            && before.p_filesz.get(LE) == after.p_filesz.get(LE)
            && before.p_memsz.get(LE) == after.p_memsz.get(LE)
            && before.p_flags.get(LE) == after.p_flags.get(LE);
        let align = after.p_align.get(LE).max(1);
        let is_load = after.p_type.get(LE) == elf::PT_LOAD;
        let fits = !is_load || after.p_offset.get(LE) % align == after.p_vaddr.get(LE) % align;
        let start = usize::try_from(before.p_offset.get(LE)).ok()?;
        let (was, is) = (bytes(before, old)?, bytes(after, new)?);
        let changed = was != is
            && was.iter().zip(is).enumerate().any(|(at, (was, is))| {
                was != is && !may_differ.iter().any(|range| range.contains(&(start + at)))
            });
        if !same || !fits || changed {
            return Some(false);
        }
    }
    Some(true)
}

/// The segments of a file, and where in it headers and dynamic symbols stand.
fn read(data: &[u8]) -> Option<(&[Segment], Vec<std::ops::Range<usize>>)> {
    let header: &Header = Header::parse(data).ok()?;
    let endian = header.endian().ok()?;
    let segments = header.program_headers(endian, data).ok()?;
    let headers = usize::try_from(header.e_phoff.get(LE)).ok()?;
    let mut special = vec![
        0..size_of::<Header>(),
        headers..headers + size_of_val(segments),
    ];
    for section in header.section_headers(endian, data).ok()? {
        if section.sh_type.get(LE) == elf::SHT_DYNSYM {
            let start = usize::try_from(section.sh_offset.get(LE)).ok()?;
            special.push(start..start + usize::try_from(section.sh_size.get(LE)).ok()?);
        }
    }
    Some((segments, special))
}

fn bytes<'d>(segment: &Segment, data: &'d [u8]) -> Option<&'d [u8]> {
    let start = usize::try_from(segment.p_offset.get(LE)).ok()?;
    let size = usize::try_from(segment.p_filesz.get(LE)).ok()?;
    data.get(start..start.checked_add(size)?)
}

#[cfg(test)]
mod tests;
