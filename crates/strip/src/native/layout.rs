//! Where does each part of a shared object go in the smaller file?

use object::elf;
use object::endian::LittleEndian as LE;
use object::pod;

use super::{Header, Plan, Section, Segment};

/// A range of the old file and its place in the new one, in bytes.
#[derive(Debug, Clone, Copy)]
struct Piece {
    old: u64,
    size: u64,
    new: u64,
}

impl Piece {
    fn holds(&self, offset: u64, size: u64) -> bool {
        offset >= self.old
            && offset
                .checked_add(size)
                .is_some_and(|end| end <= self.old + self.size)
    }
}

/// The places of all that stays.
#[derive(Debug)]
pub(super) struct Layout {
    /// What is mapped, in the old order.
    mapped: Vec<Piece>,
    /// By old number: sections that are not mapped and stay.
    loose: Vec<(usize, Piece)>,
    /// Of the section table.
    table: u64,
    /// Of the new file.
    pub(super) size: u64,
}

impl Layout {
    /// `None` where the parts don't fit together as linkers write them.
    pub(super) fn new(
        header: &Header,
        segments: &[Segment],
        sections: &[Section],
        removed: &[bool],
    ) -> Option<Self> {
        let mapped = mapped(segments)?;
        let inside = |offset, size| mapped.iter().any(|piece| piece.holds(offset, size));
        let headers = segments.len() as u64 * size_of::<Segment>() as u64;
        let mut end = mapped.last()?.new + mapped.last()?.size;
        if !inside(0, size_of::<Header>() as u64) || !inside(header.e_phoff.get(LE), headers) {
            return None;
        }
        let all_inside = segments
            .iter()
            .filter(|one| one.p_filesz.get(LE) > 0)
            .all(|one| inside(one.p_offset.get(LE), one.p_filesz.get(LE)));
        if !all_inside {
            return None;
        }
        let mut loose = Vec::new();
        for (number, section) in sections.iter().enumerate().skip(1) {
            let (offset, size) = (section.sh_offset.get(LE), section.sh_size.get(LE));
            let in_file = section.sh_type.get(LE) != elf::SHT_NOBITS && size > 0;
            let alloc = section.sh_flags.get(LE).0 & elf::SHF_ALLOC.0 != 0;
            if removed.get(number) != Some(&false) || !in_file {
                continue;
            }
            if alloc {
                if !inside(offset, size) {
                    return None;
                }
                continue;
            }
            if !inside(offset, size) {
                let new = round_up(end, section.sh_addralign.get(LE).clamp(1, 4096));
                loose.push((
                    number,
                    Piece {
                        old: offset,
                        size,
                        new,
                    },
                ));
                end = new + size;
            }
        }
        let kept = removed.iter().filter(|removed| !**removed).count() as u64;
        let table = round_up(end, 8);
        Some(Self {
            mapped,
            loose,
            table,
            size: table + kept * size_of::<Section>() as u64,
        })
    }

    /// The new place of something in the old file.
    fn moved(&self, offset: u64) -> u64 {
        self.mapped
            .iter()
            .chain(self.loose.iter().map(|(_, piece)| piece))
            .find(|piece| offset >= piece.old && offset <= piece.old + piece.size)
            .map_or(offset, |piece| piece.new + (offset - piece.old))
    }

    /// Writes the new file.
    pub(super) fn write(&self, plan: &Plan, data: &[u8]) -> Option<Vec<u8>> {
        let mut new = vec![0; usize::try_from(self.size).ok()?];
        for piece in self
            .mapped
            .iter()
            .chain(self.loose.iter().map(|(_, one)| one))
        {
            let from = range(piece.old, piece.size)?;
            let to = range(piece.new, piece.size)?;
            new.get_mut(to)?.copy_from_slice(data.get(from)?);
        }
        let number = |old: u32| {
            let number = plan.numbers.get(old as usize).copied().flatten();
            u32::from(number.unwrap_or_default())
        };
        let mut segments = plan.segments.clone();
        for segment in &mut segments {
            let offset = if segment.p_filesz.get(LE) > 0 {
                self.moved(segment.p_offset.get(LE))
            } else {
                segment.p_offset.get(LE)
            };
            segment.p_offset.set(LE, offset);
        }
        let mut header = plan.header;
        let headers = self.moved(header.e_phoff.get(LE));
        header.e_phoff.set(LE, headers);
        header.e_shoff.set(LE, self.table);
        let kept = plan.numbers.iter().flatten().count();
        header.e_shnum.set(LE, u16::try_from(kept).ok()?);
        let names = u16::try_from(number(u32::from(header.e_shstrndx.get(LE).0))).ok()?;
        header.e_shstrndx.set(LE, elf::SymbolSection(names));
        put(&mut new, 0, pod::bytes_of(&header))?;
        put(&mut new, headers, pod::bytes_of_slice(&segments))?;
        let mut at = self.table;
        for (old, section) in plan.sections.iter().enumerate() {
            if plan.numbers.get(old).copied().flatten().is_none() {
                continue;
            }
            let mut section = *section;
            let offset = self.moved(section.sh_offset.get(LE));
            section.sh_offset.set(LE, offset);
            let link = number(section.sh_link.get(LE));
            section.sh_link.set(LE, link);
            if section.sh_flags.get(LE).0 & elf::SHF_INFO_LINK.0 != 0 {
                let info = number(section.sh_info.get(LE));
                section.sh_info.set(LE, info);
            }
            if section.sh_type.get(LE) == elf::SHT_DYNSYM {
                renumber(&mut new, offset, section.sh_size.get(LE), &number)?;
            }
            put(&mut new, at, pod::bytes_of(&section))?;
            at += size_of::<Section>() as u64;
        }
        Some(new)
    }
}

/// What is mapped, closed up: each segment at the first place behind the one before it
/// that lies as its address does within a page.
fn mapped(segments: &[Segment]) -> Option<Vec<Piece>> {
    let mut loads: Vec<&Segment> = segments
        .iter()
        .filter(|one| one.p_type.get(LE) == elf::PT_LOAD && one.p_filesz.get(LE) > 0)
        .collect();
    loads.sort_by_key(|one| one.p_offset.get(LE));
    let mut pieces: Vec<Piece> = Vec::new();
    for load in loads {
        let (old, size) = (load.p_offset.get(LE), load.p_filesz.get(LE));
        let align = load.p_align.get(LE).max(1);
        if !align.is_power_of_two() || old % align != load.p_vaddr.get(LE) % align {
            return None;
        }
        let new = match pieces.last() {
            None if old != 0 => return None,
            None => 0,
            // Segments that share bytes of the file are not told apart here.
            Some(last) if last.old + last.size > old => return None,
            Some(last) => {
                let end = last.new + last.size;
                let base = end - end % align + old % align;
                if base < end { base + align } else { base }
            }
        };
        pieces.push(Piece { old, size, new });
    }
    Some(pieces)
}

/// Section numbers in dynamic symbols follow the sections.
fn renumber(new: &mut [u8], offset: u64, size: u64, number: &dyn Fn(u32) -> u32) -> Option<()> {
    let bytes = new.get_mut(range(offset, size)?)?;
    for symbol in bytes.chunks_exact_mut(size_of::<elf::Sym64<LE>>()) {
        let place: &mut [u8; 2] = symbol.get_mut(6..8)?.try_into().ok()?;
        let old = u16::from_le_bytes(*place);
        if old != elf::SHN_UNDEF.0 && old < elf::SHN_LORESERVE {
            *place = u16::try_from(number(u32::from(old))).ok()?.to_le_bytes();
        }
    }
    Some(())
}

fn put(new: &mut [u8], at: u64, bytes: &[u8]) -> Option<()> {
    new.get_mut(range(at, bytes.len() as u64)?)?
        .copy_from_slice(bytes);
    Some(())
}

fn range(start: u64, size: u64) -> Option<std::ops::Range<usize>> {
    let end = start.checked_add(size)?;
    Some(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
}

fn round_up(value: u64, to: u64) -> u64 {
    value.div_ceil(to) * to
}
